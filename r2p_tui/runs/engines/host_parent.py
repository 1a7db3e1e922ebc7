"""A host ends with its parent, whatever it is doing, and takes along all that it started."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any, NoReturn

from r2p_tui.runs.engines.wire import Closed, Line

_PARENT_LOOK_SECONDS = 1.0


def listen(line: Line, take: Callable[[dict[str, Any]], None], parent: int) -> None:
    """Hand commands on until the parent is gone; in a thread of its own, so that long calls do not matter.

    A fork of the parent may hold the pipe open after it, so the parent itself is looked at as well. The
    kernel could kill this process with its parent, but would leave behind what this process started.
    """
    while os.getppid() == parent:
        try:
            take(line.receive(_PARENT_LOOK_SECONDS))
        except TimeoutError:
            continue
        except (Closed, ValueError):
            break
    _end()


def _end() -> NoReturn:
    """With the compilers and others that libraries started; nothing is left that would have to be tidied."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)

"""Looking after runs while a command lives: every r2p process that looks may reap what ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_views import RunView

_BETWEEN_LOOKS = 0.5


def look(desk: Desk) -> None:
    """Bring what the run folders say into the store, and start what may start."""
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.run_queue import refresh

    refresh(desk, now=utc_now())


def found_run(desk: Desk, word: str) -> RunView:
    """The run that a number, `#12`, `last` or a name stands for, as it is now; raises NotFoundError."""
    from r2p_tui.services.runs import find_run

    look(desk)
    return find_run(desk, word)


def follow(desk: Desk, run_id: int, show: Callable[[RunView], None]) -> RunView:
    """Show a run again and again until it has ended; the last call shows its end."""
    while True:
        view = found_run(desk, str(run_id))
        show(view)
        if view.state.is_final:
            return view
        time.sleep(_BETWEEN_LOOKS)


def status_of(view: RunView) -> ExitCode:
    """What a finished run means for scripts."""
    return ExitCode.OK if view.state == "done" else ExitCode.FAILED

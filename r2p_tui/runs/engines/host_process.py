"""The process of an engine host, from its birth to its end, and what is asked of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.host_errors import end_of
from r2p_tui.runs.engines.wire import Closed, Line
from r2p_tui.text import clean

_ENDING_SECONDS = 10.0
_LOG_TAIL = 4096


class HostProcess:
    """Started by being made; it leads a group, all of which is ended with it. Raises EngineError."""

    def __init__(self, module: str, work: Path, log: Path, environment: Mapping[str, str]) -> None:
        self._log = log
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self._line = Line(ours_in, ours_out)
        command = [sys.executable, "-P", "-m", module, str(theirs_in), str(theirs_out)]
        try:
            with log.open("ab") as output:
                self._log_start = output.tell()
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=work,
                    env=dict(environment),
                    pass_fds=(theirs_in, theirs_out),
                    process_group=0,
                )
        except OSError as error:
            self._line.close()
            raise EngineError(f"The engine's process could not be started: {error.strerror}.") from error
        finally:
            os.close(theirs_in)
            os.close(theirs_out)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_open(self) -> bool:
        """Whether it may still be asked."""
        return self._process.returncode is None

    def ask(self, order: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Its answer; raises EngineError where it says so, and where there is none within `seconds`."""
        try:
            self._line.send(order)
            told = self._line.receive(seconds)
        except Closed:
            raise self._ended() from None
        except TimeoutError:
            self.close()
            raise EngineError(
                f"The engine gave no answer within {seconds:,.0f} s, so it was ended.", "Its log may say why."
            ) from None
        if told.pop("ok"):
            return told
        raise EngineError(str(told["message"]), str(told["hint"]))

    def close(self) -> None:
        """End it and all that it started; there is nothing for it to tidy, so it is not asked."""
        if self.is_open:
            self._kill_group()
            self._process.wait()
        self._line.close()

    def _ended(self) -> EngineError:
        try:
            status: int | None = self._process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            status = None
        # What it had started may still be there.
        self._kill_group()
        self.close()
        return end_of(status, self._last_line())

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _last_line(self) -> str:
        with suppress(OSError), self._log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, size - _LOG_TAIL))
            lines = clean(log.read().decode("utf-8", "replace")).split("\n")
            return next((line for line in reversed(lines) if line.strip()), "")
        return ""

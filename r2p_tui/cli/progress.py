"""How far a long command is: one line that rewrites itself on a terminal, a line a step elsewhere."""

from __future__ import annotations

import os
import sys
from types import TracebackType

from r2p_tui.cli import output

_BAR = 24
_ERASE = "\r\x1b[K"


class Progress:
    """Talk on stderr while a `with` block runs; on a terminal nothing of it is left behind."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty() and os.environ.get("TERM") not in (None, "", "dumb")
        self._shown = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live and self._shown:
            self._put(_ERASE)

    def show(self, step: str, done: int, total: int | None) -> None:
        """Say what is being done, and how much of `total` is done where that is known."""
        amount = f" {done} of {total}" if total else f" {done:,}" if done else ""
        line = output.one_line(f"{step}{amount}")
        if line == self._shown:
            return
        self._shown = line
        if not self._live:
            output.say(line)
            return
        bar = _bar(done, total) if total else ""
        self._put(_ERASE + output.fit(bar + line, output.line_width() - 1))

    @staticmethod
    def _put(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


def _bar(done: int, total: int) -> str:
    full = min(_BAR * done // total, _BAR)
    return f"[{'#' * full}{'.' * (_BAR - full)}] "

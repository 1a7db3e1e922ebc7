"""Textual's driver, made to survive odd input bytes, a storm of sizes and a terminal that goes away."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from codecs import IncrementalDecoder, getincrementaldecoder
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO, cast

from textual import events
from textual.drivers import linux_driver
from textual.geometry import Size

if TYPE_CHECKING:
    from textual.app import App

RESIZE_SECONDS = 0.03
"""How long to wait for further changes of the window's size before drawing; not noticeable."""

# The oldest mouse protocol: three bytes, each 32 more than its value, which need not be UTF-8 together.
# Terminals fall back to it when a multiplexer is attached anew.
_X10_REPORT = re.compile(rb"\x1b\[M([\x20-\xff])([\x20-\xff])([\x20-\xff])")
_X10_BEGUN = re.compile(rb"\x1b\[M[\x20-\xff]{0,2}\Z")
_X10_RELEASE = 3


class TerminalDecoder(IncrementalDecoder):
    """Text from keyboard bytes: old mouse reports are translated, what is not UTF-8 is replaced.

    Raises EOFError when there is nothing more to read, that is, when the terminal is gone.
    """

    def __init__(self) -> None:
        super().__init__("replace")
        self._utf8 = getincrementaldecoder("utf-8")("replace")
        self._held = b""

    # The name of the argument is the base class's.
    def decode(self, input: bytes, final: bool = False) -> str:  # type: ignore[override]  # noqa: A002
        if not input and not final:
            raise EOFError
        data = _X10_REPORT.sub(_as_modern_report, self._held + input)
        begun = None if final else _X10_BEGUN.search(data)
        self._held = begun[0] if begun else b""
        return self._utf8.decode(data[: begun.start()] if begun else data, final)


class PatientFile:
    """A terminal to draw on: what is written after it has gone is dropped."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class GuardedDriver(linux_driver.LinuxDriver):
    """The driver for Linux and macOS with both ends guarded."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # A writer that meets an error would end, and the next draw would wait for it for ever.
        self._file = cast(Any, PatientFile(cast(TextIO, self._file)))
        self._resize: asyncio.TimerHandle | None = None

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGWINCH, lambda *_: loop.call_soon_threadsafe(self._await_size, loop))

    def _query_in_band_window_resize(self) -> None:
        """Not asked for: sizes that come as input could not be put together, and the signal always comes."""

    def _await_size(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the changes of a moment as one: each redraws every screen, and a drag has hundreds."""
        if self._resize is None:
            self._resize = loop.call_later(RESIZE_SECONDS, self._send_size)

    def _send_size(self) -> None:
        self._resize = None
        size = Size(*self._get_terminal_size())
        self._app.post_message(events.Resize(size, size))

    def run_input_thread(self) -> None:
        # Textual takes the decoder from this name and offers no other way to choose it.
        vars(linux_driver)["getincrementaldecoder"] = lambda _encoding: TerminalDecoder
        try:
            super().run_input_thread()
        except (EOFError, OSError):
            # No input will come any more, whether or not the kernel has told so: leave as on a hang-up.
            os.kill(os.getpid(), signal.SIGHUP)


def _as_modern_report(report: re.Match[bytes]) -> bytes:
    button, column, row = (value[0] - 32 for value in report.groups())
    released = button & _X10_RELEASE == _X10_RELEASE and button < 32
    return b"\x1b[<%d;%d;%d%c" % (
        button & ~_X10_RELEASE if released else button,
        column,
        row,
        b"Mm"[released],
    )


__all__ = ["GuardedDriver", "PatientFile", "TerminalDecoder"]

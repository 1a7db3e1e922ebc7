"""A guard around the terminal: a small parent process puts it back in order however r2p ends.

The parent forks before anything heavy is imported, so it costs a few milliseconds and cannot crash with
the rest. Only this module may be imported with the standard library alone; keep it light.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TextIO

from r2p_tui import __version__
from r2p_tui.errors import ExitCode
from r2p_tui.text import clean, clean_line

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

SECONDS_TO_LEAVE = 10
"""How long the app may take to save and leave after it was asked to, before it is killed."""

EXIT_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
_FORWARDED = (signal.SIGHUP, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
# The keyboard sends these to the whole process group: the app gets its own, the parent must outlive it.
_LEFT_TO_THE_APP = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
_HANDLED = (*_FORWARDED, *_LEFT_TO_THE_APP, signal.SIGALRM, signal.SIGCONT)

_WANTED = (ExitCode.INTERRUPTED, *(-number for number in EXIT_SIGNALS), -signal.SIGQUIT)
"""Exit codes of a child that somebody wanted to end."""

_DUMB = ("", "dumb", "unknown")
_ENDED = b"\x04"
_REPORT_LIMIT = 12_000

SAVE_CURSOR = b"\x1b7"
RESET = (
    b"\x1b[?2026l"  # synchronized output
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse reports
    b"\x1b[?2004l\x1b[?1004l\x1b[?2048l"  # bracketed paste, focus and size reports
    b"\x1b[?7h\x1b]22;default\x07"  # line wrap, the pointer's shape
    b"\x1b[<u"  # kitty's keyboard protocol, which is kept per screen: before leaving the alternate one
    b"\x1b[?1049l\x1b[?25h\x1b[0m"  # alternate screen, cursor, colours
)
"""Undoes every mode that the app may have switched on; harmless where it was not."""


class _End(NamedTuple):
    """How the child ended: its exit code (negative for a signal) and what it reported before."""

    code: int
    report: bytes

    @property
    def in_order(self) -> bool:
        return self.report.endswith(_ENDED)

    @property
    def is_crash(self) -> bool:
        return not self.in_order and self.code not in _WANTED


def unusable_terminal(environ: Mapping[str, str], *streams: TextIO | None) -> str | None:
    """Why the screens cannot be shown here, with the command to use instead; None when they can.

    Pass standard input, output and error: the screens are drawn on the last one.
    """
    name = environ.get("TERM", "")
    if not all(_is_terminal(stream) for stream in streams):
        reason = "The screens need a terminal for both input and output"
    elif name in _DUMB:
        reason = f"This terminal cannot show screens (TERM is “{clean_line(name)}”)"
    else:
        return None
    return f"{reason}; “r2p triage --json” lists what waits and “r2p --help” names the other commands."


def install_exit_signals(loop: AbstractEventLoop, on_signal: Callable[[int], object]) -> None:
    """Let the app save and leave when it is told to go; its exit code should be 128 + the signal's number.

    `on_signal` runs in the loop, once: the terminal and the parent may both pass the same signal on.
    """

    def leave(number: int) -> None:
        for other in EXIT_SIGNALS:
            loop.add_signal_handler(other, lambda: None)
        # Putting the terminal back from the background must not stop us on the way out.
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        on_signal(number)

    for number in EXIT_SIGNALS:
        loop.add_signal_handler(number, leave, int(number))


def run_guarded(start: Callable[[], int], crash_log: Path | None = None) -> int:
    """Run `start` in a child process and return its exit code, 128 + N after signal N.

    The terminal is as before when this returns. After a crash the details are appended to `crash_log` and one
    line on standard error says where they are. Call it while the process has one thread and `start` has
    not imported anything heavy; what `start` leaves running is ended without further notice.
    """
    terminal = _Terminal.find()
    terminal.write(SAVE_CURSOR)
    _flush()
    report, report_end = os.pipe()
    lifeline, lifeline_end = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
    child = os.fork()
    if child == 0:
        os.close(report)
        os.close(lifeline_end)
        _be_child(start, report_end, lifeline, terminal)
    os.close(report_end)
    os.close(lifeline)
    guard = _Guard(child)
    end = _End(guard.wait(), _read_report(report))
    os.close(lifeline_end)
    terminal.restore(reset=not end.in_order)
    if end.is_crash:
        _tell(end, crash_log)
    return 128 - end.code if end.code < 0 else end.code


class _Terminal:
    """The terminal as it was found; everything here is safe to call when it is gone."""

    def __init__(self, descriptor: int | None, attributes: list[Any] | None) -> None:
        self._descriptor = descriptor
        self._attributes = attributes

    @classmethod
    def find(cls) -> _Terminal:
        for descriptor in (2, 1, 0):
            with suppress(OSError, termios.error):
                return cls(descriptor, termios.tcgetattr(descriptor))
        return cls(None, None)

    def write(self, sequence: bytes) -> None:
        if self._descriptor is not None:
            with suppress(OSError):
                os.write(self._descriptor, sequence)

    def restore(self, *, reset: bool) -> None:
        """Put the line discipline back; `reset` also leaves the modes of a screen that was not closed."""
        if self._descriptor is None or self._attributes is None or not self._in_foreground(self._descriptor):
            return
        with suppress(OSError, termios.error):
            # The app shares this open file: what it set stays set for the shell.
            os.set_blocking(self._descriptor, True)
            if reset:
                self.write(RESET)
                # Mouse reports that nobody read would be typed into the shell.
                termios.tcflush(self._descriptor, termios.TCIFLUSH)
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._attributes)

    @staticmethod
    def _in_foreground(descriptor: int) -> bool:
        try:
            return os.tcgetpgrp(descriptor) == os.getpgrp()
        except OSError:
            return True  # not our controlling terminal: nobody else claims it either


class _Guard:
    """The parent while the child runs: passes signals on, stops and continues with it, and waits."""

    def __init__(self, child: int) -> None:
        self._child = child
        self._continued = False
        self._asked_to_leave = 0
        for number in _LEFT_TO_THE_APP:
            signal.signal(number, signal.SIG_IGN)
        for number in _FORWARDED:
            signal.signal(number, self._forward)
        signal.signal(signal.SIGALRM, self._lose_patience)
        signal.signal(signal.SIGCONT, self._note_continued)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)

    def wait(self) -> int:
        """Return the child's exit code, negative for the signal that ended it."""
        while True:
            _, status = os.waitpid(self._child, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                break
            self._stop_too()
        # From here on the number may name another process.
        signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
        signal.alarm(0)
        code = os.waitstatus_to_exitcode(status)
        return -self._asked_to_leave if self._asked_to_leave and code == -signal.SIGKILL else code

    def _stop_too(self) -> None:
        """Let the shell see that the job has stopped; without a shell to continue it, go on at once."""
        self._continued = False
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)  # the kernel ignores it where nobody could continue us
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        if not self._continued:
            os.kill(self._child, signal.SIGCONT)

    def _forward(self, number: int, _frame: object) -> None:
        self._send(number)
        if number in EXIT_SIGNALS:
            self._asked_to_leave = number
            signal.alarm(SECONDS_TO_LEAVE)

    def _lose_patience(self, _number: int, _frame: object) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        # A signal may come just after the child was waited for: there is nobody left to tell.
        with suppress(ProcessLookupError):
            os.kill(self._child, number)

    def _note_continued(self, _number: int, _frame: object) -> None:
        self._continued = True


def _be_child(start: Callable[[], int], report: int, lifeline: int, terminal: _Terminal) -> NoReturn:
    code: int = ExitCode.FAILED
    os.set_blocking(report, False)  # a report that does not fit is cut, never waited for
    try:
        _prepare_child(report, lifeline, terminal)
        code = start()
        os.write(report, _ENDED)
    except SystemExit as leaving:
        code = _code_of(leaving)
        os.write(report, _ENDED)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except BaseException:
        import traceback

        os.write(report, traceback.format_exc().encode("utf-8", "replace")[-_REPORT_LIMIT:])
    finally:
        _flush()
        os._exit(code)


def _prepare_child(report: int, lifeline: int, terminal: _Terminal) -> None:
    import _thread
    import faulthandler

    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
    faulthandler.enable(report, all_threads=False)
    _thread.start_new_thread(_leave_with_parent, (lifeline, terminal))


def _leave_with_parent(lifeline: int, terminal: _Terminal) -> None:
    # The parent holds the only other end and never writes: reading returns when the parent is dead.
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGHUP)
    time.sleep(SECONDS_TO_LEAVE)
    terminal.restore(reset=True)
    os._exit(128 + signal.SIGHUP)


def _read_report(report: int) -> bytes:
    # The child is dead, but what it started may hold the other end: take what is there and do not wait.
    os.set_blocking(report, False)
    try:
        return os.read(report, 4 * _REPORT_LIMIT)
    except BlockingIOError:
        return b""
    finally:
        os.close(report)


def _code_of(leaving: SystemExit) -> int:
    if leaving.code is None:
        return ExitCode.OK
    return leaving.code if isinstance(leaving.code, int) else ExitCode.FAILED


def _tell(end: _End, crash_log: Path | None) -> None:
    reason = signal.Signals(-end.code).name if end.code < 0 else "an error in r2p"
    line = f"r2p ended unexpectedly ({reason}). What was saved is safe."
    if crash_log and _append(crash_log, reason, end.report):
        line += f" The details are in {clean_line(str(crash_log))}."
    with suppress(OSError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


def _append(crash_log: Path, reason: str, report: bytes) -> bool:
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    # The message of an error may quote foreign text, and a log is read in a terminal.
    details = clean(report.decode("utf-8", "replace")).rstrip()
    entry = f"{moment} r2p {__version__} ended by {reason}\n{details}\n\n"
    try:
        crash_log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(crash_log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab") as log:
            log.write(entry.encode())
    except OSError:
        return False
    return True


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()

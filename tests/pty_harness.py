"""Run a program in a real pseudo-terminal, see what it shows, and keep every byte that it wrote."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import pyte

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0
"""Seconds before a wait fails; generous, since a loaded machine must not fail a test."""

ALONE = 0.2
"""Seconds without a key after escape; otherwise it would be taken for the start of the next key."""

KEYS = {
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "space": b" ",
    "backspace": b"\x7f",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "ctrl+c": b"\x03",
    "ctrl+p": b"\x10",
    "ctrl+q": b"\x11",
    "ctrl+z": b"\x1a",
}

# pyte prints the tail of sequences it does not know: keyboard protocols, mode queries, pointer shapes.
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[A-Za-z]|\x1b\[\?[0-9;]*\$p|\x1b\]22;[^\x07]*\x07")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;:<>=?$ ]*|\][^\x07\x1b]*)?$")


class Chunk(NamedTuple):
    """What one read returned and when, on the monotonic clock."""

    at: float
    data: bytes


class PtyTimeoutError(AssertionError):
    """What was waited for did not come; the message shows the screen."""


class PtyProgram:
    """A program under a terminal of its own; use as a context manager, which ends it.

    `raw` holds all output, `chunks` the same with arrival times. The screen is computed when asked for.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environ: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> None:
        self.raw = bytearray()
        self.chunks: list[Chunk] = []
        self._open: tuple[int, ...] = ()
        self.status: int | None = None
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._chunks_shown = 0
        self._unfinished = b""
        self._master, self._slave = self._open = pty.openpty()
        self._set_size(columns, rows)
        self.before = self.terminal_attributes()
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environ or {})}
        self.started_at = time.monotonic()
        self.pid = self._spawn(list(command), environment, cwd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()
        self.hang_up()

    # Input

    def write(self, data: bytes) -> None:
        """Type raw bytes; output is read meanwhile, so that neither side waits for the other."""
        while data:
            self._pump(0)
            data = data[os.write(self._master, data[:512]) :]

    def press(self, *keys: str) -> None:
        """Type keys by name, or text as it is."""
        for key in keys:
            self.write(KEYS.get(key, key.encode()))
            if key == "escape":
                self.settle(ALONE)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal; the kernel tells the program, which draws everything anew."""
        if (columns, rows) == (self._screen.columns, self._screen.lines):
            return
        self._set_size(columns, rows)
        self._chunks_shown, self._unfinished = len(self.chunks), b""
        self._screen.resize(max(rows, 1), max(columns, 1))
        self._stream = pyte.ByteStream(self._screen)

    def signal(self, number: int) -> None:
        """Send a signal to the process that was started, and to no other."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal, as when its window is closed."""
        for descriptor in self._open:
            os.close(descriptor)
        self._open = ()

    # Output

    @property
    def screen(self) -> pyte.Screen:
        """The screen as far as it was computed, with the style of each cell."""
        return self._screen

    def lines(self) -> list[str]:
        """What is on the screen now, a string for each row."""
        self._render()
        return [line.rstrip() for line in self._screen.display]

    def text(self) -> str:
        """What is on the screen now."""
        return "\n".join(self.lines())

    def wait_until(self, condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Read until the condition holds; raises PtyTimeoutError with the screen."""
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline or not self._pump(0.05):
                if condition():
                    return
                raise PtyTimeoutError(f"{what} did not come; ended: {self.status}; screen:\n{self.text()}")

    def wait_for_text(self, text: str, patience: float = PATIENCE) -> None:
        """Wait until the text is on the screen, within one row."""
        self.wait_until(lambda: text in self.text(), f"“{text}”", patience)

    def wait_for_bytes(self, pattern: bytes, patience: float = PATIENCE, start: int = 0) -> None:
        """Wait until the output from `start` on contains these bytes."""
        self.wait_until(lambda: self.raw.find(pattern, start) >= 0, repr(pattern), patience)

    def forget(self) -> None:
        """Drop the output so far, so that a long run needs no more memory than a short one."""
        self.lines()
        self.raw.clear()
        self.chunks.clear()
        self._chunks_shown = 0

    def settle(self, quiet: float = 0.25, patience: float = PATIENCE) -> None:
        """Read until nothing has come for `quiet` seconds, whoever writes."""
        deadline = time.monotonic() + patience
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < quiet and time.monotonic() < deadline:
            if self._read_available(0.02):
                quiet_since = time.monotonic()

    def arrival(self, condition: Callable[[], bool]) -> float | None:
        """When the output came after which the condition held for `screen`, looking at what is new."""
        while self._chunks_shown < len(self.chunks):
            chunk = self.chunks[self._chunks_shown]
            self._chunks_shown += 1
            self._feed(chunk.data)
            if condition():
                return chunk.at
        return None

    def wait(self, patience: float = PATIENCE) -> int:
        """Wait for the end; the exit status as a shell reports it: the code, or 128 + the signal."""
        deadline = time.monotonic() + patience
        while not self._reap():
            self._pump(0.05)
            if time.monotonic() > deadline:
                raise PtyTimeoutError(f"the program did not end; screen:\n{self.text()}")
        while self._open and self._read_available(0):
            pass
        assert self.status is not None
        return self.status

    def terminal_attributes(self) -> list[Any]:
        """The settings of the line discipline (what `stty` shows)."""
        return termios.tcgetattr(self._slave)

    def children(self) -> list[int]:
        """The process ids of the program's own children, oldest first (Linux)."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    # The mechanics

    def _spawn(self, command: list[str], environment: dict[str, str], cwd: Path) -> int:
        pid = os.fork()
        if pid:
            os.set_blocking(self._master, False)
            return pid
        try:
            os.setsid()
            # As a terminal starts a program, also where the tests themselves run under nohup.
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)
            fcntl.ioctl(self._slave, termios.TIOCSCTTY, 0)
            for descriptor in (0, 1, 2):
                os.dup2(self._slave, descriptor)
            os.chdir(cwd)
            os.execvpe(command[0], command, environment)
        except BaseException as error:
            os.write(2, f"cannot start {command[0]}: {error}\n".encode())
        finally:
            os._exit(127)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _pump(self, seconds: float) -> bool:
        """Read what is there; False when the program has ended and everything is read."""
        if not self._open:
            time.sleep(seconds)
            return not self._reap()
        return self._read_available(seconds) or not self._reap()

    def _read_available(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        if data:
            self.raw += data
            self.chunks.append(Chunk(time.monotonic(), data))
        return bool(data)

    def _reap(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self.status = code if code >= 0 else 128 - code
        return self.status is not None

    def _render(self) -> None:
        self.arrival(lambda: False)

    def _feed(self, data: bytes) -> None:
        fresh = self._unfinished + data
        unfinished = _UNFINISHED.search(fresh)
        self._unfinished = unfinished[0] if unfinished else b""
        complete = fresh.removesuffix(self._unfinished)
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", complete))


def python(*arguments: str) -> list[str]:
    """A command line for this Python."""
    return [sys.executable, *arguments]

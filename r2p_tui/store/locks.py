"""Who uses the store's file: every open store shares a lock, and a restore needs it alone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from r2p_tui.errors import StoreBusyError


class Presence:
    """A shared hold on a store, from its making to `close` or the end of the process.

    Raises StoreBusyError while a restore replaces the file. A folder that may not be written holds no lock.
    """

    def __init__(self, path: Path) -> None:
        self._file: int | None = None
        with suppress(OSError):
            self._file = _open(lock_file(path))
        if self._file is not None and not _lock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB):
            self.close()
            raise StoreBusyError("The store is being restored right now.", "Try again in a moment.")

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Presence:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def sole_use(path: Path) -> Iterator[None]:
    """Keep every other r2p from opening the store.

    Raises StoreBusyError where one has it open, OSError where the folder may not be written.
    """
    file = _open(lock_file(path))
    try:
        if not _lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB):
            raise StoreBusyError("The store is open in another r2p.", "Close it there, then try again.")
        yield
    finally:
        os.close(file)


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Wait until no other process is inside a block with this lock file; raises OSError.

    The lock falls with its process.
    """
    file = _open(lock)
    try:
        _lock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def lock_file(path: Path) -> Path:
    """The empty file beside a store that carries its lock.

    Not the store itself: SQLite's locks on it fall as soon as the process closes another handle to it.
    """
    return path.with_name(path.name + ".lock")


def _open(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _lock(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        return False
    except OSError:
        # Some network file systems know no such lock; SQLite's own locks still hold there.
        return True
    return True

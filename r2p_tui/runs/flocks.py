"""Lock files: held as long as any process lives that has the open file, and freed by the kernel."""

from __future__ import annotations

import fcntl
import os
import random
import time
from pathlib import Path

_PROBES_LAST_SECONDS = 1.0


class Lock:
    """A lock on a file of its own; a child that is given `fd` (by `pass_fds`) holds it too.

    The lock falls when the last of them has closed it or ended, so nothing here ever unlocks explicitly.
    """

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self.fd = fd

    @classmethod
    def try_take(cls, path: Path) -> Lock | None:
        """The lock, or None while another holds it; raises OSError where the file cannot be made or locked.

        A probe of `is_held` shares the lock for microseconds. It is told from a holder by sharing along with
        it: where that works nobody holds the lock, and it is tried again after a moment.
        """
        until = time.monotonic() + _PROBES_LAST_SECONDS
        while True:
            fd = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                if _lock(fd, fcntl.LOCK_EX) and _is_still_there(path, fd):
                    return cls(path, fd)
                held = not _lock(fd, fcntl.LOCK_SH)
            except OSError:
                os.close(fd)
                raise
            os.close(fd)
            if held or time.monotonic() > until:
                return None
            # Two takers that share at the same time must not meet again in step.
            time.sleep(random.uniform(0.0005, 0.003))  # noqa: S311

    def close(self) -> None:
        """Give it up here; heirs keep it."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def is_held(path: Path) -> bool:
    """Whether some process holds the lock; raises OSError where the file cannot be read or locked.

    Probes share, so they do not see each other, and `Lock.try_take` waits for them.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _lock(fd, fcntl.LOCK_SH)
    finally:
        os.close(fd)


def is_lock_of(fd: int, path: Path) -> bool:
    """Whether an inherited file is the lock file at `path`."""
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except OSError:
        return False


def _is_still_there(path: Path, fd: int) -> bool:
    """A lock on a file that was meanwhile replaced keeps nobody out."""
    return is_lock_of(fd, path)


def _lock(fd: int, how: int) -> bool:
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

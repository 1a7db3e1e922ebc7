"""Files that other programs write to while they are read here."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_MARK = 64


def read_at(path: Path, offset: int, limit: int) -> tuple[bytes, int] | None:
    """Bytes from `offset` on, and the file's size; None for what is no plain file, as a pipe would block."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            return None
        return os.pread(handle, limit, offset), about.st_size
    except OSError:
        return None
    finally:
        os.close(handle)


class GrowingFile:
    """Reads on from where it stopped, and anew where the file shrank or was written over.

    The bytes before the offset are compared with those that were read: a file that was truncated and has
    grown beyond its old size since then would otherwise go unnoticed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self.behind = False
        self._recent = b""

    def read(self, limit: int) -> tuple[bytes, bool]:
        """At most `limit` new bytes, and whether they are the first of a file begun anew."""
        mark = self._recent[-_MARK:]
        found = read_at(self.path, self.offset - len(mark), limit + len(mark))
        if found is None:
            self.behind = False
            return b"", False
        data, size = found
        if size >= self.offset and data.startswith(mark):
            self._took(data[len(mark) :], size)
            return data[len(mark) :], False
        self.move_to(0)
        data, size = read_at(self.path, 0, limit) or (b"", 0)
        self._took(data, size)
        return data, True

    def give_back(self, count: int) -> None:
        """Read the last `count` bytes of the last read once more."""
        if count:
            self.offset -= count
            self._recent = self._recent[:-count]
            self.behind = True

    def move_to(self, offset: int) -> None:
        """Go on from another place in the file."""
        self.offset = offset
        self._recent = b""

    def _took(self, data: bytes, size: int) -> None:
        self.offset += len(data)
        self.behind = bool(data) and size > self.offset
        self._recent = (self._recent[-_MARK:] + data) if data else self._recent

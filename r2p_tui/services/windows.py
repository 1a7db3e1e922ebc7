"""Windows that somebody types in: each holds a lock on a small file, which falls with its process."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import uuid
from pathlib import Path

from r2p_tui.errors import R2PError
from r2p_tui.paths import Paths

_WINDOW_ID = re.compile(r"[0-9a-f]{32}")


class Window:
    """One open window; `window_id` is what its drafts are kept under. Close it, or let the process end."""

    def __init__(self, paths: Paths) -> None:
        self.window_id = uuid.uuid4().hex
        self._path = _lock_file(paths, self.window_id)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file: int | None = self._create_locked()
        except OSError as error:
            raise R2PError(
                f"{self._path.parent} cannot be written: {error.strerror}.",
                "Check its permissions: r2p doctor",
            ) from error
        _sweep(self._path.parent)

    def close(self) -> None:
        """Let go: whatever draft is left will be offered to the next window."""
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = None

    def _create_locked(self) -> int:
        # The file gets its name when it is locked already, so that nobody ever finds it unlocked.
        unnamed = self._path.with_suffix(".new")
        file = os.open(unnamed, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unnamed.rename(self._path)
        return file


def is_alive(paths: Paths, window_id: str) -> bool:
    """Whether the window is open now, in this process or another one on this machine."""
    return bool(_WINDOW_ID.fullmatch(window_id)) and _is_locked(_lock_file(paths, window_id))


def _sweep(folder: Path) -> None:
    """Remove the files of windows that were killed: no file says the same as one that is not locked."""
    for path in folder.glob("*.lock"):
        if not _is_locked(path):
            with contextlib.suppress(OSError):
                path.unlink()


def _is_locked(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _lock_file(paths: Paths, window_id: str) -> Path:
    return paths.state / "windows" / f"{window_id}.lock"

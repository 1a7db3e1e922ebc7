"""A log that its writer never closes is kept small: the old part is copied away, then the file is emptied."""

from __future__ import annotations

import os
from pathlib import Path

LIMIT_BYTES = 50_000_000
KEPT = 3
_CHUNK = 1 << 20


def rotated(log: Path, number: int) -> Path:
    """`log.txt` has `log.1.txt` as its newest old part."""
    return log.with_name(f"{log.stem}.{number}{log.suffix}")


def rotate(log: Path, limit: int = LIMIT_BYTES) -> bool:
    """Move what is in the log to `log.1.txt` once it is longer than `limit`; False where that was not done.

    What is written between the last read and the emptying is lost, and of a flood that outruns this function
    all but a few limits. Where the disk has no room, the log stays as it is.
    """
    try:
        if log.stat().st_size <= limit:
            return False
        _rotate(log, limit)
    except OSError:
        log.with_name(f".{log.name}.draft").unlink(missing_ok=True)
        return False
    return True


def _rotate(log: Path, limit: int) -> None:
    draft = log.with_name(f".{log.name}.draft")
    with log.open("rb") as source, draft.open("wb", buffering=0) as target:
        draft.chmod(0o600)
        source.seek(max(os.fstat(source.fileno()).st_size - 2 * limit, 0))
        # A flood may write faster than this copies, which must end all the same.
        _copy(source.fileno(), target.fileno(), 4 * limit)
        for number in range(KEPT, 1, -1):
            if rotated(log, number - 1).exists():
                rotated(log, number - 1).replace(rotated(log, number))
        draft.replace(rotated(log, 1))
        _copy(source.fileno(), target.fileno(), limit)
        os.truncate(log, 0)


def _copy(source: int, target: int, most: int) -> None:
    while most > 0 and (chunk := os.read(source, min(_CHUNK, most))):
        most -= len(chunk)
        view = memoryview(chunk)
        while view:
            view = view[os.write(target, view) :]

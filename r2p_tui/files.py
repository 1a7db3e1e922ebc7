"""Files that are replaced as a whole: after a crash or on a full disk there is the old one or the new one."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Write a file anew, with the permissions of the old one, and make that last; raises OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            with suppress(FileNotFoundError):
                os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make what a file holds last; raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last; raises OSError."""
    try:
        sync_file(folder)
    except OSError as error:
        # Some network file systems cannot do this for folders, and say so.
        if error.errno != errno.EINVAL:
            raise


def write_named_file(path: Path, data: bytes, *, replace: bool = True) -> None:
    """Write where the user says: a link stays a link, and a pipe or a device is written to as it is.

    Raises OSError, and FileExistsError for what is there already and is not to be replaced.
    """
    place = path.resolve()
    if place.exists() and not place.is_file():
        place.write_bytes(data)
    elif replace:
        replace_file(place, data)
    else:
        with path.open("xb") as file:
            file.write(data)

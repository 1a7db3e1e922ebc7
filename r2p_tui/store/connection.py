"""Every SQLite connection is made here, with the same promises: what is acknowledged is on disk."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from r2p_tui.errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreTooNewError,
)

SCHEMA_VERSION = 6
BUSY_SECONDS = 10.0
# Below this SQLite, two connections can lose a commit when one checkpoints (the WAL-reset defect).
WAL_SAFE_VERSION = (3, 51, 3)
# Kinds of file system that do not share memory between machines; every FUSE one but fuseblk counts too.
_NETWORK_FILESYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "afs", "ceph", "glusterfs", "vboxsf", "drvfs"}
)
_OCTAL_ESCAPE = re.compile(r"\\([0-7]{3})")


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode: the caller says BEGIN; raises sqlite3.Error as SQLite gives it."""
    connection = attach(path)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA synchronous = FULL")
            mode = f"PRAGMA journal_mode = {journal_mode(sqlite3.sqlite_version_info, path)}"
            _patiently(connection, lambda: connection.execute(mode))
    except BaseException:
        connection.close()
        raise
    return connection


def attach(path: Path) -> sqlite3.Connection:
    """A connection without a setting of ours, so that looking at a strange file does not change it.

    It is open for writing even where only reading is meant: the next reader undoes what a crash cut short.
    """
    address = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(
        address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )


def begin(connection: sqlite3.Connection, *, writing: bool = False) -> None:
    """Start a transaction with the lock that it needs, waiting up to the limit; raises sqlite3.Error."""

    def start() -> None:
        connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
        if not writing:
            # Reading something takes the shared lock, which a bare BEGIN does not.
            schema_version(connection)

    _patiently(connection, start)


def _patiently(connection: sqlite3.Connection, step: Callable[[], object]) -> None:
    """Take a step that needs a lock, waiting for it up to the limit; raises sqlite3.Error.

    Asks every few milliseconds: SQLite's own waiting falls to ten times a second, and beside a program
    that writes all the time it then finds the store locked again and again. To change the journal's mode it
    does not wait at all where another connection is about to do the same.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while not _is_done(connection, step, last_try=time.monotonic() > deadline):
            # The odd part keeps us out of step with a program that writes at a steady pace.
            time.sleep(0.001 + time.monotonic_ns() % 3_000_000 / 1e9)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")


def _is_done(connection: sqlite3.Connection, step: Callable[[], object], *, last_try: bool) -> bool:
    try:
        step()
    except sqlite3.OperationalError as error:
        connection.rollback()
        if last_try or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def create_file(path: Path) -> None:
    """An empty store file that only the user may read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def journal_mode(version: tuple[int, ...], path: Path) -> str:
    """WAL where SQLite has the WAL-reset fix and the file system shares memory; TRUNCATE elsewhere."""
    if version[:3] < WAL_SAFE_VERSION or is_network(filesystem(path)):
        return "TRUNCATE"
    return "WAL"


def is_network(kind: str) -> bool:
    """Whether other machines may share this type of file system, where locks in memory do not hold."""
    return kind in _NETWORK_FILESYSTEMS or kind.startswith("fuse.")


def filesystem(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The type of file system that holds `path`, such as `ext4` or `nfs4`; empty where it cannot be told."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    wanted = os.path.realpath(path)
    best, kind = "", ""
    for line in lines:
        _, point, name, *_ = [*line.split(" "), "", "", ""]
        point = _OCTAL_ESCAPE.sub(lambda found: chr(int(found[1], 8)), point)
        inside = wanted == point or wanted.startswith(point.rstrip("/") + "/")
        if point and inside and len(point) >= len(best):
            best, kind = point, name
    return kind


def schema_version(connection: sqlite3.Connection) -> int:
    """The schema this file was written with; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def as_store_error(error: BaseException, path: Path) -> StoreError:
    """Say in our words what SQLite or the system said."""
    if isinstance(error, StoreError):
        return error
    code = getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return _moved(path)
    known = _BY_SQLITE_CODE.get(code & 0xFF)
    if isinstance(error, OSError):
        known = _BY_ERRNO.get(error.errno or 0)
    if known is None and "decode" in str(error):
        known = damaged
    if known is None and code & 0xFF == sqlite3.SQLITE_IOERR and free_megabytes(path) == 0:
        known = _full
    if known:
        return known(path)
    reason = getattr(error, "strerror", None) or str(error)
    return StoreError(f"The store {path} could not be used: {reason.rstrip('.')}.", "Try: r2p doctor")


def damaged(path: Path) -> StoreDamagedError:
    """The file is not a healthy database; it is left untouched."""
    return StoreDamagedError(
        f"The store {path} is damaged; its bytes were not touched.",
        "Put the newest good backup in its place with: r2p restore (the damaged file is kept)",
    )


def too_new(path: Path, version: int) -> StoreTooNewError:
    """The file has a schema that this r2p does not know yet."""
    return StoreTooNewError(
        f"{path} was written by a newer r2p (schema {version}, this one knows {SCHEMA_VERSION}).",
        "Update r2p, or set R2P_HOME to another folder.",
    )


def _moved(path: Path) -> StoreError:
    return StoreBusyError(
        f"The store {path} was moved or replaced while r2p was using it; this change was not saved.",
        "Start r2p again, then make the change again.",
    )


def _cannot_open(path: Path) -> StoreError:
    if os.path.isdir(path):  # noqa: PTH112  (pathlib raises where a folder above may not be entered)
        return StoreError(f"{path} is a folder, not a store.", "Move it away, or set R2P_HOME elsewhere.")
    # A readable file in a folder that may not be written: SQLite cannot put its journal beside it.
    if os.access(path, os.R_OK) and not os.access(path.parent, os.W_OK):
        return _read_only(path)
    return StoreError(
        f"The store {path} cannot be opened.",
        "Check that the folder exists and that you may write there: r2p doctor",
    )


def _read_only(path: Path) -> StoreError:
    # A trigger hides that the file has moved: all that it says is that a file which may be written may not.
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return _moved(path)
    return StoreReadOnlyError(
        f"The store {path} is read-only.",
        "Give yourself write access, or set R2P_HOME to a folder you own.",
    )


def _busy(_path: Path) -> StoreError:
    return StoreBusyError(
        f"Another program kept the store locked for {BUSY_SECONDS:.0f} s.",
        "Close it, or try again in a moment.",
    )


def _full(path: Path) -> StoreError:
    return StoreFullError(
        f"The disk is full: {free_megabytes(path)} MB free at {path.parent}.",
        "Free some space and try again; what was saved before is safe.",
    )


_BY_SQLITE_CODE: dict[int, Callable[[Path], StoreError]] = {
    sqlite3.SQLITE_CANTOPEN: _cannot_open,
    sqlite3.SQLITE_READONLY: _read_only,
    sqlite3.SQLITE_PERM: _read_only,
    sqlite3.SQLITE_BUSY: _busy,
    sqlite3.SQLITE_LOCKED: _busy,
    sqlite3.SQLITE_FULL: _full,
    sqlite3.SQLITE_CORRUPT: damaged,
    sqlite3.SQLITE_NOTADB: damaged,
}
_BY_ERRNO: dict[int, Callable[[Path], StoreError]] = {
    errno.ENOENT: _cannot_open,
    errno.ENOTDIR: _cannot_open,
    errno.EEXIST: _cannot_open,
    errno.EISDIR: _cannot_open,
    errno.EACCES: _read_only,
    errno.EPERM: _read_only,
    errno.EROFS: _read_only,
    errno.ENOSPC: _full,
    errno.EDQUOT: _full,
}


def free_megabytes(path: Path) -> int:
    """Free space on the disk that holds `path`, in MB (10^6 bytes); raises OSError."""
    folder = path if path.is_dir() else path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize // 1_000_000

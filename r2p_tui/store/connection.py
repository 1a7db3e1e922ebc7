"""Every SQLite connection is made here, with the same promises: what is acknowledged is on disk."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from r2p_tui.errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
)

SCHEMA_VERSION = 1
BUSY_SECONDS = 10.0
# Below this SQLite, two connections can lose a commit when one checkpoints (the WAL-reset defect).
WAL_SAFE_VERSION = (3, 51, 3)
_NETWORK_FILESYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs"}
)


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode: the caller says BEGIN; raises sqlite3.Error as SQLite gives it."""
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(
        address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA foreign_keys = ON")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    else:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_mode = {journal_mode(sqlite3.sqlite_version_info, path)}")
    return connection


def create_file(path: Path) -> None:
    """An empty store file that only the user may read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def journal_mode(version: tuple[int, ...], path: Path) -> str:
    """WAL where SQLite has the WAL-reset fix and the file system shares memory; TRUNCATE elsewhere."""
    if version[:3] < WAL_SAFE_VERSION or filesystem(path) in _NETWORK_FILESYSTEMS:
        return "TRUNCATE"
    return "WAL"


def filesystem(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The type of file system that holds `path`, such as `ext4` or `nfs4`; empty where it cannot be told."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    wanted = os.path.realpath(path)
    best, kind = "", ""
    for line in lines:
        _, point, name, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        inside = wanted == point or wanted.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, name
    return kind


def schema_version(connection: sqlite3.Connection) -> int:
    """The schema this file was written with; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def as_store_error(error: BaseException, path: Path) -> StoreError:
    """Say in our words what SQLite or the system said."""
    text = str(error).lower()
    if isinstance(error, FileNotFoundError) or "unable to open" in text:
        return StoreError(
            f"The store {path} cannot be opened.",
            "Check that the folder exists and that you may write there: r2p doctor",
        )
    if isinstance(error, PermissionError) or "readonly" in text or "read-only" in text:
        return StoreReadOnlyError(
            f"The store {path} is read-only.",
            "Give yourself write access, or set R2P_HOME to a folder you own.",
        )
    if "locked" in text or "busy" in text:
        return StoreBusyError(
            f"Another program kept the store locked for {BUSY_SECONDS:.0f} s.",
            "Close it, or try again in a moment.",
        )
    if "full" in text or "no space" in text:
        return StoreFullError(
            f"The disk is full: {free_megabytes(path)} MB free at {path.parent}.",
            "Free some space; nothing was lost.",
        )
    if any(word in text for word in ("malformed", "not a database", "corrupt", "disk i/o", "encrypted")):
        return damaged(path)
    return StoreError(f"The store {path} could not be used: {error}", "Try: r2p doctor")


def damaged(path: Path) -> StoreDamagedError:
    """The file is not a healthy database; it is left untouched."""
    return StoreDamagedError(
        f"The store {path} is damaged; its bytes were not touched.",
        "Put the newest good backup in its place with: r2p restore (the damaged file is kept)",
    )


def free_megabytes(path: Path) -> int:
    """Free space on the disk that holds `path`, in MB (10^6 bytes)."""
    folder = path if path.is_dir() else path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize // 1_000_000

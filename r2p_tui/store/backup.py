"""Backups of the store: taken while it is in use, verified before they count, thinned with age."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from r2p_tui.domain.backup import Backup, backup_name, read_name, worth_keeping
from r2p_tui.errors import R2PError, StoreDamagedError, StoreError, StoreFullError, StoreReadOnlyError
from r2p_tui.files import sync_file, sync_folder
from r2p_tui.store.connection import (
    SCHEMA_VERSION,
    as_store_error,
    attach,
    begin,
    damaged,
    free_megabytes,
    schema_version,
    too_new,
)
from r2p_tui.store.locks import one_at_a_time

_UNFINISHED = ".partial"


def make_backup(path: Path, folder: Path, *, reason: str, now: datetime) -> Backup:
    """Copy the store as it is at one moment, beside programs that write to it, and verify the copy.

    Raises StoreDamagedError where the copy is not healthy, StoreFullError, StoreReadOnlyError or
    StoreBusyError; earlier backups are untouched then, and old ones are thinned only after a good one.
    """
    with _explained(path, folder), _alone_in(folder):
        unfinished = folder / (backup_name(now, reason, 0) + _UNFINISHED)
        try:
            copy_store(path, unfinished)
            schema, rows = _verify_copy(unfinished, path)
            sync_file(unfinished)
            final = _free_name(folder, now, reason, schema)
            unfinished.rename(final)
        finally:
            unfinished.unlink(missing_ok=True)
        sync_folder(folder)
        _thin(folder, now)
        return Backup(final, now, reason, schema, final.stat().st_size, rows)


def list_backups(folder: Path) -> list[Backup]:
    """Every backup by its name, newest first; other files are passed over, and nothing is opened."""
    found: list[Backup] = []
    with contextlib.suppress(OSError):
        named = ((path, read_name(path.name)) for path in folder.iterdir())
        found.extend(Backup(path, *facts, path.stat().st_size) for path, facts in named if facts)
    return sorted(found, key=lambda backup: (backup.taken_at, backup.path.name), reverse=True)


def copy_store(path: Path, copy: Path) -> None:
    """Copy all pages into a new file under one shared lock: the store as it is between two commits.

    The copy gets the time of the store's last change. Raises sqlite3.Error or OSError.
    """
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(attach(path)) as source, closing(attach(copy)) as target:
        # The lock is taken here because the copying itself would wait for a locked store without end.
        begin(source)
        changed = last_change(path)
        need_room(copy.parent, path.stat().st_size)
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
    os.utime(copy, ns=(changed, changed))


def verify(path: Path, shown: Path | None = None) -> tuple[int, int]:
    """Schema and number of rows of a store file that nobody writes to, named `shown` in errors.

    Raises StoreDamagedError, StoreTooNewError, or StoreError where it cannot be read at all.
    """
    name = shown or path
    try:
        with closing(attach(path)) as connection:
            connection.execute("PRAGMA query_only = ON")
            schema = schema_version(connection)
            if schema > SCHEMA_VERSION:
                raise too_new(name, schema)
            found = complaints(connection) if schema else ["it is not a store of r2p"]
            if found:
                raise unusable(name, found[0])
            return schema, sum(count_rows(connection).values())
    except sqlite3.DatabaseError as error:
        known = as_store_error(error, name)
        if isinstance(known, StoreDamagedError):
            raise unusable(name, str(error)) from error
        raise known from error


def unusable(path: Path, why: str) -> StoreDamagedError:
    """A backup that cannot take the store's place."""
    return StoreDamagedError(
        f"{path} is damaged: {why}.",
        "Choose another backup, or save what can be read with: r2p restore --salvage",
    )


def complaints(connection: sqlite3.Connection, *, quick: bool = False) -> list[str]:
    """What SQLite finds wrong with the file and with references between rows, in its own words."""
    check = "quick_check" if quick else "integrity_check"
    found = [str(row[0]) for row in connection.execute(f"PRAGMA {check}") if row[0] != "ok"]
    for table, _row, parent, _key in connection.execute("PRAGMA foreign_key_check"):
        found.append(f"a row of {table} points to no row of {parent}")
    return found


def count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table of ours has."""
    return {
        table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
        for table in tables(connection)
    }


def tables(connection: sqlite3.Connection) -> list[str]:
    """The tables that hold what the user has, parents first; search indexes are made from them."""
    query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    kept = {name for (name,) in connection.execute(query)} - {"sqlite_schema", "alembic_version"}
    made = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
    return [name for (name,) in made if name in kept]


def unchanged_since(path: Path, backup: Backup) -> bool:
    """Whether the store is still what was backed up, by the times of their last changes; raises OSError."""
    return last_change(path) == last_change(backup.path)


def last_change(path: Path) -> int:
    """When the store last changed, in ns, by its file and its write-ahead log; raises OSError."""
    log = path.with_name(path.name + "-wal")
    return max(file.stat().st_mtime_ns for file in (path, log) if file == path or file.exists())


def need_room(folder: Path, size: int) -> None:
    """Raise what a full disk raises, before anything is written, where `size` bytes do not fit."""
    if shutil.disk_usage(folder).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _verify_copy(unfinished: Path, path: Path) -> tuple[int, int]:
    try:
        return verify(unfinished)
    except StoreDamagedError as error:
        raise damaged(path) from error


def _free_name(folder: Path, now: datetime, reason: str, schema: int) -> Path:
    # A backup never takes the place of another one, not even one of the same millisecond.
    while (path := folder / backup_name(now, reason, schema)).exists():
        now += timedelta(milliseconds=1)
    return path


def _thin(folder: Path, now: datetime) -> None:
    backups = list_backups(folder)
    kept = worth_keeping(backups, now)
    # The new backup is safe by now, and one too many does no harm.
    with contextlib.suppress(OSError):
        for backup in backups:
            if backup.path not in kept:
                backup.path.unlink(missing_ok=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One backup at a time, so that whatever is unfinished when it starts was left by a crash."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with one_at_a_time(folder / ".lock"):
        for left in folder.glob(f"*{_UNFINISHED}*"):
            left.unlink(missing_ok=True)
        yield


@contextmanager
def _explained(path: Path, folder: Path) -> Iterator[None]:
    try:
        yield
    except R2PError:
        raise
    except (sqlite3.Error, OSError) as error:
        raise _in_our_words(error, path, folder) from error


def _in_our_words(error: Exception, path: Path, folder: Path) -> StoreError:
    known = as_store_error(error, path)
    if isinstance(known, StoreFullError):
        return StoreFullError(
            f"There is no room for a backup: {free_megabytes(folder)} MB free at {folder}.",
            "Free some space; the store and the earlier backups are as they were.",
        )
    if isinstance(known, StoreReadOnlyError):
        return StoreReadOnlyError(
            f"No backup was made: the folder {folder} cannot be written.", "Give yourself write access to it."
        )
    if isinstance(error, OSError):
        return StoreError(
            f"No backup was made in {folder}: {error.strerror}.",
            "Try again; the store and the earlier backups are as they were.",
        )
    return known

"""Put another file in the store's place; the one that stood there is set aside, never deleted."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from r2p_tui.errors import StoreBusyError, StoreDamagedError
from r2p_tui.files import sync_file, sync_folder
from r2p_tui.store.backup import copy_store, unusable, verify
from r2p_tui.store.connection import as_store_error, attach
from r2p_tui.store.locks import sole_use

SIDE_FILES = ("-journal", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands in the store's place now; `kept` is the file that stood there before, if any."""

    schema: int
    rows: int
    kept: Path | None


def restore_file(path: Path, backup: Path, quarantine: Path, *, now: datetime) -> Restored:
    """Copy a backup, verify the copy, and let it take the store's place in one step.

    Raises StoreBusyError while any r2p has the store open, StoreDamagedError or StoreTooNewError for the
    backup, or another StoreError; the store is as it was then.
    """
    with replacement(path) as copy:
        try:
            copy_store(backup, copy)
        except sqlite3.DatabaseError as error:
            if isinstance(as_store_error(error, backup), StoreDamagedError):
                raise unusable(backup, str(error)) from error
            raise
        schema, rows = verify(copy, backup)
        return Restored(schema, rows, replace_store(path, copy, quarantine, now=now))


@contextmanager
def replacement(path: Path) -> Iterator[Path]:
    """A free name beside the store for the file that will take its place, while no r2p has the store open.

    What is left under that name is removed. Raises StoreError for what SQLite and the system raise inside.
    """
    copy = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with sole_use(path):
            try:
                remove_store(copy)
                yield copy
            finally:
                remove_store(copy)
    except (sqlite3.Error, OSError) as error:
        raise as_store_error(error, path) from error


def replace_store(path: Path, new: Path, quarantine: Path, *, now: datetime) -> Path | None:
    """Swap files while SQLite keeps other programs out, and give the place of the old one.

    Either both happen, the old file's move and the new one's arrival, or neither.
    """
    place = path.resolve()
    quarantine.mkdir(parents=True, exist_ok=True, mode=0o700)
    sync_file(new)
    with _locked(place), ExitStack() as undo:
        kept = _set_aside(place, _free_place(quarantine, path, now), undo)
        sync_folder(quarantine)
        new.replace(place)
        undo.pop_all()
    sync_folder(place.parent)
    return kept


def remove_store(path: Path) -> None:
    """Delete a store file that never was in use, with the files that SQLite keeps beside it."""
    for suffix in ("", *SIDE_FILES):
        beside(path, suffix).unlink(missing_ok=True)


def beside(path: Path, suffix: str) -> Path:
    """The file that SQLite keeps beside a database, such as its journal."""
    return path.with_name(path.name + suffix)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep out whoever does not share r2p's own lock, where the file is healthy enough to be locked.

    A process that waits for this lock is told afterwards that the file has moved, and writes nothing.
    """
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(closing(attach(path)))
            # Only the rollback journal notices a move, so a write-ahead log is put away first.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            known = as_store_error(error, path)
            if isinstance(known, StoreBusyError):
                raise known from error
        yield


def _set_aside(path: Path, kept: Path, undo: ExitStack) -> Path | None:
    # Journals go first: beside the new file they would be taken for its own, and spoil it.
    for suffix in SIDE_FILES:
        # An emptied journal is what a finished transaction leaves behind.
        if (side := beside(path, suffix)).exists() and side.stat().st_size:
            side.rename(beside(kept, suffix))
            undo.callback(beside(kept, suffix).rename, side)
    if not path.exists():
        return None
    try:
        # A second name keeps the first one in place until the new file takes it: there is always a store.
        os.link(path, kept)
        undo.callback(kept.unlink)
    except OSError:
        path.rename(kept)
        undo.callback(kept.rename, path)
    return kept


def _free_place(quarantine: Path, path: Path, now: datetime) -> Path:
    stem = f"{path.stem}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    number, place = 1, quarantine / f"{stem}{path.suffix}"
    while place.exists():
        number += 1
        place = quarantine / f"{stem}-{number}{path.suffix}"
    return place

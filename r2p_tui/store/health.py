"""What can be said of a store without changing it, for the doctor."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from r2p_tui.store.backup import complaints, count_rows
from r2p_tui.store.connection import (
    SCHEMA_VERSION,
    WAL_SAFE_VERSION,
    as_store_error,
    attach,
    filesystem,
    is_network,
    journal_mode,
    schema_version,
    too_new,
)

_TEXT_INDEXES = "SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5(%' ORDER BY name"


@dataclass(frozen=True, slots=True)
class Health:
    """A store's schema, its rows by table, what SQLite finds wrong, and search indexes out of step."""

    schema: int
    rows: dict[str, int]
    complaints: tuple[str, ...]
    stale_indexes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal mode of a store, why, and the SQLite version and file system behind that choice."""

    mode: str
    reason: str
    sqlite: str
    filesystem: str
    on_network: bool


def examine_store(path: Path) -> Health:
    """Read every page of the store; raises the StoreError that an opening of it would raise."""
    try:
        with closing(attach(path)) as connection:
            schema = schema_version(connection)
            if schema > SCHEMA_VERSION:
                raise too_new(path, schema)
            found = complaints(connection, quick=True) if schema else ["it is not a store of r2p"]
            stale = _stale_indexes(connection) if schema == SCHEMA_VERSION and not found else []
            return Health(schema, count_rows(connection), tuple(found), tuple(stale))
    except sqlite3.DatabaseError as error:
        raise as_store_error(error, path) from error


def kept_documents(path: Path) -> list[tuple[str, str, str]]:
    """SHA-256, kind and name of every document that a store of the current schema speaks of.

    Raises the StoreError that says why it cannot be read.
    """
    try:
        with closing(attach(path)) as connection:
            if schema_version(connection) != SCHEMA_VERSION:
                return []
            return connection.execute("SELECT DISTINCT sha256, kind, name FROM documents").fetchall()
    except sqlite3.DatabaseError as error:
        raise as_store_error(error, path) from error


def explain_journal(path: Path, version: tuple[int, ...] = sqlite3.sqlite_version_info) -> Journal:
    """Why the store at `path` has the journal mode that it has."""
    kind = filesystem(path)
    safe = ".".join(str(part) for part in WAL_SAFE_VERSION)
    if version[:3] < WAL_SAFE_VERSION:
        reason = f"SQLite before {safe} can lose a commit in its write-ahead log"
    elif is_network(kind):
        reason = "a write-ahead log needs memory that machines on a network do not share"
    else:
        reason = f"SQLite from {safe} on keeps its write-ahead log safe"
    return Journal(
        journal_mode(version, path), reason, ".".join(map(str, version[:3])), kind, is_network(kind)
    )


def _stale_indexes(connection: sqlite3.Connection) -> list[str]:
    """The search indexes that do not agree with their tables; needs the write lock, and writes nothing."""
    stale = []
    for (name,) in connection.execute(_TEXT_INDEXES).fetchall():
        try:
            connection.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
                raise
            stale.append(name)
    return stale

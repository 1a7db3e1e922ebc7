"""The only place that makes a database engine, and the only way into a session."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from r2p_tui.errors import StoreDamagedError, StoreReadOnlyError
from r2p_tui.store import backup
from r2p_tui.store.connection import (
    SCHEMA_VERSION,
    as_store_error,
    attach,
    begin,
    connect,
    create_file,
    schema_version,
    too_new,
)
from r2p_tui.store.locks import Presence

_WRITE = "r2p_write"


class Store:
    """One SQLite file; safe to use from several threads and beside other processes."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._presence = Presence(path)
        self._engine = make_engine(path, read_only=read_only)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session over one consistent view of the store; what it loads stays usable afterwards."""
        with self._translated(), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that holds the write lock from its start and commits at its end, or changes nothing."""
        if self.read_only:
            raise StoreReadOnlyError(
                "The store is open for reading only.", "Start again without --read-only."
            )
        with self._translated(), Session(self._engine, expire_on_commit=False) as session:
            session.connection(execution_options={_WRITE: True})
            yield session
            session.commit()

    def close(self) -> None:
        self._engine.dispose()
        self._presence.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except DatabaseError as error:
            raise as_store_error(error.orig or error, self.path) from error
        except sqlite3.Error as error:
            raise as_store_error(error, self.path) from error


def make_engine(path: Path, *, read_only: bool = False) -> Engine:
    """An engine whose every transaction says itself whether it will write (BEGIN IMMEDIATE)."""
    # The pool that this address stands for closes connections that other threads still use.
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: connect(path, read_only=read_only),
        poolclass=QueuePool,
        max_overflow=-1,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        begin(cast("sqlite3.Connection", driver), writing=_WRITE in connection.get_execution_options())

    return engine


def open_store(path: Path, backups: Path, *, read_only: bool = False, now: datetime | None = None) -> Store:
    """Open the store, making or migrating it first when needed.

    Raises StoreDamagedError, StoreTooNewError, StoreReadOnlyError or StoreError; the file is unchanged then.
    """
    try:
        with Presence(path):
            if not read_only and not path.exists():
                _expect_no_backups(path, backups, "missing")
                create_file(path)
            version = _schema_on_disk(path, backups)
            if version < SCHEMA_VERSION:
                if read_only:
                    raise _needs_writing(path, version)
                _migrate(path, backups, version, now or datetime.now(UTC))
            return Store(path, read_only=read_only)
    except (sqlite3.Error, OSError) as error:
        raise as_store_error(error, path) from error


def _schema_on_disk(path: Path, backups: Path) -> int:
    """Read the schema as far as the opening of a file can tell whether it is ours and healthy."""
    with closing(attach(path)) as connection:
        # One view of both: another process may be making the store just now.
        connection.execute("BEGIN")
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        version = schema_version(connection)
    if version > SCHEMA_VERSION:
        raise too_new(path, version)
    if not names and version == 0:
        _expect_no_backups(path, backups, "empty")
    elif version == 0 or "alembic_version" not in names:
        raise StoreDamagedError(
            f"{path} is a database, but not a store of r2p; its bytes were not touched.",
            "Move it away, or put the newest backup in its place with: r2p restore",
        )
    return version


def _expect_no_backups(path: Path, backups: Path, state: str) -> None:
    # An empty library in place of a full one would look like a loss, and in time push out the backups.
    if known := backup.list_backups(backups):
        raise StoreDamagedError(
            f"The store {path} is {state}, but there are backups of it, the newest of"
            f" {known[0].taken_at:%Y-%m-%d %H:%M} UTC.",
            f"Bring it back with: r2p restore (or move {backups} away to start anew)",
        )


def _needs_writing(path: Path, version: int) -> StoreReadOnlyError:
    return StoreReadOnlyError(
        f"The store {path} has schema {version} and must be brought to schema {SCHEMA_VERSION} first.",
        "Start once without --read-only.",
    )


def _migrate(path: Path, backups: Path, version: int, now: datetime) -> None:
    from r2p_tui.store.migrations.run import upgrade

    if version:
        backup.make_backup(path, backups, reason=f"before-schema-{SCHEMA_VERSION}", now=now)
    try:
        upgrade(path)
    except DatabaseError as error:
        raise as_store_error(error.orig or error, path) from error

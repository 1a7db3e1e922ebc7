"""The only place that makes a database engine, and the only way into a session."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import Session

from r2p_tui.errors import R2PError, StoreReadOnlyError, StoreTooNewError
from r2p_tui.store import backup
from r2p_tui.store.connection import (
    SCHEMA_VERSION,
    as_store_error,
    connect,
    create_file,
    damaged,
    schema_version,
)

_WRITE = "r2p_write"


class Store:
    """One SQLite file; safe to use from several threads and beside other processes."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
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


def make_engine(path: Path, *, read_only: bool = False) -> Engine:
    """An engine whose every transaction says itself whether it will write (BEGIN IMMEDIATE)."""
    engine = create_engine("sqlite+pysqlite://", creator=lambda: connect(path, read_only=read_only))

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(_WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def open_store(path: Path, backups: Path, *, read_only: bool = False, now: datetime | None = None) -> Store:
    """Open the store, making or migrating it first when needed.

    Raises StoreDamagedError, StoreTooNewError, StoreReadOnlyError or StoreError; the file is unchanged then.
    """
    try:
        if not read_only and not path.exists():
            create_file(path)
        version = _version_on_disk(path)
    except (sqlite3.Error, OSError) as error:
        raise as_store_error(error, path) from error
    if version > SCHEMA_VERSION:
        raise StoreTooNewError(
            f"The store {path} was written by a newer r2p (schema {version}, this one knows {SCHEMA_VERSION}).",
            "Update r2p, or set R2P_HOME to another folder.",
        )
    if version < SCHEMA_VERSION and not read_only:
        _migrate(path, backups, version, now or datetime.now(UTC))
    return Store(path, read_only=read_only)


def _version_on_disk(path: Path) -> int:
    connection = connect(path, read_only=True)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return schema_version(connection)
    finally:
        connection.close()


def _migrate(path: Path, backups: Path, version: int, now: datetime) -> None:
    from r2p_tui.store.migrations.run import upgrade

    if version:
        backup.make_backup(path, backups, reason=f"before-schema-{SCHEMA_VERSION}", now=now)
    try:
        upgrade(path)
    except R2PError:
        raise
    except (DatabaseError, sqlite3.Error, OSError) as error:
        original = getattr(error, "orig", None) or error
        raise as_store_error(original, path) from error


__all__ = ["Store", "damaged", "make_engine", "open_store"]

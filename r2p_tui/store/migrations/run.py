"""Bring a store to the current schema; imported only when it is behind."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection

from r2p_tui.errors import StoreDamagedError
from r2p_tui.store.connection import SCHEMA_VERSION, begin, connect, schema_version

FOLDER = Path(__file__).parent


def upgrade(path: Path) -> None:
    """Run every missing step in one write transaction; another process that is first is waited for.

    Raises StoreDamagedError when a step leaves a broken reference; nothing has changed then.
    """
    engine = create_engine("sqlite+pysqlite://", creator=lambda: connect(path))
    try:
        with engine.connect() as connection:
            # Rebuilding a parent table would cascade into its children; inside a transaction it is too late.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            begin(_driver(connection), writing=True)
            try:
                _run_steps(connection, path)
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                # A full disk has already ended the transaction; a second rollback would hide that reason.
                _driver(connection).rollback()
                raise
    finally:
        engine.dispose()


def _run_steps(connection: Connection, path: Path) -> None:
    if schema_version(_driver(connection)) >= SCHEMA_VERSION:
        return
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        raise StoreDamagedError(
            f"The store {path} holds {len(broken)} rows that point nowhere; it was not changed.",
            "Restore the newest backup: r2p restore",
        )
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _driver(connection: Connection) -> sqlite3.Connection:
    driver: sqlite3.Connection | None = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  (tells the type checker what an open connection means)
    return driver

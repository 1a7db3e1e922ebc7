"""Bring a store to the current schema; imported only when it is behind."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection

from r2p_tui.errors import StoreDamagedError
from r2p_tui.store.connection import SCHEMA_VERSION, connect, schema_version


def upgrade(path: Path) -> None:
    """Run every missing step in one write transaction; another process that is first is waited for.

    Raises StoreDamagedError when a step leaves a broken reference; nothing has changed then.
    """
    engine = create_engine("sqlite+pysqlite://", creator=lambda: connect(path))
    try:
        with engine.connect() as connection:
            # Rebuilding a parent table would cascade into its children; the switch works only outside a transaction.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                _run_steps(connection, path)
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
    finally:
        engine.dispose()


def _run_steps(connection: Connection, path: Path) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  (tells the type checker what an open connection means)
    if schema_version(driver) >= SCHEMA_VERSION:
        return
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        raise StoreDamagedError(
            f"The store {path} holds {len(broken)} rows that point nowhere; it was not changed.",
            "Restore the newest backup: r2p restore",
        )
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")

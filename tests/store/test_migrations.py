import gzip
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine

from r2p_tui.errors import StoreDamagedError, StoreError, StoreFullError, StoreReadOnlyError
from r2p_tui.paths import Paths
from r2p_tui.store import backup, connection, engine
from r2p_tui.store.backup import list_backups
from r2p_tui.store.connection import SCHEMA_VERSION, attach, begin
from r2p_tui.store.engine import open_store
from r2p_tui.store.migrations import run
from r2p_tui.store.records import metadata
from tests.store.definitions import definitions
from tests.store.freeze import FROZEN, rows_as_json
from tests.store.sample import NOW, Rows, fingerprint, is_healthy, make_store, rows_of

NEXT = SCHEMA_VERSION + 1
STEP = """
from alembic import op
import sqlalchemy as sa

revision = "next"
down_revision = "{previous:04}"


def upgrade() -> None:
    with op.batch_alter_table("triage_sessions", recreate="always") as table:
        table.add_column(sa.Column("place", sa.Text(), server_default="desk"))
    {more}
"""


@pytest.fixture
def store_file(paths: Paths) -> Path:
    return make_store(paths, papers=8)


@pytest.fixture
def next_step(
    store_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The schema after the current one: a parent table is rebuilt, then whatever the test asks for."""
    folder = tmp_path / "migrations % next"
    shutil.copytree(run.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    more = getattr(request, "param", "pass")
    (folder / f"versions/{NEXT:04}_next.py").write_text(STEP.format(previous=SCHEMA_VERSION, more=more))
    monkeypatch.setattr(run, "FOLDER", folder)
    for module in (run, engine, connection, backup):
        monkeypatch.setattr(module, "SCHEMA_VERSION", NEXT)


def after(more: str) -> pytest.MarkDecorator:
    """The next step goes on with this statement after the rebuild."""
    return pytest.mark.parametrize("next_step", [more], indirect=True)


def _open(paths: Paths) -> None:
    open_store(paths.store, paths.backups, now=NOW).close()


def _without_place(rows: Rows) -> Rows:
    return rows | {
        "alembic_version": [],
        "triage_sessions": [row[:4] for row in rows["triage_sessions"]],
    }


def _schema(path: Path) -> int:
    with closing(attach(path)) as opened:
        return connection.schema_version(opened)


def test_models_and_migrations_make_the_same_tables(store_file: Path, tmp_path: Path) -> None:
    modelled = tmp_path / "models.sqlite3"
    models = create_engine(f"sqlite:///{modelled}")
    metadata.create_all(models)
    models.dispose()
    assert definitions(modelled) == definitions(store_file)


@pytest.mark.usefixtures("next_step")
def test_migrate_keeps_every_row_after_a_verified_backup(paths: Paths, store_file: Path) -> None:
    before = rows_of(store_file)
    _open(paths)
    after_it = rows_of(store_file)
    assert _schema(store_file) == NEXT
    assert _without_place(after_it) == _without_place(before)
    assert {row[4] for row in after_it["triage_sessions"]} == {"desk"}
    (kept,) = list_backups(paths.backups)
    assert (kept.reason, kept.schema) == (f"before-schema-{NEXT}", SCHEMA_VERSION)
    assert rows_of(kept.path) == before
    assert is_healthy(store_file)


@pytest.mark.usefixtures("next_step")
def test_migrate_fk_rebuilding_a_parent_leaves_its_children_as_they_were(
    paths: Paths, store_file: Path
) -> None:
    _open(paths)
    with closing(attach(store_file)) as opened:
        sessions = opened.execute("SELECT DISTINCT session_id FROM triage_decisions").fetchall()
    assert sessions == [(1,)]


@pytest.mark.usefixtures("next_step")
def test_a_store_that_is_current_is_not_backed_up_again(paths: Paths) -> None:
    _open(paths)
    _open(paths)
    assert len(list_backups(paths.backups)) == 1


@pytest.mark.usefixtures("next_step")
def test_an_old_store_is_not_migrated_by_someone_who_may_only_read(paths: Paths, store_file: Path) -> None:
    before = fingerprint(store_file)
    with pytest.raises(StoreReadOnlyError, match=f"schema {SCHEMA_VERSION}"):
        open_store(paths.store, paths.backups, read_only=True)
    assert fingerprint(store_file) == before


@after("raise RuntimeError('half way')")
@pytest.mark.usefixtures("next_step")
def test_a_step_that_fails_leaves_the_old_schema(paths: Paths, store_file: Path) -> None:
    before = rows_of(store_file)
    with pytest.raises(RuntimeError):
        _open(paths)
    assert rows_of(store_file) == before
    assert _schema(store_file) == SCHEMA_VERSION
    assert is_healthy(store_file)


@after('op.execute("DELETE FROM triage_sessions")')
@pytest.mark.usefixtures("next_step")
def test_a_step_that_breaks_a_reference_is_undone(paths: Paths, store_file: Path) -> None:
    before = rows_of(store_file)
    with pytest.raises(StoreDamagedError, match="point nowhere") as caught:
        _open(paths)
    assert "r2p restore" in caught.value.hint
    assert rows_of(store_file) == before
    assert _schema(store_file) == SCHEMA_VERSION


@after('op.execute("SELECT nonsense FROM nowhere")')
@pytest.mark.usefixtures("next_step")
def test_an_error_of_sqlite_in_a_step_is_explained(paths: Paths, store_file: Path) -> None:
    before = rows_of(store_file)
    with pytest.raises(StoreError, match="nowhere"):
        _open(paths)
    assert rows_of(store_file) == before


@pytest.mark.usefixtures("next_step")
def test_a_disk_that_fills_up_during_a_step_is_said_to_be_full(
    paths: Paths, store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect_to_a_small_disk(path: Path) -> sqlite3.Connection:
        opened = connection.connect(path)
        (pages,) = opened.execute("PRAGMA page_count").fetchone()
        opened.execute(f"PRAGMA max_page_count = {pages}")
        return opened

    before = rows_of(store_file)
    with closing(attach(store_file)) as opened:
        opened.execute("VACUUM")
    monkeypatch.setattr(run, "connect", connect_to_a_small_disk)
    with pytest.raises(StoreFullError):
        _open(paths)
    assert rows_of(store_file) == before
    monkeypatch.undo()


@pytest.mark.usefixtures("next_step")
def test_without_a_good_backup_there_is_no_migration(paths: Paths, store_file: Path) -> None:
    with closing(attach(store_file)) as opened:
        opened.execute("DELETE FROM papers WHERE id = 1")
    before = fingerprint(store_file)
    with pytest.raises(StoreDamagedError):
        _open(paths)
    assert fingerprint(store_file) == before


@pytest.mark.usefixtures("next_step")
def test_the_second_of_two_that_migrate_finds_it_done(paths: Paths, store_file: Path) -> None:
    """Another process migrates between our look at the schema and our turn to write."""
    raced = False

    def race(*_: object) -> None:
        nonlocal raced
        if not raced:
            raced = True
            run.upgrade(store_file)

    event.listen(Engine, "connect", race)
    try:
        _open(paths)
    finally:
        event.remove(Engine, "connect", race)
    assert raced
    assert _schema(store_file) == NEXT
    assert {row[4] for row in rows_of(store_file)["triage_sessions"]} == {"desk"}


@pytest.mark.usefixtures("next_step")
def test_a_store_in_use_is_migrated_when_the_other_is_done(
    paths: Paths, store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    with closing(attach(store_file)) as other:
        begin(other, writing=True)
        with pytest.raises(StoreError):
            _open(paths)
        assert _schema(store_file) == SCHEMA_VERSION
        other.execute("ROLLBACK")
    _open(paths)
    assert _schema(store_file) == NEXT


@pytest.mark.parametrize("frozen", sorted(FROZEN.glob("store_v*.sqlite3.gz")), ids=lambda path: path.stem)
def test_stores_of_every_schema_open_with_all_their_rows(frozen: Path, paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    paths.store.write_bytes(gzip.decompress(frozen.read_bytes()))
    wanted = json.loads(frozen.with_suffix("").with_suffix(".json").read_text(encoding="utf-8"))
    _open(paths)
    assert _schema(paths.store) == SCHEMA_VERSION
    found = rows_as_json(paths.store)
    assert {table: _of_columns(found[table], rows) for table, rows in wanted.items()} == wanted
    assert is_healthy(paths.store)


def _of_columns(rows: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The columns that the frozen rows have; a later schema may have more of them."""
    return [{name: row[name] for name in wanted[0]} for row in rows] if wanted else rows


def test_the_current_schema_is_frozen_as_it_is_made(store_file: Path, tmp_path: Path) -> None:
    frozen = tmp_path / "frozen.sqlite3"
    frozen.write_bytes(gzip.decompress((FROZEN / f"store_v{SCHEMA_VERSION}.sqlite3.gz").read_bytes()))
    assert definitions(frozen) == definitions(store_file), (
        "A schema that was released never changes: add a migration. Before its release, freeze it again"
        " with: python -m tests.store.freeze"
    )

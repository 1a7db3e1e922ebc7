"""What the models say, what the migrations build and what SQLite enforces are one."""

import ast
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import SchemaItem
from sqlmodel import SQLModel

from r2p_tui.paths import Paths
from r2p_tui.store import quick
from r2p_tui.store.connection import connect
from r2p_tui.store.engine import Store, make_engine, open_store
from r2p_tui.store.papers import Paper
from r2p_tui.store.records import metadata
from tests.store.definitions import definitions

# Text indexes, which only the migrations know, and Alembic's own table.
MADE_BY_OTHERS = ("papers_text", "title_word", "table_rows_text", "alembic_version")
PACKAGE = Path(__file__).parent.parent.parent / "r2p_tui"


@pytest.fixture
def store(paths: Paths) -> Iterator[Store]:
    with open_store(paths.store, paths.backups) as opened:
        yield opened


@pytest.fixture
def direct(store: Store) -> Iterator[sqlite3.Connection]:
    connection = connect(store.path)
    yield connection
    connection.close()


def test_alembic_finds_no_difference_between_models_and_migrations(store: Store) -> None:
    def is_ours(thing: SchemaItem, name: str | None, kind: str, *_: object) -> bool:
        # SQLAlchemy does not read what a column says itself of its reference; the next test does.
        later = isinstance(thing, ForeignKeyConstraint) and thing.column_keys == ["claim_id"]
        return not later and not (kind == "table" and str(name).startswith(MADE_BY_OTHERS))

    engine = make_engine(store.path)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_ours})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_tables_and_indexes_are_the_same_to_the_letter(store: Store, tmp_path: Path) -> None:
    """Alembic does not look at CHECK, STRICT, WITHOUT ROWID and partial indexes."""
    path = tmp_path / "from_models.sqlite3"
    path.touch()
    engine = make_engine(path)
    with engine.begin() as connection:
        SQLModel.metadata.create_all(connection)
    engine.dispose()
    from_models = definitions(path)
    assert from_models == definitions(store.path)
    tables = [parts for parts in from_models.values() if parts[0].startswith("CREATE TABLE")]
    assert all("STRICT" in tail for *_, tail in tables)


PAPER = (
    "INSERT INTO papers (arxiv_id, title, abstract, authors, latest_version, text_rank, details_rank,"
    " added_at) VALUES ({}, '', '[]', {}, 0, 0, 'now')"
)
CITATION = "INSERT INTO citations VALUES ({}, {}, 0, '[]', 0, '[]', {}, 1, {}, '', '')"
REFUSED = {
    "cannot store TEXT": PAPER.format("'2304.1', 'T'", "'one'"),
    "has_a_title": PAPER.format("'2304.1', ''", 1),
    "has_a_key": PAPER.format("NULL, 'T'", 1),
    "version_from_one": PAPER.format("'2304.1', 'T'", 0),
    "FOREIGN KEY": "INSERT INTO paper_versions VALUES (9, 1, NULL)",
    "known_decision": (
        "INSERT INTO triage_decisions (paper_id, decision, route, decided_at) VALUES (1, 'burn', 'add', '')"
    ),
    "says_something": "INSERT INTO surprises (text, kind, created_at) VALUES ('', 'data', '')",
    "is_a_sha256": (
        "INSERT INTO documents (paper_id, kind, origin, name, sha256, size, added_at)"
        " VALUES (1, 'pdf', 'user', 'a.pdf', 'abc', 3, '')"
    ),
    "failed_for_a_reason": (
        "INSERT INTO table_extractions VALUES (1, 'failed', '', 1, 'best', '[]', '{}', '[]', NULL, '')"
    ),
    "cites_another": CITATION.format(1, 1, "'fails'", "NULL"),
    "known_evidence": CITATION.format(1, 2, "'praises'", "NULL"),
    "known_correction": CITATION.format(1, 2, "'fails'", "'praises'"),
    "ended_when_done": (
        "INSERT INTO citation_looks VALUES"
        " (1, 'citations', 's2', 'done', '', 0, '[]', NULL, 0, NULL, '', NULL)"
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_sqlite_itself_refuses_what_must_not_be(direct: sqlite3.Connection, reason: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=reason):
        direct.execute(REFUSED[reason])


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    naive = datetime(2026, 11, 20)  # noqa: DTZ001  (what must be refused)
    with pytest.raises(StatementError, match="without a zone"), store.write() as session:
        session.add(Paper(arxiv_id="2304.08069", title="A paper", authors=[], added_at=naive))


def test_foreign_keys_are_on_for_every_kind_of_connection(store: Store, paths: Paths) -> None:
    asked = "PRAGMA foreign_keys"
    with store.read() as session:
        assert session.connection().exec_driver_sql(asked).scalar() == 1
    with store.write() as session:
        assert session.connection().exec_driver_sql(asked).scalar() == 1
    with quick._write(paths.store) as connection:
        assert connection.execute(asked).fetchone() == (1,)
    reader = connect(paths.store, read_only=True)
    assert reader.execute(asked).fetchone() == (1,)
    reader.close()


def test_no_connection_is_made_outside_the_store() -> None:
    makers = {"create_engine", "make_engine", "Session", "sqlite3.connect", "connect"}
    outside = [path for path in PACKAGE.rglob("*.py") if "store" not in path.relative_to(PACKAGE).parts]
    assert len(outside) > 20
    made = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}: {ast.unparse(call.func)}"
        for path in outside
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in makers
    ]
    assert made == []


def test_engines_and_connections_are_made_in_one_place_of_the_store() -> None:
    made = {
        (path.name, ast.unparse(call.func))
        for path in (PACKAGE / "store").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {"create_engine", "sqlite3.connect"}
    }
    assert {name for name, function in made if function == "sqlite3.connect"} == {"connection.py"}
    assert {name for name, function in made if function == "create_engine"} <= {"engine.py", "run.py"}

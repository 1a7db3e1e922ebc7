from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col, select

from r2p_tui.paths import Paths
from r2p_tui.store.claims import Claim
from r2p_tui.store.connection import connect
from r2p_tui.store.documents import Document, documents_of, save_document
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.health import examine_store
from r2p_tui.store.papers import Paper
from r2p_tui.store.tables import (
    PaperTable,
    TableCorrection,
    TableExtraction,
    TableRow,
    replace_rows,
    replace_tables,
    save_failure,
    stored_tables,
    undo_newest_correction,
)
from tests.store.sample import NOW, table_of

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def store(paths: Paths) -> Iterator[Store]:
    with open_store(paths.store, paths.backups, now=NOW) as opened:
        with opened.write() as session:
            session.add_all(
                Paper(
                    id=number,
                    arxiv_id=f"2611.{number:05}",
                    title="A paper",
                    abstract="",
                    authors=[],
                    added_at=NOW,
                )
                for number in (1, 2)
            )
            session.flush()
            session.add_all([*table_of(1), *table_of(2)])
        yield opened


def extraction(state: str = "ready", **facts: Any) -> TableExtraction:
    return TableExtraction(paper_id=1, state=state, extractor_version=2, tried_at=LATER, **facts)


def row(key: str, label: str, number: int = 1) -> TableRow:
    return TableRow(
        paper_id=1,
        table_key=key,
        table_name=f"Table {key}",
        kind="ablation",
        confidence=0.5,
        page=3,
        row=number,
        label=label,
        cells=[["AP", "1"]],
        deltas=[],
    )


def labels_with(store: Store, word: str) -> set[str]:
    """The labels of the rows that the index finds."""
    query = (
        "SELECT table_rows.label FROM table_rows_text JOIN table_rows ON id = table_rows_text.rowid"
        " WHERE table_rows_text MATCH ?"
    )
    with closing(connect(store.path)) as connection:
        return {label for (label,) in connection.execute(query, (word,))}


def test_a_new_extraction_replaces_tables_and_rows_and_nothing_of_the_users(store: Store) -> None:
    with store.write() as session:
        table = PaperTable(paper_id=1, table_key="4", position=0, content={"number": "4"})
        replace_tables(session, extraction(extracted_at=LATER), [table], [row("4", "with mosaic")])
    with store.read() as session:
        mine = stored_tables(session, 1)
        assert [one.table_key for one in mine.tables] == ["4"]
        assert mine.extraction is not None
        assert (mine.extraction.extractor_version, mine.extraction.extracted_at) == (2, LATER)
        assert [one.table_key for one in mine.corrections] == ["3"]
        assert [claim.table_key for claim in session.exec(select(Claim).order_by(col(Claim.id)))] == [
            "3",
            "3",
        ]
        assert [one.table_key for one in stored_tables(session, 2).tables] == ["3"]
    assert labels_with(store, "mosaic") == {"with mosaic"}
    assert labels_with(store, "part") == {"without part 2"}


def test_tables_come_in_document_order_and_one_by_its_key(store: Store) -> None:
    tables = [
        PaperTable(paper_id=1, table_key=key, position=position, content={})
        for position, key in ((1, "1"), (0, "9"))
    ]
    with store.write() as session:
        replace_tables(session, extraction(), tables, [])
    with store.read() as session:
        assert [one.table_key for one in stored_tables(session, 1).tables] == ["9", "1"]
        assert [one.table_key for one in stored_tables(session, 1, "1").tables] == ["1"]
        assert stored_tables(session, 1, "1").corrections == []
        assert stored_tables(session, 1, "8").tables == []


def test_a_failure_leaves_what_was_there(store: Store) -> None:
    with store.write() as session:
        save_failure(session, extraction("failed", reason="The PDF is damaged."))
    with store.read() as session:
        stored = stored_tables(session, 1)
    assert stored.extraction is not None
    assert (stored.extraction.state, stored.extraction.reason) == ("ready", "The PDF is damaged.")
    assert (stored.extraction.extracted_at, stored.extraction.tried_at) == (NOW, LATER)
    assert [one.table_key for one in stored.tables] == ["3"]


def test_the_first_failure_and_the_next_are_kept_with_their_reasons(store: Store) -> None:
    with store.write() as session:
        session.execute(delete(TableExtraction))
        for reason in ("The PDF is damaged.", "The PDF asks for a password."):
            save_failure(session, extraction("failed", reason=reason))
    with store.read() as session:
        found = stored_tables(session, 1).extraction
    assert found is not None
    assert (found.state, found.reason) == ("failed", "The PDF asks for a password.")


def test_the_index_follows_rows_that_are_replaced_changed_and_deleted(store: Store) -> None:
    with store.write() as session:
        replace_rows(session, 1, "3", [row("3", "without mosaic"), row("3", "without matching", 2)])
    assert labels_with(store, "mosaic OR matching") == {"without mosaic", "without matching"}
    with store.write() as session:
        first = session.exec(select(TableRow).where(TableRow.label == "without mosaic")).one()
        first.label = "without copy-paste"
    assert labels_with(store, "mosaic") == set()
    assert labels_with(store, '"copy paste"') == {"without copy-paste"}
    with store.write() as session:
        session.delete(session.get(Paper, 1))
    assert labels_with(store, "matching") == set()
    assert examine_store(store.path).stale_indexes == ()


def test_words_are_found_by_their_stem_and_headers_by_their_parts(store: Store) -> None:
    found = row("3", "small objects")
    found.cells = [["AP_S", "36.1"]]
    with store.write() as session:
        replace_rows(session, 1, "3", [found])
    for words in ("object", '"AP_S"', '"36.1"'):
        assert labels_with(store, words) == {"small objects"}, words


def corrections(session: Session) -> list[str]:
    return [str(one.correction["new"]) for one in stored_tables(session, 1, "3").corrections]


def test_corrections_are_undone_newest_first(store: Store) -> None:
    with store.write() as session:
        session.add(TableCorrection(paper_id=1, table_key="3", correction={"new": "38.6"}, corrected_at=NOW))
        session.flush()
        assert corrections(session) == ["38.5", "38.6"]
        assert undo_newest_correction(session, 1, "3", LATER)
        assert corrections(session) == ["38.5"]
        assert undo_newest_correction(session, 1, "3", LATER)
        assert not undo_newest_correction(session, 1, "3", LATER)
        assert not undo_newest_correction(session, 1, "4", LATER)
        assert len(session.exec(select(TableCorrection).where(TableCorrection.paper_id == 1)).all()) == 2


def test_a_paper_takes_all_of_its_tables_with_it(store: Store) -> None:
    with store.write() as session:
        session.delete(session.get(Paper, 1))
    with store.read() as session:
        for paper_id in (
            Document.paper_id,
            TableExtraction.paper_id,
            PaperTable.paper_id,
            TableRow.paper_id,
            TableCorrection.paper_id,
            Claim.paper_id,
        ):
            assert session.exec(select(paper_id)).all() == [2]


def document(content: str, kind: str = "pdf") -> Document:
    return Document(
        paper_id=1, kind=kind, origin="user", name="a.pdf", sha256=content * 64, size=3, added_at=LATER
    )


def test_the_newest_document_of_a_kind_counts_also_when_it_is_one_of_before(store: Store) -> None:
    with store.write() as session:
        for content in "aba":
            save_document(session, document(content))
            newest = documents_of(session, 1)["pdf"]
            assert newest.sha256 == content * 64
        save_document(session, document("c", "tex"))
        assert {kind: one.sha256[0] for kind, one in documents_of(session, 1).items()} == {
            "pdf": "a",
            "tex": "c",
        }

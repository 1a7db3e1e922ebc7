from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from r2p_tui.domain.reading import NoteValues
from r2p_tui.errors import EditConflictError, NotFoundError
from r2p_tui.paths import Paths
from r2p_tui.store import reading as store
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import Paper
from r2p_tui.store.reading import Reading, RedFlag, Viability

NOW = datetime(2026, 11, 20, 8, 2, tzinfo=UTC)


@pytest.fixture
def opened(paths: Paths) -> Iterator[Store]:
    with open_store(paths.store, paths.backups, now=NOW) as opened, opened.write() as session:
        session.add(
            Paper(id=1, arxiv_id="2304.08069", title="A paper", authors=[], latest_version=3, added_at=NOW)
        )
    yield opened
    opened.close()


def found_by(opened: Store, words: str) -> list[int]:
    query = text("SELECT rowid FROM papers_text WHERE papers_text MATCH :words")
    with opened.read() as session:
        return list(session.scalars(query, {"words": words}))


def test_note_is_written_once_per_revision_and_remembers_the_version(opened: Store) -> None:
    with opened.write() as session:
        note = store.save_note(session, 1, NoteValues(summary="hybrid encoder"), revision=0, now=NOW)
        assert (note.revision, note.version_read) == (1, 3)
    with opened.write() as session:
        same = store.save_note(session, 1, NoteValues(summary="hybrid encoder"), revision=0, now=NOW)
        assert same.revision == 1
    with pytest.raises(EditConflictError), opened.write() as session:
        store.save_note(session, 1, NoteValues(summary="another"), revision=0, now=NOW)
    with opened.read() as session:
        assert store.note_values(session.get(store.Note, 1)) == NoteValues(summary="hybrid encoder")


def test_answers_are_found_by_full_text(opened: Store) -> None:
    with opened.write() as session:
        store.save_note(
            session, 1, NoteValues(answers={"technique": "uncertainty queries"}), revision=0, now=NOW
        )
    assert found_by(opened, "uncertainty") == [1]
    with opened.write() as session:
        store.save_note(session, 1, NoteValues(answers={"technique": "anchors"}), revision=1, now=NOW)
    assert found_by(opened, "uncertainty") == []
    assert found_by(opened, "anchors") == [1]


def test_version_of_the_note_is_the_one_being_read(opened: Store) -> None:
    with opened.write() as session:
        session.add(Reading(paper_id=1, pass_number=1, version_read=2, started_at=NOW))
    with opened.write() as session:
        assert store.save_note(session, 1, NoteValues(body="x"), revision=0, now=NOW).version_read == 2


def test_time_is_added_in_the_store_not_replaced(opened: Store) -> None:
    with opened.write() as session:
        session.add(Reading(id=5, paper_id=1, pass_number=1, started_at=NOW))
    for seconds in (5.0, 2.5):
        with opened.write() as session:
            assert store.add_seconds(session, 5, seconds, NOW)
    with opened.write() as session:
        reading = store.find_reading(session, 5)
        assert (reading.seconds, reading.last_read_at) == (7.5, NOW)
        reading.verdict, reading.finished_at = "go on", NOW
    with opened.write() as session:
        assert not store.add_seconds(session, 5, 1.0, NOW)


@pytest.mark.parametrize(
    "row",
    [
        Reading(paper_id=1, pass_number=4, started_at=NOW),
        Reading(paper_id=1, pass_number=1, started_at=NOW, verdict="stop", finished_at=NOW),
        Reading(paper_id=1, pass_number=1, started_at=NOW, verdict="go on"),
        Reading(paper_id=9, pass_number=1, started_at=NOW),
        RedFlag(paper_id=1, kind="ugly figures", flagged_at=NOW),
        Viability(paper_id=1, dimension="robustness", score=6, rated_at=NOW),
    ],
)
def test_store_refuses_what_must_not_be(opened: Store, row: object) -> None:
    with pytest.raises(IntegrityError), opened.write() as session:
        session.add(row)
        session.flush()


def test_only_one_reading_of_a_pass_is_open(opened: Store) -> None:
    with pytest.raises(IntegrityError), opened.write() as session:
        session.add_all(Reading(paper_id=1, pass_number=1, started_at=NOW) for _ in range(2))
        session.flush()


def test_unknown_paper_and_reading_are_said_so(opened: Store) -> None:
    with opened.read() as session:
        with pytest.raises(NotFoundError):
            store.latest_version(session, 9)
        with pytest.raises(NotFoundError):
            store.find_reading(session, 9)

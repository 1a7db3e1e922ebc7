import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from r2p_tui.domain.reading import NoteValues
from r2p_tui.errors import EditConflictError, NotFoundError, R2PError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.services import reading as service
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.services.windows import Window, is_alive
from r2p_tui.store import reading as store
from r2p_tui.store.papers import Paper

NOW = datetime(2026, 11, 20, 8, 2, tzinfo=UTC)


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with open_desk(paths) as desk:
        with desk.store.write() as session:
            session.add(
                Paper(
                    id=1, arxiv_id="2304.08069", title="A paper", authors=[], latest_version=1, added_at=NOW
                )
            )
        yield desk


def test_a_pass_is_resumed_until_it_has_a_verdict(desk: Desk) -> None:
    first = service.open_reading(desk, 1, 1, now=NOW)
    assert first.id is not None
    service.add_time(desk, first.id, 90, now=NOW)
    again = service.open_reading(desk, 1, 1, now=NOW + timedelta(days=1))
    assert (again.id, again.seconds) == (first.id, 90)
    done = service.finish_reading(desk, first.id, "stop", " no\ncode ", seconds=10, now=NOW)
    assert (done.seconds, done.verdict, done.reason) == (100, "stop", "no code")
    fresh = service.open_reading(desk, 1, 1, now=NOW)
    assert (fresh.id, fresh.seconds) != (first.id, 100)


def test_a_verdict_can_be_taken_back(desk: Desk) -> None:
    reading = service.open_reading(desk, 1, 1, now=NOW)
    assert reading.id is not None
    service.finish_reading(desk, reading.id, "go on", seconds=30, now=NOW)
    reopened = service.reopen_reading(desk, reading.id)
    assert (reopened.verdict, reopened.finished_at, reopened.seconds) == (None, None, 30)
    service.finish_reading(desk, reading.id, "go on", now=NOW)
    service.open_reading(desk, 1, 1, now=NOW)
    with pytest.raises(EditConflictError, match="open already"):
        service.reopen_reading(desk, reading.id)


def test_a_second_verdict_is_refused(desk: Desk) -> None:
    reading = service.open_reading(desk, 1, 2, now=NOW)
    assert reading.id is not None
    service.finish_reading(desk, reading.id, "go on", now=NOW)
    with pytest.raises(EditConflictError):
        service.finish_reading(desk, reading.id, "stop", "late", now=NOW)
    with pytest.raises(EditConflictError):
        service.add_time(desk, reading.id, 5, now=NOW)


def test_a_new_reading_is_of_the_newest_version(desk: Desk) -> None:
    old = service.open_reading(desk, 1, 1, now=NOW)
    with desk.store.write() as session:
        paper = session.get(Paper, 1)
        assert paper is not None
        paper.latest_version = 3
    assert service.open_reading(desk, 1, 1, now=NOW).version_read == old.version_read == 1
    assert service.open_reading(desk, 1, 2, now=NOW).version_read == 3


def test_bad_requests_are_refused_in_words(desk: Desk) -> None:
    reading = service.open_reading(desk, 1, 1, now=NOW)
    assert reading.id is not None
    for attempt in (
        lambda: service.open_reading(desk, 1, 4, now=NOW),
        lambda: service.finish_reading(desk, reading.id or 0, "stop", "  ", now=NOW),
        lambda: service.finish_reading(desk, reading.id or 0, "maybe", now=NOW),
        lambda: service.set_flag(desk, 1, "ugly", "", now=NOW),
        lambda: service.rate(desk, 1, "beauty", 3, "", now=NOW),
        lambda: service.rate(desk, 1, "robustness", 0, "", now=NOW),
    ):
        with pytest.raises(UsageError) as told:
            attempt()
        assert told.value.hint
    with pytest.raises(NotFoundError):
        service.open_reading(desk, 2, 1, now=NOW)
    with pytest.raises(NotFoundError):
        service.save_note(desk, 2, NoteValues(body="x"), revision=0, window="w", now=NOW)


def test_saving_forgets_the_draft_and_a_conflict_keeps_both(desk: Desk) -> None:
    service.save_draft(desk, 1, NoteValues(body="draft"), revision=0, window="a", now=NOW)
    service.save_note(desk, 1, NoteValues(body="from b"), revision=0, window="b", now=NOW)
    with pytest.raises(EditConflictError):
        service.save_note(desk, 1, NoteValues(body="draft"), revision=0, window="a", now=NOW)
    (left,) = service.drafts(desk, 1, window="other")
    assert left.fields == {"body": "draft"}
    note = service.load_note(desk, 1)
    assert note is not None
    assert note.body == "from b"
    service.save_note(desk, 1, NoteValues(body="both"), revision=note.revision, window="a", now=NOW)
    assert service.drafts(desk, 1, window="other") == []


def test_a_draft_that_says_what_the_note_says_is_not_offered(desk: Desk) -> None:
    service.save_draft(desk, 1, NoteValues(body="same"), revision=0, window="a", now=NOW)
    service.save_note(desk, 1, NoteValues(body="same"), revision=0, window="b", now=NOW)
    assert service.drafts(desk, 1, window="b") == []


def test_only_drafts_of_windows_that_are_gone_are_offered(desk: Desk) -> None:
    window = Window(desk.paths)
    service.save_draft(desk, 1, NoteValues(body="typing"), revision=0, window=window.window_id, now=NOW)
    assert service.drafts(desk, 1, window="me") == []
    service.discard_drafts(desk, 1)
    window.close()
    (left,) = service.drafts(desk, 1, window="me")
    assert left.fields == {"body": "typing"}
    service.discard_drafts(desk, 1)
    assert service.drafts(desk, 1, window="me") == []


def _type_and_wait(paths: Paths, typed: "multiprocessing.synchronize.Event") -> None:
    window = Window(paths)
    with open_desk(paths) as desk:
        service.save_draft(desk, 1, NoteValues(body="typed"), revision=0, window=window.window_id, now=NOW)
        typed.set()
        signal.pause()


def test_a_killed_window_leaves_its_draft_to_be_offered(desk: Desk) -> None:
    spawn = multiprocessing.get_context("spawn")
    typed = spawn.Event()
    writer = spawn.Process(target=_type_and_wait, args=(desk.paths, typed), daemon=True)
    writer.start()
    assert typed.wait(30)
    assert service.drafts(desk, 1, window="me") == []
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join()
    (left,) = service.drafts(desk, 1, window="me")
    assert left.fields == {"body": "typed"}
    assert not is_alive(desk.paths, left.window)
    with contextlib.closing(Window(desk.paths)) as window:
        (lock,) = (desk.paths.state / "windows").iterdir()
        assert lock.stem == window.window_id


def test_a_window_that_cannot_be_marked_is_said_so(paths: Paths) -> None:
    paths.state.mkdir(parents=True)
    (paths.state / "windows").write_text("in the way")
    with pytest.raises(R2PError, match="cannot be written"):
        Window(paths)


def test_flags_and_ratings_are_changed_in_place_and_taken_back(desk: Desk) -> None:
    service.set_flag(desk, 1, "toy data", "section 4", now=NOW)
    service.set_flag(desk, 1, "toy data", "section 4, table 2", now=NOW + timedelta(hours=1))
    service.rate(desk, 1, "robustness", 2, "night images", now=NOW)
    service.rate(desk, 1, "robustness", 3, "night images, again", now=NOW)
    with desk.store.read() as session:
        (flag,) = store.flags_of(session, 1)
        (rating,) = store.viability_of(session, 1)
    assert (flag.evidence, flag.flagged_at) == ("section 4, table 2", NOW)
    assert (rating.score, rating.evidence) == (3, "night images, again")
    service.clear_flag(desk, 1, "toy data")
    service.clear_rating(desk, 1, "robustness")
    service.clear_flag(desk, 1, "toy data")
    with desk.store.read() as session:
        assert store.flags_of(session, 1) == []
        assert store.viability_of(session, 1) == []

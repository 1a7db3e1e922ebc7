"""Predictions as the store keeps them: listed in the order of work, frozen, and read back for the scores."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from r2p_tui.domain.prediction_entry import PredictionEntry, reasoning_hash
from r2p_tui.domain.predictions import Forecast, Judged, Outcome
from r2p_tui.domain.radar import Bucket, Ring
from r2p_tui.errors import NotFoundError
from r2p_tui.paths import Paths
from r2p_tui.store import predictions, radar
from r2p_tui.store.connection import connect
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import Paper
from r2p_tui.store.prediction_evidence import (
    EvidenceSnapshot,
    add_snapshot,
    papers_with_open_predictions,
    snapshots_for,
)
from r2p_tui.store.prediction_scores import base_rate, judged
from r2p_tui.store.predictions import Counts, PredictionLine
from tests.store.sample import NOW, make_store

TODAY = NOW.date()
DAY = timedelta(days=1)
ENTRY = PredictionEntry(
    "RT-DETR-style detectors replace YOLO",
    "adoption",
    "in more than half of the edge deployments that I see",
    "no NMS",
    0.3,
    TODAY + 700 * DAY,
    tags=("edge", "détection"),
)


@pytest.fixture
def session(paths: Paths) -> Iterator[Session]:
    """An empty store with two papers and a technique in TRIAL, open for writing."""
    with open_store(paths.store, paths.backups, now=NOW) as store, store.write() as opened:
        for number in (1, 2):
            paper = Paper(
                id=number, arxiv_id=f"2304.0806{number}", title=f"P{number}", authors=[], added_at=NOW
            )
            opened.add(paper)
        opened.flush()
        radar.add_technique(
            opened, "RT-DETR", ring=Ring.TRIAL, quadrant="Models", bucket=Bucket.CORE, reason="no NMS",
            next_action="train it", next_on=TODAY, now=NOW,
        )  # fmt: skip
        yield opened


def add(session: Session, due: date | None = None, **changes: Any) -> int:
    beside = {name: changes.pop(name) for name in ("paper_id", "technique_id", "origin") if name in changes}
    entry = ENTRY._replace(due_on=due or ENTRY.due_on, **changes)
    return predictions.add_prediction(session, entry, made_at=NOW, **beside)


def ids(session: Session, **wanted: Any) -> list[int]:
    given = {"state": "all", "today": TODAY, "limit": 100, **wanted}
    return [line.id for line in predictions.list_lines(session, **given)]


def test_what_is_written_is_read_back_with_its_hash_and_ring(session: Session) -> None:
    number = add(session, paper_id=2, technique_id=1)
    kept = predictions.one(session, number)
    assert kept.reasoning_hash == reasoning_hash(ENTRY, NOW)
    assert (kept.criteria, kept.reasoning, kept.tags) == (ENTRY.criteria, ENTRY.reasoning, list(ENTRY.tags))
    radar.add_move(session, 1, Ring.ADOPT, reason="it is in production", now=NOW)
    assert predictions.line_of(session, number) == PredictionLine(
        number, ENTRY.statement, "adoption", 0.3, 0.3, ENTRY.due_on, NOW, 2, "RT-DETR", "TRIAL"
    )


def test_due_ones_come_first_then_open_then_resolved(session: Session) -> None:
    far, late, near, today, earlier, later = (
        add(session, due) for due in
        (TODAY + 9 * DAY, TODAY - 9 * DAY, TODAY + DAY, TODAY, TODAY + DAY, TODAY - DAY)
    )  # fmt: skip
    predictions.resolve(session, earlier, Outcome.YES, now=NOW - DAY)
    predictions.resolve(session, later, Outcome.NO, now=NOW)
    predictions.delete(session, add(session, TODAY), NOW)
    assert ids(session) == [late, today, near, far, later, earlier]
    assert ids(session, state="due") == [late, today]
    assert ids(session, state="open") == [near, far]
    assert ids(session, state="resolved") == [later, earlier]
    assert ids(session, limit=3) == [late, today, near]
    assert predictions.counts(session, TODAY) == Counts(2, 2, 2, TODAY - 9 * DAY)
    assert ids(session, state="due", today=TODAY + DAY) == [late, today, near]
    assert predictions.take_back(session, later, "the wrong one", NOW)
    assert ids(session, state="due") == [late, later, today]
    assert predictions.counts(session, TODAY - 30 * DAY) == Counts(0, 5, 1)


def test_words_of_any_alphabet_technique_and_paper_choose(session: Session) -> None:
    one = add(session, paper_id=2, technique_id=1)
    two = add(session, statement="Größere Modelle 100% schneller", tags=())
    assert ids(session, words="EDGE replace") == [one]
    assert ids(session, words="DÉTECTION") == [one]
    assert ids(session, words="grosse") == ids(session, words="no-such") == []
    assert ids(session, words="GRÖSSERE 100%") == [two]
    assert ids(session, words="% _ '") == []
    assert ids(session, words="no nms") == [one, two]
    assert ids(session, words="rt-detr", technique_id=1) == [one]
    assert ids(session, technique_id=1) == ids(session, paper_id=2) == [one]
    assert ids(session, paper_id=1) == []


def test_a_later_view_is_added_and_the_first_one_stays(session: Session) -> None:
    number = add(session)
    predictions.add_update(session, number, 0.6, "two groups repeated it", NOW + 2 * DAY)
    predictions.add_update(session, number, 0.5, "one of them took it back", NOW + 3 * DAY)
    predictions.add_update(session, number, 0.4, "read from a file, and older", NOW + DAY)
    line = predictions.line_of(session, number)
    assert (line.first_probability, line.probability, line.updates) == (0.3, 0.5, 3)
    assert [each.probability for each in predictions.updates_of(session, number)] == [0.4, 0.6, 0.5]


def test_a_resolution_is_taken_back_and_kept(session: Session) -> None:
    number = add(session)
    assert not predictions.take_back(session, number, "why", NOW)
    assert not predictions.say_missed(session, number, "nothing")
    predictions.resolve(session, number, Outcome.NO, value=24.0, reason="counted", now=NOW)
    assert predictions.say_missed(session, number, "the licence")
    assert not predictions.say_missed(session, number, "something else")
    assert predictions.take_back(session, number, "the wrong one", NOW + DAY)
    predictions.resolve(session, number, Outcome.YES, now=NOW + 2 * DAY)
    first, second = predictions.resolutions_of(session, number)
    assert (first.outcome, first.value, first.missed) == ("no", 24.0, "the licence")
    assert (first.undone_at, first.undone_reason) == (NOW + DAY, "the wrong one")
    assert predictions.resolution_in_force(session, number) == second
    line = predictions.line_of(session, number)
    assert (line.outcome, line.resolved_at) == (Outcome.YES, NOW + 2 * DAY)


def test_a_prediction_that_is_not_there_or_was_deleted_is_not_found(session: Session) -> None:
    number = add(session)
    predictions.delete(session, number, NOW)
    for missing in (number, 99):
        for ask in (predictions.one, predictions.line_of):
            with pytest.raises(NotFoundError, match=f"prediction {missing}"):
                ask(session, missing)
        with pytest.raises(NotFoundError):
            predictions.delete(session, missing, NOW)


def test_what_comes_from_elsewhere_may_lack_criteria(session: Session) -> None:
    number = add(session, criteria="", reasoning="", origin="fatebook")
    assert predictions.one(session, number).origin == "fatebook"


def test_the_scores_see_the_forecasts_until_the_day_ends(session: Session) -> None:
    interval = {"kind": "result", "low": 20.0, "high": 30.0, "unit": "%"}
    late, early = add(session, TODAY, technique_id=1, **interval), add(session)
    for number, outcome in ((add(session), Outcome.AMBIGUOUS), (add(session), Outcome.ANNULLED)):
        predictions.resolve(session, number, outcome, reason="the paper is gone", now=NOW)
    undone = add(session)
    predictions.resolve(session, undone, Outcome.YES, now=NOW)
    predictions.take_back(session, undone, "", NOW)
    predictions.add_update(session, late, 0.7, "why", NOW + DAY)
    predictions.resolve(session, late, Outcome.YES, value=24.0, now=NOW + 400 * DAY)
    predictions.resolve(session, early, Outcome.NO, now=NOW + DAY)
    end = datetime(2026, 11, 22, tzinfo=UTC)
    tags, later = ENTRY.tags, (Forecast(0.7, NOW + DAY),)
    assert judged(session) == [
        Judged("result", 0.3, NOW, end, True, later, "TRIAL", tags, 20.0, 30.0, 24.0, "%"),
        Judged("adoption", 0.3, NOW, NOW + DAY, False, tags=tags),
    ]
    assert base_rate(session, "result") == (1, 1)
    assert base_rate(session, "adoption") == (0, 1)
    assert base_rate(session, "poc") == (0, 0)


def test_papers_of_open_predictions_wait_for_a_snapshot(session: Session) -> None:
    one, two = add(session, paper_id=1), add(session, paper_id=2)
    add(session)
    add_snapshot(session, EvidenceSnapshot(paper_id=1, taken_at=NOW - DAY, citations=40))

    def waiting(since: datetime) -> list[int]:
        return [paper.paper_id for paper in papers_with_open_predictions(session, since)]

    assert waiting(NOW) == [2, 1]
    assert papers_with_open_predictions(session, NOW)[0].arxiv_id == "2304.08062"
    assert waiting(NOW - DAY) == [2]
    predictions.delete(session, two, NOW)
    predictions.resolve(session, one, Outcome.NO, now=NOW)
    assert waiting(NOW) == []


def test_snapshots_come_in_the_order_of_time(session: Session) -> None:
    for days, citations in ((2, 60), (0, 40), (1, 50)):
        add_snapshot(session, EvidenceSnapshot(paper_id=1, taken_at=NOW + days * DAY, citations=citations))
    add_snapshot(session, EvidenceSnapshot(paper_id=1, taken_at=NOW, citations=41, stars=3))
    found = snapshots_for(session, [1, 1, 2])
    assert found.keys() == {1}
    assert [(one.citations, one.stars) for one in found[1]] == [(41, 3), (50, None), (60, None)]


def test_the_paper_and_technique_may_go_and_the_prediction_stays(session: Session) -> None:
    number = add(session, paper_id=1, technique_id=1)
    add_snapshot(session, EvidenceSnapshot(paper_id=1, taken_at=NOW))
    session.connection().exec_driver_sql("DELETE FROM papers WHERE id = 1")
    radar.drop(session, 1, NOW)
    line = predictions.line_of(session, number)
    assert (line.paper_id, line.technique, line.ring) == (None, "RT-DETR", "TRIAL")
    assert snapshots_for(session, [1]) == {}


FROZEN = {
    "statement": "'other'", "kind": "'free'", "criteria": "'other'", "reasoning": "'other'",
    "reasoning_hash": "'other'", "probability": "0.9", "low": "1", "high": "99", "unit": "'ms'",
    "due_on": "'2030-01-01'", "ring": "'ADOPT'", "created_at": "'2020-01-01'", "id": "77",
}  # fmt: skip
STAYS = "stays as it was"
REFUSED = {
    **{f"UPDATE predictions SET {column} = {value}": STAYS for column, value in FROZEN.items()},
    "UPDATE prediction_updates SET probability = 0.9": STAYS,
    "UPDATE prediction_updates SET reasoning = 'other'": STAYS,
    "UPDATE technique_moves SET reason = 'other'": STAYS,
    "DELETE FROM predictions": "never erased",
    "DELETE FROM prediction_updates": "never erased",
    "DELETE FROM prediction_resolutions": "never erased",
    "DELETE FROM technique_moves": "never erased",
    "DELETE FROM techniques": "FOREIGN KEY",
    "UPDATE predictions SET deleted_at = '2026'": "not deleted",
    "UPDATE prediction_resolutions SET outcome = 'no' WHERE undone_at IS NULL": "only be taken back",
    "UPDATE prediction_resolutions SET missed = 'other' WHERE undone_at IS NULL": "only be taken back",
    "UPDATE prediction_resolutions SET value = 31 WHERE undone_at IS NULL": "only be taken back",
    "INSERT INTO predictions (statement, kind, probability, due_on, tags, created_at, criteria, reasoning,"
    " reasoning_hash) VALUES ('s', 'free', 0.5, '', '[]', '', '', '', '')": "can_be_judged",
    "UPDATE prediction_resolutions SET undone_at = NULL": "only be taken back",
    "INSERT OR REPLACE INTO predictions SELECT * FROM predictions": STAYS,
    "INSERT OR REPLACE INTO prediction_updates SELECT * FROM prediction_updates": STAYS,
    "INSERT OR REPLACE INTO technique_moves SELECT * FROM technique_moves": STAYS,
    "INSERT OR REPLACE INTO prediction_resolutions (prediction_id, outcome, reason, missed, resolved_at,"
    " undone_reason) VALUES (1, 'no', '', '', '', '')": "resolved once",
    "INSERT INTO prediction_resolutions (prediction_id, outcome, reason, missed, resolved_at, undone_at,"
    " undone_reason) VALUES (1, 'annulled', '', '', '', '2026', '')": "annulled_for_a_reason",
    "INSERT INTO prediction_updates (prediction_id, probability, reasoning, made_at)"
    " VALUES (1, 1.01, '', '')": "probability_from_0_to_1",
}  # fmt: skip


def test_sqlite_itself_keeps_what_was_written_then(paths: Paths) -> None:
    connection = connect(make_store(paths, papers=1))
    for statement, reason in REFUSED.items():
        with pytest.raises(sqlite3.IntegrityError, match=reason):
            connection.execute(statement)
    connection.execute(
        "UPDATE prediction_resolutions SET undone_at = '2026', undone_reason = 'no' WHERE undone_at IS NULL"
    )
    connection.execute("UPDATE predictions SET deleted_at = '2026', tags = '[]', technique_id = NULL")
    with pytest.raises(sqlite3.IntegrityError, match="deleted prediction is not resolved"):
        connection.execute(
            "INSERT INTO prediction_resolutions (prediction_id, outcome, reason, missed, resolved_at,"
            " undone_reason) VALUES (1, 'yes', '', '', '', '')"
        )
    connection.close()


def test_the_store_says_that_it_was_not_allowed_in_its_own_transaction(paths: Paths) -> None:
    """What came before in the same transaction is not kept either."""
    make_store(paths, papers=1)
    with open_store(paths.store, paths.backups, now=NOW) as store:
        with pytest.raises(IntegrityError), store.write() as session:
            add(session)
            predictions.resolve(session, 1, Outcome.NO, now=NOW)
        assert _count(store) == 1


def _count(store: Store) -> int:
    with store.read() as session:
        return len(ids(session))

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, timedelta
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from r2p_tui.config import Settings, TriageSettings
from r2p_tui.domain.triage import Decision
from r2p_tui.errors import EditConflictError, NotFoundError, R2PError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.services import triage
from r2p_tui.services.desk import Desk
from r2p_tui.store import triage as store
from r2p_tui.store.triage import ScoredPaper, TriageDecision
from tests.services.announced import NOW, TODAY, announce, paper


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings()) as desk:
        yield desk


def waiting(desk: Desk, *, cross: bool = False) -> list[int]:
    return [row.paper_id for row in triage.waiting(desk, cross=cross)]


def decide(desk: Desk, paper_id: int, decision: Decision, session_id: int | None = None, **more: Any) -> None:
    triage.decide(desk, paper_id, decision, session_id=session_id, **{"now": NOW, **more})


def score(desk: Desk, scores: dict[int, float]) -> None:
    with desk.store.write() as session:
        store.save_scores(
            session, [ScoredPaper(key, value, [["detr", 1.2]]) for key, value in scores.items()], NOW
        )


def test_new_papers_wait_with_what_a_list_shows(desk: Desk) -> None:
    [paper_id] = announce(desk, [paper(7, "Sparse DETR")])
    score(desk, {paper_id: 0.94})
    [row] = triage.waiting(desk, cross=False)
    assert (row.paper_id, row.key, row.title, row.category) == (
        paper_id,
        "2611.00007",
        "Sparse DETR",
        "cs.CV",
    )
    assert (row.score, row.kind, row.has_code, row.decision) == (0.94, "new", False, None)
    assert row.published_on in (NOW.date(), TODAY)


def test_best_score_first_then_the_newest(desk: Desk) -> None:
    old = announce(desk, [paper(1), paper(2)], on=TODAY - timedelta(days=1))
    new = announce(desk, [paper(3), paper(4)])
    score(desk, {old[0]: 0.3, new[0]: 0.9})
    assert waiting(desk) == [new[0], old[0], new[1], old[1]]


def test_cross_lists_wait_only_when_asked_for(desk: Desk) -> None:
    [new] = announce(desk, [paper(1)])
    [cross] = announce(desk, [paper(2)], "cross")
    announce(desk, [paper(3)], "replace")
    announce(desk, [paper(4)], "replace-cross")
    assert waiting(desk) == [new]
    assert set(waiting(desk, cross=True)) == {new, cross}
    assert [row.kind for row in triage.waiting(desk, cross=True) if row.paper_id == cross] == ["cross"]


def test_new_in_one_listing_and_cross_in_another_is_new_and_stands_once(desk: Desk) -> None:
    [paper_id] = announce(desk, [paper(1)], "cross", listing="cs.LG")
    announce(desk, [paper(1)], "new", on=TODAY + timedelta(days=1))
    assert waiting(desk) == waiting(desk, cross=True) == [paper_id]


@pytest.mark.parametrize("decision", ["keep", "skip", "later"])
def test_a_decided_paper_never_comes_back(desk: Desk, decision: Decision) -> None:
    [paper_id] = announce(desk, [paper(1)])
    decide(desk, paper_id, decision)
    day = TODAY
    for version, kind, listing in (
        (1, "new", "cs.LG"),
        (1, "cross", "eess.IV"),
        (2, "replace", "cs.CV"),
        (3, "replace-cross", "cs.LG"),
        (2, "new", "stat.ML"),
        (1, "new", "cs.CV"),
    ):
        day += timedelta(days=1)
        announce(desk, [paper(1, "Another title", version=version)], kind, listing=listing, on=day)  # type: ignore[arg-type]
    assert waiting(desk, cross=True) == []


def test_a_paper_the_user_added_does_not_wait_when_it_is_announced(desk: Desk) -> None:
    [paper_id] = announce(desk, [paper(1)], "replace")
    with desk.store.write() as session:
        kept = TriageDecision(paper_id=paper_id, decision="keep", route="add", decided_at=NOW)
        assert store.save_decision(session, kept) is None
    announce(desk, [paper(1)], on=date(2026, 11, 20))
    assert waiting(desk, cross=True) == []


def test_undo_goes_back_through_the_whole_sitting(desk: Desk) -> None:
    ids = announce(desk, [paper(number) for number in range(4)])
    earlier = triage.open_session(desk, now=NOW)
    decide(desk, ids[3], "skip", earlier)
    sitting = triage.open_session(desk, now=NOW)
    for paper_id, decision in zip(ids[:3], ("keep", "skip", "later"), strict=True):
        decide(desk, paper_id, decision, sitting, score=0.5)  # type: ignore[arg-type]
    undone = [triage.undo(desk, sitting, now=NOW) for _ in range(4)]
    assert undone == [
        triage.Undone(ids[2], "later", 0.5),
        triage.Undone(ids[1], "skip", 0.5),
        triage.Undone(ids[0], "keep", 0.5),
        None,
    ]
    assert sorted(waiting(desk)) == sorted(ids[:3])
    decide(desk, ids[0], "skip", sitting)
    assert triage.undo(desk, sitting, now=NOW) == triage.Undone(ids[0], "skip", None)


def test_the_earlier_of_two_windows_is_right(desk: Desk) -> None:
    [paper_id] = announce(desk, [paper(1)])
    decide(desk, paper_id, "keep", now=NOW - timedelta(days=3))
    with pytest.raises(EditConflictError, match=r"was kept elsewhere on \d+ Nov 2026; that decision stays"):
        decide(desk, paper_id, "skip")
    with desk.store.read() as session:
        found = store.decision_of(session, paper_id)
    assert found is not None and found.decision == "keep"


def test_two_windows_at_the_same_moment_make_one_decision(desk: Desk) -> None:
    [paper_id] = announce(desk, [paper(1)])
    barrier = Barrier(2)
    outcomes: list[str] = []

    def press(decision: Decision) -> None:
        with Desk(desk.paths, Settings()) as window:
            barrier.wait()
            try:
                decide(window, paper_id, decision)
                outcomes.append(decision)
            except EditConflictError:
                outcomes.append("conflict")

    threads = [Thread(target=press, args=(name,)) for name in ("keep", "skip")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("conflict") == 1
    with desk.store.read() as session:
        found = store.decision_of(session, paper_id)
    assert found is not None and found.decision in outcomes


def test_thinking_again_keeps_the_history(desk: Desk) -> None:
    [paper_id] = announce(desk, [paper(1)])
    sitting = triage.open_session(desk, now=NOW)
    decide(desk, paper_id, "later", sitting)
    triage.change_decision(desk, paper_id, "keep", now=NOW)
    triage.change_decision(desk, paper_id, "keep", now=NOW)
    assert waiting(desk) == []
    assert triage.undo(desk, sitting, now=NOW) is None
    with desk.store.read() as session:
        in_force = store.decisions_in_force(session, 10)
    assert [(row.paper_id, row.decision) for row in in_force] == [(paper_id, "keep")]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda desk: decide(desk, 99, "keep"), NotFoundError),
        (lambda desk: decide(desk, 1, "burn"), UsageError),  # type: ignore[arg-type]
        (lambda desk: decide(desk, 1, "keep", 99), NotFoundError),
        (lambda desk: triage.change_decision(desk, 99, "keep", now=NOW), NotFoundError),
        (lambda desk: triage.save_clock(desk, 99, 1.0, now=NOW), NotFoundError),
        (lambda desk: triage.summary(desk, 99, now=NOW), NotFoundError),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(desk: Desk, call: Any, error: type[R2PError]) -> None:
    ids = announce(desk, [paper(1)])
    with pytest.raises(error) as caught:
        call(desk)
    assert caught.value.message.endswith(".") and caught.value.hint
    assert waiting(desk) == ids


def test_the_summary_counts_this_sitting_and_the_users_yesterday(desk: Desk) -> None:
    ids = announce(desk, [paper(number) for number in range(9)])
    announce(desk, [paper(20)], "cross")
    # 20 Nov 08:02 UTC is 09:02 in Berlin: yesterday ended there at 23:00 UTC.
    for paper_id, hours in zip(ids[:3], (8.9, 9.1, 33.5), strict=True):
        decide(desk, paper_id, "keep", now=NOW - timedelta(hours=hours))
    sitting = triage.open_session(desk, now=NOW)
    for paper_id, decision in zip(ids[3:7], ("keep", "skip", "skip", "later"), strict=True):
        decide(desk, paper_id, decision, sitting)  # type: ignore[arg-type]
    triage.save_clock(desk, sitting, 610.0, now=NOW + timedelta(minutes=11))
    berlin = ZoneInfo("Europe/Berlin")
    found = triage.summary(desk, sitting, now=NOW, zone=berlin)
    assert found.sentence == "10 minutes: 1 kept, 2 skipped, 1 later, 2 left for tomorrow."
    assert (found.yesterday_kept, found.yesterday_decided) == (1, 1)
    assert triage.summary(desk, sitting, now=NOW, cross=True).left == 3
    with_cross = replace(desk, settings=Settings(triage=TriageSettings(cross_lists=True)))
    with with_cross:
        assert triage.summary(with_cross, sitting, now=NOW).left == 3


def test_an_undone_decision_is_in_no_count(desk: Desk) -> None:
    [paper_id] = announce(desk, [paper(1)])
    sitting = triage.open_session(desk, now=NOW)
    decide(desk, paper_id, "keep", sitting)
    triage.undo(desk, sitting, now=NOW)
    found = triage.summary(desk, sitting, now=NOW + timedelta(days=1), zone=UTC)
    assert (found.decided, found.yesterday_kept, found.left) == (0, 0, 1)


def test_counts_tell_new_cross_and_later_apart(desk: Desk) -> None:
    assert triage.counts(desk) == triage.TriageCounts(0, 0, 0)
    ids = announce(desk, [paper(1), paper(2), paper(3)])
    announce(desk, [paper(4)], "cross")
    decide(desk, ids[0], "later")
    assert triage.counts(desk) == triage.TriageCounts(waiting_new=2, waiting_cross=1, later=1)


def test_why_is_what_the_ranking_last_said(desk: Desk) -> None:
    [first, second] = announce(desk, [paper(1), paper(2)])
    score(desk, {first: 0.7})
    assert triage.why(desk, first) == triage.Why(0.7, (("detr", 1.2),))
    assert triage.why(desk, second) == triage.Why(None, ())

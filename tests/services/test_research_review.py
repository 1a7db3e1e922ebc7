"""The monthly review: what its agenda finds in the store, and decisions taken in all or none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.domain.prediction_entry import PredictionEntry
from r2p_tui.domain.radar import Movement, Ring, movement
from r2p_tui.domain.research_review import Agenda, Part
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.services import radar
from r2p_tui.services import research_review as service
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.store.papers import Paper
from r2p_tui.store.predictions import add_prediction
from r2p_tui.store.reading import Note, Reading, Viability
from tests.services.stored_news import cite, code_appears, keep

NOW = datetime(2026, 11, 20, 8, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SOON = date(2026, 12, 4)


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with open_desk(paths) as desk:
        yield desk


def add(desk: Desk, name: str, ring: Ring = Ring.TRIAL, *, now: datetime, days: int = 14) -> None:
    on = (now + days * DAY).date()
    radar.add(
        desk, name, ring=ring, quadrant="Models", reason="fast", next_action="run it", next_on=on, now=now
    )


def put_paper(desk: Desk, number: int, *, kept: bool = True, relevance: int | None = None) -> int:
    with desk.store.write() as session:
        session.add(
            Paper(id=number, arxiv_id=f"2411.0000{number}", title=f"Paper {number}", authors=[], added_at=NOW)
        )
        session.flush()
        if relevance:
            session.add(
                Note(paper_id=number, relevance=relevance, answers={}, created_at=NOW, updated_at=NOW)
            )
    if kept:
        keep(desk, number, NOW)
    return number


def read(desk: Desk, paper_id: int, pass_number: int, verdict: str = "go on") -> None:
    with desk.store.write() as session:
        session.add(
            Reading(
                paper_id=paper_id, pass_number=pass_number, started_at=NOW, finished_at=NOW, verdict=verdict,
                reason="enough",
            )
        )  # fmt: skip


def told(found: Agenda, part: Part) -> list[tuple[str, str]]:
    return [(item.name, item.why) for item in found.of(part)]


def test_an_empty_store_has_an_empty_agenda(desk: Desk) -> None:
    found = service.agenda(desk, now=NOW)
    assert (found.items, found.closing, found.spare, found.minutes) == ((), 5, 55, 60)
    assert (found.held_on, found.since) == (date(2026, 11, 20), date(2026, 10, 20))
    assert service.agenda(desk, now=NOW, minutes=30).spare == 27
    assert "Nothing waits for a decision." in service.markdown(found)


def test_moves_since_last_time_the_latest_first(desk: Desk) -> None:
    add(desk, "Old", now=NOW - 60 * DAY, days=90)
    add(desk, "RT-DETR", Ring.ASSESS, now=NOW - 60 * DAY, days=90)
    radar.move(desk, "RT-DETR", Ring.ADOPT, reason="31 FPS", now=NOW - 3 * DAY)
    add(desk, "DEIM", now=NOW - 2 * DAY)
    assert told(service.agenda(desk, now=NOW), "moves") == [
        ("DEIM", "new in TRIAL, 18 Nov 2026: fast"),
        ("RT-DETR", "ASSESS to ADOPT, 17 Nov 2026: 31 FPS"),
    ]


def test_decisions_to_take_the_most_overdue_first(desk: Desk) -> None:
    add(desk, "Fresh", now=NOW)
    add(desk, "Stale", now=NOW - 40 * DAY, days=60)
    add(desk, "Held", Ring.HOLD, now=NOW - 100 * DAY, days=120)
    radar.confirm(desk, "Held", now=NOW)
    add(desk, "Due", now=NOW - 5 * DAY, days=5)
    add(desk, "Overdue", now=NOW - 35 * DAY, days=5)
    entry = PredictionEntry("It spreads", "free", "more than half", "it is fast", 0.3, date(2026, 11, 20))
    with desk.store.write() as session:
        number = add_prediction(session, entry, made_at=NOW - 100 * DAY)
    found = service.agenda(desk, now=NOW)
    assert told(found, "decisions") == [
        ("Overdue", "“run it” was due on 21 Oct 2026; not reviewed since 16 Oct 2026"),
        ("Due", "“run it” is due today"),
        ("Stale", "not reviewed since 11 Oct 2026"),
        ("Held", "in HOLD for 3 mo: SKIP it, or say what would bring it back"),
        (f"Prediction {number}", "due since 20 Nov 2026, 30 %: It spreads"),
    ]
    lines = service.markdown(found).splitlines()
    assert lines[-4:] == ["- Overdue:", "- Due:", "- Stale:", "- Held:"]


def test_predictions_beyond_those_listed_are_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_MOST_PREDICTIONS", 2)
    entry = PredictionEntry("It spreads", "free", "more than half", "it is fast", 0.3, date(2026, 11, 20))
    with desk.store.write() as session:
        for _ in range(5):
            add_prediction(session, entry, made_at=NOW - DAY)
    found = service.agenda(desk, now=NOW)
    assert (len(found.of("decisions")), found.left_out) == (2, (("decisions", 3),))


def test_deep_dives_are_papers_read_twice_or_put_to_practice_by_others(desk: Desk) -> None:
    for number in range(1, 7):
        put_paper(desk, number, kept=number != 5)
    read(desk, 1, 2)
    read(desk, 2, 2)
    read(desk, 2, 3)
    read(desk, 3, 2, "stop")
    read(desk, 5, 2)
    cite(desk, 4, [EvidenceClass.MENTIONS], NOW - 50 * DAY)
    cite(desk, 4, [EvidenceClass.MENTIONS, EvidenceClass.DEPLOYS, EvidenceClass.DEPLOYS], NOW - DAY)
    cite(desk, 6, [EvidenceClass.REPLICATES], NOW - DAY)
    assert told(service.agenda(desk, now=NOW), "deep dives") == [
        ("Paper 4 (2411.00004)", "since last time 2 works deploy it"),
        ("Paper 1 (2411.00001)", "second pass done on 20 Nov 2026, no third yet"),
    ]


def test_nominations_are_good_papers_behind_no_technique(desk: Desk) -> None:
    put_paper(desk, 1, relevance=4)
    put_paper(desk, 2, relevance=3)
    put_paper(desk, 3, relevance=5)
    put_paper(desk, 4)
    put_paper(desk, 5)
    put_paper(desk, 6, kept=False, relevance=5)
    code_appears(desk, 4, NOW - DAY)
    with desk.store.write() as session:
        for dimension, score in (("robustness", 5), ("maintainability", 4)):
            session.add(Viability(paper_id=5, dimension=dimension, score=score, rated_at=NOW))
    add(desk, "RT-DETR", now=NOW)
    radar.link_papers(desk, "RT-DETR", ["2411.00003"])
    assert told(service.agenda(desk, now=NOW), "nominations") == [
        ("Paper 1 (2411.00001)", "relevance 4 of 5"),
        ("Paper 4 (2411.00004)", "code appeared on 19 Nov 2026"),
        ("Paper 5 (2411.00005)", "viability 4.5 of 5"),
    ]
    radar.drop(desk, "RT-DETR", now=NOW)
    assert told(service.agenda(desk, now=NOW), "nominations")[0] == (
        "Paper 3 (2411.00003)",
        "relevance 5 of 5",
    )


def test_decisions_are_taken_in_and_the_next_agenda_begins_there(desk: Desk) -> None:
    before = NOW - 40 * DAY
    for name in ("RT-DETR", "DEIM", "YOLO"):
        add(desk, name, now=before, days=60)
    text = service.markdown(service.agenda(desk, now=NOW))
    text = text.replace("- RT-DETR:", "- RT-DETR: ADOPT because 31 FPS is enough")
    text = text.replace("- DEIM:", "- DEIM: stays; next: ask Ana by 2w")
    taken = service.take(
        desk, text.replace("- YOLO:", "- yolo: SKIP because superseded by DEIM\x1b"), now=NOW
    )
    assert taken.words == "2 moved, 1 stays"
    found = {each.name: each for each in radar.radar(desk, now=NOW).techniques}
    assert {name: each.ring for name, each in found.items()} == {
        "RT-DETR": Ring.ADOPT, "DEIM": Ring.TRIAL, "YOLO": Ring.SKIP
    }  # fmt: skip
    assert {each.reviewed_at for each in found.values()} == {NOW}
    assert (found["DEIM"].next_action, found["DEIM"].next_on) == ("ask Ana", SOON)
    assert (found["RT-DETR"].next_action, found["RT-DETR"].next_on) == ("", None)
    [held] = service.reviews(desk)
    assert held == service.review(desk, taken.review_id)
    assert (held.held_on, held.taken_at) == (NOW.date(), NOW)
    assert "superseded by DEIM\ufffd" in held.agenda
    assert [(each["name"], each["ring"]) for each in held.decisions] == [
        ("DEIM", None), ("RT-DETR", "ADOPT"), ("yolo", "SKIP")
    ]  # fmt: skip
    following = service.agenda(desk, now=NOW + DAY)
    assert following.since == NOW.date()
    assert [item.name for item in following.of("moves")] == ["YOLO", "RT-DETR"]
    assert movement(found["RT-DETR"], radar.radar(desk, now=NOW + DAY).since) is Movement.IN
    with pytest.raises(NotFoundError, match="no review 99"):
        service.review(desk, 99)


def test_one_bad_line_and_nothing_is_taken_in(desk: Desk) -> None:
    add(desk, "RT-DETR", now=NOW - 5 * DAY)
    add(desk, "DEIM", Ring.HOLD, now=NOW - 5 * DAY)
    add(desk, "YOLO", Ring.HOLD, now=NOW - 5 * DAY)
    text = "\n".join(
        (
            "- RT-DETR: ADOPT because it pays",
            "- DEIN: stays",
            "- DEIM: HOLD because slow",
            "- YOLO: TRIAL because fast",
        )
    )
    with pytest.raises(UsageError) as refused:
        service.take(desk, text, now=NOW)
    assert refused.value.message == (
        "Line 2: DEIN: “DEIN” is not on the radar. Line 3: DEIM: It stands in HOLD already."
        " Line 4: YOLO: What is the next action, and by when?"
    )
    assert radar.find(desk, "RT-DETR").ring is Ring.TRIAL
    assert service.reviews(desk) == ()
    with pytest.raises(UsageError, match="No decision stands there"):
        service.take(desk, service.markdown(service.agenda(desk, now=NOW)), now=NOW)


def test_the_same_review_is_not_taken_twice(desk: Desk) -> None:
    add(desk, "RT-DETR", now=NOW - 5 * DAY)
    text = "- RT-DETR: ADOPT because it pays"
    service.take(desk, text, now=NOW)
    with pytest.raises(UsageError, match="Line 1: RT-DETR: It stands in ADOPT already"):
        service.take(desk, text, now=NOW)
    assert len(service.reviews(desk)) == 1

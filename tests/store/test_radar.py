"""Techniques with their history, and the reviews in which it is made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from r2p_tui.domain.radar import Bucket, Factor, Move, PaperBehind, Rating, Ring
from r2p_tui.errors import NotFoundError
from r2p_tui.paths import Paths
from r2p_tui.store import radar
from r2p_tui.store.engine import open_store
from r2p_tui.store.papers import Paper
from r2p_tui.store.radar import TechniqueRecord
from r2p_tui.store.research_reviews import add_review, last_review, reviews
from tests.store.sample import NOW

TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def session(paths: Paths) -> Iterator[Session]:
    with open_store(paths.store, paths.backups, now=NOW) as store, store.write() as opened:
        for number in (1, 2):
            opened.add(Paper(id=number, doi=f"10.1/{number}", title=f"P{number}", authors=[], added_at=NOW))
        opened.flush()
        yield opened
        opened.rollback()


def add(session: Session, name: str, ring: Ring = Ring.HOLD) -> int:
    return radar.add_technique(
        session, name, ring=ring, quadrant="Models", owner="Kim", bucket=Bucket.CORE,
        description="what it is", reason="two groups repeated it", next_action="train it", next_on=TODAY,
        now=NOW,
    )  # fmt: skip


def test_moves_are_history_and_the_last_one_is_the_ring(session: Session) -> None:
    number = add(session, "RT-DETR", Ring.ASSESS)
    radar.add_move(
        session, number, Ring.TRIAL, reason="31 FPS on our T4", next_action="run it beside",
        next_on=TODAY + DAY, now=NOW + DAY,
    )  # fmt: skip
    found = radar.technique(session, "rt-DETR")
    assert found.moves == (
        Move(None, Ring.ASSESS, "two groups repeated it", NOW, "train it", TODAY),
        Move(Ring.ASSESS, Ring.TRIAL, "31 FPS on our T4", NOW + DAY, "run it beside", TODAY + DAY),
    )
    assert found.ring == radar.ring_of(session, number) == Ring.TRIAL
    assert (found.next_action, found.next_on, found.reviewed_at) == ("run it beside", TODAY + DAY, NOW + DAY)
    assert (found.name, found.quadrant, found.owner, found.bucket) == (
        "RT-DETR",
        "Models",
        "Kim",
        Bucket.CORE,
    )
    assert found == radar.technique(session, number)


def test_a_move_takes_the_earlier_next_action_away(session: Session) -> None:
    number = add(session, "RT-DETR")
    radar.add_move(session, number, Ring.SKIP, reason="superseded by D-FINE", now=NOW)
    found = radar.technique(session, number)
    assert (found.next_action, found.next_on) == ("", None)
    radar.set_next(session, number, "look again", TODAY)
    radar.set_next(session, number, "look again in spring", TODAY + DAY)
    assert radar.technique(session, number).next_action == "look again in spring"


@pytest.mark.parametrize(
    ("ring", "words", "reason"),
    [
        (Ring.HOLD, {"reason": "again"}, "moves_somewhere"),
        (Ring.ADOPT, {"reason": ""}, "for_a_reason"),
        (Ring.TRIAL, {"reason": "good"}, "goes_on_with_something"),
        (Ring.ASSESS, {"reason": "good", "next_action": "read it"}, "goes_on_with_something"),
    ],
)
def test_sqlite_refuses_a_move_that_does_not_say_enough(
    session: Session, ring: Ring, words: dict[str, str], reason: str
) -> None:
    number = add(session, "RT-DETR")
    with pytest.raises(IntegrityError, match=reason):
        radar.add_move(session, number, ring, now=NOW, **words)  # type: ignore[arg-type]


def test_names_are_one_in_any_case(session: Session) -> None:
    add(session, "Größe")
    assert radar.technique(session, "GRÖSSE").name == "Größe"
    with pytest.raises(IntegrityError, match="name_key"):
        add(session, "grösse")


def test_ratings_papers_and_edits_come_with_it_in_a_few_queries(session: Session) -> None:
    for name in ("b", "A", "c"):
        add(session, name)
    one, two, three = (radar.technique(session, name).id for name in "bAc")
    for score in (2, 4):
        radar.rate(session, one, Factor.SHADOW_MODE, score, f"says {score}", NOW + score * DAY)
    radar.rate(session, two, Factor.ADVANTAGE, 5, "", NOW)
    assert radar.link_paper(session, one, 2)
    assert radar.link_paper(session, one, 1)
    assert not radar.link_paper(session, one, 2)
    assert radar.link_paper(session, two, 2)
    assert radar.unlink_paper(session, two, 2)
    assert not radar.unlink_paper(session, two, 2)
    radar.edit(session, three, owner="", bucket=Bucket.EXPLORATORY)
    radar.confirm(session, three, NOW + 9 * DAY)
    asked: list[object] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *parts: asked.append(parts[2]))
    first, second, third = radar.techniques(session)
    assert len(asked) == 4
    assert [first.name, second.name, third.name] == ["A", "b", "c"]
    assert second.ratings == (Rating(Factor.SHADOW_MODE, 4, "says 4", NOW + 4 * DAY),)
    assert second.papers == (PaperBehind(1, "10.1/1", "P1"), PaperBehind(2, "10.1/2", "P2"))
    assert (first.papers, len(first.ratings), third.ratings) == ((), 1, ())
    assert (third.owner, third.quadrant, third.bucket) == ("", "Models", Bucket.EXPLORATORY)
    assert third.reviewed_at == NOW + 9 * DAY


def test_what_is_dropped_is_off_the_radar_until_it_is_taken_up(session: Session) -> None:
    number = add(session, "RT-DETR")
    assert radar.dropped(session, "rt-detr") is None
    radar.drop(session, number, NOW)
    assert radar.techniques(session) == []
    for which in (number, "RT-DETR", 99, "no such"):
        with pytest.raises(NotFoundError, match="not on the radar"):
            radar.technique(session, which)
    assert radar.dropped(session, "rt-detr") == number
    radar.take_up(session, number, Ring.HOLD, reason="again", now=NOW + DAY)
    found = radar.technique(session, number)
    assert (found.ring, found.reviewed_at, found.next_action) == (Ring.HOLD, NOW + DAY, "")
    assert [(move.from_ring, move.to_ring) for move in found.moves] == [(None, Ring.HOLD)] * 2


def test_a_date_for_nothing_is_refused(session: Session) -> None:
    record = session.get_one(TechniqueRecord, add(session, "RT-DETR"))
    record.next_action = ""
    with pytest.raises(IntegrityError, match="a_date_for_something"):
        session.flush()


def test_reviews_are_kept_with_their_decisions(session: Session) -> None:
    assert last_review(session) is None
    decisions = [{"technique": "RT-DETR", "ring": "ADOPT", "reason": "«good»"}]
    first = add_review(session, held_on=TODAY, agenda="# Review", decisions=decisions, now=NOW)
    second = add_review(session, held_on=TODAY - DAY, agenda="# Later", decisions=[], now=NOW + DAY)
    assert [review.id for review in reviews(session)] == [second, first]
    newest = last_review(session)
    assert newest is not None
    assert (newest.held_on, newest.taken_at) == (TODAY - DAY, NOW + DAY)
    assert reviews(session)[1].decisions == decisions

"""A prediction from the day it is written to its verdict, and what is refused on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from r2p_tui.domain.papers import IncomingPaper, Source
from r2p_tui.domain.prediction_entry import FieldError
from r2p_tui.domain.predictions import Outcome
from r2p_tui.domain.radar import Bucket, Ring
from r2p_tui.errors import NotFoundError, R2PError, StoreReadOnlyError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.services.predictions import (
    base_rate,
    counts,
    delete,
    lines,
    paper_keys,
    predict,
    resolve,
    say_missed,
    take_back,
    update,
    view,
)
from r2p_tui.store.connection import connect
from r2p_tui.store.papers import save_papers
from r2p_tui.store.radar import add_technique

NOW = datetime(2026, 11, 21, 9, 30, 15, 123_456, tzinfo=UTC)
DAY = timedelta(days=1)
STATEMENT = "RT-DETR-style detectors replace YOLO in more than half of new edge deployments I see"
WORDS: dict[str, Any] = {
    "probability": "0.3",
    "due": "2y",
    "criteria": "more than half of the edge projects that I review by then run a DETR",
    "reasoning": "No NMS, but the boards are slow.",
}


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with open_desk(paths) as desk:
        yield desk


def written(desk: Desk, statement: str = STATEMENT, *, now: datetime = NOW, **more: Any) -> int:
    return predict(desk, statement, **(WORDS | more), now=now)


def add_paper(desk: Desk) -> int:
    paper = IncomingPaper("2304.08069", 1, "RT-DETR", "", (), ("cs.CV",), Source.API)
    with desk.store.write() as session:
        return save_papers(session, [paper], NOW).ids["2304.08069"]


def test_what_was_written_is_there_with_paper_technique_and_ring(desk: Desk) -> None:
    paper_id = add_paper(desk)
    with desk.store.write() as session:
        add_technique(
            session, "RT-DETR", ring=Ring.HOLD, quadrant="Models", bucket=Bucket.CORE, reason="fast", now=NOW
        )
    number = written(desk, kind="adoption", tags=["edge"], paper_id=paper_id, technique="rt-detr")
    seen = view(desk, number, now=NOW)
    assert (seen.line.statement, seen.line.kind, seen.line.probability) == (STATEMENT, "adoption", 0.3)
    assert (seen.line.due_on, seen.days, seen.state) == (date(2028, 11, 21), 731, "open")
    assert (seen.criteria, seen.reasoning) == (WORDS["criteria"], WORDS["reasoning"])
    assert (seen.tags, seen.line.technique, seen.line.ring) == (("edge",), "RT-DETR", "HOLD")
    assert (seen.paper_key, seen.paper_title) == ("2304.08069", "RT-DETR")
    assert [(one.probability, one.reasoning) for one in seen.updates] == [(0.3, WORDS["reasoning"])]
    assert seen.hash_holds
    assert (seen.resolutions, seen.brier, seen.weighted) == ((), None, None)
    assert paper_keys(desk, [seen.line]) == {paper_id: "2304.08069"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"probability": ""}, "probability"),
        ({"probability": "70"}, "probability"),
        ({"due": "2026-11-20"}, "due_on"),
        ({"criteria": "it works well"}, "criteria"),
        ({"reasoning": " "}, "reasoning"),
    ],
)
def test_what_is_missing_is_asked_and_nothing_is_stored(
    desk: Desk, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(FieldError) as asked:
        written(desk, **change)
    assert asked.value.field == field
    assert lines(desk, now=NOW) == ()


def test_a_technique_that_is_not_on_the_radar_is_said_before_anything_is_stored(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        written(desk, technique="RT-DETR")
    assert lines(desk, now=NOW) == ()


def test_what_was_frozen_and_is_not_what_was_written_is_seen(desk: Desk, paths: Paths) -> None:
    number = written(desk)
    connection = connect(paths.store)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        if name.startswith("prediction"):
            connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE predictions SET reasoning = 'I knew it.'")
    connection.commit()
    connection.close()
    assert not view(desk, number, now=NOW).hash_holds


def test_it_falls_due_on_its_day_by_the_users_own_clock(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        # 28 February 2028 at 13:00 in Auckland, where the leap day begins 11 h later.
        noon = datetime(2028, 2, 28, 0, 0, tzinfo=UTC)
        number = written(desk, due="tomorrow", now=noon)
        seen = view(desk, number, now=noon)
        assert (seen.line.due_on, seen.days, seen.state) == (date(2028, 2, 29), 1, "open")
        evening = datetime(2028, 2, 28, 10, 59, tzinfo=UTC)
        assert counts(desk, now=evening)[:2] == (0, 1)
        midnight = datetime(2028, 2, 28, 11, 0, tzinfo=UTC)
        assert counts(desk, now=midnight)[:2] == (1, 0)
        assert view(desk, number, now=midnight).state == "due"
        assert view(desk, number, now=midnight + 3 * DAY).days == -3
        assert [line.id for line in lines(desk, state="due", now=midnight)] == [number]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_later_view_stands_beside_the_first_and_both_are_scored(desk: Desk) -> None:
    number = written(desk, due="100d")
    update(desk, number, "60%", "Two vendors ship it.", now=NOW + 50 * DAY)
    line = view(desk, number, now=NOW).line
    assert (line.probability, line.first_probability, line.updates) == (0.6, 0.3, 1)
    resolve(desk, number, Outcome.YES, missed=" the boards ", now=NOW + 75 * DAY)
    seen = view(desk, number, now=NOW + 75 * DAY)
    assert [(one.probability, one.reasoning) for one in seen.updates[1:]] == [(0.6, "Two vendors ship it.")]
    assert (seen.state, seen.resolutions[0].missed) == ("resolved", "the boards")
    assert seen.brier == pytest.approx(0.49)
    assert seen.weighted == pytest.approx((50 * 0.49 + 25 * 0.16) / 75)


def test_what_is_said_after_the_due_day_is_in_no_score(desk: Desk) -> None:
    number = written(desk, due="tomorrow")
    update(desk, number, "1", "It is out.", now=NOW + 4 * DAY)
    resolve(desk, number, Outcome.YES, now=NOW + 5 * DAY)
    seen = view(desk, number, now=NOW + 5 * DAY)
    assert seen.brier == pytest.approx(0.49)
    assert seen.weighted == pytest.approx(0.49)


@pytest.mark.parametrize("reason", ["", " \n"])
@pytest.mark.parametrize("outcome", [Outcome.AMBIGUOUS, Outcome.ANNULLED])
def test_what_counts_in_no_score_needs_a_reason(desk: Desk, outcome: Outcome, reason: str) -> None:
    number = written(desk)
    with pytest.raises(FieldError, match=f"Why is prediction {number} {outcome}"):
        resolve(desk, number, outcome, reason=reason, now=NOW)
    resolve(desk, number, outcome, reason="The vendor is gone.", now=NOW)
    seen = view(desk, number, now=NOW)
    assert (seen.resolutions[0].reason, seen.brier) == ("The vendor is gone.", None)
    assert base_rate(desk, "free").resolved == 0


def test_the_value_decides_an_interval(desk: Desk) -> None:
    def interval() -> int:
        return written(desk, "Our mAP rises by 20-30 %", low="20", high="30", unit="%")

    verdicts = [resolve(desk, interval(), None, value=value, now=NOW) for value in (19.9, 20, 24, 30, 30.1)]
    assert verdicts == ["no", "yes", "yes", "yes", "no"]
    assert resolve(desk, interval(), Outcome.YES, value=24, now=NOW) == "yes"
    assert resolve(desk, interval(), Outcome.NO, now=NOW) == "no"
    number = interval()
    for outcome in (Outcome.NO, Outcome.AMBIGUOUS):
        with pytest.raises(UsageError, match="24 lies inside 20 to 30, which is yes"):
            resolve(desk, number, outcome, value=24, reason="x", now=NOW)
    for value in (float("nan"), float("inf")):
        with pytest.raises(UsageError, match="finite"):
            resolve(desk, number, None, value=value, now=NOW)
    assert view(desk, number, now=NOW).state == "open"


def test_without_an_interval_no_number_decides(desk: Desk) -> None:
    number = written(desk)
    with pytest.raises(UsageError, match="no interval"):
        resolve(desk, number, None, value=24, now=NOW)
    with pytest.raises(UsageError, match=f"How did prediction {number} end"):
        resolve(desk, number, None, now=NOW)


def test_a_resolved_prediction_stands(desk: Desk) -> None:
    number = written(desk)
    resolve(desk, number, Outcome.YES, now=datetime(2026, 11, 23, 12, tzinfo=UTC))
    for act in (
        lambda: resolve(desk, number, Outcome.NO, now=NOW),
        lambda: update(desk, number, "0.9", "I know now.", now=NOW),
        lambda: delete(desk, number, now=NOW),
    ):
        with pytest.raises(
            UsageError, match=f"Prediction {number} was resolved as yes on 23 Nov 2026"
        ) as told:
            act()
        assert told.value.hint
    assert view(desk, number, now=NOW).line.outcome is Outcome.YES


def test_a_resolution_is_taken_back_and_stays_in_the_history(desk: Desk) -> None:
    number = written(desk, due="tomorrow")
    resolve(desk, number, Outcome.YES, missed="nothing", now=NOW + DAY)
    with pytest.raises(FieldError, match="Why do you take"):
        take_back(desk, number, " ", now=NOW + DAY)
    take_back(desk, number, "The report was corrected.", now=NOW + 2 * DAY)
    with pytest.raises(UsageError, match="is not resolved"):
        take_back(desk, number, "Once more.", now=NOW + 2 * DAY)
    assert counts(desk, now=NOW + 2 * DAY)[:3] == (1, 0, 0)
    resolve(desk, number, Outcome.NO, now=NOW + 3 * DAY)
    first, second = view(desk, number, now=NOW + 3 * DAY).resolutions
    assert (first.outcome, first.missed, first.undone_reason) == (
        "yes",
        "nothing",
        "The report was corrected.",
    )
    assert first.undone_at is not None
    assert (second.outcome, second.undone_at) == ("no", None)


def test_what_was_missed_is_said_once(desk: Desk) -> None:
    number = written(desk)
    with pytest.raises(UsageError, match="is not resolved"):
        say_missed(desk, number, "the price")
    resolve(desk, number, Outcome.NO, now=NOW)
    with pytest.raises(FieldError, match="What did you miss"):
        say_missed(desk, number, "")
    say_missed(desk, number, "the price")
    with pytest.raises(UsageError, match="written down already"):
        say_missed(desk, number, "something wiser")
    assert view(desk, number, now=NOW).resolutions[-1].missed == "the price"


def test_a_deleted_one_is_not_there_any_more(desk: Desk) -> None:
    number = written(desk)
    delete(desk, number, now=NOW)
    assert lines(desk, now=NOW) == ()
    assert counts(desk, now=NOW)[:3] == (0, 0, 0)
    for act in (lambda: view(desk, number, now=NOW), lambda: delete(desk, number, now=NOW)):
        with pytest.raises(NotFoundError):
            act()


def test_a_number_that_is_not_there(desk: Desk) -> None:
    for act in (
        lambda: view(desk, 7, now=NOW),
        lambda: resolve(desk, 7, Outcome.YES, now=NOW),
        lambda: update(desk, 7, "0.5", "x", now=NOW),
        lambda: say_missed(desk, 7, "x"),
        lambda: take_back(desk, 7, "x", now=NOW),
        lambda: delete(desk, 7, now=NOW),
    ):
        with pytest.raises(NotFoundError, match="7"):
            act()


@pytest.mark.parametrize(("probability", "why"), [("70", "x"), ("-0.1", "x"), ("nan", "x"), ("0.5", " ")])
def test_an_update_that_says_too_little(desk: Desk, probability: str, why: str) -> None:
    number = written(desk)
    with pytest.raises(UsageError):
        update(desk, number, probability, why, now=NOW)
    assert view(desk, number, now=NOW).line.updates == 0


def test_the_users_own_base_rate(desk: Desk) -> None:
    assert base_rate(desk, "adoption").words() == "You have no resolved adoption prediction yet."
    for outcome in (Outcome.YES, Outcome.NO, Outcome.NO, Outcome.NO):
        resolve(desk, written(desk, kind="adoption"), outcome, now=NOW)
    resolve(desk, written(desk, kind="poc"), Outcome.YES, now=NOW)
    found = base_rate(desk, "adoption")
    assert (found.yes, found.resolved) == (1, 4)
    assert found.words(0.3) == "Of your 4 resolved adoption predictions 1 came true (25 %); you say 30 %."


def test_lists_are_those_that_were_asked_for(desk: Desk) -> None:
    later = written(desk, "Edge boards run DETR in 2 years")
    due = written(desk, "INT8 loses at most 1 point of mAP", due="tomorrow")
    ended = written(desk, "Nobody publishes code for it")
    resolve(desk, ended, Outcome.NO, now=NOW)
    now = NOW + DAY
    assert [line.id for line in lines(desk, now=now)] == [due, later, ended]
    assert [line.id for line in lines(desk, state="open", now=now)] == [later]
    assert [line.id for line in lines(desk, state="resolved", now=now)] == [ended]
    assert [line.id for line in lines(desk, words=" int8  MAP", now=now)] == [due]
    assert [line.id for line in lines(desk, limit=1, now=now)] == [due]
    counted = counts(desk, now=now)
    assert (counted.due, counted.open, counted.resolved, counted.oldest_due) == (1, 1, 1, now.date())


def test_what_the_user_types_is_cleaned(desk: Desk) -> None:
    number = written(desk)
    update(desk, number, "0.5", "red \x1b[31m ink", now=NOW)
    resolve(desk, number, Outcome.NO, reason="\x1b]0;x\x07", missed="\u202ex", now=NOW)
    seen = view(desk, number, now=NOW)
    told = seen.updates[-1].reasoning + seen.resolutions[0].reason + seen.resolutions[0].missed
    assert not {"\x1b", "\x07", "\u202e"} & set(told)


def test_a_desk_for_reading_only_writes_nothing(desk: Desk, paths: Paths) -> None:
    number = written(desk)
    desk.close()
    with open_desk(paths, read_only=True) as reading:
        for act in (lambda: written(reading), lambda: resolve(reading, number, Outcome.YES, now=NOW)):
            with pytest.raises(StoreReadOnlyError):
                act()
        assert view(reading, number, now=NOW).state == "open"


def test_every_refusal_has_a_hint(desk: Desk) -> None:
    number = written(desk)
    with pytest.raises(R2PError) as told:
        resolve(desk, number, None, now=NOW)
    assert told.value.hint

"""Predictions go to Fatebook and come back, and their due days stand in a calendar."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from r2p_tui.domain.predictions import Outcome
from r2p_tui.errors import UsageError
from r2p_tui.paths import Paths, under
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.services.prediction_files import from_csv, to_calendar, to_csv
from r2p_tui.services.predictions import PredictionView, delete, lines, predict, resolve, update, view
from r2p_tui.store.prediction_files import whole_predictions

NOW = datetime(2026, 11, 21, 9, 30, 15, 700_000, tzinfo=UTC)
LATER = datetime(2028, 12, 1, 9, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CRITERIA = "at least three of our five boards run it;\nas the fleet list says on that day"


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with open_desk(paths) as desk:
        yield desk


@pytest.fixture
def other(paths: Paths) -> Iterator[Desk]:
    """A desk with an empty store of its own."""
    with open_desk(under(paths.data.parent / "other")) as desk:
        yield desk


def written(desk: Desk, statement: str, *, due: str = "2y", now: datetime = NOW) -> int:
    return predict(
        desk,
        statement,
        probability="0.3",
        due=due,
        criteria=CRITERIA,
        reasoning='No NMS, "but" the boards are slow.\nAnd the licence is free.',
        tags=["edge", "int8"],
        now=now,
    )


def filled(desk: Desk) -> None:
    """Open, updated, and ended in every way."""
    written(desk, "DETR replaces YOLO on our edge boards")
    changed = written(desk, "=1+1, or INT8 loses at most 1 point")
    update(desk, changed, "0.55", "Two vendors ship it,\nsays the list.", now=NOW + 30 * DAY)
    for number, outcome in enumerate(Outcome):
        ended = written(desk, f"Outcome {outcome} on three boards", now=NOW + number * DAY)
        resolve(desk, ended, outcome, reason="as the list says", now=NOW + 200 * DAY)


def whole(desk: Desk) -> list[PredictionView]:
    return sorted(
        (view(desk, line.id, now=LATER) for line in lines(desk, now=LATER)),
        key=lambda one: one.line.statement,
    )


def second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def story(one: PredictionView) -> tuple[object, ...]:
    """What a file of Fatebook holds of a prediction."""
    line = one.line
    return (
        (line.statement, line.due_on, one.criteria, one.reasoning, one.tags),
        [(forecast.probability, second(forecast.made_at), forecast.reasoning) for forecast in one.updates],
        [(end.outcome, second(end.resolved_at)) for end in one.resolutions],
    )


def test_all_that_fatebook_has_a_place_for_comes_back(desk: Desk, other: Desk) -> None:
    filled(desk)
    exported = to_csv(desk)
    assert exported.predictions == 6
    assert "kinds, intervals, papers and techniques have no place there" in exported.message
    done = from_csv(other, exported.text, now=LATER)
    assert (len(done.added), done.known, done.refused) == (6, (), ())
    assert [story(one) for one in whole(other)] == [story(one) for one in whole(desk)]
    assert all(one.hash_holds for one in whole(other))


def test_in_percent_it_comes_back_too_but_for_what_was_annulled(desk: Desk, other: Desk) -> None:
    filled(desk)
    exported = to_csv(desk, percent=True)
    assert "1 annulled one will be ambiguous on Fatebook" in exported.message
    rows = list(csv.DictReader(io.StringIO(exported.text)))
    assert rows[0]["forecast"] == "30%"
    from_csv(other, exported.text, now=LATER)
    mine, theirs = whole(desk), whole(other)
    annulled = "Outcome annulled on three boards"
    for ours, read in zip(mine, theirs, strict=True):
        if ours.line.statement != annulled:
            assert story(read) == story(ours)


@pytest.mark.parametrize("percent", [False, True])
def test_the_same_question_a_second_time_is_left_out_and_said(desk: Desk, *, percent: bool) -> None:
    filled(desk)
    titles = [one.line.statement for one in whole(desk)]
    again = from_csv(desk, to_csv(desk, percent=percent).text, now=LATER)
    assert (again.added, sorted(again.known), again.refused) == ((), titles, ())
    assert len(whole(desk)) == 6


def test_the_same_words_at_another_time_are_another_question(desk: Desk, other: Desk) -> None:
    for number in range(2):
        written(desk, "Three boards run DETR", now=NOW + number * DAY)
    assert len(from_csv(other, to_csv(desk).text, now=LATER).added) == 2


def test_what_fatebook_asks_nobody_for_is_not_asked_here(desk: Desk) -> None:
    text = (
        "questionTitle,forecast,qCreatedAt,resolution,resolvedAt,resolveBy,notes\n"
        "Will it rain?,60%,2025-01-02,YES,2025-01-04,2025-01-03,look out of the window\n"
        "Will it snow?,5,2025-01-02,,,2027-01-03,\n"
        "No day at all,5,2025-01-02,,,,\n"
        "From the future,5,2030-01-02,,,2031-01-02,\n"
        f"{'x' * 1001},5,2025-01-02,,,2027-01-03,\n"
        "Never,5,2025-01-02,YES,2025-01-04,9999-12-31,\n"
        "Long ago,5,0001-01-01,,,2027-01-03,\n"
    )
    done = from_csv(desk, text, now=NOW)
    assert len(done.added) == 2
    rain, snow = whole(desk)
    assert (rain.line.probability, rain.line.outcome, rain.criteria) == (0.6, "yes", "look out of the window")
    assert (rain.line.due_on, rain.line.kind) == (date(2025, 1, 3), "free")
    assert rain.resolutions[0].reason == "resolved so on Fatebook"
    assert (snow.line.probability, snow.criteria, snow.reasoning, snow.state) == (0.05, "", "", "due")
    assert [reason for _, reason in done.refused] == [
        "it says neither when it is to be resolved nor that it was",
        "it tells of a time that has not come yet",
        "it is longer than 1,000 characters",
        "it names a year outside 1970 to 2200",
        "it names a year outside 1970 to 2200",
    ]
    with desk.store.read() as session:
        assert {one.prediction.origin for one in whole_predictions(session)} == {"fatebook"}


def test_a_row_that_cannot_be_read_stops_all_before_anything_is_stored(desk: Desk, other: Desk) -> None:
    filled(desk)
    broken = to_csv(desk).text.replace("0.55", "5.5")
    with pytest.raises(UsageError, match=r"[Ll]ine \d"):
        from_csv(other, broken, now=LATER)
    assert whole(other) == []


def test_every_due_day_stands_in_the_calendar_under_an_id_that_stays(desk: Desk) -> None:
    leap = written(desk, "Leap, day; and\nmore", due="2028-02-29")
    filled(desk)
    text = to_calendar(desk).text
    events = {str(event["UID"]): event for event in Calendar.from_ical(text).walk("VEVENT")}
    assert len(events) == 3
    [uid] = [uid for uid in events if uid.startswith(f"prediction-{leap}-")]
    assert events[uid].decoded("DTSTART") == date(2028, 2, 29)
    assert to_calendar(desk).text == text
    update(desk, leap, "0.6", "They ship.", now=NOW + 30 * DAY)
    changed = {
        str(event["UID"]): event for event in Calendar.from_ical(to_calendar(desk).text).walk("VEVENT")
    }
    assert changed.keys() == events.keys()
    assert changed[uid].decoded("DTSTAMP") == second(NOW + 30 * DAY)
    delete(desk, leap, now=NOW)
    assert uid not in to_calendar(desk).text


def test_without_predictions_the_files_are_empty_and_still_files(desk: Desk, other: Desk) -> None:
    assert from_csv(other, to_csv(desk).text, now=LATER) == ((), (), ())
    assert Calendar.from_ical(to_calendar(desk).text).walk("VEVENT") == []

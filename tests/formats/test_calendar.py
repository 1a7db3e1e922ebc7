"""Calendar files, held against the icalendar library."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.formats.calendar import DueEvent, due_calendar, prediction_event
from r2p_tui.text import clean, clean_line

CHANGED = datetime(2026, 11, 21, 7, 27, 41, 123456, tzinfo=UTC)
LONG = "RT-DETR-style detectors replace YOLO; in more than half, of the new edge deployments I see – é蒸留\\n"


def event(number: int = 12, *, due_on: date = date(2028, 2, 29), changed_at: datetime = CHANGED) -> DueEvent:
    return prediction_event(
        number,
        reasoning_hash="0123456789abcdef" * 4,
        statement=LONG,
        probability=0.3,
        criteria="more than half",
        due_on=due_on,
        changed_at=changed_at,
    )


def read(written: bytes) -> icalendar.Calendar:
    calendar = icalendar.Calendar.from_ical(written)
    assert isinstance(calendar, icalendar.Calendar)
    return calendar


def test_a_due_day_is_a_whole_day_with_a_reminder() -> None:
    calendar = read(due_calendar([event()], "r2p predictions"))
    assert (
        calendar["VERSION"] == "2.0" and calendar["PRODID"] and calendar["X-WR-CALNAME"] == "r2p predictions"
    )
    (entry,) = calendar.walk("VEVENT")
    assert entry.errors == [] and calendar.errors == []
    assert entry["UID"] == "prediction-12-0123456789ab@r2p"
    assert entry.decoded("DTSTART") == date(2028, 2, 29) and entry.decoded("DTEND") == date(2028, 3, 1)
    assert entry["DTSTART"].params["VALUE"] == "DATE"
    assert entry.decoded("DTSTAMP") == CHANGED.replace(microsecond=0)
    assert entry["SUMMARY"] == clean_line(f"Prediction due: {LONG}")
    assert str(entry["DESCRIPTION"]).split("\n") == [
        "You say 30 %.",
        "Criteria: more than half",
        "r2p resolve 12 yes|no|ambiguous|annulled",
    ]
    (alarm,) = entry.walk("VALARM")
    assert (alarm["ACTION"], alarm.decoded("TRIGGER")) == ("DISPLAY", timedelta(hours=9))
    assert alarm["DESCRIPTION"] == entry["SUMMARY"]


def test_lines_end_and_fold_as_the_standard_says() -> None:
    written = due_calendar([event()], "r2p")
    lines = written.split(b"\r\n")
    assert lines[-1] == b"" and all(b"\n" not in line and len(line) <= 75 for line in lines)
    assert b"DTSTART;VALUE=DATE:20280229" in lines
    assert b"DTSTAMP:20261121T072741Z" in lines


def test_the_same_events_give_the_same_bytes_in_any_order() -> None:
    told = [event(number, due_on=date(2028, 1, 30 - number % 3)) for number in range(1, 12)]
    written = due_calendar(told, "r2p")
    assert due_calendar(reversed(told), "r2p") == written
    days = [entry.decoded("DTSTART") for entry in read(written).walk("VEVENT")]
    assert days == sorted(days) and len(days) == 11
    assert read(written).to_ical() == written


def test_an_event_keeps_its_uid_and_says_that_it_is_newer() -> None:
    later = event(changed_at=CHANGED + timedelta(days=1))._replace(summary="Prediction due: said anew")
    (entry,) = read(due_calendar([later, event()], "r2p")).walk("VEVENT")
    assert (entry["UID"], entry["SUMMARY"]) == (event().uid, "Prediction due: said anew")
    assert entry.decoded("DTSTAMP") == CHANGED.replace(microsecond=0) + timedelta(days=1)


def test_a_time_in_another_zone_is_written_in_utc() -> None:
    from zoneinfo import ZoneInfo

    local = CHANGED.astimezone(ZoneInfo("Asia/Kolkata"))
    assert due_calendar([event(changed_at=local)], "r2p") == due_calendar([event()], "r2p")


def test_an_empty_calendar_is_a_calendar() -> None:
    assert read(due_calendar([], "r2p")).walk("VEVENT") == []


@pytest.mark.parametrize("text", ["BEGIN:VEVENT\r\nUID:x", "a\x00b\x1b[2J", "line\u2028break"])
def test_no_text_ends_its_property(text: str) -> None:
    told = DueEvent("one@r2p", date(2028, 1, 1), text, text, CHANGED)
    (entry,) = read(due_calendar([told], text)).walk("VEVENT")
    assert (entry["SUMMARY"], entry["DESCRIPTION"]) == (clean_line(text), clean(text))


@given(st.text(max_size=200).map(clean), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_any_text_and_day_are_read_back(text: str, day: date) -> None:
    told = DueEvent("one@r2p", day, text, text, CHANGED)
    (entry,) = read(due_calendar([told], "r2p")).walk("VEVENT")
    assert (str(entry["DESCRIPTION"]), entry.decoded("DTSTART")) == (text, day)

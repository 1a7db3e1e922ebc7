"""Days on which something is due, as a calendar file (iCalendar, RFC 5545) with a reminder for each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from r2p_tui.text import clean, clean_line

if TYPE_CHECKING:
    from icalendar import Event

# Counted from the midnight that the day begins with: at nine in the morning, in the calendar's own zone.
_REMINDER = timedelta(hours=9)


class DueEvent(NamedTuple):
    """A whole day in a calendar; its `uid` stays from export to export, `changed_at` tells which is newer."""

    uid: str
    day: date
    summary: str
    description: str
    changed_at: datetime


def prediction_event(
    prediction_id: int,
    *,
    reasoning_hash: str,
    statement: str,
    probability: float,
    criteria: str,
    due_on: date,
    changed_at: datetime,
) -> DueEvent:
    """The day on which a prediction falls due.

    The hash keeps the events of two stores apart, in which predictions have the same numbers.
    """
    told = [
        f"You say {100 * probability:.6g} %.",
        f"Criteria: {criteria}",
        f"r2p resolve {prediction_id} yes|no|ambiguous|annulled",
    ]
    return DueEvent(
        f"prediction-{prediction_id}-{reasoning_hash[:12]}@r2p",
        due_on,
        f"Prediction due: {statement}",
        "\n".join(told),
        changed_at,
    )


def due_calendar(events: Iterable[DueEvent], name: str) -> bytes:
    """The calendar under a name, by day; the same events give the same bytes.

    Of several events with one uid the newest is kept.
    """
    # 200 ms to load, for one command.
    from icalendar import Calendar

    newest: dict[str, DueEvent] = {}
    for event in sorted(events, key=lambda event: event.changed_at):
        newest[event.uid] = event
    calendar = Calendar()
    calendar.add("prodid", "-//r2p//due days//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", clean_line(name))
    for event in sorted(newest.values(), key=lambda event: (event.day, event.uid)):
        calendar.add_component(_event(event))
    written: bytes = calendar.to_ical()
    return written


def _event(event: DueEvent) -> Event:
    from icalendar import Alarm, Event

    entry = Event()
    entry.add("uid", clean_line(event.uid))
    entry.add("dtstamp", event.changed_at.astimezone(UTC).replace(microsecond=0))
    entry.add("dtstart", event.day)
    entry.add("dtend", event.day + timedelta(days=1))
    entry.add("summary", clean_line(event.summary))
    entry.add("description", clean(event.description))
    # A day is a reminder, not time that is taken.
    entry.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", clean_line(event.summary))
    alarm.add("trigger", _REMINDER)
    entry.add_component(alarm)
    return entry

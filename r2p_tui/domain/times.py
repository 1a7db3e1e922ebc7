"""Times are UTC and stored as text of one fixed width, so that they sort as they stand."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line

_SPANS = ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 0, ""))
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
}
_A_TIME = r"(\d+(?:\.\d+)?)\s*([a-z]+)"
_LONGEST_SECONDS = 1e9


def utc_text(moment: datetime) -> str:
    """`2026-11-21T07:27:41.123Z`; raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """The moment that `utc_text` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def local_day(moment: datetime) -> date:
    """The calendar day of the user's own clock."""
    return moment.astimezone().date()


def short_date(day: date) -> str:
    """`5 Dec 2024`."""
    return f"{day.day} {day:%b %Y}"


def clock_text(seconds: float) -> str:
    """`12:41` below an hour, `1:02:41` from there; negative values count as zero."""
    whole = max(int(seconds), 0)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes:02}:{secs:02}"


def span_text(seconds: float) -> str:
    """A length of time in one or two units: `40 s`, `1 min 30 s`, `18 min`, `3 h 5 min`, `1 d 22 h`."""
    whole = max(round(seconds), 0)
    if 60 < whole < 120:
        return f"1 min {whole - 60} s"
    for size, unit, small, small_unit in _SPANS:
        if whole >= size:
            count, rest = divmod(whole, size)
            parts = rest // small if small else 0
            return f"{count} {unit} {parts} {small_unit}" if parts else f"{count} {unit}"
    return f"{whole} s"


def seconds_of(text: str) -> float:
    """`20s`, `90 min`, `2h`, `1d` or `1 h 30 min` as seconds; raises UsageError."""
    words = text.strip().lower()
    parts = re.findall(_A_TIME, words)
    if parts and not re.sub(_A_TIME, "", words).strip() and all(unit in _UNITS for _, unit in parts):
        seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
        if 0 < seconds < _LONGEST_SECONDS:
            return float(seconds)
    raise UsageError(f"“{clean_line(text)[:40]}” is no length of time.", "Write 20s, 90min, 2h or 1d.")


def ago(moment: datetime, now: datetime) -> str:
    """How long ago in one unit: `now`, `5 min`, `3 h`, `2 d`, `4 mo`, `2 y`."""
    seconds = max((now - moment).total_seconds(), 0)
    for limit, size, unit in ((60, 1, ""), (3600, 60, "min"), (86400, 3600, "h"), (60 * 86400, 86400, "d")):
        if seconds < limit:
            return f"{int(seconds // size)} {unit}" if unit else "now"
    months = seconds / (86400 * 30.44)
    return f"{int(months)} mo" if months < 24 else f"{int(months // 12)} y"

"""Times are UTC and stored as text of one fixed width, so that they sort as they stand."""

from __future__ import annotations

from datetime import UTC, date, datetime


def utc_text(moment: datetime) -> str:
    """`2026-11-21T07:27:41.123Z`; raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """The moment that `utc_text` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def short_date(day: date) -> str:
    """`5 Dec 2024`."""
    return f"{day.day} {day:%b %Y}"


def clock_text(seconds: float) -> str:
    """`12:41` below an hour, `1:02:41` from there; negative values count as zero."""
    whole = max(int(seconds), 0)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes:02}:{secs:02}"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago in one unit: `now`, `5 min`, `3 h`, `2 d`, `4 mo`, `2 y`."""
    seconds = max((now - moment).total_seconds(), 0)
    for limit, size, unit in ((60, 1, ""), (3600, 60, "min"), (86400, 3600, "h"), (60 * 86400, 86400, "d")):
        if seconds < limit:
            return f"{int(seconds // size)} {unit}" if unit else "now"
    months = seconds / (86400 * 30.44)
    return f"{int(months)} mo" if months < 24 else f"{int(months // 12)} y"

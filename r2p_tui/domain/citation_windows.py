"""Spans of publication days, for a service that shows only the first 9,999 rows of an answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

_FIRST_DAY = date(1900, 1, 1)
_LAST_OPEN_YEAR = 2100
_A_DAY = timedelta(days=1)


class Window(NamedTuple):
    """Days from `since` until `until`, both inside; None is open.

    A work of which only the year is known counts as of 1 January.
    """

    since: date | None = None
    until: date | None = None


def first_windows(first_year: int, today: date) -> tuple[Window, ...]:
    """All days, once: all before `first_year`, each year by itself, and this year with what is to come."""
    first = max(min(first_year, today.year), _FIRST_DAY.year + 1)
    years = tuple(Window(date(year, 1, 1), date(year, 12, 31)) for year in range(first, today.year))
    last = Window(date(max(first, today.year), 1, 1), None)
    return Window(None, last_day_before(first)), *years, last


def last_day_before(year: int) -> date:
    """31 December of the year before."""
    return date(year, 1, 1) - _A_DAY


def halved(window: Window) -> tuple[Window, Window] | None:
    """The two halves of a window, the earlier first; None where it is one day or lies beyond all that exists.

    An open beginning is halved as if it were 1900, an open end as if it came a year after the beginning.
    """
    since, until = window.since or _FIRST_DAY, window.until
    if until is None:
        if since.year >= _LAST_OPEN_YEAR:
            return None
        until = since + timedelta(days=364)
    if until <= since:
        return None
    middle = since + (until - since) // 2
    return Window(window.since, middle), Window(middle + _A_DAY, window.until)


def as_parameter(window: Window) -> str:
    """What `publicationDateOrYear` takes: `2016-01-01:2016-06-30`, `2016:2017`, `:2015`, `2026:`, `2019`.

    Bounds are written as years where the window begins and ends with one.
    """
    since, until = window
    in_years = (since is None or since.timetuple().tm_yday == 1) and (
        until is None or (until.month, until.day) == (12, 31)
    )
    if in_years and since and until and since.year == until.year:
        return str(since.year)
    return ":".join((str(day.year) if in_years else day.isoformat()) if day else "" for day in window)

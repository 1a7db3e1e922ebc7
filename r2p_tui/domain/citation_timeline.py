"""Citations a month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from r2p_tui.domain.citations import Citation, Work

_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def month_of(work: Work) -> date | None:
    """The first day of the month in which a work came out; None where only the year is known, or less."""
    day = work.published_on
    return day.replace(day=1) if day and _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def months(rows: Iterable[Citation]) -> tuple[tuple[date, int], ...]:
    """First day of the month and count of citing works, from the first month to the last without a gap.

    Works without a day are left out rather than spread over a year, which would draw what nobody knows;
    `undated` counts them.
    """
    counts = Counter(month for row in rows if (month := month_of(row.work)) is not None)
    if not counts:
        return ()
    first, last = min(counts), max(counts)
    numbers = range(_number(first), _number(last) + 1)
    return tuple((month, counts[month]) for month in map(_month, numbers))


def undated(rows: Iterable[Citation]) -> int:
    """How many citing works `months` leaves out."""
    return sum(month_of(row.work) is None for row in rows)


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)

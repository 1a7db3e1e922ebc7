"""In which order a list shows citations, and why one stands above another."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from r2p_tui.domain.citations import CLASS_WORDS, Citation, EvidenceClass, Work

ORDERS = ("mix", "influence", "velocity", "date")
ORDER_WORDS = {
    "mix": "best mix",
    "influence": "most influenced by it",
    "velocity": "most citations a month",
    "date": "newest",
}
DAYS_A_MONTH = 30.44

_OF_INFLUENCE = 3.0
_OF_CLASS = {
    EvidenceClass.REPLICATES: 3.0,
    EvidenceClass.FAILS: 3.0,
    EvidenceClass.DEPLOYS: 3.0,
    EvidenceClass.EXTENDS: 1.5,
    EvidenceClass.COMPARES: 1.0,
    EvidenceClass.MENTIONS: 0.0,
}
_MOST_OF_VELOCITY = 3.0
_OF_NEWNESS = 1.5
_OF_LIBRARY = 1.0


class Mix(NamedTuple):
    """Points by which the mix sorts, and what gave them: (words, points), without what gave none."""

    total: float
    parts: tuple[tuple[str, float], ...]


def ordered(rows: Iterable[Citation], order: str, today: date) -> list[Citation]:
    """The rows, best first; what counts as much stands by title, then by work."""
    key = _KEYS[order]
    return sorted(rows, key=lambda row: (key(row, today), row.work.title.casefold(), row.work.work_id))


def _by_mix(row: Citation, today: date) -> tuple[float, ...]:
    return (-round(math.fsum(_points(row, today)), 1),)


def _by_influence(row: Citation, today: date) -> tuple[float, ...]:  # noqa: ARG001 one shape for all keys
    work = row.work
    return (not row.influential, -(work.influential_count or 0), -(work.citation_count or 0))


def _by_velocity(row: Citation, today: date) -> tuple[float, ...]:
    speed = velocity(row.work, today)
    return (math.inf if speed is None else -speed,)


def _by_date(row: Citation, today: date) -> tuple[float, ...]:  # noqa: ARG001
    day = first_day(row.work)
    return (math.inf if day is None else -day.toordinal(),)


_KEYS: dict[str, Callable[[Citation, date], tuple[float, ...]]] = {
    "mix": _by_mix,
    "influence": _by_influence,
    "velocity": _by_velocity,
    "date": _by_date,
}


def first_day(work: Work) -> date | None:
    """The day of publication; 1 January where only the year is known."""
    if work.published_on is not None:
        return work.published_on
    return date(work.year, 1, 1) if work.year and 1 <= work.year <= 9999 else None


def velocity(work: Work, today: date) -> float | None:
    """Citations a month since publication, over at least one month; None where date or count is unknown.

    A work known by its year only counts as published in the middle of that year, or of what has passed of it.
    """
    if work.citation_count is None:
        return None
    age = _age_in_days(work, today)
    return None if age is None else work.citation_count / max(age / DAYS_A_MONTH, 1.0)


def _age_in_days(work: Work, today: date) -> float | None:
    if work.published_on is not None:
        return max((today - work.published_on).days, 0)
    first = first_day(work)
    if first is None:
        return None
    last = min(first + timedelta(days=364), today) if first.year < 9999 else today
    return max((today - first).days - (last - first).days / 2, 0.0)


def mix_of(citation: Citation, today: date) -> Mix:
    """What the order `mix` goes by: influence, evidence, citations a month, newness, and what was kept."""
    speed = velocity(citation.work, today)
    names = (
        "influenced by it",
        CLASS_WORDS[citation.evidence_class],
        f"{speed or 0:.1f} citations a month",
        "new",
        "in your library",
    )
    points = _points(citation, today)
    parts = tuple((name, value) for name, value in zip(names, points, strict=True) if value)
    return Mix(round(math.fsum(points), 1), parts)


def _points(citation: Citation, today: date) -> tuple[float, float, float, float, float]:
    """Influence, evidence, citations a month, newness, library; to one decimal, so that the sum is seen."""
    work = citation.work
    speed = velocity(work, today)
    age = _age_in_days(work, today)
    return (
        _OF_INFLUENCE if citation.influential else 0.0,
        _OF_CLASS[citation.evidence_class],
        round(min(math.log2(1 + speed) / 2, _MOST_OF_VELOCITY), 1) if speed else 0.0,
        round(_OF_NEWNESS * 0.5 ** (age / 365), 1) if age is not None else 0.0,
        _OF_LIBRARY if work.decision == "keep" else 0.0,
    )

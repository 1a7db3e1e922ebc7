"""All scores of many predictions together: on the whole, by what they were about, and over time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import starmap
from statistics import fmean
from typing import Literal, NamedTuple

from r2p_tui.domain.calibration import CalibrationVerdict
from r2p_tui.domain.predictions import (
    Forecast,
    Interval,
    Judged,
    brier,
    coverage,
    interval_score,
    log_score,
    skill,
    time_weighted_brier,
)
from r2p_tui.domain.radar import Ring

By = Literal["kind", "ring", "tag", "year"]
Breakdown = tuple[tuple[str, "Scores"], ...]
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over `count` predictions of which `yes` came true; None where there is nothing to take a mean of.

    All but `weighted` are of the first forecast. `log` is infinite after one that was certain and wrong.
    `base_brier` is what always saying the base rate would have cost. `claimed_coverage` is the share of the
    `intervals` that should have held their value; `interval_score` is None where their units differ.
    """

    count: int = 0
    yes: int = 0
    brier: float | None = None
    two_class: float | None = None
    log: float | None = None
    weighted: float | None = None
    base_rate: float | None = None
    base_brier: float | None = None
    skill: float | None = None
    intervals: int = 0
    coverage: float | None = None
    claimed_coverage: float | None = None
    interval_score: float | None = None
    interval_unit: str = ""


class Alike(NamedTuple):
    """Predictions that agree in all by which they are parted, with their scores added up.

    Every part of many predictions is some of these together, so that none is scored twice. The scores are of
    the first forecast; `weighted` is the Brier score of all by time. Intervals have their unit.
    """

    kind: str
    ring: str | None
    tags: tuple[str, ...]
    year: int
    total: int
    yes: int
    brier: float
    log: float
    weighted: float
    intervals: tuple[tuple[Interval, str], ...]


def pairs_of(judged: Sequence[Judged]) -> list[tuple[float, bool]]:
    """What was said first, and whether it happened: what calibration looks at."""
    return [(one.said, one.happened) for one in judged]


def alike(judged: Sequence[Judged]) -> list[Alike]:
    """All predictions, those of one kind, ring, year of writing (UTC) and the same tags as one."""
    groups: dict[tuple[str, str | None, tuple[str, ...], int], list[Judged]] = defaultdict(list)
    for one in judged:
        groups[one.kind, one.ring, one.tags, one.made_at.year].append(one)
    return [_added_up(kind, ring, tags, year, some) for (kind, ring, tags, year), some in groups.items()]


def _added_up(kind: str, ring: str | None, tags: tuple[str, ...], year: int, some: Sequence[Judged]) -> Alike:
    pairs = pairs_of(some)
    return Alike(
        kind,
        ring,
        tags,
        year,
        total=len(some),
        yes=sum([happened for _, happened in pairs]),
        brier=math.fsum(starmap(brier, pairs)),
        log=math.fsum(starmap(log_score, pairs)),
        weighted=math.fsum(map(_weighted_brier, some)),
        intervals=tuple((interval, one.unit) for one in some if (interval := _interval(one))),
    )


def _weighted_brier(one: Judged) -> float:
    if not one.later:
        return brier(one.said, one.happened)
    forecasts = (Forecast(one.said, one.made_at), *one.later)
    return time_weighted_brier(forecasts, one.ended_at, one.happened)


def _interval(one: Judged) -> Interval | None:
    """The interval, where its value is known."""
    if one.low is None or one.high is None or one.value is None:
        return None
    return Interval(one.low, one.high, one.said, one.value)


def score(some: Sequence[Alike]) -> Scores:
    """All scores of some predictions at once."""
    if not some:
        return Scores()
    count, yes = sum(one.total for one in some), sum(one.yes for one in some)
    cost, rate = math.fsum(one.brier for one in some) / count, yes / count
    scores = Scores(
        count=count,
        yes=yes,
        brier=cost,
        # Brier's own form of 1950, summed over yes and no, as Fatebook shows it.
        two_class=2 * cost,
        log=math.fsum(one.log for one in some) / count,
        weighted=math.fsum(one.weighted for one in some) / count,
        base_rate=rate,
        base_brier=rate * (1 - rate),
        skill=skill(cost, rate * (1 - rate)),
    )
    return _with_intervals(scores, [each for one in some for each in one.intervals])


def _with_intervals(scores: Scores, found: Sequence[tuple[Interval, str]]) -> Scores:
    if not found:
        return scores
    intervals, units = [interval for interval, _ in found], {unit for _, unit in found}
    return replace(
        scores,
        intervals=len(intervals),
        coverage=coverage(intervals),
        claimed_coverage=fmean([one.level for one in intervals]),
        interval_score=fmean(starmap(interval_score, intervals)) if len(units) == 1 else None,
        interval_unit=units.pop() if len(units) == 1 else "",
    )


def breakdown(every: Sequence[Alike], by: By) -> Breakdown:
    """The scores of each kind, ring, tag or year of writing; what has none is left out.

    Rings are in their own order, years and kinds in theirs, tags by how often they were used.
    """
    groups: dict[str, list[Alike]] = defaultdict(list)
    for one in every:
        for name in _NAMES[by](one):
            groups[name].append(one)
    parts = [(name, score(members)) for name, members in groups.items()]
    return tuple(sorted(parts, key=_ORDERS[by]))


def over_time(judged: Sequence[Judged]) -> tuple[tuple[date, float], ...]:
    """The Brier score of all that had ended by then, for each quarter in which something ended.

    The day is the last in the quarter on which something ended, in UTC.
    """
    quarters: dict[tuple[int, int], list[tuple[date, float]]] = defaultdict(list)
    for one in judged:
        # A due day ends at the midnight that begins the next one, and still belongs to its own quarter.
        day = (one.ended_at - _MOMENT).date()
        quarters[day.year, (day.month - 1) // 3].append((day, brier(one.said, one.happened)))
    line, total, count = [], 0.0, 0
    for _, ended in sorted(quarters.items()):
        total += math.fsum(cost for _, cost in ended)
        count += len(ended)
        line.append((max(day for day, _ in ended), total / count))
    return tuple(line)


def headline(scores: Scores, verdict: CalibrationVerdict) -> str:
    """`Brier 0.18 (base rate 0.24) · slightly over-confident above 70 %`."""
    if scores.brier is None or scores.base_brier is None:
        return verdict.words
    return f"Brier {scores.brier:.2f} (base rate {scores.base_brier:.2f}) · {verdict.words}"


_NAMES: dict[By, Callable[[Alike], Sequence[str]]] = {
    "kind": lambda one: (one.kind,),
    "ring": lambda one: (one.ring,) if one.ring else (),
    "tag": lambda one: one.tags,
    "year": lambda one: (str(one.year),),
}
_RINGS = {str(ring): place for place, ring in enumerate(Ring)}
_ORDERS: dict[By, Callable[[tuple[str, Scores]], tuple[int, str]]] = {
    "kind": lambda part: (0, part[0]),
    "ring": lambda part: (_RINGS.get(part[0], len(_RINGS)), part[0]),
    "tag": lambda part: (-part[1].count, part[0]),
    "year": lambda part: (0, part[0]),
}

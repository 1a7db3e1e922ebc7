"""All scores of many predictions together: on the whole, by what they were about, and over time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import starmap
from statistics import fmean
from typing import Literal

from r2p_tui.domain.calibration import CalibrationVerdict
from r2p_tui.domain.predictions import (
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


def pairs_of(judged: Sequence[Judged]) -> list[tuple[float, bool]]:
    """What was said first, and whether it happened: what calibration looks at."""
    return [(one.forecasts[0].probability, one.happened) for one in judged]


def score(judged: Sequence[Judged]) -> Scores:
    """All scores at once; every prediction has at least one forecast."""
    if not judged:
        return Scores()
    pairs = pairs_of(judged)
    cost, rate = fmean(starmap(brier, pairs)), fmean(happened for _, happened in pairs)
    scores = Scores(
        count=len(pairs),
        yes=sum(happened for _, happened in pairs),
        brier=cost,
        two_class=2 * cost,
        log=fmean(starmap(log_score, pairs)),
        weighted=fmean(map(_weighted_brier, judged)),
        base_rate=rate,
        base_brier=rate * (1 - rate),
        skill=skill(cost, rate * (1 - rate)),
    )
    return _with_intervals(scores, [one for one in judged if one.low is not None])


def breakdown(judged: Sequence[Judged], by: By) -> Breakdown:
    """The scores of each kind, ring, tag or year of writing; what has none is left out.

    Rings are in their own order, years and kinds in theirs, tags by how often they were used.
    """
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
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
        day = one.ended_at.date()
        cost = brier(one.forecasts[0].probability, one.happened)
        quarters[day.year, (day.month - 1) // 3].append((day, cost))
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


def _weighted_brier(one: Judged) -> float:
    return time_weighted_brier(one.forecasts, one.ended_at, one.happened)


def _with_intervals(scores: Scores, judged: Sequence[Judged]) -> Scores:
    """The scores with those of the intervals whose value is known."""
    intervals = [
        Interval(one.low, one.high, one.forecasts[0].probability, one.value)
        for one in judged
        if one.low is not None and one.high is not None and one.value is not None
    ]
    if not intervals:
        return scores
    units = {one.unit for one in judged if one.value is not None}
    return replace(
        scores,
        intervals=len(intervals),
        coverage=coverage(intervals),
        claimed_coverage=fmean(one.level for one in intervals),
        interval_score=fmean(starmap(interval_score, intervals)) if len(units) == 1 else None,
        interval_unit=units.pop() if len(units) == 1 else "",
    )


def _ring_of(one: Judged) -> tuple[str, ...]:
    return (one.ring,) if one.ring else ()


_NAMES: dict[By, Callable[[Judged], Sequence[str]]] = {
    "kind": lambda one: (one.kind,),
    "ring": _ring_of,
    "tag": lambda one: one.tags,
    "year": lambda one: (str(one.made_on.year),),
}
_RINGS = {str(ring): place for place, ring in enumerate(Ring)}
_ORDERS: dict[By, Callable[[tuple[str, Scores]], tuple[int, str]]] = {
    "kind": lambda part: (0, part[0]),
    "ring": lambda part: (_RINGS.get(part[0], len(_RINGS)), part[0]),
    "tag": lambda part: (-part[1].count, part[0]),
    "year": lambda part: (0, part[0]),
}

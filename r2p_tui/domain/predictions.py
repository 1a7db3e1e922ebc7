"""What a prediction is, how it ended, and the scores that tell how good the judgement was.

Scores of yes and no take pairs: the probability that was said, from 0 to 1, and whether it happened.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """How a prediction ended; only `yes` and `no` are scored."""

    YES = "yes"
    NO = "no"
    AMBIGUOUS = "ambiguous"
    ANNULLED = "annulled"


class Forecast(NamedTuple):
    """A probability from 0 to 1, and since when the user held it."""

    probability: float
    made_at: datetime
    reasoning: str = ""


class Judged(NamedTuple):
    """A prediction that came true or did not, as the scores see it.

    `said` is the frozen probability; `later` forecasts follow it in the order of time, and all of them count
    until `ended_at`. `ring` is the ring of its technique when it was written. `low`, `high` and `value` are
    those of an interval, in `unit`.
    """

    kind: str
    said: float
    made_at: datetime
    ended_at: datetime
    happened: bool
    later: tuple[Forecast, ...] = ()
    ring: str | None = None
    tags: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    value: float | None = None
    unit: str = ""


class Counted(NamedTuple):
    """A probability, how often it was said, and how often it then happened."""

    probability: float
    total: int
    happened: int


class Interval(NamedTuple):
    """A range that was said to hold the value with a probability of `level`, and the value that came out."""

    low: float
    high: float
    level: float
    value: float


class Murphy(NamedTuple):
    """The parts of a Brier score: reliability - resolution + uncertainty."""

    reliability: float
    resolution: float
    uncertainty: float


def counted(pairs: Sequence[tuple[float, bool]]) -> tuple[Counted, ...]:
    """The pairs, one line to a probability, the lowest first."""
    totals = Counter(said for said, _ in pairs)
    happened = Counter(said for said, came_true in pairs if came_true)
    return tuple(Counted(said, totals[said], happened[said]) for said in sorted(totals))


def end_of_day(due_on: date) -> datetime:
    """When a due day is over: in UTC, so that no score depends on where it is looked at."""
    return datetime.combine(due_on + timedelta(days=1), time.min, UTC)


def brier(probability: float, happened: bool) -> float:
    """0 for certain and right, 1 for certain and wrong."""
    return (probability - happened) ** 2


def log_score(probability: float, happened: bool) -> float:
    """Minus the natural logarithm of what the outcome was given: 0 is best, certain and wrong is infinite."""
    given = probability if happened else 1 - probability
    return -math.log(given) if given > 0 else math.inf


def time_weighted_brier(forecasts: Sequence[Forecast], ended_at: datetime, happened: bool) -> float:
    """The Brier score of each forecast, weighted by how long it was held; what came after the end is not.

    Where no time passed before the end, the first forecast counts alone. Raises ValueError without forecasts.
    """
    if not forecasts:
        raise ValueError("A prediction has at least one forecast.")
    if len(forecasts) == 1:
        return brier(forecasts[0].probability, happened)
    held = cost = 0.0
    until = ended_at
    for one in reversed(forecasts):
        seconds = (until - one.made_at).total_seconds()
        if seconds > 0:
            held += seconds
            cost += seconds * brier(one.probability, happened)
            until = one.made_at
    return cost / held if held else brier(forecasts[0].probability, happened)


def interval_score(low: float, high: float, level: float, value: float) -> float:
    """Its width, and what a value outside costs, in the unit of the value; 0 is best.

    Gneiting and Raftery 2007, eq. 43, with alpha = 1 - level: outside of certainty the cost is infinite.
    """
    outside = max(low - value, value - high, 0.0)
    if not outside:
        return high - low
    return high - low + 2 * outside / (1 - level) if level < 1 else math.inf


def coverage(intervals: Sequence[Interval]) -> float | None:
    """The share of values that fell inside, ends included; to be held against the mean level."""
    if not intervals:
        return None
    return sum(one.low <= one.value <= one.high for one in intervals) / len(intervals)


def skill(score: float, reference: float) -> float | None:
    """How much of the reference's Brier score was avoided: 1 at best, below 0 where it did better."""
    return 1 - score / reference if reference else None


def bin_of(probability: float, bins: int) -> int:
    """The number of the bin, from 0; a probability on an edge belongs to the upper one, 1 to the last."""
    # 0.57 * 100 is 56.99999999999999.
    return min(int(probability * bins + 1e-9), bins - 1)


def murphy(pairs: Sequence[tuple[float, bool]]) -> Murphy | None:
    """The Brier score taken apart, grouped by what was said; None without any (Murphy 1973)."""
    if not pairs:
        return None
    count = len(pairs)
    rate = sum(happened for _, happened in pairs) / count
    groups = [(said, total, happened / total) for said, total, happened in counted(pairs)]
    reliability = math.fsum(total * (said - share) ** 2 for said, total, share in groups)
    resolution = math.fsum(total * (share - rate) ** 2 for _, total, share in groups)
    return Murphy(reliability / count, resolution / count, rate * (1 - rate))

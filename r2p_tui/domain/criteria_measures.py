"""Holds the values of a run against a condition, one by one."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from r2p_tui.domain.criteria_history import Reading
from r2p_tui.domain.criteria_meaning import FLAT_TOLERANCE, Kind
from r2p_tui.domain.criteria_names import better, highest_is_best, in_units_of
from r2p_tui.domain.criteria_sentences import (
    SHARES,
    Compare,
    Diverged,
    Drop,
    Number,
    Operator,
    Sentence,
    Trend,
)

_ROUNDING = 1e-9


class Measure(NamedTuple):
    """A reading, what is compared at it (a value, a drop, a length in a row), its limit, and the outcome."""

    reading: Reading
    amount: float
    limit: float
    holds: bool
    other: Reading | None = None


def measures(
    sentence: Sentence, kind: Kind, name: str, readings: Sequence[Reading], others: Sequence[Reading]
) -> list[Measure]:
    """One for each reading that can be judged, in order; a value that is nan meets no comparison."""
    condition = sentence.condition
    if isinstance(condition, Trend):
        lengths = _lengths(condition, name, readings)
        return [
            Measure(reading, length, condition.values, length >= condition.values)
            for reading, length in zip(readings, lengths, strict=True)
        ]
    if isinstance(condition, Diverged):
        return [Measure(r, r.value, math.nan, not math.isfinite(r.value)) for r in readings]
    is_fraction = _is_fraction([*readings, *others])
    own = list(bests(name, readings)) if sentence.best else readings
    if not condition.reference:
        limit = _plain_limit(condition.limit, name, is_fraction)
        return [Measure(r, r.value, limit, compares(condition.operator, r.value, limit)) for r in own]
    pairs = _paired(zip(readings, own, strict=True), others, name, sentence.best, kind)
    return [_against(condition, reading, other, is_fraction) for reading, other in pairs]


def compares(operator: Operator, amount: float, limit: float) -> bool:
    """The comparison with room for rounding: 0.61 - 0.60 is a drop of 1 pt, not more."""
    if math.isnan(amount) or math.isnan(limit):
        return False
    equal = math.isclose(amount, limit, rel_tol=_ROUNDING, abs_tol=1e-12)
    if operator in ("=", ">=", "<=") and equal:
        return True
    return not equal and {">": amount > limit, "<": amount < limit}.get(operator[0], False)


def bests(name: str, readings: Sequence[Reading]) -> Iterator[Reading]:
    """The best so far at each reading, with the epoch it comes from."""
    highest = highest_is_best(name)
    best: Reading | None = None
    for reading in readings:
        if not math.isnan(reading.value) and (
            best is None
            or math.isnan(best.value)
            or (reading.value > best.value if highest else reading.value < best.value)
        ):
            best = reading
        best = best or reading
        yield best


def _plain_limit(limit: Number, name: str, is_fraction: bool) -> float:
    if limit.unit in SHARES:
        return limit.value / 100 if is_fraction else limit.value
    return in_units_of(name, limit.value, limit.unit)


def _is_fraction(readings: Sequence[Reading]) -> bool:
    return all(0 <= reading.value <= 1 for reading in readings if math.isfinite(reading.value))


def _paired(
    own: Iterable[tuple[Reading, Reading]], others: Sequence[Reading], name: str, best: bool, kind: Kind
) -> Iterator[tuple[Reading, Reading]]:
    """A target is held against the best of the other run, anything else against the same epoch of it."""
    so_far = list(bests(name, others))
    by_epoch = kind != "target" and all(other.epoch is not None for other in others)
    epochs = [other.epoch or 0 for other in others]
    for current, reading in own:
        if by_epoch and current.epoch is not None:
            place = bisect_right(epochs, current.epoch)
            if place:
                yield reading, (so_far if best else others)[place - 1]
        else:
            yield reading, so_far[-1]


def _against(condition: Compare | Drop, reading: Reading, other: Reading, is_fraction: bool) -> Measure:
    if isinstance(condition, Compare):
        amount, limit = reading.value, other.value * condition.limit.value / 100
    else:
        amount, limit = _drop(condition, reading.value, other.value, is_fraction), condition.limit.value
    return Measure(reading, amount, limit, compares(condition.operator, amount, limit), other)


def _drop(drop: Drop, value: float, other: float, is_fraction: bool) -> float:
    lost = other - value
    if drop.limit.unit == "pt":
        return lost * 100 if is_fraction else lost
    if drop.limit.unit != "%":
        return lost
    if other:
        return lost / abs(other) * 100
    return math.copysign(math.inf, lost) if lost else 0.0


def _lengths(trend: Trend, name: str, readings: Sequence[Reading]) -> Iterator[int]:
    """How many values in a row have gone this way, up to each."""
    if trend.way == "flat":
        yield from _flat_lengths(name, readings)
        return
    length, before = 0, math.nan
    for reading in readings:
        gone = reading.value > before if trend.way == "rising" else reading.value < before
        length = length + 1 if gone else 0
        before = reading.value
        yield length


def _flat_lengths(name: str, readings: Sequence[Reading]) -> Iterator[int]:
    """Values since the last that was better by more than the tolerance, as early stopping counts patience.

    Where the name of a metric does not tell which way is better, any change beyond the tolerance counts.
    """
    direction = better(name)
    length, anchor = 0, math.nan
    for reading in readings:
        change = reading.value - anchor
        gain = {"up": change, "down": -change}.get(direction or "", abs(change))
        length += 1
        if not math.isfinite(anchor) or gain > FLAT_TOLERANCE * abs(anchor):
            anchor, length = reading.value, 0
        yield length

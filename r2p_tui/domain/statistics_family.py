"""Many comparisons at once: what holds when each had its chance to look good."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from r2p_tui.domain.measurements import Change, Interval
from r2p_tui.domain.statistics_planning import POWER, more_needed, settled_by
from r2p_tui.domain.statistics_verdict import reach_of
from r2p_tui.domain.statistics_words import with_more
from r2p_tui.errors import UsageError

_EDGE = 1e-9
_PREFIXES = ("No practical difference: ", "Not enough data: ", "No evidence of a difference: ")


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p-values, so corrected that the chance of any false finding among all is the level (Holm 1979).

    In the order given; raises UsageError for what is no probability.
    """
    if not all(0 <= p_value <= 1 for p_value in p_values):
        raise UsageError("A p-value lies outside 0 to 1.", "Leave out what was not tested.")
    adjusted = [0.0] * len(p_values)
    reached = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        reached = max(reached, min((len(p_values) - rank) * p_values[place], 1.0))
        adjusted[place] = reached
    return tuple(adjusted)


def corrected(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes as they hold together; call it once, with all comparisons of one question.

    Two families are corrected, each by Holm. Claims of a difference: a better or worse whose corrected
    p-value exceeds 1 - level becomes "not enough data". Claims of no practical difference: these are tests
    too (two one-sided ones), and whoever picks the fastest of many "harmless" variants picks the false ones
    among them; so their p-values, read from the interval (by Student's t where it is of that kind, else with
    a normal curve on either side), are corrected as well, and a claim that fails becomes "not enough data".
    What was open asks for as many more as it takes were it the least sure of all. The p-value becomes the
    corrected one; the interval stays that of the comparison by itself. A change without an interval stays
    as it is and does not count; one without a p-value has it read from its interval.
    """
    told = [(place, one, one.interval) for place, one in enumerate(changes) if one.interval is not None]
    differing = holm([_difference_p(change, interval) for _, change, interval in told])
    equal = holm([_equivalence_p(change, interval) for _, change, interval in told])
    after = list(changes)
    for (place, change, interval), p_value, p_equal in zip(told, differing, equal, strict=True):
        after[place] = _held(change, interval, p_value, p_equal, len(told))
    return tuple(after)


def surely_beyond(changes: Sequence[Change]) -> tuple[bool, ...]:
    """Whether each difference is larger than its minimum, on the side where it is, by Holm among them all."""
    told = [(place, one, one.interval) for place, one in enumerate(changes) if one.interval is not None]
    larger = holm([_larger_p(change, interval) for _, change, interval in told])
    sure = {
        place: p_value <= 1 - interval.level + _EDGE
        for (place, _, interval), p_value in zip(told, larger, strict=True)
    }
    return tuple(sure.get(place, False) for place in range(len(changes)))


def _held(change: Change, interval: Interval, p_value: float, p_equal: float, count: int) -> Change:
    """The change with its corrected p-value, and with the weaker verdict where it does not hold."""
    claimed = {"better": p_value, "worse": p_value, "no practical difference": p_equal}.get(change.verdict)
    if count < 2 or (claimed is not None and claimed <= 1 - interval.level + _EDGE):
        return replace(change, p_value=p_value)
    if claimed is None:
        return replace(_asking_for_all(change, interval.level, count), p_value=p_value)
    return replace(
        change,
        verdict="not enough data",
        p_value=p_value,
        needed=_needed(change, interval, count),
        sentence=f"Not enough data: {_told(change.sentence)}, but among {count} comparisons"
        f" this one does not hold (p = {claimed:.2g} after Holm's correction).",
    )


def _told(sentence: str) -> str:
    """The difference with its interval out of a sentence, without the verdict around it."""
    for prefix in _PREFIXES:
        sentence = sentence.removeprefix(prefix)
    return sentence[: sentence.find(")") + 1] or sentence.rstrip(".")


def _needed(change: Change, interval: Interval, count: int) -> int | None:
    """How many more would settle it, were it the least sure of all and its difference as seen."""
    if not change.samples:
        return None
    tail = (1 - interval.level) / 2
    wider = _quantile(1 - tail / count, change.freedom) / _quantile(1 - tail, change.freedom)
    reach = reach_of(change.difference, interval) * wider
    return more_needed(
        change.samples, None, settled_by(change.samples, reach, change.difference, change.minimum)
    )


def _asking_for_all(change: Change, level: float, count: int) -> Change:
    """An open question among several takes more data than by itself, for the same power."""
    if change.needed is None:
        return change
    tail, power = (1 - level) / 2, _quantile(POWER)
    more = ((_quantile(1 - tail / count) + power) / (_quantile(1 - tail) + power)) ** 2
    needed = math.ceil((change.samples + change.needed) * more) - change.samples
    return replace(change, needed=needed, sentence=with_more(change.sentence, change.needed, needed))


def _difference_p(change: Change, interval: Interval) -> float:
    """Its p-value, or one read from the side of the interval that faces 0."""
    if change.p_value is not None:
        return change.p_value
    low, high = _errors(change, interval)
    return 2 * _beyond(abs(change.difference), low if change.difference > 0 else high, change.freedom)


def _larger_p(change: Change, interval: Interval) -> float:
    """The p-value of being larger than what matters, doubled so that it goes with the two-sided interval."""
    low, high = _errors(change, interval)
    error = low if change.difference > 0 else high
    return min(2 * _beyond(abs(change.difference) - change.minimum, error, change.freedom), 1.0)


def _equivalence_p(change: Change, interval: Interval) -> float:
    """The p-value of lying within what matters (Schuirmann 1987), doubled so that it goes with two sides.

    At most 1 - level just where the interval lies within.
    """
    low, high = _errors(change, interval)
    below = _beyond(change.minimum + change.difference, low, change.freedom)
    above = _beyond(change.minimum - change.difference, high, change.freedom)
    return min(2 * max(below, above), 1.0)


def _errors(change: Change, interval: Interval) -> tuple[float, float]:
    """Standard errors to either side of the difference, from the interval."""
    reach = _quantile((1 + interval.level) / 2, change.freedom)
    return (
        max(change.difference - interval.low, 0.0) / reach,
        max(interval.high - change.difference, 0.0) / reach,
    )


def _beyond(distance: float, error: float, freedom: float | None) -> float:
    """The chance of an error larger than the distance; where there is no error, that cannot or may be."""
    if error <= 0:
        return 0.0 if distance > 0 else 0.5
    from scipy.special import ndtr, stdtr

    return float(ndtr(-distance / error) if freedom is None else stdtr(freedom, -distance / error))


def _quantile(share: float, freedom: float | None = None) -> float:
    from scipy.special import ndtri, stdtrit

    return float(ndtri(share) if freedom is None else stdtrit(freedom, share))

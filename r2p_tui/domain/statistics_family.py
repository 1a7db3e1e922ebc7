"""Many comparisons at once: what holds when each had its chance to look good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist

from r2p_tui.domain.measurements import Change, Interval
from r2p_tui.domain.statistics_planning import more_needed, settled_by
from r2p_tui.errors import UsageError

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
    among them; so their p-values, read from the interval with a normal curve on either side, are corrected
    as well, and a claim that fails becomes "not enough data". The p-value becomes the corrected one; the
    interval stays that of the comparison by itself. A change without an interval stays as it is and does
    not count; one without a p-value has it read from its interval.
    """
    told = [(place, one, one.interval) for place, one in enumerate(changes) if one.interval is not None]
    differing = holm([_difference_p(change, interval) for _, change, interval in told])
    equal = holm([_equivalence_p(change, interval) for _, change, interval in told])
    after = list(changes)
    for (place, change, interval), p_value, p_equal in zip(told, differing, equal, strict=True):
        after[place] = _held(change, interval, p_value, p_equal, len(told))
    return tuple(after)


def _held(change: Change, interval: Interval, p_value: float, p_equal: float, count: int) -> Change:
    """The change with its corrected p-value, and with the weaker verdict where it does not hold."""
    claimed = {"better": p_value, "worse": p_value, "no practical difference": p_equal}.get(change.verdict)
    if claimed is None or claimed <= 1 - interval.level + 1e-9 or count < 2:
        return replace(change, p_value=p_value)
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
    wider = NormalDist().inv_cdf(1 - tail / count) / NormalDist().inv_cdf(1 - tail)
    half = (interval.high - interval.low) / 2 * wider
    return more_needed(
        change.samples, None, settled_by(change.samples, half, change.difference, change.minimum)
    )


def _difference_p(change: Change, interval: Interval) -> float:
    """Its p-value, or one read from the side of the interval that faces 0."""
    if change.p_value is not None:
        return change.p_value
    low, high = _errors(change, interval)
    return 2 * _beyond(abs(change.difference), low if change.difference > 0 else high)


def _equivalence_p(change: Change, interval: Interval) -> float:
    """The p-value of lying within what matters (Schuirmann 1987), doubled so that it goes with two sides.

    At most 1 - level just where the interval lies within.
    """
    low, high = _errors(change, interval)
    below = _beyond(change.minimum + change.difference, low)
    above = _beyond(change.minimum - change.difference, high)
    return min(2 * max(below, above), 1.0)


def _errors(change: Change, interval: Interval) -> tuple[float, float]:
    """Standard errors to either side of the difference, from the interval."""
    reach = NormalDist().inv_cdf((1 + interval.level) / 2)
    return (
        max(change.difference - interval.low, 0.0) / reach,
        max(interval.high - change.difference, 0.0) / reach,
    )


def _beyond(distance: float, error: float) -> float:
    """The chance of a normal error larger than the distance; with no error, that is certain or cannot be."""
    if error <= 0:
        return 0.0 if distance > 0 else 0.5
    return NormalDist().cdf(-distance / error)

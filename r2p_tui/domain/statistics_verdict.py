"""From a difference with its interval and test to a verdict, a sentence, and how much more is needed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from r2p_tui.domain.measurements import Change, Interval, Verdict
from r2p_tui.domain.statistics_planning import more_needed, settled_by
from r2p_tui.domain.statistics_tests import least_p
from r2p_tui.domain.statistics_words import Scale, found_words, more_words, not_sure_words
from r2p_tui.errors import UsageError
from r2p_tui.text import count_of

Better = Literal["up", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a comparison found, before it is put in words.

    `samples` of what `noun` names were seen, on each side where `each_side`; `planned` of them would do.
    `enough` is how many without any spread would prove something, 0 where there is a spread; `freedom` are
    the degrees of freedom of an interval by Student's t.
    """

    difference: float
    interval: Interval
    p_value: float
    test: str
    samples: int
    planned: int | None
    noun: str
    each_side: bool = False
    enough: int = 0
    tests: Mapping[str, float] = field(default_factory=dict)
    effect: float | None = None
    effect_name: str = ""
    sides: str = ""
    freedom: float | None = None


def verdict_of(interval: Interval | None, minimum: float, better: Better = "up") -> Verdict:
    """What an interval of a difference says where at least `minimum` matters; no interval is not enough data.

    "no practical difference" comes first: a difference may be sure and still too small to matter. Raises
    UsageError for a minimum below 0.
    """
    check_minimum(minimum)
    if interval is None or not (math.isfinite(interval.low) and math.isfinite(interval.high)):
        return "not enough data"
    low, high = (interval.low, interval.high) if better == "up" else (-interval.high, -interval.low)
    if -minimum < low and high < minimum:
        return "no practical difference"
    return "better" if low > 0 else "worse" if high < 0 else "not enough data"


def judged_change(judged: Judged, scale: Scale) -> Change:
    """The change with its verdict: better and worse only where the test agrees with the interval."""
    verdict = verdict_of(judged.interval, scale.minimum, "up" if scale.up_is_better else "down")
    doubt = _doubt(judged, verdict)
    verdict = "not enough data" if doubt else verdict
    needed = _needed(judged, scale) if verdict == "not enough data" else None
    return Change(
        verdict=verdict,
        difference=judged.difference,
        interval=judged.interval,
        minimum=scale.minimum,
        unit=scale.unit,
        sentence=_sentence(judged, scale, verdict, doubt, needed),
        tests=dict(judged.tests),
        p_value=judged.p_value,
        effect=judged.effect,
        effect_name=judged.effect_name,
        samples=judged.samples,
        needed=needed,
        freedom=judged.freedom,
    )


def too_few_change(difference: float, scale: Scale, samples: int, why: str, more: str) -> Change:
    """A change of which nothing is known but its size."""
    return Change(
        verdict="not enough data",
        difference=difference,
        interval=None,
        minimum=scale.minimum,
        unit=scale.unit,
        sentence=f"Not enough data, so no evidence of a difference: {why}; {more}.",
        samples=samples,
    )


def reach_of(difference: float, interval: Interval) -> float:
    """How far the interval goes from the difference, at its farther end."""
    return max(difference - interval.low, interval.high - difference)


def scale_of(unit: str, minimum: float, better: Better) -> Scale:
    """The scale with the words better and worse; raises UsageError for a minimum below 0."""
    check_minimum(minimum)
    return Scale(unit, minimum, better == "up")


def check_minimum(minimum: float) -> None:
    """Raises UsageError for a least difference that is no number from 0 up."""
    if not 0 <= minimum < math.inf:
        raise UsageError(
            f"{minimum:g} cannot be the smallest difference that matters.",
            "Give a number above 0, in the unit of the difference.",
        )


def enough_equal(level: float) -> int:
    """So many equal signs are rarer by chance than the level allows: 6 at 95 % (2^(1 - n), the sign test)."""
    return math.ceil(1 - math.log2(1 - level) - 1e-9)


def enough_apart(level: float) -> int:
    """So many a side, parted without any spread, are rarer by chance than the level allows: 4 at 95 %."""
    return next(count for count in range(2, 1000) if least_p(count, count) <= 1 - level)


def _doubt(judged: Judged, verdict: Verdict) -> str:
    """Why a verdict that the interval gives is not taken, if it is not."""
    if judged.samples < judged.enough:
        side = " on each side" if judged.each_side else ""
        return f"{count_of(judged.samples, judged.noun)}{side} without any spread prove nothing"
    alpha = 1 - judged.interval.level + 1e-12
    if verdict in ("better", "worse") and judged.p_value > alpha:
        return f"the {judged.test} does not agree (p = {judged.p_value:.2g})"
    return ""


def _needed(judged: Judged, scale: Scale) -> int | None:
    if judged.samples < judged.enough:
        return judged.enough - judged.samples
    as_seen = settled_by(
        judged.samples, reach_of(judged.difference, judged.interval), judged.difference, scale.minimum
    )
    return more_needed(judged.samples, judged.planned, as_seen)


def _sentence(judged: Judged, scale: Scale, verdict: Verdict, doubt: str, needed: int | None) -> str:
    more = more_words(needed, judged.noun, judged.each_side, scale)
    if doubt:
        return not_sure_words(judged.difference, judged.interval, scale, doubt) + more
    words = found_words(verdict, judged.difference, judged.interval, scale, judged.sides)
    return words + more if verdict == "not enough data" else words

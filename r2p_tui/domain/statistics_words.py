"""What a comparison found, in one sentence with numbers and units."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from r2p_tui.domain.measurements import Interval, Verdict
from r2p_tui.text import count_of

_MOST_DECIMALS = 4


class Scale(NamedTuple):
    """How a difference is told: its unit, the least that matters, and the words for either direction."""

    unit: str
    minimum: float
    up_is_better: bool
    good: str = "better"
    bad: str = "worse"


def found_words(
    verdict: Verdict, difference: float, interval: Interval, scale: Scale, sides: str = ""
) -> str:
    """The sentence for a verdict that is sure, or the start of one that says there is no evidence.

    `sides` may tell what both sides were: `85.2 ± 0.8 against 85.8 ± 1.1 over 5 runs each`.
    """
    told = f"{change_words(difference, interval, scale)} ({span_words(interval, difference, scale)})"
    if verdict == "no practical difference":
        return f"No practical difference: {told}, all within the {_least(scale)}."
    if verdict == "not enough data":
        return f"No evidence of a difference: {f'{sides} is ' if sides else ''}{told}"
    return f"{told}, {_worth(difference, interval, scale)}."


def change_words(difference: float, interval: Interval, scale: Scale) -> str:
    """`0.8 pt worse`, `18.2 % faster`, `no change`."""
    decimals = _decimals(difference, interval, scale)
    amount = quantity(abs(difference), scale.unit, decimals)
    return f"{amount} {_direction(difference, scale)}" if difference else "no change"


def span_words(interval: Interval, difference: float, scale: Scale) -> str:
    """`95 %: 0.3 to 1.2 pt worse`; where it goes both ways, both are named, the worse end first."""
    decimals = _decimals(difference, interval, scale)
    low, high = (interval.low, interval.high) if scale.up_is_better else (-interval.high, -interval.low)
    head = f"{interval.level * 100:g} %: "
    if low < 0 < high:
        worse, better = quantity(-low, scale.unit, decimals), quantity(high, scale.unit, decimals)
        return f"{head}{worse} {scale.bad} to {better} {scale.good}"
    near, far = sorted((abs(low), abs(high)))
    word = scale.good if high > 0 else scale.bad
    if near == far:
        return f"{head}{quantity(far, scale.unit, decimals)}{f' {word}' if far else ''}"
    return f"{head}{near:,.{decimals}f} to {quantity(far, scale.unit, decimals)} {word}"


def more_words(needed: int | None, noun: str, each_side: bool, scale: Scale) -> str:
    """What it would take, to end the sentence: `; about 53 more runs on each side would tell 0.5 pt from 0`.

    The noun may have words behind it, as `image with it`.
    """
    head, _, rest = noun.partition(" ")
    several = f"{head}s {rest}".rstrip()
    if needed is None:
        return f"; how many more {several} would settle it cannot be told."
    told = count_of(needed, f"more {noun}", f"more {several}") + (" on each side" if each_side else "")
    if not scale.minimum:
        return f"; about {told} would settle it."
    return f"; about {told} would tell {quantity(scale.minimum, scale.unit, _places(scale.minimum))} from 0."


def with_more(sentence: str, before: int, after: int) -> str:
    """The sentence that asks for so many more, asking for another number of them."""
    if before == 1:
        sentence = re.sub(r"about 1 more (\w+)", r"about 1 more \1s", sentence, count=1)
    return sentence.replace(f"about {before:,} more ", f"about {after:,} more ", 1)


def not_sure_words(difference: float, interval: Interval, scale: Scale, reason: str) -> str:
    """The start of a sentence on an interval that leaves out 0, which is not sure for another reason."""
    told = f"{change_words(difference, interval, scale)} ({span_words(interval, difference, scale)})"
    return f"Not enough data: {told}, but {reason}"


def quantity(value: float, unit: str, decimals: int) -> str:
    """`0.8 pt`, `1,200 ms`, `0.012` where there is no unit."""
    return f"{value:,.{decimals}f}{f' {unit}' if unit else ''}"


def _direction(value: float, scale: Scale) -> str:
    return scale.good if (value > 0) == scale.up_is_better else scale.bad


def _worth(difference: float, interval: Interval, scale: Scale) -> str:
    """How the interval lies to what matters; the ends have the same sign here."""
    least = _least(scale)
    if not scale.minimum:
        return "which is sure at that level"
    if min(abs(interval.low), abs(interval.high)) >= scale.minimum:
        return f"which is more than the {least}"
    likely = "likely more" if abs(difference) >= scale.minimum else "likely less"
    return f"which is {likely} than the {least}"


def _least(scale: Scale) -> str:
    verb = "matters" if scale.unit in ("", "%") or scale.minimum == 1 else "matter"
    return f"{quantity(scale.minimum, scale.unit, _places(scale.minimum))} that {verb}"


def _decimals(difference: float, interval: Interval, scale: Scale) -> int:
    """Enough for the least that matters, and for an end near 0 not to look like 0."""
    sizes = [abs(value) for value in (difference, interval.low, interval.high) if value]
    least = _places(scale.minimum) if scale.minimum else 1
    near = max((-math.floor(math.log10(size)) for size in sizes), default=0)
    return min(max(least, near, 1), max(least, 1) + 1, _MOST_DECIMALS)


def _places(value: float) -> int:
    """Decimals that show a value to its last digit: 1 for 0.5, 0 for 5, 3 for 0.005."""
    if not value:
        return 0
    return next((n for n in range(_MOST_DECIMALS) if math.isclose(round(value, n), value)), _MOST_DECIMALS)

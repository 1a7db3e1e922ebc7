"""Latencies against latencies: neighbours are alike, so whole rounds are what is compared and resampled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from r2p_tui.domain.measurements import Change, Interval
from r2p_tui.domain.statistics_planning import LEVEL, POWER, planned_for, samples_needed
from r2p_tui.domain.statistics_resampling import (
    block_weights,
    finite_numbers,
    t_interval_of,
    weighted_medians,
    widened_percentiles,
)
from r2p_tui.domain.statistics_tests import Spread, mann_whitney, one_sample, two_samples, wilcoxon
from r2p_tui.domain.statistics_verdict import (
    Judged,
    check_minimum,
    enough_apart,
    enough_equal,
    judged_change,
    too_few_change,
)
from r2p_tui.domain.statistics_words import Scale
from r2p_tui.errors import UsageError
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

FEWEST_ROUNDS = 8
"""Fewer say too little of how rounds vary: a t interval of their medians stands in."""
_MOST_BLOCKS = 20
_PER_CENT = 100.0


class SpeedUp(NamedTuple):
    """How many times faster the second is, by medians; no interval where there are too few samples."""

    ratio: float
    interval: Interval | None


class _Side(NamedTuple):
    """Times (n,), the block of each from 0, and the median of each block."""

    times: Numbers
    blocks: NDArray[np.intp]
    medians: Numbers


class _Pair(NamedTuple):
    """Both sides; matched where a block of one was taken beside the same block of the other."""

    before: _Side
    after: _Side
    matched: bool


def compare_samples(
    before: ArrayLike,
    after: ArrayLike,
    *,
    minimum_share: float,
    rounds: tuple[ArrayLike, ArrayLike] | None = None,
    level: float = LEVEL,
    seed: int = 0,
) -> Change:
    """The change of the median in per cent of before's, of times (n,) and (m,) in milliseconds.

    `rounds` gives the number of the round in which each was taken, for both sides. The interval comes from
    resampling rounds; a round with the same number on both sides was taken in turn with it and is drawn
    with it. Without rounds, runs of about the root of n neighbours stand in. Fewer than 8 of either:
    Student's t of the logarithms of their medians. The p-value is the t test of these logarithms where
    rounds match (a rank test of 8 pairs could never pass a correction for many variants), and
    Mann-Whitney's of the medians where not (with fewer than 8, Welch's). Mann-Whitney's test of all samples
    is told beside them, but takes neighbours for independent and so finds something in any noise. The
    effect is Cliff's delta of all samples: below 0 where after is mostly faster. How processes differ that
    were started anew is in none of it.

    `minimum_share` is what matters as a share: 0.05. Raises UsageError for sides without times, for times
    that are not finite, and for a median of 0.
    """
    check_minimum(minimum_share)
    scale = Scale("%", minimum_share * _PER_CENT, False, "faster", "slower")
    pair = _paired(before, after, rounds)
    ratio = _ratio(pair)
    samples = min(len(pair.before.times), len(pair.after.times))
    if (fewest := _fewest(pair)) < 2:
        return too_few_change(
            _PER_CENT * (ratio - 1), scale, samples, _single_words(samples, rounds), "8 or more are needed"
        )
    tests, test, spread = _tested(pair)
    _, delta = mann_whitney(pair.before.times, pair.after.times)
    interval = _log_interval(pair, spread, level, seed)
    per_block = max(samples // fewest, 1)
    return judged_change(
        Judged(
            difference=_PER_CENT * (ratio - 1),
            interval=Interval(
                _PER_CENT * math.expm1(interval.low), _PER_CENT * math.expm1(interval.high), level
            ),
            p_value=tests[test],
            test=test.replace(" of", " test of"),
            samples=samples,
            planned=planned_for(
                lambda: samples_needed(_per_round(pair, interval), minimum_share, per_block, POWER, level)
            ),
            noun="sample",
            each_side=True,
            enough=_enough(spread, pair, level) * per_block,
            tests=tests,
            effect=delta,
            effect_name="Cliff's delta",
        ),
        scale,
    )


def speed_up_interval(
    before: ArrayLike,
    after: ArrayLike,
    *,
    rounds: tuple[ArrayLike, ArrayLike] | None = None,
    level: float = LEVEL,
    seed: int = 0,
) -> SpeedUp:
    """Before's median by after's, with the interval that `compare_samples` has; raises what that raises."""
    pair = _paired(before, after, rounds)
    ratio = _ratio(pair)
    if _fewest(pair) < 2:
        return SpeedUp(1 / ratio, None)
    interval = _log_interval(pair, _spread(pair), level, seed)
    return SpeedUp(1 / ratio, Interval(math.exp(-interval.high), math.exp(-interval.low), level))


# --- blocks -----------------------------------------------------------------------------------------------


def _paired(before: ArrayLike, after: ArrayLike, rounds: tuple[ArrayLike, ArrayLike] | None) -> _Pair:
    first, second = _times(before), _times(after)
    if rounds is None:
        return _Pair(_side(first, _neighbours(len(first))), _side(second, _neighbours(len(second))), False)
    labels = _labels(rounds[0], first), _labels(rounds[1], second)
    matched = np.array_equal(np.unique(labels[0]), np.unique(labels[1]))
    return _Pair(_side(first, labels[0]), _side(second, labels[1]), matched)


def _neighbours(count: int) -> NDArray[np.intp]:
    """Numbers of blocks of neighbours, all but equally long: the root of `count`, and at most 20.

    Few long blocks are safer than many short ones: a machine gets slower and faster over seconds.
    """
    blocks = min(math.isqrt(count), _MOST_BLOCKS)
    return np.arange(count) * blocks // count


def _side(times: Numbers, labels: NDArray[np.intp]) -> _Side:
    numbers, blocks = np.unique(labels, return_inverse=True)
    medians = np.array([np.median(times[blocks == block]) for block in range(len(numbers))])
    if (medians <= 0).any():
        raise UsageError(
            "Half of the times of a round are 0 ms.",
            "Measure with a finer clock, or several requests at once.",
        )
    return _Side(times, blocks, medians)


def _times(values: ArrayLike) -> Numbers:
    times = finite_numbers(values, "times")
    if not len(times):
        raise UsageError("There are no times on one side.", "Measure both sides first.")
    if (times < 0).any():
        raise UsageError("A time lies below 0.", "Leave out what was not measured.")
    return times


def _labels(rounds: ArrayLike, times: Numbers) -> NDArray[np.intp]:
    labels = finite_numbers(rounds, "rounds")
    if len(labels) != len(times):
        raise UsageError(f"{len(times):,} times have {len(labels):,} rounds.", "Give the round of each time.")
    return labels.astype(np.intp)


def _fewest(pair: _Pair) -> int:
    return min(len(pair.before.medians), len(pair.after.medians))


def _ratio(pair: _Pair) -> float:
    """After's median by before's; of few rounds it is that of the geometric means of their medians."""
    if 2 <= _fewest(pair) < FEWEST_ROUNDS:
        return math.exp(_spread(pair).mean)
    before = float(np.median(pair.before.times))
    after = float(np.median(pair.after.times))
    if before <= 0 or after <= 0:
        raise UsageError("A median of 0 ms cannot be compared.", "Measure with a finer clock.")
    return after / before


def _per_round(pair: _Pair, interval: Interval) -> float:
    """The standard error of the logarithm times the root of the rounds, for planning."""
    from scipy.special import stdtrit

    fewest = _fewest(pair)
    reach = float(stdtrit(fewest - 1, (1 + interval.level) / 2))
    return (interval.high - interval.low) / 2 / reach * math.sqrt(fewest)


# --- intervals and tests ----------------------------------------------------------------------------------


def _log_interval(pair: _Pair, spread: Spread, level: float, seed: int) -> Interval:
    """The interval of the logarithm of after's median by before's."""
    if (fewest := _fewest(pair)) < FEWEST_ROUNDS:
        return t_interval_of(spread.mean, spread.error, spread.freedom, level)
    weights = block_weights(len(pair.before.medians), seed)
    others = weights if pair.matched else block_weights(len(pair.after.medians), seed + 1)
    before = weighted_medians(pair.before.times, pair.before.blocks, weights)
    after = weighted_medians(pair.after.times, pair.after.blocks, others)
    return widened_percentiles(np.log(after / before), fewest, level)


def _spread(pair: _Pair) -> Spread:
    """The t test of the logarithms of medians of blocks; equal clocks' ticks have no spread."""
    before, after = np.log(pair.before.medians), np.log(pair.after.medians)
    if pair.matched:
        return one_sample(after - before, 1.0)
    return two_samples(_summary(before), _summary(after), 1.0)


def _tested(pair: _Pair) -> tuple[dict[str, float], str, Spread]:
    """All tests by their names, the name of the one that counts, and the spread of blocks."""
    spread = _spread(pair)
    tests = {
        "Mann-Whitney": mann_whitney(pair.before.times, pair.after.times)[0],
        "Mann-Whitney of rounds": mann_whitney(pair.before.medians, pair.after.medians)[0],
    }
    if pair.matched:
        differences = np.log(pair.after.medians / pair.before.medians)
        return (
            {**tests, "paired t of rounds": spread.p_value, "Wilcoxon of rounds": wilcoxon(differences)},
            ("paired t of rounds"),
            spread,
        )
    if _fewest(pair) >= FEWEST_ROUNDS:
        return tests, "Mann-Whitney of rounds", spread
    return {**tests, "Welch's t of rounds": spread.p_value}, "Welch's t of rounds", spread


def _enough(spread: Spread, pair: _Pair, level: float) -> int:
    """How many blocks without any spread would prove something; 0 where there is a spread."""
    if not spread.constant:
        return 0
    if pair.matched:
        return enough_equal(level)
    return enough_apart(level)


def _summary(values: Numbers) -> tuple[float, float, int]:
    return float(values.mean()), float(values.std(ddof=1)), len(values)


def _single_words(samples: int, rounds: object) -> str:
    if rounds is not None:
        return f"all {count_of(samples, 'sample')} come from one round, which may have been slow by chance"
    return f"{count_of(samples, 'sample')} on a side cannot be divided into rounds"

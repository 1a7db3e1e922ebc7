"""Confidence intervals by resampling: of means, and of medians of times that were taken in rounds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from r2p_tui.domain.measurements import Interval
from r2p_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

FEWEST_TO_RESAMPLE = 10
"""Fewer values say too little of their own distribution: a t interval stands in."""
RESAMPLES = 2000
_AT_ONCE = 2_000_000
"""Numbers drawn at a time, so that memory stays small."""


def bootstrap_interval(
    values: ArrayLike,
    *,
    level: float = 0.95,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """Where the mean of what the values (n,) were drawn from lies.

    Bias-corrected and accelerated (Efron 1987), with the quantiles widened for small n as
    Hesterberg 2015 does, and nowhere narrower than the t interval. Chosen by simulation: by itself the
    former covers 92 % of heavy tails, the latter 92 % of skewed ones; both ends together keep 93 to 97 %
    from n = 100 on, and never contradict a t test. It covers less (about 90 %) where fewer than ten of the
    values differ from all others. Fewer than 10 values: the t interval. Raises UsageError for values that are
    no numbers, and for fewer than 2.
    """
    numbers = finite_numbers(values)
    if len(numbers) < 2:
        raise UsageError("One value has no spread.", "Give at least 2 values.")
    if len(numbers) < FEWEST_TO_RESAMPLE or not np.ptp(numbers):
        return t_interval(numbers, level)
    rng = np.random.default_rng(seed)
    drawn = np.concatenate([numbers[i].mean(axis=1) for i in _draws(rng, len(numbers), resamples)])
    return _hull(_accelerated(numbers, drawn, level), t_interval(numbers, level))


def t_interval(values: Numbers, level: float) -> Interval:
    """Student's interval of the mean of at least 2 values (n,)."""
    return t_interval_of(
        float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values)), len(values) - 1, level
    )


def t_interval_of(middle: float, error: float, freedom: float, level: float) -> Interval:
    """Student's interval from a mean and its standard error."""
    from scipy.special import stdtrit

    half = float(stdtrit(freedom, (1 + level) / 2)) * error if error else 0.0
    return Interval(middle - half, middle + half, level)


def widened_percentiles(drawn: Numbers, count: int, level: float) -> Interval:
    """Percentiles of resampled values (resamples,), as far out as `count` independent ones call for.

    The resampled spread is too small by the root of (n - 1) / n, and knows no t (Hesterberg 2015).
    """
    from scipy.special import ndtr

    tail = float(ndtr(-_reach(count, level)))
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(float(low), float(high), level)


def block_weights(count: int, seed: int, resamples: int = RESAMPLES) -> Numbers:
    """How often each of `count` blocks is drawn in each resample: (resamples, count)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(count, np.full(count, 1 / count), size=resamples).astype(np.float64)


def weighted_medians(samples: Numbers, blocks: NDArray[np.intp], weights: Numbers) -> Numbers:
    """The median of all samples (n,) of the drawn blocks, for each resample: (resamples,).

    `blocks` (n,) numbers the block of each sample from 0. A median of several blocks together lies between
    the lowest and the highest median of a single one, so only samples between these are looked at.
    """
    low, high = _reachable(samples, blocks, weights.shape[1])
    base = np.bincount(blocks[samples < low], minlength=weights.shape[1])
    inside = np.flatnonzero((samples >= low) & (samples <= high))
    inside = inside[np.argsort(samples[inside], kind="stable")]
    up_to = np.zeros((len(inside), weights.shape[1]))
    up_to[np.arange(len(inside)), blocks[inside]] = 1
    up_to = np.cumsum(up_to, axis=0) + base
    half = weights @ np.bincount(blocks, minlength=weights.shape[1]) / 2
    # Counts are whole: more than half is at least a quarter more than half.
    places = _reaching(up_to, weights, half), _reaching(up_to, weights, half + 0.25)
    middles: Numbers = (samples[inside[places[0]]] + samples[inside[places[1]]]) / 2
    return middles


def finite_numbers(values: ArrayLike, name: str = "values") -> Numbers:
    """The values as a flat array of floats; raises UsageError for what is no finite number."""
    try:
        numbers = np.asarray(values, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        raise UsageError(f"The {name} are not all numbers.", "Leave out what was not measured.") from None
    if bad := int((~np.isfinite(numbers)).sum()):
        verb = "is" if bad == 1 else "are"
        raise UsageError(
            f"{bad:,} of {len(numbers):,} {name} {verb} not a finite number.",
            "Leave out what was not measured, on both sides.",
        )
    return numbers


def _draws(rng: np.random.Generator, count: int, resamples: int) -> Iterator[NDArray[np.int64]]:
    step = max(_AT_ONCE // count, 1)
    for at in range(0, resamples, step):
        yield rng.integers(0, count, (min(step, resamples - at), count))


def _accelerated(values: Numbers, drawn: Numbers, level: float) -> Interval:
    """The BCa interval of the mean; the acceleration of a mean has a closed form."""
    from scipy.special import ndtr, ndtri

    middle = values.mean()
    away = values - middle
    squares = float((away**2).sum())
    acceleration = float((away**3).sum()) / (6 * squares**1.5) if squares else 0.0
    below = ((drawn < middle).sum() + (drawn == middle).sum() / 2) / len(drawn)
    bias = float(ndtri(np.clip(below, 1 / len(drawn), 1 - 1 / len(drawn))))
    reach = _reach(len(values), level)
    ends = [bias + (bias + z) / max(1 - acceleration * (bias + z), 1e-6) for z in (-reach, reach)]
    low, high = np.quantile(drawn, ndtr(ends))
    return Interval(float(low), float(high), level)


def _reach(count: int, level: float) -> float:
    """How many of its own standard deviations a resampled mean of `count` must go out."""
    from scipy.special import stdtrit

    return float(math.sqrt(count / (count - 1)) * stdtrit(count - 1, (1 + level) / 2))


def _hull(first: Interval, second: Interval) -> Interval:
    return Interval(min(first.low, second.low), max(first.high, second.high), first.level)


def _reachable(samples: Numbers, blocks: NDArray[np.intp], count: int) -> tuple[float, float]:
    lows, highs = [], []
    for block in range(count):
        ordered = np.sort(samples[blocks == block])
        lows.append(ordered[(len(ordered) - 1) // 2])
        highs.append(ordered[len(ordered) // 2])
    return float(min(lows)), float(max(highs))


def _reaching(up_to: Numbers, weights: Numbers, target: Numbers) -> NDArray[np.int64]:
    """The first row of `up_to` (samples, blocks) whose weighted sum reaches the target, by halving.

    For each resample: `weights` is (resamples, blocks), `target` (resamples,).
    """
    low = np.zeros(len(weights), dtype=np.int64)
    high = np.full(len(weights), len(up_to) - 1, dtype=np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        reached = (weights * up_to[middle]).sum(axis=1) >= target
        high = np.where(reached, middle, high)
        low = np.where(reached, low, np.minimum(middle + 1, high))
    return low

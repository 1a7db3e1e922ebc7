"""Tests of a difference, without a word on the console: p-values and sizes of effects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_ROUNDING = 1e-12
"""Values that differ by less than this share of their size are equal."""


class Spread(NamedTuple):
    """A mean, its standard error with the degrees of freedom, and the p-value that it is 0 (two-sided).

    `constant` means that all values were equal: the p-value is then that of so many equal signs.
    """

    mean: float
    sd: float
    error: float
    freedom: float
    p_value: float
    constant: bool = False


def one_sample(differences: Numbers, size: float = 0.0) -> Spread:
    """The t test of at least 2 differences (n,) against 0; `size` is how large what they come from is.

    Equal differences have no spread by which to judge; then 2^(1 - n), the sign test's, is the p-value.
    """
    count = len(differences)
    mean, sd = float(differences.mean()), float(differences.std(ddof=1))
    if sd <= _ROUNDING * max(size, float(np.abs(differences).max())):
        p_value = 1.0 if abs(mean) <= _ROUNDING * size else 2.0 ** (1 - count)
        return Spread(mean, 0.0, 0.0, count - 1, p_value, constant=True)
    error = sd / math.sqrt(count)
    return Spread(mean, sd, error, count - 1, two_sided(mean / error, count - 1))


def two_samples(
    before: tuple[float, float, int], after: tuple[float, float, int], size: float = 0.0
) -> Spread:
    """Welch's t test from (mean, standard deviation, number) of both; both numbers at least 2.

    Where neither has a spread, the p-value is that of a permutation that parts both sides.
    """
    (mean_before, sd_before, n_before), (mean_after, sd_after, n_after) = before, after
    difference = mean_after - mean_before
    sd = math.hypot(sd_before, sd_after)
    scale = max(abs(mean_before), abs(mean_after), size)
    if sd <= _ROUNDING * scale:
        p_value = 1.0 if abs(difference) <= _ROUNDING * scale else least_p(n_before, n_after)
        return Spread(difference, 0.0, 0.0, n_before + n_after - 2, p_value, constant=True)
    first, second = sd_before**2 / n_before, sd_after**2 / n_after
    error = math.sqrt(first + second)
    freedom = (first + second) ** 2 / (first**2 / (n_before - 1) + second**2 / (n_after - 1))
    return Spread(difference, sd, error, freedom, two_sided(difference / error, freedom))


def least_p(n_before: int, n_after: int) -> float:
    """The smallest p-value that a permutation of two groups of these sizes can have."""
    return min(2 / math.comb(n_before + n_after, n_before), 1.0)


def two_sided(t: float, freedom: float) -> float:
    """The chance of a t so far from 0 on either side."""
    from scipy.special import stdtr

    return float(min(2 * stdtr(freedom, -abs(t)), 1.0))


def wilcoxon(differences: Numbers) -> float:
    """The signed-rank test's p-value, zeros left out; 1 where all are zero."""
    from scipy.stats import wilcoxon

    moved = differences[differences != 0]
    if not len(moved):
        return 1.0
    exact = len(moved) <= 50 and len(np.unique(np.abs(moved))) == len(moved)
    return float(wilcoxon(moved, method="exact" if exact else "asymptotic").pvalue)


def mann_whitney(before: Numbers, after: Numbers) -> tuple[float, float]:
    """The rank-sum test's p-value, and Cliff's delta: above 0 where after is larger more often."""
    from scipy.stats import mannwhitneyu

    if np.ptp(np.concatenate([before, after])) == 0:
        return 1.0, 0.0
    result = mannwhitneyu(after, before, alternative="two-sided")
    return float(result.pvalue), float(2 * result.statistic / (len(before) * len(after)) - 1)


def hedges_g(difference: float, before: tuple[float, int], after: tuple[float, int]) -> float | None:
    """The difference in pooled standard deviations, corrected for small numbers (Hedges 1981)."""
    (sd_before, n_before), (sd_after, n_after) = before, after
    freedom = n_before + n_after - 2
    pooled = math.sqrt(((n_before - 1) * sd_before**2 + (n_after - 1) * sd_after**2) / freedom)
    return difference / pooled * (1 - 3 / (4 * freedom - 1)) if pooled else None

"""How much must be measured to find a difference that matters: pairs, seeds, samples."""

from __future__ import annotations

import math
from collections.abc import Callable

from r2p_tui.errors import UsageError

POWER = 0.8
LEVEL = 0.95
_LARGE = 1000
"""From so many on, the t distribution is near enough to the normal one."""
_RESAMPLED = 1.1
"""A resampled interval of skewed differences costs so much more data than a t test (by simulation)."""
_SPREADS = 4000
_FEW = 10
_MOST = 10**9


def pairs_needed(
    sd: float, difference: float, power: float = POWER, level: float = LEVEL, *, resampled: bool = True
) -> int:
    """Pairs with which a mean difference of that size is found with the chance `power`.

    `sd` is the standard deviation of the differences of single pairs. From the power of the two-sided paired
    t test, and 10 % more where the interval will be `resampled`: by
    simulation 83 % and more are found, but 78 % of small gains on all images against large losses on a few.
    Raises UsageError for a difference or level that cannot be planned for.
    """
    _check(sd, difference, power, level)

    def found(count: int) -> float:
        return _power(difference / sd * math.sqrt(count), count - 1, level)

    count = _least(found, sd / difference, power, level)
    return math.ceil(count * _RESAMPLED) if resampled and count >= _FEW else count


def seeds_needed(
    sd_before: float, sd_after: float, difference: float, power: float = POWER, level: float = LEVEL
) -> int:
    """Runs on each side, not paired, with which a difference of that size is found (Welch's t test).

    One more where they are fewer than 10: Welch's degrees of freedom vary then (78 to 79 % by simulation).
    """
    _check(sd_before, difference, power, level)
    _check(sd_after, difference, power, level)
    sd = math.hypot(sd_before, sd_after)

    def found(count: int) -> float:
        freedom = (count - 1) * sd**4 / (sd_before**4 + sd_after**4)
        return _power(difference / sd * math.sqrt(count), freedom, level)

    count = _least(found, sd / difference, power, level)
    return count + 1 if count < _FEW else count


def samples_needed(
    spread: float, share: float, per_round: int, power: float = POWER, level: float = LEVEL
) -> int:
    """Latency samples on each side, in whole rounds, with which a `share` between medians is found.

    `spread` is the standard error of the logarithm of after's median by before's, times the root of the
    number of rounds that it was found with.
    """
    if not 0 < share < math.inf or per_round < 1:
        raise UsageError(
            f"A difference of {share:g} in rounds of {per_round} cannot be planned for.",
            "Give a share above 0, for instance 0.05.",
        )
    return pairs_needed(spread, math.log1p(share), power, level, resampled=False) * per_round


def settled_by(have: int, half_width: float, difference: float, minimum: float) -> int | None:
    """How many would settle it if the difference stays as seen.

    Then the interval leaves out 0, or lies within what matters; its half width shrinks with the root of
    the number. None where no number would do it.
    """
    room = max(abs(difference), minimum - abs(difference))
    if room <= 0 or not math.isfinite(half_width):
        return None
    total = have * (half_width / room) ** 2
    return math.ceil(total) if total < _MOST else None


def more_needed(have: int, planned: int | None, as_seen: int | None) -> int | None:
    """How many more: as planned, or where there are so many already, as it stands."""
    if planned is not None and planned > have:
        return planned - have
    return as_seen - have if as_seen is not None and as_seen > have else None


def planned_for(plan: Callable[[], int]) -> int | None:
    """What the plan says; None where no number of data can be told, as for a minimum of 0."""
    try:
        return plan()
    except UsageError:
        return None


def _power(shift: float, freedom: float, level: float) -> float:
    """The chance that a two-sided t test finds a mean that lies `shift` standard errors from 0.

    The noncentral t, averaged over equally likely spreads: scipy's own gives up on large shifts.
    """
    import numpy as np
    from scipy.special import gammaincinv, ndtr, ndtri, stdtrit

    if freedom >= _LARGE:
        bound = ndtri((1 + level) / 2)
        return float(ndtr(shift - bound) + ndtr(-shift - bound))
    likely = (np.arange(_SPREADS) + 0.5) / _SPREADS
    bounds = stdtrit(freedom, (1 + level) / 2) * np.sqrt(gammaincinv(freedom / 2, likely) * 2 / freedom)
    return float((ndtr(shift - bounds) + ndtr(-shift - bounds)).mean())


def _least(found: Callable[[int], float], noise: float, power: float, level: float) -> int:
    """The smallest count that has the power; `noise` is the standard deviation of one, in differences."""
    from scipy.special import ndtri

    if noise <= 0:
        return 2
    start = float(ndtri((1 + level) / 2) + ndtri(power)) * noise
    if start > math.sqrt(_MOST):
        raise UsageError("So small a difference cannot be planned for.", "Ask for a larger one.")
    count: int = max(math.ceil(start**2), 2)
    while found(count) < power:
        count += 1
    return count


def _check(sd: float, difference: float, power: float, level: float) -> None:
    sizes = 0 <= sd < math.inf and 0 < difference < math.inf
    if not sizes or not 0 < power < 1 or not 0 < level < 1 or power <= (1 - level) / 2:
        raise UsageError(
            f"A difference of {difference:g} at a standard deviation of {sd:g} cannot be planned for.",
            "Give a difference above 0, and power and level between 0 and 1.",
        )

"""Whether things happen as often as the user says: the calibration curve, and the verdict in words.

All functions take pairs: the probability that was said, from 0 to 1, and whether it happened.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import NamedTuple

from r2p_tui.domain.predictions import Counted, bin_of, counted

MIN_RESOLVED = 10
"""With fewer there is no verdict."""
_Z = NormalDist().inv_cdf(0.975)
_EXACT_UP_TO = 100
"""So many forecasts in a bin are summed up exactly; more are near enough to a corrected normal curve."""

# Roots of likelihood ratios from which a verdict is given. Chosen by simulation with 200 questions: of
# calibrated forecasters 2 to 3 in 100 are called something else. Bounds differ since the statistic varies
# less for the under-confident than for the over-confident, and since all too high or low is a rarer fault.
_OVER, _UNDER, _SHIFTED, _PIVOTED = 2.2, 2.4, 3.0, 3.4
# So much better must "all too high" explain the outcomes before it is preferred to "too extreme".
_SLOPE_FIRST = 2.0
_SLIGHTLY_OVER, _SLIGHTLY_UNDER = 0.7, 1.4
_CLEAR_SLOPE_ERROR = 1 / 3
_HIGH, _LOW = 0.7, 0.3
_CLEAR, _UNCLEAR = 1.64, 1.0
# People mean "practically certain" by 0 and 1, which have no odds: they are read as half a per cent away.
_NEAREST_TO_CERTAIN = 0.005
_PRIOR_VARIANCE = 9.0


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """What was said from `low` to `high`, and how often it happened; the shares are from 0 to 1.

    `said` is the mean probability, `interval` Wilson's 95 % for the rate, `band` where the rate falls in 95 %
    of cases for a calibrated forecaster who says the same (Broecker and Smith 2007).
    """

    low: float
    high: float
    said: float
    happened: int
    count: int
    rate: float
    interval: tuple[float, float]
    band: tuple[float, float]


class Verdict(StrEnum):
    """`over` is too near to 0 and 1, `too_high` is that things happen less often than said on the whole."""

    TOO_EARLY = "too_early"
    CALIBRATED = "calibrated"
    OVER = "over"
    UNDER = "under"
    TOO_HIGH = "too_high"
    TOO_LOW = "too_low"


class CalibrationVerdict(NamedTuple):
    """The verdict in words, and for over- and under-confidence where it shows, or nothing for everywhere.

    `slope` is that of the logistic recalibration: 1 is calibrated, below it over-confident.
    """

    verdict: Verdict
    words: str
    where: str = ""
    slope: float | None = None


# The curve


def calibration_curve(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> tuple[CalibrationBin, ...]:
    """Equal bins from 0 to 1, the lowest first, without the empty ones."""
    grouped: dict[int, list[Counted]] = defaultdict(list)
    for point in counted(pairs):
        grouped[bin_of(point.probability, bins)].append(point)
    return tuple(_bin(number, bins, points) for number, points in sorted(grouped.items()))


def _bin(number: int, bins: int, points: Sequence[Counted]) -> CalibrationBin:
    count, happened = sum(point.total for point in points), sum(point.happened for point in points)
    return CalibrationBin(
        low=number / bins,
        high=(number + 1) / bins,
        said=math.fsum(point.probability * point.total for point in points) / count,
        happened=happened,
        count=count,
        rate=happened / count,
        interval=wilson(happened, count),
        band=chance_band(points),
    )


def wilson(happened: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share, without correction for continuity: Wilson 1927."""
    square = _Z * _Z / count
    rate = happened / count
    middle = (rate + square / 2) / (1 + square)
    half = _Z / (1 + square) * math.sqrt(rate * (1 - rate) / count + square / (4 * count))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def chance_band(points: Sequence[Counted]) -> tuple[float, float]:
    """The shares that would come true in at least 95 % of cases if each happened as often as was said."""
    count = sum(point.total for point in points)
    low, high = _exact_band(points) if count <= _EXACT_UP_TO else _normal_band(points)
    return low / count, high / count


def _exact_band(points: Iterable[Counted]) -> tuple[int, int]:
    """The middle 95 % of the Poisson binomial distribution, by convolution."""
    chances = [1.0]
    for point in points:
        yes, no = point.probability, 1 - point.probability
        for _ in range(point.total):
            chances = [
                no * same + yes * fewer for same, fewer in zip([*chances, 0.0], [0.0, *chances], strict=True)
            ]
    return _beyond(chances), len(chances) - 1 - _beyond(chances[::-1])


def _beyond(chances: Sequence[float]) -> int:
    """The first place up to which more than 2.5 % lie."""
    sum_so_far = 0.0
    for place, chance in enumerate(chances):
        sum_so_far += chance
        if sum_so_far > 0.025:
            return place
    raise AssertionError("the chances add up to 1")


def _normal_band(points: Iterable[Counted]) -> tuple[int, int]:
    """The same from the first three moments (Cornish and Fisher 1938), to a count or so."""
    mean = variance = third = 0.0
    count = 0
    for said, total, _ in points:
        count += total
        mean += total * said
        variance += total * said * (1 - said)
        third += total * said * (1 - said) * (1 - 2 * said)
    spread = math.sqrt(variance)
    skewed = third / variance * (_Z * _Z - 1) / 6 if variance else 0.0
    low, high = mean - _Z * spread + skewed, mean + _Z * spread + skewed
    return max(round(low), 0), min(round(high), count)


# The verdict


class _Point(NamedTuple):
    """The log odds that were said, how often, and how often it happened."""

    odds: float
    total: int
    happened: int


class _Line(NamedTuple):
    """Log odds as they turned out = shift + slope * log odds as they were said (Cox 1958).

    `gain` is twice the log likelihood that it adds to taking the user at their word.
    """

    shift: float
    slope: float
    gain: float


def judge_calibration(pairs: Sequence[tuple[float, bool]]) -> CalibrationVerdict:
    """The one thing that is clearest about the judgement, if something is clear at all."""
    if len(pairs) < MIN_RESOLVED:
        words = f"too early to tell: {len(pairs)} of {MIN_RESOLVED} resolved"
        return CalibrationVerdict(Verdict.TOO_EARLY, words)
    points = _points(pairs)
    verdict, slope = _clearest(points)
    if verdict in (Verdict.OVER, Verdict.UNDER):
        where = _where(pairs, verdict)
        return CalibrationVerdict(verdict, _confidence_words(verdict, slope, where), where, slope)
    if verdict is Verdict.CALIBRATED:
        return CalibrationVerdict(verdict, _calibrated_words(points), slope=slope)
    return CalibrationVerdict(verdict, _shifted_words(pairs, verdict), slope=slope)


def _points(pairs: Sequence[tuple[float, bool]]) -> list[_Point]:
    """At most a thousand, so that fifty thousand pairs cost little more than two hundred."""
    rounded = [(round(said, 3), happened) for said, happened in pairs]
    return [_Point(_log_odds(said), total, happened) for said, total, happened in counted(rounded)]


def _log_odds(probability: float) -> float:
    inside = min(max(probability, _NEAREST_TO_CERTAIN), 1 - _NEAREST_TO_CERTAIN)
    return math.log(inside / (1 - inside))


def _clearest(points: Sequence[_Point]) -> tuple[Verdict, float]:
    """The verdict, and the slope that it speaks of.

    Three ways to be wrong are fitted: too extreme or too timid around one half, all too high or too low, and
    both at once, which is being too extreme around another place than one half.
    """
    tilted, shifted = _fit(points, shifts=False), _fit(points, tilts=False)
    bound = _OVER if tilted.slope < 1 else _UNDER
    is_shifted = shifted.gain > _SHIFTED**2
    if tilted.gain > bound**2 and (not is_shifted or tilted.gain + _SLOPE_FIRST >= shifted.gain):
        return _named(tilted), tilted.slope
    if is_shifted:
        return (Verdict.TOO_HIGH if shifted.shift < 0 else Verdict.TOO_LOW), tilted.slope
    both = _fit(points)
    if both.gain > _PIVOTED**2:
        return _named(both), both.slope
    return Verdict.CALIBRATED, tilted.slope


def _named(line: _Line) -> Verdict:
    return Verdict.OVER if line.slope < 1 else Verdict.UNDER


def _fit(points: Sequence[_Point], *, shifts: bool = True, tilts: bool = True) -> _Line:
    """By Newton's method, with a weak pull to shift 0 and slope 1 that keeps flawless judgement finite."""
    shift, slope = 0.0, 1.0
    for _ in range(50):
        step, turn = _newton_step(points, shift, slope, shifts=shifts, tilts=tilts)
        longest = max(abs(step), abs(turn), 1.0)
        shift, slope = shift + step / longest, slope + turn / longest
        if abs(step) + abs(turn) < 1e-9:
            break
    return _Line(
        shift, slope, 2 * (_log_likelihood(points, shift, slope) - _log_likelihood(points, 0.0, 1.0))
    )


def _newton_step(
    points: Sequence[_Point], shift: float, slope: float, *, shifts: bool, tilts: bool
) -> tuple[float, float]:
    """How far to move shift and slope; what may not move stays."""
    pull = 1 / _PRIOR_VARIANCE
    up, turned = -shift * pull, (1 - slope) * pull
    curved_up, curved_both, curved_turned = pull, 0.0, pull
    for odds, total, happened in points:
        chance = 1 / (1 + math.exp(-shift - slope * odds))
        rest, weight = happened - total * chance, total * chance * (1 - chance)
        up += rest
        turned += rest * odds
        curved_up += weight
        curved_both += weight * odds
        curved_turned += weight * odds * odds
    if not shifts:
        return 0.0, turned / curved_turned
    if not tilts:
        return up / curved_up, 0.0
    determinant = curved_up * curved_turned - curved_both**2
    return (
        (curved_turned * up - curved_both * turned) / determinant,
        (curved_up * turned - curved_both * up) / determinant,
    )


def _log_likelihood(points: Iterable[_Point], shift: float, slope: float) -> float:
    return -math.fsum(
        happened * math.log1p(math.exp(-shift - slope * odds))
        + (total - happened) * math.log1p(math.exp(shift + slope * odds))
        for odds, total, happened in points
    )


# Words


def _confidence_words(verdict: Verdict, slope: float, where: str) -> str:
    slightly = "slightly " if _SLIGHTLY_OVER < slope < _SLIGHTLY_UNDER else ""
    return " ".join(f"{slightly}{verdict}-confident {where}".split())


def _calibrated_words(points: Sequence[_Point]) -> str:
    """Where a slope of a half or of two would hardly have shown, nothing is praised."""
    information = math.fsum(total * odds * odds / (2 + 2 * math.cosh(odds)) for odds, total, _ in points)
    count = sum(point.total for point in points)
    if information * _CLEAR_SLOPE_ERROR**2 < 1:
        return f"no sign of over- or under-confidence yet ({count:,} resolved)"
    return f"well calibrated so far ({count:,} resolved)"


def _shifted_words(pairs: Sequence[tuple[float, bool]], verdict: Verdict) -> str:
    said = math.fsum(said for said, _ in pairs) / len(pairs)
    happened = sum(happened for _, happened in pairs) / len(pairs)
    less = "less" if verdict is Verdict.TOO_HIGH else "more"
    return f"things happen {less} often than you say ({said:.0%} said, {happened:.0%} came true)".replace(
        "%", " %"
    )


def _where(pairs: Sequence[tuple[float, bool]], verdict: Verdict) -> str:
    """The end of the scale at which alone it shows; empty where it shows at both or cannot be told."""
    sign = 1 if verdict is Verdict.OVER else -1
    above = sign * _surplus([pair for pair in pairs if pair[0] > _HIGH])
    below = -sign * _surplus([pair for pair in pairs if pair[0] < _LOW])
    if above > _CLEAR and below < _UNCLEAR:
        return f"above {_HIGH * 100:.0f} %"
    if below > _CLEAR and above < _UNCLEAR:
        return f"below {_LOW * 100:.0f} %"
    return ""


def _surplus(pairs: Sequence[tuple[float, bool]]) -> float:
    """How much more was said than happened, in standard deviations of what chance would do."""
    variance = math.fsum(said * (1 - said) for said, _ in pairs)
    surplus = math.fsum(said - happened for said, happened in pairs)
    return surplus / math.sqrt(variance) if variance else math.copysign(math.inf, surplus) if surplus else 0.0

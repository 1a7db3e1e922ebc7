"""Curves of metrics: smoothed, thinned for drawing, continued into the future, and put into words."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import combinations
from typing import Final, NamedTuple

from r2p_tui.domain.understanding import Direction

FEWEST_FOR_A_FORECAST: Final = 4
_LAST: Final = 40
_POWERS: Final = tuple(2.0 ** (step / 6) for step in range(-20, 10))
# Shares of the time that was seen, up to nearly straight lines.
_DECAYS: Final = (*(0.05 * 1.15**step for step in range(24)), 2.5, 5.0, 20.0)
_TREND: Final = 5
_CLEAR_TREND: Final = 6


class Forecast(NamedTuple):
    """Where a curve is heading; the true value lies within the spread about two times in three."""

    value: float
    spread: float


class _Fit(NamedTuple):
    value: float
    misfit: float
    doubt: float


def smoothed(values: Sequence[float], weight: float) -> list[float]:
    """An exponential moving average without a bias towards zero at its start; `weight` from 0 to below 1.

    The correction is that of Adam (Kingma and Ba 2015, section 3), as TensorBoard draws its curves. Values
    that are not finite stay where they are and do not count.
    """
    weight = min(max(weight, 0.0), 0.9999)
    share = 1 - weight
    result: list[float] = []
    average, remaining = 0.0, 1.0
    for value in values:
        # Only a finite number differs by nothing from itself; a call for each would take half of the time.
        if value - value == 0.0:
            average = weight * average + share * value
            remaining *= weight
            result.append(average / (1 - remaining))
        else:
            result.append(value)
    return result


def downsampled(
    xs: Sequence[float], ys: Sequence[float], columns: int
) -> tuple[Sequence[float], Sequence[float]]:
    """The ends, and the lowest and highest point of each column, so that no spike is lost.

    Points that are not finite are left out. Takes time in proportion to the points.
    """
    xs, ys = _finite_in_order(xs, ys)
    columns = max(columns, 1)
    if len(xs) <= 2 * columns + 2:
        return xs, ys
    first, width = xs[0], (xs[-1] - xs[0]) / columns
    kept = {0, len(xs) - 1}
    start = 0
    for column in range(1, columns + 1):
        end = len(xs) if column == columns else bisect_left(xs, first + column * width, start)
        if end > start:
            part = ys[start:end]
            kept |= {start + part.index(min(part)), start + part.index(max(part))}
        start = end
    places = sorted(kept)
    return [xs[place] for place in places], [ys[place] for place in places]


def _finite_in_order(xs: Sequence[float], ys: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
    # Sums tell cheaply whether anything needs care: most curves are finite and in order.
    if not math.isfinite(sum(ys)) or not math.isfinite(sum(xs)) or len(xs) != len(ys):
        pairs = [(x, y) for x, y in zip(xs, ys, strict=False) if math.isfinite(x) and math.isfinite(y)]
        xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    if sorted(xs) != list(xs):
        pairs = sorted(zip(xs, ys, strict=True), key=lambda pair: pair[0])
        xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    return xs, ys


def forecast(
    xs: Sequence[float], ys: Sequence[float], at: float, bounds: tuple[float, float] | None = None
) -> Forecast | None:
    """The value to expect at `at`, beyond the last x; None with fewer than 4 points or for the past.

    Saturating curves, y = a + b u(x) with u a power of x or an exponential, are fitted to the last 40 points
    by least squares, one for each of a few shapes of u (families pow3 and exp of Domhan, Springenberg and
    Hutter 2015). Each counts by its likelihood, and the spread holds their disagreement, the doubt within
    each, and the scatter of the points (model averaging, Hoeting et al. 1999).
    """
    xs, ys = _finite_in_order(xs, ys)
    xs, ys = xs[-_LAST:], ys[-_LAST:]
    if len(xs) < FEWEST_FOR_A_FORECAST or not math.isfinite(at) or at <= xs[-1] or xs[-1] <= xs[0]:
        return None
    scale = max(map(abs, ys)) or 1.0
    fits = [fit for shape in _shapes(xs, at) if (fit := _fitted(*shape, [y / scale for y in ys]))]
    if not fits:
        return None
    value, spread = (number * scale for number in _averaged(fits, len(xs)))
    if bounds:
        value = min(max(value, bounds[0]), bounds[1])
    return Forecast(value, spread) if math.isfinite(value) and math.isfinite(spread) else None


def _shapes(xs: Sequence[float], at: float) -> list[tuple[list[float], float]]:
    """What u is at the points and at the place asked about; x counts in steps, from 1."""
    step = (xs[-1] - xs[0]) / (len(xs) - 1)
    origin = min(xs[0] - step, 0.0) if xs[0] >= 0 else xs[0] - step
    places, goal = [(x - origin) / step for x in xs], (at - origin) / step
    places = [max(place, 0.5) for place in places]
    span = places[-1] - places[0]
    shapes = [([place**-power for place in places], goal**-power) for power in _POWERS]
    for decay in (share * span for share in _DECAYS):
        exponents = [math.exp((places[0] - place) / decay) for place in places]
        shapes.append((exponents, math.exp((places[0] - goal) / decay)))
    return shapes


def _fitted(us: list[float], goal: float, ys: Sequence[float]) -> _Fit | None:
    """Least squares of y = a + b u; `doubt` is the variance of its value at the goal per unit of scatter."""
    count = len(us)
    mean_u, mean_y = sum(us) / count, sum(ys) / count
    width = sum((u - mean_u) ** 2 for u in us)
    if width < 1e-18:
        return None
    slope = sum((u - mean_u) * (y - mean_y) for u, y in zip(us, ys, strict=True)) / width
    misfit = sum((y - mean_y - slope * (u - mean_u)) ** 2 for u, y in zip(us, ys, strict=True))
    return _Fit(mean_y + slope * (goal - mean_u), misfit, 1 / count + (goal - mean_u) ** 2 / width)


def _averaged(fits: list[_Fit], count: int) -> tuple[float, float]:
    """Mean and standard deviation over the fits, widened for few points as a, b and the shape are fitted."""
    best = min(fit.misfit for fit in fits)
    scatter = best / (count - 3) + 1e-12
    weights = [math.exp((best - fit.misfit) / (2 * scatter)) for fit in fits]
    total = math.fsum(weights)
    mean = math.fsum(weight * fit.value for weight, fit in zip(weights, fits, strict=True)) / total
    variance = math.fsum(
        weight * ((fit.value - mean) ** 2 + scatter * (1 + fit.doubt))
        for weight, fit in zip(weights, fits, strict=True)
    )
    return mean, math.sqrt(variance / total * count / (count - 3))


def summary(name: str, values: Sequence[tuple[int | None, float]], direction: Direction | None) -> str:
    """A curve in one line: `map50: 0.41 at epoch 14, best 0.43 at epoch 12, rising over the last 5`.

    Without a direction, the lowest and highest take the place of the best.
    """
    if not values:
        return f"{name}: no values"
    epoch, last = values[-1]
    parts = [shown(last) + place(epoch)]
    finite = [point for point in values if math.isfinite(point[1])]
    if finite and len(values) > 1:
        parts += _extremes(finite, direction)
        parts += [f"{trend} over the last {_TREND}"] if (trend := _trend(values)) else []
    missing = len(values) - len(finite)
    parts += [f"{missing:,} of {len(values):,} not finite"] if missing else []
    return f"{name}: {', '.join(parts)}"


def _extremes(finite: Sequence[tuple[int | None, float]], direction: Direction | None) -> list[str]:
    lowest = min(finite, key=lambda point: point[1])
    highest = max(finite, key=lambda point: point[1])
    if direction is None:
        return [f"between {shown(lowest[1])} and {shown(highest[1])}"]
    epoch, value = highest if direction == "up" else lowest
    return [f"best {shown(value)}{place(epoch)}"]


def _trend(values: Sequence[tuple[int | None, float]]) -> str:
    """Rising where at least 8 of the 10 pairs among the last 5 rise: the statistic of Mann and Kendall."""
    last = [value for _, value in values[-_TREND:]]
    if len(last) < _TREND or not all(map(math.isfinite, last)):
        return ""
    balance = sum((later > earlier) - (later < earlier) for earlier, later in combinations(last, 2))
    if abs(balance) < _CLEAR_TREND:
        return "level"
    return "rising" if balance > 0 else "falling"


def place(epoch: int | None) -> str:
    """` at epoch 5`, or nothing where epochs are not counted."""
    return "" if epoch is None else f" at epoch {epoch}"


def shown(value: float, beside: float | None = None) -> str:
    """A value with two digits behind the point, and as many more as tell it from the one beside it."""
    if not math.isfinite(value):
        return str(value)
    text = _rounded(value, 0)
    if beside is None or not math.isfinite(beside) or math.isclose(value, beside, rel_tol=1e-9):
        return text
    for more in range(9):
        text = _rounded(value, more)
        if text != _rounded(beside, more):
            break
    return text


def written_apart(value: float | None, both: tuple[float | None, float | None]) -> str:
    """One of two values, with as many digits as tell them apart."""
    if value is None:
        return ""
    return shown(value, both[1] if value == both[0] else both[0])


def best_and_last(best: float | None, last: float | None, both: tuple[float | None, float | None]) -> str:
    """The best value of one of two runs, and its last where that looks different: `0.78 (0.76)`."""
    if best is None:
        return "none"
    differs = last is not None and shown(last) != shown(best)
    return written_apart(best, both) + (f" ({shown(last)})" if differs and last is not None else "")


def _rounded(value: float, more: int) -> str:
    size = abs(value)
    if size >= 1e7 or 0 < size < 0.095:
        return f"{value:.{2 + more}g}"
    return f"{value:,.{(2 if size < 100 else 1 if size < 1000 else 0) + more}f}"

"""The points of one metric as they come: one thread adds, another draws, and drawing stays cheap."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from r2p_tui.domain.curves import downsampled

_BLOCK = 64
"""So many points become their lowest and highest in the coarse copy."""
_FINE_AT_MOST = 4_096
"""A range of more points is drawn from the coarse copy."""


class Stretch(NamedTuple):
    """Points without a gap between them, in the order of x."""

    xs: Sequence[float]
    ys: Sequence[float]


class GrowingCurve:
    """Points in the order in which they came; a value that is not finite is a gap."""

    def __init__(self) -> None:
        self.xs: list[float] = []
        self.ys: list[float] = []
        self._in_order = True
        self._lowest: tuple[float, float] | None = None
        self._highest: tuple[float, float] | None = None
        self._copies: dict[float, _Copy] = {}

    def __len__(self) -> int:
        # Every y is added after its x, so that a thread that looks meanwhile never misses one.
        return len(self.ys)

    def add(self, x: float, y: float) -> None:
        """Take in one more point."""
        if math.isfinite(y):
            if self._lowest is None or y < self._lowest[1]:
                self._lowest = (x, y)
            if self._highest is None or y > self._highest[1]:
                self._highest = (x, y)
        self._in_order = self._in_order and not (self.xs and x < self.xs[-1])
        self.xs.append(x)
        self.ys.append(y)

    def stretches(
        self, columns: int, *, weight: float = 0.0, first: float = -math.inf, last: float = math.inf
    ) -> list[Stretch]:
        """What to draw from `first` to `last` in so many columns, smoothed by `weight`."""
        count = len(self)
        copy = self._copy(weight)
        copy.catch_up(self.xs, self.ys, count)
        xs, ys = self._within(copy, count, first, last)
        parts = list(_without_gaps(xs, ys))
        whole = sum(len(part.xs) for part in parts)
        return [_thinned(part, columns * len(part.xs) / whole) for part in parts]

    def best(self, *, lowest: bool) -> tuple[float, float] | None:
        """The point with the best value; of several the first."""
        return self._lowest if lowest else self._highest

    def _copy(self, weight: float) -> _Copy:
        if weight not in self._copies:
            # One smoothing at a time is looked at; another is made anew in a moment.
            self._copies = {0.0: self._copies.get(0.0, _Copy(0.0)), weight: _Copy(weight)}
        return self._copies[weight]

    def _within(self, copy: _Copy, count: int, first: float, last: float) -> Stretch:
        if not self._in_order:
            return Stretch(*_sorted_within(self.xs[:count], copy.ys[:count], first, last))
        start = bisect_left(self.xs, first, 0, count)
        end = bisect_right(self.xs, last, start, count)
        if end - start <= _FINE_AT_MOST:
            return Stretch(self.xs[start:end], copy.ys[start:end])
        xs, ys = copy.coarse(self.xs, count)
        start, end = bisect_left(xs, first), bisect_right(xs, last)
        return Stretch(xs[start:end], ys[start:end])


class _Copy:
    """The values with one smoothing, and of every block of them the ends that a drawing must show."""

    def __init__(self, weight: float) -> None:
        self.ys: list[float] = []
        self._weight = weight
        self._average, self._remaining = 0.0, 1.0
        self._coarse_xs: list[float] = []
        self._coarse_ys: list[float] = []
        self._blocks = 0

    def catch_up(self, xs: Sequence[float], ys: Sequence[float], count: int) -> None:
        """Take in the points that came since the last time."""
        self._smooth(ys[len(self.ys) : count])
        while (self._blocks + 1) * _BLOCK <= count:
            self._add_block(xs, self._blocks * _BLOCK)
            self._blocks += 1

    def coarse(self, xs: Sequence[float], count: int) -> tuple[list[float], list[float]]:
        """The extremes of whole blocks, and the points after them."""
        rest = self._blocks * _BLOCK
        return self._coarse_xs + list(xs[rest:count]), self._coarse_ys + self.ys[rest:count]

    def _smooth(self, values: Sequence[float]) -> None:
        """Step by step what `domain.curves.smoothed` does for a whole list."""
        if not self._weight:
            self.ys.extend(values)
            return
        for value in values:
            if math.isfinite(value):
                self._average = self._weight * self._average + (1 - self._weight) * value
                self._remaining *= self._weight
                value = self._average / (1 - self._remaining)
            self.ys.append(value)

    def _add_block(self, xs: Sequence[float], start: int) -> None:
        block = self.ys[start : start + _BLOCK]
        finite = block if math.isfinite(sum(block)) else [y for y in block if math.isfinite(y)]
        if not finite:
            self._coarse_xs.append(xs[start])
            self._coarse_ys.append(math.nan)
            return
        for place in sorted({block.index(min(finite)), block.index(max(finite))}):
            self._coarse_xs.append(xs[start + place])
            self._coarse_ys.append(block[place])


def _sorted_within(
    xs: Sequence[float], ys: Sequence[float], first: float, last: float
) -> tuple[Sequence[float], Sequence[float]]:
    pairs = sorted(
        ((x, y) for x, y in zip(xs, ys, strict=False) if first <= x <= last), key=lambda pair: pair[0]
    )
    return [x for x, _ in pairs], [y for _, y in pairs]


def _without_gaps(xs: Sequence[float], ys: Sequence[float]) -> Iterator[Stretch]:
    if math.isfinite(sum(ys)):
        if ys:
            yield Stretch(xs, ys)
        return
    start = 0
    for place in [*(place for place, y in enumerate(ys) if not math.isfinite(y)), len(ys)]:
        if place > start:
            yield Stretch(xs[start:place], ys[start:place])
        start = place + 1


def _thinned(part: Stretch, columns: float) -> Stretch:
    return Stretch(*downsampled(part.xs, part.ys, max(round(columns), 1)))

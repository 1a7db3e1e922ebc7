"""Lines of braille dots on axes with numbers; every cell knows which curve it shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from r2p_tui.domain.axis_ticks import Tick, even_ticks, power_ticks
from r2p_tui.tui.growing_curve import Stretch

_BRAILLE = 0x2800
# The bits of the left and the right half of a braille sign, by its four dots from above.
_LEFT = tuple((dots & 7) | (dots & 8) << 3 for dots in range(16))
_RIGHT = tuple((dots & 7) << 3 | (dots & 8) << 4 for dots in range(16))
_ROWS_A_TICK = 3
_COLUMNS_A_TICK = 12
# Between these, sums and quotients of what is drawn stay finite and above zero.
_MOST, _LEAST = 8e307, 1e-290
NOBODY = -1

Run = tuple[str, int]
"""A text and the number of the curve that it shows, `NOBODY` for axes."""

_EMPTY: Run = (" ", NOBODY)


class Frame(NamedTuple):
    """The ranges that a plot shows; with `log` the vertical ones are powers of ten."""

    left: float
    right: float
    low: float
    high: float
    log: bool
    whole: bool


def frame_of(curves: Sequence[Sequence[Stretch]], *, log: bool) -> Frame | None:
    """The smallest ranges that hold every curve; None where there is nothing to show.

    With `log` the stretches hold logarithms already.
    """
    parts = [part for curve in curves for part in curve]
    if not parts:
        return None
    left, right = min(part.xs[0] for part in parts), max(part.xs[-1] for part in parts)
    low, high = _clipped(min(min(part.ys) for part in parts)), _clipped(max(max(part.ys) for part in parts))
    whole = all(float(part.xs[0]).is_integer() and float(part.xs[-1]).is_integer() for part in parts)
    if right - left <= 1e-12 * max(abs(left), abs(right), 1.0):
        left, right = left - 1, right + 1
    if high - low <= max(1e-9 * max(abs(low), abs(high)), _LEAST):
        room = 0.5 if log else abs(low) / 10 if abs(low) > 100 * _LEAST else 1.0
        low, high = (low - room, high + room) if low or log else (0.0, 1.0)
    return Frame(left, right, low, high, log, whole)


def _clipped(y: float) -> float:
    return max(-_MOST, min(y, _MOST))


def logarithms(curve: Sequence[Stretch]) -> list[Stretch]:
    """The stretches with powers of ten; what is not above zero has none and leaves a gap."""
    result: list[Stretch] = []
    for part in curve:
        above = [place for place, y in enumerate(part.ys) if y > 0]
        for _, places in groupby(enumerate(above), key=lambda pair: pair[1] - pair[0]):
            chosen = [place for _, place in places]
            result.append(Stretch([part.xs[at] for at in chosen], [math.log10(part.ys[at]) for at in chosen]))
    return result


# `r2p plot` is drawn by plotext, which takes 19 ms for one curve: longer than a frame of the screen may take.
class Canvas:
    """Dots of half a column and a quarter of a row; where curves meet, the one drawn last has the cell."""

    def __init__(self, columns: int, rows: int, frame: Frame) -> None:
        self.columns, self.rows, self.frame = columns, rows, frame
        # A number for each column of dots, whose bits are its dots from above: a line upwards is one step.
        self._dots = [0] * (columns * 2)
        self._curves: list[tuple[int, list[int]]] = []
        self._letters: dict[int, dict[int, Run]] = {}
        self._across = (columns * 2 - 1) / (frame.right - frame.left)
        self._down = (rows * 4 - 1) / (frame.high - frame.low)

    def draw(self, curve: Sequence[Stretch], number: int, letter: str) -> None:
        """Draw every stretch, and the letter where the curve ends."""
        dots = [0] * len(self._dots)
        if max(abs(self.frame.low), abs(self.frame.high)) >= _MOST:
            curve = [Stretch(part.xs, list(map(_clipped, part.ys))) for part in curve]
        for part in curve:
            self._draw_stretch(part, dots)
        self._dots = [before | own for before, own in zip(self._dots, dots, strict=True)]
        self._curves.append((number, dots))
        if curve:
            x, y = self._dot(curve[-1].xs[-1], curve[-1].ys[-1])
            row, column = y // 4, x // 2
            # Two curves that end in one place have their letters above each other.
            while column in self._letters.get(row, ()) and row > 0:
                row -= 1
            self._letters.setdefault(row, {})[column] = (letter, number)

    def row(self, row: int) -> Iterator[Run]:
        """The signs of a row, those of one curve together."""
        shift = row * 4
        halves = [dots >> shift & 15 for dots in self._dots]
        cells = [
            (chr(_BRAILLE + _LEFT[left] + _RIGHT[right]), self._owner(column, shift))
            if left or right
            else _EMPTY
            for column, (left, right) in enumerate(zip(halves[::2], halves[1::2], strict=True))
        ]
        for column, letter in self._letters.get(row, {}).items():
            cells[column] = letter
        for owner, same in groupby(cells, key=itemgetter(1)):
            yield "".join(sign for sign, _ in same), owner

    def _owner(self, column: int, shift: int) -> int:
        if len(self._curves) == 1:
            return self._curves[0][0]
        return next(
            number
            for number, dots in reversed(self._curves)
            if (dots[column * 2] | dots[column * 2 + 1]) >> shift & 15
        )

    def column_of(self, x: float) -> int:
        return round((x - self.frame.left) * self._across) // 2

    def row_of(self, y: float) -> int:
        return round((self.frame.high - y) * self._down) // 4

    def _dot(self, x: float, y: float) -> tuple[int, int]:
        return round((x - self.frame.left) * self._across), round((self.frame.high - y) * self._down)

    def _draw_stretch(self, part: Stretch, dots: list[int]) -> None:
        left, high, across, down = self.frame.left, self.frame.high, self._across, self._down
        places = [
            (round((x - left) * across), round((high - y) * down))
            for x, y in zip(part.xs, part.ys, strict=True)
        ]
        x0, y0 = places[0]
        dots[x0] |= 1 << y0
        for x, y in places[1:]:
            if x == x0:
                dots[x] |= _upwards(y0, y)
            else:
                _join(dots, (x0, y0), (x, y))
            x0, y0 = x, y


def _join(dots: list[int], start: tuple[int, int], end: tuple[int, int]) -> None:
    """A straight line, column by column; each begins where the one before it ended."""
    (x0, y0), (x1, y1) = start, end
    width = x1 - x0
    slope, y = (y1 - y0) / width, y0
    for step in range(width):
        following = round(y0 + slope * (step + 0.5))
        dots[x0 + step] |= _upwards(y, following)
        y = following
    dots[x1] |= _upwards(y, y1)


def _upwards(y0: int, y1: int) -> int:
    low, high = (y0, y1) if y0 < y1 else (y1, y0)
    return (1 << high + 1) - (1 << low)


def upward_ticks(frame: Frame, rows: int) -> list[Tick]:
    """Places on the vertical axis with their numbers, about one in three rows."""
    wanted = max(rows // _ROWS_A_TICK, 2)
    return (power_ticks if frame.log else even_ticks)(frame.low, frame.high, wanted)


def across_ticks(frame: Frame, columns: int) -> list[Tick]:
    """Places on the horizontal axis with their numbers."""
    return even_ticks(
        frame.left, frame.right, max(columns // _COLUMNS_A_TICK, 2), 1.0 if frame.whole else 0.0
    )

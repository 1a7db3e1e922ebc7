"""Texts of one column laid to rows: wrapped over lines, centred on several rows, or rows of their own.

A shortest path over (texts taken, rows taken): each step takes a block of texts for a group of rows. It costs
the more, the worse the block stands to the group as TeX would set it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

_MOST_LINES = 6
_MOST_TEXTS = 150
_MOST_ROWS = 40
_OFF_CENTRE = 3.2
_BLANK_ROW = 0.15
_GROUP_FROM_TOP = 0.01
_GROUP_CENTRED = 0.02
_LINE_MORE = 0.05
_FROM_BOTTOM = 0.1
_OWN_ROW = 0.3
_OWN_ROW_OFF_GRID = 1.2
_LINE_HEIGHT = 1.55


class Text(NamedTuple):
    """A text of one line; `join_cost` is the price of reading it as the going on of the text above.

    `tile` numbers the drawn row it stands in, where each row draws its part of the vertical lines; else 0.
    """

    line: int
    baseline: float
    tile: int
    size: float
    join_cost: float


class Anchor(NamedTuple):
    """A line that is a row."""

    line: int
    baseline: float
    tile: int


_Place = tuple[int, int]


def lay_texts(
    texts: Sequence[Text], anchors: Sequence[Anchor], cuts: Sequence[float], pitch: float
) -> dict[int, tuple[int, ...]]:
    """For each text (by its line) the lines whose rows it takes; lines drawn through the column part it.

    `anchors` go from top to bottom, `cuts` are heights of drawn lines, `pitch` is the distance of two lines.
    """
    rows: dict[int, tuple[int, ...]] = {}
    heights = sorted(cuts)
    stretches = sorted({bisect_left(heights, text.baseline) for text in texts})
    for stretch in stretches:
        inside = [text for text in texts if bisect_left(heights, text.baseline) == stretch]
        near = [anchor for anchor in anchors if bisect_left(heights, anchor.baseline) == stretch]
        rows |= _laid(inside, near, pitch)
    return rows


def _laid(texts: Sequence[Text], anchors: Sequence[Anchor], pitch: float) -> dict[int, tuple[int, ...]]:
    if len(texts) > _MOST_TEXTS or len(anchors) > _MOST_TEXTS:
        return _each_to_the_nearest(texts, anchors)
    stretch = _Stretch(texts, anchors, pitch)
    best: dict[_Place, tuple[float, _Place]] = {(0, 0): (0.0, (0, 0))}
    for taken in range(len(texts) + 1):
        for passed in range(len(anchors) + 1):
            if (taken, passed) not in best:
                continue
            cost = best[taken, passed][0]
            for lines, rows, more in stretch.steps(taken, passed):
                place = (taken + lines, passed + rows)
                if place not in best or cost + more < best[place][0]:
                    best[place] = (cost + more, (taken, passed))
    if (len(texts), len(anchors)) not in best:
        return _each_to_the_nearest(texts, anchors)
    return _walked_back(best, texts, anchors)


def _walked_back(
    best: dict[_Place, tuple[float, _Place]], texts: Sequence[Text], anchors: Sequence[Anchor]
) -> dict[int, tuple[int, ...]]:
    place = (len(texts), len(anchors))
    rows: dict[int, tuple[int, ...]] = {}
    while place != (0, 0):
        before = best[place][1]
        block = texts[before[0] : place[0]]
        group = tuple(anchor.line for anchor in anchors[before[1] : place[1]])
        for text in block:
            rows[text.line] = group or (block[0].line,)
        place = before
    return rows


def _each_to_the_nearest(texts: Sequence[Text], anchors: Sequence[Anchor]) -> dict[int, tuple[int, ...]]:
    heights = [anchor.baseline for anchor in anchors]
    rows: dict[int, tuple[int, ...]] = {}
    for text in texts:
        place = bisect_left(heights, text.baseline)
        near = anchors[max(0, place - 1) : place + 1]
        nearest = min(near, key=lambda anchor: abs(anchor.baseline - text.baseline), default=None)
        rows[text.line] = (text.line if nearest is None else nearest.line,)
    return rows


class _Stretch:
    """The texts and rows between two drawn lines, and the steps over them with their costs."""

    def __init__(self, texts: Sequence[Text], anchors: Sequence[Anchor], pitch: float) -> None:
        self._texts, self._anchors, self._pitch = texts, anchors, pitch
        self._index = {anchor.line: index for index, anchor in enumerate(anchors)}
        self._tiles = {anchor.tile for anchor in anchors} - {0}
        self._heights = [anchor.baseline for anchor in anchors]

    def steps(self, taken: int, passed: int) -> Iterator[tuple[int, int, float]]:
        """Ways on: how many texts they take, how many rows, and what they cost."""
        if taken < len(self._texts) and self._left_behind(self._texts[taken], passed):
            return
        if passed < len(self._anchors):
            yield 0, 1, _BLANK_ROW
        for lines in range(1, min(_MOST_LINES, len(self._texts) - taken) + 1):
            block = self._texts[taken : taken + lines]
            if lines > 1 and block[-1].baseline - block[-2].baseline > _LINE_HEIGHT * block[-1].size:
                return
            alone = self._own_row_cost(block)
            if alone < inf:
                yield lines, 0, alone
            for rows, cost in self._group_costs(block, passed):
                yield lines, rows, cost

    def _left_behind(self, text: Text, passed: int) -> bool:
        """Whether no row that is still to come can be the text's: this way leads nowhere."""
        if text.line in self._index:
            return self._index[text.line] < passed
        return passed > 0 and self._heights[passed - 1] > text.baseline + self._pitch

    def _own_row_cost(self, block: Sequence[Text]) -> float:
        """Infinite where the block holds a row already, or stands in the drawn cell of one."""
        if any(text.line in self._index or text.tile in self._tiles for text in block):
            return inf
        distance = min(self._distance(text.baseline) for text in block)
        return (_OWN_ROW if distance >= 0.7 * self._pitch else _OWN_ROW_OFF_GRID) + _wrap_cost(block)

    def _distance(self, baseline: float) -> float:
        place = bisect_left(self._heights, baseline)
        near = self._heights[max(0, place - 1) : place + 1]
        return min((abs(height - baseline) for height in near), default=self._pitch)

    def _group_costs(self, block: Sequence[Text], passed: int) -> Iterator[tuple[int, float]]:
        """For each number of rows from `passed` on the cost of the block; texts on two rows never merge."""
        held = {self._index[text.line] for text in block if text.line in self._index}
        if len(held) > 1 or (held and min(held) < passed):
            return
        centre = (block[0].baseline + block[-1].baseline) / 2
        for last in range(max([passed, *held]), min(len(self._anchors), passed + _MOST_ROWS)):
            group = self._anchors[passed : last + 1]
            middle = (group[0].baseline + group[-1].baseline) / 2
            cost = _group_cost(block, group, (centre - middle) / self._pitch, self._pitch, on_row=bool(held))
            if cost < inf:
                yield len(group), cost
            if middle > centre + self._pitch and group[0].baseline > block[0].baseline + 0.6 * self._pitch:
                return


def _group_cost(
    block: Sequence[Text], group: Sequence[Anchor], off: float, pitch: float, *, on_row: bool
) -> float:
    """The least misfit of centred, from the top, and from the bottom."""
    if len(group) == 1 and group[0].tile:
        return _tile_cost(block, group[0])
    many = len(block) > 1 and len(group) > 1
    wrap = _wrap_cost(block)
    more = (wrap + (_OWN_ROW if many else 0.0)) if on_row else _LINE_MORE * (len(block) - 1)
    centred = _OFF_CENTRE * off * off + more + _GROUP_CENTRED * (len(group) - 1)
    off_top = (block[0].baseline - group[0].baseline) / pitch
    top = _OFF_CENTRE * off_top * off_top + wrap + (_GROUP_FROM_TOP if len(group) > 1 else 0.0)
    top += _OWN_ROW if many else 0.0
    off_bottom = (block[-1].baseline - group[0].baseline) / pitch
    bottom = _OFF_CENTRE * off_bottom * off_bottom + wrap + _FROM_BOTTOM
    return min(centred, top, bottom if len(group) == 1 else inf)


def _tile_cost(block: Sequence[Text], row: Anchor) -> float:
    """In a drawn cell stands what belongs to its row, and nothing else."""
    return _LINE_MORE * (len(block) - 1) if all(text.tile == row.tile for text in block) else inf


def _wrap_cost(block: Sequence[Text]) -> float:
    return sum(text.join_cost for text in block[1:])

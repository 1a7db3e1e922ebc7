"""The drawn lines of a region, put together from their segments and told apart by what they do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.grid.pieces import Line
from r2p_tui.pdf.layout import Rule

_SAME_PLACE = 1.2
_TOUCHING_ENDS = 2.0
_LONGEST_DASH = 6.0
_UNDERLINE_DROP = 0.5
_SAME_END = 0.12
_FULL_SHARE = 0.85
_TALL_SHARE = 0.4


class Bar(NamedTuple):
    """A line at the height `at` from left `start` to right `end`, or one upright at the place `at`."""

    at: float
    start: float
    end: float

    def covers(self, start: float, end: float) -> bool:
        """Whether the bar reaches over at least half of the stretch."""
        return min(self.end, end) - max(self.start, start) >= 0.5 * (end - start)


@dataclass(frozen=True)
class Rulings:
    """Lines of a table: `full` span it, `partial` some of its columns; `vertical` cut columns.

    `underlines` stand just below a text. `row_edges` are the heights at which segments of vertical lines
    meet, where each row draws its own segment.
    """

    full: tuple[Bar, ...]
    partial: tuple[Bar, ...]
    vertical: tuple[Bar, ...]
    underlines: tuple[Bar, ...]
    row_edges: tuple[float, ...]

    def full_between(self, top: float, bottom: float) -> bool:
        """Whether a line over the whole table lies between the two heights."""
        return any(top < bar.at < bottom for bar in self.full)

    def tile(self, baseline: float) -> int:
        """The number of the drawn row that holds the height, from 1; 0 where rows are not drawn."""
        return bisect_left(self.row_edges, baseline) if self.row_edges else 0

    def crosses(self, top: float, bottom: float, left: float, right: float) -> bool:
        """Whether a line between the two heights covers the stretch from `left` to `right`."""
        return any(top < bar.at < bottom and bar.covers(left, right) for bar in (*self.full, *self.partial))


def read_rulings(rules: Iterable[Rule], box: Box, lines: Sequence[Line]) -> Rulings:
    """The rules that lie in the box (a little beyond it is allowed), sorted by what they do."""
    inside = [rule for rule in rules if _inside(rule.box, box)]
    flat = [rule for rule in inside if rule.horizontal]
    underlines = [rule for rule in flat if _is_underline(rule.box, lines)]
    strokes = [
        Bar((r.box.top + r.box.bottom) / 2, r.box.left, r.box.right) for r in flat if r not in underlines
    ]
    width = max((bar.end for bar in strokes), default=0.0) - min((bar.start for bar in strokes), default=0.0)
    long = _FULL_SHARE * max(width, 0.75 * (box.right - box.left))
    full = [bar for bar in _merged(strokes) if bar.end - bar.start >= long]
    rest = [bar for bar in strokes if not any(abs(bar.at - whole.at) <= _SAME_PLACE for whole in full)]
    upright = [
        Bar((r.box.left + r.box.right) / 2, r.box.top, r.box.bottom) for r in inside if not r.horizontal
    ]
    return Rulings(
        full=tuple(full),
        partial=tuple(_dashes_joined(rest)),
        vertical=tuple(_tall(_merged(upright), lines)),
        underlines=tuple(Bar(r.box.top, r.box.left, r.box.right) for r in underlines),
        row_edges=tuple(_meeting_heights(upright)),
    )


def _inside(rule: Box, box: Box) -> bool:
    return (
        box.left - 6 <= rule.left
        and rule.right <= box.right + 6
        and box.top - 6 <= rule.top
        and rule.bottom <= box.bottom + 6
    )


def _is_underline(rule: Box, lines: Sequence[Line]) -> bool:
    """Whether the rule hangs directly below some text and is no longer than that text."""
    for line in lines:
        drop = rule.top - line.baseline
        if not 0 <= drop <= _UNDERLINE_DROP * line.size:
            continue
        lefts = [p.box.left for p in line.pieces]
        rights = [p.box.right for p in line.pieces]
        near = _SAME_END * line.size
        if min(abs(rule.left - x) for x in lefts) < near and min(abs(rule.right - x) for x in rights) < near:
            return True
    return False


def _merged(bars: Iterable[Bar], reach: float = _TOUCHING_ENDS) -> list[Bar]:
    """Segments at one place become one where no more than `reach` points part them."""
    whole: list[Bar] = []
    for place in _places(sorted(bars)):
        current: Bar | None = None
        for bar in sorted(place, key=lambda bar: bar.start):
            if current and bar.start <= current.end + reach:
                current = Bar(current.at, current.start, max(current.end, bar.end))
                continue
            if current:
                whole.append(current)
            current = bar
        if current:
            whole.append(current)
    return whole


def _dashes_joined(strokes: Sequence[Bar]) -> list[Bar]:
    """Dashes become one line; longer lines that only touch stay apart, for each spans columns of its own."""
    dashes = [bar for bar in strokes if bar.end - bar.start <= _LONGEST_DASH]
    whole = [bar for bar in _merged(dashes, _LONGEST_DASH) if bar.end - bar.start > _LONGEST_DASH]
    return sorted(whole + [bar for bar in strokes if bar.end - bar.start > _LONGEST_DASH])


def _places(bars: Sequence[Bar]) -> list[list[Bar]]:
    groups: list[list[Bar]] = []
    for bar in bars:
        if groups and bar.at - groups[-1][0].at <= _SAME_PLACE:
            groups[-1].append(bar)
        else:
            groups.append([bar])
    return groups


def _tall(bars: Iterable[Bar], lines: Sequence[Line]) -> list[Bar]:
    """Vertical lines at one place that together pass a good part of the table."""
    height = lines[-1].bottom - lines[0].top if lines else 0.0
    kept = []
    for place in _places(sorted(bars)):
        drawn = sum(bar.end - bar.start for bar in place)
        if drawn >= _TALL_SHARE * height:
            kept.append(Bar(place[0].at, min(bar.start for bar in place), max(bar.end for bar in place)))
    return kept


def _meeting_heights(segments: Sequence[Bar]) -> list[float]:
    """Ends of vertical segments, each height once; empty where lines are drawn in one stroke."""
    edges = sorted(edge for bar in segments for edge in (bar.start, bar.end))
    heights: list[float] = []
    for edge in edges:
        if not heights or edge - heights[-1] > _TOUCHING_ENDS:
            heights.append(edge)
    return heights if len(heights) > 2 else []

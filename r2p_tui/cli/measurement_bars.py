"""Changes with their intervals, and shares, as bars of text beside their figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from r2p_tui.cli import output
from r2p_tui.domain.measurement_words import change_text
from r2p_tui.domain.measurements import ClassChange

_LEAST_BAR = 11
_LONGEST_BAR = 60
_NAME = 18
_GAP = 2


class _Scale(NamedTuple):
    """Places on a line of `width` cells for values from `low` to `high`, 0 among them."""

    low: float
    high: float
    width: int

    def place(self, value: float) -> int:
        share = (value - self.low) / (self.high - self.low)
        return min(max(round(share * (self.width - 1)), 0), self.width - 1)


def change_bars(changes: Sequence[ClassChange], width: int, *, ascii_only: bool = False) -> list[str]:
    """A line a class: its bar from no change, the interval around its end, the figures, the verdict.

    Worse is left of the line of no change, better right of it.
    """
    if not changes:
        return []
    names = [output.one_line(one.name) for one in changes]
    figures = [change_text(one.change) for one in changes]
    verdicts = [one.change.verdict for one in changes]
    name_width = min(max(map(output.display_width, names)), _NAME)
    figure_width, verdict_width = max(map(len, figures)), max(map(len, verdicts))
    room = width - name_width - figure_width - verdict_width - 3 * _GAP
    scale = _scale(changes, min(max(room, _LEAST_BAR), _LONGEST_BAR))
    if room < _LEAST_BAR:
        name_width = max(name_width - (_LEAST_BAR - room), 6)
    lines = []
    for name, one, told, verdict in zip(names, changes, figures, verdicts, strict=True):
        bar = _change_bar(one, scale)
        bar = bar.translate(_PLAIN) if ascii_only else bar
        shown = output.pad(output.fit(name, name_width), name_width)
        lines.append(f"{shown}  {bar}  {told:>{figure_width}}  {verdict}")
    return lines


_PLAIN = str.maketrans({"█": "#", "─": "-", "├": "[", "┤": "]", "│": "|", "●": "o"})


def _scale(changes: Sequence[ClassChange], width: int) -> _Scale:
    ends = [0.0]
    for one in changes:
        interval = one.change.interval
        ends += [one.change.difference, *((interval.low, interval.high) if interval else ())]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.02 or 1.0
    return _Scale(low - room, high + room, width)


def _change_bar(one: ClassChange, scale: _Scale) -> str:
    """`██├──●──┤  │`: from no change to the difference, which stands on its interval."""
    cells = [" "] * scale.width
    zero, end = scale.place(0.0), scale.place(one.change.difference)
    for place in range(min(zero, end), max(zero, end) + 1):
        cells[place] = "█"
    if (interval := one.change.interval) is not None:
        first, last = scale.place(interval.low), scale.place(interval.high)
        for place in range(first, last + 1):
            cells[place] = "─"
        cells[first], cells[last] = "├", "┤"
    cells[zero] = "│"
    cells[end] = "●"
    return "".join(cells)

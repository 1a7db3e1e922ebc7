"""Counts by month as upright bars, with letters below the months that something was kept in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from math import ceil
from typing import NamedTuple

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from r2p_tui.tui.widgets.key_line import joined

Months = Sequence[tuple[date, int]]
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
"""How many months one column may stand for."""
_WIDEST_BAR = 4
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Column(NamedTuple):
    """One bar: its first month, the mean count of a month in it, a letter where something stands below."""

    month: date
    height: float
    letter: str = ""


def columns_of(months: Months, marked: Sequence[date], room: int) -> tuple[list[Column], int]:
    """At most `room` columns, and how many months each stands for; the last may be shorter."""
    step = next((step for step in _STEPS if ceil(len(months) / step) <= max(room, 1)), _STEPS[-1])
    columns = []
    for start in range(0, len(months), step):
        part = months[start : start + step]
        inside = {month for month, _ in part}
        letter = next((LETTERS[n % len(LETTERS)] for n, day in enumerate(marked) if day in inside), "")
        columns.append(Column(part[0][0], sum(count for _, count in part) / len(part), letter))
    return columns, step


class MonthBars(Widget):
    """Draws what it was made with, as wide as it is."""

    DEFAULT_CSS = "MonthBars { height: 12; }"

    def __init__(self, months: Months, marked: Sequence[date] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._months = months
        self._marked = marked

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 12

    def render(self) -> Content:
        top = max((count for _, count in self._months), default=0)
        margin = max(len(f"{top:,}"), 3) + 1
        room = max(self.size.width - margin - 1, 1)
        columns, step = columns_of(self._months, self._marked, room)
        width = max(1, min(_WIDEST_BAR, room // max(len(columns), 1)))
        highest = max((column.height for column in columns), default=0.0) or 1.0
        lines = list(_bars(columns, width, highest, max(self.size.height - 3, 1), margin))
        lines += [_letters(columns, width, margin), _years(columns, width, margin)]
        note = f"one column is {step} months, its height the mean" if step > 1 else ""
        return joined([*lines, Content.styled(" " * margin + note, "$muted")])


def _bars(
    columns: Sequence[Column], width: int, highest: float, height: int, margin: int
) -> Iterator[Content]:
    gap = 1 if width > 1 else 0
    for level in range(height - 1, -1, -1):
        label = f"{highest:,.0f}" if level == height - 1 else "0" if level == 0 else ""
        cells = []
        for column in columns:
            eighths = round(column.height / highest * height * 8) - level * 8
            if level == 0 and column.height and eighths <= 0:
                eighths = 1
            cells.append(_EIGHTHS[max(0, min(eighths, 8))] * (width - gap) + " " * gap)
        yield Content.assemble((label.rjust(margin - 1) + " ", "$muted"), ("".join(cells), "$primary"))


def _letters(columns: Sequence[Column], width: int, margin: int) -> Content:
    letters = "".join(column.letter.ljust(width) if column.letter else " " * width for column in columns)
    return Content.styled(" " * margin + letters, "bold $accent")


def _years(columns: Sequence[Column], width: int, margin: int) -> Content:
    """A year below its first column; a year that is too short for its name goes without."""
    firsts: dict[int, int] = {}
    for number, column in enumerate(columns):
        firsts.setdefault(column.month.year, number * width)
    ends = [*firsts.values(), max(len(columns) * width, 8)][1:]
    line = ""
    for (year, place), end in zip(firsts.items(), ends, strict=True):
        if end - place > len(str(year)) or (not line and end == ends[-1]):
            line = line.ljust(place) + str(year)
    return Content.styled(" " * margin + line, "$muted")

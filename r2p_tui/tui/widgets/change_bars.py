"""Changes as bars to both sides of no change, each with the interval in which it truly lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len
from textual.message import Message

from r2p_tui.tui.widgets.row_list import Cell, RowList, fit

SURE, UNSURE, HERE, ZERO, LEAST = "█", "░", "●", "│", "┊"
LEGEND = (
    f"{SURE} sure   {UNSURE} 95 % interval   {HERE} measured   {ZERO} no change   {LEAST} least that matters"
)
_LEAST_BAR = 12
_WIDEST_NAME = 26
_VALUES_FROM, _VERDICT_FROM = 92, 104


class ChangeFace(NamedTuple):
    """One change; without a difference there is no bar. `minimum` is the least difference that matters."""

    key: str
    name: str
    values: str = ""
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    figures: str = ""
    mark: str = ""
    verdict: str = ""
    tone: str = "muted"
    minimum: float = 0.0
    sentence: str = ""


class ChangeBars(RowList[ChangeFace]):
    """All bars have one scale; posts `Marked` when the cursor rests on another one."""

    COMPONENT_CLASSES = {"row-list--better", "row-list--worse", "row-list--even", "row-list--axis"}
    DEFAULT_CSS = """
    ChangeBars {
        & > .row-list--better { color: $success; }
        & > .row-list--worse { color: $error; }
        & > .row-list--even { color: $secondary; }
        & > .row-list--axis { color: $muted; }
    }
    """

    class Marked(Message):
        """The cursor rests on this change, or on none."""

        def __init__(self, face: ChangeFace | None) -> None:
            super().__init__()
            self.face = face

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._ends = (0.0, 0.0)
        self._rooms = (0, 0, 0, 0)

    def show(self, rows: Sequence[ChangeFace], *, cursor: int | None = None, quiet: bool = False) -> None:
        """Replace the changes."""
        self._ends = _ends(rows)
        self._rooms = (
            min(_widest(row.name for row in rows), _WIDEST_NAME), _widest(row.values for row in rows),
            _widest(row.figures for row in rows), _widest(row.verdict for row in rows),
        )  # fmt: skip
        super().show(rows, cursor=cursor, quiet=quiet)

    @property
    def words(self) -> list[str]:
        """The changes as lines of text."""
        return [" ".join(filter(None, (row.name, row.values, row.figures, row.verdict))) for row in self.rows]

    def cells(self, row: ChangeFace, width: int) -> Sequence[Cell]:
        name, values, figures, verdict = self._rooms
        values = values + 2 if width >= _VALUES_FROM or not figures else 0
        verdict = verdict if width >= _VERDICT_FROM or width - name - figures - verdict - 6 >= 30 else 0
        name = min(name, max(width // 4, 8))
        room = max(width - name - values - figures - verdict - 8, _LEAST_BAR)
        return [
            (f" {fit(row.name, name)}", "title"),
            (fit(row.values, values, right=True), "muted"),
            (" ", "muted"),
            *drawn_change(row, self._ends, room),
            (f" {fit(row.figures, figures, right=True)} ", "title"),
            (f"{row.mark or ' '} {fit(row.verdict, verdict)}", row.tone),
            # Below the scrollbar, where there is one.
            (" ", "muted"),
        ]

    def identity(self, row: ChangeFace) -> object:
        return row.key

    def tell_marked(self) -> None:
        self.post_message(self.Marked(self.marked))

    def tell_opened(self, row: ChangeFace) -> None:
        """What is known of it is told below already."""


def _ends(rows: Sequence[ChangeFace]) -> tuple[float, float]:
    """The smallest range that holds no change, what matters, and every interval."""
    values = [0.0]
    for row in rows:
        values += [row.minimum, -row.minimum]
        values += [value for value in (row.difference, row.low, row.high) if value is not None]
    low, high = min(values), max(values)
    return (low, high) if high > low else (-1.0, 1.0)


def drawn_change(row: ChangeFace, ends: tuple[float, float], room: int) -> Iterable[Cell]:
    """The sure part solid, the interval shaded, and the difference that was measured as a point."""
    cells = [(" ", "axis")] * room
    zero = _place(0.0, ends, room)
    for least in (-row.minimum, row.minimum) if row.minimum else ():
        cells[_place(least, ends, room)] = (LEAST, "axis")
    cells[zero] = (ZERO, "axis")
    if row.difference is not None:
        low, high = row.low, row.high
        low, high = (row.difference, row.difference) if low is None or high is None else (low, high)
        first, last = _place(low, ends, room), _place(high, ends, room)
        for place in range(first, last + 1):
            cells[place] = (UNSURE, row.tone)
        sure = range(zero + 1, first) if low > 0 else range(last + 1, zero) if high < 0 else ()
        for place in sure:
            cells[place] = (SURE, row.tone)
        if first <= zero <= last and low <= 0 <= high:
            cells[zero] = (ZERO, "title")
        cells[_place(row.difference, ends, room)] = (HERE, row.tone)
    for tone, same in groupby(cells, key=lambda cell: cell[1]):
        yield "".join(sign for sign, _ in same), tone


def _place(value: float, ends: tuple[float, float], room: int) -> int:
    low, high = ends
    return min(max(round((value - low) / (high - low) * (room - 1)), 0), room - 1)


def _widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)

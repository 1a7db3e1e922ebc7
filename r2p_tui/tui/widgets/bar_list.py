"""Bars from the left with their figures, one a row, so that hundreds of layers scroll like ten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from r2p_tui.tui.widgets.row_list import Cell, RowList, fit

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEAST_BAR = 8


class BarFace(NamedTuple):
    """One bar, its value above 0; the note stands behind the figures."""

    key: str
    name: str
    value: float
    figures: str
    note: str = ""


class BarList(RowList[BarFace]):
    """The longest bar fills the room; what has a note that stands out is drawn in another colour."""

    COMPONENT_CLASSES = {"row-list--bar"}
    DEFAULT_CSS = "BarList > .row-list--bar { color: $primary; }"

    def __init__(self, *, stands_out: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._stands_out = stands_out
        self._rooms: tuple[int, ...] = (0, 0, 0)
        self._most = 0.0

    def show(self, rows: Sequence[BarFace], *, cursor: int | None = None, quiet: bool = False) -> None:
        """Replace the bars; all have one scale."""
        texts = ([row.name for row in rows], [row.figures for row in rows], [row.note for row in rows])
        self._rooms = tuple(max(map(cell_len, column), default=0) for column in texts)
        self._most = max((row.value for row in rows), default=0.0)
        super().show(rows, cursor=cursor, quiet=quiet)

    @property
    def words(self) -> list[str]:
        """The bars as lines of text."""
        return [" ".join(filter(None, (row.name, row.figures, row.note))) for row in self.rows]

    def cells(self, row: BarFace, width: int) -> Sequence[Cell]:
        widest, figures, note = self._rooms
        name = min(widest, max((width - figures - note) // 2, 8))
        room = max(width - name - figures - note - 7, _LEAST_BAR)
        tone = "due" if row.note and row.note == self._stands_out else "bar"
        return [
            (f" {fit(row.name, name)} ", "title"),
            (bar(row.value / self._most if self._most else 0.0, room), tone),
            (f" {fit(row.figures, figures, right=True)}  ", "title"),
            (fit(row.note, note, right=not self._stands_out), tone if tone == "due" else "muted"),
        ]

    def identity(self, row: BarFace) -> object:
        return row.key

    def tell_marked(self) -> None:
        """Everything that is known of a bar stands in its row."""

    def tell_opened(self, row: BarFace) -> None:
        """There is nothing behind it."""


def bar(share: float, room: int) -> str:
    """A bar of so many eighths of a cell, as wide as `room`; what is above 0 can be seen."""
    eighths = min(round(share * room * 8), room * 8)
    eighths = max(eighths, 1) if share > 0 else 0
    whole, part = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[part] if part else "")).ljust(room)

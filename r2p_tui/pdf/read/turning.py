"""Turning pages upright: text that is set sideways is read as if the reader turned the paper."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from r2p_tui.domain.tables import Box, Table
from r2p_tui.pdf.layout import Page


class Turn(NamedTuple):
    """A clockwise turn by 0, 90, 180 or 270 degrees of a sheet with the given width and height in points."""

    degrees: int
    width: float
    height: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the sheet after the turn."""
        return (self.width, self.height) if self.degrees % 180 == 0 else (self.height, self.width)


def transform(box: Box, turn: Turn) -> Box:
    """Where a box of the sheet lies after the turn."""
    if turn.degrees == 0:
        return box
    left, top, right, bottom = box
    if turn.degrees == 90:
        return Box(turn.height - bottom, left, turn.height - top, right)
    if turn.degrees == 180:
        return Box(turn.width - right, turn.height - bottom, turn.width - left, turn.height - top)
    return Box(top, turn.width - right, bottom, turn.width - left)


def on_paper(table: Table, page: Page) -> Table:
    """The table with its boxes on the page as it is displayed, not as it was turned for reading."""
    if page.turn == 0:
        return table
    back = Turn((360 - page.turn) % 360, page.width, page.height)
    cells = tuple(
        replace(cell, box=transform(cell.box, back)) if cell.box and cell.page == page.number else cell
        for cell in table.cells
    )
    return replace(table, box=transform(table.box, back) if table.box else None, cells=cells)

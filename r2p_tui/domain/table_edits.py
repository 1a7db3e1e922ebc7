"""Changes to a grid: a cell, a column or row split or joined. Each gives a new table; the old one stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from r2p_tui.domain.tables import Box, Cell, Table

Axis = Literal["row", "column"]


def with_text(table: Table, row: int, column: int, text: str) -> Table:
    """The table with this text in the cell that covers a place; an empty text leaves the place empty."""
    old = table.places.get((row, column))
    kept = [cell for cell in table.cells if cell is not old]
    if text:
        base = old or Cell(row, column, text, page=_page_of(table, row))
        kept.append(replace(base, text=text, confidence=1.0))
    return _with_cells(table, kept)


def with_header_rows(table: Table, count: int) -> Table:
    """The table with its first `count` rows as header."""
    return replace(table, header_rows=count)


def split(table: Table, axis: Axis, at: int, separator: str) -> Table:
    """Cuts a row or column in two: at the separator, or by words in half where none is given.

    Cells that span the place grow; a cell with nothing to cut stays in the first half.
    """
    cells: list[Cell] = []
    for cell in table.cells:
        start, end = _range(cell, axis)
        if end < at:
            cells.append(cell)
        elif start > at:
            cells.append(_placed(cell, axis, start + 1, end + 1))
        elif end > start:
            cells.append(_placed(cell, axis, start, end + 1))
        else:
            cells.extend(_halves(cell, axis, separator))
    return _with_cells(_shifted(table, axis, at, 1), cells)


def join(table: Table, axis: Axis, at: int, separator: str = " ") -> Table:
    """Joins a row or column with the next one; texts that meet are joined by the separator."""

    def moved(place: int) -> int:
        return place if place <= at else place - 1

    taken: dict[tuple[int, int], int] = {}
    cells: list[Cell] = []
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        start, end = _range(cell, axis)
        new = _placed(cell, axis, moved(start), moved(end))
        places = _places(new)
        met = next((taken[place] for place in places if place in taken), None)
        if met is None:
            cells.append(new)
            met = len(cells) - 1
        else:
            cells[met] = _united(cells[met], new, separator)
        taken.update((place, met) for place in places if place not in taken)
    return _with_cells(_shifted(table, axis, at, -1), cells)


def _halves(cell: Cell, axis: Axis, separator: str) -> list[Cell]:
    start, _ = _range(cell, axis)
    first, second = _parts(cell.text, separator)
    share = len(first) / (len(first) + len(second) or 1)
    halves = [
        replace(_placed(cell, axis, place, place), text=text, box=box, confidence=1.0)
        for place, text, box in zip(
            (start, start + 1), (first, second), _cut(cell.box, axis, share), strict=True
        )
    ]
    return [half for half in halves if half.text] or [cell]


def _parts(text: str, separator: str) -> tuple[str, str]:
    if separator:
        first, _, second = text.partition(separator)
        return first.strip(), second.strip()
    words = text.split()
    middle = (len(words) + 1) // 2
    return " ".join(words[:middle]), " ".join(words[middle:])


def _cut(box: Box | None, axis: Axis, share: float) -> tuple[Box | None, Box | None]:
    """Two boxes in the given share of width; rows stand above each other in equal height."""
    if box is None:
        return None, None
    if axis == "column":
        middle = box.left + (box.right - box.left) * share
        return box._replace(right=middle), box._replace(left=middle)
    middle = (box.top + box.bottom) / 2
    return box._replace(bottom=middle), box._replace(top=middle)


def _united(first: Cell, second: Cell, separator: str) -> Cell:
    (_, bottom), (_, right) = _range(second, "row"), _range(second, "column")
    return replace(
        first,
        text=separator.join(text for text in (first.text, second.text) if text),
        row_span=max(first.row_span, bottom - first.row + 1),
        column_span=max(first.column_span, right - first.column + 1),
        box=_around(first.box, second.box) if first.page == second.page else first.box,
        bold=first.bold and second.bold,
        underline=first.underline and second.underline,
        confidence=1.0,
    )


def _around(first: Box | None, second: Box | None) -> Box | None:
    if first is None or second is None:
        return first or second
    return Box(
        min(first.left, second.left),
        min(first.top, second.top),
        max(first.right, second.right),
        max(first.bottom, second.bottom),
    )


def _shifted(table: Table, axis: Axis, at: int, by: int) -> Table:
    """Header rows and rules where they belong after a row came (`by` 1) or went (-1) below `at`."""
    if axis == "column":
        return table
    header = table.header_rows + by if at + (by < 0) < table.header_rows else table.header_rows
    rules = tuple(dict.fromkeys(rule + by if rule > at else rule for rule in table.rules))
    return replace(table, header_rows=header, rules=rules)


def _range(cell: Cell, axis: Axis) -> tuple[int, int]:
    """First and last row or column that a cell covers."""
    start, span = (cell.row, cell.row_span) if axis == "row" else (cell.column, cell.column_span)
    return start, start + span - 1


def _placed(cell: Cell, axis: Axis, start: int, end: int) -> Cell:
    if axis == "row":
        return replace(cell, row=start, row_span=end - start + 1)
    return replace(cell, column=start, column_span=end - start + 1)


def _places(cell: Cell) -> list[tuple[int, int]]:
    (top, bottom), (left, right) = _range(cell, "row"), _range(cell, "column")
    return [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]


def _with_cells(table: Table, cells: Iterable[Cell]) -> Table:
    return replace(table, cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))))


def _page_of(table: Table, row: int) -> int | None:
    return next((cell.page for cell in table.cells if cell.row == row and cell.page), table.page or None)

"""A grid of cells from the rows of a tabular: spans laid out, columns joined, empty lines left out."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from r2p_tui.domain.tables import Cell
from r2p_tui.pdf.source_headers import count_header_rows, merge_rows, stacked_rows
from r2p_tui.pdf.tex.columns import Column
from r2p_tui.pdf.tex.rows import RawCell, RawRow
from r2p_tui.pdf.tex.text import Text
from r2p_tui.pdf.tex.tokens import TooMuchError
from r2p_tui.pdf.tex.units import number_text
from r2p_tui.pdf.tex.words import BOLD_FROM_HERE

CELL_LIMIT = 60_000
_JOINT_LIMIT = 40
Render = Callable[[Sequence[str], bool], Text]
_FOR_SIUNITX = re.compile(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?(?:\s*(?:\+-|±)\s*\d*\.?\d+)?")
# What may stand between two columns that are read as one.
_JOINT = re.compile(r"[±.,:/()–×+-]{1,3}")
_CONTINUES = re.compile(r"[±.(/^]")


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells without gaps, the rows above which a line is drawn, and how many rows are header."""

    cells: tuple[Cell, ...]
    rules: tuple[int, ...]
    header_rows: int


def lay_out(rows: Sequence[RawRow], columns: Sequence[Column], render: Render) -> Grid:
    """The grid; cells without text are left out, and so are rows and columns without any."""
    cells = [cell for index, row in enumerate(rows) for cell in _row(index, row, columns, render)]
    if len(cells) > CELL_LIMIT:
        raise TooMuchError(f"it has more than {CELL_LIMIT:,} cells")
    cells = _clipped(cells, len(rows))
    cells = _clipped(_joined(cells, columns, render), len(rows))
    lines = {index for index, row in enumerate(rows) if row.rule or _spans_all(row, cells)}
    any_lines = lines | {index for index, row in enumerate(rows) if row.partial}
    return _compact(cells, lines, any_lines)


def _row(index: int, row: RawRow, columns: Sequence[Column], render: Render) -> Iterable[Cell]:
    place = covered = 0
    for raw in row.cells:
        column = columns[place] if place < len(columns) else Column()
        text = _text(raw, column, render)
        if text.text and place >= covered:
            yield Cell(
                index, place, text.text, raw.rows, raw.columns, bold=text.bold, underline=text.underline
            )
        if raw.covers:
            covered = place + raw.columns
        place += 1 if raw.covers else raw.columns


def _text(raw: RawCell, column: Column, render: Render) -> Text:
    # A cell over several columns brings its own specification.
    alone = raw.columns == 1
    bold = alone and any(word in BOLD_FROM_HERE for word in column.before)
    tokens = [*column.before, *raw.tokens, *column.after] if alone else raw.tokens
    text = render(tokens, bold) if any(word not in (" ", "\\par") for word in raw.tokens) else Text("")
    if column.numbers and _FOR_SIUNITX.fullmatch(text.text):
        return replace(text, text=number_text(text.text))
    return text


def _clipped(cells: list[Cell], row_count: int) -> list[Cell]:
    """Spans that reach upward turned round, and none over another cell or past the end."""
    taken = _rows_with_text(cells)
    turned = [cell if cell.row_span > 0 else _clip(cell, taken, row_count) for cell in cells]
    # What reached upward begins higher now, and stops those that reach down.
    taken = _rows_with_text(turned)
    return [
        cell if before.row_span < 1 else _clip(cell, taken, row_count)
        for before, cell in zip(cells, turned, strict=True)
    ]


def _rows_with_text(cells: Iterable[Cell]) -> dict[int, list[int]]:
    """For each column the rows in which a cell begins, in order."""
    taken: dict[int, list[int]] = {}
    for cell in cells:
        for column in range(cell.column, cell.column + cell.column_span):
            taken.setdefault(column, []).append(cell.row)
    return {column: sorted(rows) for column, rows in taken.items()}


def _clip(cell: Cell, taken: dict[int, list[int]], row_count: int) -> Cell:
    if cell.row_span == 1:
        return cell
    if cell.row_span in (0, -1):
        return replace(cell, row_span=1)
    first, end = 0, row_count
    for column in range(cell.column, cell.column + cell.column_span):
        rows = taken[column]
        above, below = bisect_left(rows, cell.row), bisect_right(rows, cell.row)
        first = max(first, rows[above - 1] + 1) if above else first
        end = min(end, rows[below]) if below < len(rows) else end
    if cell.row_span > 0:
        return replace(cell, row_span=min(cell.row + cell.row_span, end) - cell.row)
    start = max(cell.row + cell.row_span + 1, first)
    return replace(cell, row=start, row_span=cell.row - start + 1)


def _joined(cells: list[Cell], columns: Sequence[Column], render: Render) -> list[Cell]:
    """Columns with `@{.}` or `@{±}` between them are read as one; so are `12` and `.5` without a space."""
    for place in [place for place, column in enumerate(columns[:-1]) if column.joint is not None][
        :_JOINT_LIMIT
    ][::-1]:
        joint = columns[place].joint
        text = "" if joint is None else render(joint, False).text
        if joint is not None and (_JOINT.fullmatch(text) or (not text and _continues(cells, place))):
            cells = _join(cells, place, text)
    return cells


def _continues(cells: list[Cell], place: int) -> bool:
    right = [cell.text for cell in cells if cell.column == place + 1 and cell.column_span == 1]
    return bool(right) and all(_CONTINUES.match(text) for text in right)


def _join(cells: list[Cell], place: int, text: str) -> list[Cell]:
    """Column `place` and the next one become one; a cell over both loses one column."""
    left = {cell.row: cell for cell in cells if cell.column == place and cell.column_span == 1}
    right = {cell.row: cell for cell in cells if cell.column == place + 1 and cell.column_span == 1}
    kept = [cell for cell in cells if cell.row not in right or cell is not right[cell.row]]
    both = {row: _together(left[row], right[row], text) for row in left.keys() & right.keys()}
    kept = [both.get(cell.row, cell) if cell is left.get(cell.row) else cell for cell in kept]
    alone = right.keys() - left.keys()
    kept = [_stopped(cell, place, alone) for cell in kept]
    kept += [replace(right[row], column=place) for row in alone]
    return sorted((_shifted(cell, place) for cell in kept), key=lambda cell: (cell.row, cell.column))


def _stopped(cell: Cell, place: int, rows: Collection[int]) -> Cell:
    """A cell over several columns ends before the column into which another of its rows moves."""
    reaches = cell.column < place < cell.column + cell.column_span
    meets = any(cell.row <= row < cell.row + cell.row_span for row in rows)
    return replace(cell, column_span=place - cell.column) if reaches and meets else cell


def _together(left: Cell, right: Cell, text: str) -> Cell:
    return replace(left, text=left.text + text + right.text, bold=left.bold or right.bold)


def _shifted(cell: Cell, place: int) -> Cell:
    if cell.column > place:
        return replace(cell, column=cell.column - 1)
    over = cell.column + cell.column_span > place + 1
    return replace(cell, column_span=cell.column_span - 1) if over else cell


def _spans_all(row: RawRow, cells: Sequence[Cell]) -> bool:
    """Whether short lines side by side cover every column that has text."""
    if not row.partial:
        return False
    covered = {column for first, last in row.partial for column in range(first, min(last, 400) + 1)}
    return {cell.column for cell in cells} <= covered


def _compact(cells: list[Cell], lines: set[int], any_lines: set[int]) -> Grid:
    """Rows and columns in which no text begins are taken out; lines stand above the next row that is left."""
    rows = {old: new for new, old in enumerate(sorted({cell.row for cell in cells}))}
    columns = {old: new for new, old in enumerate(sorted({cell.column for cell in cells}))}
    packed = _packed(cells, rows, columns)
    drawn, ruled = _moved(lines, rows), _moved(any_lines, rows)
    header_rows = count_header_rows(packed, len(rows), drawn)
    for row in reversed(stacked_rows(packed, header_rows, ruled)):
        packed = merge_rows(packed, row)
        header_rows -= 1
        drawn = [line - (line > row) for line in drawn]
    return Grid(tuple(packed), tuple(row for row in drawn if row >= header_rows and row > 0), header_rows)


def _moved(lines: set[int], rows: dict[int, int]) -> list[int]:
    kept = sorted(rows)
    places = {bisect_left(kept, line) for line in lines}
    return sorted(place for place in places if place < len(kept))


def _packed(cells: list[Cell], rows: dict[int, int], columns: dict[int, int]) -> list[Cell]:
    packed = []
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
        row_span, column_span = cell.row_span, cell.column_span
        if row_span > 1:
            row_span = sum(row in rows for row in range(cell.row, cell.row + row_span))
        if column_span > 1:
            column_span = sum(place in columns for place in range(cell.column, cell.column + column_span))
        row, column = rows[cell.row], columns[cell.column]
        packed.append(
            Cell(row, column, cell.text, row_span, column_span, bold=cell.bold, underline=cell.underline)
        )
    return packed

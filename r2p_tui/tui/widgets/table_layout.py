"""Where each text of a table stands on the terminal: widths, wrapped headers, aligned points, deltas.

Everything here is computed from values alone, so the grid only paints what this module says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from rich.cells import cell_len

from r2p_tui.domain.tables import Cell, Table
from r2p_tui.text import clean_line
from r2p_tui.tui.widgets.row_list import fit
from r2p_tui.tui.widgets.table_text import (
    DOUBT,
    Align,
    aligned,
    alignment,
    between_lines,
    header_text,
    right_aligned,
    split_number,
    words_of,
    wrap,
)

Tone = Literal["better", "worse", "even"]
Place = tuple[int, int]

ARROWS: Mapping[Tone, str] = {"better": "▲", "worse": "▼", "even": " "}
GAP = 2
WIDEST_TEXT = 34
WIDEST_HEADER = 12
_LONGEST_TEXT = 400


@dataclass(frozen=True)
class GridFace:
    """A table with what is shown beside its cells; deltas are ready texts with how they are judged."""

    table: Table
    deltas: Mapping[Place, tuple[str, Tone]] = field(default_factory=dict)
    doubtful: Collection[Place] = ()
    baseline: int | None = None
    labels: int = 1


class Piece(NamedTuple):
    """A text on one line of the grid: where it starts, what it means, and the cell it belongs to."""

    left: int
    text: str
    style: str
    place: Place | None = None


class Slot(NamedTuple):
    """Room of one column: its value, its delta (0 for none), and how values are aligned.

    `whole` are the cells before the decimal point, `arrow` whether deltas are judged.
    """

    value: int
    delta: int
    arrow: bool
    align: Align
    whole: int

    @property
    def width(self) -> int:
        return self.value + self.delta


class BodyLine(NamedTuple):
    """A line below the header: a row of the table, or the rule above one."""

    row: int
    rule: bool = False


class TableLayout:
    """The lines of one table for a width in cells; `first` is the first column that scrolls."""

    def __init__(self, face: GridFace, width: int) -> None:
        self.face = face
        self.width = width
        self._table = face.table
        self.gutter = len(str(max(self._table.row_count - self._table.header_rows, 1))) + 2

    @cached_property
    def frozen(self) -> int:
        """How many columns on the left stay in sight: labels, as long as they leave half of the width."""
        taken = self.gutter
        for column in range(min(self.face.labels, len(self.slots))):
            taken += self.slots[column].width + GAP
            if taken > self.width * 0.6:
                return max(column, 1)
        return min(self.face.labels, max(len(self.slots) - 1, 0))

    @cached_property
    def slots(self) -> list[Slot]:
        return [self._slot(column) for column in range(self._table.column_count)]

    @cached_property
    def body(self) -> list[BodyLine]:
        """The lines below the header, rules between groups of rows included."""
        lines: list[BodyLine] = []
        first = self._table.header_rows
        for row in range(first, self._table.row_count):
            if row in self._table.rules and row > first:
                lines.append(BodyLine(row, rule=True))
            lines.append(BodyLine(row))
        return lines

    @cached_property
    def header_heights(self) -> list[int]:
        """The lines of every header row, at least one each."""
        heights = [1] * min(self._table.header_rows, self._table.row_count)
        for cell in sorted(self._header_cells, key=lambda cell: cell.row_span):
            rows = range(cell.row, min(cell.row + cell.row_span, len(heights)))
            missing = len(self._header_lines(cell)) - sum(heights[row] for row in rows)
            heights[rows[0]] += max(missing, 0)
        return heights

    @property
    def header_height(self) -> int:
        """Lines that do not scroll: the header rows and the line below them."""
        return sum(self.header_heights) + 1

    def line_of(self, row: int) -> int | None:
        """The index into `body` of a row; None for header rows."""
        return next((n for n, line in enumerate(self.body) if line.row == row and not line.rule), None)

    def visible(self, first: int) -> list[tuple[int, int]]:
        """Columns that are in sight with their left edges; half of a number would be another number."""
        found, left, start = [], self.gutter, max(first, self.frozen)
        for column in [*range(self.frozen), *range(start, len(self.slots))]:
            if left >= self.width or (column > start and left + self.slots[column].width > self.width):
                break
            found.append((column, left))
            left += self.slots[column].width + GAP
        return found

    def first_showing(self, column: int, first: int) -> int:
        """The smallest move of `first` that brings all of a column in sight."""
        if column < self.frozen:
            return first
        first = max(min(first, column), self.frozen)
        while first < column:
            left = dict(self.visible(first)).get(column)
            if left is not None and left + self.slots[column].width <= self.width:
                break
            first += 1
        return first

    # Lines

    def header_line(self, y: int, first: int) -> Iterator[Piece]:
        """The pieces of a line of the header; the last one is the line that closes it."""
        if y >= sum(self.header_heights):
            yield self._closing_line(first)
            return
        row, line = self._header_row(y)
        edges = dict(self.visible(first))
        for cell in self._header_cells:
            if cell.row <= row < cell.row + cell.row_span:
                yield from self._header_piece(cell, y, edges)
        for column, left in edges.items():
            slot, cell_here = self.slots[column], self._table.places.get((row, column))
            if cell_here is None:
                yield Piece(left, " " * slot.value, "header", (row, column))
            last = row == len(self.header_heights) - 1 and line == self.header_heights[row] - 1
            if last and slot.delta and (cell_here is None or cell_here.column_span == 1):
                yield Piece(left + slot.value, right_aligned("Δ", slot.delta - slot.arrow * 2), "muted")

    def body_line(self, index: int, first: int) -> Iterator[Piece]:
        """The pieces of a line below the header, from left to right."""
        line = self.body[index]
        if line.rule:
            yield Piece(self.gutter, "─" * max(self.width - self.gutter, 0), "rule")
            return
        yield self._row_mark(line.row)
        edges, seen = dict(self.visible(first)), set()
        for column, left in edges.items():
            cell = self._table.places.get((line.row, column))
            if cell is None:
                yield Piece(left, " " * self.slots[column].value, "text", (line.row, column))
            elif cell not in seen:
                seen.add(cell)
                yield from self._cell_pieces(cell, line.row, column, edges)

    def _closing_line(self, first: int) -> Piece:
        """A thin line that tells how many columns are out of sight on either side."""
        columns = self.visible(first)
        before = max(first, self.frozen) - self.frozen
        after = len(self.slots) - 1 - columns[-1][0] if columns else 0
        start = f"‹ {before} more " if before else ""
        end = f" {after} more ›" if after else ""
        room = max(self.width - self.gutter - len(start) - len(end), 0)
        return Piece(self.gutter, start + "─" * room + end, "rule")

    def _row_mark(self, row: int) -> Piece:
        number = f"{row - self._table.header_rows + 1:>{self.gutter - 2}}"
        if row == self.face.baseline:
            return Piece(0, f"◆{number} ", "baseline")
        return Piece(0, f" {number} ", "muted")

    def _cell_pieces(self, cell: Cell, row: int, column: int, edges: Mapping[int, int]) -> Iterator[Piece]:
        place = (cell.row, cell.column)
        left, room = self._extent(cell, edges)
        text = self.texts.get(place, "") if row == cell.row else ""
        style = self._style(cell)
        if cell.column_span > 1:
            yield Piece(left, fit(text, room), style, place)
            return
        slot = self.slots[column]
        yield Piece(left, aligned(text, slot.value, slot.align, slot.whole), style, place)
        if delta := self.face.deltas.get((row, column)):
            words, tone = delta
            arrow = f" {ARROWS[tone]}" if slot.arrow else ""
            yield Piece(left + slot.value, right_aligned(words + arrow, slot.delta), tone)

    def _style(self, cell: Cell) -> str:
        names = ["label" if cell.column < self.face.labels else "text"]
        names += ["best"] if cell.bold else []
        names += ["second"] if cell.underline else []
        names += ["doubt"] if (cell.row, cell.column) in self.face.doubtful else []
        return " ".join(names)

    def _extent(self, cell: Cell, edges: Mapping[int, int]) -> tuple[int, int]:
        """Left edge and width of what is in sight of a cell, the deltas between its columns included."""
        covered = [c for c in range(cell.column, cell.column + cell.column_span) if c in edges]
        left, last = edges[covered[0]], covered[-1]
        slot = self.slots[last]
        right = edges[last] + (slot.width if cell.column_span > 1 else slot.value)
        return left, max(right - left, 1)

    # Headers

    @cached_property
    def _header_cells(self) -> list[Cell]:
        return [cell for cell in self._table.cells if cell.row < self._table.header_rows]

    def _header_row(self, y: int) -> tuple[int, int]:
        for row, height in enumerate(self.header_heights):
            if y < height:
                return row, y
            y -= height
        raise IndexError(y)

    def _header_lines(self, cell: Cell) -> list[str]:
        """The words of a header cell, wrapped at the whole width of its columns."""
        columns = self.slots[cell.column : cell.column + cell.column_span]
        room = sum(slot.width for slot in columns) + GAP * (len(columns) - 1)
        if cell.column_span == 1 and columns:
            room = columns[0].value
        return wrap(self.texts.get((cell.row, cell.column), ""), room)

    def _header_piece(self, cell: Cell, y: int, edges: Mapping[int, int]) -> Iterator[Piece]:
        if not any(c in edges for c in range(cell.column, cell.column + cell.column_span)):
            return
        left, room = self._extent(cell, edges)
        lines = self._header_lines(cell)
        # Headers stand on the line that belongs to their columns, so they grow upwards.
        bottom = sum(self.header_heights[: min(cell.row + cell.row_span, len(self.header_heights))])
        index = y - (bottom - len(lines))
        text = lines[index] if 0 <= index < len(lines) else ""
        place = (cell.row, cell.column)
        if cell.column_span > 1:
            yield Piece(left, between_lines(text, room) if text else " " * room, "header", place)
            return
        slot = self.slots[cell.column]
        yield Piece(left, header_text(text, slot.value, slot.align), "header", place)

    # Widths

    @cached_property
    def texts(self) -> dict[Place, str]:
        """What is shown of every cell, a question mark behind what is doubtful."""
        return {
            (cell.row, cell.column): clean_line(cell.text[:_LONGEST_TEXT])
            + (DOUBT if (cell.row, cell.column) in self.face.doubtful else "")
            for cell in self._table.cells
        }

    @cached_property
    def _texts_of_columns(self) -> list[list[str]]:
        columns: list[list[str]] = [[] for _ in range(self._table.column_count)]
        for cell in self._table.cells:
            if cell.row >= self._table.header_rows and cell.column_span == 1:
                columns[cell.column].append(self.texts[cell.row, cell.column])
        return [[text for text in column if text] for column in columns]

    @cached_property
    def _delta_rooms(self) -> Mapping[int, tuple[int, bool]]:
        """Cells that the deltas of a column take, and whether an arrow follows them."""
        rooms: dict[int, tuple[int, bool]] = {}
        for (_, column), (words, tone) in self.face.deltas.items():
            room, arrow = rooms.get(column, (0, False))
            rooms[column] = (max(room, cell_len(words) + 1), arrow or tone != "even")
        return {column: (room + 2 * arrow, arrow) for column, (room, arrow) in rooms.items()}

    def _slot(self, column: int) -> Slot:
        texts = self._texts_of_columns[column]
        align = alignment(texts, label=column < self.face.labels)
        whole = 0
        if align == "point":
            parts = [split_number(text) for text in texts]
            whole = max((cell_len(head) for head, _ in parts), default=0)
            value = whole + max((cell_len(tail) for _, tail in parts), default=0)
        else:
            value = max((cell_len(text) for text in texts), default=1)
        value = max(min(value, self._widest(column)), min(self._header_need(column), WIDEST_HEADER), 1)
        delta, arrow = self._delta_rooms.get(column, (0, False))
        return Slot(value, delta, arrow, align, min(whole, value))

    def _widest(self, column: int) -> int:
        return max(min(WIDEST_TEXT, self.width * 2 // 5), 8) if column < self.face.labels else WIDEST_TEXT

    def _header_need(self, column: int) -> int:
        """The longest word of the headers that stand over this column alone."""
        own = [c for c in self._header_cells if c.column == column and c.column_span == 1]
        words = [word for cell in own for word in words_of(self.texts[cell.row, cell.column])]
        return max((cell_len(word.strip()) for word in words), default=1)

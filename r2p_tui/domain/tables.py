"""A table of a paper: a grid of cells, each with its place on the page, and how sure r2p is of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

Route = Literal["pdf", "tex", "html", "own"]


class Box(NamedTuple):
    """A rectangle on a page, in points, measured from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One text of a grid; a spanning cell stands once, at the top left of its span.

    `page` counts from 1. `confidence` is the probability that the text and its place in the grid are right.
    """

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    page: int | None = None
    box: Box | None = None
    bold: bool = False
    underline: bool = False
    confidence: float = 1.0


@dataclass(frozen=True)
class Table:
    """A grid with its provenance; header rows come first and are counted in `header_rows`.

    `number` is as printed (`3`, `III`, `A.1`; empty without a caption), `part` the letter of a part in one
    float. `page` counts from 1 and is 0 where a route knows no pages. `rules` are the body rows above which a
    line is drawn. `mentions` are sentences of the body that name the table, `section` the heading above it.
    `doubts` are sentences for the user, each a reason to look at the page.
    """

    number: str
    part: str
    caption: str
    page: int
    box: Box | None
    route: Route
    header_rows: int
    cells: tuple[Cell, ...]
    confidence: float = 1.0
    rules: tuple[int, ...] = ()
    section: str = ""
    mentions: tuple[str, ...] = ()
    doubts: tuple[str, ...] = field(default=())

    @cached_property
    def row_count(self) -> int:
        return max((cell.row + cell.row_span for cell in self.cells), default=0)

    @cached_property
    def column_count(self) -> int:
        return max((cell.column + cell.column_span for cell in self.cells), default=0)

    @cached_property
    def rows(self) -> list[list[str]]:
        """The texts as a rectangle; the text of a spanning cell once, at its top left."""
        grid = [[""] * self.column_count for _ in range(self.row_count)]
        for cell in self.cells:
            grid[cell.row][cell.column] = cell.text
        return grid

    @cached_property
    def places(self) -> Mapping[tuple[int, int], Cell]:
        """The cell that covers each (row, column); places without text are absent."""
        return {
            (cell.row + down, cell.column + right): cell
            for cell in self.cells
            for down in range(cell.row_span)
            for right in range(cell.column_span)
        }

    def row_name(self, row: int) -> str:
        """How rows are counted for people: the body from 1, header rows as `h1`, `h2`."""
        return str(row - self.header_rows + 1) if row >= self.header_rows else f"h{row + 1}"

    def row_named(self, name: str) -> int | None:
        """The row that is counted as this name, None where there is none."""
        return next((row for row in range(self.row_count) if self.row_name(row) == name), None)

    @property
    def name(self) -> str:
        """`Table 3b`, or `table on page 7` where no caption numbers it."""
        if self.number:
            return f"Table {self.number}{self.part}"
        return f"table on page {self.page}" if self.page else "table without a number"


def table_values(table: Table) -> dict[str, Any]:
    """The table as plain JSON values; `table_from_values` reads them back equal."""
    values = {name: getattr(table, name) for name in _TABLE_FIELDS}
    return values | {"cells": [_cell_values(cell) for cell in table.cells]}


def table_from_values(values: Mapping[str, Any]) -> Table:
    """The table that `table_values` wrote; raises KeyError, TypeError or ValueError for anything else."""
    plain = {name: values[name] for name in _TABLE_FIELDS}
    plain |= {name: tuple(values[name]) for name in ("rules", "mentions", "doubts")}
    plain["box"] = _box(values["box"])
    return Table(**plain, cells=tuple(_cell(entry) for entry in values["cells"]))


_TABLE_FIELDS = (
    "number", "part", "caption", "page", "box", "route", "header_rows", "confidence", "rules", "section",
    "mentions", "doubts",
)  # fmt: skip
_CELL_FIELDS = tuple(Cell.__dataclass_fields__)


def _cell_values(cell: Cell) -> list[Any]:
    return [getattr(cell, name) for name in _CELL_FIELDS]


def _cell(entry: list[Any]) -> Cell:
    values = dict(zip(_CELL_FIELDS, entry, strict=True))
    return Cell(**values | {"box": _box(values["box"])})


def _box(values: Any) -> Box | None:
    return None if values is None else Box(*values)

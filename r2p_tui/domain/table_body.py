"""A table as it is read: headers joined over their levels, body rows with values, and groups of rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from r2p_tui.domain.metrics import LEVELS
from r2p_tui.domain.table_numbers import Value, is_check, is_cross, is_missing, parse_value
from r2p_tui.domain.tables import Cell, Table

_DECIMAL = re.compile(r"\d{1,15}(?:\.\d{1,15})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One row of numbers; `texts` has the text of a cell that spans rows in each of them.

    `index` counts in `table.rows`; `section` numbers the group of rows it belongs to.
    """

    index: int
    section: int
    texts: tuple[str, ...]
    values: tuple[Value | None, ...]


class Body:
    """What a reader sees in a table; made once and shared by all that judges it."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.width = table.column_count
        self.headers = tuple(_headers(table))
        self.titles: tuple[str, ...]
        self.rows: tuple[BodyRow, ...]
        self.rows, self.titles = _body_rows(table)

    def column(self, index: int) -> list[str]:
        """The texts of one column, empty ones included."""
        return [row.texts[index] for row in self.rows]

    def numbers(self, index: int) -> list[Value]:
        return [value for row in self.rows if (value := row.values[index])]

    @cached_property
    def x_is_check(self) -> bool:
        """Whether a lone `x` means yes: so where no real check mark stands and the other places are empty."""
        texts = {text.strip().lower() for row in self.rows for text in row.texts}
        return not any(is_check(text) for text in texts) and not texts & {"✗", "✘", "✕", "✖", "no"}

    def is_on(self, text: str) -> bool:
        """Whether a cell of a column of marks says yes."""
        return is_check(text) or (self.x_is_check and text.strip().lower() in ("x", "×"))

    def is_mark(self, text: str) -> bool:
        return is_check(text) or is_cross(text)

    @cached_property
    def bold_counts(self) -> dict[int, int]:
        """How many numbers of each row are set in bold or marked as the best."""
        counts: dict[int, int] = {}
        for cell in self.table.cells:
            if (
                cell.row >= self.table.header_rows
                and (cell.bold or "**" in cell.text)
                and parse_value(cell.text)
            ):
                counts[cell.row] = counts.get(cell.row, 0) + 1
        return counts


def unspanned(texts: Iterable[str]) -> list[str]:
    """The texts that are there, in order, without immediate repetition."""
    kept: list[str] = []
    for text in texts:
        if text.strip() and (not kept or kept[-1] != text.strip()):
            kept.append(text.strip())
    return kept


def _headers(table: Table) -> Iterator[str]:
    for column in range(table.column_count):
        cells = [table.places.get((row, column)) for row in range(min(table.header_rows, table.row_count))]
        yield LEVELS.join(unspanned(cell.text for cell in cells if cell))


def _body_rows(table: Table) -> tuple[tuple[BodyRow, ...], tuple[str, ...]]:
    rows: list[BodyRow] = []
    titles = [""]
    starts = set(table.rules) | _group_starts(table)
    open_section = False  # whether the last section has a row yet
    for index in range(table.header_rows, table.row_count):
        texts = [_text_at(table, index, column) for column in range(table.column_count)]
        title = _title(texts, table.rows[index])
        if open_section and (title or index in starts):
            titles.append("")
            open_section = False
        if title:
            titles[-1] = title
        elif any(texts):
            values = tuple(map(_value, table.rows[index]))
            rows.append(BodyRow(index, len(titles) - 1, tuple(texts), values))
            open_section = True
    return tuple(rows), tuple(titles)


def _value(text: str) -> Value | None:
    """The value of a cell; most are plain decimals, which need no reading of units and deviations."""
    return Value(float(text), text) if _DECIMAL.fullmatch(text) else parse_value(text)


def _text_at(table: Table, row: int, column: int) -> str:
    """The text of a place; a cell that spans columns counts in its first, one that spans rows in all."""
    cell = table.places.get((row, column))
    return cell.text.strip() if cell and cell.column == column else ""


def _group_starts(table: Table) -> set[int]:
    """Rows where a tall cell of the first column begins or has just ended."""
    tall = [
        cell
        for cell in _body_cells(table)
        if cell.column == 0 and 1 < cell.row_span < table.row_count - table.header_rows
    ]
    return {cell.row for cell in tall} | {cell.row + cell.row_span for cell in tall}


def _body_cells(table: Table) -> Iterator[Cell]:
    return (cell for cell in table.cells if cell.row >= table.header_rows)


def _title(texts: Sequence[str], own: Sequence[str]) -> str:
    """The words of a row that is only a heading over the rows below it; empty for other rows."""
    filled = [text for text in texts if text]
    if len(texts) < 2 or len(filled) != 1 or filled[0] not in (text.strip() for text in own):
        return ""
    text = filled[0]
    is_words = sum(character.isalpha() for character in text) >= 3
    return text if is_words and not is_missing(text) and not parse_value(text) else ""

"""Which rows of a table are its header: by the lines between rows, else by what the cells hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from r2p_tui.domain.tables import Cell

_NUMBER = re.compile(
    r"[~<>≈]?\s*[-+−±]?\s*[$€£]?\.?\d[\d,.]*\s*(?:[%×]|[a-zA-Zµ]{1,4})?(?:\s*[±(\[].*)?[*†‡↑↓]*"
)
_LONGEST_HEADER = 5


def count_header_rows(cells: Sequence[Cell], row_count: int, rules: Collection[int]) -> int:
    """How many of the first rows are header; `rules` are the rows below a line over the whole width."""
    if row_count < 2:
        return 0
    ends = sorted(row for row in rules if 0 < row < row_count)
    end = ends[0] if ends else 0
    if not end or end > _LONGEST_HEADER or _has_results(cells, 0, end):
        end = _leading_words(cells, row_count)
    elif len(ends) > 1:
        end = _with_second_level(cells, ends)
    return max(end, _reach(cells, end)) if end else 0


def stacked_rows(cells: Sequence[Cell], header_rows: int, ruled: Collection[int]) -> list[int]:
    """The header rows that only go on with the words of the row above, as `PPL` over `(dev)`.

    `ruled` are the rows above which any line is drawn, however short.
    """
    return [row for row in range(1, header_rows) if row not in ruled and _goes_on(cells, row)]


def _goes_on(cells: Sequence[Cell], row: int) -> bool:
    above = {cell.column: cell for cell in _row(cells, row - 1)}
    over_several = any(cell.column_span > 1 for cell in (*above.values(), *_row(cells, row)))
    return not over_several and all(
        cell.column in above and above[cell.column].row_span == 1 and cell.row_span == 1
        for cell in _row(cells, row)
    )


def merge_rows(cells: Sequence[Cell], row: int) -> list[Cell]:
    """The cells with those of `row` written behind the cells above them, and one row less."""
    below = {cell.column: cell for cell in _row(cells, row)}
    merged = []
    for cell in cells:
        if cell.row == row - 1 and cell.column in below:
            text = cell.text + ("" if cell.text.endswith("-") else " ") + below[cell.column].text
            merged.append(replace(cell, text=text, bold=cell.bold and below[cell.column].bold))
        elif cell.row < row <= cell.row + cell.row_span - 1:
            merged.append(replace(cell, row_span=cell.row_span - 1))
        elif cell.row != row:
            merged.append(replace(cell, row=cell.row - 1) if cell.row > row else cell)
    return merged


def is_number(text: str) -> bool:
    """Whether a cell states one number, with or without unit, sign and deviation."""
    return _NUMBER.fullmatch(text.strip()) is not None


def _row(cells: Sequence[Cell], row: int) -> list[Cell]:
    return [cell for cell in cells if cell.row == row]


def _has_results(cells: Sequence[Cell], first: int, end: int) -> bool:
    """Whether rows look like a body: decimal numbers in most of their cells but the first."""
    values = [cell for cell in cells if first <= cell.row < end and cell.column > 0]
    numbers = [cell for cell in values if is_number(cell.text) and re.search(r"\d\.\d", cell.text)]
    return bool(values) and len(numbers) * 2 > len(values)


def _leading_words(cells: Sequence[Cell], row_count: int) -> int:
    """The first rows without a number beside the labels, where numbers follow; else a bold first row."""
    for row in range(min(row_count, _LONGEST_HEADER + 1)):
        if any(is_number(cell.text) for cell in _row(cells, row) if cell.column > 0):
            return row
    first = _row(cells, 0)
    return int(len(first) > 1 and all(cell.bold for cell in first))


def _with_second_level(cells: Sequence[Cell], ends: Sequence[int]) -> int:
    """A line between two levels does not end a header: the second has words over columns of numbers."""
    end, second = ends[0], ends[1]
    level = [cell for row in range(end, second) for cell in _row(cells, row)]
    words = len(level) > 1 and not any(is_number(cell.text) for cell in level)
    spanning = any(cell.column_span > 1 for row in range(end) for cell in _row(cells, row))
    if second - end == 1 and words and spanning and _has_numbers(cells, second):
        return second
    return end


def _has_numbers(cells: Sequence[Cell], row: int) -> bool:
    return any(is_number(cell.text) for cell in _row(cells, row) if cell.column > 0)


def _reach(cells: Sequence[Cell], end: int) -> int:
    """How far down the cells of the header reach, where they do not reach into the labels of the body."""
    return max(
        (cell.row + cell.row_span for cell in cells if cell.row < end and cell.row_span <= _LONGEST_HEADER),
        default=end,
    )

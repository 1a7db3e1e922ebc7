"""Finding a place of a table again in another extraction of it, where rows and columns may have moved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from r2p_tui.domain.metrics import LEVELS
from r2p_tui.domain.table_body import unspanned
from r2p_tui.domain.tables import Table

Place = tuple[int, int]


class Anchor(NamedTuple):
    """Where a cell was, the names of its row and column, and the texts it may have: the old, or the new."""

    place: Place
    row_label: str
    column_header: str
    texts: tuple[str, ...]


def label_of(table: Table, row: int) -> str:
    """The first text of a row, a label or, where it has none, a value; empty outside the grid."""
    return next(_texts_of(table, row), "")


def header_of(table: Table, column: int) -> str:
    """The header of a column, its levels joined by ` / `; empty outside the grid."""
    cells = (table.places.get((row, column)) for row in range(table.header_rows))
    return LEVELS.join(unspanned(cell.text for cell in cells if cell))


def find_row(table: Table, row: int, label: str) -> int | None:
    """The nearest row that begins with this label; without a label the row itself, if the grid has it."""
    rows = range(table.row_count)
    return _nearest(
        row, rows, [index for index in rows if label and _begins_with(table, index, label)], label
    )


def find_column(table: Table, column: int, header: str) -> int | None:
    """The nearest column with this header; without a header the column itself, if the grid has it."""
    columns = range(table.column_count)
    same = [index for index in columns if header and _alike(header_of(table, index), header)]
    return _nearest(column, columns, same, header)


def find_cell(table: Table, anchor: Anchor) -> Place | None:
    """The nearest place whose text, row and column fit, else the only one whose text and one of both fit.

    A place that was empty is told by its row and column alone, so both must fit.
    """
    fitting = list(_with_text(table, anchor))
    in_row = {place for place in fitting if _row_fits(table, anchor, place)}
    in_column = {place for place in fitting if _column_fits(table, anchor, place)}
    if both := in_row & in_column:
        return min(both, key=lambda place: (_distance(place, anchor.place), place))
    either = in_row | in_column
    return next(iter(either)) if anchor.texts[0] and len(either) == 1 else None


def _nearest(place: int, places: range, same: Sequence[int], name: str) -> int | None:
    if not name:
        return place if place in places else None
    return min(same, key=lambda index: abs(index - place), default=None)


def _with_text(table: Table, anchor: Anchor) -> Iterator[Place]:
    wanted = {_letters(text) for text in anchor.texts}
    for row, texts in enumerate(table.rows):
        yield from ((row, column) for column, text in enumerate(texts) if _letters(text) in wanted)


def _row_fits(table: Table, anchor: Anchor, place: Place) -> bool:
    """A label that is itself corrected cannot name its row; its new text does."""
    row = place[0]
    if not anchor.row_label:
        return row == anchor.place[0]
    corrects_label = _alike(anchor.row_label, anchor.texts[0])
    names = (anchor.row_label, *anchor.texts) if corrects_label else (anchor.row_label,)
    return any(name and _begins_with(table, row, name) for name in names)


def _column_fits(table: Table, anchor: Anchor, place: Place) -> bool:
    """A header that is itself corrected cannot name its column, so there its place does."""
    row, column = place
    if not anchor.column_header or row < table.header_rows:
        return column == anchor.place[1] or _alike(header_of(table, column), anchor.column_header)
    return _alike(header_of(table, column), anchor.column_header)


def _begins_with(table: Table, row: int, label: str) -> bool:
    """Whether a row's first text is this label, or its first texts together begin with it."""
    texts = list(_texts_of(table, row))
    return bool(texts) and (_alike(texts[0], label) or _letters("".join(texts)).startswith(_letters(label)))


def _texts_of(table: Table, row: int) -> Iterator[str]:
    cells = (table.places.get((row, column)) for column in range(table.column_count))
    return (cell.text for cell in dict.fromkeys(cells) if cell and cell.text)


def _distance(place: Place, other: Place) -> int:
    return abs(place[0] - other[0]) + abs(place[1] - other[1])


def _alike(text: str, other: str) -> bool:
    return _letters(text) == _letters(other)


def _letters(text: str) -> str:
    """A text without spaces and slashes, by which faces and routes part the same words differently."""
    return re.sub(r"[\s/]", "", text).casefold()

"""Tables that run over pages: their parts become one table again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from r2p_tui.domain.tables import Cell, Table


def join_pages(tables: Iterable[Table]) -> list[Table]:
    """The tables in their order, each continuation on the next page appended to what it continues."""
    joined: list[Table] = []
    last_page = 0
    for table in tables:
        if joined and _continues(joined[-1], last_page, table):
            joined[-1] = _appended(joined[-1], table)
        else:
            joined.append(table)
        last_page = table.page
    return joined


def _continues(table: Table, last_page: int, other: Table) -> bool:
    return (
        bool(table.number)
        and (table.number, table.part) == (other.number, other.part)
        and other.page == last_page + 1
        and table.column_count == other.column_count
    )


def _appended(table: Table, rest: Table) -> Table:
    """Both in one; the header is printed on each page and kept once."""
    repeated = rest.header_rows if rest.rows[: rest.header_rows] == table.rows[: rest.header_rows] else 0
    shift = table.row_count - repeated
    return replace(
        table,
        cells=(*table.cells, *_moved(rest.cells, repeated, shift)),
        rules=(*table.rules, *(row + shift for row in rest.rules if row >= repeated)),
        confidence=min(table.confidence, rest.confidence),
        doubts=tuple(dict.fromkeys((*table.doubts, *rest.doubts))),
    )


def _moved(cells: Iterable[Cell], dropped: int, shift: int) -> Iterator[Cell]:
    return (replace(cell, row=cell.row + shift) for cell in cells if cell.row >= dropped)

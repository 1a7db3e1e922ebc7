"""Tables of what was measured, as wide as the terminal: columns that can be spared go first."""

from __future__ import annotations

from collections.abc import Sequence

from r2p_tui.cli import output
from r2p_tui.domain.measurement_tables import Column, ReadingTable

_GAP = 2
_LEAST_LAST = 24


def write_table(table: ReadingTable) -> None:
    """Its title, its header and its rows; a last column of words goes on below itself."""
    limit = output.line_width(otherwise=output.UNLIMITED)
    rows = [[output.one_line(cell) for cell in row] for row in table.rows]
    shown = _fitting(table.columns, rows, limit)
    columns = [table.columns[place] for place in shown]
    lines = [[column.name for column in columns], *([row[place] for place in shown] for row in rows)]
    widths = [max(map(output.display_width, column)) for column in zip(*lines, strict=True)]
    output.write(output.one_line(table.title), style="bold")
    for number, line in enumerate(lines):
        for text in _line(line, columns, widths, limit):
            output.write(text, style=None if number else "dim")


def _line(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int], limit: int) -> list[str]:
    padded = [
        output.pad(cell, width, ">" if column.right else "<")
        for cell, column, width in zip(cells, columns, widths, strict=True)
    ]
    start = sum(width + _GAP for width in widths[:-1])
    if columns[-1].right or start + output.display_width(cells[-1]) <= limit:
        return [(" " * _GAP).join(padded).rstrip()]
    lead = "".join(f"{cell}{' ' * _GAP}" for cell in padded[:-1])
    room = max(limit, start + _LEAST_LAST)
    first, *rest = output.wrap(cells[-1], room, " " * start)
    return [(lead + first[start:]).rstrip(), *rest]


def _fitting(columns: Sequence[Column], rows: Sequence[Sequence[str]], limit: int) -> list[int]:
    """The places of the columns that stay."""
    widths = [
        max(map(output.display_width, (column.name, *(row[place] for row in rows))))
        for place, column in enumerate(columns)
    ]
    shown = list(range(len(columns)))
    while sum(widths[place] + _GAP for place in shown) - _GAP > limit:
        spare = max(shown, key=lambda place: columns[place].spare)
        if not columns[spare].spare:
            break
        shown.remove(spare)
    return shown

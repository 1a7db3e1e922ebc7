"""A table as JSON values and as lines of text, for the commands that print one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output

if TYPE_CHECKING:
    from r2p_tui.domain.tables import Table
    from r2p_tui.domain.understanding import Column
    from r2p_tui.services.table_views import TableView

_ROUTE_NAMES = {"pdf": "PDF", "tex": "TeX", "html": "the web page", "own": "your own runs"}
_MAX_WIDTH = 100
_CAPTION_LINES = 3
_GAP = 2
_NARROWEST_LABEL = 10


def table_key(words: str) -> str:
    """`3b` for `Table 3b` and `3B`; a key is taken as it stands otherwise."""
    key = (words.split() or [""])[-1]
    return key[:-1] + key[-1].lower() if len(key) > 1 and key[:-1].isdecimal() else key


def change_text(signed: str, *, better: bool | None) -> str:
    """`-0.9 ▼`: ▲ for better and ▼ for worse, whichever way the number went; `±0` for none."""
    return "±0" if signed == "0" else signed + {True: " ▲", False: " ▼", None: ""}[better]


def in_lines(pieces: Iterable[str], width: int, indent: str = "") -> Iterator[str]:
    """Pieces behind each other in lines, all but the first indented; only one that is too long breaks."""
    room = width - output.display_width(indent)
    line = ""
    for piece in pieces:
        longer = f"{line} {piece}" if line else piece
        if line and output.display_width(longer) > width:
            yield line
            longer = indent + piece
        if output.display_width(longer) > width:
            *parts, last = output.wrap(longer.strip(), room)
            yield from (indent + part for part in parts)
            longer = indent + last
        line = longer
    if line:
        yield line


# --- JSON -------------------------------------------------------------------------------------------------


def table_json(view: TableView) -> dict[str, Any]:
    """A table under stable names; rows and columns count from 0, header rows included.

    `bbox` is left, top, right and bottom in points from the page's top left corner, or null.
    """
    from dataclasses import asdict

    table, known = view.table, view.understanding
    return {
        "key": view.key,
        "page": table.page,
        "number": table.number,
        "part": table.part,
        "caption": table.caption,
        "section": table.section,
        "bbox": [round(edge, 2) for edge in table.box] if table.box else None,
        "kind": known.kind,
        "kind_reason": known.kind_reason,
        "kind_confidence": known.kind_confidence,
        "confidence": table.confidence,
        "route": table.route,
        "header_rows": table.header_rows,
        "rows": table.rows,
        "baseline_row": known.baseline_row,
        "baseline_reason": known.baseline_reason,
        "metrics": [_metric_values(column) for column in known.columns if column.role == "metric"],
        "deltas": [asdict(delta) for delta in known.deltas],
        "worth": [asdict(worth) for worth in known.worth],
        "agreement": view.agreement,
        "differences": [asdict(difference) for difference in view.differences],
        "doubts": list(view.doubts),
        "corrections": view.corrections,
        "unfit_corrections": view.unfit,
    }


def _metric_values(column: Column) -> dict[str, Any]:
    return {
        "column": column.index,
        "header": column.header,
        "name": column.metric or column.header,
        "unit": column.unit,
        "direction": column.direction,
    }


# --- Markdown and CSV -------------------------------------------------------------------------------------


def write_for_programs(view: TableView, *, csv: bool, named: bool) -> None:
    """One table alone is nothing but its rows; before one of several stands its name.

    In CSV that is a comment line without double quotes, so that no reader takes what follows for its rest.
    """
    from r2p_tui.domain.table_export import as_csv, as_markdown, markdown_cell, title_of

    if named:
        title = output.one_line(title_of(view.table))
        output.write("# " + title.replace('"', "'") if csv else f"**{markdown_cell(title)}**\n")
    text = as_csv(view.table) if csv else as_markdown(view.table, view.understanding.deltas)
    output.write(text.rstrip("\n"))


# --- for people -------------------------------------------------------------------------------------------


def write_table(view: TableView) -> None:
    """Name, facts and caption, then the grid with its deltas, then what is worth a look."""
    from r2p_tui.domain.table_export import caption_without_number

    width = min(output.line_width(), _MAX_WIDTH)
    *facts, last = _facts(view)
    for line in in_lines([*(f"{fact} ·" for fact in facts), last], width, "  "):
        output.write(line, style="bold")
    for line in _beginning(caption_without_number(view.table), width):
        output.write(line, style="dim")
    _write_grid(view)
    for line in in_lines(_worth(view), width, "  "):
        output.write(line)
    for remark in _remarks(view):
        for line in output.wrap(output.one_line(remark), width, "  "):
            output.write(line)


def _beginning(text: str, width: int) -> list[str]:
    """The first lines of a caption, which in a float of many parts can be as long as a page."""
    lines = [line for line in output.wrap(output.one_line(text), width) if line]
    if len(lines) <= _CAPTION_LINES:
        return lines
    return [*lines[: _CAPTION_LINES - 1], output.fit(f"{lines[_CAPTION_LINES - 1]}…", width)]


def _facts(view: TableView) -> Iterator[str]:
    table, known = view.table, view.understanding
    name = output.one_line(table.name[:1].upper() + table.name[1:])
    yield name if name.endswith(f" {view.key}") else f"{name} [{view.key}]"
    yield f"{known.kind}, confidence {table.confidence:.2f}"
    if table.page and table.number:
        yield f"page {table.page}"
    agrees = f", {view.agreement}" if view.agreement else ""
    yield f"from {_ROUTE_NAMES[table.route]}{agrees}"
    if known.baseline_row is not None:
        rows = _baselines(view) or [known.baseline_row]
        yield f"deltas to row{'s' if len(rows) > 1 else ''} {', '.join(map(view.table.row_name, rows))}"
    if view.corrections:
        yield f"{view.corrections} corrected"


def _baselines(view: TableView) -> list[int]:
    """The rows that others are measured against, one in each section: those with numbers and no delta."""
    from r2p_tui.domain.table_numbers import parse_value

    table, deltas = view.table, view.understanding.deltas
    columns = {delta.column for delta in deltas}
    measured = {delta.row for delta in deltas}
    return [
        row
        for row in range(table.header_rows, table.row_count)
        if row not in measured and any(parse_value(table.rows[row][column]) for column in columns)
    ]


def _worth(view: TableView) -> Iterator[str]:
    """`worth: Mosaic +0.9 AP ▲, +1.1 AP50 ▲; Mish …`, in pieces: each factor once, with what it brings."""
    from r2p_tui.domain.table_numbers import signed

    names = {column.index: column.name or column.header for column in view.understanding.columns}
    body = view.table.rows[view.table.header_rows :]
    by_factor: dict[str, list[str]] = {}
    for worth in view.understanding.worth:
        number = signed(worth.value, *(row[worth.column] for row in body))
        text = change_text(f"{number} {names[worth.column]}".strip(), better=worth.better)
        if worth.value:
            by_factor.setdefault(worth.factor, []).append(output.one_line(text))
    for place, (factor, (first, *others)) in enumerate(by_factor.items(), 1):
        lead = "  worth: " if place == 1 else ""
        end = ";" if place < len(by_factor) else ""
        pieces = [f"{lead}{output.one_line(factor)} {first}", *others]
        yield from (f"{piece}," for piece in pieces[:-1])
        yield pieces[-1] + end


def _remarks(view: TableView) -> Iterator[str]:
    headers = {column.index: column.name or column.header for column in view.understanding.columns}
    for other in view.differences:
        place = headers.get(other.column) or f"column {other.column + 1}"
        source = _ROUTE_NAMES.get(other.route, other.route)
        row = view.table.row_name(other.row)
        yield f"! row {row}, {place}: “{other.text}” here, “{other.other}” in {source}"
    for doubt in view.doubts:
        yield f"! {doubt}"
    if view.unfit:
        yield f"! {view.unfit} of your corrections no longer fit this table"


# --- the grid ---------------------------------------------------------------------------------------------


def _write_grid(view: TableView) -> None:
    """One line a row behind its number.

    What a terminal is too narrow for follows below, beside the labels of the rows; a pipe gets it whole.
    """
    limit = output.line_width(otherwise=output.UNLIMITED)
    roles = {column.index + 1: column.role for column in view.understanding.columns}
    labels = [0, *(column for column, role in roles.items() if role == "label")]
    right = {0, *(column for column, role in roles.items() if role == "metric")}
    names = [
        view.table.row_name(row) if row >= view.table.header_rows else ""
        for row in range(view.table.row_count)
    ]
    rows = [[name, *cells] for name, cells in zip(names, _cells_with_deltas(view), strict=True)]
    widths = _narrowed(_widths(view.table, rows), labels, limit)
    for number, shown in enumerate(_blocks(widths, labels, limit)):
        if number:
            output.write()
        starts = _starts(widths, shown)
        for row, cells in enumerate(_repeated(view.table, rows, labels, shown)):
            if row == view.table.header_rows and row:
                output.write("─" * min(_total(widths, shown), limit))
            output.write(_line(cells, starts, widths, right, limit))


def _cells_with_deltas(view: TableView) -> list[list[str]]:
    """The texts of the grid, and behind those of columns with deltas room for the longest of them."""
    from r2p_tui.domain.table_numbers import signed

    table, known = view.table, view.understanding
    base = table.rows[known.baseline_row] if known.baseline_row is not None else None
    changes: dict[int, dict[int, str]] = {}
    for delta in known.deltas:
        row, column = delta.row, delta.column
        text = signed(delta.value, *(one[column] for one in (table.rows[row], base) if one))
        changes.setdefault(column, {})[row] = change_text(text, better=delta.better)
    cells = [[output.one_line(text) for text in row] for row in table.rows]
    for column, texts in changes.items():
        room = max(map(output.display_width, texts.values()))
        for row, line in enumerate(cells):
            cell = table.places.get((row, column))
            if line[column] and cell and cell.column_span == 1:
                line[column] += f" {output.pad(texts.get(row, ''), room)}"
    return cells


def _widths(table: Table, rows: Sequence[Sequence[str]]) -> list[int]:
    """The widest text of each column; one that spans columns needs room in all of them together.

    A text that is alone in its row of the body has the whole line.
    """
    widths = [0] * (table.column_count + 1)
    spans = []
    for row, cells in enumerate(rows):
        filled = [column for column, text in enumerate(cells) if text]
        for column in filled:
            cell = table.places.get((row, column - 1)) if column else None
            if cell and cell.column_span > 1:
                spans.append((range(column, column + cell.column_span), output.display_width(cells[column])))
            elif len(filled) > 2 or column == 0 or row < table.header_rows:
                widths[column] = max(widths[column], output.display_width(cells[column]))
    for columns, width in spans:
        widths[columns[-1]] += max(0, width - _total(widths, columns))
    return widths


def _narrowed(widths: list[int], labels: Sequence[int], limit: int) -> list[int]:
    """Labels give way until all fits or half of the line is free; no other column is wider than that."""
    narrowed = list(widths)
    while _total(narrowed, range(len(narrowed))) > limit and _total(narrowed, labels) > limit // 2:
        widest = max(labels, key=narrowed.__getitem__)
        if narrowed[widest] <= _NARROWEST_LABEL:
            break
        narrowed[widest] -= 1
    room = max(limit - _total(narrowed, labels) - _GAP, 1)
    return [width if column in labels else min(width, room) for column, width in enumerate(narrowed)]


def _blocks(widths: Sequence[int], labels: Sequence[int], limit: int) -> Iterator[list[int]]:
    """The columns that stand side by side: the labels, and as many others as fit."""
    block: list[int] = []
    for column in range(len(widths)):
        if column in labels:
            continue
        if block and _total(widths, [*labels, *block, column]) > limit:
            yield sorted([*labels, *block])
            block = []
        block.append(column)
    yield sorted([*labels, *block])


def _starts(widths: Sequence[int], shown: Sequence[int]) -> dict[int, int]:
    return {column: _total(widths, shown[:place]) + _GAP * bool(place) for place, column in enumerate(shown)}


def _total(widths: Sequence[int], columns: Sequence[int]) -> int:
    return sum(widths[column] for column in columns) + _GAP * max(len(columns) - 1, 0)


def _repeated(
    table: Table, rows: Sequence[list[str]], labels: Sequence[int], shown: Sequence[int]
) -> Iterator[list[str]]:
    """The rows; a header that began in the block before stands over its other columns again."""
    first = next((column for column in shown if column not in labels), 0)
    for row, cells in enumerate(rows):
        cell = table.places.get((row, first - 1))
        if row < table.header_rows and cell and cell.row == row and cell.column < first - 1:
            yield [*cells[:first], output.one_line(cell.text), *cells[first + 1 :]]
        else:
            yield cells


def _line(
    cells: Sequence[str], starts: dict[int, int], widths: Sequence[int], right: set[int], limit: int
) -> str:
    """One line; a text that is wider than its column goes on over empty ones and is cut at the next text."""
    filled = [column for column in starts if cells[column]]
    line = ""
    for column, following in zip(filled, [*filled[1:], None], strict=True):
        end = limit if following is None else starts[following] - _GAP
        text = output.pad(cells[column], widths[column], ">" if column in right else "<")
        line = output.pad(line, starts[column]) + output.fit(text.rstrip(), end - starts[column])
    return output.fit(line.rstrip(), limit)

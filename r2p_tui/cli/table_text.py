"""A table as JSON values and as lines of text, for the commands that print one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output

if TYPE_CHECKING:
    from r2p_tui.domain.understanding import Delta
    from r2p_tui.services.table_views import TableView

_ROUTE_NAMES = {"pdf": "PDF", "tex": "TeX", "html": "the web page"}
_MAX_WIDTH = 100
_CAPTION_LINES = 3


def table_json(view: TableView) -> dict[str, Any]:
    """A table under stable names; rows and columns count from 0, header rows included.

    `bbox` is left, top, right and bottom in points from the page's top left corner, or null.
    """
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
        "metrics": [
            {
                "column": column.index,
                "name": column.metric or column.header,
                "unit": column.unit,
                "direction": column.direction,
            }
            for column in known.columns
            if column.role == "metric"
        ],
        "deltas": [
            {"row": delta.row, "column": delta.column, "value": delta.value, "better": delta.better}
            for delta in known.deltas
        ],
        "worth": [
            {
                "factor": worth.factor,
                "column": worth.column,
                "value": worth.value,
                "better": worth.better,
                "reason": worth.reason,
            }
            for worth in known.worth
        ],
        "agreement": view.agreement,
        "differences": [
            {
                "row": other.row,
                "column": other.column,
                "text": other.text,
                "other": other.other,
                "route": other.route,
            }
            for other in view.differences
        ],
        "doubts": list(view.doubts),
        "corrections": view.corrections,
        "unfit_corrections": view.unfit,
    }


def write_table(view: TableView) -> None:
    """Name, facts and caption, then the grid with its deltas, then what is worth a look."""
    width = min(output.line_width(), _MAX_WIDTH)
    for line in output.wrap(" · ".join(_facts(view)), width):
        output.write(line, style="bold")
    if view.table.caption:
        for line in _caption(view.table.caption, width):
            output.write(line, style="dim")
    _write_grid(view)
    for remark in _remarks(view):
        for line in output.wrap(output.one_line(remark), width, "  "):
            output.write(line)


def _caption(text: str, width: int) -> list[str]:
    """The beginning of the caption, which in a float of many parts can be as long as a page."""
    lines = list(output.wrap(output.one_line(text), width))
    if len(lines) <= _CAPTION_LINES:
        return lines
    return [*lines[: _CAPTION_LINES - 1], output.fit(f"{lines[_CAPTION_LINES - 1]}…", width)]


def _facts(view: TableView) -> Iterator[str]:
    table, known = view.table, view.understanding
    name = table.name[:1].upper() + table.name[1:]
    yield f"{output.one_line(name)} [{view.key}]"
    yield f"{known.kind}, confidence {table.confidence:.2f}"
    if table.page and table.number:
        yield f"page {table.page}"
    agrees = f", {view.agreement}" if view.agreement else ""
    yield f"from {_ROUTE_NAMES[table.route]}{agrees}"
    if known.baseline_row is not None:
        yield f"deltas to row {known.baseline_row}"
    if view.corrections:
        yield f"{view.corrections} corrected"


def _write_grid(view: TableView) -> None:
    """One line a row behind its number; what a narrow terminal cannot hold is cut, a pipe gets it whole."""
    rows = [[str(number), *cells] for number, cells in enumerate(_cells_with_deltas(view))]
    widths = [max(map(output.display_width, column)) for column in zip(*rows, strict=True)]
    right = [0, *(index + 1 for index in range(len(widths) - 1) if _is_metric(view, index))]
    limit = output.line_width(otherwise=output.UNLIMITED)
    for number, cells in enumerate(rows):
        if number == view.table.header_rows and number:
            output.write(output.fit("─" * (sum(widths) + 2 * (len(widths) - 1)), limit))
        padded = (
            output.pad(cell, widths[index], ">" if index in right else "<")
            for index, cell in enumerate(cells)
        )
        output.write(output.fit("  ".join(padded).rstrip(), limit))


def _is_metric(view: TableView, column: int) -> bool:
    return any(one.index == column and one.role == "metric" for one in view.understanding.columns)


def _cells_with_deltas(view: TableView) -> list[list[str]]:
    grid = [[output.one_line(text) for text in row] for row in view.table.rows]
    wanted = {delta.column for delta in view.understanding.deltas}
    deltas = {(delta.row, delta.column): delta_text(delta) for delta in view.understanding.deltas}
    room = {
        column: max(output.display_width(text) for place, text in deltas.items() if place[1] == column)
        for column in wanted
    }
    return [
        [
            f"{text} {output.pad(deltas.get((row, column), ''), room[column])}" if column in room else text
            for column, text in enumerate(cells)
        ]
        for row, cells in enumerate(grid)
    ]


def delta_text(delta: Delta) -> str:
    """`-0.9 ▼`: signed, with ▲ for better and ▼ for worse, whichever way the number went; `±0` for none."""
    if delta.value == 0:
        return "±0"
    mark = {True: " ▲", False: " ▼", None: ""}[delta.better]
    return f"{delta.value:+.4g}{mark}"


def _remarks(view: TableView) -> Iterator[str]:
    headers = {column.index: column.header for column in view.understanding.columns}
    worth: Sequence[str] = [
        f"{one.factor} {one.value:+.4g} {headers.get(one.column, '')}"
        for one in view.understanding.worth
        if one.value
    ]
    if worth:
        yield f"worth: {', '.join(worth)}"
    for other in view.differences:
        place = headers.get(other.column) or f"column {other.column}"
        source = _ROUTE_NAMES.get(other.route, other.route)
        yield f"! row {other.row}, {place}: “{other.text}” here, “{other.other}” in {source}"
    for doubt in view.doubts:
        yield f"! {doubt}"
    if view.unfit:
        yield f"! {view.unfit} of your corrections no longer fit this table"

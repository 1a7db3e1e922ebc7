"""Tables as text for other programs: Markdown, CSV and LaTeX; whole, one row with its header, or one cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from r2p_tui.domain.table_anchors import header_of
from r2p_tui.domain.table_numbers import signed
from r2p_tui.domain.tables import Cell, Table
from r2p_tui.domain.understanding import Delta

_LATEX = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "±": r"$\pm$",
    "×": r"$\times$",
    "→": r"$\rightarrow$", "↑": r"$\uparrow$", "↓": r"$\downarrow$", "✓": r"\checkmark{}", "✗": r"$\times$",
    "−": "$-$", "≥": r"$\geq$", "≤": r"$\leq$", "Δ": r"$\Delta$", "·": r"$\cdot$", "<": r"$<$", ">": r"$>$",
} | {mark: f"\\{mark}" for mark in "&%$#_{}"}  # fmt: skip
_Escape = Callable[[str], str]
_CAPTION_NUMBER = re.compile(
    r"(?:supplementary )?tab(?:le|\.)? ?[\w.-]{1,8}?(?:[:.|] | \| )\s*", re.IGNORECASE
)
_FORMULA_STARTS = ("=", "@", "\t", "\r")


class _Sheet(NamedTuple):
    """A table with one header row, as most programs want it."""

    header: list[str]
    rows: list[list[str]]


def as_markdown(table: Table, deltas: Sequence[Delta] | None = None, *, row: int | None = None) -> str:
    """The table, or its header and one row, for Markdown; header levels are joined, bold numbers stay bold.

    With `deltas`, a column of signed differences follows each column that has any.
    """
    header, rows = _sheet(table, deltas, row, bold="**{}**", escape=markdown_cell)
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def title_of(table: Table) -> str:
    """`Table 3b: what each part is worth`, to tell a table from the others of its document."""
    return ": ".join(filter(None, (table.name, caption_without_number(table))))


def caption_without_number(table: Table) -> str:
    """The caption without the number that its first words print."""
    found = _CAPTION_NUMBER.match(table.caption) if table.number else None
    return table.caption[found.end() :] if found else table.caption


def as_csv(table: Table, deltas: Sequence[Delta] | None = None, *, row: int | None = None) -> str:
    """The table, or its header and one row, as CSV with one header row; numbers are as printed."""
    sheet = _sheet(table, deltas, row, bold="{}", escape=_unformulated)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([sheet.header, *sheet.rows])
    return stream.getvalue()


def as_latex(table: Table, deltas: Sequence[Delta] | None = None, *, row: int | None = None) -> str:
    r"""The table, or its header and one row, as a tabular for the packages booktabs and multirow.

    Spans stay as they are in a whole table; with `deltas` or `row`, header levels are joined.
    """
    if deltas or row is not None:
        sheet = _sheet(table, deltas, row, bold=r"\textbf{{{}}}", escape=latex_cell)
        head, body = [" & ".join(sheet.header)], [" & ".join(line) for line in sheet.rows]
    else:
        lines = [_latex_line(table, index) for index in range(table.row_count)]
        head, body = lines[: table.header_rows], lines[table.header_rows :]
    width = head[0].count(" & ") + 1 if (deltas or row is not None) and head else table.column_count
    rules = {index - table.header_rows for index in table.rules} if row is None else set()
    ruled = [("\\midrule\n" if index in rules and index else "") + line for index, line in enumerate(body)]
    parts = ["\\toprule", *_ended(head), *(["\\midrule"] if head else []), *_ended(ruled), "\\bottomrule"]
    return "\n".join([f"\\begin{{tabular}}{{l{'c' * (width - 1)}}}", *parts, "\\end{tabular}"]) + "\n"


def markdown_cell(text: str) -> str:
    """One text for a cell of a Markdown table."""
    escaped = text.replace("\\", "\\\\").replace("|", "\\|")
    for mark in "*_`<[":
        escaped = escaped.replace(mark, "\\" + mark)
    return " ".join(escaped.split())


def csv_cell(text: str) -> str:
    """One text as a field of CSV, in quotes where it needs them."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerow([_unformulated(text)])
    return stream.getvalue()


def latex_cell(text: str) -> str:
    """One text for LaTeX; what is special there is escaped, and common signs become commands."""
    return " ".join("".join(_LATEX.get(character, character) for character in text).split())


def _unformulated(text: str) -> str:
    """A text that no spreadsheet runs as a formula; signed numbers stay numbers."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _ended(lines: Iterable[str]) -> list[str]:
    return [f"{line} \\\\" for line in lines]


def _sheet(
    table: Table, deltas: Sequence[Delta] | None, row: int | None, *, bold: str, escape: _Escape
) -> _Sheet:
    found = {(delta.row, delta.column): delta for delta in deltas or ()}
    with_delta = {column for _, column in found}
    columns = range(table.column_count)
    header: list[str] = []
    for column in columns:
        name = header_of(table, column)
        header += [escape(name), escape(f"Δ {name}".strip())] if column in with_delta else [escape(name)]
    chosen = range(table.header_rows, table.row_count) if row is None else [row]
    rows = []
    for index in chosen:
        line: list[str] = []
        for column in columns:
            cell = _cell_at(table, index, column, lone=row is not None)
            text = escape(cell.text) if cell else ""
            line.append(bold.format(text) if cell and cell.bold and text else text)
            if column in with_delta:
                delta = found.get((index, column))
                line.append(escape(signed(delta.value, cell.text)) if delta and cell else "")
        rows.append(line)
    return _Sheet(header, rows)


def _cell_at(table: Table, row: int, column: int, *, lone: bool) -> Cell | None:
    """The cell whose text stands at a place; a row alone also says what a tall label beside it says."""
    cell = table.places.get((row, column))
    if cell is None or cell.column != column or (cell.row != row and not lone):
        return None
    return cell


def _latex_line(table: Table, row: int) -> str:
    """One row with its spans; what a span covers in the same row is left out, below it stays empty."""
    parts = []
    column = 0
    while column < table.column_count:
        cell = table.places.get((row, column))
        span = max(1, cell.column + cell.column_span - column) if cell else 1
        text = _latex_text(cell) if cell and cell.row == row else ""
        parts.append(f"\\multicolumn{{{span}}}{{c}}{{{text}}}" if span > 1 else text)
        column += span
    return " & ".join(parts)


def _latex_text(cell: Cell) -> str:
    text = latex_cell(cell.text)
    text = f"\\textbf{{{text}}}" if cell.bold and text else text
    text = f"\\underline{{{text}}}" if cell.underline and text else text
    return f"\\multirow{{{cell.row_span}}}{{*}}{{{text}}}" if cell.row_span > 1 and text else text

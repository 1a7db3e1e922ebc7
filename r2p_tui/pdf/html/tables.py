"""Tables from the HTML that arXiv makes of TeX (LaTeXML): structure and text as the source has them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from r2p_tui.domain.tables import Cell, Table
from r2p_tui.pdf.html.text import text_of
from r2p_tui.pdf.html.tree import Node, read_tree
from r2p_tui.pdf.sentences import MARK, marked_sentence
from r2p_tui.pdf.source_headers import count_header_rows, merge_rows, stacked_rows
from r2p_tui.text import clean_line

_TABLE_LIMIT, _ROW_LIMIT, _COLUMN_LIMIT = 1_000, 5_000, 400
_MENTIONS = 10
_CAPTION = re.compile(r"\s*(?:Table|Tab\.|TABLE)\s*([A-Z]?[\dIVXLC.]*\d*[IVXLC]*)\s*[:.|—–-]?\s*")
_PART = re.compile(r"\s*\(?([a-z])\)\s*:?\s*")
_FIGURE = re.compile(r"\s*(?:Figure|Fig\.|Algorithm|Listing)\b")
_SPAN = re.compile(r"ltx_(row|col)span_(\d{1,4})")
_LINE_ABOVE = frozenset({"ltx_border_t", "ltx_border_tt"})
_LINE_BELOW = frozenset({"ltx_border_b", "ltx_border_bb"})


def read_html(data: bytes) -> tuple[Table, ...]:
    """The tables of a page in their order; none for a page that is not from LaTeXML."""
    root = read_tree(data.decode("utf-8", "replace"))
    tables: list[Table] = []
    places: dict[str, list[int]] = {}
    section = ""
    # Read when a table needs it: headings without an end hold one another, and each of them the whole page.
    heading: Node | None = None
    for node in root.walk():
        if node.tag in ("h1", "h2", "h3", "h4", "h5", "h6") and node.has("ltx_title"):
            heading = node
        elif _is_outermost(node) and len(tables) < _TABLE_LIMIT:
            if heading is not None:
                section, heading = text_of(heading).text, None
            if (table := _table(node, section)) is None:
                continue
            for holder in node.above():
                if name := holder.attributes.get("id"):
                    places.setdefault(name, []).append(len(tables))
            tables.append(table)
    return tuple(_with_mentions(root, tables, places))


def _is_outermost(node: Node) -> bool:
    """A tabular that is not a cell's second line, and not the list of authors."""
    if not node.has("ltx_tabular"):
        return False
    around = [name for holder in node.above() for name in holder.classes]
    return "ltx_tabular" not in around and "ltx_authors" not in around and "ltx_equation" not in around


def _table(node: Node, section: str) -> Table | None:
    rows = [row for row in node.walk() if row.has("ltx_tr") and _tabular_of(row) is node][:_ROW_LIMIT]
    cells, lines, partial = _cells(rows)
    if len({cell.column for cell in cells}) < 2:
        return None
    grid, rules, header_rows = _compact(cells, lines, partial, rows)
    number, part, caption = _caption(node)
    errors = list(dict.fromkeys(text_of(error).text for error in node.walk() if error.has("ltx_ERROR")))
    doubt = f"arXiv's HTML could not read {', '.join(errors[:5])}, so text may be missing."
    return Table(
        number, part, caption, 0, None, "html", header_rows, tuple(grid),
        confidence=0.7 if errors else 0.95, rules=rules, section=section, doubts=(doubt,) if errors else (),
    )  # fmt: skip


def _tabular_of(node: Node) -> Node | None:
    return next((holder for holder in node.above() if holder.has("ltx_tabular")), None)


def _cells(rows: Sequence[Node]) -> tuple[list[Cell], set[int], set[int]]:
    """The cells with text, the rows with a line above all of them, the rows with any line above."""
    cells: list[Cell] = []
    covered: dict[int, int] = {}
    lines: set[int] = set()
    partial: set[int] = set()
    for index, row in enumerate(rows):
        above = below = count = place = 0
        for node in _cells_of(row):
            while covered.get(place, 0) > index:
                place += 1
            # Behind the last column nothing is kept, or a row of wide cells would be searched ever further.
            if place >= _COLUMN_LIMIT:
                break
            row_span, column_span = _spans(node)
            column_span = min(column_span, _COLUMN_LIMIT - place)
            text = text_of(node)
            if text.text:
                cells.append(
                    Cell(
                        index,
                        place,
                        text.text,
                        row_span,
                        column_span,
                        bold=text.bold,
                        underline=text.underline,
                    )
                )
            covered |= dict.fromkeys(range(place, place + column_span), index + row_span)
            place += column_span
            count += 1
            above += not _LINE_ABOVE.isdisjoint(node.classes)
            below += not _LINE_BELOW.isdisjoint(node.classes)
        lines |= ({index} if count and above == count else set()) | (
            {index + 1} if count and below == count else set()
        )
        partial |= ({index} if above else set()) | ({index + 1} if below else set())
    return _inside(cells, len(rows)), lines, partial


def _cells_of(row: Node) -> Iterator[Node]:
    return (
        node
        for node in row.elements()
        if node.tag in ("td", "th") or node.has("ltx_td") or node.has("ltx_th")
    )


def _spans(node: Node) -> tuple[int, int]:
    spans = {kind: int(size) for kind, size in _SPAN.findall(" ".join(node.classes))}
    for kind in ("row", "col"):
        written = node.attributes.get(f"{kind}span", "")
        if written.isdecimal() and written.isascii() and len(written) < 5:
            spans[kind] = int(written)
    return max(min(spans.get("row", 1), _ROW_LIMIT), 1), max(min(spans.get("col", 1), _COLUMN_LIMIT), 1)


def _inside(cells: list[Cell], row_count: int) -> list[Cell]:
    return [replace(cell, row_span=min(cell.row_span, row_count - cell.row)) for cell in cells]


def _compact(
    cells: list[Cell], lines: set[int], partial: set[int], rows: Sequence[Node]
) -> tuple[list[Cell], tuple[int, ...], int]:
    """Rows and columns without text taken out; heads by LaTeXML's own marks, or else by the lines."""
    kept = sorted({cell.row for cell in cells})
    columns = sorted({cell.column for cell in cells})
    grid = [
        replace(
            cell,
            row=_rank(kept, cell.row),
            column=_rank(columns, cell.column),
            row_span=max(_rank(kept, cell.row + cell.row_span) - _rank(kept, cell.row), 1),
            column_span=max(_rank(columns, cell.column + cell.column_span) - _rank(columns, cell.column), 1),
        )
        for cell in cells
    ]
    drawn = sorted({_rank(kept, line) for line in lines} - {len(kept)})
    ruled = {_rank(kept, line) for line in partial}
    marked = [_is_head(rows[row]) for row in kept]
    header_rows = marked.index(False) if False in marked else 0
    header_rows = header_rows or count_header_rows(grid, len(kept), drawn)
    for row in reversed(stacked_rows(grid, header_rows, ruled)):
        grid, header_rows = merge_rows(grid, row), header_rows - 1
        drawn = [line - (line > row) for line in drawn]
    return grid, tuple(row for row in drawn if row >= header_rows and row > 0), header_rows


def _rank(values: Sequence[int], value: int) -> int:
    return bisect_left(values, value)


def _is_head(row: Node) -> bool:
    """Whether LaTeXML takes a row for a head: all of its cells are, not only the label."""
    if row.parent is not None and row.parent.tag == "thead":
        return True
    cells = list(_cells_of(row))
    return bool(cells) and all(cell.has("ltx_th_column") for cell in cells)


def _caption(node: Node) -> tuple[str, str, str]:
    """Number, letter of the part, and caption, from the captions of the figures around a tabular."""
    number = part = ""
    texts: list[str] = []
    for holder in node.above():
        if holder.tag != "figure":
            continue
        own = next((child for child in holder.elements() if child.tag == "figcaption"), None)
        text = text_of(own).text if own else ""
        if not text:
            continue
        if _FIGURE.match(text):
            texts.append(text)
        elif found := _CAPTION.match(text):
            number = number or found[1].rstrip(".:")
            texts.append(text[found.end() :])
        elif found := _PART.match(text):
            part = part or found[1]
            texts.append(text)
        else:
            texts.append(text)
    return number, part, clean_line(" ".join(reversed(texts)))


def _with_mentions(root: Node, tables: list[Table], places: dict[str, list[int]]) -> list[Table]:
    """The tables with the sentences that link to the figures they stand in."""
    found: dict[int, list[str]] = {}
    for link in root.walk():
        target = (
            link.attributes.get("href", "").rpartition("#")[2]
            if link.tag == "a" and link.has("ltx_ref")
            else ""
        )
        wanted = [
            place
            for place in places.get(target, ())
            if ".T" in target and len(found.get(place, ())) < _MENTIONS
        ]
        paragraph = next((holder for holder in link.above() if holder.has("ltx_p")), None) if wanted else None
        if paragraph is not None and (sentence := marked_sentence(text_of(paragraph, link, MARK).text)):
            for place in wanted:
                found.setdefault(place, [])
                found[place] += [sentence] if sentence not in found[place] else []
    return [replace(table, mentions=tuple(found.get(place, ()))) for place, table in enumerate(tables)]

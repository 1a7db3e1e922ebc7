"""What is said of a table and its cells: the first line, the footer, the reasons; and the grid's face."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import isclose
from typing import TYPE_CHECKING

from textual.content import Content

from r2p_tui.domain.table_export import caption_without_number
from r2p_tui.domain.table_numbers import is_check, parse_value, signed
from r2p_tui.text import clean_line, count_of, shorten
from r2p_tui.tui.widgets.plot import Bar, Series
from r2p_tui.tui.widgets.table_layout import GridFace, Place, Tone

if TYPE_CHECKING:
    from r2p_tui.domain.ablations import Column, Delta, Worth
    from r2p_tui.services.tables import TableView

DOUBTFUL_BELOW = 0.8
"""Cells that r2p is less sure of are marked."""

_ROUTES = {"pdf": "from PDF", "tex": "from TeX", "html": "from HTML", "own": "from your own runs"}
ROUTE_NAMES = {"pdf": "PDF", "tex": "TeX", "html": "HTML", "own": "your own runs"}
WAYS = {"up": "higher is better", "down": "lower is better"}
_WORTH_AT_MOST = 6
_FROZEN_AT_MOST = 3


def in_order(views: Sequence[TableView]) -> list[TableView]:
    """Ablations first, each group as in the document."""
    return sorted(views, key=lambda view: view.understanding.kind != "ablation")


def ablations(views: Sequence[TableView]) -> int:
    """How many of them are ablations."""
    return sum(view.understanding.kind == "ablation" for view in views)


def tab_label(views: Sequence[TableView]) -> str:
    """`Tables 9 (4 ablations)`."""
    if not views:
        return "Tables"
    return f"Tables {len(views)} ({count_of(ablations(views), 'ablation')})"


# The lines around the grid


def heading(view: TableView) -> Content:
    """`Table 3b · ablation 0.97 · page 7 · from PDF, agrees with TeX`."""
    table, meaning = view.table, view.understanding
    source = _ROUTES[table.route] + (f", {view.agreement}" if view.agreement else "")
    facts = [f"{meaning.kind} {meaning.kind_confidence:.2f}"]
    facts += [f"page {table.page}"] if table.page else []
    facts += [source]
    facts += [count_of(view.corrections, "correction")] if view.corrections else []
    name = table.name[:1].upper() + table.name[1:]
    return Content.assemble(
        (clean_line(name), "bold $text"), (f" · {clean_line(' · '.join(facts))}", "$muted")
    )


def caption(view: TableView) -> str:
    """The caption without the number that the first line tells already."""
    return clean_line(caption_without_number(view.table))


def standing(view: TableView, position: int, count: int) -> str:
    """`baseline: row 1 · 3 of 9`."""
    baseline = view.understanding.baseline_row
    words = f"baseline: row {view.table.row_name(baseline)} · " if baseline is not None else ""
    return f"{words}{position} of {count}"


def worth_line(view: TableView) -> Content:
    """`worth: matching +1.6 AP, mosaic +0.9 AP`: the first metric of each factor; empty where none tells."""
    found = view.understanding.worth
    first = list({worth.factor: worth for worth in reversed(found)}.values())[::-1][:_WORTH_AT_MOST]
    parts = [
        Content.assemble(
            f"{shorten(clean_line(worth.factor), 30)} ",
            (worth_words(view, worth), COLOURS[tone_of(worth.better)]),
        )
        for worth in first
    ]
    parts += [Content.styled("more with i", "$muted")] if len(found) > len(first) else []
    return Content.assemble(("worth: ", "$muted"), Content(", ").join(parts)) if parts else Content("")


def worth_words(view: TableView, worth: Worth) -> str:
    """`+1.6 AP ▲`; a mean of several pairs may have one decimal more than its column."""
    body = view.table.rows[view.table.header_rows :]
    number = signed(worth.value, *(row[worth.column] for row in body))
    return f"{number} {short_header(view, worth.column)}{mark_of(worth.better)}"


def warnings(view: TableView) -> list[str]:
    """Reasons to look at the page, as sentences."""
    said = list(view.table.doubts)
    if view.unfit:
        said.append(
            f"{count_of(view.unfit, 'correction')} of yours fit this extraction no more: i tells which."
        )
    return [clean_line(sentence) for sentence in said]


def cell_line(view: TableView, place: Place) -> Content:
    """Where the cell under the cursor stands, its delta in full, and why to doubt it."""
    cell = view.table.places.get(place)
    row, column = place
    parts: list[tuple[str, str] | str] = [(_whereabouts(view, row, column), "$muted")]
    text = shorten(clean_line(cell.text[:400]), 60) if cell else ""
    parts.append((f"  {text or 'empty'}", "bold $text" if text else "$muted"))
    doubts = list(_cell_doubts(view, place))
    if doubts:
        parts.append((f"  {'; '.join(doubts)}", "$due"))
    elif cell and cell.page:
        parts.append((f"  page {cell.page}", "$muted"))
    parts += [
        (f"  {_delta_sentence(view, delta)}", COLOURS[tone_of(delta.better)])
        for delta in view.understanding.deltas
        if (delta.row, delta.column) == place
    ]
    return Content.assemble(*parts)


def _whereabouts(view: TableView, row: int, column: int) -> str:
    name = short_header(view, column)
    if row < view.table.header_rows:
        return f"header {row + 1}, {name}"
    return f"row {view.table.row_name(row)}, {name}"


def _cell_doubts(view: TableView, place: Place) -> Iterator[str]:
    cell = view.table.places.get(place)
    if cell and cell.confidence < DOUBTFUL_BELOW:
        where = f"page {cell.page}, " if cell.page else ""
        yield f"{where}{cell.confidence:.2f} sure: look at the page"
    for one in view.differences:
        if (one.row, one.column) == place:
            yield f"{ROUTE_NAMES.get(one.route, 'another route')} says {clean_line(one.other) or 'nothing'}"


def _delta_sentence(view: TableView, delta: Delta) -> str:
    share = f" ({delta.relative:+.1%})" if delta.relative is not None else ""
    verdict = {True: ", better", False: ", worse", None: ""}[delta.better]
    return f"{delta_words(view, delta)}{share} to its baseline{verdict}"


# Numbers

COLOURS: Mapping[Tone, str] = {"better": "$success", "worse": "$error", "even": "$muted"}


def tone_of(better: bool | None) -> Tone:
    """How a change is coloured; without a known direction it is neither better nor worse."""
    return "even" if better is None else "better" if better else "worse"


def mark_of(better: bool | None) -> str:
    """An arrow behind what is judged: up for better, down for worse."""
    return {True: " ▲", False: " ▼", None: ""}[better]


def delta_words(view: TableView, delta: Delta) -> str:
    """`-0.9`, with as many decimals as the two cells it lies between."""
    rows = view.table.rows
    baseline = view.understanding.baseline_row
    return signed(delta.value, *(rows[row][delta.column] for row in (delta.row, baseline) if row is not None))


def column_of(view: TableView, column: int) -> Column | None:
    """What r2p understood of a column."""
    return next((one for one in view.understanding.columns if one.index == column), None)


def header_of(view: TableView, column: int) -> str:
    """All levels of a column's header, or its number."""
    found = column_of(view, column)
    return clean_line(found.header) if found and found.header.strip() else f"column {column + 1}"


def short_header(view: TableView, column: int) -> str:
    """The level of a header that belongs to the column alone."""
    return shorten(header_of(view, column).rsplit(" / ", 1)[-1], 30)


def row_label(view: TableView, row: int) -> str:
    """What a row is called: its label cells, or those that reach down to it; else what it switches on."""
    found = (view.table.places.get((row, column)) for column in range(label_columns(view)))
    words = " ".join(dict.fromkeys(clean_line(cell.text[:200]) for cell in found if cell and cell.text))
    return words or ", ".join(_switched_on(view, row)) or f"row {view.table.row_name(row)}"


def _bar_names(view: TableView, rows: Sequence[int]) -> dict[int, str]:
    """What bars are called: as their rows, and by what they set where several rows are called the same."""
    labels = {row: row_label(view, row) for row in rows}
    often = {label for label, count in Counter(labels.values()).items() if count > 1}
    return {
        row: " ".join([label, *_settings(view, row)]) if label in often else label
        for row, label in labels.items()
    }


def _settings(view: TableView, row: int) -> Iterator[str]:
    """`dk 16`: what the columns that are varied say in a row."""
    for column in view.understanding.columns:
        text = clean_line(view.table.rows[row][column.index])
        if column.role == "factor" and text and not is_check(text):
            yield f"{short_header(view, column.index)} {text}"


def _switched_on(view: TableView, row: int) -> Iterator[str]:
    for column in view.understanding.columns:
        cell = view.table.places.get((row, column.index))
        if column.role == "factor" and cell and is_check(cell.text):
            yield short_header(view, column.index)


def label_columns(view: TableView) -> int:
    """How many columns on the left name the rows; none where the table starts with factors or numbers."""
    count = 0
    for column in view.understanding.columns:
        if column.role != "label" or column.index != count or count == _FROZEN_AT_MOST:
            break
        count += 1
    return count


# The grid and the plot


def face_of(view: TableView) -> GridFace:
    """What the grid shows beside the cells."""
    table, meaning = view.table, view.understanding
    deltas: dict[Place, tuple[str, Tone]] = {
        (delta.row, delta.column): (
            delta_words(view, delta),
            tone_of(delta.better),
        )
        for delta in meaning.deltas
        if delta.row != meaning.baseline_row
    }
    doubtful = {(cell.row, cell.column) for cell in table.cells if cell.confidence < DOUBTFUL_BELOW}
    doubtful |= {(one.row, one.column) for one in view.differences}
    return GridFace(table, deltas, doubtful, meaning.baseline_row, label_columns(view))


def first_place(view: TableView) -> Place:
    """Where the cursor starts: the first body row, in the first column with deltas."""
    columns = [delta.column for delta in view.understanding.deltas]
    return view.table.header_rows, min(columns, default=0)


def plotted_columns(view: TableView) -> list[int]:
    """Columns that have deltas, from left to right."""
    return sorted({delta.column for delta in view.understanding.deltas})


def series_of(view: TableView, column: int) -> Series:
    """The deltas of one column as bars, in the order of the rows."""
    baseline = view.understanding.baseline_row
    deltas = [
        delta
        for delta in sorted(view.understanding.deltas, key=lambda delta: delta.row)
        if delta.column == column and delta.row != baseline
    ]
    names = _bar_names(view, [delta.row for delta in deltas])
    bars = [
        Bar(
            shorten(names[delta.row], 40),
            delta.value,
            delta_words(view, delta),
            tone_of(delta.better),
        )
        for delta in deltas
    ]
    found = column_of(view, column)
    way = f", {WAYS[found.direction]}" if found and found.direction else ""
    zero = ""
    if baseline is not None and _is_zero(view, baseline, column):
        zero = f" against {row_label(view, baseline)} ({clean_line(view.table.rows[baseline][column])})"
    return Series(f"{header_of(view, column)}{zero}{way}", bars)


def _is_zero(view: TableView, row: int, column: int) -> bool:
    """Whether all deltas of a column are taken against this row, none against the head of its own group."""
    numbers = {
        one: parse_value(view.table.rows[one][column])
        for one in range(view.table.header_rows, view.table.row_count)
    }
    zero = numbers[row]
    return zero is not None and all(
        (number := numbers[delta.row]) is not None
        and isclose(number.number - zero.number, delta.value, abs_tol=1e-6)
        for delta in view.understanding.deltas
        if delta.column == column
    )

"""Why r2p says what it says of a table: kind, baseline, directions, worth, and what to doubt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from r2p_tui.text import clean_line
from r2p_tui.tui.table_words import (
    ROUTE_NAMES,
    WAYS,
    column_of,
    header_of,
    row_label,
    short_header,
    warnings,
    worth_words,
)
from r2p_tui.tui.widgets.key_line import joined

if TYPE_CHECKING:
    from r2p_tui.services.tables import TableView
    from r2p_tui.tui.widgets.table_layout import Place

Block = tuple[str, list[str]]


class AboutTableDialog(ModalScreen[None]):
    """The reasons for one table, and for the column that the cursor was in."""

    BINDINGS = [
        Binding("escape,q,i,enter", "dismiss", "close", id="about.close"),
        Binding("j,down", "scroll(1)", show=False, id="about.down"),
        Binding("k,up", "scroll(-1)", show=False, id="about.up"),
    ]

    def __init__(self, view: TableView, place: Place) -> None:
        super().__init__()
        self._view = view
        self._place = place

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = Content(f"About {clean_line(self._view.table.name)}")
            yield Static(joined((_shown(block) for block in reasons(self._view, self._place)), "\n\n"))

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def reasons(view: TableView, place: Place) -> Iterator[Block]:
    """Titles with what speaks for them; a title that needs no words may have none."""
    meaning = view.understanding
    yield f"Kind: {meaning.kind}, {meaning.kind_confidence:.2f} sure", [meaning.kind_reason]
    yield _baseline(view)
    yield from _column(view, place[1])
    if meaning.worth:
        yield "Worth", [f"{one.factor} {worth_words(view, one)}: {one.reason}" for one in meaning.worth]
    if doubts := warnings(view) + [_difference(view, index) for index in range(len(view.differences))]:
        yield "Look at the page", doubts
    if view.table.mentions:
        yield "In the text", list(view.table.mentions)


def _baseline(view: TableView) -> Block:
    row, reason = view.understanding.baseline_row, view.understanding.baseline_reason
    if row is None:
        return "Baseline: none", [reason]
    return f"Baseline: row {view.table.row_name(row)}, {row_label(view, row)}", [reason]


def _column(view: TableView, column: int) -> Iterator[Block]:
    found = column_of(view, column)
    if found is not None:
        way = WAYS[found.direction] if found.direction else "which way is better is not known"
        role = f"{found.role}, {way}" if found.role == "metric" else found.role
        yield f"Column {header_of(view, column)}: {role}", [found.reason]


def _difference(view: TableView, index: int) -> str:
    one = view.differences[index]
    where = f"Row {view.table.row_name(one.row)}" if one.row >= view.table.header_rows else "Header"
    name = ROUTE_NAMES.get(one.route, one.route)
    here, there = one.text or "nothing", one.other or "nothing"
    return f"{where}, {short_header(view, one.column)}: here {here}, {name} says {there}."


def _shown(block: Block) -> Content:
    title, lines = block
    said = [Content.styled(clean_line(line), "$text") for line in lines if line]
    return joined([Content.styled(clean_line(title), "bold $primary"), *said])

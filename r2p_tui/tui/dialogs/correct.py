"""Correct a table: what a cell says, where columns and rows end, and what r2p makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from r2p_tui.domain.table_corrections import Action, Correction, make_correction
from r2p_tui.domain.understanding import KINDS
from r2p_tui.text import clean_line, shorten
from r2p_tui.tui.table_words import WAYS, column_of, row_label, short_header
from r2p_tui.tui.widgets.key_line import joined, key_line
from r2p_tui.tui.widgets.table_layout import Place

if TYPE_CHECKING:
    from r2p_tui.services.tables import TableView


class CorrectDialog(ModalScreen[Correction | None]):
    """Dismisses with one correction of the place under the cursor, or None."""

    BINDINGS = [
        Binding("enter,c", "write", "text of the cell", id="correct.cell"),
        Binding("s", "shape('split column')", "split column", id="correct.split_column"),
        Binding("j", "shape('join columns')", "join columns", id="correct.join_columns"),
        Binding("S", "shape('split row')", "split row", id="correct.split_row"),
        Binding("J", "shape('join rows')", "join rows", id="correct.join_rows"),
        Binding("plus", "header(1)", "one header row more", id="correct.more_header"),
        Binding("minus", "header(-1)", "one header row less", id="correct.less_header"),
        Binding("b", "baseline", "baseline", id="correct.baseline"),
        Binding("d", "direction", "direction", id="correct.direction"),
        *(Binding(str(n), f"kind({n})", name, id=f"correct.kind_{n}") for n, name in enumerate(KINDS, 1)),
        Binding("escape", "leave", "cancel", id="correct.cancel"),
    ]
    DEFAULT_CSS = """
    CorrectDialog {
        Input { display: none; margin-top: 1; }
        &.-writing Input { display: block; }
        #correct-hint { margin-top: 1; color: $muted; }
    }
    """
    AUTO_FOCUS = ""

    def __init__(self, view: TableView, place: Place) -> None:
        super().__init__()
        self._view = view
        self._place = place

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"Correct {clean_line(self._view.table.name)}")
            yield Static(self._choices())
            yield Input(select_on_focus=False)
            yield Static("u in the table takes a correction back · escape leaves it", id="correct-hint")

    def action_write(self) -> None:
        cell = self._view.table.places.get(self._place)
        field = self.query_one(Input)
        field.value = clean_line(cell.text) if cell else ""
        self.add_class("-writing")
        field.focus()

    @on(Input.Submitted)
    def _written(self, event: Input.Submitted) -> None:
        event.stop()
        cell = self._view.table.places.get(self._place)
        row, column = (cell.row, cell.column) if cell else self._place
        self._done("cell", row=row, column=column, new=event.value.strip())

    def action_shape(self, action: Action) -> None:
        row, column = self._place
        if "row" in action:
            self._done(action, row=row)
        else:
            self._done(action, column=column)

    def action_header(self, change: int) -> None:
        self._done("header rows", new=str(max(self._view.table.header_rows + change, 0)))

    def action_baseline(self) -> None:
        self._done("baseline", row=self._place[0])

    def action_direction(self) -> None:
        column = self._place[1]
        found = column_of(self._view, column)
        self._done("direction", column=column, new="down" if found and found.direction == "up" else "up")

    def action_kind(self, number: int) -> None:
        self._done("kind", new=KINDS[number - 1])

    def _done(
        self, action: Action, *, row: int | None = None, column: int | None = None, new: str = ""
    ) -> None:
        self.dismiss(make_correction(self._view.table, action, row=row, column=column, new=new))

    def action_leave(self) -> None:
        if self.has_class("-writing"):
            self.remove_class("-writing")
            self.set_focus(None)
        else:
            self.dismiss(None)

    def _choices(self) -> Content:
        view, (row, column) = self._view, self._place
        cell = view.table.places.get(self._place)
        text = shorten(clean_line(cell.text), 40) if cell and cell.text else "empty"
        header, label = short_header(view, column), shorten(row_label(view, row), 30)
        found = column_of(view, column)
        way = WAYS[found.direction] if found and found.direction else "not known"
        lines = [
            _line("This cell", text, key_line(("enter", "another text"))),
            _line("Column", header, key_line(("s", "split"), ("j", "join with next"))),
            _line("Row", label, key_line(("S", "split"), ("J", "join with next"))),
            _line("Header rows", str(view.table.header_rows), key_line(("+", "more"), ("-", "fewer"))),
            _line("Baseline", "", key_line(("b", "this row"))),
            _line("Direction", f"{header}: {way}", key_line(("d", "the other way"))),
            _line("Kind", view.understanding.kind, Content("")),
            Content("  ") + key_line(*((str(number), name) for number, name in enumerate(KINDS, 1))),
        ]
        return joined(lines)


def _line(title: str, now: str, keys: Content) -> Content:
    left = Content.assemble((f"{title:<12}", "$muted"), (clean_line(now), "$text"))
    return left.truncate(42, ellipsis=True, pad=True) + Content(" ") + keys

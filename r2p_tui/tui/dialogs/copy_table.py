"""Copy a row or a whole table in the form that another program reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from r2p_tui.domain.table_export import as_csv, as_latex, as_markdown
from r2p_tui.tui.widgets.key_line import joined

if TYPE_CHECKING:
    from r2p_tui.services.tables import TableView

FORMS: Mapping[str, str] = {
    "r": "this row with its header, Markdown",
    "m": "the table, Markdown",
    "d": "the table with its deltas, Markdown",
    "c": "the table, CSV",
    "t": "the table, LaTeX with booktabs",
}


def copied(view: TableView, row: int, form: str) -> str:
    """The table, or one row of it, in a form of `FORMS`."""
    match form:
        case "r":
            return as_markdown(view.table, row=row)
        case "d":
            return as_markdown(view.table, view.understanding.deltas)
        case "c":
            return as_csv(view.table)
        case "t":
            return as_latex(view.table)
    return as_markdown(view.table)


class CopyTableDialog(ModalScreen[str | None]):
    """Dismisses with the text to copy, or None."""

    BINDINGS = [
        *(Binding(key, f"copy('{key}')", words, id=f"copy.{key}") for key, words in FORMS.items()),
        Binding("escape,q,Y", "dismiss(None)", "cancel", id="copy.cancel"),
    ]

    def __init__(self, view: TableView, row: int) -> None:
        super().__init__()
        self._view = view
        self._row = row

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Copy"
            lines = [Content.assemble((f"  {key}  ", "bold $primary"), words) for key, words in FORMS.items()]
            yield Static(joined(lines))

    def action_copy(self, key: str) -> None:
        self.dismiss(copied(self._view, self._row, key))

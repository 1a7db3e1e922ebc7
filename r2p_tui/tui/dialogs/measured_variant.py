"""All that is known of one measured variant, with room to read."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content

from r2p_tui.text import clean_line
from r2p_tui.tui.dialogs.scrolled import ScrolledDialog
from r2p_tui.tui.widgets.fact_sheet import FactSheet, Sheet


class MeasuredVariantDialog(ScrolledDialog):
    """Shows facts of which the first is the title."""

    BINDINGS = [
        Binding("escape,q,enter", "dismiss", "close", id="measured_variant.close"),
    ]

    def __init__(self, facts: Sheet) -> None:
        super().__init__()
        self._facts = facts

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = Content(clean_line(self._facts[0].term))
            self.show_keys(dialog)
            yield FactSheet()

    def on_mount(self) -> None:
        self.query_one(FactSheet).show(self._facts[1:])

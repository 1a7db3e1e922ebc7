"""Choose which metrics are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from r2p_tui.text import clean_line
from r2p_tui.tui.run_words import direction_words
from r2p_tui.tui.widgets.entry_list import EntryList
from r2p_tui.tui.widgets.key_line import key_line


class PickMetricsDialog(ModalScreen[tuple[str, ...] | None]):
    """Dismisses with the marked metrics, where none is with that under the cursor, or with None."""

    BINDINGS = [
        Binding("space", "mark", "mark", id="metrics.mark"),
        Binding("escape,q,m", "dismiss(None)", "cancel", id="metrics.cancel"),
    ]
    DEFAULT_CSS = """
    PickMetricsDialog EntryList, PickMetricsDialog EntryList:focus {
        height: auto;
        max-height: 16;
        margin-bottom: 1;
    }
    """

    def __init__(self, known: Sequence[str], drawn: Sequence[str]) -> None:
        super().__init__()
        self._known = list(known)
        self._drawn = tuple(drawn)
        self._marks: list[str] = list(drawn) if len(drawn) > 1 else []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Draw which metric?"
            yield EntryList()
            yield Static(key_line(("enter", "draw"), ("space", "several"), ("escape", "leave")))

    def on_mount(self) -> None:
        entries = self.query_one(EntryList)
        self._show()
        if self._drawn and self._drawn[0] in self._known:
            entries.highlighted = self._known.index(self._drawn[0])
        entries.focus()

    def action_mark(self) -> None:
        """Draw it with others, or without it."""
        at = self.query_one(EntryList).marked
        if at is None:
            return
        name = self._known[at]
        self._marks = [one for one in self._marks if one != name] + ([] if name in self._marks else [name])
        self._show()

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(tuple(self._marks) or (self._known[event.option_index],))

    def _show(self) -> None:
        self.query_one(EntryList).show([self._entry(name) for name in self._known])

    def _entry(self, name: str) -> Content:
        mark = "✓ " if name in self._marks else "  "
        return Content.assemble(
            (mark, "$accent"), clean_line(name), (f"  {direction_words(name)}", "$muted")
        )  # fmt: skip

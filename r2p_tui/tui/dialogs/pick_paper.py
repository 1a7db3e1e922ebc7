"""Which of several papers to open."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from r2p_tui.domain.radar import PaperBehind
from r2p_tui.text import clean_line
from r2p_tui.tui.widgets.entry_list import EntryList
from r2p_tui.tui.widgets.key_line import key_line


class PickPaperDialog(ModalScreen[int | None]):
    """Dismisses with the id of the paper under the cursor, or None."""

    BINDINGS = [Binding("escape,q,o", "dismiss(None)", "cancel", id="papers.cancel")]
    DEFAULT_CSS = """
    PickPaperDialog EntryList, PickPaperDialog EntryList:focus {
        height: auto;
        max-height: 16;
        margin-bottom: 1;
    }
    """

    def __init__(self, papers: Sequence[PaperBehind]) -> None:
        super().__init__()
        self._papers = papers

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Which paper?"
            yield EntryList()
            yield Static(key_line(("enter", "open"), ("escape", "leave")))

    def on_mount(self) -> None:
        entries = self.query_one(EntryList)
        entries.show([_entry(paper) for paper in self._papers])
        entries.focus()

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._papers[event.option_index].paper_id)


def _entry(paper: PaperBehind) -> Content:
    return Content.assemble(
        clean_line(paper.title or "without a title"), (f"  {clean_line(paper.key)}", "$muted")
    )

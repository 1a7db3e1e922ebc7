"""What a citing work does with the cited one: the rules' word, and the user's in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from r2p_tui.domain.citations import CLASS_WORDS, Citation, EvidenceClass
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.citation_list import CLASS_MARKS
from r2p_tui.tui.widgets.key_line import joined, key_line

if TYPE_CHECKING:
    from r2p_tui.services.citations import CitationText

CLASSES = tuple(EvidenceClass)
_MEANINGS = {
    EvidenceClass.REPLICATES: "runs it again and gets what it says",
    EvidenceClass.FAILS: "runs it again and does not",
    EvidenceClass.DEPLOYS: "puts it to use or makes it faster",
    EvidenceClass.EXTENDS: "builds on it",
    EvidenceClass.COMPARES: "measures itself against it",
    EvidenceClass.MENTIONS: "names it among others",
}


class Judged(NamedTuple):
    """The user's class; None gives the word back to the rules."""

    evidence_class: EvidenceClass | None


class EvidenceDialog(ModalScreen[Judged | None]):
    """Dismisses with what the user says, or None where nothing changes."""

    BINDINGS = [
        Binding("0,x", "take_back", "the rules' word", id="evidence.rules"),
        Binding("escape,q,e", "dismiss(None)", "cancel", id="evidence.cancel"),
    ]
    DEFAULT_CSS = """
    EvidenceDialog {
        #evidence-work { text-style: bold; margin-bottom: 1; max-height: 2; }
        #evidence-keys { margin-top: 1; }
    }
    """

    def __init__(self, citation: Citation, text: CitationText | None) -> None:
        super().__init__()
        self._citation = citation
        self._rules = text.evidence.evidence_class if text else None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "What does it do with the cited work?"
            yield Static(SafeLine(self._citation.work.title), id="evidence-work")
            yield Static(joined(self._line(number, one) for number, one in enumerate(CLASSES, 1)))
            yield Static(
                key_line(("1 to 6", "your word"), ("0", "the rules' word"), ("escape", "leave it")),
                id="evidence-keys",
            )

    def on_key(self, event: events.Key) -> None:
        """A number is a class here, not a screen."""
        if event.key in map(str, range(1, len(CLASSES) + 1)):
            event.stop()
            self.dismiss(Judged(CLASSES[int(event.key) - 1]))

    def action_take_back(self) -> None:
        self.dismiss(Judged(None) if self._citation.corrected else None)

    def _line(self, number: int, one: EvidenceClass) -> Content:
        is_now = one == self._citation.evidence_class
        whose = [("you" if self._citation.corrected else "now")] if is_now else []
        whose += ["the rules"] if one == self._rules and self._citation.corrected else []
        return Content.assemble(
            (f"{number} ", "bold $primary"),
            (f"{CLASS_MARKS[one]} {CLASS_WORDS[one]:<21}", "bold" if is_now else ""),
            (f"{_MEANINGS[one]:<36}", "$muted"),
            (", ".join(whose), "$accent"),
        )

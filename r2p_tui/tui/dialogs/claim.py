"""Keep a number of a table as a claim: what was measured, on which data, on which hardware."""

from __future__ import annotations

from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from r2p_tui.text import clean_line
from r2p_tui.tui.safe_text import SafeLine


class ClaimWords(NamedTuple):
    """What the user says of a number; empty where nothing is known."""

    metric: str
    unit: str
    dataset: str
    hardware: str


_EXAMPLES = ClaimWords("AP", "ms", "COCO val2017", "T4, TensorRT FP16")


class ClaimDialog(ModalScreen[ClaimWords | None]):
    """Shows the number and its place, and asks for the rest; dismisses with None when it is not kept."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "cancel", id="claim.cancel"),
        Binding("ctrl+s,ctrl+j", "save", "keep", priority=True, id="claim.save"),
    ]
    DEFAULT_CSS = """
    ClaimDialog {
        Grid { grid-size: 2; grid-columns: 10 1fr; grid-gutter: 0 1; height: auto; margin: 1 0; }
        #claim-text { text-style: bold; }
        #claim-place { color: $muted; }
    }
    """

    def __init__(self, text: str, place: str, words: ClaimWords) -> None:
        super().__init__()
        self._text = text
        self._place = place
        self._words = words

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Keep a claim"
            yield Static(SafeLine(self._text), id="claim-text")
            yield Static(SafeLine(self._place), id="claim-place")
            with Grid():
                for name, title in zip(
                    ClaimWords._fields, ("metric", "unit", "data set", "hardware"), strict=True
                ):
                    yield Label(SafeLine(title))
                    example = getattr(_EXAMPLES, name)
                    value = clean_line(getattr(self._words, name))
                    yield Input(value, placeholder=f"for example {example}", id=f"claim-{name}")
            yield Static("enter keeps it · tab to the next field · escape leaves it", classes="hint")

    @on(Input.Submitted)
    def action_save(self) -> None:
        fields = (self.query_one(f"#claim-{name}", Input).value.strip() for name in ClaimWords._fields)
        self.dismiss(ClaimWords(*fields))

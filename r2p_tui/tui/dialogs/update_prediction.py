"""Another view of a prediction: how likely it is now, and why that changed; what was said before stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, Static, TextArea

from r2p_tui.domain.prediction_entry import FieldError
from r2p_tui.errors import R2PError
from r2p_tui.text import clean
from r2p_tui.tui.dialogs.form import Form
from r2p_tui.tui.prediction_words import percent
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.key_line import key_line
from r2p_tui.tui.widgets.typed_field import KEYS, LineField, WordsField

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.store.predictions import PredictionLine
    from r2p_tui.tui.app import R2PApp


class UpdatePredictionDialog(Form):
    """Calls `updated` when the new view is in the store; a refusal is told below, and nothing typed goes."""

    BINDINGS = [
        Binding("escape", "dismiss", "cancel", id="update.cancel"),
        Binding("enter,ctrl+s,ctrl+j", "save", "save", priority=True, id="update.save"),
    ]
    DEFAULT_CSS = """
    UpdatePredictionDialog {
        #update-statement { text-style: bold; height: auto; max-height: 3; margin-bottom: 1; }
        #update-row { height: 1; }
        #update-row Label { width: 12; color: $muted; }
        #update-row Input { width: 16; }
        #update-before { width: 1fr; padding-left: 2; color: $muted; }
        #update-asked { margin-top: 1; }
        TextArea { height: auto; min-height: 2; max-height: 6; }
        #update-problem { color: $error; height: auto; margin-top: 1; display: none; }
        #update-keys { margin-top: 1; }
    }
    """

    def __init__(self, line: PredictionLine, updated: Callable[[], None]) -> None:
        super().__init__()
        self._line = line
        self._updated = updated

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"Prediction {self._line.id}: how do you see it now?")
            yield Static(SafeLine(self._line.statement), id="update-statement")
            with Horizontal(id="update-row"):
                yield Label("how likely")
                yield LineField(placeholder="0.4 or 40 %", id="update-probability")
                yield Static(SafeLine(f"until now {percent(self._line.probability)}"), id="update-before")
            yield Label("What changed?", id="update-asked")
            yield WordsField(id="update-reasoning")
            yield Static(id="update-problem")
            yield Static(
                key_line(*KEYS),
                id="update-keys",
            )

    def save(self) -> None:
        probability = self.query_one("#update-probability", Input).value.strip()
        reasoning = self.query_one("#update-reasoning", TextArea).text.strip()
        if not probability:
            self.refuse(FieldError("probability", "How likely is it now?", "From 0 to 1, or in percent."))
            return
        prediction_id, now = self._line.id, cast("R2PApp", self.app).now()

        def work(desk: Desk) -> str:
            from r2p_tui.services.predictions import update as add_view

            add_view(desk, prediction_id, probability, reasoning, now=now)
            return f"Prediction {prediction_id} has another view. What you said before stays."

        self.write(work, self._updated)

    def refuse(self, error: R2PError) -> None:
        problem = self.query_one("#update-problem", Static)
        hint = Content.styled(f" {clean(error.hint)}" if error.hint else "", "$muted")
        problem.update(Content.styled(clean(error.message), "bold $error") + hint)
        problem.display = True
        named = error.field if isinstance(error, FieldError) else "probability"
        for found in self.query(f"#update-{named}"):
            found.focus()

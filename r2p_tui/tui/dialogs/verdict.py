"""The verdict after a pass: go on, or stop with a reason."""

from __future__ import annotations

from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from r2p_tui.domain.reading import GO_ON, STOP, Pass, Verdict
from r2p_tui.domain.times import clock_text


class Judged(NamedTuple):
    """A verdict and, where it is to stop, why."""

    verdict: Verdict
    reason: str


class VerdictDialog(ModalScreen[Judged | None]):
    """`g` goes on; `s` asks for the reason first; escape leaves the pass open."""

    BINDINGS = [
        Binding("g,enter", "go_on", "go on", id="verdict.go_on"),
        Binding("s", "stop", "stop", id="verdict.stop"),
        Binding("escape", "leave", "not yet", id="verdict.leave"),
    ]
    DEFAULT_CSS = """
    VerdictDialog {
        #verdict-choices { margin: 1 0; }
        #verdict-reason { display: none; margin-bottom: 1; }
        &.-stopping #verdict-reason { display: block; }
        &.-stopping #verdict-choices { display: none; }
        #verdict-hint { color: $muted; }
    }
    """
    AUTO_FOCUS = ""

    def __init__(self, one: Pass, seconds: float) -> None:
        super().__init__()
        self._pass = one
        self._seconds = seconds

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"Pass {self._pass.number}: {self._pass.name}")
            yield Static(
                Content(f"{clock_text(self._seconds)} of {self._pass.span}. Is it worth more of your time?")
            )
            yield Static(self._choices(), id="verdict-choices")
            yield Input(
                placeholder="why stop? a few words you will understand in a year", id="verdict-reason"
            )
            yield Static("escape leaves the pass open", id="verdict-hint")

    def action_go_on(self) -> None:
        self.dismiss(Judged(GO_ON, ""))

    def action_stop(self) -> None:
        self.add_class("-stopping")
        self._hint("enter stops with this reason · escape goes back")
        self.query_one(Input).focus()

    def action_leave(self) -> None:
        if self.has_class("-stopping"):
            self.remove_class("-stopping")
            self._hint("escape leaves the pass open")
            self.set_focus(None)
        else:
            self.dismiss(None)

    @on(Input.Submitted)
    def _stop_with_reason(self, event: Input.Submitted) -> None:
        event.stop()
        if reason := event.value.strip():
            self.dismiss(Judged(STOP, reason))
        else:
            self._hint("To stop needs a reason: no code, weak evidence, not our hardware …", "$due")

    def _choices(self) -> Content:
        after = f"go on to pass {self._pass.number + 1}" if self._pass.number < 3 else "done, read to the end"
        return Content.assemble(
            ("  g  ", "bold $primary"), after, "\n", ("  s  ", "bold $primary"), "stop here, with a reason"
        )

    def _hint(self, words: str, colour: str = "$muted") -> None:
        self.query_one("#verdict-hint", Static).update(Content.styled(words, colour))

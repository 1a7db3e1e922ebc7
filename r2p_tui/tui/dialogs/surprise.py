"""Log a surprise without leaving the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, Vertical
from textual.content import Content
from textual.widgets import Input, Label, Static

from r2p_tui.domain.claims import stated
from r2p_tui.domain.surprises import KINDS, nearest_kind
from r2p_tui.errors import R2PError
from r2p_tui.tui.dialogs.form import Form
from r2p_tui.tui.safe_text import SafeLine, SafeText

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.store.claims import Claim
    from r2p_tui.tui.app import R2PApp


class SurpriseDialog(Form):
    """A sentence, and if there are any the claim, what was seen, the unit and the kind.

    A kept `claim` is named by its number; `claim:12` may be typed as well.
    """

    BINDINGS = [
        Binding("escape", "dismiss", "cancel", id="surprise.cancel"),
        Binding("ctrl+s,ctrl+j", "save", "save", priority=True, id="surprise.save"),
    ]
    DEFAULT_CSS = """
    SurpriseDialog {
        Grid { grid-size: 4; grid-columns: 10 1fr 10 1fr; grid-gutter: 1 1; height: auto; margin-top: 1; }
        #surprise-about { color: $muted; margin-bottom: 1; }
        #surprise-problem { color: $error; height: auto; margin-top: 1; display: none; }
    }
    """

    def __init__(self, paper_id: int | None = None, claim: Claim | None = None) -> None:
        super().__init__()
        self._paper_id = paper_id
        self._claim = claim

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "What surprised you?"
            if self._claim is not None:
                yield Static(_about(self._claim), id="surprise-about")
            yield Input(placeholder="31 FPS on our T4, the paper says 108", id="surprise-text")
            with Grid():
                yield Label("claimed")
                named = f"claim:{self._claim.id}" if self._claim else ""
                yield Input(named, placeholder="108 or claim:12", id="surprise-claim")
                yield Label("observed")
                yield Input(placeholder="31", id="surprise-observed")
                yield Label("unit")
                yield Input(placeholder="FPS", id="surprise-unit")
                yield Label("kind")
                yield Input(placeholder="other", id="surprise-kind")
            yield Static("Kinds: " + ", ".join(KINDS) + ".", classes="hint")
            yield Static(id="surprise-problem")
            yield Static("enter saves · escape leaves without saving", classes="hint")

    def save(self) -> None:
        values = {name: self._value(name) for name in ("text", "claim", "observed", "unit", "kind")}
        paper_id, now = self._paper_id, cast("R2PApp", self.app).now()

        def work(desk: Desk) -> str:
            from r2p_tui.services import surprises

            number = surprises.log_surprise(
                desk,
                values["text"],
                kind=nearest_kind(values["kind"] or "other") or values["kind"],
                claim=values["claim"] or None,
                observed=values["observed"] or None,
                unit=values["unit"] or None,
                paper_id=paper_id,
                now=now,
            )
            return f"Surprise {number} is logged."

        self.write(work)

    def _value(self, name: str) -> str:
        return self.query_one(f"#surprise-{name}", Input).value.strip()

    def refuse(self, error: R2PError) -> None:
        problem = self.query_one("#surprise-problem", Static)
        problem.update(SafeText(f"{error.message} {error.hint}"))
        problem.display = True


def _about(claim: Claim) -> Content:
    where = f"{claim.table_name}, page {claim.page}" if claim.page else claim.table_name
    number = stated(claim.metric, claim.text, claim.unit)
    return SafeLine(f"about claim {claim.id}: {number} ({claim.condition}; {where})")

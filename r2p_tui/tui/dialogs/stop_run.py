"""Ask before a run is stopped, and say what is lost and what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from r2p_tui.domain.times import span_text
from r2p_tui.text import clean_line
from r2p_tui.tui.run_words import metric_words
from r2p_tui.tui.widgets.key_line import joined, key_line

if TYPE_CHECKING:
    from r2p_tui.services.run_views import RunView


class StopRunDialog(ModalScreen[bool | None]):
    """Dismisses with True when the run shall stop."""

    BINDINGS = [
        Binding("s,y", "dismiss(True)", "stop it", id="stop.yes"),
        Binding("escape,n,q", "dismiss(None)", "let it run", id="stop.no"),
    ]

    def __init__(self, view: RunView) -> None:
        super().__init__()
        self._view = view

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"Stop run {self._view.id}?")
            keys = key_line(("s", "stop it"), ("escape", "let it run"))
            yield Static(joined([*_said(self._view), Content(""), keys]))


def _said(view: RunView) -> list[Content]:
    at = f"epoch {view.epoch} of {view.epochs}" if view.epoch and view.epochs else ""
    left = f"{span_text(view.eta_seconds)} left" if view.eta_seconds is not None else ""
    facts = " · ".join(part for part in (at, metric_words(view), left) if part)
    grace = f"It may tidy up for {span_text(view.spec.grace)}; then it is killed with all that it started."
    kept = (
        "Its checkpoints are kept: R resumes it." if view.kind == "train" else "Its log and numbers are kept."
    )
    lines = [Content.styled(clean_line(view.name), "bold"), Content.styled(facts, "$muted")]
    return [*lines, Content(grace), Content(kept)]

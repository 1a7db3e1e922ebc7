"""One prediction, whole: what was written, what was counted, what was said later, how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from r2p_tui.domain.times import local_day
from r2p_tui.tui.prediction_words import review_text
from r2p_tui.tui.widgets.evidence_curve import EvidencePlot
from r2p_tui.tui.widgets.key_line import key_line

if TYPE_CHECKING:
    from r2p_tui.tui.app import R2PApp
    from r2p_tui.tui.prediction_keeper import Read


class PredictionDialog(ModalScreen[None]):
    """Scrolls; `i` opens the paper behind it, `c` copies the words."""

    BINDINGS = [
        Binding("escape,q,enter", "dismiss", "close", id="prediction.close"),
        Binding("j,down", "scroll(1)", show=False, id="prediction.down"),
        Binding("k,up", "scroll(-1)", show=False, id="prediction.up"),
        Binding("space,pagedown", "scroll(8)", show=False, id="prediction.page_down"),
        Binding("l,right", "measure(1)", "another measure", id="prediction.measure"),
        Binding("i", "open_paper", "its paper", id="prediction.paper"),
        Binding("c", "copy", "copy", id="prediction.copy"),
    ]
    DEFAULT_CSS = """
    PredictionDialog {
        EvidencePlot { height: 12; margin: 1 0; }
        #prediction-keys { margin-top: 1; }
    }
    """

    def __init__(self, read: Read, now: datetime) -> None:
        super().__init__()
        self._read = read
        self._now = now

    def compose(self) -> ComposeResult:
        view = self._read.view
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = Content(f"Prediction {view.line.id}")
            yield Static(self._text())
            if view.evidence is not None and view.evidence.points:
                yield EvidencePlot()
            keys = [("c", "copy"), ("escape", "close")]
            keys = [("i", "its paper"), *keys] if view.line.paper_id is not None else keys
            yield Static(key_line(("j k", "scroll"), *keys), id="prediction-keys")

    def on_mount(self) -> None:
        for plot in self.query(EvidencePlot):
            plot.show(self._read.view.evidence, local_day(self._now))

    def _text(self) -> Content:
        return review_text(self._read.view, self._read.evidence, self._now, apart=True)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_measure(self, steps: int) -> None:
        for plot in self.query(EvidencePlot):
            plot.step(steps)

    def action_open_paper(self) -> None:
        paper_id = self._read.view.line.paper_id
        if paper_id is not None:
            self.dismiss()
            cast("R2PApp", self.app).open_paper(paper_id)

    def action_copy(self) -> None:
        app = cast("R2PApp", self.app)
        app.copy_to_clipboard(self._text().plain)
        app.tell("Copied.")

"""What stands below the list: what was written then, the calibration, the scores, the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from r2p_tui.domain.times import local_day
from r2p_tui.tui.prediction_words import review_text, statement_line
from r2p_tui.tui.score_words import score_lines
from r2p_tui.tui.widgets.calibration_plot import CalibrationPlot
from r2p_tui.tui.widgets.evidence_curve import EvidencePlot
from r2p_tui.tui.widgets.key_line import joined
from r2p_tui.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from r2p_tui.services.prediction_scores import Scoreboard
    from r2p_tui.store.predictions import PredictionLine
    from r2p_tui.tui.prediction_keeper import Read

VIEWS: Mapping[str, str] = {
    "review": "Review",
    "calibration": "Calibration",
    "scores": "Scores",
    "evidence": "Evidence",
}
"""Names of what can be looked at; where there is room, the review has its own place beside the others."""


class PredictionSide(Vertical):
    """One view where there is room for one, the review beside another where there is more."""

    DEFAULT_CSS = """
    PredictionSide {
        #side-panes { height: 1fr; }
        #side-panes > * { display: none; height: 1fr; width: 1fr; padding: 0 1; }
        VerticalScroll { scrollbar-size-vertical: 1; }
        VerticalScroll > Static { height: auto; max-width: 100; }
        &.-review #side-review, &.-calibration #side-calibration { display: block; }
        &.-scores #side-scores, &.-evidence #side-evidence { display: block; }
        &.-beside #side-review { display: block; border-left: solid $border; }
        &.-three #side-evidence { display: block; border-left: solid $border; }
    }
    """

    def compose(self) -> ComposeResult:
        yield TabLine(VIEWS, "review")
        with Horizontal(id="side-panes"):
            yield CalibrationPlot(id="side-calibration")
            with VerticalScroll(id="side-scores", can_focus=False):
                yield Static(Content.styled("scoring …", "$muted"))
            yield EvidencePlot(id="side-evidence")
            with VerticalScroll(id="side-review", can_focus=False):
                yield Static()

    @property
    def plot(self) -> CalibrationPlot:
        return self.query_one(CalibrationPlot)

    @property
    def evidence(self) -> EvidencePlot:
        return self.query_one(EvidencePlot)

    def lay_out(self, chosen: str, names: Sequence[str], *, three: bool) -> None:
        """Show one of the views that can be chosen, and beside it those that cannot."""
        for name in VIEWS:
            self.set_class(name == chosen, f"-{name}")
        self.set_class("review" not in names, "-beside")
        self.set_class(three, "-three")
        tabs = self.query_one(TabLine)
        tabs.labels, tabs.chosen = {name: VIEWS[name] for name in names}, chosen

    def begin(self, line: PredictionLine | None) -> None:
        """What the list knows of the marked one, until the rest is there."""
        words = statement_line(line) if line is not None else Content("")
        self._put("review", words)
        self.evidence.blank()

    def fill(self, read: Read, now: datetime) -> None:
        """All that is known of the marked one."""
        self._put("review", review_text(read.view, read.evidence, now))
        self.evidence.show(read.view.evidence, local_day(now))

    def score(self, board: Scoreboard) -> None:
        self.plot.show(board.curve, board.verdict)
        self._put("scores", joined(score_lines(board)))

    def scroll(self) -> None:
        """A page of the text in sight; from its end to its beginning."""
        name = "scores" if self.has_class("-scores") else "review"
        pane = self.query_one(f"#side-{name}", VerticalScroll)
        if pane.scroll_offset.y >= pane.max_scroll_y:
            pane.scroll_home(animate=False)
        else:
            pane.scroll_page_down(animate=False)

    def _put(self, name: str, words: Content) -> None:
        self.query_one(f"#side-{name} Static", Static).update(words)

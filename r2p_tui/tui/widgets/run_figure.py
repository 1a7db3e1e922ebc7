"""The drawing of a run: its curves, or the variants that it measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from r2p_tui.text import clean_line
from r2p_tui.tui.widgets.curve_plot import CurvePlot, PlotFace
from r2p_tui.tui.widgets.pareto_plot import ParetoPlot

if TYPE_CHECKING:
    from r2p_tui.tui.measurement_keeper import Glance


class RunFigure(Container):
    """Shows one of the two at a time."""

    DEFAULT_CSS = """
    RunFigure {
        height: 1fr;
        ParetoPlot, #variants { display: none; }
        #variants { height: auto; max-height: 3; }
    }
    """

    def compose(self) -> ComposeResult:
        yield CurvePlot()
        yield ParetoPlot()
        yield Static(id="variants")

    @property
    def curves(self) -> CurvePlot:
        return self.query_one(CurvePlot)

    @property
    def words(self) -> list[str]:
        """What is drawn, in words."""
        front = self.query_one(ParetoPlot)
        return front.words if front.display else self.curves.words

    def show_curves(self, face: PlotFace) -> None:
        self._only(self.curves)
        self.curves.show(face)

    def show_variants(self, glance: Glance) -> None:
        """Latency against accuracy of each variant; the main one stands out."""
        front = self.query_one(ParetoPlot)
        self._only(front)
        front.show(glance.variants, glance.chosen)
        letters = [f"{point.letter} {point.name}" for point in glance.variants]
        self.query_one("#variants", Static).update(Content.styled(clean_line("  ".join(letters)), "$muted"))

    def _only(self, shown: CurvePlot | ParetoPlot) -> None:
        for plot in self.query("CurvePlot, ParetoPlot"):
            plot.display = plot is shown
        self.query_one("#variants").display = isinstance(shown, ParetoPlot)

"""What stands beside the curves of a run: its log, what it uses, its criteria, and what it was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from r2p_tui.tui import run_words
from r2p_tui.tui.widgets.key_line import joined
from r2p_tui.tui.widgets.log_pane import LogPane
from r2p_tui.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from r2p_tui.services.run_views import RunView
    from r2p_tui.tui.run_keeper import RunTrace

PANES: Mapping[str, str] = {
    "curves": "Curves",
    "log": "Log",
    "resources": "Resources",
    "criteria": "Criteria",
    "about": "About",
}
"""Names of what can be looked at; the curves have their own place, and are among them in a narrow window."""


class RunSide(Vertical):
    """Draws the one of its panes that is in sight."""

    DEFAULT_CSS = """
    RunSide {
        #panes { height: 1fr; padding: 0 1; }
        #panes > * { display: none; }
        VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
        VerticalScroll > Static { height: auto; }
        &.-log #pane-log, &.-resources #pane-resources, &.-criteria #pane-criteria, &.-about #pane-about {
            display: block;
        }
        &.-curves { height: auto; }
        &.-curves #panes { display: none; }
    }
    """

    def compose(self) -> ComposeResult:
        yield TabLine(PANES, "curves")
        with Container(id="panes"):
            yield LogPane(id="pane-log")
            for name in ("resources", "criteria", "about"):
                with VerticalScroll(id=f"pane-{name}", can_focus=False):
                    yield Static()

    @property
    def log_pane(self) -> LogPane:
        return self.query_one(LogPane)

    def show(self, run: RunView | None, trace: RunTrace | None, chosen: str, names: Sequence[str]) -> None:
        """Show one pane of `names`; what is not in sight costs nothing."""
        for name in PANES:
            self.set_class(name == chosen, f"-{name}")
        if run is not None:
            self._fill(run, trace, chosen)
        labels = {name: PANES[name] for name in names}
        if chosen == "log" and self.log_pane.pause:
            labels["log"] = f"Log · {self.log_pane.pause}"
        tabs = self.query_one(TabLine)
        tabs.labels, tabs.chosen = labels, chosen

    def _fill(self, run: RunView, trace: RunTrace | None, chosen: str) -> None:
        match chosen:
            case "log":
                self.log_pane.show(trace.log if trace else None)
            case "resources":
                used = list(trace.used) if trace else []
                self._put(chosen, run_words.resource_lines(used, self.size.width))
            case "criteria":
                self._put(chosen, run_words.criteria_told(run))
            case "about":
                headline = trace.glance.headline if trace else ""
                self._put(chosen, run_words.about_lines(run, headline))

    def _put(self, name: str, lines: Sequence[Content]) -> None:
        self.query_one(f"#pane-{name} Static", Static).update(joined(lines))

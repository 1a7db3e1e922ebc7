"""Runs: the queue and the history, live curves over each other, the log, and criteria as lights."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from r2p_tui.domain.runs import MEASURING, RESUMABLE, RunState
from r2p_tui.errors import R2PError
from r2p_tui.text import clean_line
from r2p_tui.tui import run_words
from r2p_tui.tui.curve_choice import EVERYTHING, CurveChoice, range_of
from r2p_tui.tui.run_keeper import RunKeeper, RunsSeen, RunTrace
from r2p_tui.tui.run_keys import RUN_KEYS
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.screens.base import DeskScreen
from r2p_tui.tui.widgets.curve_plot import CurvePlot
from r2p_tui.tui.widgets.key_line import joined
from r2p_tui.tui.widgets.log_pane import LogPane
from r2p_tui.tui.widgets.run_figure import RunFigure
from r2p_tui.tui.widgets.run_list import RunList
from r2p_tui.tui.widgets.run_side import PANES, RunSide
from r2p_tui.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from r2p_tui.services.run_views import RunView

LOOK_SECONDS = 0.3
REDRAW_SECONDS = 0.1
"""Seconds between two drawings at least."""

_EMPTY = (
    ("n", "starts one: a training, or any command that prints numbers"),
    ("r2p demo data ~/inspection", "makes images to train on, without any network"),
    ("r2p run train --help", "starts a training from a shell; it goes on when that is closed"),
    ("r2p run command -- python train.py", "runs what you have, and reads its numbers"),
)
_WHERE_THE_RANGE_IS_ASKED = "from-to, for example 10-40, 10- or -40; enter shows it, escape leaves it"


class RunsScreen(DeskScreen):
    """Follows the runs in sight while it is in sight itself."""

    AUTO_FOCUS = "RunList"
    BINDINGS = RUN_KEYS

    def __init__(self) -> None:
        super().__init__()
        self._told = ""
        self._chosen_view = ""
        self._drawn_at = 0.0
        self._draws_later: Timer | None = None

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="title"):
            yield Static("opening the runs …", id="runs-count")
            yield Static(id="runs-told")
        with Container(id="body"):
            yield RunList()
            with Vertical(id="right"):
                with Vertical(id="curves"):
                    yield Static(id="question")
                    yield RunFigure()
                    yield Static(id="lights")
                yield RunSide(id="side")
        yield Input(placeholder=_WHERE_THE_RANGE_IS_ASKED, id="zoom")
        yield Static(id="empty")

    def on_mount(self) -> None:
        self.keeper = RunKeeper(self, self.desk_app, failed=self._refused)
        self.choice = CurveChoice(self.keeper)
        self._show_side()
        self.when_drawn(self._begin)

    def _begin(self) -> None:
        self.keeper.look()
        self.set_interval(LOOK_SECONDS, self._tick)

    def on_screen_resume(self) -> None:
        if self.keeper.loaded:
            self.keeper.look(again=True)

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show_side)

    def _tick(self) -> None:
        """Nothing is read for a screen that nobody sees."""
        if self.is_seen:
            self.keeper.look()

    # What is in sight

    @property
    def runs(self) -> RunList:
        return self.query_one(RunList)

    @property
    def plot(self) -> CurvePlot:
        return self.query_one(RunFigure).curves

    @property
    def log_pane(self) -> LogPane:
        return self.query_one(RunSide).log_pane

    @property
    def marked(self) -> RunView | None:
        """The run under the cursor."""
        return self.runs.marked

    @property
    def trace(self) -> RunTrace | None:
        return self.keeper.traces.get(self.marked.id) if self.marked else None

    @property
    def view(self) -> str:
        """Which of the parts below the list is in sight, or beside the curves."""
        default = "curves" if self._is_narrow else "log"
        return self._chosen_view if self._chosen_view in self._views else default

    @property
    def _is_narrow(self) -> bool:
        return self.has_class("-one") or self.has_class("-tiny")

    @property
    def _views(self) -> list[str]:
        whole = self.has_class("-whole") or not self._is_narrow
        return [name for name in PANES if name != "curves" or not whole]

    # Showing

    @on(RunsSeen)
    def _seen(self) -> None:
        self._draw_soon()

    @on(RunList.Marked)
    def _marked_another(self) -> None:
        self._follow()
        self.keeper.look()
        self._draw()

    @on(LogPane.Turned)
    def _log_turned(self) -> None:
        self._draw()

    def _draw_soon(self) -> None:
        """At most ten times a second, however fast a run writes."""
        rest = REDRAW_SECONDS - (monotonic() - self._drawn_at)
        if rest <= 0:
            self._draw()
        elif self._draws_later is None:
            self._draws_later = self.set_timer(rest, self._draw)

    def _draw(self) -> None:
        if self._draws_later is not None:
            self._draws_later.stop()
            self._draws_later = None
        self._drawn_at = monotonic()
        if not self.keeper.loaded:
            return
        self.clear_problem()
        self._show_runs()
        self._show_curves()
        self._show_below()
        self.query_one("#runs-told", Static).update(SafeLine(self._what_is_marked()))
        self.refresh_bindings()

    def _show_runs(self) -> None:
        views = self.keeper.views
        self.set_class(not views, "-empty")
        if not views:
            self._show_empty()
        self.choice.forget_others(view.id for view in views)
        self.runs.show(views, self.desk_app.now())
        self._follow()
        self.query_one("#runs-count", Static).update(
            run_words.title_line(views, self.keeper.paused, self.keeper.count)
        )

    def _what_is_marked(self) -> str:
        marks = len(self.choice.marks)
        if self.has_class("-whole") and self.marked:
            return f"#{self.marked.id} {self.marked.name} · {self.log_pane.standing}"
        return f"{marks} marked" + (", c compares" if marks > 1 else "") if marks else ""

    def _follow(self) -> None:
        self.choice.here = self.marked
        self.keeper.follow(self.choice.in_sight)

    def _show_curves(self) -> None:
        self.choice.here = self.marked
        figure, glance = self.query_one(RunFigure), self.choice.glance
        if glance:
            figure.show_variants(glance)
        else:
            figure.show_curves(self.choice.face())
        self.runs.letter({} if glance else self.choice.slots)

    def _show_below(self) -> None:
        view = self.marked
        self.set_class(bool(view and view.questions), "-asked")
        if view is None:
            return
        if view.questions:
            self.query_one("#question", Static).update(_question(view.id, view.questions[0].sentence))
        lights = run_words.light_lines(view)
        self.query_one("#lights", Static).update(joined(lights))
        self._show_side()

    def _show_side(self) -> None:
        view = self.view
        self.set_class(view == "curves", "-view-curves")
        self.query_one(RunSide).show(self.marked, self.trace, view, self._views)

    def _show_empty(self) -> None:
        lines = [Content.styled("No run yet.", "bold $text"), Content("")]
        lines += [
            Content.assemble((f"{key}\n", "$primary"), (f"    {words}", "$muted")) for key, words in _EMPTY
        ]
        self.query_one("#empty", Static).update(Content("\n").join(lines))

    def _refused(self, error: R2PError) -> None:
        """Trouble takes the place of what was never there; later it passes by, said once."""
        if not self.keeper.loaded:
            self.show_problem(error)
        elif error.message != self._told:
            self._told = error.message
            self.desk_app.show_error(error)

    # Looking

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Without keys that would do nothing to the run under the cursor.

        They are kept all the same and say why they do nothing: with `check_action`, the program would take
        them for its own keys.
        """
        found = super().active_bindings
        return {
            key: one for key, one in found.items() if one.node is not self or self._offers(one.binding.action)
        }

    def _offers(self, action: str) -> bool:
        view = self.marked if self.is_mounted else None
        match action.partition("(")[0]:
            case "answer":
                return view is not None and bool(view.questions)
            case "stop":
                return view is not None and not view.state.is_final
            case "results":
                return view is not None and view.kind in MEASURING
            case "quantize":
                return view is not None and view.state.is_final and view.kind == "train"
            case "resume":
                return view is not None and view.state.is_final and view.kind in RESUMABLE
            case "clone":
                return view is not None and view.kind not in MEASURING
            case "mark" | "whole_log":
                return view is not None
        return True

    def action_mark(self) -> None:
        """Keep the run's curve, or let it go."""
        if (view := self._the_run) is not None:
            self.choice.toggle(view.id)
            self._draw()

    def action_metric(self, steps: int) -> None:
        self.choice.step(steps)
        self._draw()

    def action_metrics(self) -> None:
        from r2p_tui.tui.dialogs.pick_metrics import PickMetricsDialog

        def picked(names: tuple[str, ...] | None) -> None:
            if names:
                self.choice.pick(names)
                self._draw()

        if known := self.choice.known_metrics:
            self.app.push_screen(PickMetricsDialog(known, self.choice.metrics), picked)
        else:
            self.desk_app.tell("This run reported no numbers yet.")

    def action_log_scale(self) -> None:
        self.choice.log = not self.choice.log
        self._draw()

    def action_smooth(self) -> None:
        self.choice.smooth()
        self._draw()

    def action_zoom(self) -> None:
        if self.has_class("-whole"):
            self.desk_app.tell("The curves are not in sight; escape leaves the whole log.")
            return
        self.add_class("-zooming")
        field = self.query_one("#zoom", Input)
        field.value = ""
        field.focus()

    @on(Input.Submitted, "#zoom")
    def _zoom_to(self, event: Input.Submitted) -> None:
        found = range_of(event.value)
        if found is None:
            self.desk_app.tell(f"{_WHERE_THE_RANGE_IS_ASKED}.")
            return
        self.choice.range = found
        self._leave_zoom()
        self._draw()

    def _leave_zoom(self) -> None:
        self.remove_class("-zooming")
        self._focus_what_is_left()

    def _focus_what_is_left(self) -> None:
        (self.log_pane if self.has_class("-whole") else self.runs).focus()

    def action_cut(self, start: int, end: int) -> None:
        self.choice.cut(self.plot.face, start=bool(start), end=bool(end))
        self._draw()

    def action_show_all(self) -> None:
        self.choice.range = EVERYTHING
        self._draw()

    def action_view(self, steps: int) -> None:
        views = self._views
        self._show_view(views[(views.index(self.view) + steps) % len(views)])

    @on(TabLine.Chosen)
    def _clicked(self, event: TabLine.Chosen) -> None:
        self._show_view(event.name)

    def _show_view(self, name: str) -> None:
        self._chosen_view = name
        self._show_side()
        if self.log_pane.has_focus or self.has_class("-whole"):
            self._focus_what_is_left()

    @on(RunList.Opened)
    def action_whole_log(self) -> None:
        """The log alone, with keys to move in it; once more leads back."""
        if self.has_class("-whole"):
            self._leave_log()
            return
        if self._the_run is None:
            return
        self.add_class("-whole")
        self._show_view("log")
        self._draw()

    def _leave_log(self) -> None:
        self.remove_class("-whole")
        self._show_view("curves" if self._is_narrow else "log")
        self.log_pane.following = True
        self.runs.focus()
        self._draw()

    def action_leave(self) -> None:
        """Out of the range that is asked for, the whole log, the zoom; then back."""
        if self.has_class("-zooming"):
            self._leave_zoom()
        elif self.has_class("-whole"):
            self._leave_log()
        elif self.log_pane.has_focus:
            self.runs.focus()
        elif self.choice.range != EVERYTHING:
            self.action_show_all()
        else:
            super().action_leave()

    def action_copy(self) -> None:
        if self.has_class("-whole") or self.log_pane.has_focus:
            text = self.log_pane.copied()
        else:
            text = "\n".join(
                [*self.query_one(RunFigure).words, str(self.marked.folder) if self.marked else ""]
            ).strip()
        if text:
            self.app.copy_to_clipboard(text)
            self.desk_app.tell(f"Copied: {text.splitlines()[0][:60]}")

    # Changing

    @property
    def _the_run(self) -> RunView | None:
        """The run that a key is for; says so where there is none."""
        if self.marked is None:
            self.desk_app.tell("There is no run here yet; n starts one.")
        return self.marked

    def action_stop(self) -> None:
        """A run that only waits is taken out of the queue at once; another asks first."""
        view = self._the_run
        if view is None:
            return
        if view.state.is_final:
            self.desk_app.tell(f"Run {view.id} goes on no more: it is {view.state}.")
            return
        if view.state is RunState.QUEUED:
            self.keeper.stop(view.id)
            return
        from r2p_tui.tui.dialogs.stop_run import StopRunDialog

        def answered(yes: bool | None) -> None:
            if yes:
                self.keeper.stop(view.id)

        self.app.push_screen(StopRunDialog(view), answered)

    def action_answer(self, stop: bool) -> None:
        view = self._the_run
        if view is not None and view.questions:
            self.keeper.answer(view.id, view.questions[0].index, stop=stop)
        elif view is not None:
            self.desk_app.tell(f"Run {view.id} asks nothing.")

    def action_resume(self) -> None:
        if (view := self._the_run) is not None:
            self.keeper.resume(view.id)

    def action_pause(self) -> None:
        self.keeper.pause()

    def action_new(self) -> None:
        from r2p_tui.tui.dialogs.new_run import NewRunDialog

        self.app.push_screen(NewRunDialog(self.keeper, self._started))

    def action_clone(self) -> None:
        from r2p_tui.tui.dialogs.new_run import NewRunDialog

        view = self._the_run
        if view is not None and view.kind in MEASURING:
            again = f"r2p {'bench' if view.kind == 'benchmark' else view.kind}"
            self.desk_app.tell(f"A {view.kind} run is not cloned: start another with {again}.")
        elif view is not None:
            self.app.push_screen(NewRunDialog(self.keeper, self._started, view))

    def _started(self, view: RunView) -> None:
        self.runs.mark(view.id)
        self.desk_app.tell(f"Run {view.id} is {view.state}.")

    def action_results(self) -> None:
        """What the run measured, on a screen of its own."""
        from r2p_tui.tui.screens.measurement import MeasurementScreen

        view = self._the_run
        if view is not None and view.kind in MEASURING:
            self.app.push_screen(MeasurementScreen(view.id))
        elif view is not None:
            self.desk_app.tell(f"Run {view.id} is of the kind {view.kind}, which measures nothing.")

    def action_quantize(self) -> None:
        from r2p_tui.tui.dialogs.quantize import QuantizeDialog

        view = self._the_run
        if view is None:
            return
        if view.kind != "train" or not view.state.is_final:
            self.desk_app.tell("Only what a training made can be quantized, once it has ended.")
            return
        self.app.push_screen(QuantizeDialog(self.keeper, self._started, view))

    def action_compare(self) -> None:
        """The two marked runs; with one mark, that and the one under the cursor."""
        from r2p_tui.tui.dialogs.compare_measured import CompareMeasuredDialog
        from r2p_tui.tui.dialogs.compare_runs import CompareRunsDialog

        marks = self.choice.marks
        chosen = marks[-2:] if len(marks) >= 2 else self.choice.in_sight
        if len(chosen) < 2:
            self.desk_app.tell("Mark a run with space, then go to the one to compare it with.")
            return
        kinds = {view.kind for view in self.keeper.views if view.id in chosen[:2]}
        if kinds <= {"quantize", "benchmark"}:
            self.app.push_screen(CompareMeasuredDialog(f"{chosen[0]}", f"{chosen[1]}"))
        else:
            self.app.push_screen(CompareRunsDialog(chosen[0], chosen[1]))


def _question(run_id: int, question: str) -> Content:
    return Content.assemble(
        (f"? {clean_line(question)} ", "bold"),
        (f"Stop run {run_id}? ", ""), ("x", "bold $primary"), " stops it, ",
        ("o", "bold $primary"), " lets it go on",
    )  # fmt: skip

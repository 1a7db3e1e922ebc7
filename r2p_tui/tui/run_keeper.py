"""The runs as a screen shows them: lists them, follows those in sight, and carries out what is asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.widget import Widget

from r2p_tui.domain.runs import MEASURING, MetricPoint, not_set_words
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean_line, shorten
from r2p_tui.tui.growing_curve import GrowingCurve
from r2p_tui.tui.measurement_keeper import Glance, GlanceReader
from r2p_tui.tui.run_words import counted_by
from r2p_tui.tui.widgets.log_pane import LogLines

if TYPE_CHECKING:
    from r2p_tui.domain.runs import RunSpec
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_following import Follower
    from r2p_tui.services.run_views import RunView
    from r2p_tui.services.runs import Clone
    from r2p_tui.tui.app import R2PApp

LISTED_AT_MOST = 300
LIST_SECONDS = 1.0
_RESOURCES_KEPT = 600
_FARTHEST = 10**15
"""Up to here an axis can tell one step from the next."""
PER_BATCH = " per batch"


class RunsSeen(Message):
    """The keeper knows more than before; what it knows is with the keeper, so a newer one replaces this."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, RunsSeen)


class RunTrace:
    """What one run reported so far: a thread adds to it, the screen draws from it."""

    def __init__(self, run_id: int, counted: str = "epoch") -> None:
        self.run_id = run_id
        self.counted = counted
        self.glance = Glance()
        self.measured = GlanceReader(run_id)
        self.curves: dict[str, GrowingCurve] = {}
        self.x_names: dict[str, str] = {}
        self.log = LogLines()
        self.used: deque[dict[str, Any]] = deque(maxlen=_RESOURCES_KEPT)
        self.read = False
        self._start: float | None = None

    def add(self, point: MetricPoint) -> None:
        """Values of a batch go into curves of their own beside those of the epochs."""
        self._start = point.time if self._start is None else self._start
        batch = point.scope == "batch" and point.epoch is not None
        for metric, value in point.values.items():
            name = f"{metric}{PER_BATCH}" if batch else metric
            curve = self.curves.get(name)
            if curve is None:
                # First, since whoever meets the curve in another thread asks for it.
                self.x_names[name] = _x_name(point)
                curve = self.curves[name] = GrowingCurve()
            curve.add(self._x(point, self.x_names[name]), value)

    def x_name(self, metric: str) -> str:
        """What the x of a curve counts, as the user is told."""
        name = self.x_names[metric]
        return self.counted if name == "epoch" else name

    def _x(self, point: MetricPoint, x_name: str) -> float:
        known = {"epoch": point.epoch, "batch": point.step, "step": point.step}.get(x_name)
        x = known if known is not None else point.time - (self._start or point.time)
        return float(max(-_FARTHEST, min(x, _FARTHEST)))


def _x_name(point: MetricPoint) -> str:
    if point.scope == "epoch" and point.epoch is not None:
        return "epoch"
    if point.step is not None:
        return "batch" if point.epoch is not None else "step"
    return "second"


class RunKeeper:
    """Runs the services for `owner`, which gets a `RunsSeen` message whenever something is new.

    `look` is called as often as the screen wants to know; it does nothing while the look before goes on.
    """

    def __init__(self, owner: Widget, app: R2PApp, *, failed: Callable[[R2PError], None]) -> None:
        self._owner = owner
        self._app = app
        self._failed = failed
        self.views: Sequence[RunView] = ()
        self.count = 0
        self.paused = False
        self.loaded = False
        self.traces: dict[int, RunTrace] = {}
        self._followers: dict[int, Follower] = {}
        self._wanted: tuple[int, ...] = ()
        self._looking = False
        self._listed_at = 0.0
        self._pauses_asked = self._pauses_done = 0

    def follow(self, run_ids: Collection[int]) -> None:
        """Read what these runs report; of others no more."""
        self._wanted = tuple(run_ids)

    def look(self, *, again: bool = False) -> None:
        """Read what is new; `again` lists the runs at once."""
        if again:
            self._listed_at = 0.0
        if self._looking:
            return
        self._looking = True
        wanted, lists = self._wanted, monotonic() - self._listed_at >= LIST_SECONDS

        def work(desk: Desk) -> None:
            # Followers first: a number that was just written need not wait for the list.
            seen = self._follow(desk, wanted)
            if seen:
                self._owner.post_message(RunsSeen())
            if lists and self._list(desk):
                self._owner.post_message(RunsSeen())

        def done(_: None) -> None:
            self._looking = False
            if set(self._wanted) - self.traces.keys() or not self._listed_at:
                self.look()

        def failed(error: R2PError) -> None:
            self._looking = False
            self._failed(error)

        self._app.tasks.run(self._owner, work, done, failed=failed, group="runs")

    def _list(self, desk: Desk) -> bool:
        from r2p_tui.services import runs
        from r2p_tui.services.run_queue import refresh

        # Set before, so that a change which comes meanwhile is listed once more.
        self._listed_at = monotonic()
        running = refresh(desk, now=self._app.now()).running
        self._app.call_later(self._app.count_running, running)
        done = self._pauses_done
        paused = runs.queue_paused(desk)
        views = runs.list_runs(desk, limit=LISTED_AT_MOST)
        count = len(views) if len(views) < LISTED_AT_MOST else runs.count_runs(desk)
        if self._pauses_asked != done:
            # What was read may be older than the key.
            paused = self.paused
        if self.loaded and (views, count, paused) == (self.views, self.count, self.paused):
            return False
        self.views, self.count, self.paused, self.loaded = views, count, paused, True
        return True

    def _follow(self, desk: Desk, wanted: Collection[int]) -> bool:
        from r2p_tui.services.run_following import Follower

        for run_id in self._followers.keys() - set(wanted):
            # Read anew when it is marked again; else every run that was ever seen would stay in memory.
            self._followers.pop(run_id)
            self.traces.pop(run_id, None)
        anything = False
        known = {view.id: view for view in self.views}
        for run_id in wanted:
            view = known.get(run_id)
            if run_id not in self._followers:
                trace = RunTrace(run_id, counted_by(view.kind) if view else "epoch")
                self._followers[run_id], self.traces[run_id] = Follower(desk, run_id), trace
            anything = self._read(self._followers[run_id], self.traces[run_id]) or anything
            if view is not None and view.kind in MEASURING:
                anything = self._read_glance(desk, view, self.traces[run_id]) or anything
        return anything

    def _read_glance(self, desk: Desk, view: RunView, trace: RunTrace) -> bool:
        before, trace.glance = trace.glance, trace.measured.read(desk, view)
        return trace.glance is not before

    def _read(self, follower: Follower, trace: RunTrace) -> bool:
        points, lines, used = follower.new_points(), follower.new_log_lines(), follower.new_resources()
        for point in points:
            trace.add(point)
        trace.log.add(lines)
        trace.used.extend(used)
        first, trace.read = not trace.read, True
        return bool(points or lines or used or first)

    # What is asked

    def act(self, work: Callable[[Desk], str], failed: Callable[[R2PError], None] | None = None) -> None:
        """Do it in the order of the keys, say the sentence that comes back, and look again."""

        def done(sentence: str) -> None:
            if sentence:
                self._app.tell(sentence)
            self.look(again=True)

        self._app.tasks.in_order(self._owner, work, done, failed=failed)

    def stop(self, run_id: int) -> None:
        now = self._app.now()

        def work(desk: Desk) -> str:
            from r2p_tui.services import runs

            view = runs.stop_run(desk, run_id, now=now)
            ended = view.state.is_final
            return f"Run {run_id} is {view.state}." if ended else f"Run {run_id} is asked to stop."

        self.act(work)

    def resume(self, run_id: int) -> None:
        """Let a run go on; once is enough, however often the key is pressed."""
        now = self._app.now()

        def work(desk: Desk) -> str:
            from r2p_tui.services import runs

            for other in runs.list_runs(desk, limit=LISTED_AT_MOST):
                if other.resumes == run_id and not other.state.is_final:
                    return f"Run {other.id} goes on where run {run_id} ended; it is {other.state} already."
            view = runs.resume_run(desk, run_id, now=now)
            lost = runs.not_kept(runs.view_of(desk, run_id).spec)
            said = f"Run {view.id} goes on where run {run_id} ended; it is {view.state}."
            return " ".join(filter(None, (said, not_set_words(lost))))

        self.act(work)

    def pause(self) -> None:
        """Hold back what is queued, or let it start."""
        paused, now = not self.paused, self._app.now()
        # At once, so that the next key turns it back, however long the store takes.
        self._take_pause(paused)
        self._pauses_asked += 1

        def work(desk: Desk) -> str:
            from r2p_tui.services import runs

            runs.pause_queue(desk, paused, now=now)
            self._pauses_done += 1
            held = "The queue is paused: what runs goes on, nothing new starts."
            return held if paused else "The queue goes on."

        def refused(error: R2PError) -> None:
            self._pauses_done += 1
            self._take_pause(not paused)
            self._app.show_error(error)

        self.act(work, refused)

    def _take_pause(self, paused: bool) -> None:
        self.paused = paused
        self._owner.post_message(RunsSeen())

    def answer(self, run_id: int, index: int, *, stop: bool) -> None:
        now = self._app.now()

        def work(desk: Desk) -> str:
            from r2p_tui.services import runs

            runs.answer(desk, run_id, index, stop=stop, now=now)
            return f"Run {run_id} is asked to stop." if stop else f"Run {run_id} goes on."

        self.act(work)

    def submit(
        self, spec: RunSpec, done: Callable[[RunView], None], failed: Callable[[R2PError], None]
    ) -> None:
        """Put a run into the queue; `failed` gets what is wrong with it."""
        from r2p_tui.services.runs import Clone

        self._submit(lambda _: Clone(spec, ()), done, failed)

    def submit_made(
        self,
        made: Callable[[Desk], RunSpec],
        done: Callable[[RunView], None],
        failed: Callable[[R2PError], None],
    ) -> None:
        """The same for a run whose spec is made from what lies on the desk."""
        from r2p_tui.services.runs import Clone

        self._submit(lambda desk: Clone(made(desk), ()), done, failed)

    def clone(
        self,
        run_id: int,
        changes: Mapping[str, object],
        done: Callable[[RunView], None],
        failed: Callable[[R2PError], None],
    ) -> None:
        """The same for a run like another one; what could not be carried over is said."""

        def spec_of(desk: Desk) -> Clone:
            from r2p_tui.services import runs

            return runs.clone_spec(desk, run_id, changes)

        self._submit(spec_of, done, failed)

    def _submit(
        self,
        spec_of: Callable[[Desk], Clone],
        done: Callable[[RunView], None],
        failed: Callable[[R2PError], None],
    ) -> None:
        now = self._app.now()

        def work(desk: Desk) -> tuple[RunView, tuple[str, ...]]:
            from r2p_tui.services import runs

            spec, left_out = spec_of(desk)
            return runs.submit(desk, _placed(spec), now=now), left_out

        def submitted(found: tuple[RunView, tuple[str, ...]]) -> None:
            view, left_out = found
            done(view)
            if left_out:
                self._app.tell(not_set_words(left_out))
            self.look(again=True)

        self._app.tasks.in_order(self._owner, work, submitted, failed=failed)


def _placed(spec: RunSpec) -> RunSpec:
    """With its whole folder, so that it no longer matters where r2p stands; raises UsageError.

    A training needs one only elsewhere: the files of that folder go along.
    """
    named = "" if spec.kind == "train" else spec.folder
    try:
        folder = Path(named or ".").expanduser().absolute()
    except RuntimeError as error:
        raise UsageError(
            f"“{shorten(clean_line(named), 60)}” cannot be its folder.",
            "There is no user whose home that would be.",
        ) from error
    except OSError as error:
        raise UsageError(
            "What would be its folder is gone: the one that r2p was started in.",
            "Leave r2p, and start it in a folder that is there.",
        ) from error
    local_train = spec.kind == "train" and (spec.on == "local" or bool(spec.folder))
    needs_none = local_train or spec.kind in MEASURING
    return spec if needs_none else replace(spec, folder=str(folder))

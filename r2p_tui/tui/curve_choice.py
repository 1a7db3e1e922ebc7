"""What is drawn of the runs: which of them, which metrics, how far, and how smooth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import chain, count
from typing import TYPE_CHECKING

from r2p_tui.domain.criteria_names import unit_of
from r2p_tui.domain.runs import RunState
from r2p_tui.text import clean_line
from r2p_tui.tui import run_words
from r2p_tui.tui.run_keeper import PER_BATCH, RunKeeper, RunTrace
from r2p_tui.tui.widgets.curve_plot import PlotFace, Series

if TYPE_CHECKING:
    from r2p_tui.services.run_views import RunView
    from r2p_tui.tui.measurement_keeper import Glance

SMOOTHINGS = (0.0, 0.6, 0.9)
CURVES_AT_MOST = 8
_NAME_AT_MOST = 32
EVERYTHING = (-math.inf, math.inf)


class CurveChoice:
    """The choices of the user over what `keeper` knows; `here` is the run under the cursor."""

    def __init__(self, keeper: RunKeeper) -> None:
        self._keeper = keeper
        self.here: RunView | None = None
        self.marks: list[int] = []
        self.chosen: tuple[str, ...] = ()
        self.log = False
        self.range = EVERYTHING
        self._smoothing = 0
        self._curves_of: int | None = None
        self._slots: dict[tuple[int, str], int] = {}

    # What is chosen

    @property
    def in_sight(self) -> list[int]:
        """The runs whose curves are drawn; that under the cursor comes last and is drawn over the others."""
        marks = [run_id for run_id in self.marks if self.here is None or run_id != self.here.id]
        return [*marks, self.here.id] if self.here else marks

    @property
    def known_metrics(self) -> list[str]:
        """Every metric of the runs in sight: the main one, those of whole epochs, those of batches."""
        names = {
            name
            for trace in self._traces()
            for name in list(trace.curves)
            # The steps of a run with variants are one variant each: a line through them would mean nothing.
            if not trace.glance.variants or name.endswith(PER_BATCH)
        }
        main = self.here.main_metric if self.here else ""
        return sorted(names, key=lambda name: (name.endswith(PER_BATCH), name != main, name))

    @property
    def metrics(self) -> tuple[str, ...]:
        """What was chosen, as far as it is there, else what tells most of the run."""
        known = self.known_metrics
        return tuple(name for name in self.chosen if name in known) or tuple(known[:1])

    @property
    def slots(self) -> dict[int, int]:
        """The colour of each marked run, where one of its curves is drawn."""
        drawn = [(run_id, name) for name in reversed(self.metrics) for run_id in self.marks]
        return {key[0]: self._slots[key] for key in drawn if key in self._slots}

    def toggle(self, run_id: int) -> None:
        """Keep the curve of a run, or let it go."""
        if run_id in self.marks:
            self.marks.remove(run_id)
        else:
            self.marks.append(run_id)

    def forget_others(self, run_ids: Iterable[int]) -> None:
        """Let go of marks on runs that are no longer listed."""
        listed = set(run_ids)
        self.marks = [run_id for run_id in self.marks if run_id in listed]

    @property
    def glance(self) -> Glance | None:
        """The variants that the run measured, until its curves are asked for or laid over others."""
        return self._variants if self.here and self.here.id != self._curves_of else None

    @property
    def _variants(self) -> Glance | None:
        """Those of the run under the cursor, where no other is in sight."""
        trace = self._keeper.traces.get(self.here.id) if self.here and len(self.in_sight) == 1 else None
        return trace.glance if trace and trace.glance.variants else None

    def pick(self, metrics: tuple[str, ...]) -> None:
        """Draw these metrics."""
        self.chosen = metrics
        self._curves_of = self.here.id if self.here else None

    def step(self, steps: int) -> None:
        """Another metric, round and round; the variants of a run are one stop on the way."""
        known = self.known_metrics
        if self.here and self._variants:
            ring = ["", *known]
            at = 0 if self.glance else ring.index(self.metrics[0]) if self.metrics else 0
            name = ring[(at + steps) % len(ring)]
            self._curves_of = self.here.id if name else None
            self.chosen = (name,) if name else self.chosen
        elif known:
            at = known.index(self.metrics[0])
            self.chosen = (known[(at + steps) % len(known)],)

    def smooth(self) -> None:
        self._smoothing = (self._smoothing + 1) % len(SMOOTHINGS)

    def cut(self, face: PlotFace, *, start: bool, end: bool) -> None:
        """Look closer: a quarter of what is in sight goes at one end."""
        data = [series.data for series in face.curves if len(series.data)]
        if not data:
            return
        first = max(min(min(one.xs) for one in data), self.range[0])
        last = min(max(max(one.xs) for one in data), self.range[1])
        quarter = max(last - first, 0.0) / 4
        if quarter:
            self.range = (
                first + quarter if start else self.range[0],
                last - quarter if end else self.range[1],
            )

    # What that looks like

    def face(self) -> PlotFace:
        """The curves that are chosen; those over another x than the run under the cursor are left out."""
        names = self.metrics
        drawn = [(trace, name) for name in names for trace in self._traces() if name in trace.curves]
        drawn = [one for one in drawn if _x_name(*one) == _x_name(*drawn[-1])][-CURVES_AT_MOST:]
        self._give_slots([(trace.run_id, name) for trace, name in drawn])
        series = [self._series(trace, name, several=len(names) > 1) for trace, name in drawn]
        units = {unit_of(name) for name in names}
        return PlotFace(
            title=" and ".join(names),
            unit=units.pop() if len(units) == 1 else "",
            curves=tuple(series),
            log=self.log,
            weight=SMOOTHINGS[self._smoothing],
            first=self.range[0],
            last=self.range[1],
            empty=self._why_nothing(),
        )

    def _traces(self) -> list[RunTrace]:
        found = (self._keeper.traces.get(run_id) for run_id in self.in_sight)
        return [trace for trace in found if trace is not None]

    def _give_slots(self, drawn: Sequence[tuple[int, str]]) -> None:
        """A letter and a colour as long as a curve is drawn, of another metric of the run the same."""
        before, self._slots = self._slots, {key: slot for key, slot in self._slots.items() if key in drawn}
        known = {run_id for run_id, _ in before}
        for key in sorted(drawn, key=lambda key: key[0] not in known):
            own = (slot for (run_id, _), slot in before.items() if run_id == key[0])
            free = (slot for slot in chain(own, count()) if slot not in self._slots.values())
            if key not in self._slots:
                self._slots[key] = next(free)

    def _series(self, trace: RunTrace, metric: str, *, several: bool) -> Series:
        return Series(
            self._slots[trace.run_id, metric],
            self._name_of(trace.run_id),
            trace.curves[metric],
            run_words.lowest_is_best(metric),
            _x_name(trace, metric),
            metric if several else "",
        )

    def _name_of(self, run_id: int) -> str:
        name = next((view.name for view in self._keeper.views if view.id == run_id), "")
        return f"#{run_id} {clean_line(name)[:_NAME_AT_MOST]}"

    def _why_nothing(self) -> str:
        if self.here is None:
            return ""
        trace = self._keeper.traces.get(self.here.id)
        if self.here.state is RunState.QUEUED:
            return "It waits in the queue; curves come once it runs."
        if trace is None or not trace.read:
            return "reading what it wrote …"
        return "No numbers yet." if self.here.state.is_active else "It reported no numbers."


def _x_name(trace: RunTrace, metric: str) -> str:
    return trace.x_name(metric)


def range_of(text: str) -> tuple[float, float] | None:
    """`10-40`, `10-`, `-40` or nothing for everything; None for what is no range."""
    first, dash, last = text.replace(" ", "").replace("..", "-").partition("-")
    if not first and not last:
        return EVERYTHING
    try:
        found = (float(first) if first else -math.inf, float(last) if last else math.inf)
    except ValueError:
        return None
    return found if dash and found[0] < found[1] else None

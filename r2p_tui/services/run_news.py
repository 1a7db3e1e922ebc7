"""What run folders hold beyond what the store has copied of them."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from r2p_tui.domain.criteria_names import highest_is_best
from r2p_tui.domain.runs import MEASURING, MetricPoint, RunState
from r2p_tui.runs.rundir import BATCH_MARK, LineReader, RunDir, point_of, read_json, time_of
from r2p_tui.services.desk import Desk
from r2p_tui.store import runs as store
from r2p_tui.store.measurements import keep_measurement
from r2p_tui.store.runs import Run

_BATCH_SECONDS = 5.0


class Step(NamedTuple):
    """The state that a run comes to, and what is known of it only then."""

    state: RunState
    fields: Mapping[str, Any]


class News:
    """What the files of a run hold beyond what the store has copied."""

    def __init__(self, run: Run, folder: RunDir) -> None:
        self._run = run
        self._folder = folder
        self._metrics = LineReader(folder.metrics, run.metrics_offset)
        self._events = LineReader(folder.events, run.events_offset)
        lines = self._metrics.read_new(last_of=BATCH_MARK)
        self._points = [point for point in map(point_of, lines) if point is not None]
        self._told = [event for event in self._events.read_new() if time_of(event) is not None]

    def worth_writing(self, *, final: bool) -> bool:
        """Points within an epoch wait for company: each write makes the disk work."""
        if self._told or any(point.scope == "epoch" for point in self._points):
            return True
        return bool(self._points) and (final or time.time() - self._points[0].time > _BATCH_SECONDS)

    def copy(self, desk: Desk, step: Step | None) -> None:
        """Add what is new and take the step with it.

        Where another process was faster, the next look does both: after a last step nothing is added.
        """
        with desk.store.write() as session:
            run = session.get(Run, self._run.id)
            if run is None or run.id is None or RunState(run.state).is_final:
                return
            if (run.metrics_offset, run.events_offset) != (self._run.metrics_offset, self._run.events_offset):
                return
            epochs = [point for point in self._points if point.scope == "epoch"]
            store.add_points(session, run.id, epochs)
            store.add_events(session, run.id, self._told)
            summarize(run, self._points, self._told)
            run.metrics_offset, run.events_offset = self._metrics.offset, self._events.offset
            session.flush()
            if step is not None:
                store.step(session, run.id, step.state, **step.fields)
                if (measured := self._measured(step)) is not None:
                    keep_measurement(session, run.id, run.kind, measured)

    def _measured(self, step: Step) -> dict[str, Any] | None:
        """What outlives the folder, also where the run was stopped on the way."""
        if not step.state.is_final or self._run.kind not in MEASURING:
            return None
        measured = read_json(self._folder.measurement)
        if measured is None:
            return None
        # Names of layers and classes are anybody's: half characters, which no store takes, are replaced.
        text = json.dumps(measured, ensure_ascii=False).encode("utf-8", "replace")
        found: dict[str, Any] = json.loads(text)
        return found


def summarize(run: Run, points: Sequence[MetricPoint], events: Sequence[Mapping[str, Any]]) -> None:
    """Bring what a run says of itself at a glance up to these points and events."""
    latest = {name: float(value) for name, value in run.latest.items()}
    best = {name: float(value) for name, value in run.best.items()}
    for point in points:
        run.epoch = run.epoch if point.epoch is None else point.epoch
        run.step = run.step if point.step is None else point.step
        latest.update(point.values)
        if point.scope == "epoch":
            for name, value in point.values.items():
                best[name] = _better(name, best.get(name), value)
    run.latest, run.best = store.plain(latest), store.plain(best)
    run.lights = _lights(run.lights, events)
    run.questions = _questions(run.questions, events)


def _better(name: str, known: float | None, value: float) -> float:
    if known is None or math.isnan(known) or math.isnan(value):
        return value if known is None or math.isnan(known) else known
    return max(known, value) if highest_is_best(name) else min(known, value)


def _lights(known: Sequence[dict[str, Any]], events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    lights = {light["index"]: light for light in known}
    for event in events:
        if event.get("event") == "criterion" and isinstance(event.get("index"), int):
            lights[event["index"]] = {
                "index": event["index"],
                "light": str(event.get("light") or ""),
                "sentence": str(event.get("sentence") or ""),
            }
    return [lights[index] for index in sorted(lights)]


def _questions(known: Sequence[dict[str, Any]], events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    asked = [
        {"index": event["index"], "sentence": str(event.get("sentence") or "")}
        for event in events
        if event.get("event") == "question" and isinstance(event.get("index"), int)
    ]
    return [*known, *asked]

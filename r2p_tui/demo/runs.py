"""The packaged runs: on demonstration data sets, with the numbers that this program measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, NamedTuple

from r2p_tui.domain.runs import MetricPoint, RunSpec, spec_from_values
from r2p_tui.paths import Paths
from r2p_tui.runs.rundir import RunDir, append_line, point_line, run_folder, write_json
from r2p_tui.services.run_news import summarize
from r2p_tui.store.runs import Run

RUNS_FILE = "runs.json"
MEASURED = "measured"
"""The folder of single samples: one folder below it for each packaged run that measured, by its number."""


class PackagedRun(NamedTuple):
    """A run as it was; its times count in seconds from its start."""

    spec: RunSpec
    days_ago: float
    seconds: float
    end: Mapping[str, Any]
    points: list[MetricPoint]
    events: list[dict[str, Any]]
    resources: list[dict[str, Any]]
    outcome: Mapping[str, Any]
    log: str
    measurement: dict[str, Any] | None

    def started_at(self, now: datetime) -> datetime:
        return now - timedelta(days=self.days_ago)

    def timed_points(self, now: datetime) -> list[MetricPoint]:
        start = self.started_at(now).timestamp()
        return [point._replace(time=start + point.time) for point in self.points]

    def timed_events(self, now: datetime) -> list[dict[str, Any]]:
        return self._timed(self.events, now)

    def timed_resources(self, now: datetime) -> list[dict[str, Any]]:
        return self._timed(self.resources, now)

    def _timed(self, lines: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
        start = self.started_at(now).timestamp()
        return [line | {"time": start + line["time"]} for line in lines]

    def record(self, run_id: int, now: datetime) -> Run:
        """The run as the store knows it."""
        started = self.started_at(now)
        run = Run(
            id=run_id,
            kind=self.spec.kind,
            name=self.spec.name,
            state=self.end["state"],
            wants=self.spec.device,
            device="cpu",
            spec=self.spec.values(),
            created_at=started,
            started_at=started,
            ended_at=started + timedelta(seconds=self.seconds),
            reason=self.end["reason"],
            stopped_by=self.end["stopped_by"],
        )
        summarize(run, self.points, self.events)
        return run


def packaged_runs() -> list[PackagedRun]:
    """In the order in which they were made."""
    text = files("r2p_tui.demo").joinpath(RUNS_FILE).read_text(encoding="utf-8")
    return [_read(values) for values in json.loads(text)]


def _read(values: Mapping[str, Any]) -> PackagedRun:
    points = [MetricPoint(point["time"], point["values"], epoch=point["epoch"]) for point in values["points"]]
    rest = {name: values[name] for name in PackagedRun._fields if name not in ("spec", "points")}
    return PackagedRun(spec=spec_from_values(values["spec"]), points=points, **rest)


def samples_of(number: int) -> dict[str, bytes]:
    """The files of single samples of the run of that number, by their names; some runs have none."""
    folder = files("r2p_tui.demo").joinpath(MEASURED, str(number))
    return {file.name: file.read_bytes() for file in folder.iterdir()} if folder.is_dir() else {}


def write_folder(paths: Paths, run_id: int, run: PackagedRun, now: datetime) -> None:
    """The folder that the run would have left behind, without its checkpoints."""
    folder: RunDir = run_folder(paths.runs, run_id)
    folder.path.mkdir(parents=True, mode=0o700)
    write_json(folder.spec, run.spec.values())
    points = [point_line(point) for point in run.timed_points(now)]
    written = {
        folder.metrics: points,
        folder.events: run.timed_events(now),
        folder.resources: run.timed_resources(now),
    }
    for path, lines in written.items():
        for line in lines:
            append_line(path, line)
    folder.log.write_text(run.log, encoding="utf-8")
    write_json(folder.outcome, run.outcome)
    if run.measurement is not None:
        write_json(folder.measurement, run.measurement)
        folder.measured.mkdir(mode=0o700)
        for name, content in samples_of(run_id).items():
            (folder.measured / name).write_bytes(content)
    ended = run.started_at(now).timestamp() + run.seconds
    write_json(folder.exit, dict(run.end) | {"ended_at": ended})

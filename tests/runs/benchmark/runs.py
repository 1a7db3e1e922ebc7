"""Benchmark runs in a folder, carried out in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from r2p_tui.domain.measurements import Check, Measurement
from r2p_tui.domain.plain_values import from_plain
from r2p_tui.domain.runs import RunSpec
from r2p_tui.runs.benchmark.run import benchmark
from r2p_tui.runs.rundir import LineReader, RunDir, read_json


def carried_out(folder: Path, *, environment: dict[str, str] | None = None, **settings: Any) -> Measurement:
    """What `measurement.json` holds in the end."""
    run = RunDir(folder / "run")
    run.path.mkdir(exist_ok=True)
    spec = RunSpec("benchmark", "test", folder=str(folder), benchmark=settings, environment=environment or {})
    benchmark(run, spec)
    return from_plain(Measurement, read_json(run.measurement))


def notes(folder: Path) -> list[str]:
    """Sentences among the events."""
    return [event["sentence"] for event in LineReader(RunDir(folder / "run").events).read_new()]


def checks(measured: Measurement) -> dict[str, Check]:
    return {check.name: check for check in measured.checklist}

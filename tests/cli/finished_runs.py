"""Runs that lie in the store and in their folders as if they had run, for the commands that show them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from r2p_tui.domain.runs import Criterion, MetricPoint, RunSpec, RunState
from r2p_tui.runs.rundir import append_line, point_line, run_folder, write_json
from r2p_tui.services.desk import Desk
from r2p_tui.store.runs import Run, step
from tests.cli.conftest import NOW

# Prints what a small training would.
PRINTS = """
import sys, time
epochs, pause = int(sys.argv[1]), float(sys.argv[2])
for epoch in range(1, epochs + 1):
    print(f'{{"epoch": {epoch}, "map50": {epoch / 100}, "val_loss": {1 / epoch}}}', flush=True)
    time.sleep(pause)
"""


def put_run(
    desk: Desk,
    name: str,
    state: str = "done",
    *,
    points: Sequence[Mapping[str, float]] = (),
    log: str = "",
    reason: str = "",
    spec: Mapping[str, Any] | None = None,
    **fields: Any,
) -> int:
    """A run with one point an epoch; its number. A state that is not final needs a paused queue."""
    told = {"kind": "command", "name": name, "argv": ("true",), "epochs": len(points) or None}
    whole = RunSpec(**{**told, **(spec or {})})
    run = Run(
        kind=whole.kind,
        name=name,
        spec=whole.values(),
        created_at=NOW,
        epoch=len(points) or None,
        latest=dict(points[-1]) if points else {},
        best={key: max(point[key] for point in points) for key in points[-1]} if points else {},
        **fields,
    )
    with desk.store.write() as session:
        session.add(run)
        session.flush()
        assert run.id is not None
        number = run.id
        if state != "queued":
            step(session, number, RunState.STARTING, device="cpu", started_at=NOW)
            step(session, number, RunState(state), reason=reason, ended_at=NOW + timedelta(minutes=65))
    folder = run_folder(desk.paths.runs, number)
    folder.path.mkdir(parents=True)
    write_json(folder.spec, whole.values())
    for epoch, values in enumerate(points, 1):
        append_line(folder.metrics, point_line(MetricPoint(1.7e9 + epoch, values, epoch)))
    if log:
        folder.log.write_text(log)
    return number


def kill_when(text: str) -> Criterion:
    return Criterion("kill", text)


def command(tmp_path: Path, epochs: int, pause: float = 0.0) -> list[str]:
    """The words of a command that reports so many epochs with a pause after each, in seconds."""
    script = tmp_path / "train.py"
    script.write_text(PRINTS)
    return [sys.executable, str(script), str(epochs), str(pause)]

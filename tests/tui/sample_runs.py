"""Runs with the folders that they would have written, and one that goes on as long as its locks are held."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from r2p_tui.domain.runs import Criterion, MetricPoint, RunSpec, RunState
from r2p_tui.runs.flocks import Lock
from r2p_tui.runs.rundir import RunDir, append_line, point_line, run_folder, write_json
from r2p_tui.services import runs
from r2p_tui.services.desk import Desk
from tests.services.stored_runs import add_run, epochs

from .conftest import NOW

CRITERIA = (
    Criterion("success", "map50 >= 0.60 by epoch 40"),
    Criterion("kill", "map50 < 0.10 by epoch 10"),
    Criterion("soft-kill", "val_loss rising for 5 epochs"),
)
START = NOW.timestamp() - 1800


def training(name: str, **changes: Any) -> RunSpec:
    train = {"model": "yolov8n.yaml", "data": "inspection.yaml", "epochs": 40, "imgsz": 640}
    fields = {name: changes.pop(name) for name in ("criteria", "time_box") if name in changes}
    return RunSpec("train", name, train=train | changes, epochs=40, **fields)


def curves(count: int, top: float) -> dict[str, list[float]]:
    """Metrics that rise and losses that fall, by formula, so that pictures stay the same."""
    rising = [1 - math.exp(-epoch / 9) for epoch in range(1, count + 1)]
    return {
        "map50": [top * share for share in rising],
        "map50_95": [0.6 * top * share for share in rising],
        "val_loss": [3.4 - 3 * share + 0.05 * math.sin(9 * share) for share in rising],
    }


def ended(
    desk: Desk, name: str, count: int, top: float, *, state: RunState = RunState.DONE, **fields: Any
) -> int:
    values = curves(count, top)
    changes = fields.pop("changes", {})
    return add_run(
        desk,
        training(name, **changes),
        state=state,
        points=epochs(values, START),
        log="".join(f"epoch {epoch} of 40\n" for epoch in range(1, count + 1)),
        now=NOW - timedelta(hours=2),
        ended_at=NOW - timedelta(hours=1),
        epoch=count,
        latest={metric: column[-1] for metric, column in values.items()},
        best={metric: (min if "loss" in metric else max)(column) for metric, column in values.items()},
        **fields,
    )


class LiveRun:
    """A run that its test writes for."""

    def __init__(self, desk: Desk, run_id: int) -> None:
        self.id = run_id
        self.folder: RunDir = run_folder(desk.paths.runs, run_id)

    def report(self, epoch: int, **values: float) -> None:
        append_line(self.folder.metrics, point_line(MetricPoint(START + 60 * epoch, values, epoch=epoch)))

    def write_log(self, text: str) -> None:
        with self.folder.log.open("a", encoding="utf-8") as log:
            log.write(text)

    def tell(self, **event: Any) -> None:
        append_line(self.folder.events, {"time": START, **event})


@contextmanager
def living(desk: Desk, name: str = "RT-DETR-l inspection", **changes: Any) -> Iterator[LiveRun]:
    """A run in the middle of its work."""
    spec = training(name, criteria=CRITERIA, **changes)
    run_id = add_run(
        desk, spec, state=RunState.RUNNING, now=NOW - timedelta(minutes=30), device="cpu"
    )  # fmt: skip
    live = LiveRun(desk, run_id)
    write_json(live.folder.process, {"pid": 1, "pgid": 1, "start_ticks": 1, "boot_id": "a boot"})
    alive, watched = Lock.try_take(live.folder.alive_lock), Lock.try_take(live.folder.supervisor_lock)
    assert alive and watched
    with alive, watched:
        yield live


def several(desk: Desk) -> list[int]:
    """A run that is done, one that failed, and one that waits in a queue that is held."""
    runs.pause_queue(desk, True, now=NOW)
    done = ended(desk, "YOLOv8n inspection", 40, 0.55, reason="", changes={"mosaic": 1.0})
    failed = ended(
        desk, "ablate mosaic (2/6)", 22, 0.2, state=RunState.FAILED,
        reason="The GPU ran out of memory (batch 64).", changes={"mosaic": 0.0},
    )  # fmt: skip
    return [done, failed, add_run(desk, training("ablate mosaic (3/6)"), now=NOW)]

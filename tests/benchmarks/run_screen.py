"""From a metric that a run writes into its folder to the frame that shows it, in a real terminal.

The run lives as long as this program holds its locks. Every byte is timed as it arrives.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from r2p_tui.config import load_settings
from r2p_tui.domain.runs import MetricPoint, RunSpec, RunState
from r2p_tui.paths import Paths, under
from r2p_tui.runs.flocks import Lock
from r2p_tui.runs.rundir import RunDir, append_line, point_line, run_folder, write_json
from r2p_tui.services.desk import Desk
from r2p_tui.services.runs import pause_queue
from tests.benchmarks.measure import at_most, duration, median, p95
from tests.pty_harness import PtyProgram, python
from tests.services.stored_runs import add_run

REPORTS = 40
BATCHES = 50_000
LIMIT = 1.0


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        folder = _prepare(under(Path(home)))
        alive, watched = Lock.try_take(folder.alive_lock), Lock.try_take(folder.supervisor_lock)
        assert alive and watched
        with alive, watched:
            times = _measure(home, folder)
    print(f"  {len(times)} epochs: median {duration(median(times))}, worst {duration(max(times))}")
    at_most(
        f"a metric on the screen after it was written, {BATCHES:,} batches before, worst", max(times), LIMIT
    )
    at_most(
        f"a metric on the screen after it was written, {BATCHES:,} batches before, p95", p95(times), LIMIT
    )


def _prepare(paths: Paths) -> RunDir:
    now = datetime.now(UTC)
    with Desk(paths, load_settings(paths.config_file), offline=True) as desk:
        pause_queue(desk, True, now=now)
        run_id = add_run(desk, RunSpec("train", "a training", epochs=1000), state=RunState.RUNNING, now=now)
        folder = run_folder(desk.paths.runs, run_id)
    write_json(folder.process, {"pid": 1, "pgid": 1, "start_ticks": 1, "boot_id": ""})
    with folder.metrics.open("w", encoding="utf-8") as file:
        for step in range(BATCHES):
            point = MetricPoint(1.0, {"loss": 1 / (step + 1)}, epoch=1, step=step, scope="batch")
            file.write(json.dumps(point_line(point)) + "\n")
    return folder


def _measure(home: str, folder: RunDir) -> list[float]:
    chance = random.Random(1)
    program = PtyProgram(
        python("-m", "r2p_tui", "--offline"), columns=120, rows=40, environ={"R2P_HOME": home}
    )
    times = []
    with program:
        program.wait_for_text("Today")
        program.press("5")
        program.wait_for_text("#1 a training")
        for epoch in range(2, REPORTS + 2):
            time.sleep(0.2 + chance.random())
            times.append(_report(program, folder, epoch))
    return times


def _report(program: PtyProgram, folder: RunDir, epoch: int) -> float:
    """Seconds from the line in the file to its number on the screen."""
    program.settle(quiet=0.05)
    program.text()
    written = time.monotonic()
    point = MetricPoint(time.time(), {"map50": epoch / 100}, epoch=epoch)
    append_line(folder.metrics, point_line(point))
    found: float | None = None

    def look() -> bool:
        nonlocal found
        program.settle(quiet=0.02)
        found = program.arrival(lambda: any(f"at epoch {epoch}" in line for line in program.screen.display))
        return found is not None

    program.wait_until(look, f"epoch {epoch} on the screen")
    assert found is not None
    return found - written


if __name__ == "__main__":
    main()

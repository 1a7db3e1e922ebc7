"""From a key in Triage to the frame that shows what it did, with 10,000 papers waiting and ranking.

Every byte is timed as it arrives and the screen is computed afterwards, so that the measuring costs nothing.
"""

from __future__ import annotations

import random
import re
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from r2p_tui.paths import under
from r2p_tui.store.engine import open_store
from tests.benchmarks.measure import at_most, duration, median, p95
from tests.benchmarks.synthetic import NOW, fill
from tests.pty_harness import PtyProgram, python

WAITING = 10_000
PRESSES = 200
KEYS = "kxj"
BETWEEN_KEYS = 0.1
LIMIT = 0.050
COLUMNS, ROWS = 120, 40
FIRST_ROW = 2
LIST_COLUMN = 8

_LEFT = re.compile(r"([\d,]+) left")


class Sight(NamedTuple):
    """What the user sees of the list: how many papers are left, and the line under the cursor."""

    left: int
    marked: str


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = under(Path(folder))
        with open_store(paths.store, paths.backups, now=NOW) as store:
            fill(store, WAITING + 2_000, waiting=WAITING, decided=500)
        by_key = _measure(Path(folder))
    for key, times in by_key.items():
        print(
            f"  key {key}: {len(times)} presses, median {duration(median(times))}, p95 {duration(p95(times))}"
        )
    everything = [seconds for times in by_key.values() for seconds in times]
    at_most(f"key to repaint, {WAITING:,} waiting, {len(everything)} keys, p95", p95(everything), LIMIT)


def _measure(home: Path) -> dict[str, list[float]]:
    keys = random.Random(1).choices(KEYS, k=PRESSES)
    by_key: dict[str, list[float]] = {key: [] for key in KEYS}
    program = PtyProgram(
        python("-m", "tests.benchmarks.triage_program"),
        columns=COLUMNS,
        rows=ROWS,
        environ={"R2P_HOME": str(home)},
    )
    with program:
        program.wait_for_text(f"{WAITING:,} left")
        program.settle(quiet=3.0)
        for key in keys:
            by_key[key].append(_press(program, key))
            time.sleep(BETWEEN_KEYS)
        program.signal(signal.SIGTERM)
        program.wait()
    return by_key


def _press(program: PtyProgram, key: str) -> float:
    """Seconds from the key to the frame in which another paper is marked and, if it decides, one is gone."""
    program.lines()
    before = _sight(program)
    left = before.left - (key != "j")

    def shows_it() -> bool:
        after = _sight(program)
        return after.left == left and after.marked not in ("", before.marked)

    pressed = time.monotonic()
    program.press(key)
    return _arrival(program, shows_it, key) - pressed


def _arrival(program: PtyProgram, shows_it: Callable[[], bool], key: str) -> float:
    found: float | None = None

    def look() -> bool:
        nonlocal found
        program.settle(quiet=0.03)
        found = program.arrival(shows_it)
        return found is not None

    program.wait_until(look, f"the repaint after {key}")
    assert found is not None
    return found


def _sight(program: PtyProgram) -> Sight:
    lines = program.screen.display
    counts = _LEFT.search("\n".join(lines))
    cells = program.screen.buffer
    marked = (lines[row] for row in range(FIRST_ROW, ROWS - 1) if cells[row][LIST_COLUMN].bold)
    return Sight(int(counts[1].replace(",", "")) if counts else -1, next(marked, "")[: COLUMNS // 3])


if __name__ == "__main__":
    main()

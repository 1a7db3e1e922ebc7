"""From the start of the process to what the user sees, in a real pseudo-terminal.

The yardstick is an empty Textual app with a DataTable. r2p opens on Triage, over a small and a large store
with as many papers waiting; the first frame is that of our layout, the first title that of any of them.
"""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from r2p_tui.paths import under
from r2p_tui.store.engine import open_store
from tests.benchmarks.empty_table import HEADER
from tests.benchmarks.measure import compare, median
from tests.benchmarks.synthetic import NOW, fill, papers
from tests.pty_harness import PtyProgram, python

ROUNDS = 9
COLUMNS, ROWS = 120, 40
WAITING = 500
SMALL, LARGE = 1_000, 100_000
SHOWN_OF_A_TITLE = 20
# Words of the first line and of the last one: the frame is complete.
LAYOUT = (b"Triage", b"skip")


class Paint(NamedTuple):
    """Seconds from the start of a process to its first frame, and to the first title in it."""

    frame: float
    title: float


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        homes = {count: Path(folder) / str(count) for count in (SMALL, LARGE)}
        titles = {count: _prepare(home, count) for count, home in homes.items()}
        subjects: list[Callable[[], Paint]] = [
            _yardstick,
            lambda: _paint(homes[SMALL], titles[SMALL]),
            lambda: _paint(homes[LARGE], titles[LARGE]),
        ]
        for subject in subjects:  # bytecode and file caches
            subject()
        yardstick, small, large = _interleaved(subjects)
    compare(f"first frame of Triage, {SMALL:,} papers", small.frame, yardstick.frame, 1.6)
    compare(f"first frame of Triage, {LARGE:,} against {SMALL:,} papers", large.frame, small.frame, 1.2)
    compare(f"first title in Triage, {LARGE:,} against {SMALL:,} papers", large.title, small.title, 1.2)


def _interleaved(subjects: Sequence[Callable[[], Paint]]) -> list[Paint]:
    """The medians of each subject; every round runs each of them once, starting with another one."""
    paints: list[list[Paint]] = [[] for _ in subjects]
    for start in range(ROUNDS):
        for offset in range(len(subjects)):
            index = (start + offset) % len(subjects)
            paints[index].append(subjects[index]())
    return [Paint(median(p.frame for p in some), median(p.title for p in some)) for some in paints]


def _prepare(home: Path, count: int) -> list[bytes]:
    """Fill a store; returns how the titles of the waiting papers begin."""
    paths = under(home)
    with open_store(paths.store, paths.backups, now=NOW) as store:
        fill(store, count, waiting=WAITING, decided=200, read=40, noted=40)
    waiting = [paper.title for i, paper in enumerate(papers(count)) if i >= count - WAITING]
    return [title[:SHOWN_OF_A_TITLE].encode() for title in waiting]


def _yardstick() -> Paint:
    with _start("tests.benchmarks.empty_table") as program:
        frame = _seconds_until(program, lambda: HEADER.encode() in program.raw)
    return Paint(frame, frame)


def _paint(home: Path, titles: list[bytes]) -> Paint:
    with _start("tests.benchmarks.triage_program", home) as program:
        frame = _seconds_until(program, lambda: all(word in program.raw for word in LAYOUT))
        title = _seconds_until(program, lambda: _ends_with_any(program, titles))
        program.signal(signal.SIGTERM)
        program.wait()
    return Paint(frame, title)


def _ends_with_any(program: PtyProgram, titles: list[bytes]) -> bool:
    """Whether the last piece of output holds a title; looking at all of it would delay the next reading."""
    last = program.raw[-len(program.chunks[-1].data) - SHOWN_OF_A_TITLE :]
    return any(title in last for title in titles)


def _start(module: str, home: Path = Path("/nowhere")) -> PtyProgram:
    return PtyProgram(python("-m", module), columns=COLUMNS, rows=ROWS, environ={"R2P_HOME": str(home)})


def _seconds_until(program: PtyProgram, seen: Callable[[], bool]) -> float:
    program.wait_until(seen, "the paint")
    return program.chunks[-1].at - program.started_at


if __name__ == "__main__":
    main()

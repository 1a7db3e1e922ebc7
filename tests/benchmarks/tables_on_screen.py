"""From a key to the frame that answers it while a paper of 30 pages is read, and from `t` to kept tables.

The paper is the packaged report, copied until it has 30 pages. Every byte is timed as it arrives.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pymupdf

from r2p_tui.config import load_settings
from r2p_tui.demo.library import prepare_demo
from r2p_tui.paths import under
from r2p_tui.services.desk import Desk
from r2p_tui.services.documents import attach_document
from r2p_tui.services.papers import find_view
from tests.benchmarks.measure import at_most, duration, median, p95
from tests.pty_harness import PtyProgram, python

REPORT = Path(__file__).resolve().parents[2] / "data" / "inspection_report.pdf"
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
PAGES = 30
READINGS = 6
OPENINGS = 20
LIMIT = 0.100
LONG_PAPER, KEPT_PAPER = "2010.04159", "2004.10934"
LONG_TITLE, KEPT_TITLE = "Deformable DETR", "YOLOv4: Optimal"
READING, NOTES = "Reading the PDF", "Pass 1: a first look"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _prepare(Path(folder))
        program = PtyProgram(
            python("-m", "r2p_tui", "demo"), columns=120, rows=40, environ={"R2P_HOME": folder}
        )
        with program:
            program.wait_for_text("Today")
            openings = _open_tables(program)
            while_reading = _press_while_reading(program)
    for name, times in (("opened tables", openings), ("keys while reading", while_reading)):
        print(f"  {name}: {len(times)}, median {duration(median(times))}, worst {duration(max(times))}")
    at_most(f"a key while {PAGES} pages are read, p95", p95(while_reading), LIMIT)
    at_most("from a key to a paper's kept tables, p95", p95(openings), LIMIT)


def _prepare(home: Path) -> None:
    """The demonstration library; one of its papers has a long PDF that waits to be read."""
    paths = prepare_demo(under(home), now=NOW)
    long = home / "long.pdf"
    with pymupdf.open(REPORT) as report, pymupdf.open() as copies:
        while copies.page_count < PAGES:
            copies.insert_pdf(report, to_page=min(report.page_count, PAGES - copies.page_count) - 1)
        copies.save(long)
    with Desk(paths, load_settings(paths.config_file), offline=True) as desk:
        attach_document(desk, find_view(desk, LONG_PAPER).paper_id, long, now=NOW)


def _open_tables(program: PtyProgram) -> list[float]:
    """Seconds from `t` in the library to the grid, of a paper whose tables are kept."""
    _find(program, KEPT_TITLE)
    times = []
    for _ in range(OPENINGS):
        times.append(_answer(program, "t", "◆"))
        _answer(program, "escape", "1 paper matches")
    return times


def _press_while_reading(program: PtyProgram) -> list[float]:
    """Seconds of keys that walk the parts of a paper, as long as its PDF is being read."""
    _find(program, LONG_TITLE)
    program.press("enter")
    program.wait_for_text("Decision")
    times: list[float] = []
    for _ in range(READINGS):
        program.press("t", "R")
        program.wait_for_text(READING)
        while READING in program.text():
            times.append(_answer(program, "H", NOTES))
            times.append(_answer(program, "L", NOTES, comes=False))
    return times


def _find(program: PtyProgram, title: str) -> None:
    """Mark the one paper with this title in the library."""
    for keys in ("3", "/", title, "enter"):
        program.press(keys)
        program.settle(quiet=0.5)


def _answer(program: PtyProgram, key: str, words: str, *, comes: bool = True) -> float:
    """Seconds from a key to the frame in which these words have come to the screen, or have gone."""
    found: float | None = None

    def look() -> bool:
        nonlocal found
        program.settle(quiet=0.03)
        found = program.arrival(lambda: comes == any(words in line for line in program.screen.display))
        return found is not None

    program.text()
    pressed = time.monotonic()
    program.press(key)
    program.wait_until(look, f"the answer to {key}")
    assert found is not None
    return found - pressed


if __name__ == "__main__":
    main()

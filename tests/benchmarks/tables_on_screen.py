"""From a key to the frame that answers it while a paper of 30 pages is read, and from `t` to kept tables.

The paper is the packaged report, copied until it has 30 pages. Every byte is timed as it arrives.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
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
READINGS = 12
STEPS = ("down", "up")
OPENINGS = 20
LIMIT = 0.100
LONG_PAPER, KEPT_PAPER = "2010.04159", "2004.10934"
LONG_TITLE, KEPT_TITLE = "Deformable DETR", "YOLOv4: Optimal"
READING, BASELINE = "Reading the PDF", "◆"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _prepare(Path(folder))
        program = PtyProgram(
            python("-m", "r2p_tui", "demo"), columns=120, rows=40, environ={"R2P_HOME": folder}
        )
        with program:
            program.wait_for_text("Today")
            from_paper, from_library = _open_tables(program)
            while_reading = _press_while_reading(program)
    _tell(f"a key while {PAGES} pages are read", while_reading)
    _tell("to kept tables within the paper", from_paper)
    _tell("to kept tables from the library", from_library)


def _tell(name: str, times: Sequence[float]) -> None:
    print(f"  {name}: {len(times)} keys, median {duration(median(times))}, worst {duration(max(times))}")
    at_most(f"{name}, p95", p95(times), LIMIT)


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


def _open_tables(program: PtyProgram) -> tuple[list[float], list[float]]:
    """Seconds to the grid of kept tables: from another part of the paper, and from the library."""
    _find(program, KEPT_TITLE)
    from_paper, from_library = [], []
    for _ in range(OPENINGS):
        from_library.append(_answer(program, "t", lambda: _shows(program, BASELINE)))
        _answer(program, "L", lambda: not _shows(program, BASELINE))
        from_paper.append(_answer(program, "H", lambda: _shows(program, BASELINE)))
        _answer(program, "escape", lambda: _shows(program, "1 paper matches"))
    return from_paper, from_library


def _press_while_reading(program: PtyProgram) -> list[float]:
    """Seconds of keys in the paper and in triage; rounds in which the reading ended before do not count."""
    _find(program, LONG_TITLE)
    program.press("enter")
    program.wait_for_text("Decision")
    times: list[float] = []
    for _ in range(READINGS):
        program.press("t", "R")
        program.wait_for_text(READING)
        taken = [_answer(program, "L", lambda: not _shows(program, READING))]
        taken.append(_answer(program, "H", lambda: _shows(program, READING)))
        program.press("2")
        program.wait_for_text(" left")
        taken += [_walk(program, key) for key in STEPS]
        program.press("3")
        program.settle(quiet=0.1)
        times += taken if READING in program.text() else []
        program.wait_until(lambda: READING not in program.text(), "the end of the reading")
    return times


def _walk(program: PtyProgram, key: str) -> float:
    program.settle(quiet=0.05)
    before = _marked(program)
    return _answer(program, key, lambda: _marked(program) not in (-1, before))


def _marked(program: PtyProgram) -> int:
    """The row of the list that is marked, -1 between two frames."""
    cells = program.screen.buffer
    return next((row for row in range(2, 39) if cells[row][8].bold), -1)


def _shows(program: PtyProgram, words: str) -> bool:
    return any(words in line for line in program.screen.display)


def _find(program: PtyProgram, title: str) -> None:
    """Mark the one paper with this title in the library."""
    for keys in ("3", "/", title, "enter"):
        program.press(keys)
        program.settle(quiet=0.5)


def _answer(program: PtyProgram, key: str, shows_it: Callable[[], bool]) -> float:
    """Seconds from a key to the frame that shows its answer."""
    found: float | None = None

    def look() -> bool:
        nonlocal found
        program.settle(quiet=0.03)
        found = program.arrival(shows_it)
        return found is not None

    program.text()
    pressed = time.monotonic()
    program.press(key)
    program.wait_until(look, f"the answer to {key}")
    assert found is not None
    return found - pressed


if __name__ == "__main__":
    main()

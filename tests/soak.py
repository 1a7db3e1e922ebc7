"""r2p open for hours: `python -m tests.soak --hours 8`; memory and open files must not grow.

A user who never tires goes through the screens, moves, filters, opens papers and resizes the window. What
grows while everything is loaded for the first time does not count.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from r2p_tui.paths import under
from r2p_tui.store.engine import open_store
from tests.benchmarks.synthetic import NOW, fill
from tests.pty_harness import PtyProgram, python

MEGABYTE = 1024 * 1024
WARM_UP_ROUNDS = 20
GROWTH_LIMIT = 20 * MEGABYTE
TRIAGE = ("2", "j", "j", "j", "space", "/", "45", "escape", "G", "g")
LIBRARY = ("3", "j", "enter", "l", "h", "escape", "?", "escape")
SIZES = ((80, 24), (120, 40), (160, 50), (40, 10), (30, 6))


class Usage(NamedTuple):
    """What a process holds: resident memory in bytes and open files."""

    memory: int
    files: int


class Growth(NamedTuple):
    """What was added after the warm-up, and over how many rounds."""

    memory: int
    files: int
    rounds: int


def soak(seconds: float, *, seed: int = 1) -> Growth:
    """Use r2p for so long; raises PtyTimeoutError when it ends or stops answering (Linux only)."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        paths = under(Path(folder))
        with open_store(paths.store, paths.backups, now=NOW) as store:
            fill(store, 2_000, waiting=800, decided=400, read=60, noted=60, flagged=20, surprised=40)
        program = PtyProgram(
            python("-m", "r2p_tui", "--offline"), columns=120, rows=40, environ={"R2P_HOME": folder}
        )
        with program:
            program.wait_for_text("Morning")
            return _use(program, chance, time.monotonic() + seconds)


def _use(program: PtyProgram, chance: random.Random, until: float) -> Growth:
    for _ in range(WARM_UP_ROUNDS):
        _one_round(program, chance)
    before, rounds = _usage(program), 0
    while time.monotonic() < until or not rounds:
        _one_round(program, chance)
        rounds += 1
    after = _usage(program)
    program.signal(signal.SIGTERM)
    program.wait()
    return Growth(after.memory - before.memory, after.files - before.files, rounds)


def _one_round(program: PtyProgram, chance: random.Random) -> None:
    for key in (*TRIAGE, *LIBRARY):
        program.press(key)
        program.settle(quiet=0.15)
    program.resize(*chance.choice(SIZES))
    program.settle(quiet=0.1)
    program.resize(120, 40)
    program.wait_until(lambda: _is_back(program), "Today")
    program.forget()


def _is_back(program: PtyProgram) -> bool:
    """Whether escape has led through whatever is open to Today."""
    program.press("escape")
    program.settle(quiet=0.1)
    return "Morning" in program.text()


def _usage(program: PtyProgram) -> Usage:
    app = Path(f"/proc/{program.children()[0]}")
    pages = int((app / "statm").read_text().split()[1])
    return Usage(pages * os.sysconf("SC_PAGE_SIZE"), len(list((app / "fd").iterdir())))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--hours", type=float, default=8.0)
    growth = soak(parser.parse_args().hours * 3600)
    sys.stdout.write(
        f"{growth.rounds:,} rounds: memory {growth.memory / MEGABYTE:+.1f} MB, open files {growth.files:+d}\n"
    )
    return 0 if growth.memory < GROWTH_LIMIT and growth.files <= 0 else 1


if __name__ == "__main__":
    sys.exit(main())

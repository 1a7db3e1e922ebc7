"""What a worker says of a run: a note among its events, and a line of its log."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping

from r2p_tui.runs.rundir import RunDir, append_line
from r2p_tui.text import clean_line


def tell(run: RunDir, sentence: str) -> None:
    """Say something in both places; raises OSError where the event cannot be written."""
    told = clean_line(sentence)
    append_line(run.events, {"time": time.time(), "event": "note", "sentence": told})
    log_line(told)


def tell_step(number: int, values: Mapping[str, float]) -> None:
    """A step that is over, with its figures, for who reads the log."""
    figures = ", ".join(f"{name} {value:.4g}" for name, value in values.items())
    log_line(f"step {number} is done" + (f": {figures}" if figures else ""))


def log_line(words: str) -> None:
    """A line of the log, which is where this process writes to."""
    sys.stdout.write(f"{clean_line(words)}\n")
    sys.stdout.flush()

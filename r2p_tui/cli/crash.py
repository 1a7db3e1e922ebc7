"""What the user sees of a defect: one line, and the traceback in the log."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from r2p_tui.cli import output

_MAX_LOG = 1_000_000


def report_crash(error: Exception, log: Path) -> None:
    """Append the traceback to the log, which only the user may read, and say so in one line."""
    sentence = f"r2p: Something went wrong inside r2p ({type(error).__name__})."
    details = "".join(traceback.format_exception(error))
    try:
        _append(log, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n{details}\n")
    except OSError:
        output.say(f"{sentence} The details could not be written to {log}.")
    else:
        output.say(f"{sentence} The details are in {log}")


def _append(log: Path, text: str) -> None:
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if log.exists() and log.stat().st_size > _MAX_LOG:
        log.replace(log.with_suffix(".old.log"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
        file.write(text)

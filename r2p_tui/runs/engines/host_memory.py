"""The memory of one process, seen from outside, so that it can be asked while that process computes."""

from __future__ import annotations

import re
from pathlib import Path

from r2p_tui.runs.resources import resident_bytes

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


def memory_of(pid: int) -> tuple[int, int]:
    """Bytes in RAM now, and the most since its start, where the system tells (else what it holds now)."""
    now = resident_bytes(pid)
    try:
        found = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        found = None
    return now, max(now, int(found[1]) * 1024 if found else 0)

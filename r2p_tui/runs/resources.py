"""What a tree of processes takes of the machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from r2p_tui.runs import processes
from r2p_tui.runs.gpu import GpuLoad, load_of

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Sampler:
    """Measures a process and its descendants; `gpu` is the UUID of the device that they were given."""

    def __init__(
        self, pid: int, gpu: str | None = None, *, gpu_load: Callable[[str], GpuLoad | None] = load_of
    ) -> None:
        self._pid = pid
        self._gpu = gpu
        self._gpu_load = gpu_load
        self._ticks: dict[tuple[int, int], int] = {}
        self._then: float | None = None

    def sample(self, time: float, clock: float) -> dict[str, Any]:
        """A line of `resources.jsonl`; 100 % is one core, and `clock` is any that does not go back.

        Memory is the sum of what is resident, in which shared pages count once for each process.
        """
        family = processes.family_pids(self._pid)
        load = self._gpu_load(self._gpu) if self._gpu else None
        return {
            "time": time,
            "cpu_percent": self._cpu_percent(family, clock),
            "memory_bytes": sum(map(resident_bytes, family)),
            "gpu_percent": load.percent if load else None,
            "gpu_memory_bytes": load.memory_bytes if load else None,
        }

    def _cpu_percent(self, family: list[int], clock: float) -> float | None:
        """None at the first look; a process counts from the first time that it is seen."""
        facts = [found for pid in family if (found := processes.facts_of(pid)) is not None]
        ticks = {(one.pid, one.start_ticks): one.cpu_ticks for one in facts}
        used = sum(count - self._ticks.get(key, 0) for key, count in ticks.items())
        then, self._then, self._ticks = self._then, clock, ticks
        if then is None or clock <= then:
            return None
        return round(100.0 * used / processes.TICKS_PER_SECOND / (clock - then), 1)


def resident_bytes(pid: int) -> int:
    """Memory of one process that is in RAM; 0 where it is gone."""
    if sys.platform.startswith("linux"):
        try:
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES
        except (OSError, IndexError, ValueError):
            return 0
    psutil = processes.optional("psutil")
    try:
        return int(psutil.Process(pid).memory_info().rss) if psutil else 0
    except (psutil.Error, OSError):
        return 0

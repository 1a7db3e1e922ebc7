"""Memory of processes that belong together, followed while they work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType

import psutil

from r2p_tui.errors import R2PError


class MemoryFollower:
    """Takes samples in bytes until the block ends; `measure` may raise R2PError once nothing is left."""

    def __init__(self, measure: Callable[[], int], every: float = 0.5) -> None:
        self.samples: list[int] = []
        self._measure = measure
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> MemoryFollower:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _follow(self) -> None:
        while True:
            with suppress(R2PError):
                if size := self._measure():
                    self.samples.append(size)
            if self._over.wait(self._every):
                return


def look_every(seconds: float) -> float:
    """How often to look over so many seconds: often enough to tell growth, too seldom to disturb."""
    return min(max(seconds / 20, 0.02), 0.5)


def tree_memory(pids: Sequence[int]) -> int:
    """Bytes in memory of these processes and their descendants, each counted once; 0 where none is left."""
    found: dict[int, psutil.Process] = {}
    for pid in pids:
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            found |= {one.pid: one for one in (process, *process.children(recursive=True))}
    return sum(map(_memory, found.values()))


def listeners(port: int) -> list[int]:
    """The processes on this machine that listen at a port, as far as this user may see them."""
    with suppress(psutil.Error, OSError):
        return sorted({
            one.pid
            for one in psutil.net_connections("tcp")
            if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid
        })  # fmt: skip
    return []


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0

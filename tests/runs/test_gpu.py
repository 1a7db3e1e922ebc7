"""GPUs by a stand-in for NVIDIA's library, and the machine without any."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

from r2p_tui.runs import gpu
from r2p_tui.runs.gpu import Gpu, GpuLoad, gpus, load_of


class FakeNvml:
    """Two GPUs; on the second somebody computes, and it does not tell its load."""

    class NVMLError(Exception):
        pass

    def __init__(self, busy: tuple[int, ...] = (4711, 12)) -> None:
        self.busy = busy

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> int:
        if not uuid.startswith("GPU-"):
            raise self.NVMLError
        return int(uuid[-1])

    def nvmlDeviceGetUUID(self, handle: int) -> bytes | str:
        return b"GPU-0" if handle == 0 else "GPU-1"

    def nvmlDeviceGetName(self, handle: int) -> str:
        return "Test GPU"

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> Any:
        return SimpleNamespace(total=8_000_000_000, used=1_000_000)

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> Any:
        if handle == 1:
            raise self.NVMLError
        return SimpleNamespace(gpu=35)

    def nvmlDeviceGetComputeRunningProcesses(self, handle: int) -> list[Any]:
        return [SimpleNamespace(pid=pid) for pid in self.busy] if handle == 1 else []


def test_gpus_and_who_computes_on_them() -> None:
    found = gpus(FakeNvml((4711, os.getpid(), 12)))
    assert found == [
        Gpu("GPU-0", "Test GPU", 8_000_000_000),
        Gpu("GPU-1", "Test GPU", 8_000_000_000, (12, 4711)),
    ]


def test_the_load_of_a_gpu() -> None:
    assert load_of("GPU-0", FakeNvml()) == GpuLoad(35.0, 1_000_000)
    assert load_of("GPU-1", FakeNvml()) is None
    assert load_of("nonsense", FakeNvml()) is None


def test_a_machine_without_a_driver(monkeypatch: Any) -> None:
    monkeypatch.setattr(gpu, "_driver", lambda: None)
    assert gpus() == []
    assert load_of("GPU-0") is None


def test_a_driver_that_fails() -> None:
    class Broken(FakeNvml):
        def nvmlDeviceGetCount(self) -> int:
            raise self.NVMLError

    assert gpus(Broken()) == []

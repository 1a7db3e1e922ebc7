"""GPUs by a stand-in for NVIDIA's library, and the machine without any."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from r2p_tui.runs import gpu
from r2p_tui.runs.gpu import Gpu, GpuLoad, gpus, load_of
from r2p_tui.runs.queue import devices, slots


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


class Lost(FakeNvml):
    """One card or all have fallen off the bus, and no card tells its memory."""

    def __init__(self, *lost: int) -> None:
        super().__init__(())
        self.lost = lost

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        if index in self.lost:
            raise self.NVMLError
        return index

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> Any:
        raise self.NVMLError


def test_a_card_that_cannot_be_read_hides_no_other_and_keeps_its_number(tmp_path: Path) -> None:
    found = gpus(Lost(0))
    assert [(card.uuid, card.memory_bytes) for card in found] == [("", 0), ("GPU-1", 0)]
    assert devices("local", found) == ("auto", "cpu", "cuda", "0", "1", "GPU-1")
    first = next(slots(tmp_path, 1, found))
    assert (first.device, first.wants) == ("GPU-1", ("auto", "cuda", "1", "GPU-1"))


def test_runs_for_a_gpu_wait_while_no_card_can_be_read(tmp_path: Path) -> None:
    found = [slot for slot in slots(tmp_path, 1, gpus(Lost(0, 1))) if slot.host == "local"]
    assert [(slot.device, slot.wants) for slot in found] == [("cpu", ("cpu",))]

"""Which slots a machine has."""

from __future__ import annotations

from pathlib import Path

from r2p_tui.runs.gpu import Gpu
from r2p_tui.runs.queue import slots

FREE = Gpu("GPU-1", "one", 80)
BUSY = Gpu("GPU-2", "two", 80, busy_by=(4711,))


def local(folder: Path, gpus: list[Gpu], cpu_slots: int = 1) -> list[tuple[str, tuple[str, ...]]]:
    return [(slot.device, slot.wants) for slot in slots(folder, cpu_slots, gpus) if slot.host == "local"]


def test_without_a_gpu_the_processor_serves_all(tmp_path: Path) -> None:
    assert local(tmp_path, [], 2) == [("cpu", ("cpu", "auto", "cuda"))] * 2


def test_a_gpu_comes_first_and_is_known_by_its_uuid(tmp_path: Path) -> None:
    assert local(tmp_path, [FREE]) == [("GPU-1", ("auto", "cuda", "0", "GPU-1")), ("cpu", ("cpu",))]


def test_a_gpu_on_which_others_compute_is_left_alone(tmp_path: Path) -> None:
    assert local(tmp_path, [BUSY]) == [("cpu", ("cpu",))]


def test_no_two_slots_share_a_lock(tmp_path: Path) -> None:
    found = [slot.lock for slot in slots(tmp_path, 4, [FREE])]
    assert len(set(found)) == len(found) > 5

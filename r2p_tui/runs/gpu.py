"""The GPUs of this machine as NVIDIA's driver knows them; none without the driver or nvidia-ml-py."""

from __future__ import annotations

import os
from functools import cache
from typing import Any, NamedTuple

from r2p_tui.runs.processes import optional


class Gpu(NamedTuple):
    """`busy_by` names the processes that compute on it now, without our own.

    `uuid` is empty for a card that is there and cannot be read now; `memory_bytes` is 0 where nobody tells.
    """

    uuid: str
    name: str
    memory_bytes: int
    busy_by: tuple[int, ...] = ()


class GpuLoad(NamedTuple):
    """By all who use a GPU; `percent` is the share of time in which it computed."""

    percent: float
    memory_bytes: int


def gpus(nvml: Any = None) -> list[Gpu]:
    """In the order of the driver, unreadable ones too, so that numbers stay; `nvml` stands in for pynvml."""
    nvml = nvml or _driver()
    if nvml is None:
        return []
    try:
        count = nvml.nvmlDeviceGetCount()
    except nvml.NVMLError:
        return []
    return [_gpu(nvml, index) for index in range(count)]


def load_of(uuid: str, nvml: Any = None) -> GpuLoad | None:
    """How busy a GPU is, for all who use it; None where the driver does not tell."""
    nvml = nvml or _driver()
    if nvml is None:
        return None
    try:
        handle = nvml.nvmlDeviceGetHandleByUUID(uuid)
        percent = float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
        return GpuLoad(percent, int(nvml.nvmlDeviceGetMemoryInfo(handle).used))
    except nvml.NVMLError:
        return None


def _gpu(nvml: Any, index: int) -> Gpu:
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        uuid, name = _text(nvml.nvmlDeviceGetUUID(handle)), _text(nvml.nvmlDeviceGetName(handle))
    except nvml.NVMLError:
        return Gpu("", "a GPU that cannot be read", 0)
    return Gpu(uuid, name, _memory(nvml, handle), _computing(nvml, handle))


def _memory(nvml: Any, handle: Any) -> int:
    """Cards that share the memory of the machine do not tell."""
    try:
        return int(nvml.nvmlDeviceGetMemoryInfo(handle).total)
    except nvml.NVMLError:
        return 0


def _computing(nvml: Any, handle: Any) -> tuple[int, ...]:
    """Some virtual machines do not tell; what is not known keeps nobody waiting."""
    try:
        found = {int(process.pid) for process in nvml.nvmlDeviceGetComputeRunningProcesses(handle)}
    except nvml.NVMLError:
        return ()
    return tuple(sorted(found - {os.getpid()}))


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


@cache
def _driver() -> Any:
    nvml = optional("pynvml")
    if nvml is None:
        return None
    try:
        nvml.nvmlInit()
    except nvml.NVMLError:
        return None
    return nvml

"""What a figure was taken on: processor, its instructions for small numbers, cores, GPU, versions."""

from __future__ import annotations

import importlib.metadata
import math
import os
import platform
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from r2p_tui.runs.gpu import gpus
from r2p_tui.text import clean_line

_PACKAGES = (
    "numpy", "torch", "ultralytics", "onnx", "onnxruntime", "onnxruntime-gpu", "openvino", "nncf", "tensorrt",
)  # fmt: skip
# In the order in which they are told; the words after are what they are for.
_FLAGS = (
    ("avx512f", "AVX-512"),
    ("avx512_vnni", "AVX-512 VNNI"),
    ("avx_vnni", "AVX VNNI"),
    ("avx512_bf16", "AVX-512 BF16"),
    ("avx512_fp16", "AVX-512 FP16"),
    ("amx_int8", "AMX INT8"),
    ("amx_bf16", "AMX BF16"),
    ("asimddp", "NEON dot product"),
    ("i8mm", "NEON I8MM"),
    ("bf16", "NEON BF16"),
)
_CPUS = Path("/sys/devices/system/cpu")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def hardware(device: str = "cpu") -> str:
    """`AMD EPYC (AVX-512, AVX-512 VNNI), 2 cores`, and the GPU's name before it where one is used."""
    cores = physical_cores()
    words = instruction_words(_cpu_fields().get("flags", _cpu_fields().get("Features", "")).split())
    inside = f" ({', '.join(words)})" if words else ""
    told = f"{cpu_name()}{inside}, {cores} {'core' if cores == 1 else 'cores'}"
    names = [clean_line(gpu.name) for gpu in gpus()[:1]] if device != "cpu" else []
    return "; ".join([*names, told])


def versions() -> dict[str, str]:
    """Of Python and of the packages that carry models out, those that are installed."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = clean_line(importlib.metadata.version(name))
    return found


def cpu_name() -> str:
    """As the system tells it."""
    return clean_line(_cpu_fields().get("model name", "") or platform.processor() or platform.machine())


def instruction_words(flags: Iterable[str]) -> list[str]:
    """Which instructions for vectors and small numbers a processor has, in words."""
    known = set(flags)
    return [words for flag, words in _FLAGS if flag in known]


def physical_cores() -> int:
    """Cores that this process may use, each once however many threads it has; a container's share counts."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    cores = {_core_of(number) for number in allowed}
    return max(1, min(len(cores), _quota()))


def _core_of(number: int) -> tuple[str, str]:
    """Its package and core; every logical processor is its own core where the system does not tell."""
    folder = _CPUS / f"cpu{number}" / "topology"
    try:
        return (folder / "physical_package_id").read_text().strip(), (folder / "core_id").read_text().strip()
    except OSError:
        return "", str(number)


def _quota() -> int:
    try:
        limit, _, period = _QUOTA.read_text().strip().partition(" ")
        return math.ceil(int(limit) / int(period)) if limit != "max" else 1 << 20
    except (OSError, ValueError, ZeroDivisionError):
        return 1 << 20


@cache
def _cpu_fields() -> dict[str, str]:
    """Of the first processor."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    pairs = re.findall(r"^([^:\n]+?)\s*:\s*(.*)$", text.split("\n\n", 1)[0], re.MULTILINE)
    return dict(pairs)

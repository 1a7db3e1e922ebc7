"""Whether a variant can run on this computer, found without loading any library of an engine."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sysconfig
from collections.abc import Callable
from pathlib import Path

from r2p_tui.domain.variants import Variant
from r2p_tui.errors import UsageError
from r2p_tui.runs.gpu import gpus
from r2p_tui.text import clean_line

GRAPHS_NEED_GPU = "CUDA graphs need a GPU."
_JOBS = "pip install 'r2p-tui[jobs]'"
_INSTALL = {"tensorrt": "pip install tensorrt"}
_NEEDS = {"torch": ("torch", "ultralytics"), "tensorrt": ("tensorrt", "torch")}
_COMPILERS = ("c++", "g++", "clang++")


def device_for(wanted: str) -> str:
    """`cpu`, or `0` for the GPU that the run was given; raises UsageError where one is wanted and missing."""
    # A run on a processor is born without any GPU in sight.
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") == ""
    if wanted != "cpu" and not hidden and gpus():
        return "0"
    if wanted in ("auto", "cpu"):
        return "cpu"
    raise UsageError(
        f"A GPU was asked for ({clean_line(wanted)}), and there is none on this computer.",
        "Leave out --device, or use --device cpu.",
    )


def missing(variant: Variant, device: str) -> str:
    """Why it cannot run here, in one sentence with what to install; empty where it can."""
    return (
        _without_gpu(variant, device)
        or _without_packages(variant)
        or (why_no_compiler() if variant.making == "compile" else "")
    )


def _without_gpu(variant: Variant, device: str, count: Callable[[], int] = lambda: len(gpus())) -> str:
    if variant.engine == "tensorrt" and (device == "cpu" or not count()):
        return "TensorRT needs an NVIDIA GPU."
    if variant.making == "graphs" and device == "cpu":
        return GRAPHS_NEED_GPU
    if device != "cpu" and variant.engine == "torch" and not count():
        return "A GPU was asked for, and there is none on this computer."
    return ""


def _without_packages(variant: Variant) -> str:
    wanted = dict.fromkeys((*_NEEDS.get(variant.engine, ()), *variant.packages))
    absent = [name for name in wanted if not _is_installed(name)]
    if not absent:
        return ""
    verb = "is" if len(absent) == 1 else "are"
    return f"{' and '.join(absent)} {verb} not installed: {_INSTALL.get(absent[0], _JOBS)}."


def why_no_compiler() -> str:
    """Why torch.compile cannot make programs here; empty where it can."""
    if not any(map(shutil.which, _COMPILERS)):
        return "torch.compile needs a C++ compiler: install g++ or clang."
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").is_file():
        return "torch.compile needs the headers of Python: install python3-dev."
    return ""


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False

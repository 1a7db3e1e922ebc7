"""The environment that an engine host is born with: threads, quiet libraries, and where Python finds r2p."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import r2p_tui
from r2p_tui.runs.engines.spec import EngineSpec
from r2p_tui.runs.silence import environment

# Read by the libraries while they are loaded.
_THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_PACKAGE = Path(r2p_tui.__file__).absolute().parent.parent


def host_environment(environ: Mapping[str, str], spec: EngineSpec, work: Path) -> dict[str, str]:
    """`environ` with what this engine needs; it may see a GPU only where it is to use one."""
    threads = dict.fromkeys(_THREADS, str(spec.threads))
    device = {"CUDA_VISIBLE_DEVICES": ""} if spec.device == "cpu" else {}
    compiler = _compiler(work, spec.threads) if spec.making == "compile" else {}
    path = [str(_PACKAGE), *(str(Path(one).absolute()) for one in _entries(environ))]
    python = {"PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}
    return {**environ, **environment(work / "work"), **threads, **device, **compiler, **python}


def _compiler(work: Path, threads: int) -> dict[str, str]:
    """Nothing that was compiled before may shorten a cold start, and all stays below `work`."""
    temporary = work / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return {
        "TORCHINDUCTOR_CACHE_DIR": str(work / "inductor"),
        "TORCHINDUCTOR_COMPILE_THREADS": str(threads),
        "TMPDIR": str(temporary),
    }


def _entries(environ: Mapping[str, str]) -> list[str]:
    return [entry for entry in environ.get("PYTHONPATH", "").split(os.pathsep) if entry]

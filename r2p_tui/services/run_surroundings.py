"""What was true when a run was submitted: code, environment, versions and hardware."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from r2p_tui import __version__
from r2p_tui.domain.runs import RunSpec
from r2p_tui.runs.gpu import gpus
from r2p_tui.runs.secrets import LEFT_OUT, is_secret
from r2p_tui.text import clean_line

_PACKAGES = (
    "torch",
    "torchvision",
    "ultralytics",
    "numpy",
    "onnx",
    "onnxruntime",
    "tensorflow",
    "jax",
    "ray",
)
_TOLD = (
    "CUDA_",
    "OMP_",
    "MKL_",
    "PYTHON",
    "TORCH_",
    "NCCL_",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "CONDA_",
    "LANG",
)
_SET = re.compile(r"(--\w+=)?([A-Za-z_]\w*)=(.*)", re.DOTALL)
_MOST_DIFF_BYTES = 5_000_000
_GIT_SECONDS = 10


class Code(NamedTuple):
    """The state of the repository around a folder; `diff` is what differs from the commit."""

    facts: Mapping[str, Any]
    diff: bytes


def surroundings(
    spec: RunSpec, environ: Mapping[str, str], command: tuple[str, ...]
) -> tuple[dict[str, Any], bytes]:
    """The facts for `spec.json`, and the difference between the work tree and its commit as a patch."""
    code = _code(Path(spec.folder or Path.cwd()))
    told = {name: value for name, value in environ.items() if name.startswith(_TOLD)}
    facts = {
        "command": [_without_secret(word) for word in command],
        "git": code.facts,
        "environment": {
            name: LEFT_OUT if is_secret(name, value) else clean_line(value)
            for name, value in sorted(told.items())
        },
        "versions": {"r2p": __version__, "python": platform.python_version(), **_versions()},
        "hardware": _hardware(),
    }
    return facts, code.diff


def _without_secret(word: str) -> str:
    """`--env NAME=VALUE` is part of the command line, and what it sets may be a secret."""
    found = _SET.match(word)
    if found is None or not is_secret(found[2], found[3]):
        return clean_line(word)
    return f"{found[1] or ''}{found[2]}={LEFT_OUT}"


def _code(folder: Path) -> Code:
    commit = _git(folder, "rev-parse", "HEAD").decode(errors="replace").strip()
    if not commit:
        return Code({}, b"")
    diff = _git(folder, "diff", "HEAD", "--no-color", "--no-ext-diff", "--no-textconv", "--binary")
    untracked = (
        _git(folder, "ls-files", "--others", "--exclude-standard").decode(errors="replace").splitlines()
    )
    branch = _git(folder, "rev-parse", "--abbrev-ref", "HEAD").decode(errors="replace").strip()
    facts = {
        "commit": commit,
        "branch": clean_line(branch),
        "changed": bool(diff),
        "untracked": [clean_line(name) for name in untracked[:100]],
    }
    if len(diff) > _MOST_DIFF_BYTES:
        return Code(facts | {"diff_left_out_bytes": len(diff)}, b"")
    return Code(facts, diff)


def _git(folder: Path, *arguments: str) -> bytes:
    """What git prints; nothing where there is no git, no repository, or no answer in time."""
    # A repository may name programs that git would start; none of them is needed to look.
    quiet = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "diff.external=")
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *quiet, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _hardware() -> dict[str, Any]:
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        memory = 0
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": memory,
        "gpus": [{"uuid": gpu.uuid, "name": gpu.name, "memory_bytes": gpu.memory_bytes} for gpu in gpus()],
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return clean_line(next(names, platform.processor()))

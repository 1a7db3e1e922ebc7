"""The worker of a run as a process: its command, its environment, and how it is born."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from r2p_tui.domain.runs import RunSpec
from r2p_tui.errors import R2PError
from r2p_tui.runs.rundir import RunDir, read_json
from r2p_tui.runs.secrets import LEFT_OUT, is_secret
from r2p_tui.runs.stopping import RUN_VARIABLE, SUPERVISED_VARIABLE
from r2p_tui.text import clean_line, shorten

OUTER_PATH_VARIABLE = "R2P_OUTER_PYTHONPATH"
_OURS = (RUN_VARIABLE, SUPERVISED_VARIABLE, OUTER_PATH_VARIABLE)


class CannotStartError(R2PError):
    """The worker was never born; the run fails with this."""


def worker_environment(environ: Mapping[str, str], named: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment without what looks like a secret, except what `named` names, and then with `named`.

    A name whose value was left out lets the value of `environ` through.
    """
    named = named or {}
    kept = {
        name: value
        for name, value in environ.items()
        if name not in _OURS and (name in named or not is_secret(name))
    }
    told = {name: value for name, value in named.items() if value != LEFT_OUT}
    return {**dict.fromkeys(named, ""), **kept, **told}


def supervisor_environment(environ: Mapping[str, str], folder: Path, package: Path) -> dict[str, str]:
    """Ours without secrets, in which Python finds this very r2p; what the user had is kept for commands."""
    # A supervisor that starts the next run has both.
    outer = environ.get(OUTER_PATH_VARIABLE, environ.get("PYTHONPATH", ""))
    path = os.pathsep.join(entry for entry in (outer, str(package)) if entry)
    ours = {"PYTHONPATH": path, OUTER_PATH_VARIABLE: outer, SUPERVISED_VARIABLE: str(folder)}
    kept = {
        name: value for name, value in environ.items() if name not in _OURS and not is_secret(name, value)
    }
    return kept | ours


def outer_environment(run: RunDir, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which the run was submitted: a queued run may be started from quite another one."""
    told = read_json(run.environment)
    if told is None:
        return dict(environ)
    outer = {str(name): value for name, value in told.items() if isinstance(value, str)}
    paths = {OUTER_PATH_VARIABLE: outer.get("PYTHONPATH", ""), "PYTHONPATH": environ.get("PYTHONPATH", "")}
    return outer | paths


def take_secrets(folder: RunDir) -> dict[str, str]:
    """The variables that were handed over beside the records; the file is gone afterwards."""
    found = read_json(folder.secrets) or {}
    folder.secrets.unlink(missing_ok=True)
    return {str(name): value for name, value in found.items() if isinstance(value, str)}


def environment_for(
    spec: RunSpec, folder: Path, device: str, environ: Mapping[str, str], secrets: Mapping[str, str]
) -> dict[str, str]:
    """All that the worker is born with; its device is decided here and nowhere else."""
    result = worker_environment(environ, {**spec.environment, **secrets})
    if is_command(spec) and OUTER_PATH_VARIABLE in environ and "PYTHONPATH" not in spec.environment:
        result["PYTHONPATH"] = environ[OUTER_PATH_VARIABLE]
        if not result["PYTHONPATH"]:
            del result["PYTHONPATH"]
    if spec.kind == "benchmark" and OUTER_PATH_VARIABLE in environ:
        # A command that is measured gets the user's path back from the worker.
        result[OUTER_PATH_VARIABLE] = environ[OUTER_PATH_VARIABLE]
    return result | _device(device) | {"PYTHONUNBUFFERED": "1", RUN_VARIABLE: str(folder)}


def _device(device: str) -> dict[str, str]:
    if device == "cpu":
        return {"CUDA_VISIBLE_DEVICES": ""}
    if device.startswith("GPU-"):
        return {"CUDA_VISIBLE_DEVICES": device, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    return {}


def is_command(spec: RunSpec) -> bool:
    """Whether its worker is somebody else's program; elsewhere than here, a worker of ours follows that."""
    return spec.kind in ("command", "shell") and spec.on == "local"


def command_line(spec: RunSpec, folder: Path) -> list[str]:
    """The worker's argument list; raises CannotStartError where the spec holds none."""
    if not is_command(spec):
        worker = "r2p_tui.runs.worker" if spec.on == "local" else "r2p_tui.runs.ray"
        return [sys.executable, "-m", worker, str(folder)]
    if not spec.argv or not spec.argv[0]:
        raise CannotStartError("The run has no command.", "Name it after --, as in: r2p run command -- ls")
    return ["/bin/sh", "-c", spec.argv[0]] if spec.kind == "shell" else list(spec.argv)


def launch(
    spec: RunSpec,
    folder: RunDir,
    environment: Mapping[str, str],
    keep_open: Sequence[int],
    umask: int = -1,
) -> subprocess.Popen[bytes]:
    """Start the worker in a group of its own, writing to the log; raises CannotStartError.

    It inherits the files in `keep_open`, and through them the locks that show that the run lives. What a
    command writes is the user's, so it gets the user's `umask`.
    """
    command = command_line(spec, folder.path)
    where = Path(spec.folder) if is_command(spec) and spec.folder else folder.path
    try:
        log = os.open(folder.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStartError(f"Its log cannot be written: {error.strerror}.") from error
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=where,
            env=dict(environment),
            pass_fds=tuple(keep_open),
            process_group=0,
            umask=umask if is_command(spec) else -1,
        )
    except (OSError, ValueError) as error:
        raise CannotStartError(_why_not(error, command[0], where)) from error
    finally:
        os.close(log)


def _why_not(error: OSError | ValueError, program: str, where: Path) -> str:
    program, folder = (shorten(clean_line(str(text)), 120) for text in (program, where))
    if not isinstance(error, OSError):
        return f"{program} could not be started: no process can be given such arguments or variables."
    if not _is_folder(where):
        return f"The folder {folder} is not there, so {program} was not started."
    if isinstance(error, FileNotFoundError):
        return f"{program} was not found."
    if isinstance(error, PermissionError):
        return f"{program} may not be run: it is not executable, or {folder} may not be entered."
    return f"{program} could not be started: {error.strerror}."


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False

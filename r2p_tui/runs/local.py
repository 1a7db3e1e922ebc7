"""Runs on this machine, as their starter sees them: begin one, and ask one to end."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import r2p_tui
from r2p_tui.domain.runs import GRACE_SECONDS
from r2p_tui.errors import R2PError
from r2p_tui.runs import processes
from r2p_tui.runs.flocks import Lock
from r2p_tui.runs.launching import supervisor_environment
from r2p_tui.runs.processes import Identity, identity_from
from r2p_tui.runs.rundir import RunDir, read_json, write_json
from r2p_tui.runs.stopping import Ending, end_now, of_run
from r2p_tui.runs.verdicts import Stop, StoppedBy, Verdict, stop_from, verdict
from r2p_tui.text import clean_line, shorten

LOG_NAME = "supervisor.log"
_START_SECONDS = 60.0
_PACKAGE = Path(r2p_tui.__file__).parent.parent


class StartError(R2PError):
    """The run's supervisor did not come up; nothing of the run lives."""


def start(
    folder: Path,
    keep_open: Sequence[int] = (),
    *,
    device: str = "cpu",
    afterwards: Sequence[str] = (),
) -> None:
    """Start the supervisor of a run and return once it has its locks; raises StartError.

    `keep_open` are the locks of `runs/flocks.py` that the run shall hold until its last process ends, the one
    on `alive.lock` among them; the caller closes its own afterwards. `device` is `cpu` or a GPU's UUID.
    `afterwards` is a command that the supervisor starts once the run has ended. Where a logout would end it,
    it gets a scope of its own from systemd, which outlives the logout of a user who may linger.
    """
    command = [sys.executable, "-P", "-m", "r2p_tui.runs.supervisor", str(folder.absolute())]
    command += [f"--device={device}", "--keep-open", *map(str, keep_open)]
    command += [f"--afterwards={json.dumps(list(afterwards))}"]
    try:
        with _open_log(folder) as log:
            done = subprocess.run(
                [*_scope(), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=supervisor_environment(os.environ, folder.absolute(), _PACKAGE),
                pass_fds=tuple(keep_open),
                start_new_session=True,
                timeout=_START_SECONDS,
            )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise StartError(f"The run could not be started: {_said(error)}.", "Try: r2p doctor") from error
    if done.returncode:
        raise StartError(f"The run could not be started: {_last_line(folder)}", "Try: r2p doctor")


def logout_ends_processes(folder: Path = Path("/etc/systemd")) -> bool:
    """Whether logind is told to end all of a user's processes when that user logs out."""
    told = False
    for file in (folder / "logind.conf", *sorted((folder / "logind.conf.d").glob("*.conf"))):
        with suppress(OSError):
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
                name, _, value = line.partition("=")
                if name.strip() == "KillUserProcesses":
                    told = value.strip().lower() in ("yes", "true", "1", "on")
    return told


def stop(folder: Path, by: StoppedBy, reason: str) -> None:
    """Ask a run to end; a run that ended, or was asked before, is left alone.

    The supervisor does the rest. Where it is gone, the processes are ended here, which takes up to the run's
    grace time, and the end is written down. Raises OSError where the request cannot be written.
    """
    run = RunDir(folder)
    if run.exit.exists():
        return
    _leave_request(run, {"by": by, "reason": reason, "at": time.time()})
    note = read_json(run.process) or {}
    supervisor = identity_from(note.get("supervisor"))
    if supervisor and processes.is_running(supervisor):
        # Harmless by nature, whoever should get it; it only shortens the wait.
        processes.signal_one(supervisor, signal.SIGCONT)
        return
    end_unsupervised(run, identity_from(note))


def end_unsupervised(run: RunDir, worker: Identity | None) -> bool:
    """End a run that nobody watches any more, and say how it ended; False where somebody does."""
    # A supervisor that comes up right now needs the lock, and has started nothing yet.
    if not (found := of_run(run.path, worker)) or not (lock := Lock.try_take(run.supervisor_lock)):
        return False
    with lock:
        if run.exit.exists():
            return False
        leader = worker if worker and worker.pid in {process.pid for process in found} else None
        left = end_now(Ending(lambda: of_run(run.path, worker), leader, _grace(run)))
        if not left:
            _write_end(run, stop_from(read_json(run.stop)))
        return not left


def _write_end(run: RunDir, request: Stop | None) -> None:
    ended: Verdict = verdict(None, request, None)
    write_json(run.exit, ended.values(time.time()))


def _grace(run: RunDir) -> float:
    try:
        return run.read_spec().grace
    except (R2PError, KeyError, TypeError):
        return GRACE_SECONDS


def _leave_request(run: RunDir, request: dict[str, object]) -> None:
    """The first request stays: a link, unlike a renaming, never replaces."""
    if run.stop.exists():
        return
    draft = run.path / f".stop.{os.getpid()}.{time.monotonic_ns()}.json"
    try:
        write_json(draft, request)
        os.link(draft, run.stop)
    except FileExistsError:
        return
    except OSError:
        # Some file systems know no links.
        write_json(run.stop, request)
    finally:
        draft.unlink(missing_ok=True)


def outlives_logout() -> bool:
    """Whether a run goes on when its user logs out of the machine.

    A scope of its own ends with the user's last session, unless the user may linger.
    """
    return not logout_ends_processes() or (bool(_scope()) and _lingers())


def _lingers(folder: Path = Path("/var/lib/systemd/linger")) -> bool:
    try:
        return (folder / pwd.getpwuid(os.getuid()).pw_name).exists()
    except (KeyError, OSError):
        return False


def _scope() -> Sequence[str]:
    """Nothing where no logout ends a run, or this user has no systemd of their own."""
    if not logout_ends_processes():
        return ()
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not runtime or not shutil.which("systemd-run") or not (Path(runtime) / "systemd/private").exists():
        return ()
    return ("systemd-run", "--user", "--scope", "--quiet", "--collect", "--")


def _open_log(folder: Path) -> IO[bytes]:
    handle = os.open(folder / LOG_NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    return os.fdopen(handle, "ab")


def _last_line(folder: Path) -> str:
    try:
        lines = (folder / LOG_NAME).read_text(errors="replace").split("\n")
    except OSError:
        lines = []
    said = next((line for line in map(clean_line, reversed(lines)) if line), "its supervisor ended at once.")
    return shorten(said, 200)


def _said(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"its supervisor did not come up within {_START_SECONDS:.0f} seconds"
    return shorten(clean_line(getattr(error, "strerror", None) or str(error)), 200)

"""`python -m r2p_tui.runs.worker FOLDER`: carries out what a run folder says, and writes how it ended.

It is started by the supervisor, writes its outcome to `outcome.json`, and everything else to the log.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from r2p_tui.domain.runs import RunSpec
from r2p_tui.errors import UsageError
from r2p_tui.runs import silence
from r2p_tui.runs.failures import Failure, explain
from r2p_tui.runs.rundir import RunDir, read_json, write_json
from r2p_tui.runs.verdicts import DISK_FULL_STATUS
from r2p_tui.text import clean_line

STOPPED_STATUS = 128 + signal.SIGTERM
# Where each kind is carried out: loaded once the process is silent, as these load torch.
_KINDS: Mapping[str, tuple[str, str]] = {
    "train": ("r2p_tui.runs.train", "train"),
    "quantize": ("r2p_tui.runs.quantize.run", "quantize"),
    "benchmark": ("r2p_tui.runs.benchmark.run", "benchmark"),
    "ablate": ("r2p_tui.runs.ablate", "ablate"),
}


class _Stopped(BaseException):
    """The supervisor, or somebody else, asked this process to end."""


def main(argv: list[str]) -> int:
    """Carry the run out; the exit status is 0 only where it reached its end."""
    if len(argv) != 1:
        sys.stderr.write("usage: python -m r2p_tui.runs.worker FOLDER\n")
        return 2
    run = RunDir(Path(argv[0]).absolute())
    stop = _stop_on_sigterm()
    try:
        results = _carry_out(run)
    except _Stopped:
        _end_stopped(run)
    except BaseException as error:
        if stop():
            # What is torn down by the same signal, such as a data loader, complains about it.
            _end_stopped(run)
        return _fail(run, error)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _write(run, ok=True, failure=Failure("It reached its end."), results=results)
    return 0


def _carry_out(run: RunDir) -> dict[str, Any]:
    spec = run.read_spec()
    if spec.kind not in _KINDS:
        raise UsageError(
            f"A run of the kind “{clean_line(str(spec.kind))}” is not carried out by this worker."
        )
    run.work.mkdir(parents=True, exist_ok=True)
    if not _reaches_out(spec):
        silence.silence(run)
    module, name = _KINDS[spec.kind]
    function: Callable[[RunDir, RunSpec], dict[str, Any]] = getattr(import_module(module), name)
    return function(run, spec)


def _reaches_out(spec: RunSpec) -> bool:
    """A service or a command of the user's is measured as it is; no library of training is loaded for it."""
    return spec.kind == "benchmark" and spec.benchmark.get("kind") in ("endpoint", "command")


def _stop_on_sigterm() -> Callable[[], bool]:
    """Turn the first SIGTERM into an exception; tells afterwards whether there was one."""
    owner, asked = os.getpid(), False

    def end(*_: object) -> None:
        nonlocal asked
        if os.getpid() != owner:
            os._exit(STOPPED_STATUS)
        if not asked:
            asked = True
            raise _Stopped

    signal.signal(signal.SIGTERM, end)
    return lambda: asked


def _end_stopped(run: RunDir) -> NoReturn:
    """The last checkpoint is written already; other threads and data loaders are not waited for."""
    asked = read_json(run.stop)
    reason = str(asked.get("reason") or "") if asked else ""
    failure = Failure(reason or "It was told to end by a signal (SIGTERM).", "Go on with: r2p resume")
    _write(run, ok=False, failure=failure)
    for child in multiprocessing.active_children():
        child.kill()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STOPPED_STATUS)


def _fail(run: RunDir, error: BaseException) -> int:
    traceback.print_exception(error)
    if not _write(run, ok=False, failure=explain(error)):
        return DISK_FULL_STATUS
    return 130 if isinstance(error, KeyboardInterrupt) else 1


def _write(run: RunDir, *, ok: bool, failure: Failure, results: Mapping[str, Any] | None = None) -> bool:
    """False where the disk is full: the exit status is all that is left to say so."""
    outcome = {"ok": ok, "reason": failure.reason, "hint": failure.hint, "results": dict(results or {})}
    try:
        write_json(run.outcome, outcome)
    except OSError as error:
        # On a full disk the log may still take a line, and the exit status says the rest.
        sys.stderr.write(f"{failure.reason}\nIts outcome cannot be written: {error}\n")
        return error.errno not in (errno.ENOSPC, errno.EDQUOT)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Real runs for tests: folders, waiting that ends, and nothing left behind."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from r2p_tui.domain.runs import RunSpec
from r2p_tui.runs import local, processes
from r2p_tui.runs.flocks import Lock, is_held
from r2p_tui.runs.processes import Identity, identity_from
from r2p_tui.runs.rundir import LineReader, RunDir, read_json, write_json
from r2p_tui.runs.stopping import of_run

PATIENCE_SECONDS = 60.0
Found = TypeVar("Found")

# What a cancel must cope with: deaf children, in the group and outside of it.
STUBBORN = 'trap "" TERM; sh -c "trap \\"\\" TERM; sleep 600" & setsid sleep 601 & wait; wait'


def wait_until(look: Callable[[], Found | None], seconds: float = PATIENCE_SECONDS) -> Found:
    """What `look` gives once it is true; fails where it never is."""
    until = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        assert time.monotonic() < until, f"waited {seconds:.0f} s in vain"
        time.sleep(0.02)


def shell(*script: str, **more: Any) -> RunSpec:
    return replace(RunSpec("shell", "test", script), **more)


def command(*argv: str, **more: Any) -> RunSpec:
    return replace(RunSpec("command", "test", argv), **more)


def make_run(folder: Path, spec: RunSpec) -> RunDir:
    folder.mkdir(parents=True, exist_ok=True)
    run = RunDir(folder)
    write_json(run.spec, spec.values())
    return run


def begin(folder: Path, spec: RunSpec, slots: Sequence[Path] = (), device: str = "cpu") -> RunDir:
    """As a dispatcher does it: take the locks, hand them over, and let go."""
    run = make_run(folder, spec)
    taken = [Lock.try_take(path) for path in (run.alive_lock, *slots)]
    locks = [lock for lock in taken if lock is not None]
    assert len(locks) == len(taken)
    try:
        local.start(run.path, [lock.fd for lock in locks], device=device)
    finally:
        for lock in locks:
            lock.close()
    return run


@contextmanager
def running(
    folder: Path, spec: RunSpec, slots: Sequence[Path] = (), device: str = "cpu"
) -> Iterator[tuple[RunDir, Identity, Identity]]:
    """A run whose worker lives, with the worker and the supervisor; all of it is killed at the end."""
    run = begin(folder, spec, slots, device)
    try:
        note = wait_until(lambda: read_json(run.process))
        worker, supervisor = identity_from(note), identity_from(note["supervisor"])
        assert worker and supervisor
        yield run, worker, supervisor
    finally:
        clear(run)


def clear(run: RunDir) -> None:
    """A supervisor that just comes up has not said yet who it is."""
    if run.path.is_dir() and is_held(run.supervisor_lock):
        wait_until(lambda: run.process.exists() or run.exit.exists() or not is_held(run.supervisor_lock))
    note = read_json(run.process) or {}
    ours = [identity_from(note.get("supervisor")), identity_from(note)]
    for identity in (*filter(None, ours), *of_run(run.path, identity_from(note))):
        processes.signal_one(identity, signal.SIGKILL)


def ending(run: RunDir) -> dict[str, Any]:
    return wait_until(lambda: read_json(run.exit))


def finished(folder: Path, spec: RunSpec, device: str = "cpu") -> tuple[RunDir, dict[str, Any]]:
    """A run from its start to its last words."""
    run = begin(folder, spec, device=device)
    try:
        return run, ending(run)
    finally:
        clear(run)


def events(run: RunDir, name: str | None = None) -> list[dict[str, Any]]:
    found = LineReader(run.events).read_new()
    return [event for event in found if name in (None, event["event"])]

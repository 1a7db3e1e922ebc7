"""Whatever happens in whatever order, each run has one owner, one way, and one end."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from r2p_tui.config import RunSettings, Settings
from r2p_tui.domain.runs import TRANSITIONS, RunSpec, RunState
from r2p_tui.paths import under
from r2p_tui.runs import local
from r2p_tui.runs.flocks import Lock, is_held
from r2p_tui.runs.rundir import RunDir, run_folder, write_json
from r2p_tui.services import runs
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_queue import refresh

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SLOTS = 2


class Processes:
    """Stands in for supervisor and worker: holds what they would hold, writes what they would write."""

    def __init__(self) -> None:
        self.alive: dict[int, list[int]] = {}
        self.supervisors: dict[int, Lock] = {}
        self.starts: Counter[int] = Counter()
        self.refuses = False

    def start(self, folder: Path, keep_open: Sequence[int] = (), **_: Any) -> None:
        if self.refuses:
            raise local.StartError("It could not be started.")
        run = int(folder.name)
        self.starts[run] += 1
        self.alive[run] = [os.dup(fd) for fd in keep_open]
        lock = Lock.try_take(RunDir(folder).supervisor_lock)
        assert lock is not None, "two supervisors of one run"
        self.supervisors[run] = lock

    def stop(self, folder: Path, by: str, reason: str) -> None:
        write_json(RunDir(folder).stop, {"by": by, "reason": reason, "at": time.time()})

    def kill_supervisor(self, run: int) -> None:
        if lock := self.supervisors.pop(run, None):
            lock.close()

    def kill_worker(self, run: int) -> None:
        for fd in self.alive.pop(run, []):
            os.close(fd)


class Queue(RuleBasedStateMachine):
    """Two desks look at one store, as a terminal program and a command would."""

    submitted = Bundle("submitted")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._paths = under(Path(self._folder.name))
        self._desks = [Desk(self._paths, Settings(runs=RunSettings(cpu_slots=SLOTS))) for _ in range(2)]
        self._processes = Processes()
        self._patches: list[Any] = [
            mock.patch.object(local, "start", self._processes.start),
            mock.patch.object(local, "stop", self._processes.stop),
            mock.patch("r2p_tui.services.runs.surroundings", lambda *_: ({}, b"")),
        ]
        for patch in self._patches:
            patch.start()
        self._ways: dict[int, list[RunState]] = {}

    def teardown(self) -> None:
        for run in list(self._processes.alive):
            self._processes.kill_supervisor(run)
            self._processes.kill_worker(run)
        for patch in self._patches:
            patch.stop()
        for desk in self._desks:
            desk.close()
        self._folder.cleanup()

    @rule(target=submitted, desk=st.integers(0, 1))
    def submit(self, desk: int) -> int:
        run = runs.submit(self._desks[desk], RunSpec("command", "r", argv=("true",)), now=NOW)
        self._ways[run.id] = [RunState.QUEUED]
        return run.id

    @rule(desk=st.integers(0, 1))
    def look(self, desk: int) -> None:
        refresh(self._desks[desk], now=NOW)

    @rule(run=submitted)
    def worker_is_born(self, run: int) -> None:
        if run in self._processes.alive:
            write_json(self._dir(run).process, {"pid": 1, "boot_id": "x"})

    @rule(run=submitted, state=st.sampled_from(["done", "failed", "cancelled"]))
    def ends_by_itself(self, run: int, state: str) -> None:
        if run in self._processes.supervisors and run in self._processes.alive:
            write_json(self._dir(run).exit, {"state": state, "reason": "so it was", "ended_at": time.time()})
            self._processes.kill_worker(run)
            self._processes.kill_supervisor(run)

    @rule(run=submitted)
    def supervisor_is_killed(self, run: int) -> None:
        self._processes.kill_supervisor(run)

    @rule(run=submitted)
    def all_is_killed(self, run: int) -> None:
        self._processes.kill_supervisor(run)
        self._processes.kill_worker(run)

    @rule(run=submitted, desk=st.integers(0, 1))
    def cancel(self, run: int, desk: int) -> None:
        runs.stop_run(self._desks[desk], run, now=NOW)

    @rule(paused=st.booleans(), desk=st.integers(0, 1))
    def pause(self, paused: bool, desk: int) -> None:
        runs.pause_queue(self._desks[desk], paused, now=NOW)

    @rule(refuses=st.booleans())
    def machine_refuses_processes(self, refuses: bool) -> None:
        self._processes.refuses = refuses

    @rule(target=submitted, run=consumes(submitted))
    def forget(self, run: int) -> Any:
        return multiple()

    @invariant()
    def steps_are_allowed_and_ends_are_final(self) -> None:
        for run, way in self._ways.items():
            state = runs.view_of(self._desks[0], run).state
            if state is not way[-1]:
                assert _reachable(way[-1], state), f"run {run} went from {way[-1]} to {state}"
                way.append(state)

    @invariant()
    def no_run_starts_twice(self) -> None:
        assert all(count == 1 for count in self._processes.starts.values())

    @invariant()
    def no_slot_has_two_runs(self) -> None:
        assert len(self._processes.alive) <= SLOTS

    @invariant()
    def what_lives_is_not_called_lost_and_what_is_gone_not_running(self) -> None:
        refresh(self._desks[1], now=NOW)
        for run in self._ways:
            view = runs.view_of(self._desks[1], run)
            if run in self._processes.alive:
                assert view.state.is_active
                assert view.state is RunState.STARTING or view.supervised == (
                    run in self._processes.supervisors
                )
            else:
                assert not view.state.is_active
            assert is_held(self._dir(run).alive_lock) == (run in self._processes.alive)

    def _dir(self, run: int) -> RunDir:
        return run_folder(self._paths.runs, run)


def _reachable(old: RunState, new: RunState) -> bool:
    """Between two looks a run may take more than one step."""
    return new in TRANSITIONS[old] or any(_reachable(step, new) for step in TRANSITIONS[old])


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=20, stateful_step_count=30)

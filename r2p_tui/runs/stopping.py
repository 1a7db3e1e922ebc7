"""The end of a run's processes: ask, wait, force, and look whether any is left."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from r2p_tui.runs import processes
from r2p_tui.runs.processes import Identity

RUN_VARIABLE = "R2P_RUN_DIR"
SUPERVISED_VARIABLE = "R2P_SUPERVISES"
FORCE_SECONDS = 10.0
_LOOK_EVERY_SECONDS = 0.1


class Ending:
    """Ends what `find` finds, step by step, so that its owner can go on watching meanwhile.

    The first step sends SIGTERM, to the leader's group and to each process outside of it; after `grace`
    seconds every step sends SIGKILL; `step` answers True when nothing is left or the force had its time.
    """

    def __init__(
        self,
        find: Callable[[], Sequence[Identity]],
        leader: Identity | None,
        grace: float,
        *,
        force: float = FORCE_SECONDS,
    ) -> None:
        self._find = find
        self._leader = leader
        self._grace = max(grace, 0.0)
        self._force = force
        self._began: float | None = None
        self.left: Sequence[Identity] = ()

    def step(self, now: float) -> bool:
        """`now` is of any clock that does not go back."""
        self.left = self._find()
        if not self.left:
            return True
        if self._began is None:
            self._began = now
            self._signal(signal.SIGTERM)
            # One that was suspended hears it only when it goes on.
            self._signal(signal.SIGCONT)
        elif now - self._began >= self._grace:
            self._signal(signal.SIGKILL)
        return now - self._began >= self._grace + self._force

    def _signal(self, number: int) -> None:
        group = self._leader.pgid if self._leader else None
        reached = self._leader is not None and processes.signal_group(self._leader, number)
        for process in self.left:
            # The kill goes to each one as well: a group's last members outlive its leader.
            if number == signal.SIGKILL or not (reached and process.pgid == group):
                processes.signal_one(process, number)


def end_now(ending: Ending) -> Sequence[Identity]:
    """Take all steps, for as long as the grace lasts and a little more; gives what could not be ended."""
    while not ending.step(time.monotonic()):
        time.sleep(_LOOK_EVERY_SECONDS)
    return ending.left


def below_supervisor(pid: int) -> list[Identity]:
    """All processes of the run that this process supervises; runs that it started itself are not of it."""
    return processes.descendants(pid, _is_supervisor)


def of_run(folder: Path, worker: Identity | None) -> list[Identity]:
    """All processes of a run that has lost its supervisor.

    Its worker and what descends from it, and whatever was started with the run's folder in its environment:
    so those are found too whose parents ended, and those of a worker that was not noted down.
    """
    facts = processes.all_facts()
    mark, boot = os.fsencode(folder), processes.boot_id()
    heads = {worker.pid} if worker and processes.is_same(worker) else set()
    heads |= {one.pid for one in facts if _runs_in(one.pid, mark)}
    found = {
        one.pid: Identity(one.pid, one.group, one.start_ticks, boot)
        for one in facts
        if one.pid in heads and not one.is_zombie
    }
    for head in heads:
        found |= {one.pid: one for one in processes.descendants(head, _is_supervisor, among=facts)}
    found.pop(os.getpid(), None)
    return list(found.values())


def _runs_in(pid: int, folder: bytes) -> bool:
    environment = processes.environment_of(pid)
    return environment.get(RUN_VARIABLE.encode()) == folder and not _supervises(environment)


def _is_supervisor(pid: int) -> bool:
    return _supervises(processes.environment_of(pid))


def _supervises(environment: dict[bytes, bytes]) -> bool:
    return bool(environment.get(SUPERVISED_VARIABLE.encode()))

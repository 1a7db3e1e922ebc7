"""The end of trees of processes that do not want to end, and the safety of everybody else."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from r2p_tui.runs import processes, stopping
from r2p_tui.runs.processes import Identity, identity_of
from r2p_tui.runs.stopping import RUN_VARIABLE, SUPERVISED_VARIABLE, Ending, end_now, of_run
from tests.runs.background import STUBBORN, wait_until

Start = Callable[..., Identity]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a shell script that leads a group, with the run's folder in its environment."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(script: str, **environment: str) -> Identity:
        process = subprocess.Popen(
            ["sh", "-c", script],
            process_group=0,
            env={"PATH": os.environ["PATH"], RUN_VARIABLE: str(tmp_path), **environment},
        )
        started.append(process)
        identity = identity_of(process.pid)
        assert identity
        return identity

    yield begin
    end_now(Ending(lambda: of_run(tmp_path, None), None, 0.0))
    for process in started:
        process.kill()
        process.wait()


def test_a_stubborn_tree_is_gone_after_the_grace(start: Start, tmp_path: Path) -> None:
    worker = start(STUBBORN)
    wait_until(lambda: len(of_run(tmp_path, worker)) == 4)
    assert end_now(Ending(lambda: of_run(tmp_path, worker), worker, 0.5)) == []
    assert of_run(tmp_path, worker) == []


def test_who_listens_has_the_grace_to_save(start: Start, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    worker = start(f'trap "sleep 0.5; echo ok > {saved}; exit 0" TERM; while :; do sleep 0.05; done')
    wait_until(lambda: len(of_run(tmp_path, worker)) >= 2)
    assert end_now(Ending(lambda: of_run(tmp_path, worker), worker, 60.0)) == []
    assert saved.read_text() == "ok\n"


def test_each_process_hears_the_request_once(start: Start, tmp_path: Path) -> None:
    """A second SIGTERM means "at once" to many a program."""
    heard = tmp_path / "heard"
    script = f"trap 'echo x >> {heard}' TERM; echo ready > {tmp_path}/ready; while :; do sleep 0.05; done"
    worker = start(script)
    wait_until((tmp_path / "ready").exists)
    ending = Ending(lambda: of_run(tmp_path, worker), worker, 60.0)
    for second in range(5):
        assert not ending.step(float(second))
    wait_until(lambda: heard.exists() and heard.read_text())
    assert ending.step(100.0) or not end_now(ending)
    assert heard.read_text() == "x\n"


def test_a_suspended_process_hears_it_too(start: Start, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    trap = f"trap 'echo x > {heard}; exit 0' TERM"
    worker = start(f"{trap}; echo ready > {tmp_path}/ready; while :; do sleep 0.05; done")
    wait_until((tmp_path / "ready").exists)
    os.killpg(worker.pid, signal.SIGSTOP)
    assert end_now(Ending(lambda: of_run(tmp_path, worker), worker, 60.0)) == []
    assert heard.read_text() == "x\n"


def test_orphans_of_a_worker_that_ended_are_found(start: Start, tmp_path: Path) -> None:
    worker = start("setsid sh -c 'sleep 600 & sleep 600' & sleep 600 & exit 0")
    wait_until(lambda: not processes.is_running(worker) and len(of_run(tmp_path, worker)) == 4)
    assert end_now(Ending(lambda: of_run(tmp_path, worker), worker, 5.0)) == []
    assert of_run(tmp_path, worker) == []


def test_a_reused_pid_is_left_alone(start: Start, tmp_path: Path) -> None:
    """Another one has the pid that the run's notes name."""
    stranger = start("exec sleep 600", **{RUN_VARIABLE: "/another/run"})
    noted = stranger._replace(start_ticks=stranger.start_ticks - 5)
    assert of_run(tmp_path, noted) == []
    assert end_now(Ending(lambda: [noted], noted, 0.0, force=0.3)) == [noted]
    assert processes.is_running(stranger)


def test_runs_that_a_run_started_are_not_of_it(start: Start, tmp_path: Path) -> None:
    script = f"env -u {RUN_VARIABLE} {SUPERVISED_VARIABLE}=/another/run sh -c 'sleep 600 & wait' & wait"
    worker = start(script)
    wait_until(lambda: len(processes.descendants(worker.pid)) == 2)
    wait_until(lambda: [one.pid for one in of_run(tmp_path, worker)] == [worker.pid])
    # This process has children of its own, such as the pools of other tests.
    below = {one.pid for one in stopping.below_supervisor(os.getpid())}
    assert worker.pid in below and not below & {one.pid for one in processes.descendants(worker.pid)}
    processes.signal_group(worker, signal.SIGKILL)


def test_what_cannot_be_ended_does_not_hold_us_for_ever() -> None:
    ghost = Identity(2**22 + 5, 2**22 + 5, 1, "no boot")
    ending = Ending(lambda: [ghost], ghost, 1.0)
    assert not ending.step(0.0)
    assert not ending.step(5.0)
    assert ending.step(1.0 + stopping.FORCE_SECONDS)
    assert ending.left == [ghost]


def test_nothing_to_end_is_an_end(tmp_path: Path) -> None:
    began = time.monotonic()
    assert end_now(Ending(lambda: of_run(tmp_path, None), None, 600.0)) == []
    assert time.monotonic() - began < 600

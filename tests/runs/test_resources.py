"""What a tree of processes takes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from r2p_tui.runs.gpu import GpuLoad
from r2p_tui.runs.resources import Sampler, resident_bytes
from tests.runs.background import wait_until


def test_memory_and_work_of_children_count(tmp_path: object) -> None:
    program = "x = bytearray(60_000_000)\nwhile True: pass"
    with subprocess.Popen(
        ["sh", "-c", '"$0" -c "$1" & wait', sys.executable, program], process_group=0
    ) as tree:
        sampler = Sampler(tree.pid)
        first = sampler.sample(time.time(), time.monotonic())
        assert first["cpu_percent"] is None
        try:
            wait_until(lambda: sampler.sample(1.0, time.monotonic())["memory_bytes"] > 60_000_000)
            time.sleep(0.3)
            busy = wait_until(lambda: sampler.sample(1.0, time.monotonic())["cpu_percent"])
            assert busy > 0
        finally:
            os.killpg(tree.pid, signal.SIGKILL)


def test_the_share_of_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = {1: 100, 2: 0}
    monkeypatch.setattr("r2p_tui.runs.processes.TICKS_PER_SECOND", 100)
    monkeypatch.setattr("r2p_tui.runs.processes.family_pids", lambda pid: list(ticks))
    monkeypatch.setattr(
        "r2p_tui.runs.processes.facts_of",
        lambda pid: type("Facts", (), {"pid": pid, "start_ticks": 1, "cpu_ticks": ticks[pid]})(),
    )
    sampler = Sampler(1)
    assert sampler.sample(0.0, 10.0)["cpu_percent"] is None
    ticks |= {1: 200, 2: 50}
    assert sampler.sample(0.0, 11.0)["cpu_percent"] == 150.0
    del ticks[2]
    assert sampler.sample(0.0, 12.0)["cpu_percent"] == 0.0
    ticks[3] = 20
    assert sampler.sample(0.0, 13.0)["cpu_percent"] == 20.0


def test_what_is_gone_takes_nothing() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    sample = Sampler(process.pid).sample(5.0, 1.0)
    assert sample == {
        "time": 5.0,
        "cpu_percent": None,
        "memory_bytes": 0,
        "gpu_percent": None,
        "gpu_memory_bytes": None,
    }
    assert resident_bytes(os.getpid()) > 1_000_000


def test_the_gpu_that_was_given() -> None:
    sample = Sampler(os.getpid(), "GPU-1", gpu_load=lambda uuid: GpuLoad(40.0, 7)).sample(0.0, 0.0)
    assert (sample["gpu_percent"], sample["gpu_memory_bytes"]) == (40.0, 7)

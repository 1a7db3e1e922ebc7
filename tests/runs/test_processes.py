"""Who a process is, whom a signal reaches, and whom it never reaches."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from r2p_tui.runs import processes
from r2p_tui.runs.processes import Identity, identity_from, identity_of, is_running, is_same, signal_group
from tests.runs.background import wait_until


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that leads a group of its own."""
    with subprocess.Popen(["sleep", "600"], process_group=0) as process:
        yield process
        process.kill()


def known(pid: int) -> Identity:
    identity = identity_of(pid)
    assert identity
    return identity


def test_an_identity_names_one_process(sleeper: subprocess.Popen[bytes]) -> None:
    identity = known(sleeper.pid)
    assert identity.pgid == sleeper.pid
    assert is_same(identity)
    assert identity_from(identity._asdict()) == identity
    sleeper.kill()
    sleeper.wait()
    assert not is_same(identity)
    assert identity_of(sleeper.pid) is None


@pytest.mark.parametrize("value", [None, {}, [], {"pid": "1", "pgid": 1, "start_ticks": 1}, {"pid": 4}])
def test_what_is_no_identity(value: object) -> None:
    assert identity_from(value) is None


def test_a_name_with_brackets_confuses_nobody(tmp_path: Path) -> None:
    script = tmp_path / "a) S 1 (b"
    script.write_text("#!/bin/sh\nsleep 600\n")
    script.chmod(0o700)
    with subprocess.Popen([script], process_group=0) as process:
        facts = wait_until(lambda: processes.facts_of(process.pid))
        assert (facts.parent, facts.group) == (os.getpid(), process.pid)
        os.killpg(process.pid, signal.SIGKILL)


def test_a_zombie_is_the_same_but_does_not_run(sleeper: subprocess.Popen[bytes]) -> None:
    identity = known(sleeper.pid)
    assert is_running(identity)
    sleeper.kill()
    wait_until(lambda: not is_running(identity))
    assert is_same(identity)
    assert identity not in processes.descendants(os.getpid())


@pytest.mark.parametrize(
    "stranger",
    [
        lambda identity: identity._replace(start_ticks=identity.start_ticks - 1),
        lambda identity: identity._replace(boot_id="another boot"),
        lambda identity: identity._replace(boot_id=""),
    ],
    ids=["reused pid", "before a reboot", "no boot"],
)
def test_a_stranger_gets_no_signal(sleeper: subprocess.Popen[bytes], stranger: object) -> None:
    other = stranger(known(sleeper.pid))  # type: ignore[operator]
    assert not signal_group(other, signal.SIGKILL)
    assert not processes.signal_one(other, signal.SIGKILL)
    assert signal_group(known(sleeper.pid), signal.SIGTERM)
    assert sleeper.wait() == -signal.SIGTERM


def test_no_group_but_its_own_is_signalled() -> None:
    """A process that leads no group may be in ours."""
    with subprocess.Popen(["sleep", "600"]) as process:
        identity = known(process.pid)
        assert identity.pgid == os.getpgrp()
        assert not signal_group(identity, signal.SIGKILL)
        assert not signal_group(identity._replace(pid=os.getpgrp()), signal.SIGKILL)
        assert not signal_group(identity._replace(pid=1, pgid=1), 0)
        assert processes.signal_one(identity, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def test_without_process_handles_it_works_too(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pidfd_open")
    identity = known(sleeper.pid)
    assert not signal_group(identity._replace(start_ticks=1), signal.SIGKILL)
    assert signal_group(identity, signal.SIGTERM)
    assert sleeper.wait() == -signal.SIGTERM


def test_a_kernel_that_cannot_signal_groups_by_handle(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(signal, "pidfd_send_signal", refuse)
    assert signal_group(known(sleeper.pid), signal.SIGTERM)
    assert sleeper.wait() == -signal.SIGTERM


def test_a_subreaper_finds_what_left_the_group() -> None:
    program = """
import subprocess, sys, time
from r2p_tui.runs import processes
print(processes.become_subreaper(), flush=True)
subprocess.run(["sh", "-c", "setsid sleep 600 & exit 0"])
for _ in range(500):
    found = [one.pid for one in processes.descendants(__import__("os").getpid())]
    if found: break
    time.sleep(0.01)
quick = processes.family_pids(__import__("os").getpid())
for pid in found: __import__("os").kill(pid, 9)
print(len(found), set(found) <= set(quick))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "1", "True"], done.stderr


def test_descendants_stop_at_what_is_another_s() -> None:
    script = "sleep 600 & sh -c 'sleep 600 & wait' & wait"
    with subprocess.Popen(["sh", "-c", script], process_group=0) as process:
        wait_until(lambda: len(processes.descendants(process.pid)) == 3)
        shells = [one for one in processes.descendants(process.pid) if processes.family_pids(one.pid)[1:]]
        assert len(shells) == 1
        left = processes.descendants(process.pid, lambda pid: pid == shells[0].pid)
        assert len(left) == 1
        os.killpg(process.pid, signal.SIGKILL)


def test_the_environment_of_a_process() -> None:
    with subprocess.Popen(["sleep", "600"], env={"A": "1=2", "B": ""}) as process:
        wait_until(lambda: processes.environment_of(process.pid).get(b"A") == b"1=2")
        process.kill()
    assert processes.environment_of(process.pid) == {}

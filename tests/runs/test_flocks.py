"""Locks that processes inherit, and that looking at them does not disturb."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import threading
from pathlib import Path

import pytest

from r2p_tui.runs.flocks import Lock, is_held, is_lock_of
from tests.runs.background import wait_until


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    assert not is_held(path)
    first = Lock.try_take(path)
    assert first
    assert Lock.try_take(path) is None
    assert is_held(path)
    first.close()
    first.close()
    assert not is_held(path)
    with Lock.try_take(path) or first as again:
        assert again.fd >= 0
    assert not is_held(path)


def test_an_heir_keeps_the_lock_until_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    lock = Lock.try_take(path)
    assert lock
    with subprocess.Popen(["sleep", "600"], pass_fds=[lock.fd]) as heir:
        lock.close()
        assert is_held(path)
        assert Lock.try_take(path) is None
        heir.kill()
    assert not is_held(path)


def test_a_child_that_was_not_given_it_holds_nothing(tmp_path: Path) -> None:
    lock = Lock.try_take(tmp_path / "a.lock")
    assert lock
    with subprocess.Popen(["sleep", "600"], close_fds=False) as child:
        lock.close()
        assert not is_held(tmp_path / "a.lock")
        child.kill()


def test_many_looks_neither_see_each_other_nor_keep_a_taker_out(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    path.touch()
    done = threading.Event()
    seen: list[bool] = []

    def look() -> None:
        while not done.is_set():
            seen.append(is_held(path))

    lookers = [threading.Thread(target=look) for _ in range(4)]
    for looker in lookers:
        looker.start()
    try:
        wait_until(lambda: len(seen) > 2000)
        assert not any(seen[:2000])
        for _ in range(100):
            lock = Lock.try_take(path)
            assert lock
            lock.close()
    finally:
        done.set()
        for looker in lookers:
            looker.join()


def test_of_many_takers_one_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    for _ in range(20):
        gate = threading.Barrier(8)
        taken: list[Lock] = []

        def take(gate: threading.Barrier = gate, taken: list[Lock] = taken) -> None:
            gate.wait()
            if lock := Lock.try_take(path):
                taken.append(lock)

        takers = [threading.Thread(target=take) for _ in range(8)]
        for taker in takers:
            taker.start()
        for taker in takers:
            taker.join()
        assert len(taken) == 1
        taken[0].close()


def test_a_lock_is_known_by_its_file(tmp_path: Path) -> None:
    with Lock.try_take(tmp_path / "a.lock") or Lock(tmp_path, -1) as lock:
        assert is_lock_of(lock.fd, tmp_path / "a.lock")
        (tmp_path / "b.lock").touch()
        assert not is_lock_of(lock.fd, tmp_path / "b.lock")
        assert not is_lock_of(lock.fd, tmp_path / "none.lock")
        os.replace(tmp_path / "b.lock", tmp_path / "a.lock")
        assert not is_lock_of(lock.fd, tmp_path / "a.lock")


def test_a_lock_that_cannot_be_had_leaves_no_open_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    before = os.listdir("/proc/self/fd")
    with pytest.raises(OSError, match="No locks"):
        Lock.try_take(tmp_path / "a.lock")
    assert len(os.listdir("/proc/self/fd")) == len(before)

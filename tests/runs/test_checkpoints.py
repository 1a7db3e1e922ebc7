"""Checkpoints: two and the best, whole or not there, whatever fails and whenever the process dies."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.runs import rundir
from r2p_tui.runs.checkpoints import best_valid, is_valid, listed, newest_valid, save, save_best


def source(folder: Path, text: str) -> Path:
    path = folder / "last.pt"
    path.write_text(text * 1000)
    return path


def test_the_last_two_and_the_best_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    for epoch in range(1, 5):
        save(source(tmp_path, f"epoch {epoch}"), folder, epoch, best=epoch == 2)
    assert sorted(path.name for path in folder.iterdir()) == [
        "best.pt",
        "epoch-0003.pt",
        "epoch-0004.pt",
        "manifest.json",
    ]
    newest, best = newest_valid(folder), best_valid(folder)
    assert newest is not None and (newest.epoch, newest.path.name) == (4, "epoch-0004.pt")
    assert best is not None and best.epoch == 2
    assert best.path.read_text().startswith("epoch 2")
    save_best(source(tmp_path, "stripped"), folder, 2)
    last = best_valid(folder)
    assert last is not None and last.path.read_text().startswith("stripped")


def test_a_changed_checkpoint_is_passed_over(tmp_path: Path) -> None:
    for epoch in (1, 2):
        save(source(tmp_path, f"epoch {epoch}"), tmp_path / "c", epoch)
    torn = tmp_path / "c/epoch-0002.pt"
    torn.write_bytes(torn.read_bytes()[:-1] + b"x")
    made = listed(torn)
    assert made is not None and not is_valid(made)
    newest = newest_valid(tmp_path / "c")
    assert newest is not None and newest.epoch == 1
    (tmp_path / "c/epoch-0001.pt").unlink()
    assert newest_valid(tmp_path / "c") is None


def test_no_folder_and_a_damaged_manifest(tmp_path: Path) -> None:
    assert newest_valid(tmp_path / "nowhere") is None
    (tmp_path / "manifest.json").write_text('{"../x.pt": {"epoch": 1}, "epoch-0001.pt": 7, "a": {}}')
    assert newest_valid(tmp_path) is None
    assert listed(tmp_path / "epoch-0001.pt") is None


def test_the_best_on_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    made = save(source(tmp_path, "x"), tmp_path / "c", 1, best=True)
    best = best_valid(tmp_path / "c")
    assert best is not None and best.sha256 == made.sha256


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, number: int) -> Iterator[list[str]]:
    """The N-th of all calls that write, make last or rename finds the disk full."""
    calls: list[str] = []

    def wrap(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            calls.append(name)
            if len(calls) == number:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*arguments, **named)

        return call

    with monkeypatch.context() as patch:
        for name in ("open", "write", "fsync", "replace"):
            patch.setattr(os, name, wrap(name, getattr(os, name)))
        patch.setattr(Path, "replace", wrap("Path.replace", Path.replace))
        yield calls


def test_a_full_disk_at_every_call_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "checkpoints"
    for epoch in (1, 2):
        save(source(tmp_path, f"epoch {epoch}"), folder, epoch, best=epoch == 1)
    third, number = source(tmp_path, "epoch 3"), 0
    failed = True
    while failed:
        number += 1
        failed = False
        with failing(monkeypatch, number) as calls:
            try:
                save(third, folder, 3, best=True)
            except OSError as error:
                assert error.errno == errno.ENOSPC
                failed = True
        newest = newest_valid(folder)
        assert newest is not None and newest.epoch in ((2, 3) if failed else (3,))
        best = best_valid(folder)
        assert best is not None and best.epoch in ((1, 3) if failed else (3,))
        assert not list(folder.glob(".*")), "a draft was left behind"
    assert number > 6 and len(calls) < number


def test_a_disk_that_takes_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data)[:100]))
    made = save(source(tmp_path, "x"), tmp_path / "c", 1)
    assert made.size == 1000 and is_valid(made)


KILLED = """
import sys
from pathlib import Path
from r2p_tui.runs.checkpoints import save, save_best
folder = Path(sys.argv[1])
last = folder / "last.pt"
for epoch in range(1, 10_000):
    last.write_bytes(epoch.to_bytes(4, "big") * 200_000)
    save(last, folder / "c", epoch)
    print(epoch, flush=True)
"""


@pytest.mark.parametrize("number", range(5))
def test_kill_at_any_moment(number: int, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for _ in range(2 + number):
        process.stdout.readline()
    time.sleep(0.003 * number)
    process.send_signal(signal.SIGKILL)
    said = [int(line) for line in process.stdout.read().split()] or [2 + number]
    process.wait()
    process.stdout.close()
    newest = newest_valid(tmp_path / "c")
    assert newest is not None and newest.epoch >= max(said[-1], 2 + number)
    assert rundir.read_json(tmp_path / "c/manifest.json")


class Told(BaseException):
    """As the worker's handler of SIGTERM raises it, between any two lines."""


@contextmanager
def interrupted(monkeypatch: pytest.MonkeyPatch, number: int) -> Iterator[list[str]]:
    """After the N-th of all calls that write, make last or rename, the process is told to end."""
    calls: list[str] = []

    def wrap(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            result = real(*arguments, **named)
            calls.append(name)
            if len(calls) == number:
                raise Told
            return result

        return call

    with monkeypatch.context() as patch:
        for name in ("write", "fsync", "replace"):
            patch.setattr(os, name, wrap(name, getattr(os, name)))
        patch.setattr(Path, "replace", wrap("Path.replace", Path.replace))
        patch.setattr(Path, "hardlink_to", wrap("hardlink_to", Path.hardlink_to))
        yield calls


@pytest.mark.parametrize("before", [0, 2])
def test_interrupted_after_any_call_it_leaves_only_what_the_manifest_names(
    before: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last, number, done = source(tmp_path, "new"), 0, False
    while not done:
        number += 1
        folder = tmp_path / f"c{number}"
        for epoch in range(1, before + 1):
            save(source(tmp_path, f"epoch {epoch}"), folder, epoch, best=epoch == 1)
        with interrupted(monkeypatch, number):
            try:
                save(last, folder, before + 1, best=True)
                done = True
            except Told:
                pass
        named = (rundir.read_json(folder / "manifest.json") or {}).keys()
        there = {path.name for path in folder.iterdir()} - {"manifest.json"}
        # Those of earlier epochs are dropped after the manifest has ceased to name them.
        old = {f"epoch-{epoch:04d}.pt" for epoch in range(1, before + 1)}
        assert named <= there <= named | old, f"after call {number}"
        assert all(is_valid(made) for name in named if (made := listed(folder / name)))
    assert number > 6


UNBROKEN = """
import os, signal, sys, threading, time
from r2p_tui.runs.train_reports import _unbroken

class Stopped(BaseException):
    pass

def end(*_):
    raise Stopped

signal.signal(signal.SIGTERM, end)
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
try:
    with _unbroken():
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)
        print("whole", flush=True)
    print("went on", flush=True)
except Stopped:
    print("stopped", flush=True)
try:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)
except Stopped:
    print("stopped", flush=True)
"""


def test_a_request_to_end_waits_for_the_checkpoint_whatever_threads_there_are() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNBROKEN], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["whole", "stopped", "stopped"], done.stderr

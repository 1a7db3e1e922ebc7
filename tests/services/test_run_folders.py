"""Whatever stands in a run folder, and whatever becomes of it, the look at all runs goes on."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from r2p_tui.config import Settings
from r2p_tui.domain.runs import MetricPoint, RunSpec, RunState
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.runs import local, worker
from r2p_tui.runs.flocks import Lock
from r2p_tui.runs.gpu import Gpu
from r2p_tui.runs.queue import devices
from r2p_tui.runs.rundir import append_line, point_line, read_json, run_folder, write_json
from r2p_tui.runs.verdicts import DISK_FULL, unwritten_outcome, verdict
from r2p_tui.services import runs
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_news import News, Step
from r2p_tui.services.run_queue import refresh
from r2p_tui.services.run_surroundings import surroundings
from r2p_tui.store.measurements import measurement_of
from r2p_tui.store.runs import Run
from tests.services.stored_runs import NOW, add_run

HUGE = "1" + "0" * 400
SECRET = "canary-of-the-folders"
GOOD = '{"time":2.0,"epoch":2,"values":{"map50":0.5}}\n'


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings()) as found:
        yield found


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("metrics.jsonl", '{"time":NaN,"epoch":1,"values":{"a":1}}\n'),
        ("metrics.jsonl", '{"time":Infinity,"epoch":1,"values":{"a":1}}\n'),
        ("metrics.jsonl", f'{{"time":{HUGE},"epoch":1,"values":{{"a":1}}}}\n'),
        ("metrics.jsonl", f'{{"time":1.0,"epoch":{HUGE},"step":{HUGE},"values":{{"a":{HUGE}}}}}\n'),
        ("metrics.jsonl", '{"time":1.0,"epoch":1,"values":{"a\\ud800":1}}\n'),
        ("metrics.jsonl", '{"time":1.0,"epoch":1,"values":{"a":NaN,"b":"inf"}}\n'),
        ("metrics.jsonl", '\x00garbage\n{"time":\n[1,2]\n{"values":3}\n{"time":true,"values":{}}\n'),
        ("events.jsonl", '{"time":"soon","event":"note"}\n{"event":"note"}\n{"time":NaN,"event":"note"}\n'),
        ("events.jsonl", '{"time":1,"event":"note","sentence":"\\ud800"}\n'),
        (
            "events.jsonl",
            '{"time":1,"event":"question"}\n{"time":1,"event":"criterion","index":9,"light":7}\n',
        ),
        ("events.jsonl", '{"time":1,"event":"criterion","index":0,"light":"met","numbers":[[1,NaN]]}\n'),
    ],
)
def test_a_strange_line_hides_neither_the_others_nor_other_runs(desk: Desk, file: str, text: str) -> None:
    strange, other = (add_run(desk, state=RunState.RUNNING) for _ in range(2))
    folder = run_folder(desk.paths.runs, strange)
    for name, content in (("metrics.jsonl", GOOD), (file, text), ("metrics.jsonl", GOOD)):
        with (folder.path / name).open("a") as target:
            target.write(content)
    append_line(run_folder(desk.paths.runs, other).metrics, point_line(MetricPoint(1.0, {"map50": 0.1}, 1)))
    refresh(desk, now=NOW)
    assert runs.view_of(desk, strange).latest["map50"] == 0.5
    assert runs.view_of(desk, other).latest["map50"] == 0.1
    assert runs.points(desk, strange)[-1].epoch == 2


@pytest.mark.parametrize(
    ("end", "state", "reason"),
    [
        ('{"state":"failed","reason":""}', RunState.FAILED, "It gave no reason."),
        ('{"state":"failed","reason":"\\udcff"}', RunState.FAILED, "?"),
        ('{"state":"done","ended_at":1e300}', RunState.DONE, ""),
        ('{"state":"done","ended_at":NaN}', RunState.DONE, ""),
        ('{"state":"cancelled","stopped_by":{"a":1}}', RunState.CANCELLED, ""),
    ],
)
def test_strange_last_words_end_a_run_all_the_same(
    desk: Desk, end: str, state: RunState, reason: str
) -> None:
    run = add_run(desk, state=RunState.RUNNING)
    run_folder(desk.paths.runs, run).exit.write_text(end)
    refresh(desk, now=NOW)
    view = runs.view_of(desk, run)
    assert (view.state, view.reason, view.stopped_by) == (state, reason, None)
    assert view.ended_at == NOW


def test_who_looked_too_late_leaves_the_last_step_to_the_next_look(desk: Desk) -> None:
    run = add_run(desk, state=RunState.RUNNING)
    folder = run_folder(desk.paths.runs, run)
    with desk.store.read() as session:
        stored = session.get(Run, run)
        assert stored is not None
    append_line(folder.metrics, point_line(MetricPoint(1.0, {"map50": 0.1}, 1)))
    faster = News(stored, folder)
    append_line(folder.metrics, point_line(MetricPoint(2.0, {"map50": 0.2}, 2)))
    slower = News(stored, folder)
    faster.copy(desk, None)
    slower.copy(desk, Step(RunState.DONE, {"ended_at": NOW}))
    write_json(folder.exit, {"state": "done", "ended_at": NOW.timestamp()})
    refresh(desk, now=NOW)
    view = runs.view_of(desk, run)
    assert (view.state, view.latest["map50"]) == (RunState.DONE, 0.2)


@pytest.mark.parametrize("lives", [True, False])
def test_a_restored_store_starts_nothing_again(
    desk: Desk, lives: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "start", lambda *_, **__: pytest.fail("started again"))
    run = add_run(desk)
    folder = run_folder(desk.paths.runs, run)
    write_json(folder.process, {})
    alive = Lock.try_take(folder.alive_lock) if lives else None
    if not lives:
        write_json(folder.exit, {"state": "done", "reason": "", "ended_at": NOW.timestamp()})
    refresh(desk, now=NOW)
    refresh(desk, now=NOW)
    assert runs.view_of(desk, run).state is (RunState.RUNNING if lives else RunState.DONE)
    if alive:
        alive.close()


def test_a_folder_that_is_gone_is_said(desk: Desk) -> None:
    run = add_run(desk, state=RunState.RUNNING)
    shutil.rmtree(run_folder(desk.paths.runs, run).path)
    refresh(desk, now=NOW)
    view = runs.view_of(desk, run)
    assert view.state is RunState.LOST
    assert "folder is gone" in view.reason


def test_a_run_whose_folder_is_removed_is_ended(desk: Desk) -> None:
    spec = RunSpec("command", "x", argv=("sleep", "600"), grace=1.0)
    view = runs.submit(desk, spec, now=datetime.now(UTC))
    while (note := read_json(run_folder(desk.paths.runs, view.id).process)) is None:
        time.sleep(0.02)
    supervisor = psutil.Process(note["supervisor"]["pid"])
    # The run may write into it while it is emptied.
    while view.folder.exists():
        shutil.rmtree(view.folder, ignore_errors=True)
    supervisor.wait(60)
    assert not psutil.pid_exists(note["pid"])


def test_who_only_reads_stops_nothing(desk: Desk, paths: Paths) -> None:
    run = add_run(desk, state=RunState.RUNNING)
    folder = run_folder(paths.runs, run)
    with Desk(paths, Settings(), read_only=True) as reader, pytest.raises(R2PError):
        runs.stop_run(reader, run, now=NOW)
    assert not folder.stop.exists()


def test_a_start_in_the_future_makes_no_time_box_larger(desk: Desk) -> None:
    started = datetime.now(UTC) + timedelta(days=3)
    spec = RunSpec("command", "x", argv=("true",), time_box=60.0)
    run = add_run(desk, spec, state=RunState.RUNNING, started_at=started)
    assert runs.view_of(desk, run).time_box_left == 60.0


def test_secrets_of_a_run_that_never_started_are_not_left_behind(desk: Desk) -> None:
    runs.pause_queue(desk, True, now=NOW)
    spec = RunSpec("command", "x", argv=(sys.executable,), environment={"A_TOKEN": SECRET})
    view = runs.submit(desk, spec, now=datetime.now(UTC))
    assert SECRET in run_folder(desk.paths.runs, view.id).secrets.read_text()
    runs.stop_run(desk, view.id, now=datetime.now(UTC))
    assert not run_folder(desk.paths.runs, view.id).secrets.exists()


def test_secrets_on_the_command_line_are_not_kept() -> None:
    words = (
        "r2p",
        "run",
        "--env",
        f"A_TOKEN={SECRET}",
        f"--env=MY_KEY={SECRET}",
        "--env",
        "OMP_NUM_THREADS=2",
    )
    facts, _ = surroundings(RunSpec("command", "x"), {}, words)
    assert SECRET not in json.dumps(facts)
    assert facts["command"][-1] == "OMP_NUM_THREADS=2"


def test_variables_that_are_no_text_do_not_keep_a_run_from_being_submitted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = os.fsdecode(b"\xff\xfe")
    monkeypatch.setenv("ODD", value)
    runs.pause_queue(desk, True, now=NOW)
    view = runs.submit(desk, RunSpec("command", "x", argv=(sys.executable,)), now=datetime.now(UTC))
    told = read_json(run_folder(desk.paths.runs, view.id).environment)
    assert told is not None
    assert told["ODD"] == value


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (RunSpec("command", "x", argv=("ls", os.fsdecode(b"\xff"))), "not UTF-8"),
        (RunSpec("command", "x", argv=("ls",), device="--bogus"), "no device"),
        (RunSpec("command", "x", argv=("ls",), device="7"), "no device"),
    ],
)
def test_what_would_never_start_is_refused(desk: Desk, spec: RunSpec, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=sentence):
        runs.submit(desk, spec, now=datetime.now(UTC))
    assert not runs.list_runs(desk)


def test_a_gpu_goes_by_its_number_or_its_uuid() -> None:
    card = Gpu("GPU-1", "one", 80)
    assert devices("local", [card]) == ("auto", "cpu", "cuda", "0", "GPU-1")
    assert devices("ray:http://box:8265", [card]) == ("auto", "cpu", "cuda")


def test_a_worker_on_a_full_disk_says_so_by_its_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(worker, "write_json", full)
    monkeypatch.setattr(worker, "_carry_out", full)
    monkeypatch.setattr(worker, "_stop_on_sigterm", lambda: lambda: False)
    status = worker.main([str(tmp_path)])
    ended = verdict(status, None, unwritten_outcome(status))
    assert (ended.state, ended.reason) == (RunState.FAILED, DISK_FULL)
    assert unwritten_outcome(1) is None


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_what_was_measured_is_kept_however_the_run_ended(desk: Desk, state: str) -> None:
    number = add_run(desk, RunSpec("quantize", "INT8"), state=RunState.RUNNING)
    folder = run_folder(desk.paths.runs, number)
    write_json(folder.measurement, {"kind": "quantize", "target": "caf\udce9.pt"})
    write_json(folder.exit, {"state": state, "reason": "It ended.", "ended_at": NOW.timestamp()})
    refresh(desk, now=NOW)
    shutil.rmtree(folder.path)
    with desk.store.read() as session:
        assert measurement_of(session, number) == {"kind": "quantize", "target": "caf?.pt"}


def test_nothing_is_kept_of_a_run_that_measures_nothing_or_wrote_no_json(desk: Desk) -> None:
    training, broken = (
        add_run(desk, RunSpec(kind, "a run"), state=RunState.RUNNING) for kind in ("train", "benchmark")
    )
    write_json(run_folder(desk.paths.runs, training).measurement, {"kind": "quantize"})
    run_folder(desk.paths.runs, broken).measurement.write_text("{", encoding="utf-8")
    for number in (training, broken):
        end = {"state": "done", "reason": "It ended.", "ended_at": NOW.timestamp()}
        write_json(run_folder(desk.paths.runs, number).exit, end)
    refresh(desk, now=NOW)
    with desk.store.read() as session:
        assert measurement_of(session, training) is None
        assert measurement_of(session, broken) is None

"""Runs from submit to their end, with real processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from r2p_tui.config import RunSettings, Settings
from r2p_tui.domain.runs import Criterion, RunSpec, RunState
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.runs.rundir import read_json, run_folder
from r2p_tui.services import runs
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_following import Follower, log_tail
from r2p_tui.services.run_queue import refresh
from r2p_tui.services.run_views import RunView
from tests.services.stored_runs import add_run, epochs

TINY = {"model": "yolov8n.yaml", "data": __file__}
PRINTS = "for e in range(1, 4): print(f'epoch={e} map50={e / 10} val_loss={1 / e}', flush=True)"


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings()) as found:
        yield found
        _end_all(paths)


def _end_all(paths: Paths) -> None:
    """No test leaves a process behind."""
    for process in psutil.process_iter(["environ", "cmdline"]):
        if str(paths.runs) in " ".join(process.info["cmdline"] or ()) or str(paths.runs) in str(
            (process.info["environ"] or {}).get("R2P_RUN_DIR")
        ):
            process.kill()


def now() -> datetime:
    return datetime.now(UTC)


def command(*argv: str, **fields: Any) -> RunSpec:
    return RunSpec("command", "a command", argv=argv, grace=2.0, **fields)


def python(code: str, **fields: Any) -> RunSpec:
    return command(sys.executable, "-c", code, **fields)


def until(desk: Desk, run_id: int, wanted: Callable[[RunView], object], seconds: float = 60.0) -> RunView:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        refresh(desk, now=now())
        view = runs.view_of(desk, run_id)
        if wanted(view):
            return view
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {runs.view_of(desk, run_id)}")


def ended(view: RunView) -> bool:
    return view.state.is_final


def is_running(view: RunView) -> bool:
    return view.state is RunState.RUNNING


def test_a_command_runs_and_its_metrics_arrive(desk: Desk, tmp_path: Path) -> None:
    run = runs.submit(desk, python(PRINTS, folder=str(tmp_path)), now=now())
    done = until(desk, run.id, ended)
    assert (done.state, done.reason, done.stopped_by) == (RunState.DONE, "", None)
    assert done.epoch == 3
    assert done.latest["map50"] == pytest.approx(0.3)
    assert done.best["val_loss"] == pytest.approx(1 / 3)
    found = [(point.epoch, point.values["map50"]) for point in runs.points(desk, run.id)]
    assert found == [(1, 0.1), (2, 0.2), (3, pytest.approx(0.3))]
    assert "epoch=3" in log_tail(desk, run.id)[-1]
    assert [event["event"] for event in runs.events(desk, run.id)][:: len(runs.events(desk, run.id)) - 1] == [
        "started",
        "ended",
    ]


def test_the_store_keeps_the_epochs_when_the_folder_is_gone(desk: Desk, tmp_path: Path) -> None:
    run = runs.submit(desk, python(PRINTS, folder=str(tmp_path)), now=now())
    done = until(desk, run.id, ended)
    before = runs.points(desk, run.id)
    for path in sorted(done.folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert [point.values for point in runs.points(desk, run.id)] == [point.values for point in before]
    assert len(Follower(desk, run.id).new_points()) == 3


def test_a_command_that_fails_says_how(desk: Desk) -> None:
    run = runs.submit(desk, python("raise SystemExit(3)"), now=now())
    failed = until(desk, run.id, ended)
    assert (failed.state, failed.reason) == (RunState.FAILED, "It ended with exit status 3.")


def test_one_run_at_a_time_and_the_queue_moves_on_by_itself(desk: Desk, tmp_path: Path) -> None:
    go = tmp_path / "go"
    code = (
        "import os, time\nprint(time.time(), flush=True)\n"
        f"while not os.path.exists({str(go)!r}): time.sleep(0.02)\nprint(time.time())"
    )
    submitted = [runs.submit(desk, python(code), now=now()) for _ in range(3)]
    assert [runs.view_of(desk, run.id).state for run in submitted[1:]] == [RunState.QUEUED] * 2
    go.touch()
    # Nobody looks: each supervisor starts the next as it ends.
    end = time.monotonic() + 60
    while time.monotonic() < end and not run_folder(desk.paths.runs, submitted[2].id).exit.exists():
        time.sleep(0.1)
    assert [until(desk, run.id, ended).state for run in submitted] == [RunState.DONE] * 3
    times = [float(line) for run in submitted for line in log_tail(desk, run.id)]
    assert len(times) == 6 and times == sorted(times)


def test_two_slots_take_two_runs(paths: Paths) -> None:
    with Desk(paths, Settings(runs=RunSettings(cpu_slots=2))) as desk:
        first, second = (runs.submit(desk, command("sleep", "60"), now=now()) for _ in range(2))
        until(desk, first.id, is_running)
        until(desk, second.id, is_running)
        for run in (first, second):
            runs.stop_run(desk, run.id, now=now())
            assert until(desk, run.id, ended).stopped_by == "user"


def test_a_queued_run_is_taken_out(desk: Desk) -> None:
    runs.pause_queue(desk, True, now=now())
    run = runs.submit(desk, command("sleep", "60"), now=now())
    assert runs.queue_paused(desk) and run.state is RunState.QUEUED
    stopped = runs.stop_run(desk, run.id, now=now())
    assert (stopped.state, stopped.stopped_by) == (RunState.CANCELLED, "user")
    assert runs.stop_run(desk, run.id, now=now()) == stopped
    runs.pause_queue(desk, False, now=now())


def _workers(folder: Path) -> tuple[int, int]:
    told = read_json(run_folder(folder.parent, int(folder.name)).process) or {}
    return told["pid"], told["supervisor"]["pid"]


def _gone(pids: Sequence[int]) -> bool:
    return not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids)


def test_a_worker_that_is_killed_is_lost(desk: Desk) -> None:
    run = runs.submit(desk, command("sleep", "60"), now=now())
    view = until(desk, run.id, is_running)
    worker, _ = _workers(view.folder)
    os.kill(worker, signal.SIGKILL)
    lost = until(desk, run.id, ended)
    assert lost.state is RunState.LOST
    assert "SIGKILL" in lost.reason
    assert _gone([worker])


def test_a_run_whose_supervisor_is_killed_goes_on_unsupervised(desk: Desk) -> None:
    run = runs.submit(desk, command("sleep", "60"), now=now())
    view = until(desk, run.id, is_running)
    assert view.supervised
    worker, supervisor = _workers(view.folder)
    os.kill(supervisor, signal.SIGKILL)
    orphan = until(desk, run.id, lambda view: not view.supervised)
    assert orphan.state is RunState.RUNNING
    assert not _gone([worker])
    runs.stop_run(desk, run.id, now=now())
    stopped = until(desk, run.id, ended)
    assert (stopped.state, stopped.stopped_by) == (RunState.CANCELLED, "user")
    assert _gone([worker])


def test_a_run_of_which_nothing_lives_is_lost(desk: Desk) -> None:
    run = runs.submit(desk, command("sleep", "60"), now=now())
    view = until(desk, run.id, is_running)
    worker, supervisor = _workers(view.folder)
    os.kill(supervisor, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    lost = until(desk, run.id, ended)
    assert (lost.state, lost.reason) == (
        RunState.LOST,
        "Its processes are gone and left no word of how they ended.",
    )


def test_a_run_from_before_a_restart_of_the_machine_is_lost(desk: Desk) -> None:
    run_id = add_run(desk, state=RunState.RUNNING)
    (run_folder(desk.paths.runs, run_id).process).write_text('{"pid": 1, "boot_id": "another"}')
    assert until(desk, run_id, ended).reason == "The machine was started anew while it ran."


def test_a_hard_kill_stops_with_its_numbers(desk: Desk) -> None:
    code = (
        "import time\nfor e in range(1, 999):\n"
        "    print(f'epoch={e} val_loss={e}', flush=True); time.sleep(0.3)"
    )
    spec = python(code, criteria=(Criterion("kill", "val_loss rising for 3 epochs"),))
    run = runs.submit(desk, spec, now=now())
    stopped = until(desk, run.id, ended)
    assert (stopped.state, stopped.stopped_by) == (RunState.CANCELLED, "criterion")
    assert "val_loss" in stopped.reason
    assert stopped.lights[0].light == "broken"
    told = [event["event"] for event in runs.events(desk, run.id)]
    assert told.index("warning") < told.index("stopping")


def test_a_time_box_ends_a_long_run(desk: Desk) -> None:
    run = runs.submit(desk, command("sleep", "60", time_box=1.0), now=now())
    stopped = until(desk, run.id, ended)
    assert (stopped.state, stopped.stopped_by) == (RunState.CANCELLED, "time-box")


def test_a_soft_criterion_asks_and_is_answered(desk: Desk) -> None:
    code = "import time\nprint('epoch=1 map50=0.1', flush=True); time.sleep(60)"
    spec = python(code, criteria=(Criterion("soft-kill", "map50 < 0.2"),))
    run = runs.submit(desk, spec, now=now())
    asking = until(desk, run.id, lambda view: view.questions)
    assert asking.state is RunState.RUNNING
    assert [question.index for question in asking.questions] == [0]
    assert runs.answer(desk, run.id, 0, stop=False, now=now()).questions == ()
    runs.stop_run(desk, run.id, now=now())
    until(desk, run.id, ended)


def test_secrets_are_in_the_environment_and_nowhere_else(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "canary-of-the-shell")
    names = "len(os.environ['MY_API_KEY']), os.environ.get('HF_TOKEN'), os.environ['PLAIN']"
    code = f"import os; print({names})"
    spec = python(code, environment={"MY_API_KEY": "canary-of-the-run", "PLAIN": "yes"})
    run = runs.submit(desk, spec, now=now())
    until(desk, run.id, ended)
    assert log_tail(desk, run.id) == ["17 None yes"]
    kept = [path for path in desk.paths.data.rglob("*") if path.is_file()]
    assert kept and not [path for path in kept if b"canary" in path.read_bytes()]


def test_what_surrounds_a_run_is_kept(desk: Desk) -> None:
    run = runs.submit(desk, command("true"), now=now())
    told = run.spec.surroundings
    assert told["versions"]["python"] == sys.version.split()[0]
    assert told["hardware"]["cores"] == os.cpu_count()
    until(desk, run.id, ended)


@pytest.mark.parametrize(
    ("spec", "error", "words"),
    [
        (command(), UsageError, "no command"),
        (command("no-such-program-of-ours"), NotFoundError, "no program"),
        (command("true", folder="/no/such/folder"), NotFoundError, "no folder"),
        (command("true", time_box=-1.0), UsageError, "time-box"),
        (command("true", criteria=(Criterion("kill", "map50 >> 1"),)), UsageError, ">>"),
        (RunSpec("command", " ", argv=("true",)), UsageError, "name"),
        (RunSpec("train", "t", train={"model": "yolov8n.yaml"}), UsageError, "data"),
        (RunSpec("train", "t", train={"model": "yolov8.yam", "data": __file__}), UsageError, "no model"),
        (RunSpec("train", "t", train={"model": "yolov8n.pt", "data": __file__}), NotFoundError, "not here"),
        (
            RunSpec("train", "t", train=TINY, criteria=(Criterion("kill", "map5 > 3"),)),
            UsageError,
            "reports no “map5”",
        ),
        (
            RunSpec("quantize", "q", criteria=(Criterion("kill", "latency_p5_ms > 3"),)),
            UsageError,
            "A quantize run reports no “latency_p5_ms”",
        ),
        (
            RunSpec(
                "benchmark", "b", benchmark={"target": "m.onnx"}, criteria=(Criterion("kill", "loss > 3"),)
            ),
            UsageError,
            "A benchmark reports no “loss”",
        ),
        (command("true", baseline=77), NotFoundError, "run 77"),
        (command("true", criteria=(Criterion("kill", "drop <= 1pt vs run:7"),)), NotFoundError, "run 7"),
    ],
)
def test_what_cannot_run_is_refused_and_not_kept(
    spec: RunSpec, error: type[Exception], words: str, desk: Desk
) -> None:
    with pytest.raises(error, match=words):
        runs.submit(desk, spec, now=now())
    assert runs.list_runs(desk) == []


def test_files_of_a_training_are_named_from_the_root(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("data.yaml", "mine.pt"):
        (tmp_path / name).write_bytes(b"")
    runs.pause_queue(desk, True, now=now())
    told = runs.submit(
        desk, RunSpec("train", "t", train={"model": "mine.pt", "data": "data.yaml"}), now=now()
    )
    wanted = {"model": str(tmp_path / "mine.pt"), "data": str(tmp_path / "data.yaml")}
    assert told.spec.train == wanted
    assert told.epochs == 100
    with pytest.raises(NotFoundError, match="which data names"):
        runs.submit(desk, RunSpec("train", "t", train=wanted | {"data": "no.yaml"}), now=now())
    remote = RunSpec("train", "t", train=wanted | {"data": "there.yaml"}, on="ray:http://127.0.0.1:1")
    assert runs.submit(desk, remote, now=now()).spec.train["data"] == "there.yaml"


def test_finding_a_run(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="no runs yet"):
        runs.find_run(desk, "last")
    first = add_run(desk, RunSpec("command", "Baseline", argv=("true",)), state=RunState.DONE)
    second = add_run(desk, RunSpec("command", "baseline", argv=("true",)), state=RunState.DONE)
    assert runs.find_run(desk, f"#{first}").id == first
    assert runs.find_run(desk, "last").id == second
    assert runs.find_run(desk, "BASELINE").id == second
    with pytest.raises(NotFoundError) as caught:
        runs.find_run(desk, "baselin")
    assert "aseline" in caught.value.hint
    with pytest.raises(NotFoundError, match="no run 999"):
        runs.find_run(desk, "999")


def test_a_clone_takes_changes(desk: Desk) -> None:
    train = {"model": "yolov8n.yaml", "data": "d.yaml", "epochs": 3, "resume_from": "x.pt"}
    run_id = add_run(desk, RunSpec("train", "t", train=train, resumes=None), state=RunState.DONE)
    spec, left_out = runs.clone_spec(desk, run_id, {"mosaic": 0.0, "name": "no mosaic", "epochs": 5})
    assert (spec.name, left_out) == ("no mosaic", ())
    assert spec.train == {"model": "yolov8n.yaml", "data": "d.yaml", "epochs": 5, "mosaic": 0.0}
    assert "epochs" not in runs.clone_spec(desk, run_id, {"epochs": None}).spec.train


def test_a_clone_knows_no_secrets_and_says_which(desk: Desk) -> None:
    runs.pause_queue(desk, True, now=now())
    spec = command("true", environment={"MY_API_KEY": "canary", "PLAIN": "yes"}, baseline=None, epochs=7)
    run = runs.submit(desk, spec, now=now())
    clone = runs.clone_spec(desk, run.id, {})
    assert clone.left_out == ("MY_API_KEY",)
    assert (clone.spec.environment, clone.spec.epochs) == ({"PLAIN": "yes"}, 7)


def test_only_a_training_with_a_checkpoint_resumes(desk: Desk) -> None:
    command_id = add_run(desk, state=RunState.FAILED)
    train_id = add_run(desk, RunSpec("train", "t", train={"epochs": 3}), state=RunState.LOST)
    going = add_run(desk, RunSpec("train", "t", train={"epochs": 3}))
    for run_id, words in ((command_id, "no training"), (train_id, "no checkpoint"), (going, "not ended")):
        with pytest.raises(UsageError, match=words):
            runs.resume_run(desk, run_id, now=now())


def test_two_desks_that_look_at_once_agree(desk: Desk, paths: Paths) -> None:
    run = runs.submit(desk, python(PRINTS), now=now())
    with Desk(paths, Settings()) as other:
        while not runs.view_of(desk, run.id).state.is_final:
            refresh(other, now=now())
            refresh(desk, now=now())
            time.sleep(0.02)
        assert runs.view_of(other, run.id) == runs.view_of(desk, run.id)
    with desk.store.read() as session:
        from r2p_tui.store.runs import events_of, points_of

        assert len(points_of(session, run.id)) == 3
        assert [event["event"] for event in events_of(session, run.id)].count("ended") == 1


def test_times_left(desk: Desk) -> None:
    spec = RunSpec("train", "t", epochs=10, time_box=3600.0)
    started = datetime.fromtimestamp(time.time() - 300, UTC)
    run_id = add_run(
        desk, spec, state=RunState.STARTING, points=epochs({"map50": [0.1, 0.2]}, time.time() - 120)
    )
    assert runs.view_of(desk, run_id).eta_seconds is None
    with desk.store.write() as session:
        from r2p_tui.store.runs import Run, add_points

        run = session.get(Run, run_id)
        assert run is not None
        run.started_at, run.epoch = started, 2
        add_points(session, run_id, epochs({"map50": [0.1, 0.2]}, time.time() - 120))
    view = runs.view_of(desk, run_id)
    assert view.eta_seconds == pytest.approx(240 / 2 * 8 - 60, abs=10)
    assert view.time_box_left == pytest.approx(3300, abs=10)

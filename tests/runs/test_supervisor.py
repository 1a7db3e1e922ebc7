"""Real runs under a real supervisor: how they end, and what their folder says of it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from r2p_tui.domain.runs import Criterion, MetricPoint, RunSpec
from r2p_tui.runs import local, processes
from r2p_tui.runs.flocks import Lock, is_held
from r2p_tui.runs.log_rotation import rotated
from r2p_tui.runs.rundir import (
    LineReader,
    RunDir,
    append_line,
    point_line,
    read_json,
    read_points,
    write_json,
)
from tests.runs import background
from tests.runs.background import (
    STUBBORN,
    begin,
    clear,
    command,
    ending,
    events,
    finished,
    make_run,
    running,
    shell,
    wait_until,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "000001"


def test_a_command_that_works(folder: Path) -> None:
    run, end = finished(folder, command("sh", "-c", "echo hello; echo sorry >&2"))
    assert (end["state"], end["exit_code"], end["signal"], end["stopped_by"]) == ("done", 0, None, None)
    assert run.log.read_text() == "hello\nsorry\n"
    assert [event["event"] for event in events(run)] == ["started", "ended"]
    wait_until(lambda: not is_held(run.alive_lock))
    assert stat.S_IMODE(run.log.stat().st_mode) == 0o600
    assert (run.path / local.LOG_NAME).read_text() == ""


def test_a_command_that_fails(folder: Path) -> None:
    _, end = finished(folder, shell("exit 7"))
    assert (end["state"], end["exit_code"]) == ("failed", 7)
    assert end["reason"] == "It ended with exit status 7."


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (command("no-such-program-here"), "no-such-program-here was not found."),
        (command("true", folder="/no/such/folder"), "The folder /no/such/folder is not there"),
        (command("a\0b"), "no process can be given such arguments"),
        (command(), "The run has no command."),
    ],
)
def test_a_command_that_cannot_start(folder: Path, spec: RunSpec, reason: str) -> None:
    _, end = finished(folder, spec)
    assert (end["state"], end["exit_code"]) == ("failed", None)
    assert reason in end["reason"]


def test_the_worker_runs_where_it_should_and_writes_as_its_user(folder: Path, tmp_path: Path) -> None:
    where = tmp_path / "project"
    where.mkdir()
    before = os.umask(0o022)
    try:
        run, _ = finished(folder, shell("pwd; touch made; ps -o pgid= -p $$; echo $$", folder=str(where)))
    finally:
        os.umask(before)
    here, group, pid = run.log.read_text().split()
    assert here == str(where)
    assert group == pid
    assert stat.S_IMODE((where / "made").stat().st_mode) == 0o644


def test_secrets_are_not_in_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_canary")
    monkeypatch.setenv("MY_API_KEY", "key_canary")
    monkeypatch.setenv("PLAIN", "plain")
    run, _ = finished(folder, shell("env", environment={"MORE": "more"}))
    names = run.log.read_text().split("\n")
    assert {"PLAIN=plain", "MORE=more", f"R2P_RUN_DIR={folder}", "CUDA_VISIBLE_DEVICES="} <= set(names)
    assert "canary" not in run.log.read_text()
    assert "R2P_SUPERVISES" not in run.log.read_text()


def test_a_device_is_handed_over(folder: Path) -> None:
    run, _ = finished(folder, shell("echo $CUDA_VISIBLE_DEVICES $CUDA_DEVICE_ORDER"), device="GPU-12-34")
    assert run.log.read_text() == "GPU-12-34 PCI_BUS_ID\n"


def test_cancel_leaves_no_process(folder: Path) -> None:
    with running(folder, shell(STUBBORN, grace=0.5)) as (run, worker, supervisor):
        wait_until(lambda: len(processes.descendants(supervisor.pid)) == 4)
        seen = processes.descendants(supervisor.pid)
        local.stop(run.path, "user", "No longer wanted.")
        local.stop(run.path, "criterion", "Too late.")
        end = ending(run)
        assert (end["state"], end["stopped_by"]) == ("cancelled", "user")
        assert end["reason"] == "No longer wanted."
        assert not any(processes.is_running(one) for one in (worker, *seen))
        assert [event["by"] for event in events(run, "stopping")] == ["user"]
        wait_until(lambda: not is_held(run.alive_lock))
        kept = run.exit.read_bytes()
        local.stop(run.path, "user", "Once more.")
        assert run.exit.read_bytes() == kept


@pytest.mark.parametrize("spec", [shell("true"), command("no-such-program-here")], ids=["works", "fails"])
def test_what_comes_afterwards_finds_the_slot_free(folder: Path, tmp_path: Path, spec: RunSpec) -> None:
    run, slot, told = make_run(folder, spec), tmp_path / "slot.lock", tmp_path / "told"
    program = (
        "import sys, time; from pathlib import Path; from r2p_tui.runs.flocks import Lock, is_held\n"
        "while is_held(Path(sys.argv[1])): time.sleep(0.02)\n"
        "Path(sys.argv[3]).write_text(str(Path(sys.argv[2]).exists()))\n"
    )
    afterwards = [sys.executable, "-c", program, str(slot), str(run.exit), str(told)]
    with Lock.try_take(slot) or Lock(slot, -1) as lock:
        local.start(folder, [lock.fd], afterwards=afterwards)
    wait_until(lambda: told.exists() and told.read_text() == "True")
    assert not is_held(slot)


def test_a_request_from_before_the_start_starts_nothing(folder: Path, tmp_path: Path) -> None:
    run = make_run(folder, shell(f"touch {tmp_path}/ran"))
    local.stop(folder, "user", "Changed my mind.")
    begin(folder, run.read_spec())
    assert (ending(run)["state"], ending(run)["reason"]) == ("cancelled", "Changed my mind.")
    assert not (tmp_path / "ran").exists()
    assert not run.process.exists()


def test_a_killed_worker_is_lost(folder: Path) -> None:
    with running(folder, shell("sleep 600 & sleep 600 & wait")) as (run, worker, supervisor):
        wait_until(lambda: len(processes.descendants(worker.pid)) == 2)
        seen = processes.descendants(supervisor.pid)
        os.kill(worker.pid, signal.SIGKILL)
        end = ending(run)
        assert (end["state"], end["signal"], end["stopped_by"]) == ("lost", 9, None)
        assert "SIGKILL" in end["reason"]
        assert not any(processes.is_running(one) for one in seen)
        wait_until(lambda: not is_held(run.alive_lock))
        assert not is_held(run.supervisor_lock)


def test_without_its_supervisor_a_run_goes_on_unsupervised(folder: Path) -> None:
    with running(folder, shell(STUBBORN, grace=0.3)) as (run, worker, supervisor):
        wait_until(lambda: len(processes.descendants(worker.pid)) == 3)
        os.kill(supervisor.pid, signal.SIGKILL)
        wait_until(lambda: not is_held(run.supervisor_lock))
        assert is_held(run.alive_lock)
        assert processes.is_running(worker)
        seen = processes.descendants(worker.pid)
        local.stop(run.path, "user", "No longer wanted.")
        assert not any(processes.is_running(one) for one in (worker, *seen))
        assert not is_held(run.alive_lock)
        end = ending(run)
        assert (end["state"], end["stopped_by"], end["exit_code"]) == ("cancelled", "user", None)


def test_killing_both_frees_everything_and_claims_no_end(folder: Path, tmp_path: Path) -> None:
    slot = tmp_path / "slot.lock"
    with running(folder, shell("exec sleep 600"), [slot]) as (run, worker, supervisor):
        assert is_held(slot)
        os.kill(supervisor.pid, signal.SIGKILL)
        wait_until(lambda: not processes.is_running(supervisor))
        assert is_held(slot)
        os.kill(worker.pid, signal.SIGKILL)
        wait_until(lambda: not is_held(run.alive_lock))
        assert not is_held(run.supervisor_lock)
        assert not is_held(slot)
        assert not run.exit.exists()
        local.stop(run.path, "user", "Too late.")
        assert not run.exit.exists()


def test_a_note_that_names_a_stranger_kills_nobody(folder: Path) -> None:
    """After a reboot the pids of the old notes belong to others."""
    with subprocess.Popen(["sleep", "600"], process_group=0) as stranger:
        identity = processes.identity_of(stranger.pid)
        assert identity
        run = make_run(folder, shell("true"))
        noted = identity._replace(boot_id="before the reboot")._asdict()
        write_json(run.process, {**noted, "supervisor": noted})
        local.stop(folder, "user", "No longer wanted.")
        assert processes.is_running(identity)
        stranger.kill()


def test_what_stays_behind_is_ended_too(folder: Path) -> None:
    script = "setsid sleep 600 & echo $!; sleep 600 & echo $!; exit 0"
    run, end = finished(folder, shell(script))
    assert end["state"] == "done"
    left = [processes.facts_of(int(pid)) for pid in run.log.read_text().split()]
    assert len(left) == 2
    assert all(facts is None or facts.is_zombie for facts in left)
    assert "2 processes behind" in events(run, "note")[0]["sentence"]
    wait_until(lambda: not is_held(run.alive_lock))


def test_a_supervisor_that_is_told_to_end_ends_its_run(folder: Path) -> None:
    with running(folder, shell('trap "echo saved; exit 0" TERM; while :; do sleep 0.05; done')) as (
        run,
        _,
        sup,
    ):
        os.kill(sup.pid, signal.SIGTERM)
        end = ending(run)
        assert (end["state"], end["stopped_by"]) == ("lost", None)
        assert "SIGTERM" in end["reason"]
        assert "saved\n" in run.log.read_text()


def test_a_time_box_ends_a_run(folder: Path) -> None:
    run, end = finished(folder, shell("exec sleep 600", time_box=1.0))
    assert (end["state"], end["stopped_by"]) == ("cancelled", "time-box")
    assert end["reason"] == "Its time-box of 1 s is over."
    assert (read_json(run.stop) or {})["by"] == "time-box"


REPORTING = 'i=0; while :; do i=$((i+1)); echo "{\\"epoch\\": $i, \\"loss\\": 7.5}"; sleep 0.1; done'


def test_a_kill_criterion_warns_then_stops_with_its_numbers(folder: Path) -> None:
    run, end = finished(folder, shell(REPORTING, criteria=(Criterion("kill", "loss > 5"),)))
    assert (end["state"], end["stopped_by"]) == ("cancelled", "criterion")
    assert "loss > 5" in end["reason"]
    assert "7.5" in end["reason"]
    assert [event["event"] for event in events(run)] == [
        "started",
        "criterion",
        "warning",
        "stopping",
        "ended",
    ]
    assert events(run, "criterion")[0]["numbers"][-1][1] == 7.5
    assert f"[r2p] {events(run, 'warning')[0]['sentence']}" in run.log.read_text()
    assert len(read_points(run.path)) >= 2


def test_warn_only_lets_it_go_on(folder: Path) -> None:
    criteria = (Criterion("kill", "loss > 5"), Criterion("soft-kill", "loss > 6"))
    script = REPORTING.replace("while :", "while [ $i -lt 12 ]")
    run, end = finished(folder, shell(script, criteria=criteria, warn_only=True))
    assert end["state"] == "done"
    assert len(events(run, "warning")) == 1
    assert len(events(run, "question")) == 1


def test_criteria_are_judged_once_more_at_the_end(folder: Path) -> None:
    script = 'echo "{\\"epoch\\": 1, \\"map50\\": 0.4}"'
    run, end = finished(folder, shell(script, criteria=(Criterion("success", "map50 >= 0.6"),)))
    assert end["state"] == "done"
    assert events(run, "criterion")[-1]["light"] == "broken"
    assert [point.values["map50"] for point in read_points(run.path)] == [0.4]


def test_resources_are_measured(folder: Path) -> None:
    with running(folder, shell("exec sleep 600")) as (run, _, _):
        lines = wait_until(lambda: LineReader(run.resources).read_new())
        assert set(lines[0]) == {"time", "cpu_percent", "memory_bytes", "gpu_percent", "gpu_memory_bytes"}


def test_a_flood_of_junk_is_rotated(folder: Path) -> None:
    program = (
        "import os, time\n"
        "end = time.monotonic() + 3\n"
        "while time.monotonic() < end:\n"
        "    os.write(1, bytes(range(256)) * 200 + os.urandom(50_000).replace(b'\\n', b''))\n"
        "    time.sleep(0.01)\n"
    )
    run = make_run(folder, command(sys.executable, "-c", program))
    arguments = ["-m", "r2p_tui.runs.supervisor", str(folder), "--log-limit", "1000000"]
    subprocess.run([sys.executable, *arguments], check=True, start_new_session=True)
    try:
        assert ending(run)["state"] == "done"
        assert rotated(run.log, 1).exists()
        assert run.log.stat().st_size < 20_000_000
    finally:
        clear(run)


STARTER = """
import sys, time
from pathlib import Path
from tests.runs.background import begin, shell
begin(Path(sys.argv[1]), shell("while :; do echo x >> " + sys.argv[2] + "; sleep 0.05; done"))
Path(sys.argv[2] + ".started").touch()
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_a_run_survives_its_starter_and_its_terminal(folder: Path, tmp_path: Path, number: int) -> None:
    counter = tmp_path / "counter"
    run = RunDir(folder)
    pid, terminal = os.forkpty()
    if not pid:
        # As a terminal starts a program, also where the tests themselves run under nohup.
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        os.execv(sys.executable, [sys.executable, "-c", STARTER, str(folder), str(counter)])
    try:
        wait_until((tmp_path / "counter.started").exists)
        os.killpg(pid, number)
        os.waitpid(pid, 0)
        os.close(terminal)
        wait_until(counter.exists)
        size = counter.stat().st_size
        wait_until(lambda: counter.stat().st_size > size + 4)
        assert is_held(run.supervisor_lock)
        local.stop(folder, "user", "Enough.")
        assert ending(run)["state"] == "cancelled"
    finally:
        clear(run)


def test_a_second_supervisor_is_refused(folder: Path) -> None:
    with running(folder, shell("exec sleep 600")) as (run, worker, _):
        with pytest.raises(local.StartError, match="started before"):
            local.start(run.path)
        assert processes.is_running(worker)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(local.StartError, match="not the folder of a run"):
        local.start(tmp_path)
    with pytest.raises(local.StartError, match="No such file"):
        local.start(tmp_path / "none")


def test_a_folder_that_vanishes_ends_with_its_run(folder: Path) -> None:
    with running(folder, shell("sleep 1")) as (run, _, supervisor):
        run.path.rename(run.path.with_name("moved"))
        wait_until(lambda: not processes.is_running(supervisor))


def test_notes_that_cannot_be_written_do_not_end_a_run(folder: Path) -> None:
    """As on a full disk; once there is room, what was held back is written."""
    run = make_run(folder, shell('while [ ! -e "$R2P_RUN_DIR/go" ]; do sleep 0.05; done; exit 4'))
    for path in (run.events, run.process):
        path.mkdir()
    begin(folder, run.read_spec())
    try:
        run.exit.mkdir()
        wait_until(run.resources.exists)
        (run.path / "go").touch()
        time.sleep(0.5)
        for path in (run.events, run.process, run.exit):
            path.rmdir()
        end = ending(run)
        assert (end["state"], end["exit_code"]) == ("failed", 4)
        wait_until(lambda: [event["event"] for event in events(run)] == ["started", "ended"])
    finally:
        clear(run)


texts = st.text(st.characters(), max_size=20) | st.sampled_from(
    [
        "; touch PWN",
        "$(touch PWN)",
        "`touch PWN`",
        "| touch PWN",
        "\n touch PWN\n",
        "--help; touch PWN",
        "&& touch PWN",
    ]
)
specs = st.builds(
    RunSpec,
    kind=st.just("command"),
    name=texts,
    argv=st.lists(texts, max_size=3).map(lambda words: ("echo", *words)),
    folder=st.just(""),
    train=st.dictionaries(texts, texts, max_size=2),
    criteria=st.lists(st.builds(Criterion, st.sampled_from(["kill", "success"]), texts), max_size=2).map(
        tuple
    ),
    environment=st.dictionaries(texts.map(lambda text: "A" + text), texts, max_size=2),
    watch=st.lists(texts, max_size=1).map(tuple),
    device=texts,
    surroundings=st.dictionaries(texts, texts, max_size=2),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spec=specs)
def test_text_in_a_spec_is_never_run(spec: RunSpec, tmp_path: Path) -> None:
    folder = tmp_path / f"{time.monotonic_ns():06d}"
    where = folder / "where"
    where.mkdir(parents=True)
    try:
        run = make_run(folder, replace(spec, folder=str(where)))
    except UnicodeEncodeError:
        return
    background.begin(folder, run.read_spec())
    end = ending(run)
    clear(run)
    assert end["state"] in ("done", "failed")
    assert list(tmp_path.rglob("PWN*")) == []
    if end["state"] == "done":
        assert run.log.read_bytes() == (" ".join(spec.argv[1:]) + "\n").encode()


def test_the_canary_would_be_seen(folder: Path, tmp_path: Path) -> None:
    finished(folder, shell("; touch PWN"[2:], folder=str(tmp_path)))
    assert (tmp_path / "PWN").exists()


ATTACHED = """
import sys
from pathlib import Path
from r2p_tui.runs import launching, supervisor
from r2p_tui.runs.rundir import RunDir
launching.command_line = lambda *_: ["sleep", "1"]
run = RunDir(Path(sys.argv[1]))
supervisor.Supervisor(run, run.read_spec(), []).run()
"""


def test_a_second_start_judges_by_the_first_clock_and_asks_nothing_twice(folder: Path) -> None:
    criteria = tuple(
        Criterion("soft-kill", text) for text in ("loss > 5 after 90 min", "loss > 4", "loss > 3")
    )
    spec = RunSpec("train", "test", on="ray:http://host:8265", criteria=criteria)
    run, started = make_run(folder, spec), time.time() - 7200
    write_json(run.remote, {})
    before: list[dict[str, Any]] = [
        {"event": "started"},
        {"event": "criterion", "index": 1, "light": "broken"},
        {"event": "question", "index": 1},
        {"event": "criterion", "index": 2, "light": "broken"},
        {"event": "question", "index": 2},
        {"event": "criterion", "index": 2, "light": "ok"},
    ]
    for number, event in enumerate(before):
        append_line(run.events, {"time": started + number, **event})
    append_line(run.metrics, point_line(MetricPoint(started + 6000, {"loss": 7.0}, 1)))
    subprocess.run([sys.executable, "-c", ATTACHED, str(folder)], check=True, timeout=60)
    asked = [event["index"] for event in events(run)[len(before) :] if event["event"] == "question"]
    assert asked == [0, 2]
    assert len(events(run, "started")) == 1


def test_a_damaged_report_is_told_once(folder: Path, tmp_path: Path) -> None:
    where = tmp_path / "work"
    where.mkdir()
    script = "head -c 100 /dev/urandom > events.out.tfevents.1; sleep 1"
    run, _ = finished(folder, shell(script, folder=str(where)))
    (note,) = events(run, "note")
    assert note["sentence"] == "events.out.tfevents.1 is damaged at byte 0; what follows is not read."

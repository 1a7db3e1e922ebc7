"""Runs on a cluster that is played by a fake client: submitted once, followed without a gap, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r2p_tui.domain.runs import RunSpec, spec_from_values
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.runs.cluster import connection, job, sending
from r2p_tui.runs.cluster.connection import Cluster, TooLargeError, address_of
from r2p_tui.runs.cluster.logs import JobOutput, LogMark
from r2p_tui.runs.cluster.sending import submission_of
from r2p_tui.runs.ray import Pace, RemoteRun
from r2p_tui.runs.rundir import LineReader, RunDir, append_line, read_json, read_points, write_json

ADDRESS = "http://127.0.0.1:8265"
PACE = Pace(0.002, 0.002, 0.001, 0.004, 0.5, 0.5, 3)
LINES = "".join(f"epoch {n} loss={1 / n:.4f} mAP50={n / 100:.3f}\n" for n in range(1, 21))
WORDS = "Running entrypoint for job r2p-000007-x: train epoch=99 loss=9.5\n"


class Gone(ConnectionError):
    """As Ray's client says it."""

    def __init__(self) -> None:
        super().__init__("Failed to connect to Ray at address")


class FakeRay:
    """A cluster with one job; every entry of `script` is one answer, the last one stays.

    `breaks` says after how many characters each pass over the log is cut off.
    """

    def __init__(
        self, *script: str | Exception, log: str = WORDS + LINES, breaks: Sequence[int] = ()
    ) -> None:
        self.script = list(script)
        self.log = log
        self.breaks = list(breaks)
        self.jobs: dict[str, dict[str, Any]] = {}
        self.message = ""
        self.submit_faults: list[Exception] = []
        self.stops_at_once = True
        self.stopped = 0
        self.asked = 0
        self.on_ask: Callable[[], None] = lambda: None

    def connect(self, address: str) -> FakeRay:
        assert address == ADDRESS
        return self

    def submit_job(self, *, submission_id: str, **told: Any) -> str:
        if submission_id in self.jobs:
            raise RuntimeError(f"Request failed with status code 500: Job {submission_id} already exists.")
        fault = self.submit_faults.pop(0) if self.submit_faults else None
        if isinstance(fault, RuntimeError):
            raise fault
        self.jobs[submission_id] = told
        if fault is not None:
            raise fault
        return submission_id

    def get_job_info(self, submission_id: str) -> Any:
        self.asked += 1
        self.on_ask()
        if submission_id not in self.jobs:
            raise RuntimeError(f"Request failed with status code 404: Job {submission_id} does not exist.")
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(
            status=SimpleNamespace(value=answer),
            message=self.message,
            driver_node_id="ab12",
            driver_exit_code=None,
        )

    def stop_job(self, submission_id: str) -> bool:
        self.stopped += 1
        if self.stops_at_once:
            self.script = ["STOPPED"]
        return True

    def get_job_logs(self, submission_id: str) -> str:
        raise Gone

    async def tail_job_logs(self, submission_id: str) -> AsyncGenerator[str]:
        until = self.breaks.pop(0) if self.breaks else None
        for start in range(0, len(self.log[:until]), 7):
            yield self.log[start : min(start + 7, until or len(self.log))]
            await asyncio.sleep(0)
        if until is not None:
            raise RuntimeError("WebSocket connection closed unexpectedly")


def make(tmp_path: Path, **more: Any) -> RunDir:
    run = RunDir(tmp_path / "runs" / "000007")
    run.path.mkdir(parents=True, exist_ok=True)
    values: dict[str, Any] = {"kind": "command", "name": "test", "argv": ("train", "a b"), **more}
    write_json(run.spec, RunSpec(on=f"ray:{ADDRESS}", **values).values())
    return run


def carry_out(run: RunDir, fake: FakeRay, *, stop: bool = False) -> int:
    async def main() -> int:
        remote = RemoteRun(run, run.read_spec(), Cluster(ADDRESS, fake.connect), pace=PACE)
        if stop:
            remote.ask_to_stop()
        return await asyncio.wait_for(remote.carry_out(), 30)

    return asyncio.run(main())


def notes(run: RunDir) -> list[str]:
    return [event["sentence"] for event in LineReader(run.events).read_new()]


def outcome(run: RunDir) -> dict[str, Any]:
    found = read_json(run.outcome)
    assert found is not None
    return found


def told(run: RunDir) -> list[tuple[int | None, dict[str, float]]]:
    return [(point.epoch, dict(point.values)) for point in read_points(run.path)]


EXPECTED = [(n, {"loss": round(1 / n, 4), "map50": n / 100}) for n in range(1, 21)]


# --- submitting ---------------------------------------------------------------------------------------------


def test_a_job_is_submitted_with_its_words_quoted_and_followed_to_its_end(tmp_path: Path) -> None:
    run, fake = make(tmp_path), FakeRay("PENDING", "RUNNING", "SUCCEEDED")
    assert carry_out(run, fake) == 0
    ((submission_id, sent),) = fake.jobs.items()
    assert submission_id.startswith("r2p-000007-") and sent["entrypoint"] == "train 'a b'"
    assert outcome(run)["ok"] is True
    assert told(run) == EXPECTED
    assert run.log.read_text() == WORDS + LINES
    assert [note.split()[0] for note in notes(run)] == ["Waiting", "The"]


def test_a_second_start_attaches_and_submits_nothing(tmp_path: Path) -> None:
    run, fake = make(tmp_path), FakeRay("RUNNING", "SUCCEEDED")
    carry_out(run, fake)
    before = [path.read_bytes() for path in (run.metrics, run.log, run.events)]
    assert carry_out(run, fake) == 0
    assert len(fake.jobs) == 1
    assert [path.read_bytes() for path in (run.metrics, run.log, run.events)] == before


@pytest.mark.parametrize("arrived", [True, False])
def test_a_submission_whose_answer_was_lost_is_made_once(tmp_path: Path, arrived: bool) -> None:
    run, fake = make(tmp_path), FakeRay("RUNNING", "SUCCEEDED")
    lost = Gone() if arrived else RuntimeError("Request failed with status code 503: busy")
    fake.submit_faults = [lost]
    assert carry_out(run, fake) == 0
    assert len(fake.jobs) == 1 and told(run) == EXPECTED


def test_killed_while_it_was_sending(tmp_path: Path) -> None:
    for there in (True, False):
        run, fake = make(tmp_path / str(there)), FakeRay("RUNNING", "SUCCEEDED")
        write_json(run.remote, {"submission_id": "r2p-mine", "address": ADDRESS, "stage": "sending"})
        if there:
            fake.jobs["r2p-mine"] = {"entrypoint": "as it was"}
        assert carry_out(run, fake) == 0
        assert list(fake.jobs) == ["r2p-mine"]
        assert (fake.jobs["r2p-mine"]["entrypoint"] == "as it was") is there


def test_the_id_is_kept_before_anything_is_sent(tmp_path: Path) -> None:
    run, kept = make(tmp_path), []

    class Watched(FakeRay):
        def submit_job(self, **told: Any) -> str:
            kept.append((read_json(run.remote) or {}, told["submission_id"]))
            return super().submit_job(**told)

    assert carry_out(run, Watched("SUCCEEDED")) == 0
    ((record, submission_id),) = kept
    assert (record["stage"], record["submission_id"]) == ("sending", submission_id)


def test_an_address_where_nobody_answers_is_said_soon(tmp_path: Path) -> None:
    def nobody(address: str) -> Any:
        raise Gone

    run = make(tmp_path)

    async def main() -> int:
        return await RemoteRun(run, run.read_spec(), Cluster(ADDRESS, nobody), pace=PACE).carry_out()

    assert asyncio.run(main()) == 1
    assert "does not answer" in outcome(run)["reason"] and outcome(run)["hint"]


def test_what_the_cluster_refuses_is_the_reason(tmp_path: Path) -> None:
    run, fake = make(tmp_path), FakeRay("RUNNING")
    fake.submit_faults = [RuntimeError("Request failed with status code 400: bad runtime_env")]
    assert carry_out(run, fake) == 1
    assert "bad runtime_env" in outcome(run)["reason"] and not fake.jobs


def test_without_ray_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray.job_submission", None)
    with pytest.raises(UsageError) as error:
        Cluster(ADDRESS).connect()
    assert "r2p-tui[ray]" in error.value.hint


def test_only_the_given_address_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray.job_submission")
    seen: list[str] = []

    def request(method: str, url: str, **named: Any) -> Any:
        seen.append(url)
        assert named["allow_redirects"] is False and named["timeout"]
        raise OSError("nobody")

    monkeypatch.setenv("RAY_ADDRESS", "http://192.0.2.1:1")
    monkeypatch.setenv("RAY_API_SERVER_ADDRESS", "http://192.0.2.2:1")
    monkeypatch.setattr("requests.request", request)
    with pytest.raises(connection.UnreachableError):
        Cluster(ADDRESS).connect()
    assert seen and all(url.startswith(f"{ADDRESS}/") for url in seen)


@pytest.mark.parametrize("on", ["local", "ray:", "ray:ftp://a:1", "ray:http://a b", "http://a:1"])
def test_what_is_no_cluster(on: str) -> None:
    with pytest.raises(UsageError):
        address_of(on)


# --- states -------------------------------------------------------------------------------------------------


def test_a_failure_gives_the_exit_status_and_the_last_line(tmp_path: Path) -> None:
    run, fake = (
        make(tmp_path),
        FakeRay("RUNNING", "FAILED", log=LINES + "Traceback\nValueError: no such file\n\n"),
    )
    fake.message = "Job entrypoint command failed with exit code 3, last available logs:\nother"
    assert carry_out(run, fake) == 1
    assert outcome(run)["reason"] == "The job ended with exit status 3: ValueError: no such file"


def test_a_job_that_never_ran_says_what_ray_says(tmp_path: Path) -> None:
    run, fake = make(tmp_path), FakeRay("PENDING", "FAILED", log="")
    fake.message = "Failed to set up runtime environment.\nNo space left"
    assert carry_out(run, fake) == 1
    assert "The cluster could not run it: Failed to set up runtime environment." in outcome(run)["reason"]


def test_a_job_that_somebody_else_stopped(tmp_path: Path) -> None:
    run = make(tmp_path)
    assert carry_out(run, FakeRay("RUNNING", "STOPPED")) == 1
    assert outcome(run)["reason"] == "The job was stopped on the cluster."


def test_a_cluster_that_was_started_anew_knows_the_job_no_more(tmp_path: Path) -> None:
    run, fake = make(tmp_path), FakeRay("RUNNING")
    fake.on_ask = lambda: fake.jobs.clear() if fake.asked > 3 else None
    assert carry_out(run, fake) == 1
    assert "does not know the job" in outcome(run)["reason"]


def test_a_lost_connection_is_said_once_and_waited_out(tmp_path: Path) -> None:
    faults = [Gone(), RuntimeError("Request failed with status code 502: "), ValueError("a page of a proxy")]
    run, fake = make(tmp_path), FakeRay("RUNNING", *faults * 4, "RUNNING", Gone(), "SUCCEEDED")
    assert carry_out(run, fake) == 0
    said = [note.partition(",")[0] for note in notes(run) if "onnection" in note]
    assert said == ["Connection lost", "The connection is back."] * 2
    assert told(run) == EXPECTED


# --- stopping -----------------------------------------------------------------------------------------------


def test_a_stop_reaches_the_cluster_and_is_waited_for(tmp_path: Path) -> None:
    run, fake = make(tmp_path, grace=20.0), FakeRay("RUNNING")

    async def main() -> int:
        remote = RemoteRun(run, run.read_spec(), Cluster(ADDRESS, fake.connect), pace=PACE)
        loop = asyncio.get_running_loop()

        def stop_soon() -> None:
            if fake.asked == 5:
                loop.call_soon_threadsafe(remote.ask_to_stop)

        fake.on_ask = stop_soon
        return await asyncio.wait_for(remote.carry_out(), 30)

    assert asyncio.run(main()) == 1
    assert fake.stopped == 1 and outcome(run)["reason"] == "The job was stopped on the cluster."


def test_a_stop_that_the_job_does_not_obey_in_time(tmp_path: Path) -> None:
    run, fake = make(tmp_path, grace=0.2), FakeRay("RUNNING")
    write_json(run.remote, {"submission_id": "r2p-mine", "address": ADDRESS, "stage": "submitted"})
    fake.jobs["r2p-mine"], fake.stops_at_once = {}, False
    assert carry_out(run, fake, stop=True) == 1
    assert "still running there" in outcome(run)["reason"]
    assert f"ray job stop --address {ADDRESS} r2p-mine" in notes(run)[-1]


def test_a_stop_while_the_cluster_is_away_ends_in_time(tmp_path: Path) -> None:
    run, fake = make(tmp_path, grace=0.2), FakeRay(Gone())
    write_json(run.remote, {"submission_id": "r2p-mine", "address": ADDRESS, "stage": "submitted"})
    fake.jobs["r2p-mine"], fake.stops_at_once = {}, False
    assert carry_out(run, fake, stop=True) == 1
    assert "perhaps goes on there" in outcome(run)["reason"] and fake.stopped


def test_stopped_before_anything_was_sent(tmp_path: Path) -> None:
    run, fake = make(tmp_path), FakeRay("RUNNING")
    assert carry_out(run, fake, stop=True) == 1
    assert not fake.jobs and "before anything was sent" in outcome(run)["reason"]


# --- the log ------------------------------------------------------------------------------------------------

PIECES = st.lists(
    st.sampled_from(["a\n", "\n", "a", "é loss=0.5\n", "epoch 3 val_loss=2\n", "epoch 4 mAP50=0.5\n"])
)


@settings(max_examples=30)
@given(PIECES, st.lists(st.integers(0, 120), max_size=4))
def test_no_line_twice_and_none_lost_over_reconnections(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], breaks: list[int]
) -> None:
    log = "".join(pieces)
    run, whole = make(tmp_path_factory.mktemp("a")), make(tmp_path_factory.mktemp("b"))
    carry_out(run, FakeRay(*["RUNNING"] * 3, "SUCCEEDED", log=log, breaks=breaks))
    carry_out(whole, FakeRay("SUCCEEDED", log=log))
    assert told(run) == told(whole)
    assert (run.log.read_text() if log else "") == log + ("\n" if log and not log.endswith("\n") else "")


@settings(max_examples=100)
@given(PIECES, st.lists(st.tuples(st.integers(0, 120), st.booleans(), st.booleans()), max_size=4))
def test_killed_at_any_character_and_started_again(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], kills: list[tuple[int, bool, bool]]
) -> None:
    log = "".join(pieces)
    run, whole = make(tmp_path_factory.mktemp("a")), make(tmp_path_factory.mktemp("b"))
    mark = LogMark()
    for length, is_mark_kept, does_supervisor_speak in [*kills, (len(log), True, False)]:
        output = JobOutput(run, mark, speaks_r2p=False, clock=lambda: 1.0)
        for start in range(0, min(length, len(log)), 5):
            output.take(log[start : min(start + 5, length)])
            output.flush()
            mark = output.mark if is_mark_kept else mark
        if does_supervisor_speak:
            with run.log.open("a") as file:
                file.write("\n[r2p] The time is over.\n")
    output.end()
    output.flush()
    plain = JobOutput(whole, speaks_r2p=False, clock=lambda: 1.0)
    plain.take(log)
    plain.end()
    plain.flush()
    assert read_points(run.path) == read_points(whole.path)
    written = run.log.read_text() if run.log.exists() else ""
    assert written.replace("\n[r2p] The time is over.\n", "") == (whole.log.read_text() if log else "")


def test_a_full_disk_delays_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, real, calls = make(tmp_path), os.write, [0]

    def sometimes(handle: int, data: Any) -> int:
        calls[0] += 1
        if calls[0] % 3 == 0:
            raise OSError(28, "No space left on device")
        return real(handle, bytes(data)[: 10 if len(data) > 100 else None])

    output = JobOutput(run, speaks_r2p=False)
    monkeypatch.setattr("r2p_tui.runs.cluster.logs.os", SimpleNamespace(**vars(os) | {"write": sometimes}))
    output.take(WORDS + LINES)
    for _ in range(1000):
        with contextlib.suppress(OSError):
            output.flush()
            break
    assert run.log.read_text() == WORDS + LINES and told(run) == EXPECTED


def test_a_torn_metric_is_written_anew(tmp_path: Path) -> None:
    run, fake = make(tmp_path), FakeRay("RUNNING", "SUCCEEDED")
    carry_out(run, fake)
    whole = run.metrics.read_bytes()
    run.metrics.write_bytes(whole[:-9])
    carry_out(run, fake)
    assert [json.loads(line)["values"] for line in run.metrics.read_bytes().splitlines()] == [
        json.loads(line)["values"] for line in whole.splitlines()
    ]


def test_overlong_lines_are_cut_alike_however_they_come(tmp_path: Path) -> None:
    log = "x" * 2_500_000 + "\nepoch 1 loss=2\n"
    counts = set()
    for size in (1_000_000, 333_333, len(log)):
        output = JobOutput(make(tmp_path / str(size)), speaks_r2p=False)
        for start in range(0, len(log), size):
            output.take(log[start : start + size])
        output.flush()
        counts.add((output.mark.chars, output.last_line))
    assert counts == {(len(log), "epoch 1 loss=2")}


def test_marked_lines_are_metrics_events_and_the_outcome(tmp_path: Path) -> None:
    point = {"time": 5.0, "epoch": 1, "step": None, "scope": "epoch", "values": {"map50": 0.5, "loss": "nan"}}
    event = {"time": 5.0, "event": "note", "sentence": "Weights\x1b[2J stay"}
    end = {"ok": False, "reason": "The data are not there.", "hint": "", "results": {}}
    lines = [{"metrics": point}, {"event": event}, {"event": {"event": "criterion"}}, {"outcome": end}, [1]]
    log = "".join(f"r2p:{json.dumps(line)}\n" for line in lines) + "r2p:{torn\nepoch 9 loss=3\n"
    run, fake = make(tmp_path, kind="train", train={}), FakeRay("FAILED", log=log)
    for _ in range(2):
        assert carry_out(run, fake) == 1
        assert [dict(found.values)["map50"] for found in read_points(run.path)] == [0.5]
        assert [note for note in notes(run) if note.startswith("Weights")] == ["Weights\ufffd[2J stay"]
        assert run.log.read_text() == "epoch 9 loss=3\n"
        assert outcome(run)["reason"] == "The data are not there."


# --- what is sent -------------------------------------------------------------------------------------------


def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    for name in (
        "train.py",
        "lib/a.py",
        ".venv/b.py",
        "lib/__pycache__/c.pyc",
        "node_modules/d",
        "runs/000007/e",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (folder / "other").mkdir()
    (folder / "other/pyvenv.cfg").touch()
    (folder / "out").symlink_to("/etc/hostname")
    return folder


def names(submission: connection.Submission) -> list[str]:
    with zipfile.ZipFile(submission.runtime_env["working_dir"]) as archive:
        return sorted(archive.namelist())


def test_the_code_goes_out_without_what_is_made_anew_elsewhere(tmp_path: Path) -> None:
    folder = code(tmp_path)
    run = make(folder, folder=str(folder))
    submission = submission_of(run, run.read_spec())
    assert names(submission) == ["lib/a.py", "train.py"]
    first = Path(submission.runtime_env["working_dir"]).read_bytes()
    (folder / "train.py").touch()
    again = submission_of(run, run.read_spec())
    assert Path(again.runtime_env["working_dir"]).read_bytes() == first


def test_what_git_ignores_stays_here(tmp_path: Path) -> None:
    folder = code(tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    (folder / ".gitignore").write_text("*.key\n.venv\n")
    (folder / "my.key").write_text("secret")
    run = make(tmp_path, folder=str(folder))
    assert "my.key" not in names(submission_of(run, run.read_spec()))
    assert "lib/a.py" in names(submission_of(run, run.read_spec()))


def test_large_files_and_large_folders_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = code(tmp_path)
    (folder / "data").mkdir()
    for number in range(3):
        (folder / f"data/{number}.bin").write_bytes(os.urandom(40_000))
    (folder / "big.pt").write_bytes(bytes(60_000))
    run = make(tmp_path, folder=str(folder))
    monkeypatch.setattr(sending, "LARGEST_FILE_BYTES", 50_000)
    submission = submission_of(run, run.read_spec())
    assert "big.pt" not in names(submission) and "big.pt" in submission.notes[1]
    monkeypatch.setattr(sending, "MOST_BYTES", 50_000)
    with pytest.raises(TooLargeError, match=r"too large to send.*data \(0\.1 MB\)"):
        submission_of(run, run.read_spec())


def test_only_named_variables_go_out_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPTIED", "full")
    environment = {"HUE": "red", "EMPTIED": "", "HF_TOKEN": "(left out)", "API_KEY": "x"}
    run = make(tmp_path, environment=environment, grace=30.0)
    submission = submission_of(run, run.read_spec())
    variables = {"HUE": "red", "EMPTIED": "", "RAY_JOB_STOP_WAIT_TIME_S": "25"}
    assert submission.runtime_env == {"env_vars": variables}
    assert "API_KEY, HF_TOKEN" in submission.notes[-1]


@pytest.mark.parametrize(
    ("device", "reserved"), [("auto", (0, 0)), ("cpu", (1, 0)), ("cuda", (0, 1)), ("GPU-1", (0, 1))]
)
def test_what_is_reserved(tmp_path: Path, device: str, reserved: tuple[int, int]) -> None:
    run = make(tmp_path, kind="shell", argv=("a | b",), device=device)
    submission = submission_of(run, run.read_spec())
    assert (submission.cpus, submission.gpus) == reserved and submission.entrypoint == "a | b"


def test_a_training_takes_along_what_lies_in_its_folder(tmp_path: Path) -> None:
    folder = code(tmp_path)
    (folder / "parts.yaml").write_text("path: /data/parts\n")
    train = {"model": "yolov8n.yaml", "data": "parts.yaml", "val_data": "/data/val.json"}
    run = make(
        tmp_path, kind="train", train=train, folder=str(folder), device="GPU-1", surroundings={"host": "mine"}
    )
    submission = submission_of(run, run.read_spec())
    sent = names(submission)
    assert {"parts.yaml", "spec.json", "r2p_tui/runs/worker.py", "r2p_tui/domain/runs.py"} <= set(sent)
    assert not [name for name in sent if name.startswith(("r2p_tui/tui", "train.py"))]
    with zipfile.ZipFile(submission.runtime_env["working_dir"]) as archive:
        values = json.loads(archive.read("spec.json"))
    spec = spec_from_values(values)
    assert (
        spec.train == {**train, "data": "parts.yaml"} and spec.device == "auto" and "mine" not in str(values)
    )
    assert "/data/val.json" in submission.notes[-1]


def test_a_name_that_no_archive_can_hold_is_said(tmp_path: Path) -> None:
    folder = code(tmp_path)
    (folder / os.fsdecode(b"caf\xe9.txt")).touch()
    run = make(tmp_path, folder=str(folder))
    with pytest.raises(R2PError, match=r"The name of caf\S*\.txt is not UTF-8") as caught:
        submission_of(run, run.read_spec())
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("kind", ["command", "train"])
def test_a_full_disk_is_not_taken_for_a_file_that_cannot_be_read(tmp_path: Path, kind: str) -> None:
    folder = code(tmp_path)
    run = make(tmp_path, kind=kind, folder=str(folder))
    run.work.mkdir()
    (run.work / "to-the-cluster.zip").symlink_to("/dev/full")
    with pytest.raises(R2PError, match=r"to-the-cluster\.zip cannot be written.*No space left"):
        submission_of(run, run.read_spec())


@pytest.mark.parametrize("kind", ["command", "train"])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = code(tmp_path)
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "train.py":
            raise PermissionError(errno.EACCES, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    run = make(tmp_path, kind=kind, folder=str(folder), train={"data": "train.py"})
    with pytest.raises(R2PError, match=r"train\.py cannot be read, so nothing was sent: Permission denied"):
        submission_of(run, run.read_spec())


def test_a_folder_that_cannot_be_looked_at_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", "/theirs")

    run = make(tmp_path, kind="train", folder=str(code(tmp_path)), train={"data": "train.py"})
    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(R2PError, match="/theirs cannot be read"):
        submission_of(run, run.read_spec())


def test_kinds_that_stay_here(tmp_path: Path) -> None:
    run = make(tmp_path, kind="benchmark")
    with pytest.raises(R2PError, match="benchmark"):
        submission_of(run, run.read_spec())


# --- on the other machine -----------------------------------------------------------------------------------

PACKAGE = Path(job.__file__).parents[2]
WORKER = """
import json, sys, pathlib
folder = pathlib.Path(sys.argv[1])
assert json.loads((folder / "spec.json").read_text())["folder"] == str(pathlib.Path.cwd())
print("half", end="", flush=True)
point = {"time": 1.0, "epoch": 1, "step": None, "scope": "epoch", "values": {"loss": 0.5}}
(folder / "metrics.jsonl").write_text(json.dumps(point) + "\\n")
sys.stdout.buffer.write(b" a line \\xff\\rredrawn\\nlast")
sys.stdout.flush()
(folder / "outcome.json").write_text(json.dumps({"ok": False, "reason": "Why."}))
sys.exit(5)
"""


def test_the_job_prints_what_its_worker_writes(tmp_path: Path) -> None:
    package = tmp_path / "r2p_tui"
    package.mkdir()
    for path in (*PACKAGE.glob("*.py"), PACKAGE / "domain"):
        (package / path.name).symlink_to(path)
    (package / "runs").mkdir()
    for path in (PACKAGE / "runs").iterdir():
        if path.name != "__pycache__":
            (package / "runs" / path.name).symlink_to(path)
    (package / "runs" / "worker.py").unlink()
    (package / "runs" / "worker.py").write_text(WORKER)
    write_json(tmp_path / "spec.json", RunSpec("train", "test").values())
    done = subprocess.run(
        [sys.executable, "-m", "r2p_tui.runs.cluster.job"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 5, done.stderr
    lines = done.stdout.splitlines()
    marked = [json.loads(line[4:]) for line in lines if line.startswith("r2p:")]
    assert [next(iter(line)) for line in marked] == ["event", "metrics", "outcome"]
    assert [line for line in lines if not line.startswith("r2p:")] == ["redrawn", "last"]


def test_a_record_of_another_time_is_read(tmp_path: Path) -> None:
    run = make(tmp_path)
    append_line(run.metrics, {"time": 1.0, "epoch": None, "step": None, "scope": "epoch", "values": {}})
    write_json(run.remote, {"submission_id": "x", "address": ADDRESS, "stage": "submitted", "new": 1})
    fake = FakeRay("SUCCEEDED", log="")
    fake.jobs["x"] = {}
    assert carry_out(run, fake) == 0

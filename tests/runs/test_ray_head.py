"""Runs on a real Ray head, started on loopback for these tests alone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from r2p_tui.domain.runs import RunSpec
from r2p_tui.runs import local, processes
from r2p_tui.runs.cluster.connection import Cluster
from r2p_tui.runs.flocks import is_held
from r2p_tui.runs.rundir import LineReader, RunDir, read_json, read_points, write_json
from tests.runs.background import running, wait_until
from tests.runs.made_data import TINY, make_yolo

pytestmark = pytest.mark.slow
pytest.importorskip("ray.job_submission", reason="needs Ray (pip install 'r2p-tui[ray]')")

START_SECONDS = 120.0
RUN_SECONDS = 180.0
EPOCHS = """
import sys, time
for epoch in range(1, int(sys.argv[1]) + 1):
    print(f"epoch {epoch} loss={1 / epoch:.4f} val_loss={2 / epoch:.4f} mAP50={epoch / 100:.3f}", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def ray_head() -> Iterator[str]:
    """The dashboard's address; on leaving, every process that knows the head's folder is ended."""
    # Sockets lie in it, whose names must be short.
    with tempfile.TemporaryDirectory(prefix="r", dir="/tmp", ignore_cleanup_errors=True) as folder:
        port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        environment |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        with Path(folder, "head.log").open("wb") as log:
            head = subprocess.Popen(
                [Path(sys.executable).with_name("ray"), *_arguments(folder, port)],
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        try:
            wait_until(lambda: head.poll() is not None or _answers(port), START_SECONDS)
            assert head.poll() is None, Path(folder, "head.log").read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(head, folder)


def _arguments(folder: str, port: int) -> list[str]:
    return [
        *("start", "--head", "--block", "--num-cpus=1", "--include-dashboard=true", "--disable-usage-stats"),
        *("--node-ip-address=127.0.0.1", "--dashboard-host=127.0.0.1", f"--dashboard-port={port}"),
        *("--port=0", f"--ray-client-server-port={free_port()}", f"--temp-dir={folder}"),
        *(f"--dashboard-agent-listen-port={free_port()}", f"--object-store-memory={100 * 1024**2}"),
    ]


def _answers(port: int) -> bool:
    with (
        suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/api/version", timeout=5) as answer,
    ):
        return bool(answer.status == 200)
    return False


def _end(head: subprocess.Popen[bytes], folder: str) -> None:
    head.terminate()
    with suppress(subprocess.TimeoutExpired):
        head.wait(timeout=20)
    for number in (signal.SIGTERM, signal.SIGKILL):
        ours = [process for process in psutil.process_iter(["cmdline"]) if _is_of(process, folder)]
        for process in ours:
            with suppress(psutil.Error):
                process.send_signal(number)
        psutil.wait_procs(ours, timeout=5)
    head.kill()
    head.wait()


def _is_of(process: psutil.Process, folder: str) -> bool:
    return any(f"{folder}/" in word or word.endswith(folder) for word in process.info["cmdline"] or [])


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ray_head() as found:
        yield found


def make(tmp_path: Path, address: str, *argv: str, name: str = "000007", **more: Any) -> RunDir:
    """A run folder for a command on the cluster, and the folder with its program."""
    code = tmp_path / "code"
    code.mkdir(exist_ok=True)
    (code / "epochs.py").write_text(EPOCHS)
    run = RunDir(tmp_path / "runs" / name)
    run.path.mkdir(parents=True)
    spec = RunSpec("command", "test", argv, folder=str(code), on=f"ray:{address}", **more)
    write_json(run.spec, spec.values())
    return run


def start(run: RunDir) -> subprocess.Popen[bytes]:
    with run.path.joinpath("errors.txt").open("ab") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "r2p_tui.runs.ray", str(run.path)], stderr=errors, stdout=errors
        )


def notes(run: RunDir) -> list[str]:
    return [event["sentence"] for event in LineReader(run.events).read_new() if event["event"] == "note"]


def told(run: RunDir) -> list[tuple[int | None, str, dict[str, float]]]:
    return [(point.epoch, point.scope, dict(point.values)) for point in read_points(run.path)]


def job_status(run: RunDir) -> str:
    record = read_json(run.path / "ray.json") or {}
    return Cluster(record["address"]).job(record["submission_id"]).status


def errors(run: RunDir) -> str:
    return run.path.joinpath("errors.txt").read_text() + "\n".join(notes(run))


def end_all(*processes: subprocess.Popen[bytes]) -> None:
    for process in processes:
        process.kill()
        process.wait()


def test_a_command_brings_its_metrics_and_its_log(tmp_path: Path, address: str) -> None:
    run = make(
        tmp_path, address, "python", "epochs.py", "5", "0.1", environment={"HUE": "red", "A_TOKEN": "x"}
    )
    began = time.monotonic()
    process = start(run)
    wait_until(lambda: run.metrics.exists() or process.poll() is not None, RUN_SECONDS)
    latency = time.monotonic() - began
    assert process.wait(timeout=RUN_SECONDS) == 0, errors(run)
    assert latency < RUN_SECONDS
    epochs = [(epoch, values["map50"]) for epoch, scope, values in told(run) if scope == "epoch"]
    assert epochs == [(number, number / 100) for number in range(1, 6)]
    assert [line for line in run.log.read_text().splitlines() if "val_loss" in line][-1].startswith("epoch 5")
    assert (read_json(run.outcome) or {})["ok"] is True
    said = "\n".join(notes(run))
    assert "A_TOKEN" in said and "Sent 1 file" in said and "on its node" in said


def test_a_failure_says_its_last_line(tmp_path: Path, address: str) -> None:
    run = make(tmp_path, address, "python", "-c", "raise ValueError('no such colour')")
    assert start(run).wait(timeout=RUN_SECONDS) == 1
    reason = (read_json(run.outcome) or {})["reason"]
    assert reason == "The job ended with exit status 1: ValueError: no such colour"


def test_a_cancel_ends_the_job(tmp_path: Path, address: str) -> None:
    run = make(tmp_path, address, "python", "epochs.py", "1000", "0.3", grace=20.0)
    process = start(run)
    try:
        wait_until(lambda: len(told(run)) > 4, RUN_SECONDS)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 1, errors(run)
    finally:
        end_all(process)
    assert job_status(run) == "STOPPED"
    assert (read_json(run.outcome) or {})["reason"] == "The job was stopped on the cluster."


def test_killed_and_attached_again_it_is_as_if_nothing_had_been(tmp_path: Path, address: str) -> None:
    argv = ("python", "epochs.py", "40", "0.2")
    whole, broken = make(tmp_path, address, *argv), make(tmp_path, address, *argv, name="000008")
    assert start(whole).wait(timeout=RUN_SECONDS) == 0, errors(whole)
    for number in (5, 20):
        process = start(broken)
        try:
            wait_until(lambda number=number: len(told(broken)) >= number, RUN_SECONDS)  # type: ignore[misc]
        finally:
            end_all(process)
    assert start(broken).wait(timeout=RUN_SECONDS) == 0, errors(broken)
    assert told(broken) == told(whole) and len(told(whole)) == 40
    for run in (whole, broken):
        lines = run.log.read_text().splitlines()
        assert [line for line in lines if line.startswith("epoch")] == [
            f"epoch {n} loss={1 / n:.4f} val_loss={2 / n:.4f} mAP50={n / 100:.3f}" for n in range(1, 41)
        ]
    assert len(set(notes(broken))) == len(notes(broken))


class Gate:
    """Passes connections on to a port for as long as it is open."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._ends: list[socket.socket] = []
        self.is_open = True
        threading.Thread(target=self._serve, daemon=True).start()

    def shut(self) -> None:
        self.is_open = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def close(self) -> None:
        self.shut()
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self.is_open:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._target))
                self._ends += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError), target:
            while data := source.recv(65536):
                target.sendall(data)


def test_a_lost_connection_is_no_lost_run(tmp_path: Path, address: str) -> None:
    gate = Gate(int(address.rpartition(":")[2]))
    run = make(tmp_path, f"http://127.0.0.1:{gate.port}", "python", "epochs.py", "60", "0.2")
    process = start(run)
    try:
        for number in (4, 30):
            wait_until(lambda number=number: len(told(run)) > number, RUN_SECONDS)  # type: ignore[misc]
            gate.shut()
            wait_until(_counts(run, "Connection lost", 1 if number == 4 else 2), RUN_SECONDS)
            gate.is_open = True
            wait_until(_counts(run, "The connection is back", 1 if number == 4 else 2), RUN_SECONDS)
        assert process.wait(timeout=RUN_SECONDS) == 0, errors(run)
    finally:
        end_all(process)
        gate.close()
    assert [epoch for epoch, scope, _ in told(run) if scope == "epoch"] == list(range(1, 61))
    assert [line for line in run.log.read_text().splitlines() if line.startswith("epoch 60 ")]


def _counts(run: RunDir, words: str, number: int) -> Callable[[], bool]:
    return lambda: sum(words in note for note in notes(run)) >= number


def test_a_supervised_run_outlives_all_its_processes_here(tmp_path: Path, address: str) -> None:
    run = make(tmp_path, address, "python", "epochs.py", "40", "0.2")
    spec = run.read_spec()
    with running(run.path, spec, device="remote") as (_, worker, supervisor):
        wait_until(lambda: len(told(run)) >= 5, RUN_SECONDS)
        for identity in (supervisor, worker):
            processes.signal_one(identity, signal.SIGKILL)
        wait_until(lambda: not is_held(run.alive_lock))
    assert job_status(run) == "RUNNING" and not run.exit.exists()
    with running(run.path, spec, device="remote"):
        end = wait_until(lambda: read_json(run.exit), RUN_SECONDS)
    assert (end["state"], end["reason"]) == ("done", "The job succeeded on the cluster.")
    assert [epoch for epoch, _, _ in told(run)] == list(range(1, 41))


def test_stopping_a_supervised_run_stops_its_job(tmp_path: Path, address: str) -> None:
    run = make(tmp_path, address, "python", "epochs.py", "1000", "0.2", grace=20.0)
    with running(run.path, run.read_spec(), device="remote"):
        wait_until(lambda: len(told(run)) >= 2, RUN_SECONDS)
        local.stop(run.path, "user", "You stopped it.")
        end = wait_until(lambda: read_json(run.exit), RUN_SECONDS)
    assert (end["state"], end["stopped_by"]) == ("cancelled", "user")
    assert job_status(run) == "STOPPED"


def test_a_training_comes_back_as_metrics(tmp_path: Path, address: str) -> None:
    pytest.importorskip("ultralytics")
    data = make_yolo(tmp_path / "data", images=4)
    run = RunDir(tmp_path / "runs" / "000009")
    run.path.mkdir(parents=True)
    train = {**TINY, "data": str(data), "epochs": 2}
    spec = RunSpec("train", "test", train=train, epochs=2, on=f"ray:{address}", folder=str(tmp_path / "code"))
    write_json(run.spec, spec.values())
    assert start(run).wait(timeout=500) == 0, errors(run) + run.log.read_text()
    epochs = [(epoch, set(values)) for epoch, scope, values in told(run) if scope == "epoch"]
    assert [epoch for epoch, _ in epochs] == [1, 2] and "map50" in epochs[0][1]
    outcome = read_json(run.outcome) or {}
    assert outcome["ok"] and outcome["results"]
    assert "r2p:" not in run.log.read_text()

"""The worker process: what it trains, what it refuses, how it stops, and what it leaves behind."""

from __future__ import annotations

import csv
import errno
import json
import pickle
import signal
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.domain.run_metrics import metric_name
from r2p_tui.runs import failures
from r2p_tui.runs.checkpoints import newest_valid, sha256_of
from r2p_tui.runs.rundir import LineReader, RunDir, read_points, write_json
from tests.runs.made_data import make_coco, make_run, make_yolo, outcome, work
from tests.runs.test_weights import Hostile, torch_file

pytest.importorskip("ultralytics")


def events(run: RunDir, kind: str) -> list[dict[str, Any]]:
    return [event for event in LineReader(run.events).read_new() if event["event"] == kind]


def notes(run: RunDir) -> list[str]:
    """What was noted of a training, beside what it trains on."""
    return [event["sentence"] for event in events(run, "note") if "data_sha256" not in event]


def failed(run: RunDir) -> str:
    """The one sentence of a run that failed without training anything."""
    process = work(run)
    found = outcome(run)
    assert process.returncode == 1 and found["ok"] is False
    assert "\n" not in found["reason"]
    assert not run.metrics.exists() and not run.checkpoints.exists()
    return str(found["reason"])


def rows(run: RunDir) -> list[dict[str, float]]:
    with (run.work / "train/results.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def assert_equal_to_csv(run: RunDir, first: int = 1) -> None:
    points = [point for point in read_points(run.path) if point.scope == "epoch"]
    written = rows(run)
    assert [point.epoch for point in points] == [int(row["epoch"]) for row in written]
    assert points[0].epoch == first
    for point, row in zip(points, written, strict=True):
        for name in row.keys() - {"epoch", "time"}:
            assert point.values[metric_name(name)] == pytest.approx(row[name], rel=1e-5), name
        for part in ("train", "val"):
            losses = [row[name] for name in row if name.startswith(f"{part}/")]
            assert len(losses) == 3
            assert point.values[f"{part}_loss"] == pytest.approx(sum(losses), rel=1e-4)
        assert point.values["epoch_seconds"] > 0 and point.values["images_per_second"] > 0


def test_one_epoch_of_yolo_is_told_as_ultralytics_wrote_it(tmp_path: Path) -> None:
    make_yolo(tmp_path / "data", yaml="author: somebody\n")
    # What an earlier tool left beside the labels is a pickle that ultralytics would load.
    canary = tmp_path / "canary"
    (tmp_path / "data/labels/train.cache").write_bytes(pickle.dumps(Hostile(canary)))
    before = sorted((tmp_path / "data").rglob("*"))
    run = make_run(tmp_path / "run", tmp_path / "data")
    assert work(run).returncode == 0
    assert_equal_to_csv(run)
    assert not canary.exists()
    assert sorted((tmp_path / "data").rglob("*")) == before, "the user's folder was changed"
    batches = [point for point in read_points(run.path) if point.scope == "batch"]
    assert batches[0].step == 1 and batches[0].values["train_loss"] > 0
    assert notes(run) == ["Passed over in data.yaml: author."]
    results = outcome(run)["results"]
    assert results["images"] == {"train": 8, "val": 8} and results["boxes"] == {"train": 16, "val": 16}
    assert results["final"] == read_points(run.path)[-1].values
    assert next(event.get("data_sha256") for event in events(run, "note")) == results["data_sha256"]
    assert results["weights_sha256"] == sha256_of(run.path / results["weights"])
    assert results["versions"]["ultralytics"] and results["device"] and results["epochs"] == 1
    (saved,) = events(run, "checkpoint")
    newest = newest_valid(run.checkpoints)
    assert newest is not None
    assert (newest.epoch, newest.sha256, newest.path) == (1, saved["sha256"], run.path / saved["file"])


def test_what_is_refused_before_training(tmp_path: Path) -> None:
    """One process each is dear, so only what must be seen from outside is tried through the worker."""
    make_yolo(tmp_path / "data", 2)
    canary = tmp_path / "canary"
    torch_file(tmp_path / "data/evil.pt", pickle.dumps({"model": Hostile(canary)}, 2))
    evil = f"import os; os.mkdir({str(canary)!r})"
    (tmp_path / "data/evil.yaml").write_text(
        f"train: images/none\nval: images/none\nnames: [a, b]\ndownload: {json.dumps(evil)}\n"
    )
    tries = [
        ({"model": "evil.pt"}, "nothing in it ran"),
        ({"data": "evil.yaml"}, "“download”, which ultralytics runs as code"),
        ({"model": "yolov8q.yaml"}, "There is no model “yolov8q.yaml”."),
        ({"model": "yolov8n.pt"}, "The weights yolov8n.pt are not here."),
    ]
    for number, (train, words) in enumerate(tries):
        run = make_run(tmp_path / f"run{number}", tmp_path / "data", **train)
        assert words in failed(run)
        assert not notes(run)
    assert not canary.exists()


def test_a_gpu_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_yolo(tmp_path / "data", 1)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    run = make_run(tmp_path / "run", tmp_path / "data", device="cuda")
    assert failed(run) == "A GPU was asked for (cuda), and torch finds none on this computer."


@pytest.mark.slow
def test_a_pickle_that_looks_harmless_is_refused_by_the_restricted_reader(tmp_path: Path) -> None:
    """Its call comes from a module that weights may name, but not use."""
    make_yolo(tmp_path / "data", 1)
    canary = tmp_path / "canary"
    code = f"ctorch.serialization\nos.mkdir\n(V{canary}\ntR.".encode()
    torch_file(tmp_path / "data/evil.pt", code)
    assert "without running code in it" in failed(
        make_run(tmp_path / "run", tmp_path / "data", model="evil.pt")
    )
    assert not canary.exists()


def test_a_kind_that_is_not_carried_out_here(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tmp_path)
    spec = run.read_spec().values() | {"kind": "shell"}
    write_json(run.spec, spec)
    assert "“shell” is not carried out" in failed(run)


@pytest.mark.slow
def test_an_image_that_cannot_be_read_is_not_left_out_in_silence(tmp_path: Path) -> None:
    make_yolo(tmp_path / "data")
    broken = tmp_path / "data/images/train/003.png"
    broken.write_bytes(b"no picture")
    run = make_run(tmp_path / "run", tmp_path / "data")
    reason = failed(run)
    assert reason == f"1 image for train cannot be read: {broken}."


SLOWLY = """
import time
from r2p_tui.runs import train_reports
ended = train_reports.Reports._batch_ended
def slowly(self, trainer):
    time.sleep(0.1)
    ended(self, trainer)
train_reports.Reports._batch_ended = slowly
"""


def until_epoch(run: RunDir, epoch: int) -> None:
    while not any(event["epoch"] >= epoch for event in events(run, "checkpoint")):
        assert not run.outcome.exists(), outcome(run)
        time.sleep(0.02)


@pytest.mark.slow
def test_stopped_resumed_and_as_long_as_without(tmp_path: Path) -> None:
    make_yolo(tmp_path / "data")
    run = make_run(tmp_path / "run", tmp_path / "data", epochs=4)
    process = work(run, wait=False, code=SLOWLY)
    until_epoch(run, 2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 143
    assert outcome(run)["ok"] is False and "SIGTERM" in outcome(run)["reason"]
    newest = newest_valid(run.checkpoints)
    assert newest is not None and newest.epoch in (2, 3)
    again = make_run(tmp_path / "again", tmp_path / "data", epochs=4, resume_from=str(newest.path))
    assert work(again).returncode == 0, again.log.read_text()
    assert_equal_to_csv(again, first=newest.epoch + 1)
    assert outcome(again)["results"]["epochs"] == 4
    assert outcome(again)["results"]["first_epoch"] == newest.epoch + 1
    steps = [point.step for point in read_points(again.path) if point.scope == "epoch"]
    assert steps[-1] == 4 * 2
    torn = make_run(tmp_path / "torn", tmp_path / "data", epochs=4, resume_from=str(newest.path))
    newest.path.write_bytes(newest.path.read_bytes()[:-1])
    assert "is not as it was written" in failed(torn)


@pytest.mark.slow
def test_killed_at_any_moment_and_resumed(tmp_path: Path) -> None:
    make_yolo(tmp_path / "data", 4)
    run = make_run(tmp_path / "run", tmp_path / "data", epochs=3)
    process = work(run, wait=False)
    until_epoch(run, 1)
    process.kill()
    process.wait()
    assert not run.outcome.exists()
    newest = newest_valid(run.checkpoints)
    assert newest is not None and newest.epoch < 3
    again = make_run(tmp_path / "again", tmp_path / "data", epochs=3, resume_from=str(newest.path))
    assert work(again).returncode == 0
    assert outcome(again)["results"]["epochs"] == 3


FULL = """
import errno, os
from r2p_tui.runs import checkpoints
whole, count = os.fsync, 0
def full(handle):
    global count
    if "epoch-0002" in os.readlink(f"/proc/self/fd/{handle}"):
        raise OSError(errno.ENOSPC, "No space left on device")
    whole(handle)
os.fsync = full
"""


@pytest.mark.slow
def test_a_disk_that_is_full_in_the_middle_of_a_checkpoint(tmp_path: Path) -> None:
    make_yolo(tmp_path / "data", 4)
    run = make_run(tmp_path / "run", tmp_path / "data", epochs=3)
    assert work(run, code=FULL).returncode == 1
    assert outcome(run)["reason"].startswith("The disk is full")
    newest = newest_valid(run.checkpoints)
    assert newest is not None and newest.epoch == 1
    assert sorted(path.name for path in run.checkpoints.iterdir()) == [
        "best.pt",
        "epoch-0001.pt",
        "manifest.json",
    ]


@pytest.mark.slow
def test_rt_detr_trains_on_coco(tmp_path: Path) -> None:
    make_coco(tmp_path / "data", "train", 6)
    run = make_run(tmp_path / "run", tmp_path / "data", model="rtdetr-l.yaml", data="train.json", batch=2)
    assert work(run).returncode == 0
    assert_equal_to_csv(run)
    assert {"train_giou_loss", "train_l1_loss", "map50"} <= read_points(run.path)[-1].values.keys()


WATCHED = """
import sys
names = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "subprocess.Popen",
         "os.system", "os.posix_spawn", "os.exec"}
def seen(event, arguments):
    if event in names and not (event == "socket.connect" and int(arguments[0].family) == 1):
        with open(sys.argv[1] + "/seen.txt", "a") as file:
            print(event, arguments, file=file)
sys.addaudithook(seen)
"""
EXPORTED = """
from r2p_tui.runs import worker, train
real = train.train
def and_export(run, spec):
    results = real(run, spec)
    from ultralytics import YOLO
    assert YOLO(run.path / results["weights"]).export(format="onnx", imgsz=64).endswith(".onnx")
    return results
train.train = and_export
"""


@pytest.mark.slow
def test_training_and_export_reach_out_to_nothing(tmp_path: Path) -> None:
    make_yolo(tmp_path / "data", 4)
    run = make_run(tmp_path / "run", tmp_path / "data", plots=True)
    process = work(run, code=WATCHED + EXPORTED)
    assert process.returncode == 0, run.log.read_text()
    assert list(run.checkpoints.glob("*.onnx"))
    reached = (run.path / "seen.txt").read_text() if (run.path / "seen.txt").exists() else ""
    assert "socket" not in reached and "pip" not in reached, reached
    assert notes(run) == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "The GPU's memory is too small"),
        (MemoryError(), "memory of this computer is too small"),
        (ModuleNotFoundError("No module named 'onnx'", name="onnx"), "The package onnx is not installed"),
        (ValueError("strange\nand long"), "It failed with ValueError: strange"),
        (KeyError(), "It failed with KeyError."),
    ],
)
def test_a_reason_in_one_sentence(error: Exception, words: str) -> None:
    wrapped = RuntimeError("Dataset error")
    wrapped.__cause__ = error
    assert words in failures.explain(error).reason
    assert "\n" not in failures.explain(error).reason
    if isinstance(error, OSError):
        assert words in failures.explain(wrapped).reason


@pytest.mark.slow
def test_weights_that_training_wrote_may_be_read_again(tmp_path: Path) -> None:
    make_yolo(tmp_path / "data", 4)
    run = make_run(tmp_path / "run", tmp_path / "data")
    assert work(run).returncode == 0
    weights = run.path / outcome(run)["results"]["weights"]
    assert zipfile.is_zipfile(weights)
    again = make_run(tmp_path / "again", tmp_path / "data", model=str(weights))
    assert work(again).returncode == 0, again.log.read_text()
    assert outcome(again)["results"]["model_sha256"] == sha256_of(weights)

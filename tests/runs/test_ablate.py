"""The trainings of an ablation: their order, what a crash or a stop leaves, what is taken over."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.domain.measurements import Measurement, OwnAblation
from r2p_tui.domain.plain_values import from_plain
from r2p_tui.domain.runs import MetricPoint, RunSpec
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.runs import ablate as module
from r2p_tui.runs.ablate import ablate
from r2p_tui.runs.rundir import LineReader, RunDir, read_json, read_points, write_json
from tests.runs.background import wait_until
from tests.runs.made_data import make_yolo

TRAIN: Mapping[str, Any] = {"model": "yolov8n.yaml", "data": "/parts/data.yaml", "epochs": 20, "imgsz": 64}
# A training that ends at once as the variable says; it leaves files where a real one does.
FAKE = """
import json, os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
spec = json.loads((folder / "spec.json").read_text())
behaves = json.loads(os.environ.get("BEHAVES", "{}"))
name = folder.name.partition("-")[2]
print("training", name, flush=True)
for path in ("work/train/weights/last.pt", "checkpoints/epoch-0001.pt", "checkpoints/best.pt"):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(b"weights")
told = behaves.get(name, 0.6)
if told == "hang":
    values = {"map50_95": 0.4, "val_loss": 2.0}
    point = {"time": 1.0, "epoch": 7, "step": 1, "scope": "epoch", "values": values}
    (folder / "metrics.jsonl").write_text(json.dumps(point) + "\\n")
    time.sleep(600)
if told == "deaf":
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    time.sleep(600)
if told == "crash":
    os.kill(os.getpid(), 9)
ok = isinstance(told, float)
results = {"validated": {"map50_95": told, "map50": 1.0}, "epochs": behaves.get("epochs", 20),
           "data_sha256": behaves.get(name + " data", "d" * 64), "device": "a CPU", "images": {"val": 4},
           "versions": {"torch": "2"}, "model_sha256": ""}
outcome = {"ok": ok, "reason": "It reached its end." if ok else told, "results": results if ok else {}}
(folder / "outcome.json").write_text(json.dumps(outcome))
sys.exit(0 if ok else 1)
"""


def make_study(folder: Path, **ablate: Any) -> tuple[RunDir, RunSpec]:
    run = RunDir(folder)
    folder.mkdir(parents=True)
    spec = RunSpec(
        "ablate",
        "a study",
        ablate={"train": TRAIN, "off": ["mosaic", "hsv"], "seeds": 2, **ablate},
        grace=1.0,
    )
    write_json(run.spec, spec.values())
    return run, spec


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "worker_command", lambda folder: [sys.executable, "-c", FAKE, str(folder)])


def behave(monkeypatch: pytest.MonkeyPatch, **behaves: Any) -> None:
    named = {name.replace("__", "-"): value for name, value in behaves.items()}
    monkeypatch.setenv("BEHAVES", json.dumps(named))


def measured(run: RunDir) -> Measurement:
    return from_plain(Measurement, read_json(run.measurement))


def study(run: RunDir) -> OwnAblation:
    found = measured(run).ablation
    assert found is not None
    return found


def notes(run: RunDir) -> list[str]:
    return [event["sentence"] for event in LineReader(run.events).read_new()]


def folders(run: RunDir) -> list[str]:
    return sorted(path.name for path in (run.path / "trainings").iterdir())


SIX = [
    "001-full-seed0", "002-without_mosaic-seed0", "003-without_hsv-seed0",
    "004-full-seed1", "005-without_mosaic-seed1", "006-without_hsv-seed1",
]  # fmt: skip


def test_a_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    behave(
        monkeypatch, full__seed0=0.61, full__seed1=0.62, without_mosaic__seed0=0.55, without_hsv__seed1=0.63
    )
    run, spec = make_study(tmp_path / "run")
    results = ablate(run, spec)
    assert folders(run) == SIX
    assert (results["trainings"], results["failed"], results["metric"]) == (6, 0, "map50_95")
    found = study(run)
    assert (found.full, found.seeds, found.epochs) == ((0.61, 0.62), (0, 1), 20)
    assert [(row.name, row.values) for row in found.rows] == [("mosaic", (0.55, 0.6)), ("hsv", (0.6, 0.63))]
    assert results["worth"] == {row.name: row.worth for row in found.rows}
    assert results["sentences"] == [row.sentence for row in found.rows]
    points = read_points(run.path)
    assert [(point.epoch, dict(point.values)) for point in points if point.scope == "epoch"] == [
        (1, {"map50_95": 0.61}), (2, {"without_mosaic": 0.55}), (3, {"without_hsv": 0.6}),
        (4, {"map50_95": 0.62}), (5, {"without_mosaic": 0.6}), (6, {"without_hsv": 0.63}),
    ]  # fmt: skip
    surroundings = measured(run).surroundings
    assert (surroundings.data_sha256, surroundings.hardware) == ("d" * 64, "a CPU")
    assert (surroundings.image_size, surroundings.images) == (64, 4)
    assert surroundings.budget == "20 epochs each, 2 seeds"
    assert (measured(run).target, measured(run).kind) == ("yolov8n parts", "ablate")
    assert notes(run) == []
    log = capfd.readouterr().out
    assert "[r2p] training 5 of 6: without mosaic, seed 1\ntraining without_mosaic-seed1" in log


def test_each_training_is_told_one_difference(tmp_path: Path) -> None:
    run, spec = make_study(tmp_path / "run", epochs=12, seeds="5,9")
    ablate(run, spec)
    told = [RunDir(path).read_spec() for path in sorted((run.path / "trainings").iterdir())]
    assert [(one.kind, one.seed, one.epochs) for one in told] == [
        ("train", s, 12) for s in (5, 5, 5, 9, 9, 9)
    ]
    assert [one.train for one in told[:2]] == [
        {**TRAIN, "epochs": 12, "seed": 5},
        {**TRAIN, "epochs": 12, "seed": 5, "mosaic": 0},
    ]
    assert told[4].train["seed"] == 9


def test_of_a_training_only_figures_and_best_weights_are_kept(tmp_path: Path) -> None:
    run, spec = make_study(tmp_path / "run")
    ablate(run, spec)
    kept = {path.name for path in (run.path / "trainings" / SIX[0]).rglob("*") if path.is_file()}
    assert kept == {"spec.json", "outcome.json", "best.pt"}


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [("crash", "It ended with status -9 and said no more."), ("The disk is full.", "The disk is full.")],
)
def test_a_training_that_fails_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str, why: str
) -> None:
    behave(monkeypatch, without_mosaic__seed0=behaviour, without_hsv__seed0=0.5)
    run, spec = make_study(tmp_path / "run", seeds=3)
    results = ablate(run, spec)
    assert (results["trainings"], results["failed"]) == (8, 1)
    assert notes(run) == [f"Without mosaic, seed 0 is left out: {why}"]
    assert measured(run).notes == tuple(notes(run))
    rows = study(run).rows
    assert [len(row.values) for row in rows] == [2, 3]
    assert rows[0].change is not None and rows[0].change.samples == 2
    assert read_points(run.path)[-1].values["failed_trainings"] == 1


def test_without_its_full_training_a_seed_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, full__seed0="No memory.")
    run, spec = make_study(tmp_path / "run", seeds=3)
    results = ablate(run, spec)
    assert (results["trainings"], results["failed"]) == (6, 3)
    assert folders(run)[:2] == ["001-full-seed0", "004-full-seed1"]
    assert notes(run)[1] == "Without mosaic, seed 0 is left out: there is nothing to compare it with."
    assert study(run).seeds == (1, 2)
    points = [point for point in read_points(run.path) if point.scope == "epoch"]
    assert [point.epoch for point in points] == list(range(1, 10))


def test_a_study_of_which_nothing_comes_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, full__seed0="There is no data.", full__seed1="There is no data.")
    run, spec = make_study(tmp_path / "run")
    with pytest.raises(R2PError) as raised:
        ablate(run, spec)
    assert raised.value.message == "No training of the full settings ended well: There is no data."
    assert folders(run) == ["001-full-seed0", "004-full-seed1"]


def test_a_training_that_tells_no_metric_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, without_hsv__seed1=float("nan"))
    run, spec = make_study(tmp_path / "run")
    ablate(run, spec)
    assert notes(run) == ["Without hsv, seed 1 is left out: it told no map50_95."]


def test_only_trainings_on_the_same_data_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEHAVES", json.dumps({"without_mosaic-seed1 data": "e" * 64}))
    run, spec = make_study(tmp_path / "run")
    ablate(run, spec)
    assert notes(run) == ["The data changed meanwhile; only trainings on the same data are compared."]
    assert [len(row.values) for row in study(run).rows] == [1, 2]
    assert measured(run).surroundings.data_sha256 == ""


def test_each_seed_may_have_a_split_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("full", "without_mosaic", "without_hsv")
    monkeypatch.setenv("BEHAVES", json.dumps({f"{name}-seed1 data": "e" * 64 for name in names}))
    run, spec = make_study(tmp_path / "run")
    ablate(run, spec)
    assert notes(run) == []
    assert [len(row.values) for row in study(run).rows] == [2, 2]


def test_a_training_that_ended_by_itself_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, epochs=13)
    run, spec = make_study(tmp_path / "run")
    ablate(run, spec)
    assert notes(run)[0] == "Full, seed 0 ended by itself after 13 epochs."


def test_what_ended_well_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, without_hsv__seed0="No memory.", full__seed0=0.7)
    first, spec = make_study(tmp_path / "first")
    ablate(first, spec)
    os.utime(RunDir(first.path / "trainings" / SIX[0]).outcome, (5.0, 5.0))
    behave(monkeypatch, full__seed0=0.1, without_hsv__seed0=0.5)
    again, spec = make_study(tmp_path / "again", seeds=3, off=["hsv", "mosaic"], resume_from=str(first.path))
    results = ablate(again, spec)
    assert results["trainings"] == 9
    assert study(again).full == (0.7, 0.6, 0.6)
    assert study(again).rows[0].values == (0.5, 0.6, 0.6)
    assert notes(again) == ["5 of 9 trainings are taken over from the earlier study."]
    assert read_points(again.path)[0].time == 5.0
    # The folder of a third one needs only that of the second.
    behave(monkeypatch, full__seed2="No memory.")
    third, spec = make_study(tmp_path / "third", resume_from=str(again.path))
    assert ablate(third, spec)["trainings"] == 6
    assert study(third).full == (0.7, 0.6)


def test_another_training_is_not_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, spec = make_study(tmp_path / "first")
    ablate(first, spec)
    behave(monkeypatch, full__seed0=0.7)
    again, spec = make_study(tmp_path / "again", epochs=21, resume_from=str(first.path))
    ablate(again, spec)
    assert not [note for note in notes(again) if "taken over" in note]
    assert study(again).full == (0.7, 0.6)


def test_a_study_that_begins_again_in_its_folder_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, spec = make_study(tmp_path / "run")
    ablate(run, spec)
    behave(monkeypatch, **dict.fromkeys(("full__seed0", "without_mosaic__seed1"), "No memory."))
    assert ablate(run, spec)["trainings"] == 6
    assert folders(run) == SIX


def test_settings_that_cannot_be_are_refused_by_the_run(tmp_path: Path) -> None:
    run, spec = make_study(tmp_path / "run", off=["flipud"])
    with pytest.raises(UsageError, match="nothing to remove"):
        ablate(run, spec)
    assert not (run.path / "trainings").exists()


# --- stopping ---------------------------------------------------------------------------------------------

WORKER = """
import sys
from r2p_tui.runs import ablate
ablate.worker_command = lambda folder: [sys.executable, "-c", sys.argv[2], str(folder)]
ablate._LOOK_EVERY_SECONDS = 0.05
from r2p_tui.runs.worker import main
sys.exit(main(sys.argv[1:2]))
"""


def started(run: RunDir, monkeypatch: pytest.MonkeyPatch, **behaves: Any) -> subprocess.Popen[bytes]:
    """The worker of a study as a process of its own."""
    behave(monkeypatch, **behaves)
    with run.log.open("wb") as log:
        return subprocess.Popen([sys.executable, "-c", WORKER, str(run.path), FAKE], stdout=log, stderr=log)


def live(run: RunDir) -> list[MetricPoint]:
    return [point for point in read_points(run.path) if point.scope == "batch"]


@pytest.mark.parametrize("behaviour", ["hang", "deaf"])
def test_a_stop_ends_the_training_and_leaves_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    run, _ = make_study(tmp_path / "run")
    worker = started(run, monkeypatch, full__seed0=0.7, without_mosaic__seed1=behaviour)
    try:
        if behaviour == "hang":
            (point, *_) = wait_until(lambda: live(run))
            assert point.values == {"val_loss": 2.0, "current_map50_95": 0.4}
            assert (point.epoch, point.step) == (4, 4 * 20 + 7)
        else:
            wait_until(lambda: b"\ndeaf" in run.log.read_bytes())
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 143, run.log.read_text()
    finally:
        worker.kill()
    assert not any(str(run.path) in line for line in running())
    outcome = read_json(run.outcome)
    assert outcome is not None and not outcome["ok"] and "SIGTERM" in outcome["reason"]
    assert study(run).full == (0.7, 0.6)
    assert [len(row.values) for row in study(run).rows] == [1, 1]
    assert not (run.path / "trainings" / SIX[4] / "work").exists()


def running() -> list[str]:
    """The command lines of all processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


# --- for real ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_by_two_real_trainings(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    make_yolo(tmp_path / "data")
    train = {"model": "yolov8n.yaml", "data": "data.yaml", "imgsz": 64, "batch": 4, "workers": 0}
    run = RunDir(tmp_path / "run")
    run.path.mkdir()
    settings = {"train": train, "off": ["fliplr"], "seeds": 2, "epochs": 1}
    spec = RunSpec("ablate", "a study", folder=str(tmp_path / "data"), ablate=settings, device="cpu")
    write_json(run.spec, spec.values())
    with run.log.open("wb") as log:
        worker = [sys.executable, "-m", "r2p_tui.runs.worker", str(run.path)]
        status = subprocess.run(worker, stdout=log, stderr=log, timeout=540).returncode
    outcome = read_json(run.outcome)
    assert status == 0 and outcome is not None and outcome["ok"], run.log.read_text()
    assert outcome["results"]["trainings"] == 4
    assert (len(study(run).full), len(study(run).rows[0].values)) == (2, 2)
    told = [read_json(RunDir(path).outcome) for path in sorted((run.path / "trainings").iterdir())]
    losses = [one["results"]["final"]["train_loss"] for one in told if one]
    assert len(set(losses)) == 4, "each training must differ from the others"
    assert live(run)

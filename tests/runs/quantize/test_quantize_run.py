"""Whole quantize runs, by the worker: what it measures, what it refuses, and how it keeps a limit."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.domain.measurements import Measurement
from r2p_tui.domain.plain_values import from_plain
from r2p_tui.domain.runs import RunSpec
from r2p_tui.runs.rundir import RunDir, read_json, read_points, write_json
from tests.runs.made_data import make_yolo

for package in ("torch", "ultralytics", "onnx", "onnxruntime", "openvino", "nncf"):
    pytest.importorskip(package)
pytestmark = pytest.mark.slow

IMAGES = 96
SMALL: dict[str, Any] = {
    "model": "best.pt", "data": "data.yaml", "imgsz": 64, "calibration_images": 40, "samples": 40,
    "rounds": 4, "warm_up": 2, "variants": ["onnxruntime-int8", "openvino-int8"],
}  # fmt: skip


def worker(run: RunDir, spec: RunSpec) -> dict[str, Any]:
    run.path.mkdir(parents=True)
    write_json(run.spec, spec.values())
    with run.log.open("wb") as log:
        command = [sys.executable, "-m", "r2p_tui.runs.worker", str(run.path)]
        subprocess.run(command, stdout=log, stderr=log, timeout=1200)
    outcome = read_json(run.outcome)
    assert outcome is not None, run.log.read_text()
    return outcome


def quantized(folder: Path, run: RunDir, **settings: Any) -> dict[str, Any]:
    spec = RunSpec("quantize", "q", quantize={**SMALL, **settings}, folder=str(folder), device="cpu")
    return worker(run, spec)


def measured(run: RunDir) -> Measurement:
    return from_plain(Measurement, json.loads(run.measurement.read_bytes()))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data set of coloured boxes and `best.pt`, which finds them."""
    folder = tmp_path_factory.mktemp("trained")
    make_yolo(folder, IMAGES)
    settings = {
        "model": "yolov8n.yaml", "data": "data.yaml", "epochs": 40, "imgsz": 64, "batch": 16, "workers": 0,
        "optimizer": "AdamW", "lr0": 0.003, "mosaic": 0, "seed": 0,
    }  # fmt: skip
    run = RunDir(folder / "train")
    outcome = worker(run, RunSpec("train", "t", train=settings, folder=str(folder), device="cpu", epochs=40))
    assert outcome["ok"], outcome
    assert outcome["results"]["best"]["map50"] > 0.6
    shutil.copyfile(run.path / outcome["results"]["weights"], folder / "best.pt")
    return folder


def test_variants_are_measured_and_compared_with_the_reference(trained: Path, tmp_path: Path) -> None:
    run = RunDir(tmp_path / "run")
    named = ["onnxruntime-int8", "openvino-fp32", "openvino-int8", "tensorrt-int8"]
    outcome = quantized(trained, run, variants=named, price_per_hour=1)
    assert outcome["ok"], outcome
    found = measured(run)
    assert {one.variant: one.state for one in found.variants} == {
        "onnxruntime-fp32": "measured", "onnxruntime-int8": "measured", "openvino-fp32": "measured",
        "openvino-int8": "measured", "tensorrt-int8": "skipped",
    }  # fmt: skip
    assert found.calibration is not None
    assert found.calibration.images == 40
    assert found.goal is not None
    assert set(found.costs) == {one.variant for one in found.measured}
    for one in found.measured:
        assert one.latency is not None and one.latency.samples == 40
        assert one.accuracy is not None and one.accuracy.images == IMAGES
        assert (run.path / one.file).stat().st_size > 0
        assert (run.path / one.arrays).exists()
        assert (one.proof is not None) == (one.precision == "int8")
        assert one.proof is None or one.proof.integer_layers >= one.proof.layers - 1
    for name in ("onnxruntime-int8", "openvino-int8"):
        against = found.against_reference(name)
        assert against is not None and against.accuracy is not None and against.accuracy.interval is not None
        assert against.size_ratio is not None and against.size_ratio < 0.4
        assert abs(against.accuracy.difference) < 5
    assert len(found.layers) == 63
    points = read_points(run.path)
    assert [point.epoch for point in points if point.epoch] == list(range(1, 11))
    assert sum("layer_error" in point.values for point in points) == 63
    assert not list(run.path.glob("variants/*-trial*"))
    assert [path.name for path in trained.iterdir() if path.suffix in (".onnx", ".cache")] == []


def test_a_fragile_layer_breaks_plain_int8_and_stays_in_float(trained: Path, tmp_path: Path) -> None:
    from tests.runs.quantize.fragile import make_fragile

    folder = tmp_path / "fragile"
    shutil.copytree(trained, folder, ignore=shutil.ignore_patterns("train", "*.cache"))
    shutil.copytree(trained / "images", folder / "images", dirs_exist_ok=True)
    shutil.copytree(trained / "labels", folder / "labels", dirs_exist_ok=True)
    layer = make_fragile(trained / "best.pt", folder / "silenced.pt", folder / "fragile.pt")
    limit = 0.03
    run = RunDir(tmp_path / "run")
    outcome = quantized(folder, run, model="fragile.pt", max_drop=limit)
    assert outcome["ok"], outcome
    found = measured(run)
    assert found.layers[0].name == layer
    assert found.layers[0].kept_float
    assert found.surroundings.images == IMAGES // 2
    reference = found.variant("onnxruntime-fp32")
    assert reference is not None and reference.accuracy is not None
    for name in ("onnxruntime-int8", "openvino-int8"):
        plain, kept = found.variant(f"{name}-plain"), found.variant(name)
        assert plain is not None and plain.accuracy is not None
        assert kept is not None and kept.accuracy is not None
        assert reference.accuracy.map50_95 - plain.accuracy.map50_95 > 0.2
        assert reference.accuracy.map50_95 - kept.accuracy.map50_95 < 2 * limit
        assert kept.float_layers[0] == layer
        assert len(kept.float_layers) < 16
        assert any("in float; that" in note for note in kept.notes)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"calibration": "images/val"}, "96 calibration images are also validation images"),
        ({"calibration": "few"}, "4 images cannot calibrate INT8"),
        ({"model": "data.yaml"}, "does not describe a model"),
        ({"imgsz": 70}, "sizes that 32 divides"),
        ({"images": 30, "max_drop": "1pt"}, "a limit on the drop needs 40"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    trained: Path, tmp_path: Path, settings: dict[str, Any], words: str
) -> None:
    few = trained / "few"
    few.mkdir(exist_ok=True)
    for number in range(4):
        shutil.copyfile(trained / "images" / "train" / f"{number:03}.png", few / f"{number}.png")
    outcome = quantized(trained, RunDir(tmp_path / "run"), **settings)
    assert not outcome["ok"]
    assert words in outcome["reason"]


def test_one_variant_that_cannot_be_made_does_not_end_the_run(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken" / "nncf"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise RuntimeError('it is broken')\n")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    run = RunDir(tmp_path / "run")
    assert quantized(trained, run)["ok"]
    found = measured(run).variant("openvino-int8")
    assert found is not None
    assert (found.state, found.reason) == ("failed", "It failed with RuntimeError: it is broken")
    other = measured(run).variant("onnxruntime-int8")
    assert other is not None and other.latency is not None

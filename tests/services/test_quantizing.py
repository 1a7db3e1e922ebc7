from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.config import Settings
from r2p_tui.domain.quantization import steps
from r2p_tui.domain.runs import RunSpec, RunState
from r2p_tui.errors import NotFoundError, R2PError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.runs.checkpoints import save
from r2p_tui.runs.engines import availability
from r2p_tui.runs.rundir import run_folder
from r2p_tui.services import quantizing, run_models
from r2p_tui.services.desk import Desk
from r2p_tui.services.quantizing import checked_quantize, quantize_spec
from tests.services.stored_runs import add_run, epochs


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings(), offline=True) as found:
        yield found


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "best.pt"
    path.write_bytes(b"weights")
    (tmp_path / "data.yaml").write_text("names: [a]")
    return path


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all of the extra were installed, and no GPU were there."""
    monkeypatch.setattr(run_models, "find_spec", lambda _: object())
    monkeypatch.setattr(availability, "gpus", list)
    monkeypatch.setattr(quantizing, "missing", lambda *_: "")


def trained(desk: Desk, model: Path, **train: Any) -> int:
    told = {"model": "y.yaml", "data": "/d/insp/data.yaml", "imgsz": 320, **train}
    spec = RunSpec("train", "yolov8n inspection", train=told)
    number = add_run(desk, spec, state=RunState.DONE, points=epochs({"map50_95": [0.7]}))
    save(model, run_folder(desk.paths.runs, number).checkpoints, 1, best=True)
    return number


def test_a_run_brings_its_model_data_and_size_and_is_the_baseline(desk: Desk, model: Path) -> None:
    trained(desk, model)
    spec = quantize_spec(desk, "last", {"max_drop": "1pt", "imgsz": None})
    assert (spec.kind, spec.name, spec.baseline) == ("quantize", "yolov8n inspection INT8", 1)
    told = spec.quantize
    assert (told["data"], told["imgsz"], told["max_drop"]) == ("/d/insp/data.yaml", 320, 0.01)
    assert Path(told["model"]).name == "best.pt"


def test_all_that_a_training_was_told_of_its_data_comes_along(desk: Desk, model: Path) -> None:
    trained(desk, model, data="/d/a.json", val_data="/d/b.json", images="/d/i", single_cls=True, mosaic=0.5)
    told = quantize_spec(desk, "1", {}).quantize
    assert (told["val_data"], told["image_folder"], told["single_cls"]) == ("/d/b.json", "/d/i", True)
    assert "mosaic" not in told


def test_other_data_come_without_what_belongs_to_the_first(desk: Desk, model: Path) -> None:
    trained(desk, model, data="/d/a.json", val_data="/d/b.json")
    told = quantize_spec(desk, "1", {"data": "other.yaml"}).quantize
    assert told["data"] == "other.yaml"
    assert "val_data" not in told


def test_a_file_is_named_by_itself_and_its_data(desk: Desk, model: Path) -> None:
    spec = quantize_spec(desk, str(model), {"data": "parts/data.yaml"})
    assert (spec.name, spec.baseline) == ("best parts INT8", None)
    assert quantize_spec(desk, str(model), {"data": "x.yaml"}, name="mine").name == "mine"


def test_a_file_without_data_and_a_file_of_another_kind_are_refused(desk: Desk, model: Path) -> None:
    with pytest.raises(UsageError, match="needs your data"):
        quantize_spec(desk, str(model), {})
    other = model.with_suffix(".onnx")
    other.write_bytes(b"onnx")
    with pytest.raises(UsageError, match=r"no \.pt file") as refusal:
        quantize_spec(desk, str(other), {"data": "d.yaml"})
    assert "r2p bench" in refusal.value.hint
    with pytest.raises(NotFoundError):
        quantize_spec(desk, "gone.pt", {"data": "d.yaml"})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_drop": "1"}, "max_drop"),
        ({"calibration_images": "4"}, "4 images cannot calibrate"),
        ({"method": "guess"}, "method"),
        ({"variants": ["openvno-int8"]}, "openvno-int8"),
        ({"sampels": "3"}, "sampels"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    desk: Desk, model: Path, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        quantize_spec(desk, str(model), {"data": "d.yaml", **settings})


@pytest.mark.usefixtures("packages")
def test_paths_are_named_from_the_root_and_steps_are_counted(
    desk: Desk, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model.parent)
    (model.parent / "calib").mkdir()
    spec = quantize_spec(desk, "best.pt", {"data": "data.yaml", "calibration": "calib"})
    spec = checked_quantize(desk, spec)
    assert [spec.quantize[name] for name in ("model", "data", "calibration")] == [
        str(model.parent / name) for name in ("best.pt", "data.yaml", "calib")
    ]
    assert spec.epochs == len(steps(spec.quantize)) > 10


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("name", ["data", "calibration"])
def test_what_is_not_there_is_said(desk: Desk, model: Path, name: str) -> None:
    told = {"data": str(model.parent / "data.yaml"), name: str(model.parent / "gone")}
    with pytest.raises(NotFoundError, match=f"which {name} names"):
        checked_quantize(desk, quantize_spec(desk, str(model), told))


@pytest.mark.usefixtures("packages")
def test_a_folder_is_no_data_yaml(desk: Desk, model: Path) -> None:
    with pytest.raises(UsageError, match="is no file"):
        checked_quantize(desk, quantize_spec(desk, str(model), {"data": str(model.parent)}))


def test_missing_packages_are_named(desk: Desk, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_models, "find_spec", lambda name: None if name in ("torch", "onnx") else object())
    spec = quantize_spec(desk, str(model), {"data": str(model.parent / "data.yaml")})
    with pytest.raises(R2PError, match="Quantizing needs torch and onnx, which"):
        checked_quantize(desk, spec)


@pytest.mark.usefixtures("packages")
def test_a_variant_that_was_named_must_run_here_and_others_are_skipped_later(
    desk: Desk, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def missing(variant: object, device: str) -> str:
        seen.append(device)
        return "TensorRT needs an NVIDIA GPU."

    monkeypatch.setattr(quantizing, "missing", missing)
    data = {"data": str(model.parent / "data.yaml")}
    checked_quantize(desk, quantize_spec(desk, str(model), data))
    assert seen == []
    named = quantize_spec(desk, str(model), data | {"variants": ["tensorrt-int8"]})
    with pytest.raises(R2PError, match="TensorRT INT8 cannot run here: TensorRT needs"):
        checked_quantize(desk, named)
    assert seen == ["cpu"]

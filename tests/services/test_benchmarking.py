from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from r2p_tui.config import Settings
from r2p_tui.domain.benchmark import steps
from r2p_tui.domain.runs import RunSpec, RunState
from r2p_tui.errors import NotFoundError, R2PError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.runs.checkpoints import save
from r2p_tui.runs.rundir import run_folder
from r2p_tui.services import run_models
from r2p_tui.services.benchmarking import benchmark_spec, checked_benchmark
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_models import named_model
from tests.made_measurements import made_quantization, write_measurement
from tests.services.stored_runs import add_run, epochs


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings(), offline=True) as found:
        yield found


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "best.onnx"
    path.write_bytes(b"onnx")
    return path


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all of the extra were installed."""
    monkeypatch.setattr(run_models, "find_spec", lambda _: object())


def trained(desk: Desk, tmp_path: Path, *, best: bool = True, state: RunState = RunState.DONE) -> int:
    spec = RunSpec(
        "train", "yolov8n inspection", train={"model": "y.yaml", "data": "/d/insp/data.yaml", "imgsz": 320}
    )
    number = add_run(desk, spec, state=state, points=epochs({"map50_95": [0.5, 0.7]}), best={"map50_95": 0.7})
    weights = tmp_path / "w.pt"
    weights.write_bytes(b"weights")
    save(weights, run_folder(desk.paths.runs, number).checkpoints, 2, best=best)
    return number


# --- which model ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["1", "#1", "run:1", "last", "yolov8n inspection"])
def test_a_run_stands_for_its_best_checkpoint_with_its_data(desk: Desk, tmp_path: Path, word: str) -> None:
    trained(desk, tmp_path)
    found = named_model(desk, word)
    assert Path(found.path).name == "best.pt"
    assert found.data == {"data": "/d/insp/data.yaml", "split_seed": 0}
    assert (found.imgsz, found.run, found.expected) == (320, 1, 0.7)


def test_without_a_best_one_the_newest_checkpoint_is_taken(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path, best=False)
    assert Path(named_model(desk, "1").path).name == "epoch-0002.pt"


def test_a_checkpoint_that_is_not_whole_is_no_model(desk: Desk, tmp_path: Path) -> None:
    number = trained(desk, tmp_path)
    for path in run_folder(desk.paths.runs, number).checkpoints.glob("*.pt"):
        path.write_bytes(b"torn")
    with pytest.raises(UsageError, match="no checkpoint that is whole"):
        named_model(desk, "1")


def test_a_run_that_goes_on_gives_no_model(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path, state=RunState.RUNNING)
    with pytest.raises(UsageError, match="has not ended"):
        named_model(desk, "1")


def test_a_variant_that_a_run_made_is_a_model(desk: Desk) -> None:
    number = add_run(desk, RunSpec("quantize", "q", quantize={"data": "/d/data.yaml"}), state=RunState.DONE)
    folder = run_folder(desk.paths.runs, number)
    write_measurement(folder, made_quantization())
    with pytest.raises(UsageError, match="kept no file"):
        named_model(desk, "1:onnxruntime-int8")
    (folder.path / "variants").mkdir()
    (folder.path / "variants/onnxruntime-int8.onnx").write_bytes(b"onnx")
    found = named_model(desk, "1:onnxruntime-int8")
    assert (found.variant, found.imgsz) == ("onnxruntime-int8", 320)
    assert found.data == {"data": "/d/data.yaml"}
    assert found.expected == pytest.approx(0.761)


def test_a_variant_outside_of_its_run_is_no_model(desk: Desk, tmp_path: Path) -> None:
    number = add_run(desk, RunSpec("quantize", "q"), state=RunState.DONE)
    (tmp_path / "x.onnx").write_bytes(b"onnx")
    found = made_quantization()
    elsewhere = replace(found.variants[0], file=str(tmp_path / "x.onnx"))
    write_measurement(run_folder(desk.paths.runs, number), replace(found, variants=(elsewhere,)))
    with pytest.raises(UsageError, match="kept no file"):
        named_model(desk, "1:torch-fp32")


@pytest.mark.parametrize("word", ["best.onnx", "there/is/none", "nobody", "9"])
def test_what_is_neither_a_file_nor_a_run_is_refused(desk: Desk, word: str) -> None:
    with pytest.raises(NotFoundError) as refusal:
        named_model(desk, word)
    assert word in refusal.value.message


def test_a_command_has_no_model(desk: Desk) -> None:
    add_run(desk, state=RunState.DONE)
    with pytest.raises(UsageError, match="no checkpoint"):
        named_model(desk, "1")


# --- what a benchmark is told -----------------------------------------------------------------------------


def test_a_run_brings_its_data_its_size_and_what_it_saw(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path)
    spec = benchmark_spec(desk, "last", {"samples": "500", "data": None})
    assert (spec.kind, spec.name, spec.baseline) == ("benchmark", "bench yolov8n inspection", 1)
    told = spec.benchmark
    assert (told["imgsz"], told["samples"], told["expected_map50_95"]) == (320, 500, 0.7)
    assert benchmark_spec(desk, "last", {"imgsz": 640}).benchmark["imgsz"] == 640


def test_a_file_is_named_by_itself_and_its_data(desk: Desk, model: Path) -> None:
    spec = benchmark_spec(desk, str(model), {"data": "parts/data.yaml"})
    assert (spec.name, spec.baseline) == ("bench best parts", None)
    assert benchmark_spec(desk, str(model), {}, name="mine").name == "mine"


def test_an_address_and_a_command_are_no_files(desk: Desk) -> None:
    assert benchmark_spec(desk, "https://x.example/v1", {}).benchmark["kind"] == "endpoint"
    spec = benchmark_spec(desk, ["python", "p.py"], {}, folder="/tmp")
    assert (spec.benchmark["target"], spec.folder, spec.name) == (["python", "p.py"], "/tmp", "bench python")


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"samples": "many"}, "samples"), ({"smples": "1"}, "smples"), ({"method": "GET"}, "method")],
)
def test_settings_that_cannot_be_are_refused(
    desk: Desk, model: Path, settings: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        benchmark_spec(desk, str(model), settings)


# --- what must be true before -----------------------------------------------------------------------------


@pytest.mark.usefixtures("packages")
def test_paths_are_named_from_the_root_and_steps_are_counted(
    desk: Desk, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model.parent)
    (model.parent / "data.yaml").write_text("names: [a]")
    spec = checked_benchmark(desk, benchmark_spec(desk, "best.onnx", {"data": "data.yaml"}))
    assert spec.benchmark["target"] == str(model)
    assert spec.benchmark["data"] == str(model.parent / "data.yaml")
    assert spec.epochs == len(steps(spec.benchmark)) > 3


def test_missing_packages_are_named_with_the_way_to_install_them(
    desk: Desk, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_models, "find_spec", lambda name: None if name == "onnxruntime" else object())
    with pytest.raises(R2PError, match="onnxruntime") as refusal:
        checked_benchmark(desk, benchmark_spec(desk, str(model), {}))
    assert "make jobs" in refusal.value.hint
    checked_benchmark(desk, benchmark_spec(desk, "http://127.0.0.1:9/", {}))


@pytest.mark.usefixtures("packages")
def test_a_file_that_is_not_there_any_more_is_said(desk: Desk, model: Path) -> None:
    spec = benchmark_spec(desk, str(model), {"data": "no.yaml"})
    with pytest.raises(NotFoundError, match="which data names"):
        checked_benchmark(desk, spec)
    model.unlink()
    with pytest.raises(NotFoundError, match=r"best\.onnx"):
        checked_benchmark(desk, replace(spec, benchmark={"target": str(model)}))


def test_a_program_must_be_there(desk: Desk, tmp_path: Path) -> None:
    spec = benchmark_spec(desk, [sys.executable, "-c", "1"], {}, folder=str(tmp_path))
    assert checked_benchmark(desk, spec).folder == str(tmp_path)
    with pytest.raises(NotFoundError, match="no program"):
        checked_benchmark(desk, benchmark_spec(desk, ["no-such-program"], {}))
    with pytest.raises(NotFoundError, match="no folder"):
        checked_benchmark(desk, replace(spec, folder=str(tmp_path / "gone")))


def test_a_token_goes_the_way_of_secrets(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = benchmark_spec(desk, "https://x.example/", {"token_variable": "MY_TOKEN"})
    with pytest.raises(UsageError, match="no variable MY_TOKEN"):
        checked_benchmark(desk, spec)
    monkeypatch.setenv("MY_TOKEN", "not-a-real-one")
    assert checked_benchmark(desk, spec).environment == {"MY_TOKEN": "not-a-real-one"}
    plain = benchmark_spec(desk, "https://x.example/", {"token_variable": "GREETING"})
    monkeypatch.setenv("GREETING", "hello")
    with pytest.raises(UsageError, match="written down"):
        checked_benchmark(desk, plain)

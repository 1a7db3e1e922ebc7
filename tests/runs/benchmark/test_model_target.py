"""A model under benchmark, from its file to the checklist, by ONNX Runtime in a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from r2p_tui.domain.deployment_checklist import NAMES
from r2p_tui.domain.variants import variant_of
from r2p_tui.errors import R2PError
from r2p_tui.runs.benchmark import model_checks
from r2p_tui.runs.benchmark.model_facts import ModelFacts
from r2p_tui.runs.benchmark.model_scenarios import Model
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.measured_arrays import load_samples
from tests.runs.benchmark.runs import carried_out
from tests.runs.made_data import make_yolo
from tests.runs.quantize.small_network import network

QUICK: dict[str, Any] = {
    "target": "small.onnx", "data": "data.yaml", "samples": 30, "seconds": 0.3, "clients": 3,
    "batches": "1", "warm_up": 1, "threads": 1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _packages() -> None:
    for package in ("onnx", "onnxruntime", "ultralytics"):
        pytest.importorskip(package)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The network finds three classes, and the data name as many."""
    make_yolo(tmp_path, 12)
    data = tmp_path / "data.yaml"
    data.write_text(data.read_text().replace("[green, red]", "[a, b, c]"))
    network(tmp_path / "small.onnx", broken=-1)
    return tmp_path


def test_a_model_goes_through_all_scenarios_and_checks(folder: Path) -> None:
    found = carried_out(folder, **QUICK)
    assert [one.name for one in found.scenarios] == ["single stream", "server", "offline"]
    assert all(one.lost == one.errors == 0 and one.throughput for one in found.scenarios)
    (variant,) = found.variants
    assert variant.accuracy is not None and variant.latency is not None and variant.device == "CPU"
    assert variant.latency.samples == 30 and variant.latency.p99 is None
    assert variant.profile and (variant.memory_load or 0) > 10 * 2**20
    assert tuple(one.name for one in found.checklist) == NAMES
    assert len(load_samples(folder / "run", variant.arrays).latency_ms) == 30


def test_other_classes_are_refused_before_anything_is_measured(folder: Path) -> None:
    import onnx

    file = folder / "small.onnx"
    model = onnx.load(file)
    onnx.helper.set_model_props(model, {"names": "{0: 'person', 1: 'car'}"})
    onnx.save(model, file)
    with pytest.raises(R2PError, match="knows 2 classes, and the data set names 3"):
        carried_out(folder, **QUICK)


class DyingHost:
    """Its engine is gone with the third image."""

    def __init__(self) -> None:
        self.asked = 0

    def infer(self, images: Any) -> list[Any]:
        self.asked += 1
        if self.asked > 2:
            raise EngineError("The engine ended with signal 11.")
        return [np.zeros((1, 64, 7), np.float32)]


def test_an_engine_that_dies_of_an_odd_image_is_no_refusal(tmp_path: Path) -> None:
    file = tmp_path / "m.onnx"
    names = ("a", "b", "c")
    model = Model(
        file, variant_of("onnxruntime-fp32"), (8, 8), ModelFacts(), None, {}, 1, "cpu", names, "rtdetr"
    )  # fmt: skip
    found = model_checks._check_edges(model, DyingHost(), tmp_path / "odd")  # type: ignore[arg-type]
    assert found.state == "failed" and found.figures["crashed"] > 2

"""A network of four convolutions and a product, small enough to be made and quantized in a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from r2p_tui.domain.measurements import Calibration
from r2p_tui.runs.quantize.calibration_set import CalibrationSet

IMAGES = 8


def network(path: Path, *, broken: int) -> Path:
    """Four convolutions that end in boxes and scores as RT-DETR lists them; one has a channel out of scale.

    That channel reads what is always 0, so the network finds the same whatever the scale.
    """
    onnx = pytest.importorskip("onnx")
    from onnx import helper, numpy_helper

    chance = np.random.default_rng(0)
    nodes, stored, source = [], [], "images"
    for number in range(4):
        inputs = 3 if number == 0 else 8
        weights = chance.normal(0, 0.4, (8, inputs, 1, 1)).astype(np.float32)
        if number == broken - 1:
            weights[0] = 0
        if number == broken:
            weights[:, 0] = 1e4
        stored.append(numpy_helper.from_array(weights, f"w{number}"))
        nodes.append(helper.make_node("Conv", [source, f"w{number}"], [f"c{number}"], name=f"conv{number}"))
        nodes.append(helper.make_node("Relu", [f"c{number}"], [f"r{number}"], name=f"relu{number}"))
        source = f"r{number}"
    stored.append(numpy_helper.from_array(np.array([1, 8, 64], np.int64), "shape"))
    stored.append(numpy_helper.from_array(chance.normal(0, 0.1, (8, 7)).astype(np.float32), "head"))
    nodes += [
        helper.make_node("Reshape", [source, "shape"], ["flat"], name="flat"),
        helper.make_node("Transpose", ["flat"], ["turned"], name="turn", perm=[0, 2, 1]),
        helper.make_node("MatMul", ["turned", "head"], ["raw"], name="head"),
        helper.make_node("Sigmoid", ["raw"], ["output"], name="sigmoid"),
    ]
    graph = helper.make_graph(
        nodes, "small",
        [helper.make_tensor_value_info("images", 1, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("output", 1, [1, 64, 7])],
        stored,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(path))
    return path


def calibrated(folder: Path, *, broken: int = -1, method: str = "minmax") -> tuple[Any, CalibrationSet, Any]:
    """The network with all shapes, its calibration images, and the ranges that follow."""
    from r2p_tui.runs.quantize.onnxruntime_int8 import find_ranges, prepare

    images = np.random.default_rng(1).random((IMAGES, 3, 8, 8), np.float32)
    files = tuple(Path(str(number)) for number in range(IMAGES))
    about = Calibration(images=IMAGES, sha256="", method=method, source="")
    calibration = CalibrationSet(files, about, lambda file: images[int(file.name)])
    prepared = prepare(network(folder / "small.onnx", broken=broken), folder / "shaped.onnx")
    return prepared, calibration, find_ranges(prepared, calibration, method, folder)

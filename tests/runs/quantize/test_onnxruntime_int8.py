"""INT8 by ONNX Runtime: which nodes are rounded, which stay as they were, and that the result runs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from r2p_tui.runs.engines.integer_kernels import pairs_of
from tests.runs.quantize.small_network import calibrated

onnx = pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")

from r2p_tui.runs.quantize import onnxruntime_int8  # noqa: E402


def run(file: Path, images: Any) -> Any:
    session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return np.stack([session.run(None, {"images": image[None]})[0] for image in images])


def kernels(file: Path, folder: Path) -> Counter[str]:
    options = ort.SessionOptions()
    options.optimized_model_filepath = str(folder / "optimized.onnx")
    ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return Counter(node.op_type for node in onnx.load(options.optimized_model_filepath).graph.node)


@pytest.mark.parametrize("method", ["minmax", "entropy", "percentile"])
def test_static_int8_runs_in_integers_and_stays_near_float(tmp_path: Path, method: str) -> None:
    prepared, calibration, ranges = calibrated(tmp_path, method=method)
    made = onnxruntime_int8.quantize_static(prepared, ranges, tmp_path / "int8.onnx")
    images = calibration.stacked(8)
    plain, rounded = run(prepared.file, images), run(made, images)
    assert np.abs(plain - rounded).max() < 0.15
    assert np.abs(plain - rounded).max() > 0
    assert kernels(made, tmp_path)["QLinearConv"] == 4


def test_a_layer_left_in_float_reads_what_was_not_rounded(tmp_path: Path) -> None:
    prepared, _, ranges = calibrated(tmp_path)
    whole = onnxruntime_int8.quantize_static(prepared, ranges, tmp_path / "whole.onnx")
    made = onnxruntime_int8.quantize_static(prepared, ranges, tmp_path / "kept.onnx", kept=["conv2"])
    graph = onnx.load(str(made)).graph
    kept = next(node for node in graph.node if node.name == "conv2")
    makers = {tensor: node for node in graph.node for tensor in node.output}
    assert makers[kept.input[0]].op_type != "DequantizeLinear"
    assert kept.input[1] in {one.name for one in graph.initializer}
    assert pairs_of(graph.node) < pairs_of(onnx.load(str(whole)).graph.node)
    read = {tensor for node in graph.node for tensor in node.input} | {one.name for one in graph.output}
    assert all(node.output[0] in read for node in graph.node)
    # The convolution before it gives float now, so it has no integers to end in.
    assert kernels(made, tmp_path)["QLinearConv"] == 2


def test_with_every_layer_in_float_nothing_is_rounded(tmp_path: Path) -> None:
    prepared, calibration, ranges = calibrated(tmp_path)
    names = [node.name for node in prepared.graph.layers]
    made = onnxruntime_int8.quantize_static(prepared, ranges, tmp_path / "kept.onnx", kept=names)
    images = calibration.stacked(8)
    assert np.allclose(run(prepared.file, images), run(made, images), atol=1e-6)


def test_symmetric_ranges_are_for_tensorrt(tmp_path: Path) -> None:
    prepared, _, ranges = calibrated(tmp_path)
    made = onnx.load(
        str(onnxruntime_int8.quantize_static(prepared, ranges, tmp_path / "signed.onnx", signed=True))
    )
    stored = {one.name: onnx.numpy_helper.to_array(one) for one in made.graph.initializer}
    zeros = [stored[node.input[2]] for node in made.graph.node if "uantizeLinear" in node.op_type]
    assert zeros
    assert all(zero.dtype == np.int8 and not zero.any() for zero in zeros)


def test_dynamic_int8_runs_without_calibration(tmp_path: Path) -> None:
    prepared, calibration, _ = calibrated(tmp_path)
    made = onnxruntime_int8.quantize_dynamic(prepared, tmp_path / "dynamic.onnx")
    images = calibration.stacked(8)
    assert np.abs(run(prepared.file, images) - run(made, images)).max() < 0.15
    assert kernels(made, tmp_path)["ConvInteger"] == 4


def test_images_are_counted_as_they_are_gone_through(tmp_path: Path) -> None:
    prepared, calibration, _ = calibrated(tmp_path)
    seen: list[int] = []
    onnxruntime_int8.find_ranges(prepared, calibration, "percentile", tmp_path, seen.append)
    assert seen[-1] == len(calibration)

"""Which layers suffer most from INT8: each is quantized alone, and what the model then finds is compared.

A layer's input is rounded to its calibrated range and its weights to INT8 per channel; all else stays float.
The error is a share of what float finds: each detection counts with its score and is as well kept as the best
one of its class in the other model agrees with it, in place (IoU) and in score (the smaller over the larger).
Both ways, so that what is invented counts like what is lost. Raw outputs would not do: coordinates of
hundreds of pixels would drown scores below 1, and RT-DETR lists what it finds in another order after a small
change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.boxes import iou_matrix
from r2p_tui.domain.measurements import LayerError
from r2p_tui.runs.engines.detection import Found, Head, postprocess
from r2p_tui.runs.quantize.calibration_set import Images
from r2p_tui.runs.quantize.graph import Node
from r2p_tui.runs.quantize.onnxruntime_int8 import Prepared

IMAGES = 8
_FLOOR = 0.01
_LEVELS = 127
Outputs = list[NDArray[np.float32]]


class Reading(NamedTuple):
    """How outputs are read as detections."""

    head: Head
    classes: int
    size: tuple[int, int]


def layer_errors(
    prepared: Prepared,
    ranges: Any,
    images: Images,
    reading: Reading,
    threads: int,
    progress: Callable[[int, LayerError], None] | None = None,
) -> tuple[LayerError, ...]:
    """The error of each layer in the order of computation; `images` are calibration images (n, 3, h, w)."""
    model = import_module("onnx").load(str(prepared.file))
    source = prepared.graph.inputs[0]
    plain = _run(model, source, images, threads)
    found = []
    for number, layer in enumerate(prepared.graph.layers, 1):
        with _Alone(model, layer, ranges):
            outputs = _run(model, source, images, threads)
        one = LayerError(layer.name, disagreement(plain, outputs, reading))
        found.append(one)
        if progress:
            progress(number, one)
    return tuple(found)


def disagreement(before: Sequence[Outputs], after: Sequence[Outputs], reading: Reading) -> float:
    """From 0, where both find the same, to 1; of outputs image by image.

    Where neither finds anything, the error of the raw outputs over their size, at most 1.
    """
    weights, kept = 0.0, 0.0
    for first, second in zip(before, after, strict=True):
        pair = [
            postprocess(one, reading.head, reading.classes, size=reading.size, floor=_FLOOR)
            for one in (first, second)
        ]
        for one, other in (pair, pair[::-1]):
            weights += float(one.scores.sum())
            kept += float((one.scores * _agreement(one, other)).sum())
    if weights:
        return max(1.0 - kept / weights, 0.0)
    return _raw(before, after)


def _agreement(one: Found, other: Found) -> NDArray[np.float64]:
    """How well each detection is there on the other side: overlap times likeness of scores, 0 to 1."""
    if not len(one.scores) or not len(other.scores):
        return np.zeros(len(one.scores))
    overlap = iou_matrix(one.boxes.astype(np.float64), other.boxes.astype(np.float64))
    first, second = one.scores[:, None].astype(np.float64), other.scores[None].astype(np.float64)
    likeness = np.minimum(first, second) / np.maximum(first, second)
    same = one.classes[:, None] == other.classes[None]
    return np.asarray((overlap * likeness * same).max(axis=1), np.float64)


def _raw(before: Sequence[Outputs], after: Sequence[Outputs]) -> float:
    pairs = [
        (np.nan_to_num(first), np.nan_to_num(second))
        for firsts, seconds in zip(before, after, strict=True)
        for first, second in zip(firsts, seconds, strict=True)
    ]
    noise = sum(float(np.square(second - first).sum()) for first, second in pairs)
    signal = sum(float(np.square(first).sum()) for first, _ in pairs)
    return min(float(np.sqrt(noise / signal)), 1.0) if signal else 0.0


def _run(model: Any, source: str, images: Images, threads: int) -> list[Outputs]:
    ort: Any = import_module("onnxruntime")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return [session.run(None, {source: image[None]}) for image in images]


class _Alone:
    """Changes one layer of a model in place for as long as it lasts."""

    def __init__(self, model: Any, layer: Node, ranges: Any) -> None:
        self._graph = model.graph
        self._node = next(node for node in model.graph.node if node.name == layer.name)
        self._stored = {tensor.name: tensor for tensor in model.graph.initializer}
        self._ranges = ranges
        self._undo: list[Callable[[], None]] = []

    def __enter__(self) -> None:
        for place in (0, 1):
            name = self._node.input[place]
            if name in self._stored:
                self._round_weights(self._stored[name])
            else:
                self._round_activation(place, name)

    def __exit__(self, *_: object) -> None:
        for undo in reversed(self._undo):
            undo()

    def _round_weights(self, tensor: Any) -> None:
        helper: Any = import_module("onnx.numpy_helper")
        kept = tensor.SerializeToString()
        rounded = rounded_weights(helper.to_array(tensor), _channel_axis(self._node))
        tensor.CopyFrom(helper.from_array(rounded, tensor.name))
        self._undo.append(lambda: tensor.ParseFromString(kept))

    def _round_activation(self, place: int, name: str) -> None:
        found = self._ranges[name] if name in self._ranges.keys() else None  # noqa: SIM118
        if found is None:
            return
        low, high = (float(np.asarray(value).ravel()[0]) for value in found.range_value)
        helper: Any = import_module("onnx.helper")
        proto: Any = import_module("onnx").TensorProto
        scale, zero = unsigned_scale(low, high)
        added = [
            helper.make_node("QuantizeLinear", [name, "r2p_scale", "r2p_zero"], ["r2p_whole"]),
            helper.make_node("DequantizeLinear", ["r2p_whole", "r2p_scale", "r2p_zero"], ["r2p_rounded"]),
        ]
        stored = [
            helper.make_tensor("r2p_scale", proto.FLOAT, (), [scale]),
            helper.make_tensor("r2p_zero", proto.UINT8, (), [zero]),
        ]
        at = list(self._graph.node).index(self._node)
        for node in reversed(added):
            self._graph.node.insert(at, node)
        self._graph.initializer.extend(stored)
        # The list is copied on insertion: the node that is in the graph now is another object.
        moved = self._graph.node[at + len(added)]
        moved.input[place] = "r2p_rounded"
        self._undo.append(lambda: self._take_out(at, len(added), place, name, len(stored)))

    def _take_out(self, at: int, count: int, place: int, name: str, stored: int) -> None:
        self._graph.node[at + count].input[place] = name
        del self._graph.node[at : at + count]
        del self._graph.initializer[-stored:]


def rounded_weights(weights: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Weights as INT8 gives them back: symmetric, one scale for each output channel along `axis`."""
    others = tuple(number for number in range(weights.ndim) if number != axis)
    largest = np.abs(weights).max(axis=others, keepdims=True)
    scale = np.where(largest > 0, largest / _LEVELS, 1.0)
    return np.asarray(np.round(weights / scale).clip(-_LEVELS, _LEVELS) * scale, np.float32)


def unsigned_scale(low: float, high: float) -> tuple[float, int]:
    """Step and zero point of 256 levels over a range that is widened to hold 0."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255 or 1.0
    return scale, int(min(max(round(-low / scale), 0), 255))


def _channel_axis(node: Any) -> int:
    """Where output channels are: first in a convolution, last in a product, as told in Gemm."""
    if node.op_type == "Conv":
        return 0
    if node.op_type == "ConvTranspose":
        return 1
    turned = next((one.i for one in node.attribute if one.name == "transB"), 0)
    return 0 if node.op_type == "Gemm" and turned else 1

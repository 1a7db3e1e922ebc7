"""INT8 for ONNX Runtime: static QDQ with one scale for each output channel, and dynamic.

Activations are unsigned (`QUInt8`) and weights signed (`QInt8`), which is what the kernels for AVX-512 VNNI
take: with signed activations on both sides only 6 of 64 convolutions of YOLOv8n ran in integers. Layers with
trained weights become INT8, and of what lies between two convolutions the element-wise nodes, so that SiLU is
one look-up and nothing goes back to float on the way (YOLOv8n: 8.0 ms against 9.7 ms with the convolutions
alone). Products of two activations, as in attention, stay in float: in integers they cost RT-DETR 20 % of its
speed. The tail stays in float as well, as it puts coordinates of hundreds of pixels and scores below 1 into
one tensor, which one range cannot hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from r2p_tui.runs.quantize.calibration_set import CalibrationSet, Images
from r2p_tui.runs.quantize.graph import LAYERS, Graph, Node, graph_of, names_of

# Entropy and percentile keep whole activations until a part is counted: so many bytes of them at once.
_HELD = 512 * 2**20
_PART = 8
HISTOGRAM_IMAGES = 100
"""Entropy and percentile count every activation of every image: more take minutes for nothing."""


class Prepared(NamedTuple):
    """An ONNX file with the shapes of all tensors written into it, and its graph."""

    file: Path
    graph: Graph

    @property
    def targets(self) -> tuple[Node, ...]:
        """What may become INT8."""
        return (*self.graph.layers, *self.graph.between)


def prepare(source: Path, target: Path) -> Prepared:
    """Infer all shapes; the graph is not rewritten, so that layers keep the names that OpenVINO has too."""
    shapes = import_module("onnxruntime.quantization.shape_inference")
    shapes.quant_pre_process(str(source), str(target), skip_symbolic_shape=True, skip_optimization=True)
    onnx = import_module("onnx")
    model = onnx.load(str(target))
    graph = graph_of(model)
    onnx.save(model, str(target))
    return Prepared(target, graph)


def find_ranges(
    prepared: Prepared,
    images: CalibrationSet,
    method: str,
    work: Path,
    progress: Callable[[int], None] | None = None,
) -> Any:
    """The range of every activation that may become INT8, over all calibration images."""
    quantization: Any = import_module("onnxruntime.quantization")
    calibrate: Any = import_module("onnxruntime.quantization.calibrate")
    methods = {
        "minmax": quantization.CalibrationMethod.MinMax,
        "entropy": quantization.CalibrationMethod.Entropy,
        "percentile": quantization.CalibrationMethod.Percentile,
    }
    calibrator = calibrate.create_calibrator(
        prepared.file,
        sorted({node.op for node in prepared.targets}),
        augmented_model_path=str(work / "augmented.onnx"),
        calibrate_method=methods[method],
    )
    part, whole = _PART, len(images)
    if method != "minmax":
        part, whole = _part_in(prepared), min(whole, HISTOGRAM_IMAGES)
    name = prepared.graph.inputs[0]
    for start in range(0, whole, part):
        calibrator.collect_data(_reader(name, images, start, min(start + part, whole)))
        if progress:
            progress(min(start + part, whole))
    ranges = calibrator.compute_data()
    (work / "augmented.onnx").unlink(missing_ok=True)
    return ranges


def quantize_static(
    prepared: Prepared,
    ranges: Any,
    target: Path,
    *,
    kept: Sequence[str] = (),
    signed: bool = False,
) -> Path:
    """Write the QDQ model; layers in `kept` stay in float, with their activation functions.

    `signed` makes all ranges symmetric around 0 and leaves biases alone, as TensorRT wants them.
    """
    onnx = import_module("onnx")
    quantization: Any = import_module("onnxruntime.quantization")
    module: Any = import_module("onnxruntime.quantization.qdq_quantizer")
    floating = _floating(prepared.graph, kept)
    model = onnx.load(str(prepared.file))
    options: dict[str, Any] = {}
    if signed:
        options |= {"ActivationSymmetric": True, "QuantizeBias": False, "AddQDQPairToWeight": True}
    targets = prepared.graph.layers if signed else prepared.targets
    quantizer = module.QDQQuantizer(
        model,
        True,
        False,
        quantization.QuantType.QInt8,
        quantization.QuantType.QInt8 if signed else quantization.QuantType.QUInt8,
        ranges,
        names_of(targets),
        sorted(floating),
        sorted({node.op for node in targets}),
        options,
    )
    quantizer.quantize_model()
    made = quantizer.model.model
    if floating:
        _read_unrounded(made, floating)
    onnx.save(made, str(target))
    return target


def quantize_dynamic(prepared: Prepared, target: Path) -> Path:
    """Weights are INT8, activations are rounded by the range of each single image as it passes."""
    quantization: Any = import_module("onnxruntime.quantization")
    layers = {node.name for node in prepared.graph.layers}
    others = [node.name for node in prepared.graph.nodes if node.op in LAYERS and node.name not in layers]
    quantization.quantize_dynamic(
        str(prepared.file),
        str(target),
        op_types_to_quantize=sorted({node.op for node in prepared.graph.layers}),
        per_channel=True,
        weight_type=quantization.QuantType.QInt8,
        nodes_to_exclude=others,
    )
    return target


def _floating(graph: Graph, kept: Sequence[str]) -> set[str]:
    """The layers that stay in float, and the activation functions behind them."""
    layers = [node for node in graph.layers if node.name in set(kept)]
    return {node.name for layer in layers for node in (layer, *graph.activation_of(layer))}


def _read_unrounded(model: Any, floating: set[str]) -> None:
    """ONNX Runtime rounds a tensor for all that read it; a node in float is to read it as it was."""
    makers = {tensor: node for node in model.graph.node for tensor in node.output}
    for node in model.graph.node:
        if node.name not in floating:
            continue
        for place, tensor in enumerate(node.input):
            back = makers.get(tensor)
            if back is None or back.op_type != "DequantizeLinear":
                continue
            rounded = makers.get(back.input[0])
            if rounded is not None and rounded.op_type == "QuantizeLinear":
                node.input[place] = rounded.input[0]
    _drop_unread(model)


def _drop_unread(model: Any) -> None:
    """Take out pairs that nothing reads any more, so that they are not counted as proof."""
    while True:
        read = {tensor for node in model.graph.node for tensor in node.input}
        read |= {output.name for output in model.graph.output}
        unread = [
            node
            for node in model.graph.node
            if node.op_type in ("QuantizeLinear", "DequantizeLinear") and node.output[0] not in read
        ]
        if not unread:
            return
        for node in unread:
            model.graph.node.remove(node)


def _part_in(prepared: Prepared) -> int:
    """How many images at once the memory for their activations allows."""
    onnx = import_module("onnx")
    model = onnx.load(str(prepared.file), load_external_data=False)
    wanted = {tensor for node in prepared.targets for tensor in (*node.inputs, *node.outputs)}
    cells = 0
    for value in model.graph.value_info:
        if value.name in wanted:
            cells += int(np.prod([max(one.dim_value, 1) for one in value.type.tensor_type.shape.dim]))
    return int(min(max(_HELD // max(4 * cells, 1), 1), _PART))


def _reader(name: str, images: CalibrationSet, start: int, stop: int) -> Any:
    base: Any = import_module("onnxruntime.quantization").CalibrationDataReader

    class Reader(base):  # type: ignore[misc]
        def __init__(self) -> None:
            self._batches = images.batches(start, stop)

        def get_next(self) -> dict[str, Images] | None:
            batch = next(self._batches, None)
            return None if batch is None else {name: batch}

    return Reader()

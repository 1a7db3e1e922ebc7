"""OpenVINO on the CPU, compiled for latency; its telemetry is never loaded."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from r2p_tui.domain.measurements import IntegerProof
from r2p_tui.runs.engines.engine import (
    Arrays,
    Images,
    NodeTime,
    Runner,
    fixed_note,
    fixed_shape,
    wanted_shape,
)
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.integer_kernels import proof_of, qdq_pairs
from r2p_tui.runs.engines.load_errors import openvino_error
from r2p_tui.runs.engines.spec import EngineSpec
from r2p_tui.text import clean_line

# Integers are in the model itself: what is left of it stays float.
_HINTS: Mapping[str, str] = {"fp32": "f32", "fp16": "f16", "bf16": "bf16", "int8": "f32"}
_MULTIPLY = frozenset({"Convolution", "GroupConvolution", "Deconvolution", "FullyConnected", "MatMul"})
_INTEGERS = frozenset({"i8", "u8", "int8_t", "uint8_t"})


class OpenVinoEngine:
    """An .xml with its .bin, or an .onnx file."""

    def __init__(self, spec: EngineSpec, _work: Path) -> None:
        # It would report to Google Analytics; OpenVINO has a stand-in for where it is missing.
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
        self._ov: Any = import_module("openvino")
        self._spec = spec
        self._name = clean_line(Path(spec.file).name)
        self.version = clean_line(str(self._ov.__version__).partition("-")[0])
        self.notes: list[str] = []
        self._core = self._ov.Core()
        self._model = self._read()
        self._compiled = self._compile(self._model, profiled=False)
        self.device = "CPU"
        self.input_name = _name(self._model.inputs[0], "input")
        self.output_names = tuple(
            _name(one, f"output{number}") for number, one in enumerate(self._compiled.outputs)
        )
        self._check_precision()
        if spec.device != "cpu":
            self.notes.append("OpenVINO ran on the CPU.")
        self.run = self.runner()

    def runner(self) -> Runner:
        """Each has a request of its own; what it gives is copied out, as the next call overwrites it."""
        request = self._compiled.create_infer_request()
        ports = [request.get_output_tensor(number) for number in range(len(self._compiled.outputs))]
        infer, kind = request.infer, _type_of(self._model)

        def run(images: Images) -> Arrays:
            infer([images if kind is np.float32 else images.astype(kind)], share_inputs=True)
            return [np.array(port.data, dtype=np.float32) for port in ports]

        return run

    def settle(self) -> None:
        return None

    def synchronize(self) -> None:
        """Nothing runs on a GPU."""

    def profile(self, batches: Sequence[Images], count: int) -> list[NodeTime]:
        request = self._compile(self._model, profiled=True).create_infer_request()
        by_name: dict[str, float] = {}
        for number in range(count + 3):
            request.infer([batches[number % len(batches)].astype(_type_of(self._model))])
            if number >= 3:
                for info in request.profiling_info:
                    name = clean_line(f"{info.node_type} {info.node_name}")
                    took = info.real_time.total_seconds() * 1000
                    by_name[name] = by_name.get(name, 0.0) + took / count
        return list(by_name.items())

    def proof(self) -> IntegerProof | None:
        if self._spec.precision != "int8":
            return None
        kinds = [_facts(node) for node in self._compiled.get_runtime_model().get_ordered_ops()]
        layers = [precision for kind, precision in kinds if kind in _MULTIPLY]
        integer = sum(precision in _INTEGERS for precision in layers)
        return proof_of(integer, len(layers), qdq_pairs(Path(self._spec.file)), "OpenVINO")

    def _read(self) -> Any:
        file = Path(self._spec.file)
        if not file.is_file():
            raise EngineError(f"The model {self._name} is not there.")
        if file.suffix.lower() not in (".xml", ".onnx"):
            raise EngineError(f"{self._name} is no model for OpenVINO; those end in .xml or .onnx.")
        if file.suffix.lower() == ".xml" and not file.with_suffix(".bin").is_file():
            raise EngineError(f"The weights of {self._name} are missing: its .bin is not beside it.")
        try:
            model = self._core.read_model(str(file))
        except Exception as error:
            raise openvino_error(str(error), self._name) from error
        return self._fixed(model)

    def _fixed(self, model: Any) -> Any:
        if len(model.inputs) != 1:
            raise EngineError(
                f"{self._name} takes {len(model.inputs)} inputs, and a detector of images takes 1."
            )
        if _type_of(model) is None:
            kind = model.inputs[0].element_type.get_type_name()
            raise EngineError(
                f"{self._name} takes values of the type {kind}, and images are given as floats."
            )
        if not fixed_shape(self._spec, _sizes(model.inputs[0].partial_shape), self._name):
            model.reshape(self._ov.PartialShape(list(wanted_shape(self._spec))))
            self.notes.append(fixed_note(self._spec))
        return model

    def _compile(self, model: Any, *, profiled: bool) -> Any:
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": self._spec.threads,
            "INFERENCE_PRECISION_HINT": _HINTS[self._spec.precision],
        }
        try:
            return self._core.compile_model(
                model, "CPU", settings | ({"PERF_COUNT": True} if profiled else {})
            )
        except Exception as error:
            raise openvino_error(str(error), self._name) from error

    def _check_precision(self) -> None:
        """A CPU without the instructions computes in fp32 instead, and says nothing."""
        taken = self._compiled.get_property("INFERENCE_PRECISION_HINT")
        wanted = {"bf16": "bf16", "fp16": "f16"}.get(self._spec.precision)
        if wanted and taken.get_type_name() != wanted:
            raise EngineError(
                f"This CPU has no {self._spec.precision} that OpenVINO can use; "
                f"it would compute in {clean_line(taken.get_type_name())}."
            )


def _facts(node: Any) -> tuple[str, str]:
    """The kind of a node that was compiled, and the precision in which it is computed."""
    told = node.get_rt_info()
    return tuple(_text(told[name]) if name in told else "" for name in ("layerType", "runtimePrecision"))  # type: ignore[return-value]


def _text(value: Any) -> str:
    return str(value.astype(str)) if hasattr(value, "astype") else str(value)


def _type_of(model: Any) -> Any:
    kinds = {"f32": np.float32, "f16": np.float16}
    return kinds.get(model.inputs[0].element_type.get_type_name())


def _sizes(shape: Any) -> tuple[int, ...]:
    return tuple(one.get_length() if one.is_static else -1 for one in shape)


def _name(port: Any, otherwise: str) -> str:
    return clean_line(port.any_name) if port.get_names() else otherwise

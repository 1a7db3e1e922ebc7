"""TensorRT 10 and later: built from an ONNX file, tied to this GPU and this version; buffers are torch's.

INT8 comes from Q/DQ pairs in the file alone. TensorRT 11 takes every precision from the file, so for fp16 the
file is turned to half precision first.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

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
from r2p_tui.runs.engines.spec import EngineSpec
from r2p_tui.text import clean_line, shorten

_OLDEST = 10
_MULTIPLY = ("convolution", "conv", "matmul", "matrixmultiply", "gemm", "fullyconnected")


class _Port(NamedTuple):
    name: str
    buffer: Any


class TensorRtEngine:
    """An .onnx, from which an .engine is built in the folder of its work, or an .engine."""

    def __init__(self, spec: EngineSpec, work: Path) -> None:
        self._trt: Any = import_module("tensorrt")
        self._torch: Any = import_module("torch")
        self._spec, self._work = spec, work
        self._name = clean_line(Path(spec.file).name)
        self.version = clean_line(str(self._trt.__version__))
        self.notes: list[str] = []
        self._check_surroundings()
        self.device = clean_line(str(self._torch.cuda.get_device_name(0)))
        self._logger = self._trt.Logger(self._trt.Logger.WARNING)
        self._runtime = self._trt.Runtime(self._logger)
        self._engine = self._deserialized(self._plan())
        names = [self._engine.get_tensor_name(number) for number in range(self._engine.num_io_tensors)]
        inputs = [name for name in names if self._is_input(name)]
        if len(inputs) != 1:
            raise EngineError(f"{self._name} takes {len(inputs)} inputs, and a detector of images takes 1.")
        self._input, self._outputs = inputs[0], [name for name in names if name not in inputs]
        fixed_shape(spec, tuple(self._engine.get_tensor_shape(self._input)), self._name)
        self.input_name = clean_line(self._input)
        self.output_names = tuple(map(clean_line, self._outputs))
        self.run = self.runner()

    def runner(self) -> Runner:
        """Each has its own context, stream and buffers."""
        return self._runner_of(self._engine.create_execution_context())

    def settle(self) -> None:
        return None

    def synchronize(self) -> None:
        self._torch.cuda.synchronize()

    def profile(self, batches: Sequence[Images], count: int) -> list[NodeTime]:
        times: dict[str, float] = {}
        base: Any = self._trt.IProfiler

        class Profiler(base):  # type: ignore[misc]
            def __init__(self) -> None:
                base.__init__(self)

            def report_layer_time(self, layer_name: str, ms: float) -> None:
                name = clean_line(layer_name)
                times[name] = times.get(name, 0.0) + ms

        context = self._engine.create_execution_context()
        run = self._runner_of(context)
        run(batches[0])
        context.profiler = Profiler()
        for number in range(count):
            run(batches[number % len(batches)])
        return [(name, total / max(count, 1)) for name, total in times.items()]

    def proof(self) -> IntegerProof | None:
        if self._spec.precision != "int8":
            return None
        inspector = self._engine.create_engine_inspector()
        told = inspector.get_engine_information(self._trt.LayerInformationFormat.JSON)
        integer, layers = integer_layers(json.loads(told).get("Layers", ()))
        return proof_of(integer, layers, qdq_pairs(Path(self._spec.file)), "TensorRT")

    def _runner_of(self, context: Any) -> Runner:
        torch = self._torch
        stream = torch.cuda.Stream()
        context.set_input_shape(self._input, wanted_shape(self._spec))
        given = self._port(context, self._input)
        found = [self._port(context, name) for name in self._outputs]
        for port in (given, *found):
            context.set_tensor_address(port.name, port.buffer.data_ptr())

        def run(images: Images) -> Arrays:
            with torch.cuda.stream(stream):
                given.buffer.copy_(torch.from_numpy(images), non_blocking=True)
                if not context.execute_async_v3(stream.cuda_stream):
                    raise EngineError("TensorRT could not carry the model out; its log says why.")
                return [port.buffer.float().cpu().numpy() for port in found]

        return run

    def _port(self, context: Any, name: str) -> _Port:
        shape = tuple(context.get_tensor_shape(name))
        if any(size < 0 for size in shape):
            raise EngineError(
                f"{self._name} has an output whose size depends on the image.", "Export it without NMS."
            )
        kind = np.dtype(self._trt.nptype(self._engine.get_tensor_dtype(name)))
        return _Port(name, self._torch.empty(shape, dtype=getattr(self._torch, kind.name), device="cuda"))

    def _is_input(self, name: str) -> bool:
        return bool(self._engine.get_tensor_mode(name) == self._trt.TensorIOMode.INPUT)

    def _check_surroundings(self) -> None:
        if _major(self.version) < _OLDEST:
            raise EngineError(f"TensorRT {self.version} is too old.", f"Install TensorRT {_OLDEST} or later.")
        if not self._torch.cuda.is_available():
            raise EngineError("TensorRT needs an NVIDIA GPU, and torch finds none on this computer.")

    def _plan(self) -> bytes:
        """The engine's bytes, built where the file is an ONNX one or was built elsewhere."""
        file = Path(self._spec.file)
        if not file.is_file():
            raise EngineError(f"The model {self._name} is not there.")
        if file.suffix.lower() == ".engine":
            self._check_sidecar(file)
            return _without_header(file.read_bytes())
        if file.suffix.lower() != ".onnx":
            raise EngineError(f"{self._name} is no model for TensorRT; those end in .onnx or .engine.")
        began = time.perf_counter()
        plan = self._build(file)
        self.notes.append(
            f"TensorRT built it in {time.perf_counter() - began:.0f} s, which is in its cold start."
        )
        built = self._work / f"{file.stem}-{self._spec.precision}.engine"
        built.write_bytes(plan)
        sidecar_of(built).write_text(json.dumps(self._surroundings()), encoding="utf-8")
        return plan

    def _build(self, file: Path) -> bytes:
        trt = self._trt
        builder = trt.Builder(self._logger)
        network = builder.create_network(0)
        parser = trt.OnnxParser(network, self._logger)
        if not parser.parse(self._onnx(file)):
            reason = parser.get_error(0).desc() if parser.num_errors else "it gives no reason"
            raise EngineError(f"TensorRT cannot read {self._name}: {shorten(clean_line(str(reason)), 200)}.")
        config = builder.create_builder_config()
        config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
        self._set_precision(config, file)
        self._fix_sizes(builder, network, config)
        plan = builder.build_serialized_network(network, config)
        if plan is None:
            raise EngineError(f"TensorRT could not build {self._name}; its log says why.")
        return bytes(plan)

    def _onnx(self, file: Path) -> bytes:
        if self._spec.precision != "fp16" or hasattr(self._trt.BuilderFlag, "FP16"):
            return file.read_bytes()
        self.notes.append("The ONNX file was turned to fp16, as this TensorRT takes precision from the file.")
        half = import_module("onnxruntime.transformers.float16")
        model = half.convert_float_to_float16(import_module("onnx").load(str(file)), keep_io_types=True)
        return bytes(model.SerializeToString())

    def _set_precision(self, config: Any, file: Path) -> None:
        """Up to version 10 flags allow small numbers; what INT8 leaves in float may then be fp16."""
        if self._spec.precision == "int8" and not qdq_pairs(file):
            raise EngineError(
                f"{self._name} holds no Q/DQ pairs, so TensorRT would not compute in INT8.",
                "Quantize it first.",
            )
        flags = {"fp16": ("FP16",), "int8": ("INT8", "FP16"), "bf16": ("BF16",)}.get(self._spec.precision, ())
        for name in flags:
            if (flag := getattr(self._trt.BuilderFlag, name, None)) is not None:
                config.set_flag(flag)

    def _fix_sizes(self, builder: Any, network: Any, config: Any) -> None:
        source = network.get_input(0)
        if fixed_shape(self._spec, tuple(source.shape), self._name):
            return
        wanted = wanted_shape(self._spec)
        profile = builder.create_optimization_profile()
        profile.set_shape(source.name, wanted, wanted, wanted)
        config.add_optimization_profile(profile)
        self.notes.append(fixed_note(self._spec))

    def _deserialized(self, plan: bytes) -> Any:
        engine = self._runtime.deserialize_cuda_engine(plan)
        if engine is None:
            raise EngineError(
                f"TensorRT {self.version} cannot load {self._name}: it was built for another version or GPU.",
                "Build it again from its ONNX file.",
            )
        return engine

    def _surroundings(self) -> dict[str, str]:
        return {"gpu": self.device, "tensorrt": self.version}

    def _check_sidecar(self, file: Path) -> None:
        sidecar = sidecar_of(file)
        if not sidecar.is_file():
            return
        made = json.loads(sidecar.read_text(encoding="utf-8"))
        if {name: made.get(name) for name in ("gpu", "tensorrt")} != self._surroundings():
            told = f"{clean_line(str(made.get('gpu')))} with TensorRT {clean_line(str(made.get('tensorrt')))}"
            raise EngineError(
                f"{self._name} was built for {told}, and this is {self.device} with TensorRT {self.version}.",
                "Build it again from its ONNX file.",
            )


def sidecar_of(engine: Path) -> Path:
    """Where it is kept which GPU and which version an engine was built for."""
    return engine.with_name(engine.name + ".json")


def integer_layers(layers: Sequence[Any]) -> tuple[int, int]:
    """How many of an engine's layers multiply integers, and how many multiply at all."""
    multiply = [layer for layer in layers if isinstance(layer, Mapping) and _multiplies(layer)]
    return sum(map(_takes_integers, multiply)), len(multiply)


def _multiplies(layer: Mapping[str, Any]) -> bool:
    kind = f"{layer.get('LayerType', '')} {layer.get('ParameterType', '')}".lower()
    return any(word in kind for word in _MULTIPLY)


def _takes_integers(layer: Mapping[str, Any]) -> bool:
    """Version 10 tells format and type in one entry, version 11 in two."""
    inputs = [one for one in layer.get("Inputs", ()) if isinstance(one, Mapping)]
    kinds = (str(one.get("Format/Datatype", one.get("DataType", one.get("Datatype", "")))) for one in inputs)
    return any("int8" in kind.lower() for kind in kinds)


def _without_header(data: bytes) -> bytes:
    """Ultralytics writes a length and a mapping before the engine."""
    length = int.from_bytes(data[:4], "little")
    return data[4 + length :] if data[4:5] == b"{" and 4 + length < len(data) else data


def _major(version: str) -> int:
    first = version.partition(".")[0]
    return int(first) if first.isdigit() else 0

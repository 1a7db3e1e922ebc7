"""TensorRT by stand-ins for its module and torch's: what it is told, what it refuses, what it keeps."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.spec import EngineSpec
from r2p_tui.runs.engines.tensorrt_engine import TensorRtEngine, integer_layers, sidecar_of

SHAPE = (1, 3, 4, 4)


class Buffer:
    """A tensor on a GPU that is not there."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def copy_(self, other: Buffer, non_blocking: bool = False) -> None:
        self.array[...] = other.array

    def data_ptr(self) -> int:
        return id(self)

    def float(self) -> Buffer:
        return Buffer(self.array.astype(np.float32))

    def cpu(self) -> Buffer:
        return self

    def numpy(self) -> np.ndarray:
        return self.array


class Stream:
    cuda_stream = 7

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def fake_torch(cuda: bool = True) -> Any:
    torch: Any = ModuleType("torch")
    torch.float32 = np.float32
    torch.from_numpy = Buffer
    torch.empty = lambda shape, dtype, device: Buffer(np.zeros(shape, dtype=dtype))
    torch.cuda = SimpleNamespace(
        is_available=lambda: cuda,
        get_device_name=lambda _: "Paper GPU",
        Stream=Stream,
        stream=lambda stream: stream,
        synchronize=lambda: None,
    )
    return torch


class Context:
    """Doubles its input, and reports one layer where a profiler is set."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.profiler: Any = None
        self.addresses: dict[str, int] = {}

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> None:
        assert (name, tuple(shape)) == ("images", SHAPE)

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self._engine.output if name == "found" else SHAPE

    def set_tensor_address(self, name: str, address: int) -> None:
        self.addresses[name] = address

    def execute_async_v3(self, stream: int) -> bool:
        assert stream == 7 and set(self.addresses) == {"images", "found"}
        if self.profiler is not None:
            self.profiler.report_layer_time("conv", 2.0)
        return self._engine.works


class Engine:
    num_io_tensors, works, output = 2, True, SHAPE

    def get_tensor_name(self, number: int) -> str:
        return ("images", "found")[number]

    def get_tensor_mode(self, name: str) -> str:
        return "in" if name == "images" else "out"

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return SHAPE

    def get_tensor_dtype(self, name: str) -> str:
        return "FLOAT"

    def create_execution_context(self) -> Context:
        return Context(self)

    def create_engine_inspector(self) -> Any:
        layer = {"LayerType": "CaskConvolution", "Inputs": [{"Format/Datatype": "Int8 NC/32HW32"}]}
        told = json.dumps({"Layers": [layer, {"LayerType": "Reformat", "Inputs": []}]})
        return SimpleNamespace(get_engine_information=lambda kind: told)


def fake_tensorrt(
    engine: Engine | None, version: str = "10.3.0", flags: tuple[str, ...] = ("FP16", "INT8")
) -> Any:
    trt: Any = ModuleType("tensorrt")
    trt.__version__, trt.set_flags, trt.parses = version, [], True

    class Logger:
        WARNING = 1

        def __init__(self, level: int) -> None: ...

    class Builder:
        def __init__(self, logger: Logger) -> None: ...

        def create_network(self, flags: int) -> Any:
            return SimpleNamespace(get_input=lambda number: SimpleNamespace(name="images", shape=SHAPE))

        def create_builder_config(self) -> Any:
            return SimpleNamespace(set_flag=trt.set_flags.append)

        def build_serialized_network(self, network: Any, config: Any) -> bytes:
            return b"plan"

    class Parser:
        num_errors = 1

        def __init__(self, network: Any, logger: Logger) -> None: ...

        def parse(self, data: bytes) -> bool:
            return bool(trt.parses)

        def get_error(self, number: int) -> Any:
            return SimpleNamespace(desc=lambda: "bad\x1b node")

    def load(plan: bytes) -> Engine | None:
        assert plan == b"plan"
        return engine

    trt.Logger, trt.Builder, trt.OnnxParser = Logger, Builder, Parser
    trt.Runtime = lambda logger: SimpleNamespace(deserialize_cuda_engine=load)
    trt.BuilderFlag = SimpleNamespace(**{name: name for name in flags})
    trt.TensorIOMode = SimpleNamespace(INPUT="in")
    trt.ProfilingVerbosity = SimpleNamespace(DETAILED=2)
    trt.LayerInformationFormat = SimpleNamespace(JSON=1)
    trt.nptype = lambda kind: np.float32
    trt.IProfiler = object
    return trt


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "m.onnx"
    path.write_bytes(b"onnx")
    return path


def made(
    file: Path, monkeypatch: pytest.MonkeyPatch, trt: Any, precision: str = "fp16", torch: Any = None
) -> TensorRtEngine:
    monkeypatch.setitem(sys.modules, "tensorrt", trt)
    monkeypatch.setitem(sys.modules, "torch", torch or fake_torch())
    spec = EngineSpec(engine="tensorrt", precision=precision, file=str(file), image_size=(4, 4), device="0")
    return TensorRtEngine(spec, file.parent)


def test_it_is_built_kept_and_run(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trt = fake_tensorrt(Engine())
    engine = made(file, monkeypatch, trt)
    assert trt.set_flags == ["FP16"]
    (found,) = engine.run(np.ones(SHAPE, dtype=np.float32))
    assert found.shape == SHAPE and found.dtype == np.float32
    assert engine.profile([np.ones(SHAPE, dtype=np.float32)], 3) == [("conv", 2.0)]
    built = file.with_name("m-fp16.engine")
    assert built.read_bytes() == b"plan"
    assert json.loads(sidecar_of(built).read_text()) == {"gpu": "Paper GPU", "tensorrt": "10.3.0"}
    again = made(built, monkeypatch, fake_tensorrt(Engine()))
    assert (again.input_name, again.output_names) == ("images", ("found",))


def test_an_engine_of_another_version_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(file, monkeypatch, fake_tensorrt(Engine()))
    with pytest.raises(EngineError, match=r"was built for Paper GPU with TensorRT 10\.3\.0, and this is"):
        made(file.with_name("m-fp16.engine"), monkeypatch, fake_tensorrt(Engine(), "10.9.0"))


def test_the_header_of_ultralytics_is_skipped(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = b'{"a": 1}'
    built = file.with_suffix(".engine")
    built.write_bytes(len(told).to_bytes(4, "little") + told + b"plan")
    assert made(built, monkeypatch, fake_tensorrt(Engine())).device == "Paper GPU"


def test_int8_needs_pairs_in_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EngineError, match="holds no Q/DQ pairs"):
        made(file, monkeypatch, fake_tensorrt(Engine()), "int8")
    monkeypatch.setattr("r2p_tui.runs.engines.tensorrt_engine.qdq_pairs", lambda path: 4)
    trt = fake_tensorrt(Engine())
    proof = made(file, monkeypatch, trt, "int8").proof()
    assert trt.set_flags == ["INT8", "FP16"]
    assert proof is not None and (proof.integer_layers, proof.layers, proof.qdq_pairs) == (1, 1, 4)


def test_what_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(trt: Any, path: Path = file, torch: Any = None) -> str:
        with pytest.raises(EngineError) as caught:
            made(path, monkeypatch, trt, torch=torch)
        assert caught.value.message.isprintable()
        return caught.value.message

    unread = fake_tensorrt(Engine())
    unread.parses = False
    unsized = Engine()
    unsized.output = (1, -1, 6, 1)
    assert "too old" in refusal(fake_tensorrt(Engine(), "8.6.1"))
    assert "NVIDIA GPU" in refusal(fake_tensorrt(Engine()), torch=fake_torch(cuda=False))
    assert "cannot read m.onnx: bad" in refusal(unread)
    assert "another version or GPU" in refusal(fake_tensorrt(None))
    assert "depends on the image" in refusal(fake_tensorrt(unsized))
    assert "is not there" in refusal(fake_tensorrt(Engine()), file.with_name("gone.onnx"))
    assert "no model for TensorRT" in refusal(fake_tensorrt(Engine()), Path(__file__))


def test_a_call_that_fails(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Engine()
    broken.works = False
    engine = made(file, monkeypatch, fake_tensorrt(broken))
    with pytest.raises(EngineError, match="could not carry"):
        engine.run(np.ones(SHAPE, dtype=np.float32))


def test_the_newer_way_to_tell_types() -> None:
    layers = [
        {"LayerType": "gemm", "Inputs": [{"Format": "Row", "DataType": "INT8"}]},
        {"LayerType": "conv", "Inputs": [{"Format": "Row", "DataType": "HALF"}]},
        "only a name",
    ]
    assert integer_layers(layers) == (1, 2)

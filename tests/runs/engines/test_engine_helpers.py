"""Small laws of engines that need no engine."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.variants import VARIANTS, Variant
from r2p_tui.errors import UsageError
from r2p_tui.runs.engines import availability, surroundings
from r2p_tui.runs.engines.engine import engine_class, fixed_shape
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.host import batches_of
from r2p_tui.runs.engines.host_environment import host_environment
from r2p_tui.runs.engines.integer_kernels import counted, pairs_of, proof_of
from r2p_tui.runs.engines.layer_times import longest
from r2p_tui.runs.engines.load_errors import onnxruntime_error, openvino_error
from r2p_tui.runs.engines.onnxruntime_engine import node_times
from r2p_tui.runs.engines.spec import EngineSpec

SPEC = EngineSpec(engine="fake", precision="fp32", file="f", image_size=(32, 64), batch=2, threads=3)


@given(st.integers(1, 40), st.integers(1, 9))
def test_batches_are_whole_and_hold_all(count: int, size: int) -> None:
    images = np.arange(count * 3, dtype=np.float32).reshape(count, 3, 1, 1)
    batches = batches_of(images, size)
    assert {len(batch) for batch in batches} == {size}
    assert np.array_equal(np.concatenate(batches)[:count], images)
    assert (np.concatenate(batches)[count:] == images[-1]).all()


@given(st.lists(st.tuples(st.text(max_size=5), st.floats(-1, 1e6)), max_size=60))
def test_shares_are_at_most_all(times: list[tuple[str, float]]) -> None:
    layers = longest(times)
    assert len(layers) <= 20
    assert sum(layer.share for layer in layers) <= 1 + 1e-9
    assert list(layers) == sorted(layers, key=lambda layer: -layer.milliseconds)


def test_shares_are_of_all_and_not_of_those_shown() -> None:
    layers = longest([(f"layer {number}", 1.0) for number in range(40)])
    assert sum(layer.share for layer in layers) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("shape", "fixed"), [((2, 3, 32, 64), True), (("n", 3, 32, 64), False), ((2, 3, -1, -1), False)]
)
def test_shapes_that_fit(shape: Sequence[object], fixed: bool) -> None:
    assert fixed_shape(SPEC, shape, "m.onnx") is fixed


def test_shapes_of_no_batch() -> None:
    with pytest.raises(EngineError, match="takes arrays of 3 dimensions, and batches of images have 4"):
        fixed_shape(SPEC, (3, 32, 64), "m.onnx")


def test_an_engine_that_is_not_there() -> None:
    with pytest.raises(EngineError, match="no engine “abacus”"):
        engine_class("abacus")


def test_kernels_are_counted() -> None:
    names = ["QLinearConv", "Conv", "FusedConv", "Relu", "MatMulInteger", "QuantizeLinear", "Gemm"]
    assert counted(names) == (2, 5)
    assert proof_of(2, 5, 7, "X").sentence.startswith("2 of 5 layers")
    assert proof_of(0, 5, 0, "X").sentence.startswith("None of 5")
    assert "nothing to compute" in proof_of(0, 0, None, "X").sentence


def test_a_pair_is_a_quantizer_whose_output_is_read_back() -> None:
    def node(kind: str, given: str, found: str) -> SimpleNamespace:
        return SimpleNamespace(op_type=kind, input=[given, "scale"], output=[found])

    nodes = [
        node("QuantizeLinear", "x", "q"),
        node("DequantizeLinear", "q", "d"),
        node("DequantizeLinear", "weights", "w"),
        node("QuantizeLinear", "y", "never read"),
    ]
    assert pairs_of(nodes) == 1


def test_warm_up_calls_do_not_count_in_a_profile() -> None:
    def call(dur: int) -> dict[str, object]:
        return {"cat": "Node", "name": "a_kernel_time", "dur": dur, "args": {"op_name": "Conv"}}

    events: list[dict[str, object]] = [
        *map(call, (9_000_000, 9_000_000, 9_000_000, 1000, 3000)),
        {"cat": "Session", "name": "run"},
    ]
    assert node_times(events, 2) == [("Conv a", 2.0)]


OPSET = (
    "[ONNXRuntimeError] : 1 : FAIL : Load model from /x/m.onnx failed:/src/a.h:46 void f(int, bool) ONNX "
    "Runtime only *guarantees* support for models stamped with official released onnx opset versions. Opset "
    "27 is under development and support for this is limited. Current official support for domain ai.onnx is "
    "till opset 26."
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OPSET, "needs opset 27, and this ONNX Runtime knows opsets up to 26"),
        ("x Unsupported model IR version: 99, max supported IR version: 13\n", "IR version 99"),
        (
            "Could not find an implementation for ConvInteger(10) node",
            "no kernel for ConvInteger of opset 10",
        ),
        ("Error No Op registered for Frob with domain_version of 17", "does not know Frob"),
        ("Error No opset import for domain 'com.acme'", "does not know com.acme"),
        ("7 : INVALID_PROTOBUF : Load model failed", "not a model that can be read"),
        (
            "[ONNXRuntimeError] : 1 : FAIL : Load model from /a/b.onnx failed:/c/d.cc:25 f(int) It broke.\n",
            ": It broke.",
        ),
    ],
)
def test_what_onnxruntime_says(text: str, words: str) -> None:
    message = onnxruntime_error(text, "m.onnx").message
    assert words in message and "/" not in message and message.isprintable()


def test_what_openvino_says() -> None:
    told = "Check failed at a.cpp:1\nSummary:\n-- No conversion rule found for operations: Frob-17\n-- x\n"
    assert "does not know Frob-17" in openvino_error(told, "m.onnx").message
    assert "not a model" in openvino_error("a.cpp:1:\nUnable to read the model: x", "m").message
    assert openvino_error("a.cpp:1\n\nIt broke.\n\n", "m").message == "OpenVINO cannot load m: It broke."


def test_threads_and_silence_are_in_the_environment() -> None:
    made = host_environment({"PYTHONPATH": "here", "X": "y"}, SPEC, Path("/work"))
    assert made["OMP_NUM_THREADS"] == made["MKL_NUM_THREADS"] == "3"
    assert made["CUDA_VISIBLE_DEVICES"] == "" and made["YOLO_OFFLINE"] == "1" and made["X"] == "y"
    assert all(Path(entry).is_absolute() for entry in made["PYTHONPATH"].split(":"))
    on_gpu = EngineSpec(engine="torch", precision="fp32", file="f", image_size=(32, 32), device="0")
    assert "CUDA_VISIBLE_DEVICES" not in host_environment({}, on_gpu, Path("/work"))


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_what_is_not_installed_is_named(variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(availability, "_is_installed", lambda name: False)
    reason = availability.missing(variant, "cpu")
    assert reason.endswith(".") and reason.count(". ") == 0
    if variant.engine != "tensorrt" and variant.making != "graphs":
        assert variant.engine in reason and "pip install" in reason


def test_what_needs_a_gpu_or_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(availability, "_is_installed", lambda name: True)
    monkeypatch.setattr(availability, "gpus", list)
    monkeypatch.setattr("shutil.which", lambda name: None)
    told = {variant.name: availability.missing(variant, "cpu") for variant in VARIANTS}
    assert told["torch-fp16-graphs"] == "CUDA graphs need a GPU."
    assert "NVIDIA GPU" in told["tensorrt-int8"]
    assert "C++ compiler" in told["torch-fp32-compile"]
    assert told["torch-fp32"] == told["openvino-int8"] == told["onnxruntime-int8"] == ""
    assert "none on this computer" in availability.missing(Variant("torch", "fp16"), "0")


def test_a_gpu_makes_room_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(availability, "_is_installed", lambda name: True)
    monkeypatch.setattr(availability, "gpus", lambda: ["one"])
    monkeypatch.setattr(availability, "why_no_compiler", lambda: "")
    assert {availability.missing(variant, "0") for variant in VARIANTS} == {""}


@pytest.mark.parametrize(
    ("wanted", "visible", "there", "found"),
    [("auto", None, ["one"], "0"), ("auto", "", ["one"], "cpu"), ("auto", None, [], "cpu"),
     ("cpu", None, ["one"], "cpu"), ("0", "GPU-1", ["one"], "0")],
)  # fmt: skip
def test_a_gpu_is_taken_where_the_run_was_given_one(
    monkeypatch: pytest.MonkeyPatch, wanted: str, visible: str | None, there: list[str], found: str
) -> None:
    monkeypatch.setattr(availability, "gpus", lambda: there)
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert availability.device_for(wanted) == found


def test_a_gpu_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(availability, "gpus", list)
    with pytest.raises(UsageError, match="none on this computer"):
        availability.device_for("0")


def test_looking_loads_nothing_heavy() -> None:
    import subprocess

    code = (
        "import sys; from r2p_tui.runs.engines.availability import missing\n"
        "from r2p_tui.domain.variants import VARIANTS\n"
        "[missing(v, 'cpu') for v in VARIANTS]\n"
        "assert not {'torch', 'onnxruntime', 'openvino', 'nncf', 'tensorrt', 'onnx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_instructions_in_words() -> None:
    words = surroundings.instruction_words(["sse", "avx512_vnni", "avx512f"])
    assert words == ["AVX-512", "AVX-512 VNNI"]


def test_this_machine() -> None:
    assert surroundings.physical_cores() >= 1
    assert f"{surroundings.physical_cores()} core" in surroundings.hardware()
    assert surroundings.hardware().isprintable()
    assert {"python", "numpy"} <= surroundings.versions().keys()


def test_threads_of_a_core_and_shares_of_a_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        folder = tmp_path / f"cpu{number}/topology"
        folder.mkdir(parents=True)
        (folder / "physical_package_id").write_text("0\n")
        (folder / "core_id").write_text(f"{number // 2}\n")
    monkeypatch.setattr(surroundings, "_CPUS", tmp_path)
    monkeypatch.setattr(surroundings, "_QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(8)), raising=False)
    assert surroundings.physical_cores() == 4
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    assert surroundings.physical_cores() == 2
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert surroundings.physical_cores() == 4


def test_layers_survive_json() -> None:
    assert json.loads(json.dumps([layer.name for layer in longest([("a\x1b", 1.0)])])) == ["a�"]

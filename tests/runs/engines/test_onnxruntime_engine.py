"""ONNX Runtime with tiny models made here; skipped where onnx and ONNX Runtime are not installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from r2p_tui.runs.engines.client import EngineError, EngineHost
from r2p_tui.runs.engines.spec import EngineSpec

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

SIZE = (8, 12)
IMAGES = np.random.default_rng(2).random((5, 3, *SIZE), dtype=np.float32)


def model(
    file: Path,
    shape: Sequence[int | str | None] = (1, 3, *SIZE),
    *,
    opset: int = 17,
    kind: int = 1,
    op: str = "Conv",
) -> Path:
    """A convolution with all weights 1, and the sum over everything that it gives."""
    helper, numbers = onnx.helper, np.float32 if kind == 1 else np.float16
    weights = onnx.numpy_helper.from_array(np.ones((2, 3, 1, 1), dtype=numbers), "w")
    nodes = [
        helper.make_node(op, ["images", "w"], ["c"], name="first"),
        helper.make_node("ReduceSum", ["c"], ["sums"], keepdims=1, name="second"),
    ]
    given = helper.make_tensor_value_info("images", kind, list(shape))
    found = helper.make_tensor_value_info("sums", kind, None)
    graph = helper.make_graph(nodes, "tiny", [given], [found], [weights])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    file.write_bytes(made.SerializeToString())
    return file


def host(folder: Path, file: Path, **named: Any) -> EngineHost:
    settings: dict[str, Any] = {"engine": "onnxruntime", "precision": "fp32", "image_size": SIZE} | named
    return EngineHost(EngineSpec(file=str(file), **settings), folder / "work")


def refused(folder: Path, file: Path, **named: Any) -> str:
    with host(folder, file, **named) as one, pytest.raises(EngineError) as caught:
        one.start()
    return caught.value.message


def test_it_computes_and_is_measured(tmp_path: Path) -> None:
    with host(tmp_path, model(tmp_path / "tiny.onnx")) as one:
        loaded = one.start()
        (sums,) = one.infer(IMAGES[:1])
        took = one.single_stream(IMAGES, 4)
        layers = one.profile(IMAGES, 3)
    assert loaded.inputs == {"images": (1, 3, *SIZE)} and loaded.device == "CPU"
    assert loaded.proof is None and loaded.notes == ()
    assert float(sums.item()) == pytest.approx(2 * IMAGES[:1].sum(), rel=1e-4)
    assert len(took) == 4
    assert sum(layer.share for layer in layers) <= 1 + 1e-9
    assert any("second" in layer.name for layer in layers)


def test_half_precision_inputs_are_cast(tmp_path: Path) -> None:
    with host(tmp_path, model(tmp_path / "half.onnx", kind=10)) as one:
        one.start()
        (sums,) = one.infer(IMAGES[:1])
    assert sums.dtype == np.float32
    assert float(sums.item()) == pytest.approx(2 * IMAGES[:1].sum(), rel=0.01)


def test_open_sizes_are_fixed_and_told(tmp_path: Path) -> None:
    file = model(tmp_path / "open.onnx", ("batch", 3, "height", "width"))
    with host(tmp_path, file, batch=2) as one:
        loaded = one.start()
    assert loaded.notes == ("Its sizes were open; they were fixed to 2 x 3 x 8 x 12.",)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((1, 3, 8, 8), "images of 8 x 8, not of 8 x 12"),
        ((4, 3, 8, 12), "batches of 4, not of 1"),
        ((1, 1, 8, 12), "1 colour channels, not of 3"),
        ((1, 3, "side", "side"), "two sizes to be the same that are not: side"),
        ((1, 3, None, None), "open sizes without a name"),
    ],
)
def test_shapes_that_do_not_fit(tmp_path: Path, shape: tuple[int | str | None, ...], words: str) -> None:
    assert words in refused(tmp_path, model(tmp_path / "odd.onnx", shape))


def test_an_opset_from_the_future(tmp_path: Path) -> None:
    assert "needs opset 99" in refused(tmp_path, model(tmp_path / "new.onnx", opset=99))


def test_an_operator_that_nobody_knows(tmp_path: Path) -> None:
    assert "does not know Frobnicate" in refused(tmp_path, model(tmp_path / "strange.onnx", op="Frobnicate"))


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x08\x09\x12"])
def test_files_of_another_kind(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "no\x1b[31mmodel.onnx"
    file.write_bytes(content)
    message = refused(tmp_path, file)
    assert "not a model that can be read" in message and message.isprintable()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path, tmp_path / "gone.onnx") == "The model gone.onnx is not there."


def test_integers_are_proved_and_a_float_model_is_found_out(tmp_path: Path) -> None:
    """What is called INT8 and holds no integers is told as such."""
    quantization: Any = pytest.importorskip("onnxruntime.quantization")
    plain = model(tmp_path / "tiny.onnx")

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._images = iter(IMAGES)

        def get_next(self) -> Any:
            image = next(self._images, None)
            return None if image is None else {"images": image[None]}

    quantization.quantize_static(str(plain), str(tmp_path / "int8.onnx"), Reader())
    with host(tmp_path, tmp_path / "int8.onnx", precision="int8") as one:
        proof = one.start().proof
    assert proof is not None and (proof.integer_layers, proof.layers) == (1, 1)
    assert proof.qdq_pairs is not None and proof.qdq_pairs >= 1
    with host(tmp_path, plain, precision="int8") as one:
        none = one.start().proof
    assert none is not None and (none.qdq_pairs, none.integer_layers, none.layers) == (0, 0, 1)
    assert none.sentence.startswith("None of 1 layers")

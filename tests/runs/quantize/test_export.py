"""What may be quantized: weights of a detector, and nothing else, in one sentence each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from r2p_tui.domain.quantization import check_settings
from r2p_tui.errors import NotFoundError, R2PError, UsageError

pytest.importorskip("torch")
ultralytics = pytest.importorskip("ultralytics")

from r2p_tui.runs.quantize.export import (  # noqa: E402
    export_onnx,
    open_source,
    size_of,
)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("weights") / "small.pt", "yolov8n.yaml")


def saved(path: Path, model: str) -> Path:
    made: Any = ultralytics.YOLO(model)
    made.save(str(path))
    return path


def opened(folder: Path, model: Path | str, **more: Any) -> Any:
    settings = check_settings({"model": str(model), "data": "data.yaml", **more})
    return open_source(settings, folder, folder / "work", folder / "variants")


def test_a_detector_is_copied_and_exported_with_fixed_sizes(weights: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    source = opened(tmp_path, weights, imgsz=64)
    assert source.weights == tmp_path / "variants" / "model.pt"
    assert source.weights.read_bytes() == weights.read_bytes()
    assert (source.head, source.size, len(source.names)) == ("yolo", (64, 64), 80)
    made = export_onnx(source, tmp_path / "variants" / "model.onnx")
    shape = onnx.load(str(made)).graph.input[0].type.tensor_type.shape
    assert [one.dim_value for one in shape.dim] == [1, 3, 64, 64]
    assert [path.name for path in weights.parent.iterdir()] == ["small.pt"]


@pytest.mark.parametrize("name", ["best.onnx", "best.xml", "best.engine"])
def test_an_exported_model_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UsageError, match="is an exported model") as caught:
        opened(tmp_path, name)
    assert "r2p bench" in caught.value.hint


def test_other_tasks_are_refused(tmp_path: Path) -> None:
    segmenting = saved(tmp_path / "seg.pt", "yolov8n-seg.yaml")
    with pytest.raises(UsageError, match=r"seg\.pt is a model for “segment”"):
        opened(tmp_path, segmenting)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"\x80\x02}q\x00."])
def test_what_is_no_file_of_weights_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.pt").write_bytes(content)
    with pytest.raises(UsageError, match=r"bad\.pt is not a file of weights"):
        opened(tmp_path, "bad.pt")


def test_a_model_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no weights"):
        opened(tmp_path, "yolov8n.yaml")
    with pytest.raises(NotFoundError):
        opened(tmp_path, "nowhere.pt")


def test_a_size_that_the_stride_does_not_divide_is_refused(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="sizes that 32 divides, which 100 is not") as caught:
        opened(tmp_path, weights, imgsz=100)
    assert "imgsz=96" in caught.value.hint


def test_the_size_of_a_pair_of_files_is_that_of_both(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"12")
    (tmp_path / "a.bin").write_bytes(b"12345")
    assert size_of(tmp_path / "a.xml") == 7
    assert size_of(tmp_path / "a.bin") == 5


def test_errors_are_one_sentence(tmp_path: Path) -> None:
    for name in ("best.onnx", "nowhere.pt", "yolov8n.yaml"):
        with pytest.raises(R2PError) as caught:
            opened(tmp_path, name)
        assert caught.value.message.count("\n") == 0

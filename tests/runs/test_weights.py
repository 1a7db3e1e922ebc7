"""Models: known names, model yamls without code, files of weights that are looked at before they are read."""

from __future__ import annotations

import hashlib
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.errors import NotFoundError, R2PError, UsageError
from r2p_tui.runs.weights import known_models, needs_fetch, resolve_model

pytest.importorskip("ultralytics")

MODEL_YAML = """
nc: 2
scales:
  n: [0.33, 0.25, 1024]
backbone:
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, nn.Upsample, [None, 2, "nearest"]]
head:
  - [[0, 1], 1, Detect, [nc]]
"""


class Hostile:
    """Makes a folder when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = str(canary)

    def __reduce__(self) -> Any:
        return os.mkdir, (self.canary,)


def torch_file(path: Path, pickled: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
        archive.writestr("archive/version", "3\n")
        archive.writestr("archive/byteorder", "little")
    return path


def resolved(model: str, folder: Path, **more: Any) -> str:
    return resolve_model({"model": model, **more}, folder, folder / "work").source


def refused(model: str, folder: Path, kind: type[R2PError] = UsageError, **more: Any) -> R2PError:
    with pytest.raises(kind) as caught:
        resolved(model, folder, **more)
    assert "\n" not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    "name", ["yolov8n.yaml", "rtdetr-l.yaml", "yolo11s.yaml", "yolov8n-p2.yaml", "yolov10n.yaml"]
)
def test_known_names(name: str, tmp_path: Path) -> None:
    assert resolved(name, tmp_path) == name


def test_an_unknown_name_tells_the_nearest(tmp_path: Path) -> None:
    error = refused("yolov8nn.yaml", tmp_path)
    assert (error.message, error.hint) == (
        "There is no model “yolov8nn.yaml”.",
        "Did you mean “yolov8n.yaml”?",
    )
    assert "There is no model" in refused("folder/other.yaml", tmp_path, NotFoundError).message
    assert refused("yolov8n", tmp_path).hint == "Train from the start: yolov8n.yaml; from weights: yolov8n.pt"
    assert "no detector of boxes" in refused("yolov8n-seg.yaml", tmp_path).message
    assert not any("-seg" in name or "-cls" in name for name in known_models())


def test_a_model_yaml_is_copied_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "mine8n.yaml").write_text(MODEL_YAML)
    assert resolved("mine8n.yaml", tmp_path) == str(tmp_path / "work/model/mine8n.yaml")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("activation: __import__('os').mkdir('CANARY')\n", "which ultralytics runs as code"),
        ("activation: nn.ReLU()\n", "which ultralytics runs as code"),
        ("note: !!python/object/apply:os.mkdir [CANARY]\n", "is not a YAML file"),
        ("exec: 1\n", "has an entry “exec”"),
        ("head:\n  - [-1, 1, \"__import__('os')\", []]\n", "is no [from, number"),
        (
            "head:\n  - [-1, 1, Conv, [\"__import__('os').mkdir('CANARY')\"]]\n",
            "argument that is not a value",
        ),
        ("head: 7\n", "is not a list of layers"),
    ],
)
def test_a_model_yaml_with_code_is_refused(change: str, words: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    (tmp_path / "evil.yaml").write_text(MODEL_YAML + change.replace("CANARY", str(canary)))
    assert words in refused("evil.yaml", tmp_path).message
    assert not canary.exists()


def test_the_default_activation_may_be_written_out(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MODEL_YAML + "activation: nn.SiLU()\n")
    resolved("mine.yaml", tmp_path)


@pytest.mark.parametrize("protocol", [0, 1, 2, 4, 5])
def test_a_hostile_pickle_is_refused_by_name(protocol: int, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    torch_file(tmp_path / "evil.pt", pickle.dumps({"model": Hostile(canary)}, protocol))
    assert "posix.mkdir" in refused("evil.pt", tmp_path).message
    assert not canary.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not a file of weights"),
        (b"PK\x03\x04 and then nothing", "is not a file of weights"),
        (b"<html>not found</html>", "is not a file of weights"),
        (pickle.dumps({"a": 1}), "is not a file of weights"),
    ],
)
def test_what_is_no_file_of_weights(data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(data)
    assert words in refused("a.pt", tmp_path).message


def test_archives_that_are_not_of_weights(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.pt", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "not one of weights" in refused("a.pt", tmp_path).message
    with zipfile.ZipFile(tmp_path / "b.pt", "w") as archive:
        archive.writestr("b/data.pkl", pickle.dumps({}))
        archive.writestr("b/code/model.py", "")
    assert "TorchScript" in refused("b.pt", tmp_path).message
    torch_file(tmp_path / "c.pt", b"\x80\x04 no pickle at all")
    assert "damaged" in refused("c.pt", tmp_path).message


def test_weights_that_are_not_here_need_a_download(tmp_path: Path) -> None:
    for model in ("yolov8n.pt", "hf:owner/models/best.pt"):
        assert needs_fetch({"model": model}, tmp_path)
        error = refused(model, tmp_path, NotFoundError)
        assert error.message == f"The weights {model} are not here."
        assert "--download" in error.hint
    assert not needs_fetch({"model": "yolov8n.yaml"}, tmp_path)
    assert not needs_fetch({"model": "yolov8n.pt", "weights_file": "/x.pt"}, tmp_path)


def test_the_hash_is_kept_and_compared(tmp_path: Path) -> None:
    path = torch_file(tmp_path / "a.pt", pickle.dumps({}))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert resolve_model({"model": "a.pt", "weights_sha256": digest}, tmp_path, tmp_path).sha256 == digest
    assert "is not the file that was asked for" in refused("a.pt", tmp_path, weights_sha256="0" * 64).message
    assert "no hash to compare" in refused("yolov8n.yaml", tmp_path, weights_sha256="0" * 64).message
    assert not needs_fetch({"model": "a.pt"}, tmp_path)

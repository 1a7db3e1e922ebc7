"""From weights to files that other engines read: ONNX by ultralytics, and OpenVINO from the ONNX.

Ultralytics exports with opset 17, which holds all that YOLO and RT-DETR need (GridSample asks for 16), with
fixed sizes and without suppression of boxes, and is not asked to simplify: it would install onnxslim, and the
engines simplify what they load by themselves.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from r2p_tui.errors import UsageError
from r2p_tui.runs.engines.detection import Head, head_of
from r2p_tui.runs.weights import check_weights, resolve_model
from r2p_tui.text import clean_line

OPSET = 17
_DEFAULT_SIZE = 640
_CHANNELS = 3


@dataclass(frozen=True)
class Source:
    """A detector that was opened: a copy of its weights in the run's folder, and what they say of themselves.

    `size` is (height, width); `loaded` is the model as ultralytics has it.
    """

    weights: Path
    sha256: str
    names: tuple[str, ...]
    head: Head
    size: tuple[int, int]
    loaded: Any
    notes: tuple[str, ...] = field(default=())


def open_source(settings: Mapping[str, Any], base: Path, work: Path, folder: Path) -> Source:
    """The weights that checked settings name, copied to `folder`; raises R2PError for all but a detector."""
    name = str(settings["model"])
    _refuse_other_kinds(name)
    model = resolve_model(settings, base, work)
    if not model.sha256:
        raise UsageError(
            f"{clean_line(Path(name).name)} has no weights; quantizing needs a trained model.",
            "Name a file of weights, such as best.pt.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / "model.pt"
    shutil.copyfile(model.source, weights)
    check_weights(weights)
    opened = _opened(weights, Path(model.source).name)
    side = int(settings.get("imgsz") or _trained_size(opened))
    _check_stride(opened, side)
    notes = []
    if _holds_training(opened):
        notes.append(
            "Its .pt also holds the state of its training, so its size is not that of the model alone."
        )
    names = opened.names
    named = names.values() if isinstance(names, dict) else names
    return Source(
        weights,
        model.sha256,
        tuple(clean_line(str(one)) for one in named),
        head_of(opened),
        (side, side),
        opened,
        tuple(notes),
    )


def export_onnx(source: Source, target: Path) -> Path:
    """The model as ONNX with fixed sizes and a batch of one; raises UsageError where that cannot be."""
    try:
        made = source.loaded.export(
            format="onnx", imgsz=list(source.size), opset=OPSET, simplify=False, dynamic=False, batch=1,
            nms=False, device="cpu", verbose=False,
        )  # fmt: skip
    except Exception as error:
        first = clean_line(str(error).strip().split("\n", 1)[0])[:160]
        raise UsageError(f"The model cannot be exported to ONNX: {first or type(error).__name__}.") from error
    if Path(made) != target:
        Path(made).replace(target)
    return target


def export_openvino(onnx_file: Path, target: Path) -> Path:
    """The ONNX as OpenVINO's own pair of files in fp32."""
    openvino = quiet_openvino()
    openvino.save_model(openvino.convert_model(str(onnx_file)), str(target), compress_to_fp16=False)
    return target


def quiet_openvino() -> Any:
    """OpenVINO without its telemetry, for which it has a stand-in where that is not installed."""
    import sys

    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    return import_module("openvino")


def size_of(file: Path) -> int:
    """Bytes of a model, with the weights that lie beside an .xml."""
    beside = file.with_suffix(".bin")
    return file.stat().st_size + (beside.stat().st_size if file.suffix == ".xml" and beside.exists() else 0)


def _refuse_other_kinds(name: str) -> None:
    suffix = Path(name).suffix.lower()
    shown = clean_line(Path(name).name)
    if suffix in (".onnx", ".xml", ".engine", ".torchscript", ".tflite"):
        raise UsageError(
            f"{shown} is an exported model; variants are made from the weights it came from.",
            "Name its .pt, or measure it as it is with: r2p bench MODEL",
        )


def _opened(weights: Path, shown: str) -> Any:
    name = clean_line(shown)
    try:
        opened = import_module("ultralytics").YOLO(str(weights))
    except TypeError as error:
        raise UsageError(
            f"{name} is not a file of weights that ultralytics can read without running code in it.",
            "Take weights of this version of ultralytics.",
        ) from error
    if opened.task != "detect":
        raise UsageError(
            f"{name} is a model for “{clean_line(str(opened.task))}”; r2p quantizes detectors of boxes."
        )
    described = getattr(opened.model, "yaml", None) or {}
    channels = int(described.get("channels", described.get("ch", _CHANNELS)) or _CHANNELS)
    if channels != _CHANNELS:
        raise UsageError(f"{name} takes images of {channels} colour channels, not of {_CHANNELS}.")
    return opened


def _trained_size(opened: Any) -> int:
    told = (getattr(opened, "overrides", None) or {}).get("imgsz") or getattr(
        getattr(opened.model, "args", None), "imgsz", None
    )
    arguments = getattr(opened.model, "args", None)
    if told is None and isinstance(arguments, dict):
        told = arguments.get("imgsz")
    return int(told) if isinstance(told, int | float) else _DEFAULT_SIZE


def _check_stride(opened: Any, side: int) -> None:
    stride = int(max(opened.model.stride))
    if side % stride:
        nearest = max(round(side / stride), 1) * stride
        raise UsageError(
            f"This model takes sizes that {stride} divides, which {side} is not.", f"Take imgsz={nearest}."
        )


def _holds_training(opened: Any) -> bool:
    return bool((getattr(opened, "ckpt", None) or {}).get("optimizer"))

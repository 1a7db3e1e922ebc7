"""What a model file says of itself: its classes, its image size, its batch, its head."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from r2p_tui.errors import DocumentError, NotFoundError, UsageError
from r2p_tui.runs.engines.detection import Head
from r2p_tui.text import clean_line

DEFAULT_SIZE = 640
_LARGEST_XML = 256 * 2**20
_MOST_CLASSES = 2**15


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """None and empty where the file does not tell; `described` is what its exporter wrote into it."""

    names: tuple[str, ...] = ()
    image_size: tuple[int, int] | None = None
    batch: int | None = None
    head: Head | None = None
    described: Mapping[str, str] = field(default_factory=dict)


def read_facts(file: Path) -> ModelFacts:
    """What a .pt, .onnx, .xml or .engine says; raises R2PError for a file that is no such model."""
    if not file.is_file():
        raise NotFoundError(f"There is no model {clean_line(str(file))}.")
    readers = {".pt": _of_weights, ".onnx": _of_onnx, ".xml": _of_openvino}
    reader = readers.get(file.suffix.lower())
    return reader(file) if reader else ModelFacts()


def size_of(settings: Mapping[str, Any], facts: ModelFacts) -> tuple[int, int]:
    """The image size (height, width) to measure with: the one that was named, else the model's own."""
    if "imgsz" in settings:
        side = int(settings["imgsz"])
        return side, side
    return facts.image_size or (DEFAULT_SIZE, DEFAULT_SIZE)


def _of_weights(file: Path) -> ModelFacts:
    from r2p_tui.runs.engines.detection import head_of
    from r2p_tui.runs.weights import check_weights

    check_weights(file)
    try:
        opened: Any = import_module("ultralytics").YOLO(str(file))
    except (TypeError, RuntimeError, ValueError, KeyError, AttributeError) as error:
        raise UsageError(f"{clean_line(file.name)} holds no model that ultralytics can open.") from error
    arguments = getattr(opened.model, "args", None)
    told = arguments.get("imgsz") if isinstance(arguments, dict) else None
    return ModelFacts(_names(getattr(opened, "names", None)), _size(told), None, head_of(opened))


def _of_onnx(file: Path) -> ModelFacts:
    onnx: Any = import_module("onnx")
    try:
        model = onnx.load(str(file), load_external_data=False)
        graph = model.graph
        constants = {one.name for one in graph.initializer}
        given = [one for one in graph.input if one.name not in constants]
        shape = [one.dim_value or -1 for one in given[0].type.tensor_type.shape.dim] if given else []
    except Exception as error:
        # Protobuf answers a damaged file with errors of every kind.
        raise DocumentError(
            f"{clean_line(file.name)} is not an ONNX model, or it is damaged.", "Export it again."
        ) from error
    return _of_shape(shape, {one.key: str(one.value) for one in model.metadata_props})


def _of_openvino(file: Path) -> ModelFacts:
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    name = clean_line(file.name)
    if not file.with_suffix(".bin").is_file():
        raise NotFoundError(f"{name} has no weights beside it: {clean_line(file.stem)}.bin is missing.")
    if file.stat().st_size > _LARGEST_XML:
        raise DocumentError(f"{name} is far too large for the description of a model.")
    try:
        root = ElementTree.parse(file).getroot()
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise DocumentError(f"{name} is not a model of OpenVINO.") from error
    if root is None or root.tag != "net":
        raise DocumentError(f"{name} is not a model of OpenVINO.")
    inputs = [layer for layer in root.iter("layer") if layer.get("type") == "Parameter"]
    data = inputs[0].find("data") if inputs else None
    shape = (data.get("shape") or "").split(",") if data is not None else []
    # NNCF tells there which layers it left out, under the very word for classes.
    parts = [part for part in root.findall("rt_info/*") if part.tag != "nncf"]
    told = {one.tag: str(one.get("value")) for part in parts for one in part.iter() if one.get("value")}
    return _of_shape([int(one) if one.strip().isdecimal() else -1 for one in shape], told | _beside(file))


def _beside(file: Path) -> dict[str, str]:
    """The description that ultralytics lays beside an OpenVINO model."""
    import yaml

    try:
        told = yaml.safe_load((file.parent / "metadata.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}


def _of_shape(shape: Sequence[int], described: Mapping[str, str]) -> ModelFacts:
    whole = len(shape) == 4
    fixed = (shape[2], shape[3]) if whole and shape[2] > 0 and shape[3] > 0 else None
    batch = shape[0] if whole and shape[0] > 0 else None
    told = {key: clean_line(value) for key, value in described.items()}
    return ModelFacts(
        _names(_literal(described.get("names"))),
        fixed or _size(_literal(told.get("imgsz"))),
        batch,
        None,
        told,
    )


def _names(told: object) -> tuple[str, ...]:
    """Names of classes in the order of their numbers, of a list or of a mapping."""
    if isinstance(told, dict):
        numbers = sorted(number for number in told if isinstance(number, int))
        if numbers != list(range(len(told))):
            return ()
        told = [told[number] for number in numbers]
    if not isinstance(told, list | tuple) or len(told) > _MOST_CLASSES:
        return ()
    return tuple(clean_line(str(name)) for name in told)


def _size(told: object) -> tuple[int, int] | None:
    sides = list(told) if isinstance(told, list | tuple) else [told, told]
    whole = [side for side in sides if isinstance(side, int) and 32 <= side <= 8192]
    return (whole[0], whole[1]) if len(sides) == len(whole) == 2 else None


def _literal(text: str | None) -> object:
    """A value in Python's spelling, as ultralytics writes it; read without running it."""
    try:
        value: object = ast.literal_eval(text) if text else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value

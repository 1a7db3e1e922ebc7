"""What a detector's outputs mean: boxes, scores and classes, by the kind of its head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from r2p_tui.errors import UsageError
from r2p_tui.runs.engines.detection_images import Head
from r2p_tui.text import clean_line, shorten

Floats = NDArray[np.float32]
VALIDATION_SCORE, PREDICTION_SCORE = 0.001, 0.25
OVERLAP = 0.7
MOST = 300
_HEADS: Mapping[str, Head] = {"Detect": "yolo", "v10Detect": "end2end", "RTDETRDecoder": "rtdetr"}


class Found(NamedTuple):
    """Detections of one image: left, top, right, bottom in its pixels (not cut at its border)."""

    boxes: Floats
    scores: Floats
    classes: NDArray[np.int16]


def head_of(model: Any) -> Head:
    """The head of a model that ultralytics opened; raises UsageError for one that is no detector."""
    inner = getattr(model, "model", model)
    layers = getattr(inner, "model", inner)
    last = layers[-1] if hasattr(layers, "__getitem__") else layers
    name = type(last).__name__
    if name not in _HEADS:
        raise UsageError(f"The model ends in {clean_line(name)[:60]}, which is not the head of a detector.")
    if name == "Detect" and getattr(last, "end2end", False):
        return "end2end"
    return _HEADS[name]


def head_of_outputs(
    shapes: Sequence[tuple[int, ...]], classes: int, described: Mapping[str, str] | None = None
) -> Head:
    """The head of an exported model, from the shapes of its outputs and what ultralytics wrote into it.

    Raises UsageError where no output has detections of so many classes.
    """
    told = described or {}
    rows = [shape[1:] for shape in shapes if len(shape) == 3]
    if told.get("head") == "RTDETRDecoder" and any(row[-1] in (6, 4 + classes) for row in rows):
        return "rtdetr"
    if any(row[0] == 4 + classes and row[1] not in (6, 4 + classes) for row in rows):
        return "yolo"
    if any(row[1] == 6 for row in rows):
        return "rtdetr" if "detr" in told.get("description", "").lower() else "end2end"
    if any(row[1] == 4 + classes for row in rows):
        return "rtdetr"
    raise _unfit(shapes, classes)


def postprocess(
    outputs: Sequence[NDArray[Any]],
    head: Head,
    classes: int,
    *,
    size: tuple[int, int],
    scale: tuple[float, float] = (1.0, 1.0),
    pad: tuple[int, int] = (0, 0),
    floor: float = VALIDATION_SCORE,
    overlap: float = OVERLAP,
    most: int = MOST,
    several: bool = True,
) -> Found:
    """The detections of one image from the model's outputs for it, each (1, ...); `size` is (height, width).

    The limits are those that ultralytics validates with. `several` lets one box have several classes, as
    validation does and prediction does not. Raises UsageError where the outputs fit no such head.
    """
    output = np.asarray(_fitting(outputs, head, classes), np.float32)
    if head == "yolo":
        rows = _suppressed(output, floor, overlap, most, several=several and classes > 1)
    else:
        rows = _listed(output[0], head, classes, size)
        rows = rows[rows[:, 4] > floor][:most]
    rows = rows[np.isfinite(rows).all(axis=1) & (rows[:, 5] >= 0) & (rows[:, 5] < classes)]
    shift, factor = np.array([*pad, *pad], np.float32), np.array([*scale, *scale], np.float32)
    return Found((rows[:, :4] - shift) / factor, rows[:, 4], rows[:, 5].astype(np.int16))


def _fitting(outputs: Sequence[NDArray[Any]], head: Head, classes: int) -> NDArray[Any]:
    """The first output that has the shape of such a head; models have others beside it."""
    for output in outputs:
        if output.ndim == 3 and len(output) == 1 and _fits(output.shape, head, classes):
            return output
    raise _unfit([output.shape for output in outputs], classes)


def _fits(shape: tuple[int, ...], head: Head, classes: int) -> bool:
    if head == "yolo":
        return shape[1] == 4 + classes
    return shape[2] == 6 or (head == "rtdetr" and shape[2] == 4 + classes)


def _suppressed(output: Floats, floor: float, overlap: float, most: int, *, several: bool) -> Floats:
    import torch
    import torchvision  # noqa: F401  (ultralytics takes its faster suppression where it is loaded)
    from ultralytics.utils.nms import non_max_suppression

    with torch.inference_mode():
        # A copy: the coordinates are changed in place.
        kept = non_max_suppression(
            torch.from_numpy(output.copy()), floor, overlap, multi_label=several, max_det=most
        )
    return cast(Floats, kept[0][:, :6].numpy())


def _listed(rows: Floats, head: Head, classes: int, size: tuple[int, int]) -> Floats:
    """What the model lists itself, as left, top, right, bottom (pixels of its input), score and class."""
    if head == "end2end":
        return _by_score(rows)
    if rows.shape[1] != 6 or (classes == 2 and (rows[:, 5] % 1).any()):
        rows = _best_pairs(rows, classes)
    height, width = size
    middle, half = rows[:, :2], rows[:, 2:4] / 2
    corners = np.hstack([middle - half, middle + half]) * np.array([width, height, width, height], np.float32)
    return _by_score(np.hstack([corners, rows[:, 4:6]]).astype(np.float32))


def _best_pairs(rows: Floats, classes: int) -> Floats:
    """Older exports score each class: the best pairs of box and class, as many as there are boxes."""
    scores = rows[:, 4:].ravel()
    best = np.argsort(-scores, kind="stable")[: len(rows)]
    made = np.hstack([rows[best // classes, :4], scores[best, None], (best % classes)[:, None]])
    return made.astype(np.float32)


def _by_score(rows: Floats) -> Floats:
    return rows[np.argsort(-rows[:, 4], kind="stable")]


def _unfit(shapes: Sequence[tuple[int, ...]], classes: int) -> UsageError:
    told = ", ".join("x".join(map(str, shape)) for shape in shapes) or "nothing"
    return UsageError(
        f"The model's outputs are {shorten(told, 120)}, which are no detections of {classes} classes.",
        "Export a detector that was trained on the classes of this data set.",
    )

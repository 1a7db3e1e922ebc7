"""Which detections found an object: what a detector's average precision is counted from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from r2p_tui.domain.boxes import iou_matrix

Integers = NDArray[np.integer]
IOU_THRESHOLDS: NDArray[np.float64] = 0.5 + 0.05 * np.arange(10, dtype=np.float64)
IOU_THRESHOLDS.flags.writeable = False
_BITS = (1 << np.arange(IOU_THRESHOLDS.size)).astype(np.uint16)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Detections:
    """What one variant found on one set of images, with no pixels and no boxes left in it.

    `image` int32[n], `class_id` int16[n], `score` float32[n] and `matched` uint16[n] are in step: bit k of
    `matched` is set where the detection is a true positive at an IoU of 0.50 + 0.05 k. `boxes`
    int32[images, classes] counts labelled objects. `images` names each image, each name once: by them two
    variants are paired. Raises ValueError where the arrays do not fit together.
    """

    image: NDArray[np.int32]
    class_id: NDArray[np.int16]
    score: NDArray[np.float32]
    matched: NDArray[np.uint16]
    boxes: NDArray[np.int32]
    names: tuple[str, ...]
    images: tuple[str, ...]

    def __post_init__(self) -> None:
        for name, kind in (
            ("image", np.int32), ("class_id", np.int16), ("score", np.float32), ("matched", np.uint16),
            ("boxes", np.int32),
        ):  # fmt: skip
            object.__setattr__(self, name, _as(getattr(self, name), kind, name))
        if fault := self._fault():
            raise ValueError(fault)

    def _fault(self) -> str:
        count = self.image.size
        if any(one.shape != (count,) for one in (self.image, self.class_id, self.score, self.matched)):
            return "not as many images, classes, scores and matches"
        if self.boxes.shape != (len(self.images), len(self.names)):
            return "boxes are not counted for each image and class"
        if len(set(self.images)) != len(self.images):
            return "an image is named twice"
        if count and _outside(self.image, len(self.images)):
            return "a detection on an image that is not there"
        if count and _outside(self.class_id, len(self.names)):
            return "a detection of a class that is not there"
        if not np.isfinite(self.score).all() or (self.boxes < 0).any() or (self.matched >> _BITS.size).any():
            return "a value that cannot be"
        return ""

    def restricted(self, places: Integers) -> Detections:
        """The images at these places, in their order, with what was found on them."""
        new_places = np.full(len(self.images), -1, np.int32)
        new_places[places] = np.arange(len(places), dtype=np.int32)
        kept = new_places[self.image] >= 0
        return Detections(
            image=new_places[self.image[kept]],
            class_id=self.class_id[kept],
            score=self.score[kept],
            matched=self.matched[kept],
            boxes=self.boxes[places],
            names=self.names,
            images=tuple(self.images[place] for place in places),
        )


def match(
    predicted: ArrayLike,
    scores: ArrayLike,
    classes: ArrayLike,
    true_boxes: ArrayLike,
    true_classes: ArrayLike,
) -> NDArray[np.uint16]:
    """For each detection of one image the IoU thresholds at which it is a true positive, as bits.

    Greedy, as COCO and ultralytics' validator do it: from the highest score down, each detection takes the
    object of its class that it covers best of those still free, at each threshold for itself. Boxes are
    left, top, right, bottom in any one unit.
    """
    scores_of, class_of = np.asarray(scores, np.float64), np.asarray(classes)
    found, objects = _rows_of_four(predicted), _rows_of_four(true_boxes)
    matched = np.zeros(len(found), np.uint16)
    if not len(found) or not len(objects):
        return matched
    iou = iou_matrix(found, objects) * (class_of[:, None] == np.asarray(true_classes)[None, :])
    free = np.ones((len(objects), IOU_THRESHOLDS.size), bool)
    for place in np.argsort(-scores_of, kind="stable"):
        if iou[place].max() < IOU_THRESHOLDS[0]:
            continue
        covered = np.where(free, iou[place][:, None], 0.0)
        best = covered.argmax(axis=0)
        hits = np.flatnonzero(covered.max(axis=0) >= IOU_THRESHOLDS)
        free[best[hits], hits] = False
        matched[place] = _BITS[hits].sum()
    return matched


def is_match(matched: NDArray[np.uint16], threshold: int) -> NDArray[np.bool_]:
    """Whether each detection is a true positive at the IoU threshold of that number, 0 for 0.50."""
    hits: NDArray[np.bool_] = (matched & _BITS[threshold]) != 0
    return hits


def _outside(places: Integers, count: int) -> bool:
    return bool(places.min() < 0 or places.max() >= count)


def _rows_of_four(boxes: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(boxes, np.float64).reshape(-1, 4)


def _as(values: ArrayLike, kind: type[np.generic], name: str) -> NDArray[np.generic]:
    """The values as that type, none of them changed by it beyond rounding."""
    given = np.asarray(values)
    made: NDArray[np.generic] = given.astype(kind, copy=False)
    if not np.issubdtype(kind, np.floating) and not np.array_equal(made, given):
        raise ValueError(f"“{name}” holds values that are no {np.dtype(kind).name}")
    return made

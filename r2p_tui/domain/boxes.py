"""Geometry of boxes: corners, intersection over union, sizes as a model sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.label_rows import LabelBox

Floats = NDArray[np.float64]


def corners(boxes: Sequence[LabelBox]) -> Floats:
    """One row a box: left, top, right, bottom, as shares of the image."""
    values = np.array([box[1:] for box in boxes], np.float64).reshape(-1, 4)
    half = values[:, 2:] / 2
    return np.hstack([values[:, :2] - half, values[:, :2] + half])


def iou_matrix(first: Floats, second: Floats) -> Floats:
    """Intersection over union of each box of `first` with each of `second`; 0 where both have no area."""
    overlap = np.minimum(first[:, None, 2:], second[None, :, 2:]) - np.maximum(
        first[:, None, :2], second[None, :, :2]
    )
    shared: Floats = np.clip(overlap, 0, None).prod(axis=2)
    union = _areas(first)[:, None] + _areas(second)[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def centres_covered(boxes: Floats) -> int:
    """How many boxes have their centre inside another box."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    after, before = centre[:, None] > boxes[None, :, :2], centre[:, None] < boxes[None, :, 2:]
    inside: NDArray[Any] = np.all(np.logical_and(after, before), axis=2)
    np.fill_diagonal(inside, False)
    return int(inside.any(axis=1).sum())


def pixel_sides(boxes: Sequence[LabelBox], width: int, height: int, image_size: int) -> Floats:
    """Width and height of each box in pixels, once the longer side of the image is `image_size`."""
    sides = np.array([box[3:] for box in boxes], np.float64).reshape(-1, 2)
    scaled: Floats = sides * np.array([width, height]) * (image_size / max(width, height, 1))
    return scaled


def same_boxes(first: Sequence[LabelBox], second: Sequence[LabelBox], iou: float = 0.5) -> bool:
    """Whether each box of either list has one of its class in the other, with at least that `iou`."""
    if not first or not second:
        return not first and not second
    agree = iou_matrix(corners(first), corners(second)) >= iou
    agree &= np.array([box[0] for box in first])[:, None] == np.array([box[0] for box in second])[None, :]
    return bool(agree.any(0).all() and agree.any(1).all())


def _areas(boxes: Floats) -> Floats:
    areas: Floats = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1)
    return areas

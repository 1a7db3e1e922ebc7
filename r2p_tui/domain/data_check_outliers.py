"""Findings on labels that are unlike all others of their class: size, shape or place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import exp
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.boxes import Floats
from r2p_tui.domain.data_check import DataSet, FileNote, Finding, LabelledImage
from r2p_tui.text import count_of

_ENOUGH = 20
# Robust z: 6 deviations do not happen by chance in any set of ordinary size.
_FAR = 6.0
_ALONE = 0.01


class _Feature(NamedTuple):
    """What is measured; a spread below `floor` counts as `floor`, so that equal boxes make no outliers."""

    name: str
    floor: float


_FEATURES = (_Feature("size", 0.10), _Feature("shape", 0.10), _Feature("x", 0.015), _Feature("y", 0.015))


class Outlier(NamedTuple):
    """A box and what is odd about it; `score` is its robust z."""

    path: str
    score: float
    note: str


def outlier_findings(data: DataSet) -> Iterator[Finding]:
    """Boxes far from their class by size, shape or place."""
    by_class: dict[int, list[tuple[LabelledImage, Sequence[float]]]] = defaultdict(list)
    for image in data.readable:
        for box in image.boxes:
            width, height = box.width * image.facts.width, box.height * image.facts.height
            if width > 0 and height > 0:
                measures = (np.log(width * height) / 2, np.log(width / height), box.x, box.y)
                by_class[box.class_id].append((image, measures))
    found = [
        outlier
        for class_id, boxes in sorted(by_class.items())
        if len(boxes) >= _ENOUGH
        for outlier in _outliers(data.name_of(class_id), boxes)
    ]
    yield _finding(found, sum(map(len, by_class.values())))


def robust_z(values: Floats, floor: float) -> Floats:
    """Distance from the median, in units of 1.4826 times the median absolute deviation or `floor`."""
    middle = np.median(values)
    spread = max(1.4826 * float(np.median(np.abs(values - middle))), floor)
    scores: Floats = (values - middle) / spread
    return scores


def is_alone(values: Floats, within: float) -> NDArray[np.bool_]:
    """Whether nearly no other value lies that near: a second usual place is no outlier."""
    ordered = np.sort(values)
    near = np.searchsorted(ordered, values + within, "right") - np.searchsorted(
        ordered, values - within, "left"
    )
    alone: NDArray[np.bool_] = near <= max(2, _ALONE * len(values))
    return alone


def _outliers(name: str, boxes: Sequence[tuple[LabelledImage, Sequence[float]]]) -> Iterator[Outlier]:
    values = np.array([measures for _, measures in boxes])
    scores = np.zeros_like(values)
    for column, feature in enumerate(_FEATURES):
        score = robust_z(values[:, column], feature.floor)
        scores[:, column] = np.where(is_alone(values[:, column], 2 * feature.floor), score, 0)
    middle = np.median(values, axis=0)
    for (image, measures), row in zip(boxes, scores, strict=True):
        worst = int(np.abs(row).argmax())
        if abs(row[worst]) >= _FAR:
            said = _said(_FEATURES[worst].name, measures[worst], middle[worst])
            yield Outlier(image.path, abs(float(row[worst])), f"{name} {said}")


def _said(feature: str, value: float, middle: float) -> str:
    more, less = {"size": ("large", "small"), "shape": ("wide", "narrow")}.get(feature, ("", ""))
    if more:
        return f"{exp(abs(value - middle)):.1f} times as {more if value > middle else less} as usual"
    return f"at {feature} = {value:.2f}, usually {middle:.2f}"


def _finding(found: Sequence[Outlier], total: int) -> Finding:
    if not found:
        said = "No label is unlike all others of its class in size, shape or place."
        return Finding("outliers", "outliers", "fine", said)
    ordered = sorted(found, key=lambda one: -one.score)
    return Finding(
        "outliers",
        "outliers",
        "look",
        f"{count_of(len(found), 'label')} of {total:,} {'is' if len(found) == 1 else 'are'}"
        f" unlike all others of"
        " the class in size, shape or place.",
        "Look at these first: labels that went wrong often look like this.",
        tuple(FileNote(one.path, f"{one.note} (z {one.score:.0f})") for one in ordered),
    )

"""Simulated detectors on simulated images."""

from __future__ import annotations

from typing import Any

import numpy as np

from r2p_tui.domain.detection_matching import Detections


def detections(
    images: int = 30,
    classes: int = 3,
    seed: int = 0,
    false: int = 6,
    *,
    ties: bool = False,
    skill: float = 0.8,
) -> Detections:
    """Objects found with that skill, at a chance IoU, among false alarms of mostly low score."""
    numbers = np.random.default_rng(seed)
    boxes = numbers.poisson(0.9, (images, classes))
    rows: list[tuple[Any, ...]] = []
    for image, class_id in zip(*np.nonzero(boxes), strict=True):
        for _ in range(boxes[image, class_id]):
            if numbers.random() < skill:
                reached = int(numbers.integers(0, 11))
                rows.append((image, class_id, numbers.beta(4, 2), (1 << reached) - 1))
    for image in range(images):
        rows += [
            (image, numbers.integers(classes), numbers.beta(1, 5), 0) for _ in range(numbers.poisson(false))
        ]
    return of_rows(rows, boxes, ties=ties)


def of_rows(rows: Any, boxes: Any, *, ties: bool = False) -> Detections:
    table = np.array(rows, np.float64).reshape(-1, 4)
    score = table[:, 2].astype(np.float32)
    return Detections(
        image=table[:, 0].astype(np.int32),
        class_id=table[:, 1].astype(np.int16),
        score=(np.round(score * 16) / 16 if ties else score).astype(np.float32),
        matched=table[:, 3].astype(np.uint16),
        boxes=np.asarray(boxes, np.int32),
        names=tuple(f"class {k}" for k in range(np.shape(boxes)[1])),
        images=tuple(f"image {k}" for k in range(len(boxes))),
    )


def pair(images: int, seed: int, shift: float = 0.0) -> tuple[Detections, Detections]:
    """One detector, and the same with scores and overlaps shaken and lowered by `shift`, as rounding does.

    Images differ in how hard they are, so that what one detector misses on an image the other misses too.
    """
    numbers = np.random.default_rng(seed)
    hard = numbers.normal(size=images)
    boxes = numbers.poisson(1.2, (images, 2))
    image, class_id = (np.repeat(side, boxes[boxes > 0]) for side in np.nonzero(boxes))
    quality = 1.0 - 0.5 * hard[image] + numbers.normal(size=image.size)
    alarms = np.repeat(np.arange(images), numbers.poisson(np.exp(0.7 + 0.3 * hard)))
    alarm_class, alarm = numbers.integers(0, 2, alarms.size), numbers.normal(-1.5, 0.8, alarms.size)
    sides = []
    for noise, less in ((0.0, 0.0), (0.25, shift)):
        seen = quality - less + noise * numbers.normal(size=quality.size)
        overlap = 1 / (1 + np.exp(-(seen + 1)))
        matched = (1 << np.clip(np.floor((overlap - 0.5) / 0.05) + 1, 0, 10).astype(int)) - 1
        scores = np.r_[seen, alarm + noise * numbers.normal(size=alarm.size)]
        rows = np.c_[
            np.r_[image, alarms], np.r_[class_id, alarm_class], 1 / (1 + np.exp(-scores)),
            np.r_[matched, np.zeros(alarms.size)],
        ]  # fmt: skip
        sides.append(of_rows(rows, boxes))
    return sides[0], sides[1]

"""What changed from one measured variant to another: accuracy over the same images, and latency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.detection_accuracy import (
    Resampled,
    average_precision,
    bootstrap,
    image_f1,
    mean_precision,
    paired,
    standard_error,
)
from r2p_tui.domain.detection_matching import Detections
from r2p_tui.domain.measurements import Change, ClassChange
from r2p_tui.domain.statistics import compare_paired, corrected
from r2p_tui.domain.statistics_planning import pairs_needed, planned_for
from r2p_tui.domain.statistics_resampling import t_interval_of
from r2p_tui.domain.statistics_tests import two_sided
from r2p_tui.domain.statistics_verdict import Judged, enough_equal, judged_change, too_few_change
from r2p_tui.domain.statistics_words import Scale
from r2p_tui.text import count_of, shorten

Floats = NDArray[np.float64]
POINTS = 100.0
_ROUNDING = 1e-12
_LEVEL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Single samples of one measured variant.

    `latency_ms` float64[n] and `rounds` int32[n] (the round in which each was taken) are in step.
    Raises ValueError where they are not, or hold what is no time.
    """

    latency_ms: NDArray[np.float64]
    rounds: NDArray[np.int32]
    detections: Detections | None = None

    def __post_init__(self) -> None:
        latency, rounds = np.asarray(self.latency_ms, np.float64), np.asarray(self.rounds)
        if latency.ndim != 1 or latency.shape != rounds.shape:
            raise ValueError("not as many rounds as latencies")
        if not np.isfinite(latency).all() or (latency < 0).any():
            raise ValueError("a latency that is no time")
        object.__setattr__(self, "latency_ms", latency)
        object.__setattr__(self, "rounds", rounds.astype(np.int32))


class AccuracyChanges(NamedTuple):
    """Changes in points; `missing` says what could not be compared."""

    overall: Change | None = None
    per_image: Change | None = None
    classes: tuple[ClassChange, ...] = ()
    missing: tuple[str, ...] = ()


class Drawn:
    """Resamples of variants, each drawn once; the same seed draws the same images for all."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._kept: dict[int, tuple[Detections, Resampled]] = {}

    def of(self, detections: Detections) -> Resampled:
        # The detections are kept with their resamples, so that no other object takes their identity.
        if (known := self._kept.get(id(detections))) is None:
            known = detections, bootstrap(detections, seed=self.seed)
            self._kept[id(detections)] = known
        return known[1]


def accuracy_changes(
    before: Detections, after: Detections, names: tuple[str, str], minimum: float, drawn: Drawn
) -> AccuracyChanges:
    """After against before over the images that both have, with the same labels; `minimum` in points.

    mAP by a paired bootstrap over images, F1 of single images by their differences, each class by itself
    (corrected by Holm over the classes).
    """
    if before.names != after.names:
        return AccuracyChanges(missing=(_other_classes(before, after, names),))
    first, second, missing = _on_same_images(before, after, names)
    if first is None or second is None:
        return AccuracyChanges(missing=missing)
    one, two = drawn.of(first), drawn.of(second)
    precision = average_precision(first), average_precision(second)
    overall = [float(mean_precision(side)[0]) for side in precision]
    if not any(overall):
        return AccuracyChanges(
            missing=(*missing, "Neither side found anything, so accuracy is not compared.")
        )
    change = _map_change(overall[1] - overall[0], two.map50_95 - one.map50_95, len(first.images), minimum)
    f1 = [image_f1(side) * POINTS for side in (first, second)]
    return AccuracyChanges(
        change,
        compare_paired(*f1, minimum=minimum, unit="pt", seed=drawn.seed),
        _class_changes(first, precision, two.classes - one.classes, minimum),
        missing,
    )


def _on_same_images(
    before: Detections, after: Detections, names: tuple[str, str]
) -> tuple[Detections | None, Detections | None, tuple[str, ...]]:
    if before.images == after.images and np.array_equal(before.boxes, after.boxes):
        return before, after, ()
    first, second = paired(before, after)
    same = np.flatnonzero((first.boxes == second.boxes).all(axis=1))
    missing = []
    if alone := len({*before.images, *after.images}) - len(first.images):
        verb = "was" if alone == 1 else "were"
        missing.append(f"{count_of(alone, 'image')} {verb} seen by one side only, and left out.")
    if other := len(first.images) - len(same):
        missing.append(f"{count_of(other, 'image')} had other labels on one side, and were left out.")
    if not len(same):
        told = f"{names[0]} and {names[1]} share no image with the same labels, so accuracy is not compared."
        return None, None, (told,)
    return first.restricted(same), second.restricted(same), tuple(missing)


def _map_change(
    difference: float, resampled: Floats, images: int, minimum: float, noun: str = "image"
) -> Change:
    """In points, from shares; `images` is how many count, and `noun` what they are."""
    scale = Scale("pt", minimum, up_is_better=True)
    if images < 2:
        return too_few_change(
            difference * POINTS, scale, images, "1 image has no spread", "at least 2 are needed"
        )
    error = standard_error(resampled, images)
    error = error * POINTS if error > _ROUNDING else 0.0
    shift = difference * POINTS if abs(difference) > _ROUNDING else 0.0
    constant = error == 0
    p_value = (
        (1.0 if not shift else 2.0 ** (1 - images)) if constant else two_sided(shift / error, images - 1)
    )
    return judged_change(
        Judged(
            difference=shift,
            interval=t_interval_of(shift, error, images - 1, _LEVEL),
            p_value=p_value,
            test="paired bootstrap",
            samples=images,
            planned=planned_for(lambda: pairs_needed(error * np.sqrt(images), minimum)),
            noun=noun,
            enough=enough_equal(_LEVEL) if constant else 0,
            tests={"paired bootstrap": p_value, "share of resamples": _achieved(resampled)},
        ),
        scale,
    )


def _achieved(resampled: Floats) -> float:
    """The achieved significance level: twice the share of resamples on the rarer side of 0."""
    known = resampled[~np.isnan(resampled)]
    rarer = min((known <= 0).sum(), (known >= 0).sum())
    return float(min(2 * (1 + rarer) / (1 + known.size), 1.0))


def _class_changes(
    first: Detections, precision: tuple[Floats, Floats], resampled: Floats, minimum: float
) -> tuple[ClassChange, ...]:
    """Each class that has objects; what counts for it are the images that have some."""
    with_objects = (first.boxes > 0).sum(axis=0)
    places = np.flatnonzero(with_objects)
    before, after = (side.mean(axis=1) for side in precision)
    changes = [
        _map_change(
            float(after[k] - before[k]), resampled[:, k], int(with_objects[k]), minimum, "image with it"
        )
        for k in places
    ]
    return tuple(
        ClassChange(first.names[k], float(before[k]), float(after[k]), change)
        for k, change in zip(places, corrected(changes), strict=True)
    )


def _other_classes(before: Detections, after: Detections, names: tuple[str, str]) -> str:
    told = (shorten(", ".join(side.names), 60) for side in (before, after))
    first, second = told
    return f"{names[0]} and {names[1]} know other classes ({first}; {second}), so accuracy is not compared."

"""The demonstration data set: pictures of an inspection station, drawn from a seed, with knobs.

Left-hand and right-hand clips are mirror images of each other, and the lamp never moves: training that
mirrors pictures teaches the wrong thing here, as it does at a real station with a fixed camera.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from math import hypot
from typing import NamedTuple

import numpy as np
from PIL import Image

from r2p_tui.demo.inspection_parts import (
    CLASSES,
    Drawn,
    cover_object,
    draw_object,
    draw_screw,
    reach_of,
)
from r2p_tui.demo.inspection_scene import (
    OPENING,
    PLATE,
    RAILS,
    SCREWS,
    SLOTS,
    empty_plate,
    photograph,
)
from r2p_tui.errors import UsageError

MOST_IMAGES, SIZES = 1_000_000, (64, 2048)
_SCREW, _LEFT, _RIGHT = (CLASSES.index(name) for name in ("missing_screw", "clip_left", "clip_right"))
_SCALES = {"scratch": 1.35, "dent": 0.85, "stain": 1.05}
_SOUND_PLATES = 0.04
# What of an object must be in sight for a person to label it.
_LABELLED = 0.15
_TRIES = 60


@dataclass(frozen=True, slots=True)
class Knobs:
    """All that a set follows from; shares lie between 0 and 1, `size` is the side of a picture in pixels."""

    images: int = 200
    seed: int = 0
    size: int = 320
    crowding: float = 0.3
    occlusion: float = 0.1
    object_size: float = 0.5
    imbalance: float = 0.0
    label_noise: float = 0.0
    val: float = 0.2

    def check(self) -> None:
        """Raise UsageError for a knob outside its range."""
        ranges = {"images": (1, MOST_IMAGES), "seed": (0, 2**63 - 1), "size": SIZES, "val": (0.0, 0.9)}
        for knob in fields(self):
            low, high = ranges.get(knob.name, (0.0, 1.0))
            if not low <= getattr(self, knob.name) <= high:
                raise UsageError(f"--{knob.name.replace('_', '-')} goes from {low:g} to {high:g}.")


class Label(NamedTuple):
    """A box of one class: its centre and its sides as shares of the picture."""

    class_id: int
    x: float
    y: float
    width: float
    height: float


class _Planned(NamedTuple):
    class_id: int
    centre: tuple[float, float]
    radius: float
    slot: int = -1


def in_validation(index: int, share: float) -> bool:
    """Whether picture `index` is for validation, whatever the number of pictures."""
    return int((index + 1) * share + 1e-9) > int(index * share + 1e-9)


def draw_image(knobs: Knobs, index: int) -> tuple[Image.Image, list[Label]]:
    """Picture `index` of the set and its labels, each drawn from its own seed."""
    place, draw, judge = map(np.random.default_rng, np.random.SeedSequence([knobs.seed, index]).spawn(3))
    planned = _plan(knobs, place)
    screw = knobs.size * _screw_radius(knobs)
    picture = empty_plate(knobs.size, screw, draw)
    missing = {one.slot for one in planned if one.class_id == _SCREW}
    for number in set(range(len(SCREWS))) - missing:
        draw_screw(picture, _pixels(SCREWS[number], knobs), screw, draw)
    made = (
        draw_object(picture, number, one.class_id, one.centre, one.radius, draw)
        for number, one in enumerate(planned, 1)
    )
    drawn = [one for one in made if one]
    for one in drawn:
        if draw.random() < knobs.occlusion:
            cover_object(picture, one, draw)
    seen = [one for one in drawn if (picture.owner == one.number).sum() >= _LABELLED * one.pixels]
    labels = [_label(one, knobs.size) for one in seen]
    return photograph(picture, draw), list(_spoiled(labels, knobs.label_noise, judge))


# --- what lies where --------------------------------------------------------------------------------------


def _plan(knobs: Knobs, rng: np.random.Generator) -> list[_Planned]:
    """Which objects a plate has; each kind where it can be."""
    if rng.random() < _SOUND_PLATES:
        return []
    count = 1 + int(rng.poisson(0.6 + 14 * knobs.crowding**1.3))
    weights = np.power(10.0, -2 * knobs.imbalance * np.arange(len(CLASSES)) / (len(CLASSES) - 1))
    planned: list[_Planned] = []
    for class_id in rng.choice(len(CLASSES), size=count, p=weights / weights.sum()):
        found = _placed(int(class_id), knobs, planned, rng)
        if found:
            planned.append(found)
    return planned


def _placed(
    class_id: int, knobs: Knobs, planned: Sequence[_Planned], rng: np.random.Generator
) -> _Planned | None:
    """A place for one more object; None where all are taken."""
    if class_id in (_SCREW, _LEFT, _RIGHT):
        return _in_slot(class_id, knobs, planned, rng)
    radius = knobs.size * _scale(knobs) * _SCALES[CLASSES[class_id]] * float(np.exp(rng.normal(0, 0.22)))
    # Crowded plates let objects lie on each other.
    apart = 1.15 - 0.75 * knobs.crowding
    for _ in range(_TRIES):
        inside = min(0.9 * reach_of(class_id, radius) / knobs.size + 0.01, 0.3)
        centre = (
            rng.uniform(PLATE[0] + inside, PLATE[2] - inside),
            rng.uniform(PLATE[1] + inside, PLATE[3] - inside),
        )
        pixels = _pixels(centre, knobs)
        if _is_free(pixels, reach_of(class_id, radius), knobs, planned, apart):
            return _Planned(class_id, pixels, radius)
    return None


def _in_slot(
    class_id: int, knobs: Knobs, planned: Sequence[_Planned], rng: np.random.Generator
) -> _Planned | None:
    """Screws are missing from screw holes; clips sit on the rail of their side."""
    taken = {one.slot for one in planned if one.class_id == class_id}
    free = [slot for slot in range(len(SCREWS if class_id == _SCREW else SLOTS)) if slot not in taken]
    if not free:
        return None
    slot = int(rng.choice(free))
    if class_id == _SCREW:
        return _Planned(class_id, _pixels(SCREWS[slot], knobs), knobs.size * _screw_radius(knobs), slot)
    centre = (RAILS[class_id == _RIGHT] + rng.normal(0, 0.002), SLOTS[slot] + rng.normal(0, 0.006))
    return _Planned(class_id, _pixels(centre, knobs), knobs.size * _scale(knobs) * 0.95, slot)


def _is_free(
    centre: tuple[float, float], reach: float, knobs: Knobs, planned: Sequence[_Planned], apart: float
) -> bool:
    fixed = [(*_pixels(place, knobs), knobs.size * _screw_radius(knobs)) for place in SCREWS]
    fixed.append((*_pixels(OPENING[:2], knobs), knobs.size * OPENING[2]))
    if any(hypot(centre[0] - x, centre[1] - y) < radius + 0.95 * reach for x, y, radius in fixed):
        return False
    if any(abs(centre[0] - rail * knobs.size) < 0.03 * knobs.size for rail in RAILS):
        return False
    return all(
        hypot(centre[0] - one.centre[0], centre[1] - one.centre[1])
        > apart * (reach + reach_of(one.class_id, one.radius))
        for one in planned
    )


def _scale(knobs: Knobs) -> float:
    """The usual radius of an object as a share of the picture."""
    return 0.012 + 0.050 * knobs.object_size


def _screw_radius(knobs: Knobs) -> float:
    return 0.014 + 0.026 * knobs.object_size


def _pixels(place: Sequence[float], knobs: Knobs) -> tuple[float, float]:
    return place[0] * knobs.size, place[1] * knobs.size


# --- labels -----------------------------------------------------------------------------------------------


def _label(drawn: Drawn, size: int) -> Label:
    left, top, right, bottom = (side / size for side in drawn.box)
    return Label(drawn.class_id, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


def _spoiled(labels: Sequence[Label], share: float, rng: np.random.Generator) -> Iterator[Label]:
    """The labels as a careless annotator leaves them: wrong class, sloppy box, left out, invented."""
    for label in labels:
        if rng.random() >= share:
            yield label
            continue
        slip = rng.integers(4)
        if slip == 0:
            yield label._replace(
                class_id=int((label.class_id + rng.integers(1, len(CLASSES))) % len(CLASSES))
            )
        elif slip == 1:
            yield _sloppy(label, rng)
        elif slip == 2:
            yield label
            yield _sloppy(label._replace(x=rng.uniform(0.1, 0.9), y=rng.uniform(0.1, 0.9)), rng)


def _sloppy(label: Label, rng: np.random.Generator) -> Label:
    """The box moved and stretched, inside the picture."""
    width, height = (min(side * float(np.exp(rng.normal(0, 0.6))), 0.9) for side in label[3:])
    x, y = (
        float(np.clip(centre + rng.normal(0, 0.5) * side, side / 2, 1 - side / 2))
        for centre, side in ((label.x, width), (label.y, height))
    )
    return Label(label.class_id, x, y, width, height)

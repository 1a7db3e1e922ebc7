"""What can be seen on a plate: defects, screws and clips, and what lies over them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import cos, hypot, pi, sin
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from r2p_tui.demo.inspection_scene import Array, Picture, soft_noise

CLASSES = ("scratch", "dent", "stain", "missing_screw", "clip_left", "clip_right")
_CABLES = ((0.05, 0.05, 0.06), (0.42, 0.07, 0.06), (0.07, 0.12, 0.30), (0.55, 0.48, 0.10))
_SEEN = 0.35


class Window(NamedTuple):
    """A part of the picture, and its pixels as seen from a centre."""

    rows: slice
    columns: slice
    x: Array
    y: Array


class Drawn(NamedTuple):
    """A drawn object: its number in `Picture.owner`, its pixels, its box (left, top, right, bottom)."""

    number: int
    class_id: int
    pixels: int
    box: tuple[int, int, int, int]


def draw_object(
    picture: Picture,
    number: int,
    class_id: int,
    centre: tuple[float, float],
    radius: float,
    rng: np.random.Generator,
) -> Drawn | None:
    """Draw one object with its centre and radius in pixels; None where no pixel of it can be seen."""
    draw = _DRAW[CLASSES[class_id]]
    window = _window(picture, centre, radius * 1.8 + 4)
    mask = draw(picture, window, radius, rng) > _SEEN
    if not mask.any():
        return None
    picture.owner[window.rows, window.columns][mask] = number
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    left, top = window.columns.start, window.rows.start
    box = (left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1)
    return Drawn(number, class_id, int(mask.sum()), tuple(map(int, box)))  # type: ignore[arg-type]


def draw_screw(
    picture: Picture, centre: tuple[float, float], radius: float, rng: np.random.Generator
) -> None:
    """A socket head screw, turned as the screwdriver left it."""
    unit = picture.size / 320
    window = _window(picture, centre, radius + 3)
    height, colour = _layers(picture, window)
    distance = np.hypot(window.x, window.y)
    head = _cover(distance - radius * 0.84)
    dome = 2.6 * unit * head * np.clip((radius * 0.84 - distance) / (1.6 * unit), 0, 1)
    turn = rng.uniform(0, pi / 3)
    angle = np.arctan2(window.y, window.x) + turn
    six = distance * np.cos((angle % (pi / 3)) - pi / 6) - radius * 0.36
    socket = _cover(six)
    height += dome - 2.2 * unit * socket
    steel = np.array([0.47, 0.48, 0.50], np.float32) * (1 + rng.normal(0, 0.05))
    _paint(colour, steel, head * 0.9)
    _paint(colour, np.array([0.06, 0.06, 0.07]), socket * 0.85)


def cover_object(picture: Picture, drawn: Drawn, rng: np.random.Generator) -> None:
    """Lay a cable or a curl of swarf over an object."""
    left, top, right, bottom = drawn.box
    middle = ((left + right) / 2, (top + bottom) / 2)
    span = max(right - left, bottom - top)
    direction = rng.uniform(0, pi)
    off = rng.uniform(-0.25, 0.25) * span
    centre = (middle[0] - off * sin(direction), middle[1] + off * cos(direction))
    if rng.random() < 0.6:
        _cable(picture, centre, direction, span, rng)
    else:
        _swarf(picture, centre, span, rng)


# --- defects and parts: each draws into the window and answers how much it covers -------------------------


def _scratch(picture: Picture, window: Window, radius: float, rng: np.random.Generator) -> Array:
    unit = picture.size / 320
    height, colour = _layers(picture, window)
    direction, bend = rng.uniform(0, pi), rng.normal(0, 0.22)
    points = _bent_line(radius, direction, bend, 28)
    distance, along = _nearest(window, points)
    width = rng.uniform(0.7, 1.3) * max(unit, 0.8)
    # Pressure comes and goes along the way, and fades at both ends.
    pressure = np.clip(1.15 - np.abs(along - 0.5) * 1.3 + 0.3 * np.sin(along * rng.uniform(6, 16)), 0.25, 1)
    profile = np.exp(-((distance / width) ** 2)) * pressure
    height -= 1.1 * unit * profile
    bright = rng.choice([0.16, 0.22, -0.26])
    colour += (bright * profile)[..., None]
    seen: Array = np.exp(-((distance / (width * 1.3)) ** 2)) * (pressure > 0.3)
    return seen


def _dent(picture: Picture, window: Window, radius: float, rng: np.random.Generator) -> Array:
    height, colour = _layers(picture, window)
    long, turn = rng.uniform(1.0, 1.5), rng.uniform(0, pi)
    x, y = _turned(window, turn)
    reach = np.hypot(x / long, y * long) / radius
    angle = np.arctan2(y, x)
    reach = reach * (1 + 0.10 * np.sin(2 * angle + turn) + 0.07 * np.sin(3 * angle - 2 * turn))
    bowl: Array = np.exp(-((reach / 0.62) ** 2.6))
    height -= bowl * radius * rng.uniform(0.30, 0.46)
    # The pressed metal rises a little around it.
    height += 0.05 * radius * np.exp(-(((reach - 0.95) / 0.16) ** 2))
    colour *= (1 - 0.10 * bowl)[..., None]
    return bowl * 1.6


def _stain(picture: Picture, window: Window, radius: float, rng: np.random.Generator) -> Array:
    height, colour = _layers(picture, window)
    angle = np.arctan2(window.y, window.x)
    outline = np.ones_like(angle)
    for wave in range(2, 7):
        outline += rng.normal(0, 0.16 / wave**0.7) * np.sin(wave * angle + rng.uniform(0, 2 * pi))
    reach = np.hypot(window.x, window.y) / (radius * outline)
    inside: Array = np.clip((1 - reach) * radius / 2.5 + 0.5, 0, 1)
    rim = np.exp(-(((reach - 0.93) / 0.09) ** 2))
    side = max(window.x.shape)
    cloud = soft_noise(rng, side, 6)[: window.x.shape[0], : window.x.shape[1]]
    tint = np.array([(0.50, 0.38, 0.24), (0.42, 0.40, 0.36), (0.58, 0.42, 0.30)][rng.integers(3)], np.float32)
    depth = np.clip(inside * (0.62 + 0.10 * cloud) + 0.25 * rim * inside, 0, 0.95)
    colour *= 1 - depth[..., None] * (1 - tint)
    height += 0.25 * inside
    return inside


def _missing_screw(picture: Picture, window: Window, radius: float, rng: np.random.Generator) -> Array:
    unit = picture.size / 320
    height, colour = _layers(picture, window)
    distance = np.hypot(window.x, window.y)
    hole = _cover(distance - radius * 0.52, 1.4)
    thread = 0.5 + 0.5 * np.cos(distance * 2.6 / unit + np.arctan2(window.y, window.x) + rng.uniform(0, 6))
    _paint(colour, np.array([0.035, 0.035, 0.04]), hole * (0.86 + 0.12 * thread))
    height -= 3.5 * unit * hole
    return _cover(distance - radius)


def _clip(picture: Picture, window: Window, radius: float, rng: np.random.Generator, hand: int) -> Array:
    """A plastic clip; its hook points to the right for `hand` 1, and is the mirror image for -1."""
    unit = picture.size / 320
    height, colour = _layers(picture, window)
    x, y = _turned(window, rng.normal(0, 0.025))
    x = x * hand
    body = _box(x, y, (-0.50, -1.0, 0.06, 1.0), radius, 0.12)
    arm = _box(x, y, (-0.10, -1.0, 0.74, -0.58), radius, 0.10)
    nose = _box(x, y, (0.46, -0.90, 0.74, -0.22), radius, 0.08)
    foot = _box(x, y, (-0.10, 0.60, 0.34, 0.98), radius, 0.08)
    shape = np.minimum(np.minimum(body, arm), np.minimum(nose, foot))
    slit = _box(x, y, (-0.30, -0.45, -0.14, 0.55), radius, 0.05)
    cover = _cover(shape)
    height += 4.2 * unit * np.clip(-shape / (1.7 * unit), 0, 1) * cover - 1.8 * unit * _cover(slit)
    plastic = np.array([0.13, 0.19, 0.30], np.float32) * (1 + rng.normal(0, 0.10))
    _paint(colour, plastic, cover * 0.97)
    return cover


_DRAW: dict[str, Callable[[Picture, Window, float, np.random.Generator], Array]] = {
    "scratch": _scratch,
    "dent": _dent,
    "stain": _stain,
    "missing_screw": _missing_screw,
    "clip_left": lambda picture, window, radius, rng: _clip(picture, window, radius, rng, 1),
    "clip_right": lambda picture, window, radius, rng: _clip(picture, window, radius, rng, -1),
}


# --- what lies over them ----------------------------------------------------------------------------------


def _cable(
    picture: Picture, centre: tuple[float, float], direction: float, span: float, rng: np.random.Generator
) -> None:
    width = max(span * rng.uniform(0.13, 0.22), 1.6)
    reach = span * rng.uniform(0.9, 1.3) + 6
    window = _window(picture, centre, reach + width)
    height, colour = _layers(picture, window)
    distance, _ = _nearest(window, _bent_line(reach, direction, rng.normal(0, 0.35), 40))
    cover = _cover(distance - width)
    round_top = np.sqrt(np.clip(1 - (distance / width) ** 2, 0, 1))
    height += (2.0 * picture.size / 320 + width * 0.8 * round_top) * cover
    _paint(colour, np.array(_CABLES[rng.integers(len(_CABLES))]), cover * 0.97)
    _disown(picture, window, cover > 0.5)


def _swarf(picture: Picture, centre: tuple[float, float], span: float, rng: np.random.Generator) -> None:
    """A few turns of a metal chip."""
    window = _window(picture, centre, span * 0.75 + 4)
    height, colour = _layers(picture, window)
    turns, start, direction = rng.uniform(2.5, 4), rng.uniform(0, 2 * pi), rng.uniform(0, pi)
    t = np.linspace(0, 1, 60)
    angle = start + t * turns * 2 * pi
    way = (t - 0.5) * span
    curl = span * 0.18
    points = np.stack(
        [way * cos(direction) + curl * np.cos(angle), way * sin(direction) + curl * np.sin(angle)], 1
    )
    distance, along = _nearest(window, points.astype(np.float32))
    width = max(span * 0.055, 0.9)
    cover = _cover(distance - width)
    shine = 0.45 + 0.30 * np.sin(start + along * turns * 2 * pi)
    height += 3.0 * picture.size / 320 * cover
    colour += cover[..., None] * (shine[..., None] * np.array([1.0, 0.98, 0.95], np.float32) - colour)
    _disown(picture, window, cover > 0.5)


def _disown(picture: Picture, window: Window, mask: NDArray[np.bool_]) -> None:
    picture.owner[window.rows, window.columns][mask] = -1


# --- small tools of drawing -------------------------------------------------------------------------------


def _window(picture: Picture, centre: tuple[float, float], reach: float) -> Window:
    size = picture.size
    left, right = (int(min(max(centre[0] + side, 0), size - 1)) for side in (-reach, reach))
    top, bottom = (int(min(max(centre[1] + side, 0), size - 1)) for side in (-reach, reach))
    y, x = np.mgrid[top : bottom + 1, left : right + 1].astype(np.float32) + 0.5
    return Window(slice(top, bottom + 1), slice(left, right + 1), x - centre[0], y - centre[1])


def _layers(picture: Picture, window: Window) -> tuple[Array, Array]:
    """Height and colour inside the window, to be changed in place."""
    place = (window.rows, window.columns)
    return picture.height[place], picture.colour[place]


def _paint(colour: Array, paint: NDArray[np.floating], cover: Array) -> None:
    colour += cover[..., None] * (paint.astype(np.float32) - colour)


def _cover(distance: Array, soft: float = 1.0) -> Array:
    covered: Array = np.clip(0.5 - distance / soft, 0, 1)
    return covered


def _turned(window: Window, angle: float) -> tuple[Array, Array]:
    return (
        window.x * cos(angle) + window.y * sin(angle),
        -window.x * sin(angle) + window.y * cos(angle),
    )


def _box(x: Array, y: Array, sides: tuple[float, float, float, float], scale: float, radius: float) -> Array:
    """The signed distance to a box with round corners, its measures given as shares of `scale`."""
    left, top, right, bottom = (side * scale for side in sides)
    round_off = radius * scale
    from_x = np.abs(x - (left + right) / 2) - (right - left) / 2 + round_off
    from_y = np.abs(y - (top + bottom) / 2) - (bottom - top) / 2 + round_off
    outside = np.hypot(np.maximum(from_x, 0), np.maximum(from_y, 0))
    distance: Array = outside + np.minimum(np.maximum(from_x, from_y), 0) - round_off
    return distance


def _bent_line(reach: float, direction: float, bend: float, count: int) -> Array:
    """Points from end to end of a curve through the origin."""
    t = np.linspace(-1, 1, count)
    along, aside = t * reach, (t * t - 0.33) * reach * bend
    x = along * cos(direction) - aside * sin(direction)
    y = along * sin(direction) + aside * cos(direction)
    return np.stack([x, y], 1).astype(np.float32)


def _nearest(window: Window, points: Array) -> tuple[Array, Array]:
    """The distance of each pixel to a line through the points, and how far along it that is, from 0 to 1."""
    best = np.full(window.x.shape, np.inf, np.float32)
    along = np.zeros_like(best)
    for index, (start, end) in enumerate(pairwise(points)):
        step_x, step_y = end - start
        square = max(float(step_x * step_x + step_y * step_y), 1e-6)
        share = ((window.x - start[0]) * step_x + (window.y - start[1]) * step_y) / square
        np.clip(share, 0, 1, out=share)
        distance = np.hypot(window.x - start[0] - share * step_x, window.y - start[1] - share * step_y)
        nearer = distance < best
        best = np.where(nearer, distance, best)
        along = np.where(nearer, (index + share) / (len(points) - 1), along)
    return best, along


def reach_of(class_id: int, radius: float) -> float:
    """How far an object reaches from its centre, roughly; in the unit of `radius`."""
    return radius * (0.9 if CLASSES[class_id] == "dent" else hypot(0.75, 1) if class_id >= 4 else 1.0)

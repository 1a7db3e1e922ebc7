"""The inspection station: a milled plate on a belt, a camera that never moves, a lamp to the upper left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Array = NDArray[Any]

# Places on the plate as shares of the picture's side; nothing of it is symmetric, as on real parts.
PLATE = (0.055, 0.09, 0.945, 0.91)
SCREWS = (
    (0.12, 0.16), (0.36, 0.145), (0.64, 0.145), (0.88, 0.16),
    (0.88, 0.84), (0.58, 0.855), (0.31, 0.855), (0.12, 0.84),
)  # fmt: skip
RAILS = (0.17, 0.83)
SLOTS = (0.29, 0.43, 0.57, 0.71)
OPENING = (0.53, 0.47, 0.115)
_LIGHT = np.array([-0.52, -0.62, 0.59], np.float32)
_AMBIENT = 0.42
_SHADOW_STEPS = 9


@dataclass(slots=True)
class Picture:
    """A scene while it is drawn: height in pixels above the belt, colour from 0 to 1, whose pixel it is."""

    height: Array
    colour: Array
    owner: NDArray[np.int16]

    @property
    def size(self) -> int:
        """The side in pixels."""
        return int(self.height.shape[0])


def empty_plate(size: int, screw_radius: float, rng: np.random.Generator) -> Picture:
    """A plate without clips and screws, with the grain and the small shift that each plate has."""
    height, colour, metal = _station(size, round(screw_radius, 3))
    unit = size / 320
    grain = _streaks(rng, size) * 0.045 + soft_noise(rng, size, 5) * 0.035
    dust = 0.012 * rng.standard_normal((size, size), np.float32)
    belt = soft_noise(rng, size, 40) * 0.02
    tone = rng.normal(0, 0.008)
    shade = np.where(metal > 0, grain + dust + tone, belt + dust)
    rough = _streaks(rng, size) * 0.10 * unit * metal
    drawn = colour * (1 + shade[..., None])
    return Picture(height + rough, drawn.astype(np.float32), np.zeros((size, size), np.int16))


def photograph(picture: Picture, rng: np.random.Generator) -> Image.Image:
    """What the camera sees: light, shadows, the lens and the noise of the sensor."""
    slope_y, slope_x = np.gradient(picture.height)
    light = _diffuse(picture.height, slope_x, slope_y) * _field(picture.size)
    seen = _blurred(picture.colour * light[..., None] + _gloss(slope_x, slope_y)[..., None])
    # The noise of photons grows with the root of the light; that of one pixel is the same in all colours.
    noise = rng.standard_normal(seen.shape[:2], np.float32)
    seen += (noise * (0.004 + 0.012 * np.sqrt(np.clip(seen[..., 1], 0, 1))))[..., None]
    return Image.fromarray(_tone_curve()[(np.clip(seen, 0, 1) * 4095).astype(np.uint16)])


def soft_noise(rng: np.random.Generator, size: int, cells: int, columns: int | None = None) -> Array:
    """Smooth noise of mean 0 and deviation near 1, with so many cells across."""
    rows, columns = max(cells, 2), max(columns or cells, 2)
    coarse = rng.normal(0, 1, (rows, columns)).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC), np.float32)


# --- the station, which is the same in every picture ------------------------------------------------------


@lru_cache(maxsize=4)
def _station(size: int, screw_radius: float) -> tuple[Array, Array, Array]:
    """Height, colour and metal mask of plate and belt."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) + 0.5
    unit = size / 320
    edge = _outside_box(x, y, [part * size for part in PLATE], 10 * unit)
    metal = _cover(edge)
    opening = np.hypot(x - OPENING[0] * size, y - OPENING[1] * size) - OPENING[2] * size
    metal = metal * (1 - _cover(opening))
    height = 7 * unit * np.clip(-edge / (4 * unit), 0, 1) * (edge < 0)
    # A turned ring around the opening, a milled pocket, and the rails that hold clips.
    height += 2.2 * unit * _ridge(opening - 7 * unit, 5 * unit)
    height -= 7 * unit * _cover(opening)
    pocket = _outside_box(x, y, [0.60 * size, 0.64 * size, 0.76 * size, 0.76 * size], 6 * unit)
    height -= 2.0 * unit * _cover(pocket, 2 * unit)
    colour = np.empty((size, size, 3), np.float32)
    weave = 0.012 * np.sin(x * 2.1 / unit) * np.sin(y * 2.1 / unit)
    colour[:] = (np.array([0.115, 0.125, 0.13]) + weave[..., None]).astype(np.float32)
    colour += metal[..., None] * (np.array([0.60, 0.61, 0.615], np.float32) - colour)
    _add_rails(height, colour, x, y, size)
    _add_sinks(height, colour, x, y, size, screw_radius)
    _engrave(height, colour, size)
    return height.astype(np.float32), colour, metal.astype(np.float32)


def _add_rails(height: Array, colour: Array, x: Array, y: Array, size: int) -> None:
    unit = size / 320
    for rail in RAILS:
        sides = [(rail - 0.014) * size, 0.225 * size, (rail + 0.014) * size, 0.775 * size]
        groove = _cover(_outside_box(x, y, sides, 2 * unit), unit)
        height -= 2.4 * unit * groove
        colour *= (1 - 0.45 * groove)[..., None]


def _add_sinks(height: Array, colour: Array, x: Array, y: Array, size: int, radius: float) -> None:
    """The counterbores, into which screws go."""
    unit = size / 320
    for centre_x, centre_y in SCREWS:
        distance = np.hypot(x - centre_x * size, y - centre_y * size) - radius
        height -= 2.2 * unit * _cover(distance, unit)
        colour *= (1 - 0.22 * _cover(distance))[..., None]


def _engrave(height: Array, colour: Array, size: int) -> None:
    plate = Image.new("L", (size, size))
    font = ImageFont.load_default(size=max(size * 0.040, 6))
    draw = ImageDraw.Draw(plate)
    draw.text((0.29 * size, 0.665 * size), "KH-204 A", fill=255, font=font)
    draw.text((0.29 * size, 0.715 * size), "LOT 7", fill=255, font=font)
    marks = np.asarray(plate, np.float32) / 255
    height -= 0.5 * size / 320 * marks
    colour *= (1 - 0.38 * marks)[..., None]


# --- light ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _tone_curve() -> NDArray[np.uint8]:
    """Grey levels of the file for 4,096 levels of light."""
    return (np.power(np.arange(4096) / 4095, 1 / 1.12) * 255).astype(np.uint8)


def _diffuse(height: Array, slope_x: Array, slope_y: Array) -> Array:
    """Light on each pixel, 1 on a flat one; what stands up keeps it from what lies behind."""
    length = np.sqrt(slope_x * slope_x + slope_y * slope_y + 1)
    facing = (-slope_x * _LIGHT[0] - slope_y * _LIGHT[1] + _LIGHT[2]) / length
    direct = np.clip(facing, 0, None) / _LIGHT[2] * (1 - 0.85 * _shadow(height))
    lit: Array = _AMBIENT + (1 - _AMBIENT) * direct
    return lit


def _shadow(height: Array) -> Array:
    """How much of the lamp is hidden at each pixel, found by walking towards it."""
    unit = height.shape[0] / 320
    hidden = np.zeros_like(height)
    for step in range(1, _SHADOW_STEPS + 1):
        way = max(round(step * unit * 0.75), step)
        towards = _moved(height, way * 0.64, way * 0.77)
        np.maximum(hidden, towards - height - way * 0.72, out=hidden)
    return _blurred(np.clip(hidden / (1.6 * unit), 0, 1))


def _gloss(slope_x: Array, slope_y: Array) -> Array:
    """Bright edges, where a surface turns to the lamp."""
    turned = -slope_x * 0.64 - slope_y * 0.77
    bright: Array = 0.20 * np.clip(turned - 0.35, 0, 0.8) ** 2
    return bright


@lru_cache(maxsize=4)
def _field(size: int) -> Array:
    """The fall-off of lamp and lens over the picture."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    lamp = 1.12 - 0.26 * (0.55 * x + 0.45 * y)
    spot = 0.13 * np.exp(-(((x - 0.36) / 0.34) ** 2 + ((y - 0.34) / 0.22) ** 2))
    corner = 1 - 0.22 * ((x - 0.5) ** 2 + (y - 0.5) ** 2) * 2
    field: Array = ((lamp + spot) * corner).astype(np.float32)
    return field


# --- small tools of drawing -------------------------------------------------------------------------------


def _outside_box(x: Array, y: Array, sides: list[float], radius: float) -> Array:
    """The signed distance to a box with round corners, negative inside."""
    left, top, right, bottom = sides
    from_x = np.abs(x - (left + right) / 2) - (right - left) / 2 + radius
    from_y = np.abs(y - (top + bottom) / 2) - (bottom - top) / 2 + radius
    outside = np.hypot(np.maximum(from_x, 0), np.maximum(from_y, 0))
    distance: Array = outside + np.minimum(np.maximum(from_x, from_y), 0) - radius
    return distance


def _cover(distance: Array, soft: float = 1.0) -> Array:
    """How much of each pixel a shape covers, from its signed distance."""
    covered: Array = np.clip(0.5 - distance / soft, 0, 1)
    return covered


def _ridge(distance: Array, width: float) -> Array:
    ridge: Array = np.clip(1 - np.abs(distance) / width, 0, 1)
    return ridge


def _streaks(rng: np.random.Generator, size: int) -> Array:
    """Brush marks: long in x, one pixel in y."""
    return soft_noise(rng, size, size, max(size // 48, 3))


def _moved(values: Array, right: float, down: float) -> Array:
    """The values shifted by whole pixels, the border repeated."""
    move_x, move_y = round(right), round(down)
    padded = np.pad(values, ((move_y, 0), (move_x, 0)), mode="edge")
    return padded[: values.shape[0], : values.shape[1]]


def _blurred(values: Array) -> Array:
    """Three pixels wide in both directions."""
    for axis in (0, 1):
        before, after = np.roll(values, 1, axis), np.roll(values, -1, axis)
        values = np.float32(0.25) * (before + after) + np.float32(0.5) * values
    return values

"""Inputs at the edge: images and texts as nobody sends them on purpose, and as they come one day."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

HUGE = (6000, 4000)
_LONG_TEXT = 200_000


def odd_images() -> dict[str, bytes]:
    """Image files by name, the last ones no images at all; the same each time."""
    photo = _pattern(320, 240)
    jpeg = _encoded(photo, "JPEG")
    makers: dict[str, Callable[[], bytes]] = {
        "1 x 1 pixel": lambda: _encoded(_pattern(1, 1), "PNG"),
        "3 x 500 pixels": lambda: _encoded(_pattern(3, 500), "PNG"),
        "odd size, 321 x 197": lambda: _encoded(_pattern(321, 197), "JPEG"),
        f"huge, {HUGE[0]} x {HUGE[1]}": lambda: _encoded(Image.new("RGB", HUGE, (90, 110, 130)), "JPEG"),
        "grey": lambda: _encoded(photo.convert("L"), "PNG"),
        "with transparency (RGBA)": lambda: _encoded(photo.convert("RGBA"), "PNG"),
        "palette": lambda: _encoded(photo.convert("P"), "PNG"),
        "16 bits deep": lambda: _encoded(Image.fromarray(_levels(64, 48).astype(np.uint16) * 257), "PNG"),
        "all black": lambda: _encoded(Image.new("RGB", (320, 320)), "PNG"),
        "cut off in the middle": lambda: jpeg[: len(jpeg) // 2],
        "text that is called an image": lambda: b"This is not an image.\n",
        "an empty file": lambda: b"",
    }
    return {name: make() for name, make in makers.items()}


def odd_texts() -> dict[str, str]:
    """Texts by name."""
    return {
        "empty text": "",
        "white space": " \n\t ",
        "Unicode": "naïve Ωμέγα 日本語 🛰️ \u202eright to left\u202c e\u0301 \u0000?",
        f"very long, {_LONG_TEXT:,} characters": "all work and no play " * (_LONG_TEXT // 21),
        "control characters": "".join(map(chr, range(1, 32))),
        "brackets and quotes": "\"'{}[]<script>\\n%s${x}",
    }


def _pattern(width: int, height: int) -> Image.Image:
    grey = _levels(width, height)
    return Image.fromarray(np.stack([grey, grey[::-1], grey[:, ::-1]], axis=-1).astype(np.uint8))


def _levels(width: int, height: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    rows, columns = np.mgrid[0:height, 0:width]
    levels: np.ndarray[tuple[int, int], np.dtype[np.int64]] = (rows * 7 + columns * 13) % 256
    return levels


def _encoded(image: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()

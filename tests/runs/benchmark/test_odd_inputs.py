"""Odd inputs are what their names say, and the same each time."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageFile

from r2p_tui.runs.benchmark.model_checks import boxes_outside
from r2p_tui.runs.benchmark.odd_inputs import HUGE, odd_images, odd_texts


def test_images_are_what_they_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    # Ultralytics, where a test before loaded it, has Pillow open what was cut off.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    images = odd_images()
    opened = {}
    for name, content in images.items():
        try:
            with Image.open(io.BytesIO(content)) as image:
                image.load()
                opened[name] = (image.size, image.mode)
        # Ultralytics, where it is loaded, looks for another package for what Pillow cannot read.
        except (OSError, ImportError):
            opened[name] = ((0, 0), "damaged")
    assert opened["1 x 1 pixel"][0] == (1, 1)
    assert opened[f"huge, {HUGE[0]} x {HUGE[1]}"][0] == HUGE
    assert opened["grey"][1] == "L" and opened["with transparency (RGBA)"][1] == "RGBA"
    assert opened["16 bits deep"][1].startswith("I")
    damaged = [name for name, (_, mode) in opened.items() if mode == "damaged"]
    assert damaged == ["cut off in the middle", "text that is called an image", "an empty file"]
    assert images == odd_images()
    assert sum(map(len, images.values())) < 2_000_000


def test_texts_hold_what_breaks_programs() -> None:
    texts = odd_texts()
    assert texts["empty text"] == "" and "\u202e" in texts["Unicode"]
    assert max(map(len, texts.values())) > 190_000


@pytest.mark.parametrize(
    ("box", "outside"),
    [
        ((10, 10, 20, 20), 0),
        ((-5, -5, 20, 20), 0),
        ((90, 40, 130, 60), 0),
        ((120, 10, 140, 20), 1),
        ((10, 60, 20, 80), 1),
        ((-20, 10, -1, 20), 1),
        ((20, 20, 10, 30), 1),
        ((float("nan"), 0, 10, 10), 1),
        ((0, 0, float("inf"), 10), 1),
    ],
)
def test_boxes_are_cut_at_the_border_and_none_lies_beyond(box: tuple[float, ...], outside: int) -> None:
    assert boxes_outside(np.array([box], np.float64), height=50, width=100) == outside
    assert boxes_outside(np.zeros((0, 4)), 50, 100) == 0

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from r2p_tui.runs.data.pixels import difference_hash, facts_of

# In a process of its own: where ultralytics is loaded, it has changed how images are opened.
FAULTS = """
import sys
from r2p_tui.runs.data.pixels import all_facts
for facts in all_facts(sys.argv[1:], processes=1):
    print(facts.fault)
"""


def test_facts_of_an_image(tmp_path: Path) -> None:
    Image.new("RGB", (40, 20), "grey").save(tmp_path / "a.png")
    facts = facts_of(str(tmp_path / "a.png"))
    assert (facts.width, facts.height, facts.fault) == (40, 20, "")
    assert facts.brightness == pytest.approx(128, abs=1)
    assert facts.contrast == 0
    assert len(facts.thumbnail) == 1024


def test_a_turned_photograph_has_its_sides_swapped(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)
    facts = facts_of(str(tmp_path / "turned.jpg"))
    assert (facts.width, facts.height) == (20, 40)


def test_every_error_is_a_fault(tmp_path: Path) -> None:
    names = ["gone.png", "empty.png", "text.png"]
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("%!PS-Adobe-3.0 EPSF-3.0")
    paths = [str(tmp_path / name) for name in names]
    told = subprocess.run([sys.executable, "-c", FAULTS, *paths], check=True, capture_output=True, text=True)
    assert told.stdout.splitlines() == [
        "No such file or directory",
        "an empty file",
        "no image that r2p can read",
    ]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_pixels(tmp_path: Path, mode: str) -> None:
    name = tmp_path / ("x.jpg" if mode == "CMYK" else "x.png")
    Image.new(mode, (30, 30)).save(name)
    assert facts_of(str(name)).fault == ""


def test_sixteen_bits_are_read_as_trainings_read_them(tmp_path: Path) -> None:
    pixels = []
    for number, level in enumerate((300, 30_000, 30_001)):
        path = tmp_path / f"{number}.png"
        Image.fromarray(np.full((40, 40), level, np.uint16)).save(path)
        facts = facts_of(str(path))
        assert facts.brightness == level // 256
        pixels.append(facts.pixels)
    assert len(set(pixels)) == 3


def test_the_difference_hash_says_which_neighbour_is_brighter() -> None:
    rising = Image.linear_gradient("L").rotate(90)
    assert difference_hash(rising) in (0, 2**64 - 1)
    assert difference_hash(rising) ^ difference_hash(rising.rotate(180)) == 2**64 - 1

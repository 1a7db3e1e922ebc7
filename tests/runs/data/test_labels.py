"""Rows of labels: taken where ultralytics takes them, refused where it drops the image."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from r2p_tui.domain.label_rows import REFUSED, RowFault, read_rows
from r2p_tui.runs.data.images import label_path
from tests.runs.made_data import draw

# In a process of its own: ultralytics changes how images are opened, for good.
JUDGED = """
import json, sys
from ultralytics.data.utils import verify_image_label
from pathlib import Path
folder, image, answers = Path(sys.argv[1]), sys.argv[2], []
for number in range(int(sys.argv[3])):
    label = folder / f"{number}.txt"
    answers.append(verify_image_label((image, str(label), "", False, 2, 0, 0, False)))
print(json.dumps([[bool(answer[8]), answer[-1]] for answer in answers]))
"""
CASES = [
    ("0 0.5 0.5 0.2 0.2\n", ""),
    ("\ufeff1 0.5 0.5 0.2 0.2\n\n0 0.1 0.1 0.1 0.1", ""),
    ("0 1.005 0.5 0.2 0.2", ""),
    ("0 -0.005 0.5 0.2 0.2", ""),
    ("0 0.1 0.1 0.9 0.1 0.9 0.9", ""),
    ("0 0.1 0.1 0.9 0.1 1.05 0.9", ""),
    ("0 0.1 0.1 0.9 0.1 1.9 0.9", "1.8 is not between"),
    ("0 0.9 0.5 0.5 0.2", ""),
    ("0 0.5 0.5 0 0.2", ""),
    ("0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2", ""),
    ("", ""),
    ("2 0.5 0.5 0.2 0.2", "class 2 has no name"),
    ("-1 0.5 0.5 0.2 0.2", "class -1 has no name"),
    ("0.5 0.5 0.5 0.2 0.2", "class 0.5 is not a whole"),
    ("0 1.5 0.5 0.2 0.2", "1.5 is not between"),
    ("0 320 240 50 60", "320 is not between"),
    ("0 -0.5 0.5 0.2 0.2", "-0.5 is not between"),
    ("0 0.5 0.5 -0.005 0.2", "-0.005 is not between"),
    ("0 0.5 0.5 0.2", "4 values"),
    ("0 0.5 0.5 0.2 0.2 0.9", "6 values"),
    ("0 nan 0.5 0.2 0.2", "not finite"),
    ("0 a 0.5 0.2 0.2", "not all numbers"),
    ("0 0.1 0.1 0.9 0.1 0.9 0.9\n0 0.5 0.5 0.2 0.2", "a box in a file of outlines"),
    ("0 0.1 0.1 0.9 0.1 0.9 0.9 0.4", "8 values"),
]


def refused(text: str) -> list[RowFault]:
    return [fault for fault in read_rows(text.lstrip("\ufeff"), range(2))[1] if fault.kind in REFUSED]


@pytest.mark.parametrize(("text", "why"), CASES)
def test_a_row(text: str, why: str) -> None:
    bad = refused(text)
    assert why in "; ".join(map(str, bad))
    assert bool(bad) is bool(why)


def test_a_bad_row_is_named_by_its_line() -> None:
    assert str(refused("0 .5 .5 .2 .2\n\n9 .5 .5 .2 .2\n")[0]) == "line 3: class 9 has no name"


@pytest.mark.parametrize(
    ("image", "label"),
    [
        ("/d/images/train/a.png", "/d/labels/train/a.txt"),
        ("/images/x/images/a.b.png", "/images/x/labels/a.b.txt"),
        ("/d/pictures/a.png", "/d/pictures/a.txt"),
    ],
)
def test_where_labels_lie(image: str, label: str) -> None:
    assert label_path(Path(image)) == Path(label)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ultralytics") is None, reason="needs ultralytics")
def test_ultralytics_judges_the_same(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 0)
    for number, (text, _) in enumerate(CASES):
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", JUDGED, str(tmp_path), str(tmp_path / "a.png"), str(len(CASES))]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for (text, why), (corrupt, said) in zip(CASES, json.loads(told.splitlines()[-1]), strict=True):
        assert corrupt is bool(why), (text, said)

"""A training on another machine: the files of its folder go along."""

from __future__ import annotations

from pathlib import Path

import pytest

from r2p_tui.domain.runs import RunSpec
from r2p_tui.tui.run_keeper import _placed

TRAIN = {"model": "yolov8n.yaml", "data": "data.yaml"}


@pytest.mark.parametrize(
    ("on", "folder", "placed"),
    [
        ("ray:http://gpu-box:8265", "", str(Path.cwd())),
        ("ray:http://gpu-box:8265", "/data/parts", "/data/parts"),
        ("local", "", ""),
    ],
)
def test_the_folder_of_a_training_is_its_own_or_else_this_one(on: str, folder: str, placed: str) -> None:
    spec = RunSpec("train", "one", train=TRAIN, on=on, folder=folder)
    assert _placed(spec).folder == placed

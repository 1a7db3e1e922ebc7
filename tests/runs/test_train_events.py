"""What a training tells before it has trained anything, and so also where it never comes to its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from r2p_tui.errors import R2PError
from r2p_tui.runs import train
from r2p_tui.runs.data.training_set import read_dataset
from r2p_tui.runs.rundir import LineReader
from tests.runs.made_data import make_run, make_yolo


def test_the_hash_of_the_data_is_told_though_the_training_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_yolo(tmp_path / "data", 2)
    run = make_run(tmp_path / "run", tmp_path / "data", model="yolov8n.pt")
    monkeypatch.setattr(train, "missing_packages", list)
    with pytest.raises(R2PError, match=r"yolov8n\.pt"):
        train.train(run, run.read_spec())
    [told] = LineReader(run.events).read_new()
    data = read_dataset(run.read_spec().train, tmp_path / "data", seed=run.read_spec().seed)
    assert told["data_sha256"] == data.sha256
    assert told["sentence"] == "It trains on 2 images for train and 2 images for val."

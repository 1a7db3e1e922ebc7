from __future__ import annotations

from pathlib import Path

import pytest

from r2p_tui.errors import ExitCode
from tests.cli.conftest import Run


def test_a_data_set_and_the_commands_that_come_next(r2p: Run, tmp_path: Path) -> None:
    folder = tmp_path / "my set"
    result = r2p("demo", "data", str(folder), "--images", "6", "--size", "64", "--coco")
    assert (result.status, len(list(folder.rglob("*.jpg")))) == (ExitCode.OK, 6)
    assert f"{folder}/data.yaml: 6 images (5 train, 1 val)" in result.out
    assert f"r2p data check '{folder}/data.yaml' --imgsz 64" in result.out
    assert f"--model yolov8n.yaml --data '{folder}/data.yaml' --epochs 3 --imgsz 64" in result.out
    assert (folder / "val.json").is_file()


def test_knobs_reach_the_file(r2p: Run, tmp_path: Path) -> None:
    r2p("demo", "data", str(tmp_path / "set"), "--images", "2", "--size", "64", "--label-noise", "0.25")
    assert "#   label-noise: 0.25" in (tmp_path / "set" / "data.yaml").read_text()


def test_an_earlier_set_needs_force(r2p: Run, tmp_path: Path) -> None:
    words = ("demo", "data", str(tmp_path / "set"), "--images", "1", "--size", "64")
    assert r2p(*words).status == ExitCode.OK
    refused = r2p(*words)
    assert refused.status == ExitCode.USAGE
    assert "--force" in refused.err
    assert r2p(*words, "--force").status == ExitCode.OK


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("data",), "into one folder"),
        (("data", ""), "into one folder"),
        (("data", "a", "b"), "into one folder"),
        (("dta", "a"), "into one folder"),
        (("data", "a", "--fresh"), "go with the library"),
        (("--images", "5"), "goes with a data set"),
        (("data", "a", "--images", "0"), "goes from 1"),
        (("data", "a", "--crowding", "2"), "goes from 0 to 1"),
        (("data", "a", "--crowding", "nan"), "is not a number"),
        (("data", "a", "--images", "many"), "is not a whole number"),
    ],
)
def test_requests_that_are_none(r2p: Run, words: tuple[str, ...], said: str) -> None:
    result = r2p("demo", *words)
    assert result.status == ExitCode.USAGE
    assert said in result.err
    assert not Path("a").exists()


def test_the_library_still_opens(r2p: Run) -> None:
    assert r2p("demo").status == 77

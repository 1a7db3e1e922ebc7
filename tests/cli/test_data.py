from __future__ import annotations

import json
from pathlib import Path

import pytest

from r2p_tui.cli.commands import parser_of
from r2p_tui.cli.plot_text import bars
from r2p_tui.demo.inspection import Knobs
from r2p_tui.demo.inspection_files import make_data
from r2p_tui.errors import ExitCode
from r2p_tui.services.data_check import IMAGE_SIZE, MODEL
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "set"
    make_data(folder, Knobs(images=60, size=96, crowding=0.7, object_size=1.0, val=0.3), processes=1)
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Twelve images, which is few enough to spoil."""
    make_data(tmp_path / "set", Knobs(images=12, size=64), processes=1)
    return tmp_path / "set"


def test_a_sound_set_is_all_fine(r2p: Run, drawn: Path) -> None:
    result = r2p("data", "check", str(drawn / "data.yaml"), "--imgsz", "192")
    lines = result.out.splitlines()
    assert result.status == ExitCode.OK
    assert "60 images (42 train, 18 val)" in " ".join(result.out.split())
    assert "No problems, nothing that needs a look, 10 fine." in lines
    assert not any(line.startswith(("problem", "look")) for line in lines)
    assert "Boxes of each class" in lines
    assert any("stride 8 starts here" in line for line in lines)


def test_problems_end_with_status_one_and_name_files(r2p: Run, small: Path) -> None:
    for name in ("000000", "000001", "000002", "000003", "000005"):
        (small / "labels" / "train" / f"{name}.txt").write_text("0 3.5 0.5 0.1 0.1\n")
    result = r2p("data", "check", str(small / "data.yaml"))
    assert result.status == ExitCode.FAILED
    text = " ".join(result.out.split())
    assert "problem 5 label rows in 5 files have values outside the image." in text
    assert "images/train/000002.jpg: line 1: 3.5 is not between 0 and 1" in text
    assert "images/train/000003.jpg: line" not in text
    assert "and 2 more files; see them with: --limit 5" in text
    whole = r2p("data", "check", str(small / "data.yaml"), "--limit", "5")
    assert "images/train/000005.jpg: line 1" in whole.out
    assert "more file" not in whole.out.split("have values outside")[1].split("look")[0]


def test_json_has_every_file(r2p: Run, small: Path) -> None:
    for path in (small / "labels" / "train").iterdir():
        path.write_text("0 3.5 0.5 0.1 0.1\n")
    result = r2p("data", "check", str(small / "data.yaml"), "--json", "--model", "rtdetr-l.yaml")
    document = json.loads(result.out)
    [found] = [one for one in document["findings"] if one["key"] == "rows-range"]
    assert result.status == ExitCode.FAILED
    assert (document["strides"], document["imgsz"], document["problems"] > 0) == ([8, 16, 32], 640, True)
    assert len(found["files"]) == len(list((small / "images" / "train").iterdir()))
    assert set(found["files"][0]) == {"path", "note"}
    [balance] = [one for one in document["findings"] if one["plot"] and one["topic"] == "light"]
    assert balance["plot"]["rows"][0].keys() == {"label", "value", "note"}


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_no_line_is_wider_than_the_terminal(
    r2p: Run, drawn: Path, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    out = r2p("data", "check", str(drawn / "data.yaml"), "--imgsz", "32").out
    assert max(map(len, out.splitlines())) <= int(columns)


def test_names_of_files_cannot_steer_the_terminal(r2p: Run, small: Path) -> None:
    image = small / "images" / "train" / "000000.jpg"
    image.write_bytes(b"x")
    image.rename(image.with_name("\x1b[31mred\n.jpg"))
    result = r2p("data", "check", str(small / "data.yaml"))
    assert "\x1b" not in result.out
    assert "[31mred" in result.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check",), "takes one file"),
        (("check", "a", "b"), "takes one file"),
        (("look", "a"), "does not know “look”"),
        (("check", "gone.yaml"), "is not there"),
        (("check", "x", "--imgsz", "big"), "--imgsz: “big” is not a whole number from 1 to 1,000,000"),
    ],
)
def test_requests_that_are_none(r2p: Run, words: tuple[str, ...], said: str) -> None:
    result = r2p("data", *words)
    assert result.status in (ExitCode.USAGE, ExitCode.NOT_FOUND)
    assert said in result.err
    assert not result.out


def test_a_download_is_refused_in_one_sentence(r2p: Run, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    (tmp_path / "data.yaml").write_text(
        f"train: a\nnames: [a]\ndownload: |\n  open({str(mark)!r}, 'w').close()\n"
    )
    result = r2p("data", "check", str(tmp_path / "data.yaml"))
    assert result.status == ExitCode.FAILED
    assert "“download”" in result.err
    assert not mark.exists()


# --- plots as text ----------------------------------------------------------------------------------------


def test_bars_are_as_long_as_their_values() -> None:
    lines = bars([("one", 10, ""), ("three", 30, "thrice"), ("none", 0, "")], 60)
    lengths = [line.count("█") for line in lines]
    assert lengths[1] // 3 == lengths[0]
    assert lengths[2] == 0
    assert all(len(line) <= 60 for line in lines)
    assert lines[1].endswith("30  thrice")


def test_a_value_above_nothing_always_shows() -> None:
    assert "▏" in bars([("few", 1, ""), ("many", 1_000_000, "")], 40)[0]


def test_bars_of_nothing() -> None:
    assert bars([], 40) == []
    assert [line.split() for line in bars([("a", 0, "")], 40)] == [["a", "0"]]


@pytest.mark.parametrize("name", ["nope.yaml", "notes.txt"])
def test_what_is_no_data_set_is_told_alone(r2p: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").touch()
    refused = r2p("data", "check", str(tmp_path / name))
    assert refused.status != ExitCode.OK
    assert "Reading" not in refused.err and refused.err.startswith("r2p: ")


def test_the_help_names_what_is_taken_where_nothing_is_said() -> None:
    told = " ".join(parser_of("data").format_help().split())
    assert f"(default {MODEL})" in told and f"(default {IMAGE_SIZE})" in told

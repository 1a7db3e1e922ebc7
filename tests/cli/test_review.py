"""`r2p review` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run


@pytest.fixture
def due(r2p: Run, desk: Desk) -> Desk:
    """A technique whose next action is due today."""
    added = r2p("radar", "add", "RT-DETR", "--ring", "ASSESS", "--quadrant", "models", "--because", "108 FPS",
                "--next", "run it", "--by", "today")  # fmt: skip
    assert added.status == ExitCode.OK
    return desk


@pytest.mark.usefixtures("due")
def test_a_review_goes_out_is_filled_in_and_comes_back(r2p: Run, tmp_path: Path) -> None:
    place = tmp_path / "my review.md"
    written = r2p("review", "--to", str(place))
    assert (written.status, written.out) == (ExitCode.OK, f"{place}\n")
    assert f"r2p review take '{place}'" in written.err
    text = place.read_text()
    assert text == r2p("review").out
    assert "RT-DETR (ASSESS): “run it” is due today" in text
    assert r2p("review", "--to", str(place)).status == ExitCode.USAGE
    assert place.read_text() == text
    assert r2p("review", "--to", str(place), "--force", "--minutes", "30").status == ExitCode.OK
    assert "\n30 min · since " in place.read_text()
    place.write_text(text.replace("- RT-DETR:", "- RT-DETR: ADOPT because 31 FPS is enough"))
    taken = r2p("review", "take", str(place))
    assert (taken.status, taken.out) == (ExitCode.OK, "RT-DETR: ADOPT\n")
    assert "Review 1 is kept: 1 moved." in taken.err
    assert r2p("review", "list").out.endswith("1 decision  RT-DETR: ADOPT\n")
    assert "ADOPT because 31 FPS is enough" in r2p("review", "show", "1").out
    again = r2p("review", "take", str(place))
    assert (again.status, again.out) == (ExitCode.USAGE, "")
    assert "stands in ADOPT already" in again.err


@pytest.mark.usefixtures("due")
def test_the_review_as_json(r2p: Run) -> None:
    told = json.loads(r2p("review", "--json").out)
    spent = sum(item["minutes"] for item in told["items"])
    assert spent + told["closing"] + told["left_over"] == told["minutes"] == 60
    assert [(item["part"], item["name"]) for item in told["items"]] == [
        ("moves", "RT-DETR"), ("decisions", "RT-DETR")
    ]  # fmt: skip
    taken = json.loads(r2p("review", "take", "-", "--json", stdin=b"- RT-DETR: stays\n").out)
    assert taken["review"] == 1
    assert (taken["decisions"][0]["name"], taken["decisions"][0]["ring"]) == ("RT-DETR", None)
    [kept] = json.loads(r2p("review", "list", "--json").out)["reviews"]
    assert kept["decisions"] == taken["decisions"]
    assert json.loads(r2p("review", "show", "1", "--json").out)["agenda"] == "- RT-DETR: stays\n"


@pytest.mark.usefixtures("due")
@pytest.mark.parametrize(
    ("words", "stdin", "status", "said"),
    [
        (("held",), b"", ExitCode.USAGE, "There are: take, list, show."),
        (("take",), b"", ExitCode.USAGE, "Write: r2p review take FILE"),
        (("take", "nowhere.md"), b"", ExitCode.USAGE, "cannot be read"),
        (("take", "-"), b"\xff\xfe", ExitCode.USAGE, "no text in UTF-8"),
        (("take", "-"), b"x" * 1_000_001, ExitCode.USAGE, "larger than 1 MB"),
        (("take", "-"), b"", ExitCode.USAGE, "No decision stands there"),
        (("take", "-"), b"\n- RT-DETR: maybe", ExitCode.USAGE, "Line 2: "),
        (("take", "-", "--minutes", "30"), b"", ExitCode.USAGE, "writes no agenda"),
        (("show", "7"), b"", ExitCode.NOT_FOUND, "no review 7"),
        (("show", "x"), b"", ExitCode.USAGE, "by its number"),
        (("--to", "no/such/folder/review.md"), b"", ExitCode.FAILED, "cannot be written"),
        (("--minutes", "5"), b"", ExitCode.USAGE, "10 to 480"),
    ],
)
def test_what_is_refused_says_why(
    r2p: Run, words: tuple[str, ...], stdin: bytes, status: ExitCode, said: str
) -> None:
    refused = r2p("review", *words, stdin=stdin)
    assert (refused.status, refused.out) == (status, "")
    assert said in refused.err


def test_no_review_yet(r2p: Run, desk: Desk) -> None:
    assert "r2p review --to" in r2p("review", "list").err
    assert json.loads(r2p("review", "list", "--json").out) == {"reviews": []}

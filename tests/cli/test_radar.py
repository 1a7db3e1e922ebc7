"""`r2p radar` from the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from r2p_tui.cli.output import display_width
from r2p_tui.cli.radar_text import write_radar
from r2p_tui.domain.times import local_day
from r2p_tui.errors import ExitCode
from r2p_tui.services.desk import Desk, utc_now
from r2p_tui.services.radar import radar
from tests.cli.conftest import Run, put
from tests.formats.byor_rules import byor_problems

ADD = (
    "--ring",
    "ASSESS",
    "--quadrant",
    "models",
    "--because",
    "108 FPS claimed",
    "--next",
    "run it",
    "--by",
    "2w",
)
PLAIN = ("--because", "in production")

# Words after `r2p radar`, the exit status, and a part of what is said.
REFUSED: tuple[tuple[tuple[str, ...], ExitCode, str], ...] = (
    (("shoe",), ExitCode.USAGE, "Did you mean: r2p radar show?"),
    (("show", "RTDETR"), ExitCode.NOT_FOUND, "Did you mean RT-DETR?"),
    (("move", "1", "HOLD", *PLAIN), ExitCode.NOT_FOUND, "numbers of the plot change"),
    (("add",), ExitCode.USAGE, "Write: r2p radar add NAME"),
    (("add", "New"), ExitCode.USAGE, "Which ring?"),
    (("add", "New", "--ring", "trial"), ExitCode.USAGE, "Which quadrant?"),
    (
        ("add", "New", "--ring", "trial", "--quadrant", "data"),
        ExitCode.USAGE,
        "Why does it belong in TRIAL?",
    ),
    (
        ("add", "New", "--ring", "trial", "--quadrant", "data", *PLAIN),
        ExitCode.USAGE,
        "next action, and by",
    ),
    (("add", "rt-detr", *ADD), ExitCode.USAGE, "on the radar already"),
    (("move", "RT-DETR"), ExitCode.USAGE, "Write: r2p radar move NAME RING"),
    (("move", "RT-DETR", "trail"), ExitCode.USAGE, "Did you mean TRIAL?"),
    (("move", "RT-DETR", "SKIP", "--because", "old"), ExitCode.USAGE, "superseded by"),
    (("move", "RT-DETR", "ASSESS", *PLAIN), ExitCode.USAGE, "stands in ASSESS already"),
    (("move", "RT-DETR", "TRIAL", *PLAIN, "--next", "x", "--by", "2020-01-01"), ExitCode.USAGE, ""),
    (("move", "RT-DETR", "HOLD", *PLAIN, "--owner", "Ana"), ExitCode.USAGE, "takes no --owner"),
    (("rate", "RT-DETR", "maturity"), ExitCode.USAGE, "Write: r2p radar rate"),
    (("rate", "RT-DETR", "maturity", "6"), ExitCode.USAGE, "no rating from 1 to 5"),
    (("rate", "RT-DETR", "maturity", "5"), ExitCode.USAGE, "What makes maturity a 5?"),
    (("edit", "RT-DETR"), ExitCode.USAGE, "What is to be changed?"),
    (("link", "RT-DETR", "2999.00001"), ExitCode.NOT_FOUND, "r2p add 2999.00001"),
    (("export", "radar.txt"), ExitCode.USAGE, "For which program"),
    (("export", "-", "--as", "aoe"), ExitCode.USAGE, "folder"),
    (("export", "-", "--as", "byor-csv", "--skip-as", "skip"), ExitCode.USAGE, "stand for itself"),
)


@pytest.fixture
def filled(r2p: Run, desk: Desk) -> Desk:
    """Five techniques, one of each quadrant and one in SKIP."""
    [paper] = put(desk, "Real-time transformers")
    assert r2p("radar", "add", "RT-DETR", *ADD, "--owner", "Ana", "--paper", paper).status == ExitCode.OK
    for name, ring, quadrant in (
        ("Copy-paste", "ADOPT", "data"), ("Mosaic", "ADOPT", "training"), ("TensorRT", "HOLD", "deployment")
    ):  # fmt: skip
        assert r2p("radar", "add", name, "--ring", ring, "--quadrant", quadrant, *PLAIN).status == ExitCode.OK
    assert r2p("radar", "add", "YOLOv5", "--ring", "skip", "--quadrant", "models", "--because",
               "superseded by RT-DETR").status == ExitCode.OK  # fmt: skip
    return desk


@pytest.mark.usefixtures("filled")
def test_the_radar_is_drawn_with_its_legend_and_what_needs_attention(
    r2p: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = r2p("radar")
    assert shown.out == r2p("radar", "show").out
    lines = shown.out.splitlines()
    assert lines[0].split() == ["Models", "Data", "Training", "Deployment"]
    assert "3●" in shown.out
    assert any(
        line.startswith("3  ●  ASSESS  RT-DETR     Models · core · Ana · run it, by ") for line in lines
    )
    assert any(line.startswith("SKIP 5●") for line in lines)
    assert "5 techniques; movement since " in shown.err
    assert "3 techniques in ADOPT, TRIAL and ASSESS: too few to tell the balance." in shown.err
    for columns in ("40", "60", "132"):
        monkeypatch.setenv("COLUMNS", columns)
        assert max(map(display_width, r2p("radar").out.splitlines())) <= int(columns)


def test_a_quadrant_that_the_settings_no_longer_name_keeps_its_name(
    filled: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    now = utc_now()
    view = replace(radar(filled, now=now), quadrants=("Data", "Training", "Deployment", "Other"))
    write_radar(view, local_day(now))
    assert "RT-DETR     Models · core" in capsys.readouterr().out


@pytest.mark.usefixtures("filled")
def test_the_radar_as_json(r2p: Run) -> None:
    told = json.loads(r2p("radar", "--json").out)
    assert told["quadrants"] == ["Models", "Data", "Training", "Deployment"]
    assert [each["name"] for each in told["techniques"]] == [
        "Copy-paste", "Mosaic", "RT-DETR", "TensorRT", "YOLOv5"
    ]  # fmt: skip
    one = told["techniques"][2]
    assert (one["ring"], one["movement"], one["stale"], one["action_due"]) == ("ASSESS", "new", False, False)
    assert one["papers"] == [{"paper": "2411.00001", "title": "Real-time transformers"}]
    assert one["moves"][0]["reason"] == "108 FPS claimed"
    assert told["balance"]["shares"][0]["from"] == 60


@pytest.mark.usefixtures("filled")
def test_one_technique_is_moved_rated_and_shown(r2p: Run) -> None:
    moved = r2p(
        "radar", "move", "rt-detr", "trial", "--because", "31 FPS", "--next", "shadow mode", "--by", "1mo"
    )
    assert moved.out == "RT-DETR moved from ASSESS to TRIAL.\n"
    assert r2p("radar", "rate", "rt-detr", "shadow-mode", "4", "--because", "it runs beside").out == (
        "RT-DETR: shadow mode 4.\n"
    )
    r2p("predict", "It spreads", "--p", "0.3", "--by", "2y", "--criteria", "in at least 3 of 5 products",
        "--reason", "it is fast", "--technique", "RT-DETR")  # fmt: skip
    shown = r2p("radar", "show", "rt-detr").out
    assert shown.startswith("RT-DETR · TRIAL\n")
    assert "ASSESS to TRIAL: 31 FPS\n" in shown
    assert "new in ASSESS: 108 FPS claimed\n" in shown
    assert "prediction 1 It spreads (30 %, due " in shown
    assert "Rate advantage next:" in shown
    told = json.loads(r2p("radar", "show", "RT-DETR", "--json").out)
    assert (told["advice"]["ring"], told["advice"]["rate_next"]) == (None, "advantage")
    assert [line["statement"] for line in told["predictions"]] == ["It spreads"]


@pytest.mark.usefixtures("filled")
def test_advice_shows_every_weight_and_its_reasons(r2p: Run) -> None:
    for factor in ("advantage", "improvement", "maturity", "capacity"):
        r2p("radar", "rate", "RT-DETR", factor, "4", "--because", f"evidence of {factor}")
    told = r2p("radar", "advice", "rt-detr").out
    assert told.startswith("RT-DETR: TRIAL\nadvantage      4  x 0.22  0.88  evidence of advantage\n")
    assert "criticality    -  x 0.08        What happens when it is wrong?\n" in told
    assert "Not beyond TRIAL: nobody rated what happens when it is wrong." in told
    values = json.loads(r2p("radar", "advice", "rt-detr", "--json").out)
    assert (values["ring"], values["stands_in"], values["agrees"]) == ("TRIAL", "ASSESS", False)
    assert sum(part["weight"] for part in values["parts"]) == pytest.approx(0.69)
    assert values["parts"][0]["contribution"] == 0.88


@pytest.mark.usefixtures("filled")
def test_the_small_changes(r2p: Run) -> None:
    assert r2p("radar", "confirm", "mosaic").out == "Mosaic was reviewed and stays in ADOPT.\n"
    assert r2p("radar", "edit", "mosaic", "--owner", "Bo", "--bucket", "adjacency", "--next", "look",
               "--by", "2w").out == "Mosaic was changed.\n"  # fmt: skip
    one = json.loads(r2p("radar", "show", "mosaic", "--json").out)
    assert (one["owner"], one["bucket"], one["next_action"]) == ("Bo", "adjacency", "look")
    assert r2p("radar", "link", "mosaic", "2411.00001").out == "Behind Mosaic: 2411.00001.\n"
    assert r2p("radar", "unlink", "mosaic", "2411.00001").out == "2411.00001 is no longer behind Mosaic.\n"
    assert "off the radar" in r2p("radar", "drop", "mosaic").out
    assert r2p("radar", "show", "mosaic").status == ExitCode.NOT_FOUND
    assert json.loads(r2p("radar", "confirm", "TensorRT", "--json").out)["name"] == "TensorRT"


@pytest.mark.usefixtures("filled")
def test_what_is_refused_is_refused_with_the_question(r2p: Run) -> None:
    before = json.loads(r2p("radar", "--json").out)["techniques"]
    for words, status, said in REFUSED:
        refused = r2p("radar", *words)
        assert (refused.status, refused.out) == (status, ""), words
        assert said in refused.err, words
        assert refused.err.count("\n") >= 2, words
    assert json.loads(r2p("radar", "--json").out)["techniques"] == before


@pytest.mark.usefixtures("filled")
def test_the_radar_is_exported_and_what_is_lost_is_said(r2p: Run, tmp_path: Path) -> None:
    place = tmp_path / "radar.csv"
    exported = r2p("radar", "export", str(place))
    assert exported.out == f"{place}\n"
    assert "1 technique in SKIP is left out, since that radar has four rings: YOLOv5." in exported.err
    assert byor_problems(place.read_text(), "csv") == []
    assert place.read_text() == r2p("radar", "export", "-", "--as", "byor-csv").out
    drawn = r2p("radar", "export", "-", "--as", "byor-json", "--skip-as", "hold", "--hosted")
    assert byor_problems(drawn.out, "json") == []
    assert "is drawn as HOLD: YOLOv5" in drawn.err
    assert "Models to Techniques" in drawn.err
    files = json.loads(r2p("radar", "export", str(tmp_path / "aoe"), "--as", "aoe", "--json").out)["files"]
    assert all(Path(name).is_file() for name in files)


def test_an_empty_radar_says_how_to_begin(r2p: Run, desk: Desk) -> None:
    nothing = r2p("radar")
    assert (nothing.status, nothing.out) == (ExitCode.OK, "")
    assert "r2p radar add" in nothing.err
    assert json.loads(r2p("radar", "--json").out)["techniques"] == []
    assert r2p("radar", "export", "-", "--as", "zalando").status == ExitCode.NOT_FOUND


def test_hostile_names_are_harmless(r2p: Run, desk: Desk) -> None:
    name = "\x1b[31mred\u202e\n[b]x[/b]"
    assert (
        r2p("radar", "add", name, "--ring", "hold", "--quadrant", "data", "--because", "\x1b]0;x\x07").status
        == 0
    )
    known = json.loads(r2p("radar", "--json").out)["techniques"][0]["name"]
    for words in ((), ("show", known), ("advice", known), ("export", "-", "--as", "byor-csv"), ("--json",)):
        shown = r2p("radar", *words)
        assert shown.status == ExitCode.OK
        assert not set("\x1b\x07\u202e").intersection(shown.out + shown.err)

from __future__ import annotations

import json

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run
from tests.cli.judged_predictions import judged, predicted


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


def numbers(out: str) -> dict[str, str]:
    """The lines below the words, by their names."""
    return {line[:24].strip(): line[24:] for line in out.splitlines() if len(line) > 24 and line[23] == " "}


def test_without_a_verdict_there_is_nothing_to_show(r2p: Run, desk: Desk) -> None:
    predicted(desk)
    empty = r2p("calibration")
    assert (empty.status, empty.out) == (ExitCode.OK, "")
    assert "r2p predictions --due" in empty.err
    values = json.loads(r2p("calibration", "--json").out)
    assert (values["verdict"], values["scores"]["count"], values["bins"]) == ("too_early", 0, [])


def test_fewer_than_ten_are_too_early_to_plot(r2p: Run, desk: Desk) -> None:
    judged(desk, "0.5", yes=4, no=4)
    told = r2p("calibration").out
    assert told.splitlines()[0] == "too early to tell: 8 of 10 resolved"
    assert "said 50 %" not in told
    assert numbers(told)["resolved"] == "8, of which 4 came true"
    assert numbers(told)["Brier"] == "0.250 (0 is best, 1 worst)"


def test_the_plot_its_bins_and_the_scores(r2p: Run, desk: Desk) -> None:
    judged(desk, "0.8", yes=5, no=5, kind="adoption")
    judged(desk, "0.2", yes=1, no=4)
    told = r2p("calibration", "--by", "kind")
    lines = told.out.splitlines()
    assert lines[0] == "what you said against what happened"
    assert "probability that you said" in told.out
    bins = [" ".join(line.split()) for line in lines if " said " in f" {line[:8]}"]
    assert [line.split(" by chance")[0] for line in bins] == [
        "a said 20 % happened 20 % 1 of 5",
        "b said 80 % happened 50 % 5 of 10",
    ]
    # Of ten that were said with 80 %, chance leaves fewer than five but rarely.
    assert bins[1].endswith("by chance 50-100 % true rate 24-76 %")
    found = numbers(told.out)
    # 10 x (0.8 or 0.2)^2 and 5 x (0.2 or 0.8)^2, by hand.
    assert found["Brier"] == "0.280 (0 is best, 1 worst)"
    assert found["always the base rate"] == "0.240"
    assert found["skill against it"] == "-0.167"
    assert found["reliability"] == "0.060 (0 is best)"
    assert found["resolution"] == "0.020 (more is better)"
    assert found["uncertainty"] == "0.240"
    assert [line.split()[:4] for line in lines[-2:]] == [
        ["adoption", "10", "5", "0.340"],
        ["free", "5", "1", "0.160"],
    ]


def test_a_bin_says_on_which_side_of_chance_it_lies(r2p: Run, desk: Desk) -> None:
    judged(desk, "0.8", yes=3, no=7)
    judged(desk, "0.2", yes=7, no=3)
    told = r2p("calibration", "--by", "kind").out
    bins = [line for line in told.splitlines() if " said " in f" {line[:8]}"]
    assert bins[0].endswith("more often than by chance")
    assert bins[1].endswith("less often than by chance")
    assert "always base rate" in told


def test_of_one_kind_and_in_the_scale_of_fatebook(r2p: Run, desk: Desk) -> None:
    judged(desk, "0.8", yes=5, no=5, kind="adoption")
    judged(desk, "0.2", yes=1, no=4)
    found = numbers(r2p("calibration", "--kind", "adoption", "--two-class").out)
    assert found["resolved"] == "10, of which 5 came true"
    assert found["Brier"] == "0.680 (0 is best, 2 worst)"
    assert found["always the base rate"] == "0.500"
    refused = r2p("calibration", "--kind", "adopton")
    assert (refused.status, "adoption, result, poc, free" in refused.err) == (ExitCode.USAGE, True)


def test_certain_and_wrong_costs_without_end(r2p: Run, desk: Desk) -> None:
    judged(desk, "1", yes=0, no=1)
    assert numbers(r2p("calibration").out)["log score"] == "inf (0 is best)"
    assert json.loads(r2p("calibration", "--json").out)["scores"]["log"] == "inf"


def test_as_json(r2p: Run, desk: Desk) -> None:
    judged(desk, "0.75", yes=9, no=3)
    values = json.loads(r2p("calibration", "--json").out)
    assert values["verdict"] == "calibrated"
    assert (values["scores"]["brier"], values["scores"]["two_class"]) == (0.1875, 0.375)
    assert [(one["said"], one["rate"], one["count"]) for one in values["bins"]] == [(0.75, 0.75, 12)]
    assert values["by_kind"]["free"]["count"] == 12
    assert (values["by_ring"], values["by_tag"]) == ({}, {})
    assert values["by_year"]["2026"]["yes"] == 9
    assert values["over_time"][-1]["brier"] == 0.1875


def test_a_terminal_without_braille_gets_plain_letters(
    r2p: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(desk, "0.8", yes=5, no=5)
    monkeypatch.setattr("r2p_tui.cli.plot_drawing.knows_braille", lambda: False)
    told = r2p("calibration", "--width", "60", "--height", "12").out
    plot = told.splitlines()[1:13]
    assert all(line.isascii() for line in plot)
    assert max(map(len, plot)) <= 60


def test_what_has_no_tag_is_said(r2p: Run, desk: Desk) -> None:
    judged(desk, "0.8", yes=1, no=0)
    assert "None of them has a tag." in r2p("calibration", "--by", "tag").err

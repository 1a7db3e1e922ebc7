"""`r2p claims` and `r2p ablations` from the command line."""

from __future__ import annotations

import json

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run
from tests.services.stored_tables import detectors, freebies, put_tables

PAPER = "2004.10934"


@pytest.fixture
def with_tables(desk: Desk) -> int:
    return put_tables(desk, PAPER, detectors(), freebies(), keep=True)


@pytest.mark.usefixtures("with_tables")
def test_a_claim_is_kept_by_what_is_printed_and_listed(r2p: Run) -> None:
    kept = r2p(
        "claims", "keep", PAPER, "Table 8", "ours", "fps", "--hardware", "Tesla V100", "--note", "check"
    )
    assert kept.status == ExitCode.OK
    assert kept.out.startswith(f"1  {PAPER}  Table 8, page 11  FPS 62  ")
    assert kept.out.endswith("· MS COCO · Tesla V100 · check\n")
    assert r2p("claims").out == r2p("claims", PAPER).out == kept.out
    [claim] = json.loads(r2p("claims", "--json").out)["claims"]
    assert (claim["id"], claim["paper"], claim["table_key"], claim["value"]) == (1, PAPER, "8", 62)
    assert (claim["metric"], claim["page"], claim["box"]) == ("FPS", 11, [4, 3, 5, 4])


@pytest.mark.usefixtures("with_tables")
def test_a_claim_is_kept_by_numbers_and_dropped(r2p: Run) -> None:
    claim = json.loads(r2p("claims", "keep", PAPER, "8", "3", "3", "--json").out)
    assert (claim["value"], claim["row"], claim["column"]) == (43.5, 3, 2)
    assert r2p("claims", "drop", "1").out.startswith("dropped  1")
    assert r2p("claims", "drop", "1").status == ExitCode.NOT_FOUND
    nothing = r2p("claims")
    assert (nothing.status, nothing.out) == (ExitCode.OK, "")
    assert "r2p claims keep" in nothing.err


@pytest.mark.usefixtures("with_tables")
@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("keep",), ExitCode.USAGE),
        (("keep", PAPER, "8", "ours"), ExitCode.USAGE),
        (("keep", PAPER, "8", "ours", "nothing"), ExitCode.NOT_FOUND),
        (("keep", PAPER, "99", "ours", "FPS"), ExitCode.NOT_FOUND),
        (("keep", PAPER, "8", "ours", "backbone"), ExitCode.USAGE),
        (("keep", "2999.00001", "8", "ours", "FPS"), ExitCode.NOT_FOUND),
        (("drop",), ExitCode.USAGE),
        (("drop", "one"), ExitCode.USAGE),
        (("drop", "9" * 30), ExitCode.USAGE),
        ((PAPER, "more"), ExitCode.USAGE),
        (("2999.00001",), ExitCode.NOT_FOUND),
        ((PAPER, "--unit", "ms"), ExitCode.USAGE),
    ],
)
def test_what_is_no_claim_is_refused_with_a_hint(r2p: Run, words: tuple[str, ...], status: ExitCode) -> None:
    refused = r2p("claims", *words)
    assert (refused.status, refused.out) == (status, "")
    assert refused.err.count("\n") >= 2


@pytest.mark.usefixtures("with_tables")
def test_rows_that_answer_a_question(r2p: Run) -> None:
    found = r2p("ablations", "does", "mosaic", "help", "small", "objects?")
    assert found.status == ExitCode.OK
    assert found.out.count(f"{PAPER}  Table 4, page 7") == 2
    values = json.loads(r2p("ablations", "mosaic", "--json").out)
    assert values["question"] == "mosaic"
    assert {(row["paper"], row["table"], row["row"]) for row in values["rows"]} == {
        (PAPER, "4", 3),
        (PAPER, "4", 4),
    }
    assert {"header": "AP_S", "text": "19.0"} in values["rows"][0]["cells"] + values["rows"][1]["cells"]


@pytest.mark.usefixtures("with_tables")
def test_other_tables_are_searched_on_demand(r2p: Run) -> None:
    nothing = r2p("ablations", "darknet-53")
    assert (nothing.status, nothing.out) == (ExitCode.OK, "")
    assert "--all" in nothing.err
    assert r2p("ablations", "darknet-53", "--all").out.count("Table 8") == 2


@pytest.mark.usefixtures("with_tables")
def test_what_a_component_is_worth(r2p: Run) -> None:
    told = r2p("ablations", "--worth", "mosaic").out
    reason = "mean of 2 pairs of rows that differ only in it"
    assert told == f"{PAPER}  Table 4, page 7  Mosaic  +0.35 Top-1 ▲, +1.0 AP_S ▲ ({reason})\n"
    worth = json.loads(r2p("ablations", "--worth", "mosaic", "--json").out)["worth"]
    assert [(entry["header"], entry["signed"]) for entry in worth] == [("Top-1", "+0.35"), ("AP_S", "+1.0")]
    assert r2p("ablations", "--worth", "flamingo").out == ""
    assert r2p("ablations", "--worth", "mosaic", "--all").status == ExitCode.USAGE


@pytest.mark.usefixtures("with_tables")
def test_a_narrow_terminal_loses_no_change(r2p: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in ("30", "60"):
        monkeypatch.setenv("COLUMNS", width)
        lines = r2p("ablations", "--worth", "mosaic").out.splitlines()
        assert max(map(len, lines)) <= int(width)
        assert "+0.35 Top-1 ▲, +1.0 AP_S ▲ (mean" in " ".join(" ".join(lines).split())
    monkeypatch.setenv("COLUMNS", "80")
    for line in r2p("ablations", "mosaic").out.splitlines():
        assert "▼" in line or "baseline" in line
        assert len(line) <= 80


@pytest.mark.usefixtures("with_tables")
def test_one_number_that_is_no_claim_drops_nothing(r2p: Run) -> None:
    r2p("claims", "keep", PAPER, "8", "ours", "FPS")
    before = r2p("claims").out
    assert r2p("claims", "drop", "1", "99").status == ExitCode.NOT_FOUND
    assert r2p("claims").out == before
    assert r2p("claims", "drop", "1", "1").out.count("dropped") == 1


@pytest.mark.parametrize("words", [(), ("",), ("?",)])
def test_a_question_needs_words(r2p: Run, words: tuple[str, ...]) -> None:
    assert r2p("ablations", *words).status == ExitCode.USAGE

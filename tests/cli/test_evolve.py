"""`r2p evolve`: a path through what is stored, which says where it ends."""

from __future__ import annotations

import json

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.services.desk import Desk
from tests.cli.citing_works import CITING, put_graph
from tests.cli.conftest import Run

KEY = "2401.00001"
BEST = CITING[0][0].work


@pytest.fixture
def graph(desk: Desk) -> int:
    return put_graph(desk)


@pytest.mark.usefixtures("graph")
def test_the_path_goes_from_the_work_to_its_most_influential_successor(r2p: Run) -> None:
    result = r2p("evolve", KEY, "--offline")
    assert result.status == ExitCode.OK
    first, why, second = result.out.splitlines()
    assert first == f"{KEY}  2024-01-05  Seeing screws in real time"
    assert why.strip().startswith("↓ ")
    assert "extends it" in why
    assert second == f"{BEST.arxiv_id}  2025-03-01  {BEST.title}"


@pytest.mark.usefixtures("graph")
def test_where_nobody_looked_it_says_how_to_go_on(r2p: Run) -> None:
    assert f"r2p cites {BEST.arxiv_id}" in r2p("evolve", KEY, "--offline").err


@pytest.mark.usefixtures("graph")
def test_json_has_a_step_for_each_work(r2p: Run) -> None:
    told = json.loads(r2p("evolve", KEY, "--json").out)
    assert told["paper"] == KEY
    assert [step["paper"] for step in told["steps"]] == [KEY, BEST.arxiv_id]
    assert [step["end"] for step in told["steps"]] == [None, "not looked"]
    assert told["steps"][0]["why"] == []
    assert told["steps"][1]["why"]


@pytest.mark.usefixtures("graph")
def test_a_narrow_terminal_is_not_overrun(r2p: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, r2p("evolve", KEY).out.splitlines())) <= 40


@pytest.mark.parametrize(
    ("words", "status"),
    [((), ExitCode.USAGE), (("nothing",), ExitCode.USAGE), (("2999.00001", "--offline"), ExitCode.SOURCE)],
)
@pytest.mark.usefixtures("graph")
def test_what_is_no_stored_paper_is_refused(r2p: Run, words: tuple[str, ...], status: ExitCode) -> None:
    refused = r2p("evolve", *words)
    assert (refused.status, refused.out) == (status, "")

"""`r2p stop`: runs that go on, that wait, and that have ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run
from tests.cli.finished_runs import command, put_run


def test_a_run_is_stopped_and_says_by_whom(r2p: Run, desk: Desk, tmp_path: Path) -> None:
    r2p("run", "command", "--", *command(tmp_path, 100_000, 0.05))
    stopped = r2p("stop", "last", "--wait")
    assert stopped.status == ExitCode.OK
    assert stopped.out.startswith("1  cancelled  python")
    values = json.loads(r2p("runs", "1", "--json").out)
    assert (values["state"], values["stopped_by"]) == ("cancelled", "user")


def test_a_run_that_waits_is_taken_out_of_the_queue(r2p: Run, desk: Desk) -> None:
    r2p("runs", "--pause")
    put_run(desk, "waits", "queued")
    assert r2p("stop", "waits").out.startswith("1  cancelled  waits")


def test_a_run_that_has_ended_stays_as_it_is(r2p: Run, desk: Desk) -> None:
    put_run(desk, "train.py", "failed", reason="It ended with exit status 3.")
    assert r2p("stop", "1").out == "1  already failed  train.py  It ended with exit status 3.\n"
    assert json.loads(r2p("stop", "1", "1", "--json").out)["runs"][0]["state"] == "failed"


def test_one_bad_name_stops_nothing(r2p: Run, desk: Desk) -> None:
    r2p("runs", "--pause")
    put_run(desk, "waits", "queued")
    assert r2p("stop", "waits", "nothing").status == ExitCode.NOT_FOUND
    assert json.loads(r2p("runs", "1", "--json").out)["state"] == "queued"


@pytest.mark.parametrize("words", [(), ("--now",)])
def test_a_name_is_needed(r2p: Run, words: tuple[str, ...]) -> None:
    assert r2p("stop", *words).status == ExitCode.USAGE

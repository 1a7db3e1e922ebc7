"""`r2p logs`: the end of a log, and following it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run
from tests.cli.finished_runs import command, put_run
from tests.pty_harness import PtyProgram

R2P = [sys.executable, "-m", "r2p_tui"]


def numbered(count: int) -> str:
    return "".join(f"line {number}\n" for number in range(1, count + 1))


def test_the_last_lines_are_printed(r2p: Run, desk: Desk) -> None:
    put_run(desk, "train.py", log=numbered(200))
    assert r2p("logs", "1").out == numbered(200)[-len(r2p("logs", "1").out) :]
    assert len(r2p("logs", "1").out.splitlines()) == 50
    assert r2p("logs", "1", "-n", "2").out == "line 199\nline 200\n"
    assert r2p("logs", "last", "--lines", "0")[1:] == ("", "")


def test_the_log_as_json(r2p: Run, desk: Desk) -> None:
    put_run(desk, "train.py", log=numbered(5))
    assert json.loads(r2p("logs", "train.py", "-n", "1", "--json").out) == {
        "run": 1,
        "state": "done",
        "lines": ["line 5"],
    }


def test_a_run_that_wrote_nothing_says_how_it_stands(r2p: Run, desk: Desk) -> None:
    put_run(desk, "train.py", "failed", reason="Its folder cannot be used.")
    silent = r2p("logs", "1")
    assert (silent.status, silent.out) == (ExitCode.OK, "")
    assert silent.err == "Run 1 is failed and has written nothing: Its folder cannot be used.\n"


def test_following_a_run_that_has_ended_returns(r2p: Run, desk: Desk) -> None:
    put_run(desk, "train.py", log=numbered(60))
    followed = r2p("logs", "1", "-f", "-n", "3")
    assert followed.status == ExitCode.OK
    assert followed.out == "line 58\nline 59\nline 60\n"
    assert followed.err == "Run 1 ended: done.\n"


def test_following_prints_every_line_once(r2p: Run, desk: Desk, tmp_path: Path) -> None:
    assert r2p("run", "command", "--", *command(tmp_path, 20, 0.05)).status == ExitCode.OK
    lines = [json.loads(line)["epoch"] for line in r2p("logs", "1", "-f", "-n", "1000").out.splitlines()]
    assert lines == list(range(1, 21))


def test_a_last_line_without_an_end_is_followed_too(r2p: Run, desk: Desk) -> None:
    put_run(desk, "train.py", log="one\ntwo\nthree")
    assert r2p("logs", "1", "-f", "-n", "1").out == "two\nthree\n"


@pytest.mark.parametrize("words", [("1", "-n", "-3"), ("1", "-n", "many"), ("1", "-f", "--json"), ()])
def test_what_makes_no_sense_is_refused(r2p: Run, desk: Desk, words: tuple[str, ...]) -> None:
    put_run(desk, "train.py")
    assert r2p("logs", *words).status == ExitCode.USAGE


@pytest.fixture
def endless(r2p: Run, desk: Desk, tmp_path: Path) -> Iterator[None]:
    assert r2p("run", "command", "--", *command(tmp_path, 100_000, 0.05)).status == ExitCode.OK
    yield
    assert r2p("stop", "1", "--wait").status == ExitCode.OK


@pytest.mark.usefixtures("endless")
def test_leaving_leaves_the_run_running(r2p: Run) -> None:
    with PtyProgram([*R2P, "logs", "1", "-f"], environ=dict(os.environ)) as terminal:
        terminal.wait_for_bytes(b'"epoch": ')
        terminal.press("ctrl+c")
        terminal.wait_for_text("Run 1 goes on. Stop it with: r2p stop 1")
        assert terminal.wait() == ExitCode.INTERRUPTED
    assert json.loads(r2p("runs", "1", "--json").out)["state"] == "running"

"""`r2p runs`: the list, one run in full, and the switch of the queue."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.runs.rundir import append_line, run_folder
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run
from tests.cli.finished_runs import command, kill_when, put_run

ESCAPES = "a\x1b]52;c;ZXZpbA==\x07b\x1b[2J"


def test_without_runs_the_way_to_one_is_told(r2p: Run, desk: Desk) -> None:
    nothing = r2p("runs")
    assert (nothing.status, nothing.out) == (ExitCode.OK, "")
    assert "r2p run train" in nothing.err
    assert json.loads(r2p("runs", "--json").out) == {"paused": False, "count": 0, "runs": []}


def test_runs_are_listed_newest_first(r2p: Run, desk: Desk) -> None:
    put_run(desk, "yolov8n parts", points=[{"map50": 0.1}, {"map50": 0.3}, {"map50": 0.2}])
    put_run(desk, "train.py", "failed", reason="It ended with exit status 3.")
    lines = r2p("runs").out.splitlines()
    assert lines[0].split("  ")[:3] == ["2", "failed", "train.py"]
    assert lines[0].endswith("It ended with exit status 3.")
    assert lines[1].startswith("1  done    yolov8n parts  3/3  map50 0.2 (best 0.3)")


def test_runs_of_one_state_and_at_most_so_many(r2p: Run, desk: Desk) -> None:
    for number in range(4):
        put_run(desk, f"run {number}", "failed" if number % 2 else "done", reason="x")
    values = json.loads(r2p("runs", "--state", "failed", "--json").out)
    assert (values["count"], [run["name"] for run in values["runs"]]) == (2, ["run 3", "run 1"])
    few = r2p("runs", "--limit", "1")
    assert len(few.out.splitlines()) == 1
    assert "3 more runs; see them with --limit 4" in few.err
    assert "No run is lost." in r2p("runs", "--state", "lost").err


def test_the_queue_is_paused_and_goes_on(r2p: Run, desk: Desk) -> None:
    paused = r2p("runs", "--pause")
    assert paused.status == ExitCode.OK
    assert "r2p runs --go-on" in paused.err
    put_run(desk, "waits", "queued")
    values = json.loads(r2p("runs", "--json").out)
    assert (values["paused"], values["runs"][0]["state"]) == (True, "queued")
    assert "paused" in r2p("runs").err
    r2p("stop", "waits")
    assert "paused" not in r2p("runs", "--go-on").err
    assert json.loads(r2p("runs", "--json").out)["paused"] is False


def test_what_a_run_asks_is_answered(r2p: Run, desk: Desk, tmp_path: Path) -> None:
    asking = ["--soft-kill", "map50 < 0.5 by epoch 1", "--", *command(tmp_path, 100_000, 0.05)]
    r2p("run", "command", *asking)
    questions = wait_for_question(r2p)
    assert questions[0]["index"] == 0
    assert "asks: " in r2p("runs").out
    answered = r2p("runs", "last", "--go-on", "--json")
    assert answered.status == ExitCode.OK, answered.err
    values = json.loads(answered.out)
    assert (values["state"], values["questions"]) == ("running", [])
    assert questions[0]["sentence"] in answered.err
    again = r2p("runs", "1", "--go-on")
    assert (again.status, again.out) == (ExitCode.USAGE, "")
    assert "asks nothing" in again.err
    r2p("stop", "1", "--wait")


def wait_for_question(r2p: Run) -> list[dict[str, Any]]:
    for _ in range(600):
        questions = json.loads(r2p("runs", "last", "--json").out)["questions"]
        if questions:
            return list(questions)
        time.sleep(0.05)
    raise AssertionError("it asked nothing")


def test_a_training_that_ended_and_asks_nothing_can_be_resumed(r2p: Run, desk: Desk) -> None:
    put_run(desk, "yolov8n parts", "failed", reason="x", spec={"kind": "train", "argv": ()})
    assert "r2p resume 1" in r2p("runs", "1", "--go-on").err


@pytest.mark.parametrize("word", ["1", "#1", "last", "yolov8n parts"])
def test_one_run_in_full(r2p: Run, desk: Desk, word: str) -> None:
    spec = {"criteria": (kill_when("map50 < 0.01 by epoch 5"),), "seed": 7}
    put_run(desk, "yolov8n parts", points=[{"map50": 0.1}], spec=spec)
    shown = r2p("runs", word)
    assert shown.status == ExitCode.OK
    for told in (
        "# 1 yolov8n parts",
        "took          1 h 5 min",
        "map50 < 0.01 by epoch 5",
        "seed          7",
    ):
        assert told in shown.out
    values = json.loads(r2p("runs", word, "--json").out)
    assert (values["id"], values["state"], values["spec"]["seed"]) == (1, "done", 7)
    assert values["criteria"][0]["text"] == "map50 < 0.01 by epoch 5"


@pytest.mark.parametrize("word", ["2", "#99999999999999999999", "nothing", "", "yolo8n parts"])
def test_a_run_that_is_not_there(r2p: Run, desk: Desk, word: str) -> None:
    put_run(desk, "yolov8n parts")
    refused = r2p("runs", word) if word else r2p("logs", word)
    assert (refused.status, refused.out) == (ExitCode.NOT_FOUND, "")
    assert refused.err.count("\n") == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--state", "runing"),
        ("--state", "x"),
        ("1", "--pause"),
        ("1", "--state", "done"),
        ("1", "2"),
        ("--pause", "--go-on"),
    ],
)
def test_what_makes_no_sense_is_refused(r2p: Run, desk: Desk, words: tuple[str, ...]) -> None:
    refused = r2p("runs", *words)
    assert (refused.status, refused.out) == (ExitCode.USAGE, "")
    assert refused.err.count("\n") >= 2


def test_a_state_that_is_nearly_right_is_corrected(r2p: Run, desk: Desk) -> None:
    assert "--state running" in r2p("runs", "--state", "runing").err


def test_names_and_reasons_cannot_steer_the_terminal(r2p: Run, desk: Desk) -> None:
    put_run(
        desk,
        ESCAPES,
        "failed",
        reason=ESCAPES,
        points=[{ESCAPES: 1.0}],
        log=ESCAPES,
        spec={"surroundings": {"git": ESCAPES, ESCAPES: "x"}, "argv": (ESCAPES,)},
    )
    for words in (["runs"], ["runs", "1"], ["logs", "1"], ["plot", "1"], ["runs", "--json"], ["stop", "1"]):
        result = r2p(*words)
        assert "\x1b" not in result.out + result.err, words
        assert "\x07" not in result.out + result.err, words


def test_reading_only_lists_and_refuses_to_start(r2p: Run, desk: Desk) -> None:
    put_run(desk, "yolov8n parts")
    assert r2p("--read-only", "runs").status == ExitCode.OK
    assert r2p("--read-only", "runs", "1").status == ExitCode.OK
    assert r2p("--read-only", "runs", "--pause").status == ExitCode.STORE
    assert r2p("--read-only", "run", "command", "--", "true").status == ExitCode.STORE
    assert len(json.loads(r2p("runs", "--json").out)["runs"]) == 1


def test_a_run_ends_while_nobody_looks(r2p: Run, desk: Desk, tmp_path: Path) -> None:
    assert r2p("run", "command", "--wait", "--", *command(tmp_path, 3)).status == ExitCode.OK
    [run] = json.loads(r2p("runs", "--json").out)["runs"]
    assert (run["state"], run["epoch"], run["latest"]["map50"]) == ("done", 3, 0.03)


def test_an_empty_id_is_no_way_to_let_the_queue_go_on(r2p: Run, desk: Desk) -> None:
    r2p("runs", "--pause")
    refused = r2p("runs", "", "--go-on")
    assert (refused.status, refused.out) == (ExitCode.NOT_FOUND, "")
    assert r2p("runs", "", "--state", "done").status == ExitCode.USAGE
    assert json.loads(r2p("runs", "--json").out)["paused"] is True


def test_a_training_that_was_stopped_shows_the_hash_of_its_data(r2p: Run, desk: Desk) -> None:
    number = put_run(desk, "yolov8n parts", "cancelled", reason="x", spec={"kind": "train", "argv": ()})
    told = {"time": 1.0, "event": "note", "sentence": "It trains.", "data_sha256": "ab" * 32}
    append_line(run_folder(desk.paths.runs, number).events, told)
    assert f"sha256 {'ab' * 32}" in " ".join(r2p("runs", "1").out.split())
    assert json.loads(r2p("runs", "1", "--json").out)["data_sha256"] == "ab" * 32


def test_checkpoints_are_listed_as_they_were_written(r2p: Run, desk: Desk) -> None:
    folder = run_folder(desk.paths.runs, put_run(desk, "yolov8n parts")).checkpoints
    folder.mkdir()
    for age, name in enumerate(("best.pt", "epoch-10000.pt", "epoch-9999.pt")):
        (folder / name).touch()
        os.utime(folder / name, (1e9 - age, 1e9 - age))
    names = json.loads(r2p("runs", "1", "--json").out)["checkpoints"]
    assert names == ["epoch-9999.pt", "epoch-10000.pt", "best.pt"]

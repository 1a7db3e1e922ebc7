"""Two runs beside each other: what they were told differently, and which came out better."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from r2p_tui.config import Settings
from r2p_tui.domain.runs import Criterion, MetricPoint, RunSpec, RunState
from r2p_tui.paths import Paths
from r2p_tui.services import run_surroundings, runs
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_comparing import Comparison, compare
from tests.services.stored_runs import add_run, epochs


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings(), offline=True) as found:
        yield found


def trained(desk: Desk, points: list[MetricPoint], **train: object) -> int:
    spec = RunSpec("train", "a training", train={"model": "yolov8n.yaml", "data": "d.yaml"} | train)
    return add_run(desk, spec, state=RunState.DONE, points=points)


def compared(desk: Desk, first: int, second: int) -> Comparison:
    return compare(
        runs.view_of(desk, first),
        runs.points(desk, first),
        runs.view_of(desk, second),
        runs.points(desk, second),
    )


def test_better_and_worse_follow_the_direction_of_each_metric(desk: Desk) -> None:
    first = trained(desk, epochs({"map50": [0.1, 0.5, 0.4], "val_loss": [3.0, 2.0, 2.5]}))
    second = trained(desk, epochs({"map50": [0.2, 0.6], "val_loss": [3.0, 2.2]}))
    found = {one.name: one for one in compared(desk, first, second).metrics}
    assert found["map50"].verdict == "better" and found["map50"].best == (0.5, 0.6)
    assert found["map50"].difference == pytest.approx(0.1)
    assert found["map50"].last == (0.4, 0.6)
    assert found["val_loss"].verdict == "worse" and found["val_loss"].best == (2.0, 2.2)


def test_only_settings_that_differ_are_told(desk: Desk) -> None:
    points = epochs({"map50": [0.5]})
    first = trained(desk, points, epochs=40, mosaic=1.0)
    second = trained(desk, points, epochs=40, mosaic=0.0, lr0=0.01)
    settings = compared(desk, first, second).settings
    assert [(one.name, one.first, one.second) for one in settings] == [
        ("lr0", "not set", "0.01"),
        ("mosaic", "1", "0"),
    ]


def test_equal_runs_are_equal(desk: Desk) -> None:
    points = epochs({"map50": [0.5]})
    found = compared(desk, trained(desk, points), trained(desk, points))
    assert found.settings == () and found.metrics[0].verdict == "equal"


def test_metrics_that_only_one_has_come_last_and_have_no_verdict(desk: Desk) -> None:
    first = trained(desk, epochs({"accuracy": [0.5], "map50": [0.5]}))
    found = compared(desk, first, trained(desk, epochs({"map50": [0.6]}))).metrics
    assert [one.name for one in found] == ["map50", "accuracy"]
    assert found[1].best == (0.5, None) and found[1].verdict == "" and found[1].difference is None


def test_what_is_no_number_is_never_the_best(desk: Desk) -> None:
    first = trained(desk, epochs({"map50": [0.5, math.nan, math.inf]}))
    found = compared(desk, first, trained(desk, epochs({"map50": [math.nan]}))).metrics[0]
    assert found.best == (0.5, None)


def test_a_metric_without_a_direction_has_a_difference_but_no_verdict(desk: Desk) -> None:
    first, second = trained(desk, epochs({"lr_pg0": [0.1]})), trained(desk, epochs({"lr_pg0": [0.2]}))
    found = compared(desk, first, second).metrics[0]
    assert found.verdict == "" and found.difference == pytest.approx(0.1)


def test_batches_stand_in_where_no_epoch_was_reported(desk: Desk) -> None:
    points = [
        MetricPoint(1.0, {"loss": 2.0}, step=1, scope="batch"),
        MetricPoint(2.0, {"loss": 1.0}, step=2, scope="batch"),
    ]
    found = compared(desk, trained(desk, points), trained(desk, points)).metrics
    assert found[0].best == (1.0, 1.0)


def test_criteria_are_settings_too(desk: Desk) -> None:
    spec = RunSpec("command", "one", argv=("true",), criteria=(Criterion("kill", "loss is nan"),))
    first = add_run(desk, spec, state=RunState.DONE)
    second = add_run(desk, RunSpec("command", "one", argv=("false",)), state=RunState.DONE)
    names = {one.name: one for one in compared(desk, first, second).settings}
    assert names["criteria"].first == "kill loss is nan" and names["argv"].second == "false"


def test_the_code_the_packages_and_the_data_are_told_where_they_differ(desk: Desk, tmp_path: Path) -> None:
    command = RunSpec("train", "one", train={"model": "m.yaml", "data": "d.yaml"}, folder=str(tmp_path))
    facts, _ = run_surroundings.surroundings(command, {}, ("r2p",))
    ids = []
    for commit, torch in (("abc", "2.9.0"), ("def", "2.10.0")):
        git = {"commit": commit, "branch": "main", "changed": commit == "def", "untracked": []}
        around = facts | {"git": git, "versions": facts["versions"] | {"torch": torch}}
        told = [{"time": 1.0, "event": "note", "data_sha256": commit * 4}]
        spec = replace(command, surroundings=around)
        ids.append(add_run(desk, spec, state=RunState.FAILED, events=told))
    assert compared(desk, *ids).settings == (
        ("changed", "False", "True"),
        ("commit", "abc", "def"),
        ("hash of the data", "abcabcabcabc", "defdefdefdef"),
        ("version of torch", "2.9.0", "2.10.0"),
    )

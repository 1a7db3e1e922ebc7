"""Criteria and the time-box over what comes in: one clear warning, then the end, with the numbers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.domain.runs import Criterion, MetricPoint, Role, RunSpec
from r2p_tui.runs.rundir import append_line, point_line
from r2p_tui.runs.verdicts import Stop
from r2p_tui.runs.watching import Findings, Watcher

START = 1_000_000.0


def spec(*criteria: tuple[Role, str], **more: Any) -> RunSpec:
    return RunSpec("train", "test", criteria=tuple(Criterion(*one) for one in criteria), **more)


def watcher(*criteria: tuple[Role, str], folder: Path = Path("runs/000002"), **more: Any) -> Watcher:
    return Watcher(spec(*criteria, **more), folder, START)


def epoch(number: int, **values: float) -> MetricPoint:
    return MetricPoint(START + number, values, number)


def told(findings: Findings, event: str) -> list[dict[str, Any]]:
    return [one for one in findings.events if one["event"] == event]


def test_a_hard_kill_warns_once_and_stops_with_the_next_value() -> None:
    watching = watcher(("kill", "loss > 5"))
    assert watching.look([epoch(1, loss=1.0)], 1.0).stop is None
    first = watching.look([epoch(2, loss=7.25)], 2.0)
    assert first.stop is None
    (warning,) = told(first, "warning")
    assert warning["index"] == 0
    assert "7.25" in warning["sentence"]
    assert "10 s" in warning["sentence"]
    assert first.warnings == [warning["sentence"]]
    (light,) = told(first, "criterion")
    assert light["light"] == "broken"
    assert [2, 7.25] in light["numbers"]
    between = watching.look([], 4.0)
    assert (between.events, between.stop) == ([], None)
    second = watching.look([epoch(3, loss=8.5)], 5.0)
    assert second.stop
    assert second.stop.by == "criterion"
    assert "loss > 5" in second.stop.reason
    assert told(second, "warning") == []


def test_a_value_of_another_metric_decides_nothing() -> None:
    watching = watcher(("kill", "loss > 5"))
    watching.look([epoch(1, loss=7.0)], 1.0)
    assert watching.look([epoch(2, map50=0.5)], 2.0).stop is None
    assert watching.look([epoch(3, loss=7.0)], 3.0).stop


def test_silence_after_the_warning_stops_too() -> None:
    watching = watcher(("kill", "loss > 5"))
    watching.look([epoch(1, loss=7.0)], 1.0)
    assert watching.look([], 10.9).stop is None
    stop = watching.look([], 11.0).stop
    assert stop
    assert stop.by == "criterion"


def test_warn_only_never_stops_for_a_criterion() -> None:
    watching = watcher(("kill", "loss > 5"), warn_only=True)
    first = watching.look([epoch(1, loss=7.0)], 1.0)
    assert len(told(first, "warning")) == 1
    assert "--warn-only" in first.warnings[0]
    for number in range(2, 30):
        later = watching.look([epoch(number, loss=9.0)], number)
        assert later.stop is None
        assert later.warnings == []


def test_a_soft_kill_asks_once_and_never_stops() -> None:
    watching = watcher(("soft-kill", "loss > 5"))
    first = watching.look([epoch(1, loss=7.0)], 1.0)
    (question,) = told(first, "question")
    assert "7" in question["sentence"]
    assert question["sentence"].endswith("?")
    for number in range(2, 30):
        later = watching.look([epoch(number, loss=8.0)], number)
        assert later.stop is None
        assert told(later, "question") == []


def test_success_stops_nothing() -> None:
    watching = watcher(("success", "map50 >= 0.6"))
    first = watching.look([epoch(1, map50=0.7)], 1.0)
    assert [one["light"] for one in told(first, "criterion")] == ["met"]
    assert watching.look([epoch(2, map50=0.8)], 2.0).stop is None


def test_a_light_is_told_when_it_changes_only() -> None:
    watching = watcher(("success", "map50 >= 0.6"))
    values = [0.1, 0.2, 0.7, 0.8, 0.3]
    lights = [
        one["light"]
        for number, value in enumerate(values, 1)
        for one in told(watching.look([epoch(number, map50=value)], number), "criterion")
    ]
    assert lights == ["pending", "met", "pending"]
    last = watching.look([], 6.0, ended=True)
    assert [one["light"] for one in told(last, "criterion")] == ["broken"]
    assert last.stop is None


def test_batches_are_not_judged_but_lines_of_a_command_are() -> None:
    watching = watcher(("kill", "loss > 5"))
    batch = MetricPoint(START, {"loss": 9.0}, 1, 4, "batch")
    assert told(watching.look([batch], 0.5), "warning") == []
    line = MetricPoint(START, {"loss": 9.0}, None, 5, "batch")
    assert len(told(watching.look([line], 0.6), "warning")) == 1


def test_nan_ends_a_run_that_forbids_it() -> None:
    watching = watcher(("kill", "val_loss is nan"))
    watching.look([epoch(1, val_loss=math.nan)], 1.0)
    assert watching.look([epoch(2, val_loss=math.nan)], 2.0).stop


def test_a_deadline_passes_without_any_value() -> None:
    watching = watcher(("kill", "map50 >= 0.5 by 30 s"))
    assert watching.look([epoch(1, map50=0.1)], 1.0).warnings == []
    late = watching.look([], 31.0)
    assert len(late.warnings) == 1
    assert watching.look([], 41.0).stop


def test_another_run_is_read_from_the_folder_beside(tmp_path: Path) -> None:
    (tmp_path / "000012").mkdir()
    for number in (1, 2):
        append_line(tmp_path / "000012" / "metrics.jsonl", point_line(epoch(number, map50=0.8)))
    watching = watcher(("kill", "map50 drop > 10pt vs run:12"), folder=tmp_path / "000013")
    assert watching.look([epoch(1, map50=0.75)], 1.0).warnings == []
    worse = watching.look([epoch(2, map50=0.5)], 2.0)
    assert len(worse.warnings) == 1
    assert "0.8" in worse.warnings[0]


def test_another_run_that_is_not_there_stops_nothing(tmp_path: Path) -> None:
    watching = watcher(("kill", "map50 drop > 10pt vs run:12"), folder=tmp_path / "000013")
    first = watching.look([epoch(1, map50=0.1)], 1.0)
    assert [one["light"] for one in told(first, "criterion")] == ["unknown"]
    assert watching.look([epoch(2, map50=0.1)], 60.0).stop is None


def test_a_sentence_that_cannot_be_read_is_unknown() -> None:
    watching = watcher(("kill", "make it \x1b[2J so \ud800"))
    (light,) = told(watching.look([epoch(1, loss=1.0)], 1.0), "criterion")
    assert light["light"] == "unknown"
    assert "\x1b" not in light["text"] + light["sentence"]
    (light["text"] + light["sentence"]).encode()


def test_the_time_box_warns_near_its_end_and_stops_at_it() -> None:
    watching = watcher(time_box=600.0)
    assert watching.look([], 539.0) == Findings()
    near = watching.look([], 541.0)
    assert near.warnings == ["90% of the time-box of 10 min is used; 59 s are left."]
    assert watching.look([], 560.0) == Findings()
    assert watching.look([], 600.0).stop == Stop("time-box", "Its time-box of 10 min is over.")


def test_a_short_time_box_stops_without_a_warning() -> None:
    watching = watcher(time_box=2.0, warn_only=True)
    assert watching.look([], 1.9) == Findings()
    assert watching.look([], 2.1).stop == Stop("time-box", "Its time-box of 2 s is over.")


@pytest.mark.parametrize("seconds", [0.0, 1.0, 1e9])
def test_a_run_without_criteria_goes_on(seconds: float) -> None:
    assert watcher().look([epoch(1, loss=math.inf)], seconds) == Findings()


def test_a_question_that_was_asked_before_is_not_asked_again() -> None:
    criteria = spec(("soft-kill", "loss > 5"), ("soft-kill", "loss > 6"))
    watching = Watcher(criteria, Path("runs/000002"), START, asked={0})
    found = watching.look([epoch(1, loss=7.0)], 1.0)
    assert [question["index"] for question in told(found, "question")] == [1]
    assert told(watching.look([epoch(2, loss=8.0)], 2.0), "question") == []

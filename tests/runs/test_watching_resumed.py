"""A run that goes on from another one's checkpoint is judged by the whole curve, once it adds to it."""

from __future__ import annotations

from pathlib import Path

from r2p_tui.domain.runs import Criterion, MetricPoint, RunSpec
from r2p_tui.runs.watching import Watcher

START = 1.7e9
FORMER = [MetricPoint(START - 1000 + epoch, {"val_loss": float(epoch)}, epoch) for epoch in range(1, 6)]


def watcher(role: str = "kill", resumes: int | None = 1) -> Watcher:
    criteria = (Criterion(role, "val_loss rising for 3 epochs"),)  # type: ignore[arg-type]
    return Watcher(RunSpec("train", "t", criteria=criteria, resumes=resumes), Path("runs/000002"), START)


def events(watcher: Watcher, points: list[MetricPoint], seconds: float) -> list[str]:
    return [event["event"] for event in watcher.look(points, seconds).events]


def own(epoch: int, value: float) -> MetricPoint:
    return MetricPoint(START + epoch, {"val_loss": value}, epoch)


def test_what_was_taken_over_shows_in_the_light_and_stops_nothing() -> None:
    one = watcher()
    assert events(one, FORMER, 0) == ["criterion"]
    assert one.look([], 60).stop is None


def test_own_values_count_on_from_those_taken_over() -> None:
    one = watcher()
    one.look(FORMER, 0)
    assert events(one, [own(6, 6.0)], 70) == ["warning"]
    stop = one.look([own(7, 7.0)], 71).stop
    assert stop is not None and stop.by == "criterion"


def test_a_question_waits_for_an_own_value_too() -> None:
    one = watcher("soft-kill")
    assert "question" not in events(one, FORMER, 0)
    assert "question" in events(one, [own(6, 6.0)], 70)


def test_a_run_that_resumes_none_is_warned_at_once() -> None:
    assert events(watcher(resumes=None), FORMER, 0) == ["criterion", "warning"]

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.criteria import Judgement, Moment, RecordedHistory, judge, parse
from r2p_tui.domain.runs import ROLES, MetricPoint, Role

NAN = math.nan
RISING = [0.10, 0.22, 0.31, 0.36, 0.39, 0.41]
OTHER = {"map50": [0.10, 0.30, 0.50, 0.58, 0.57], "latency_p99_ms": [20.0]}


def points(name: str, values: list[float]) -> list[MetricPoint]:
    """One each minute, with epochs from 1."""
    return [MetricPoint(60.0 * epoch, {name: value}, epoch) for epoch, value in enumerate(values, 1)]


def verdict(
    text: str,
    role: Role,
    values: list[float],
    *,
    metric: str = "map50",
    epochs: int | None = None,
    ended: bool = False,
    late: float = 0.0,
    other: list[float] | None = None,
) -> Judgement:
    """Of a run that reported these values, `late` seconds after the last; `other` are those of run:12."""
    known = OTHER if other is None else {metric: other}
    references = {"run:12": [point for name in known for point in points(name, known[name])]}
    history = RecordedHistory(points(metric, values), references=references)
    now = Moment(60.0 * len(values) + late, len(values) or None, epochs, ended)
    return judge(parse(text), role, history, now)


TABLE: list[tuple[str, Role, list[float], bool, str, str]] = [
    ("map50 >= 0.6", "success", RISING, False, "pending",
     "map50 is 0.41 at epoch 6; at least 0.60 is asked for."),
    ("map50 >= 0.6", "success", RISING, True, "broken",
     "map50 was 0.41 at epoch 6; at least 0.60 was asked for."),
    ("map50 >= 40%", "success", RISING, False, "met",
     "map50 was 0.41 at epoch 6; at least 40% was asked for."),
    ("map50 >= 0.3", "success", [0.4, 0.2], False, "pending",
     "map50 is 0.20 at epoch 2; at least 0.30 is asked for."),
    ("best map50 >= 0.3", "success", [0.4, 0.2], False, "met",
     "The highest map50 was 0.40 at epoch 1; at least 0.30 was asked for."),
    ("map50 >= 0.3 by epoch 4", "success", [0.4, 0.2], False, "met",
     "map50 was 0.40 at epoch 1; at least 0.30 was asked for by epoch 4."),
    ("map50 >= 0.60 by epoch 5", "kill", [0.1, 0.2, 0.25, 0.3, 0.31], False, "broken",
     "map50 was 0.31 at epoch 5; at least 0.60 was asked for by epoch 5."),
    ("map50 >= 0.60 by epoch 5", "kill", [0.1, 0.2], False, "pending",
     "map50 is 0.20 at epoch 2; at least 0.60 is asked for by epoch 5."),
    ("map50 >= 0.2 by epoch 5", "kill", [0.1, 0.2, 0.1], False, "met",
     "map50 was 0.20 at epoch 2; at least 0.20 was asked for by epoch 5."),
    ("map50 < 0.3 by epoch 2", "kill", RISING, False, "broken",
     "map50 was 0.22 at epoch 2; at least 0.30 was asked for by epoch 2."),
    ("map50 < 0.3 by epoch 4", "kill", RISING, False, "met",
     "map50 was 0.31 at epoch 3; at least 0.30 was asked for by epoch 4."),
    ("map50 >= 0.60 by 2 min", "soft-kill", RISING, False, "broken",
     "map50 was 0.22 at epoch 2; at least 0.60 was asked for by 2 min."),
    ("map50 < 0.1", "kill", RISING, False, "pending",
     "map50 is 0.41 at epoch 6; below 0.10 is the sign to stop."),
    ("map50 < 0.1", "kill", RISING, True, "met", "map50 was 0.41 at epoch 6; below 0.10 never came."),
    ("map50 < 0.1", "soft-kill", [0.4, 0.05], False, "broken",
     "map50 was 0.05 at epoch 2; below 0.10 is the sign to ask."),
    ("map50 < 0.3", "kill", RISING, False, "broken",
     "map50 was 0.10 at epoch 1; below 0.30 is the sign to stop."),
    ("map50 < 0.3 after epoch 2", "kill", RISING, False, "pending",
     "map50 is 0.41 at epoch 6; below 0.30 is the sign to stop."),
    ("map50 < 0.3 after epoch 9", "kill", RISING, False, "pending", "No value of map50 after epoch 9 yet."),
    ("map50 < 0.3 after epoch 9", "kill", RISING, True, "unknown", "No value of map50 after epoch 9."),
    ("map50 rising for 3 epochs", "kill", RISING, False, "broken",
     "map50 has risen for 3 epochs in a row, from 0.10 at epoch 1 to 0.36 at epoch 4."),
    ("map50 rising for 9 epochs", "kill", RISING, False, "pending",
     "map50 is rising for 5 of 9 epochs, to 0.41 at epoch 6."),
    ("map50 falling for 3 epochs", "kill", RISING, False, "pending",
     "map50 is 0.41 at epoch 6, and not falling."),
    ("map50 falling for 3 epochs", "kill", RISING, True, "met", "map50 was never falling for 3 epochs."),
    ("map50 rising for 3 epochs by epoch 3", "kill", RISING, False, "broken",
     "map50 had not risen for 3 epochs in a row by epoch 3."),
    ("map50 falling for 2 epochs by epoch 2", "kill", [0.4, 0.3, 0.2, 0.1], False, "met",
     "map50 was never falling for 2 epochs."),
    ("map50 flat for 2 epochs", "kill", [0.3, 0.4, 0.4002, 0.39], False, "broken",
     "map50 has stayed flat (no new best by more than 0.1%) for 2 epochs, from 0.40 at epoch 2 to"
     " 0.39 at epoch 4."),
    ("map50 is nan", "kill", [0.1, NAN, 0.2], False, "broken", "map50 became nan at epoch 2."),
    ("map50 diverged", "kill", [0.1, math.inf], False, "broken", "map50 became inf at epoch 2."),
    ("map50 diverged", "kill", [0.1], True, "met", "map50 stayed a finite number."),
    ("map50 >= 0", "success", [0.1, NAN], False, "pending",
     "map50 is nan at epoch 2; at least 0 is asked for."),
    ("drop <= 1pt vs run:12", "success", [0.57], False, "met",
     "map50 was 0.57 at epoch 1, 1.0 pt below the 0.58 of run:12; a drop of at most 1 pt was asked for."),
    ("drop <= 1pt vs run:12", "kill", [0.1, 0.295, 0.6], False, "pending",
     "map50 is 0.60 at epoch 3, 10.0 pt above the 0.50 of run:12; a drop of more than 1 pt is the"
     " sign to stop."),
    ("drop <= 1pt vs run:12", "kill", [0.1, 0.22], False, "broken",
     "map50 was 0.22 at epoch 2, 8.0 pt below the 0.30 of run:12; a drop of more than 1 pt is the"
     " sign to stop."),
    ("drop <= 1pt vs run:12 by epoch 2", "kill", [0.1, 0.22], False, "broken",
     "map50 was 0.22 at epoch 2, 36.0 pt below the 0.58 of run:12; a drop of at most 1 pt was asked"
     " for by epoch 2."),
    ("drop <= 30% vs run:12", "success", [0.41], True, "met",
     "map50 was 0.41 at epoch 1, 29.3% below the 0.58 of run:12; a drop of at most 30% was asked for."),
    ("map50 < 90% of run:12", "kill", [0.1, 0.28, 0.44], False, "broken",
     "map50 was 0.44 at epoch 3; below 0.45 (90% of run:12 at epoch 3) is the sign to stop."),
    ("map50 >= run:12", "kill", [0.1, 0.3, 0.49], False, "broken",
     "map50 was 0.49 at epoch 3; below 0.50 (run:12 at epoch 3) is the sign to stop."),
    ("map50 >= run:13", "kill", [0.1], False, "unknown", "run:13 has no value of map50 to compare with."),
    ("mapp50 >= 0.3 by epoch 1", "kill", [0.1, 0.2], False, "unknown",
     "No value of mapp50; this run reports map50."),
    ("mapp50 >= 0.3", "success", [0.1], False, "pending", "No value of mapp50 yet; perhaps map50 is meant."),
    ("map50 >= 0.3", "success", [], False, "pending", "No value of map50 yet."),
    ("map50 >= 0.3", "success", [], True, "unknown", "No value of map50; this run reports nothing."),
    ("map50 >= 0.3 by 0.5 s", "kill", [], False, "pending", "No value of map50 yet."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "role", "values", "ended", "light", "said"), TABLE)
def test_a_criterion_is_judged_with_its_numbers(
    text: str, role: Role, values: list[float], ended: bool, light: str, said: str
) -> None:
    found = verdict(text, role, values, ended=ended)
    assert (found.light, found.sentence) == (light, said)


def test_the_numbers_are_those_that_decided() -> None:
    assert verdict("map50 >= 0.3 by epoch 4", "kill", RISING).numbers == ((3, 0.31),)
    trend = verdict("map50 rising for 2 epochs", "kill", RISING)
    assert trend.numbers == ((1, 0.10), (2, 0.22), (3, 0.31))
    assert verdict("drop <= 1pt vs run:12", "kill", [0.1, 0.22]).numbers == ((2, 0.22), (2, 0.30))


def test_silence_misses_a_deadline_but_a_misspelt_metric_does_not() -> None:
    silent = verdict("map50 >= 0.3 by 20 s", "kill", [], late=21)
    assert (silent.light, silent.sentence) == (
        "broken", "Nothing was reported by 20 s, and so no value of map50."
    )  # fmt: skip
    assert verdict("mapp50 >= 0.3 by 20 s", "kill", [0.1]).light == "unknown"


def test_a_value_that_comes_first_after_the_deadline_is_too_late() -> None:
    history = RecordedHistory([MetricPoint(1, {"map50": 0.9}, 10)])
    found = judge(parse("map50 >= 0.6 by epoch 5"), "kill", history, Moment(1, 10))
    assert found.light == "broken"
    assert found.sentence.startswith("map50 was first reported at epoch 10;")


def test_the_last_epoch_itself_may_still_report() -> None:
    history = RecordedHistory(points("map50", [0.1, 0.2]))
    sentence = parse("map50 >= 0.6 by epoch 3")
    assert judge(sentence, "kill", history, Moment(200, 3)).light == "pending"
    assert judge(sentence, "kill", history, Moment(200, 4)).light == "broken"


@pytest.mark.parametrize("text", ["map50 >= 0.60 by epoch 40", "map50 >= 0.60", "map50 >= 0.60 by hour 1"])
def test_a_pending_target_tells_where_it_is_heading(text: str) -> None:
    found = verdict(text, "success", RISING, epochs=40)
    assert found.light == "pending"
    assert "0.41, heading for 0." in found.sentence
    assert " ± 0." in found.sentence


def heading(text: str, values: list[float], metric: str = "map50", epochs: int = 40) -> tuple[float, str]:
    """The value that a pending target is heading for, and when."""
    said = verdict(text, "success", values, metric=metric, epochs=epochs).sentence
    found = re.search(r"heading for (\S+) ± \S+ (.*?);", said)
    assert found, said
    return float(found[1].replace(",", "")), found[2]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("map50 >= 0.60 by epoch 20", "at epoch 20"),
        ("map50 >= 0.60 by epoch 60", "at epoch 40"),
        ("map50 >= 0.60 by 10 min", "by 10 min"),
        ("map50 >= 0.60 by 40 min", "by 40 min"),
        ("map50 >= 0.60 by 41 min", "at epoch 40"),
    ],
)
def test_it_heads_for_the_deadline_or_the_end_of_the_run(text: str, when: str) -> None:
    assert heading(text, RISING)[1] == when


def test_without_a_known_end_it_heads_for_the_deadline() -> None:
    assert " by hour 1;" in verdict("map50 >= 0.60 by hour 1", "success", RISING).sentence


def test_a_best_value_never_heads_for_a_worse_one() -> None:
    falling = [0.50, 0.45, 0.40, 0.36, 0.33, 0.30]
    assert heading("best map50 >= 0.60", falling)[0] == 0.50
    assert heading("map50 >= 0.60", falling)[0] < 0.30
    assert heading("best val_loss <= 0.10", falling[::-1], "val_loss")[0] == 0.30
    assert heading("best val_loss <= 0.10", falling, "val_loss")[0] < 0.30


def test_nothing_heads_beyond_what_its_values_can_be() -> None:
    down = [1.0, 0.8, 0.6, 0.4, 0.2, 0.1]
    assert heading("val_loss <= -1", down, "val_loss")[0] == 0
    assert heading("val_loss <= -1", [value - 0.5 for value in down], "val_loss")[0] < -0.5
    up = [0.1, 0.3, 0.5, 0.7, 0.9]
    assert heading("accuracy >= 2", up, "accuracy")[0] == 1
    assert heading("accuracy >= 200", [100 * value for value in up], "accuracy")[0] > 90
    assert heading("val_loss >= 2", up, "val_loss")[0] > 1


def test_no_forecast_is_made_of_three_values() -> None:
    assert "heading" not in verdict("map50 >= 0.60", "success", RISING[:3], epochs=40).sentence


def gaps(epochs: list[int | None], values: list[float], text: str, ended: bool = False) -> str:
    """What is said of a run that reported in these epochs only."""
    pairs = zip(epochs, values, strict=True)
    found = [MetricPoint(60.0 * place, {"map50": value}, epoch) for place, (epoch, value) in enumerate(pairs)]
    return judge(parse(text), "kill", RecordedHistory(found), Moment(1e3, epochs[-1], ended=ended)).sentence


def test_values_that_come_every_few_epochs_are_not_called_epochs() -> None:
    epochs: list[int | None] = [5, 10, 15, 20]
    assert gaps(epochs, RISING[:4], "map50 rising for 3 epochs") == (
        "map50 has risen for 3 values in a row, from 0.10 at epoch 5 to 0.36 at epoch 20."
    )
    assert gaps(epochs, RISING[:4], "map50 rising for 9 epochs") == (
        "map50 is rising for 3 of 9 values, to 0.36 at epoch 20."
    )
    assert gaps(epochs, RISING[:4], "map50 falling for 2 epochs", ended=True) == (
        "map50 was never falling for 2 values."
    )
    assert gaps(epochs, RISING[:4], "map50 falling for 2 epochs by epoch 15").endswith(
        "never falling for 2 values."
    )
    assert gaps(epochs, RISING[:4], "map50 rising for 4 epochs by epoch 20") == (
        "map50 had not risen for 4 values in a row by epoch 20."
    )
    assert "for 3 values in a row" in gaps([None] * 4, RISING[:4], "map50 rising for 3 epochs")
    assert "for 3 epochs in a row" in gaps([7, 8, 9, 10], RISING[:4], "map50 rising for 3 epochs")


def test_too_late_is_said_of_the_values_that_count() -> None:
    assert gaps([1, 6], [0.1, 0.2], "map50 >= 0.6 by epoch 5 after epoch 3") == (
        "The first map50 after epoch 3 was reported at epoch 6; at least 0.60 was asked for by epoch 5."
    )


def test_values_without_an_epoch_are_in_time_for_an_epoch() -> None:
    history = RecordedHistory([MetricPoint(1, {"map50": 0.9})])
    assert judge(parse("map50 >= 0.6 by epoch 5"), "kill", history, Moment(1, 9)).light == "met"


def test_a_deadline_is_over_at_its_very_second() -> None:
    assert verdict("map50 >= 0.6 by 2 min", "kill", [0.1], late=59).light == "pending"
    assert verdict("map50 >= 0.6 by 2 min", "kill", [0.1], late=60).light == "broken"


@pytest.mark.parametrize("moment", ["epoch 2", "2 min"])
def test_what_comes_just_then_does_not_come_after(moment: str) -> None:
    text = f"map50 < 0.3 after {moment}"
    assert verdict(text, "kill", [0.1, 0.2]).sentence == f"No value of map50 after {moment} yet."
    assert verdict(text, "kill", [0.1, 0.2, 0.2]).light == "broken"


def test_a_value_of_the_other_run_that_is_nan_is_passed_over() -> None:
    assert verdict("map50 >= run:12", "kill", [0.6, 0.6], other=[0.5, NAN]).light == "pending"
    assert verdict("map50 >= run:12", "kill", [0.6, 0.4], other=[0.5, NAN]).light == "broken"
    found = verdict("map50 >= run:12", "kill", [0.6], other=[NAN])
    assert found.sentence == "run:12 has no value of map50 to compare with."


def test_the_best_is_not_held_up_by_a_first_nan() -> None:
    assert verdict("best map50 >= 0.3", "success", [NAN, 0.4]).light == "met"


def test_the_best_so_far_is_compared_with_the_best_so_far() -> None:
    text = "map50 >= run:12 after epoch 1"
    assert verdict(f"best {text}", "kill", [0.6, 0.45], other=[0.5, 0.4]).light == "broken"
    assert verdict(text, "kill", [0.6, 0.45], other=[0.5, 0.4]).light == "pending"


@pytest.mark.parametrize(
    ("metric", "values", "light"),
    [
        ("val_loss", [100, 99.95, 99.92], "broken"),
        ("val_loss", [100, 99.8, 99.6], "pending"),
        ("val_loss", [0.001, 0.0009, 0.0008], "pending"),
        ("val_loss", [math.inf, 5, 4, 3], "pending"),
        ("val_loss", [math.inf, 5, 5, 5], "broken"),
        ("val_loss", [-math.inf, 5, 4, 3], "pending"),
        ("map50", [0.5, 0.5, math.inf, 0.6, 0.7], "pending"),
        ("zeta", [3, 2, 1], "pending"),
        ("zeta", [1, 2, 3], "pending"),
        ("zeta", [3, 3, 3], "broken"),
    ],
)
def test_flat_is_measured_against_the_last_best(metric: str, values: list[float], light: str) -> None:
    assert verdict(f"{metric} flat for 2 epochs", "kill", values, metric=metric).light == light


@pytest.mark.parametrize(
    ("drop", "metric", "value", "other", "light"),
    [
        ("1pt", "map50", 0.575, 0.58, "met"),
        ("1pt", "map50", 0.565, 0.58, "broken"),
        ("1pt", "map50", 57.5, 58, "met"),
        ("1pt", "map50", 56.5, 58, "broken"),
        ("10%", "reward", -105, -100, "met"),
        ("10%", "reward", -150, -100, "broken"),
        ("10%", "map50", 0, 0, "met"),
        ("10%", "map50", 0.1, 0, "met"),
        ("10%", "map50", -0.1, 0, "broken"),
    ],
)
def test_a_drop_is_measured_on_the_scale_of_the_values(
    drop: str, metric: str, value: float, other: float, light: str
) -> None:
    text = f"{metric} drop <= {drop} vs run:12"
    assert verdict(text, "success", [value], metric=metric, other=[other], ended=True).light == light


def test_units_follow_the_name_and_the_size_of_a_metric() -> None:
    def light(text: str, metric: str, value: float) -> str:
        return verdict(text, "success", [value], metric=metric).light

    assert light("latency_p99_ms <= 0.033s", "latency_p99_ms", 33) == "met"
    assert light("latency_p99_ms <= 0.033s", "latency_p99_ms", 34) == "pending"
    assert light("latency_p99_ms <= 1 min", "latency_p99_ms", 59_999) == "met"
    assert light("train_seconds <= 1 min", "train_seconds", 61) == "pending"
    assert light("train_min <= 1 h", "train_min", 60) == "met"
    assert light("train_min <= 1 h", "train_min", 61) == "pending"
    assert light("size_mb <= 1GB", "size_mb", 999) == "met"
    assert light("accuracy >= 60%", "accuracy", 61.0) == "met"
    assert light("accuracy >= 60%", "accuracy", 59.0) == "pending"
    assert light("latency_p99_ms <= 90% of run:12", "latency_p99_ms", 18) == "met"
    assert light("latency_p99_ms <= 90% of run:12", "latency_p99_ms", 18.1) == "pending"


def test_the_primary_metric_is_the_stricter_where_it_is_reported() -> None:
    both = [MetricPoint(1, {"map50": 0.9, "map50_95": 0.2}, 1)]
    history = RecordedHistory(both, references={"baseline": [MetricPoint(1, {"map50_95": 0.5}, 1)]})
    found = judge(parse("drop <= 1pt vs baseline"), "success", history, Moment(1, 1))
    assert "30.0 pt below the 0.50 of baseline" in found.sentence


def test_only_epochs_and_runs_without_epochs_count() -> None:
    history = RecordedHistory(
        [
            MetricPoint(1, {"loss": 1.0}, 1, 5, "batch"),
            MetricPoint(2, {"loss": 2.0}, None, 6, "batch"),
            MetricPoint(3, {"loss": 3.0}, 1, 7, "epoch"),
        ]
    )
    assert [reading.value for reading in history.readings("loss")] == [2.0, 3.0]


def test_an_epoch_that_is_reported_again_replaces_what_followed() -> None:
    history = RecordedHistory(points("loss", [3, 2, 9, 9]))
    history.add([MetricPoint(500, {"loss": 1.0}, 3)])
    assert [(reading.epoch, reading.value) for reading in history.readings("loss")] == [
        (1, 3),
        (2, 2),
        (3, 1),
    ]


VALUES = st.lists(st.one_of(st.floats(0, 1), st.just(NAN)), max_size=12)
TEXTS = st.sampled_from([text for text, *_ in TABLE])


@given(TEXTS, st.sampled_from(ROLES), VALUES, st.booleans(), st.floats(0, 1e4))
def test_every_history_gets_one_line(
    text: str, role: Role, values: list[float], ended: bool, late: float
) -> None:
    found = verdict(text, role, values, ended=ended, late=late, epochs=20)
    assert found.light in ("met", "pending", "broken", "unknown")
    assert found.sentence.endswith(".") and "\n" not in found.sentence
    if ended:
        assert found.light != "pending"


@given(VALUES, VALUES)
def test_the_best_that_met_a_target_goes_on_meeting_it(values: list[float], more: list[float]) -> None:
    if verdict("best map50 >= 0.6", "success", values).light == "met":
        assert verdict("best map50 >= 0.6", "success", values + more).light == "met"


@given(TEXTS, VALUES, VALUES)
def test_a_kill_that_was_broken_stays_broken(text: str, values: list[float], more: list[float]) -> None:
    # The size of later values may tell that percentages are no fractions; here all are fractions.
    if verdict(text, "kill", values).light == "broken":
        assert verdict(text, "kill", values + more).light == "broken"


@given(VALUES, st.integers(1, 5))
def test_rising_needs_as_many_increases_in_a_row(values: list[float], count: int) -> None:
    increases = "".join("x" if later > earlier else "." for earlier, later in pairwise(values))
    found = verdict(f"map50 rising for {count} epochs", "kill", values)
    assert (found.light == "broken") == ("x" * count in increases)
    if found.light == "broken":
        assert len(found.numbers) == count + 1


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=8).flatmap(
        lambda v: st.tuples(st.just(v), st.permutations(v))
    )
)
def test_the_best_does_not_depend_on_the_order(orders: tuple[list[float], list[float]]) -> None:
    one, other = (verdict("best map50 >= 0.5", "success", values, ended=True) for values in orders)
    assert one.light == other.light
    assert [value for _, value in one.numbers] == [value for _, value in other.numbers]


@given(VALUES, st.floats(0, 1))
def test_nan_never_meets_a_comparison(values: list[float], limit: float) -> None:
    for operator in (">=", ">", "<=", "<", "="):
        if values:
            assert verdict(f"map50 {operator} {limit!r}", "success", [*values, NAN]).light == "pending"

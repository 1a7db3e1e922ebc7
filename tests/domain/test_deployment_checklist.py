"""The five checks: each passes, fails, or says why it did not run, with thresholds on both sides."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.deployment_checklist import (
    Distribution,
    EdgeCase,
    Light,
    judge_answer,
    judge_command,
    judge_distribution,
    judge_edge_cases,
    judge_evaluation,
    judge_load,
    judge_memory,
    judge_spread,
    not_run,
)
from r2p_tui.domain.measurements import Accuracy, Latency, Scenario

MIB = 2**20


def accuracy(map50_95: float, map50: float) -> Accuracy:
    return Accuracy(map50_95=map50_95, map50=map50, interval=None, images=240)


@pytest.mark.parametrize(
    ("measured", "expected", "state"),
    [
        (accuracy(0.59, 0.82), None, "passed"),
        (accuracy(0.01, 0.04), None, "failed"),
        (accuracy(math.nan, math.nan), None, "failed"),
        (accuracy(0.59, 0.82), 0.60, "passed"),
        (accuracy(0.59, 0.82), 0.62, "failed"),
        (accuracy(0.59, 0.82), 0.30, "passed"),
    ],
)
def test_the_models_own_evaluation(measured: Accuracy, expected: float | None, state: str) -> None:
    check = judge_evaluation(measured, expected)
    assert check.state == state
    assert check.sentence.startswith("mAP50-95") and check.sentence.endswith(".")


def test_answers_and_exit_statuses() -> None:
    assert judge_answer(5, 5, [], "status 200").state == "passed"
    assert judge_answer(4, 5, ["status 500"], "status 200").details == ("status 500",)
    assert judge_answer(0, 0, [], "status 200").state == "failed"
    check = judge_command(10, 10, 0, {"accuracy": 0.9}, [])
    assert check.state == "passed" and "accuracy 0.9" in check.sentence and check.figures["accuracy"] == 0.9
    assert judge_command(9, 10, 0, {}, ["exit status 1"]).state == "failed"


def test_own_inputs_against_neutral_ones() -> None:
    like = Light(48, 120.0, 10.0, 320.0)
    fine = judge_distribution(Distribution(own_ms=12.0, noise_ms=10.0, train=like, measured=like))
    assert fine.state == "passed" and fine.figures["ratio"] == pytest.approx(1.2)
    assert judge_distribution(Distribution(own_ms=12.6, noise_ms=10.0)).state == "failed"
    dark = judge_distribution(Distribution(train=like, measured=like._replace(brightness=100.0)))
    assert dark.state == "failed" and "20 of 255 levels darker" in dark.sentence
    large = judge_distribution(Distribution(train=like, measured=like._replace(longest=1000.0)))
    assert large.state == "failed" and "3.12 times" in large.sentence
    assert judge_distribution(Distribution()).state == "not run"
    assert judge_spread({"a": 10.0, "b": 12.0}).state == "passed"
    assert judge_spread({"a": 10.0, "b": 13.0}).state == "failed"


def scenario(requests: int = 1000, errors: int = 0, lost: int = 0, p99: float | None = 40.0) -> Scenario:
    latency = Latency(samples=requests, mean=20.0, p50=20.0, p90=30.0, p95=35.0, p99=p99, maximum=50.0)
    return Scenario(
        name="server",
        words="50 clients",
        latency=latency,
        requests=requests,
        errors=errors,
        lost=lost,
        seconds=10.0,
    )


def test_a_load_is_held_only_where_nothing_is_lost() -> None:
    assert judge_load(scenario()).state == "passed"
    assert judge_load(scenario(errors=1)).state == "failed"
    assert judge_load(scenario(lost=1)).state == "failed"
    assert judge_load(scenario(requests=0)).state == "failed"
    assert "too few requests for p99" in judge_load(scenario(p99=None)).sentence


def test_a_refusal_of_nonsense_is_fine_and_a_crash_is_not() -> None:
    fine = [EdgeCase("grey", "answered"), EdgeCase("empty", "refused", "It is empty.")]
    assert judge_edge_cases(fine).state == "passed"
    crashed = judge_edge_cases([*fine, EdgeCase("huge", "crashed", "\x1b[31msignal 9")])
    assert crashed.state == "failed" and crashed.figures["crashed"] == 1
    assert judge_edge_cases([*fine, EdgeCase("tiny", "wrong")]).state == "failed"
    assert judge_edge_cases(fine, still_right=False).state == "failed"
    assert judge_edge_cases([]).state == "not run"
    assert all("\x1b" not in detail for detail in crashed.details)


def test_memory_that_grows_is_told_from_memory_that_stands() -> None:
    standing = [100 * MIB + (number % 3) * MIB for number in range(30)]
    growing = [100 * MIB + number * 3 * MIB for number in range(30)]
    assert judge_memory(900.0, 10.0, standing, 80 * MIB).state == "passed"
    leak = judge_memory(900.0, 10.0, growing, 80 * MIB)
    assert leak.state == "failed" and leak.figures["growth_bytes"] == 60 * MIB
    assert "900 ms" in leak.sentence and "10 ms" in leak.sentence
    # A large process may breathe by more than 20 MiB.
    large = [2000 * MIB] * 10 + [2050 * MIB] * 20
    assert judge_memory(None, None, large, None).state == "passed"
    assert judge_memory(2000.0, None, [MIB], None).state == "not run"


@given(st.lists(st.integers(1, 2**40), min_size=3, max_size=50))
def test_memory_that_only_shrinks_is_never_a_leak(memory: list[int]) -> None:
    assert judge_memory(1.0, 1.0, sorted(memory, reverse=True), None).state == "passed"


def test_what_was_not_run_says_why() -> None:
    check = not_run("edge cases", "the request has no body")
    assert check.state == "not run" and check.sentence == "The request has no body."

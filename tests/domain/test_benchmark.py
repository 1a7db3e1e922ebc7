"""Settings of a benchmark: what is filled in, what is refused, and arrivals that are Poisson."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.benchmark import (
    check_settings,
    kind_of,
    mean_interval,
    poisson_arrivals,
    reached_host,
    steps,
    target_words,
)
from r2p_tui.errors import UsageError

MODEL, ENDPOINT, COMMAND = "models/best.onnx", "http://127.0.0.1:8000/predict", ["python", "go.py"]


@pytest.mark.parametrize(
    ("target", "kind", "variant"),
    [
        ("best.pt", "model", "torch-fp32"),
        ("a/b.ONNX", "model", "onnxruntime-fp32"),
        ("net.xml", "model", "openvino-fp32"),
        ("net.engine", "model", "tensorrt-fp16"),
        (ENDPOINT, "endpoint", None),
        ("https://models.example/v1", "endpoint", None),
        (COMMAND, "command", None),
    ],
)
def test_the_kind_and_the_variant_follow_from_the_target(target: Any, kind: str, variant: str | None) -> None:
    checked = check_settings({"target": target})
    assert checked["kind"] == kind
    assert checked.get("variant") == variant


@pytest.mark.parametrize("target", [MODEL, ENDPOINT, COMMAND])
def test_checked_settings_may_be_checked_again(target: Any) -> None:
    checked = check_settings({"target": target, "seconds": "3.5", "checklist": "no"})
    assert checked["seconds"] == 3.5 and checked["checklist"] is False
    assert check_settings(checked) == checked


def test_values_from_a_command_line_get_their_types() -> None:
    given_ = {"target": MODEL, "batches": "8,1,8", "scenarios": "Server,single-stream", "clients": "10"}
    checked = check_settings(given_)
    assert checked["batches"] == [1, 8] and checked["clients"] == 10
    assert checked["scenarios"] == ["single stream", "server"]
    assert check_settings({"target": ENDPOINT})["clients"] == 50


def test_a_request_with_a_body_is_a_post() -> None:
    assert check_settings({"target": ENDPOINT})["method"] == "GET"
    assert check_settings({"target": ENDPOINT, "body": "{}"})["method"] == "POST"
    assert check_settings({"target": ENDPOINT, "model": "m", "prompt": "Hi"})["method"] == "POST"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "needs what it is to measure"),
        ({"target": "notes.txt"}, "neither a model"),
        ({"target": MODEL, "smaples": 3}, "smaples"),
        ({"target": MODEL, "samples": 0}, "whole number from 1"),
        ({"target": MODEL, "samples": True}, "whole number from 1"),
        ({"target": MODEL, "seconds": "nan"}, "a number from"),
        ({"target": MODEL, "kind": "endpoint"}, "is a model"),
        ({"target": MODEL, "prompt": "Hi"}, "is for an endpoint"),
        ({"target": MODEL, "scenarios": "offlin"}, "no scenario"),
        ({"target": MODEL, "variant": "torch-fp32"}, "cannot run as PyTorch"),
        ({"target": MODEL, "variant": "onnx-fp32"}, "no variant"),
        ({"target": "a.pt", "variant": "onnxruntime-int8"}, "cannot run as ONNX Runtime INT8"),
        ({"target": ENDPOINT, "data": "d.yaml"}, "is for a model"),
        ({"target": ENDPOINT, "body": "x", "body_file": "y"}, "one of them is enough"),
        ({"target": ENDPOINT, "model": "m"}, "needs its prompt"),
        ({"target": ENDPOINT, "model": "m", "prompt": "p", "body": "b"}, "cannot both be sent"),
        ({"target": ENDPOINT, "content_type": "text/plain\r\nX: y"}, "content_type"),
        ({"target": ENDPOINT, "method": "TRACE"}, "method"),
        ({"target": COMMAND, "clients": 5}, "this is a command"),
        ({"target": []}, "target"),
        ({"target": "http://models.example/"}, "this machine only"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_settings(settings)
    assert said in caught.value.message and "\n" not in caught.value.message


def test_a_token_is_named_and_never_told() -> None:
    assert check_settings({"target": ENDPOINT, "token_variable": "MY_TOKEN"})["token_variable"] == "MY_TOKEN"
    with pytest.raises(UsageError) as caught:
        check_settings({"target": ENDPOINT, "token_variable": "sk-live-123"})
    assert "sk-live" not in caught.value.message + caught.value.hint
    with pytest.raises(UsageError) as caught:
        check_settings({"target": ENDPOINT, "token": "sk-live-123"})
    assert "token_variable" in caught.value.hint
    assert "sk-live" not in caught.value.message + caught.value.hint


def test_only_an_endpoint_reaches_a_host() -> None:
    assert reached_host({"target": MODEL}) is None and reached_host({"target": COMMAND}) is None
    assert reached_host({"target": "https://models.example/v1"}) == ("models.example", 443)
    assert reached_host({"target": "http://[::1]:9000/"}) == ("::1", 9000)


def test_steps_are_what_will_be_done() -> None:
    model = {"target": MODEL, "data": "data.yaml", "batches": [1, 8]}
    all_of_it = ["single stream", "accuracy", "server", "checklist", "offline, batch 1", "offline, batch 8"]
    assert steps(check_settings(model)) == all_of_it
    assert steps(check_settings({"target": MODEL, "scenarios": "server", "checklist": False})) == ["server"]
    assert steps(check_settings({"target": ENDPOINT, "checklist": False})) == ["single stream", "server"]
    assert steps(check_settings({"target": COMMAND})) == ["single stream", "checklist"]


def test_the_target_is_told_without_its_folder_its_query_or_control_characters() -> None:
    assert target_words({"target": "/secret/folder/best.onnx"}) == "best.onnx"
    assert target_words({"target": "https://models.example/v1?tenant=me"}) == "https://models.example/v1"
    assert "\x1b" not in target_words({"target": ["echo", "\x1b[31m"]})
    assert kind_of(["a.onnx"]) == "command"


@given(rate=st.floats(1, 2_000), seed=st.integers(0, 2**31 - 1))
def test_arrivals_rise_and_are_repeated_by_their_seed(rate: float, seed: int) -> None:
    arrivals = poisson_arrivals(rate, 1.0, seed)
    assert arrivals == sorted(arrivals) == poisson_arrivals(rate, 1.0, seed)
    assert all(0 <= at < 1.0 for at in arrivals)


def test_arrivals_are_poisson() -> None:
    arrivals = poisson_arrivals(500.0, 200.0, 7)
    gaps = [after - before for before, after in pairwise(arrivals)]
    mean = sum(gaps) / len(gaps)
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert mean == pytest.approx(1 / 500, rel=0.02)
    # The gaps of a Poisson process have a deviation as large as their mean, those of a clock have none.
    assert deviation == pytest.approx(mean, rel=0.03)
    with pytest.raises(UsageError, match="keeps track"):
        poisson_arrivals(100_000, 86_400, 0)


def test_the_interval_of_a_mean_is_students() -> None:
    found = mean_interval([10.0, 12.0, 14.0])
    assert found is not None
    # 12 ± 4.303 * 2 / sqrt(3)
    assert found.low == pytest.approx(7.03, abs=0.01) and found.high == pytest.approx(16.97, abs=0.01)
    assert mean_interval([1.0, 2.0]) is None

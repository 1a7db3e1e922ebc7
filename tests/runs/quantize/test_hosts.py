"""Timing of several engines in turn: one that ends or is slow does not spoil the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.quantize import hosts
from r2p_tui.runs.quantize.hosts import TooSlowError, check_pace, time_all

IMAGES = np.zeros((2, 3, 8, 8), np.float32)


class FakeHost:
    """Answers in a fixed time; after `lasts` samples it fails, and its process is gone if it `dies`."""

    def __init__(self, took: float, lasts: int = 1_000_000, *, dies: bool = True) -> None:
        self.took, self.left, self.dies = took, lasts, dies

    def single_stream(self, images: Any, count: int, warm_up: int = 0) -> NDArray[np.float64]:
        self.left -= count
        if self.left < 0:
            raise EngineError("The engine ended with signal 11." if self.dies else "Its memory is too small.")
        return np.full(count, self.took)

    def memory(self) -> tuple[int, int]:
        if self.left < 0 and self.dies:
            raise EngineError("The engine is not running.")
        return 1000, 2000


def timed(**fakes: FakeHost) -> Any:
    return time_all(fakes, IMAGES, samples=100, rounds=4, warm_up=1, seed=0)  # type: ignore[arg-type]


def test_all_are_timed_in_rounds() -> None:
    found = timed(a=FakeHost(1.0), b=FakeHost(2.0))
    assert not found.failed
    assert {name: (len(one.times), one.times[0], one.loaded) for name, one in found.timed.items()} == {
        "a": (100, 1.0, 1000), "b": (100, 2.0, 1000),
    }  # fmt: skip
    assert np.bincount(found.timed["a"].rounds).tolist() == [25] * 4


def test_an_engine_that_ends_is_left_out_and_the_others_are_whole() -> None:
    found = timed(a=FakeHost(1.0), b=FakeHost(1.0, lasts=60), c=FakeHost(1.0))
    assert found.failed == {"b": "The engine ended with signal 11."}
    assert {name: len(one.times) for name, one in found.timed.items()} == {"a": 100, "c": 100}


def test_an_engine_that_lives_and_refuses_is_left_out_alone() -> None:
    found = timed(a=FakeHost(1.0), b=FakeHost(1.0, lasts=60, dies=False), c=FakeHost(1.0))
    assert found.failed == {"b": "Its memory is too small."}
    assert {name: len(one.times) for name, one in found.timed.items()} == {"a": 100, "c": 100}


def test_an_engine_that_never_answers_is_told() -> None:
    found = timed(a=FakeHost(1.0, lasts=0))
    assert list(found.failed) == ["a"]
    assert not found.timed


def test_a_slow_engine_has_fewer_samples_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "LONGEST_SECONDS", 3.0)
    found = timed(a=FakeHost(1.0), slow=FakeHost(60.0), slower=FakeHost(2000.0))
    assert {name: len(one.times) for name, one in found.timed.items()} == {"a": 100, "slow": 50, "slower": 20}
    assert "60 ms an image" in found.slow["slow"]
    assert "50 samples" in found.slow["slow"]
    assert "20 samples" in found.slow["slower"]


def test_what_is_far_slower_than_the_quickest_is_not_gone_on_with() -> None:
    assert check_pace(FakeHost(900.0), IMAGES, None) == 900.0  # type: ignore[arg-type]
    assert check_pace(FakeHost(900.0), IMAGES, 60.0) == 900.0  # type: ignore[arg-type]
    assert check_pace(FakeHost(300.0), IMAGES, 1.0) == 300.0  # type: ignore[arg-type]
    with pytest.raises(TooSlowError, match="900 ms an image, 90 times as long"):
        check_pace(FakeHost(900.0), IMAGES, 10.0)  # type: ignore[arg-type]

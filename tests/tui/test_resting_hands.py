"""When garbage is collected, and when it waits."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from r2p_tui.tui import resting_hands
from r2p_tui.tui.resting_hands import REST_SECONDS, SWITCH_SECONDS, RestingHands


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def python_as_before() -> Iterator[None]:
    interval = sys.getswitchinterval()
    yield
    gc.unfreeze()
    gc.enable()
    sys.setswitchinterval(interval)


def litter(count: int) -> list[list[int]]:
    """Objects that the collector counts; they are alive as long as somebody holds the list."""
    gc.collect()
    return [[number] for number in range(count)]


def test_it_waits_while_keys_come_and_collects_when_they_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resting_hands, "WORTH_COLLECTING", 1000)
    clock = Clock()
    hands = RestingHands(clock)
    hands.take_over()
    alive = litter(2000)
    hands.key()
    clock.now += REST_SECONDS / 2
    assert not hands.tick()
    clock.now += REST_SECONDS
    assert hands.tick()
    assert len(alive) == 2000


def test_it_does_not_collect_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resting_hands, "WORTH_COLLECTING", 100_000)
    clock = Clock()
    hands = RestingHands(clock)
    hands.take_over()
    clock.now += 10 * REST_SECONDS
    assert not hands.tick()


def test_too_much_is_collected_whatever_the_hands_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resting_hands, "TOO_MUCH", 1000)
    hands = RestingHands(Clock())
    hands.take_over()
    alive = litter(2000)
    hands.key()
    assert hands.tick()
    assert alive


def test_taking_over_stops_the_collector_and_shortens_turns() -> None:
    RestingHands().take_over()
    assert not gc.isenabled()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)

"""When garbage is collected, and when it waits."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from r2p_tui.tui.resting_hands import (
    FRAME_SECONDS,
    MIDDLE,
    REST_SECONDS,
    SWITCH_SECONDS,
    TOO_MANY_NEW,
    TOO_MUCH,
    WORTH_COLLECTING,
    YOUNG,
    RestingHands,
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def python_as_before() -> Iterator[None]:
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    yield
    gc.unfreeze()
    gc.enable()
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(interval)


def look_at_survivors(times: int) -> None:
    """As Python does it by itself after enough new objects."""
    gc.collect()
    for _ in range(times):
        gc.collect(1)


@contextmanager
def looks() -> Iterator[list[int]]:
    """Which generations are collected meanwhile, in order."""
    seen: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            seen.append(info["generation"])

    gc.collect()
    gc.callbacks.append(note)
    try:
        yield seen
    finally:
        gc.callbacks.remove(note)


def knots(count: int) -> None:
    """Leave so many objects behind that only the collector can free."""
    for _ in range(count):
        knot: list[object] = []
        knot.append(knot)


def test_it_waits_while_keys_come_and_collects_when_they_stop() -> None:
    clock = Clock()
    hands = RestingHands(clock)
    hands.take_over()
    look_at_survivors(WORTH_COLLECTING)
    hands.key()
    clock.now += REST_SECONDS / 2
    assert not hands.tick()
    clock.now += REST_SECONDS
    assert hands.tick()
    assert gc.get_count()[2] == 0


def test_it_does_not_collect_for_little() -> None:
    clock = Clock()
    hands = RestingHands(clock)
    hands.take_over()
    look_at_survivors(WORTH_COLLECTING - 1)
    clock.now += 10 * REST_SECONDS
    assert not hands.tick()


def test_too_much_is_collected_whatever_the_hands_do() -> None:
    hands = RestingHands(Clock())
    hands.take_over()
    look_at_survivors(TOO_MUCH)
    hands.key()
    assert hands.tick()


def test_what_keys_leave_is_looked_at_after_their_frame() -> None:
    clock = Clock()
    hands = RestingHands(clock)
    hands.take_over()
    with looks() as seen:
        hands.key()
        knots(2 * YOUNG)
        clock.now += FRAME_SECONDS / 2
        hands.frame()
        assert seen == []
        clock.now += FRAME_SECONDS
        hands.frame()
    assert seen == [0]
    assert gc.get_count()[0] < YOUNG


def test_survivors_of_several_keys_are_looked_at_too() -> None:
    clock = Clock()
    hands = RestingHands(clock)
    hands.take_over()
    with looks() as seen:
        for _ in range(MIDDLE + 1):
            hands.key()
            knots(2 * YOUNG)
            clock.now += FRAME_SECONDS
            hands.frame()
    assert seen == [0] * MIDDLE + [1]


def test_a_key_that_is_held_down_leaves_no_mountain() -> None:
    hands = RestingHands(Clock())
    hands.take_over()
    with looks() as seen:
        for _ in range(4):
            hands.key()
            knots(TOO_MANY_NEW)
    assert seen
    assert gc.get_count()[0] < 2 * TOO_MANY_NEW


def test_what_comes_without_keys_is_collected_in_small_portions() -> None:
    clock = Clock()
    hands = RestingHands(clock)
    hands.take_over()
    hands.key()
    clock.now += REST_SECONDS
    hands.tick()
    with looks() as seen:
        knots(3 * YOUNG * (MIDDLE + 1))
    assert set(seen) == {0, 1}


def test_taking_over_shortens_turns() -> None:
    RestingHands().take_over()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)

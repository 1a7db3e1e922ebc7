from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.pareto import Point, front, knee

POINTS = st.lists(st.tuples(st.integers(0, 9).map(float), st.integers(0, 9).map(float)), max_size=25)


def _beats(one: Point, other: Point) -> bool:
    return one != other and one[0] <= other[0] and one[1] >= other[1]


def test_a_front_by_hand() -> None:
    points = [(4.0, 0.60), (6.0, 0.62), (5.0, 0.55), (12.0, 0.63), (6.5, 0.62), (4.0, 0.58)]
    assert front(points) == (0, 1, 3)


def test_equal_points_stand_side_by_side() -> None:
    assert front([(4.0, 0.6), (4.0, 0.6), (5.0, 0.7)]) == (0, 1, 2)


def test_what_was_not_measured_is_left_out() -> None:
    assert front([(math.nan, 0.9), (4.0, 0.6), (math.inf, 1.0), (1.0, math.nan)]) == (1,)
    assert front([]) == ()


@given(POINTS)
def test_nobody_beats_the_front_and_the_front_beats_all_others(points: list[Point]) -> None:
    best = front(points)
    assert not any(_beats(other, points[place]) for place in best for other in points)
    for place in set(range(len(points))) - set(best):
        assert any(_beats(points[one], points[place]) for one in best)
    assert [points[place][0] for place in best] == sorted(points[place][0] for place in best)


def test_a_knee_by_hand() -> None:
    """From (0, 0) to (10, 1): (2, 0.8) stands 0.6 above the chord, (5, 0.9) stands 0.4."""
    assert knee([(0.0, 0.0), (2.0, 0.8), (5.0, 0.9), (10.0, 1.0), (9.0, 0.1)]) == 1


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(1.0, 1.0)],
        [(1.0, 1.0), (2.0, 2.0)],
        [(1.0, 1.0), (1.0, 1.0), (2.0, 2.0)],
        [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)],
        [(0.0, 0.0), (8.0, 0.1), (10.0, 1.0)],
    ],
    ids=["none", "one", "two", "two different ones", "a straight line", "bent the wrong way"],
)
def test_without_a_bend_there_is_no_knee(points: list[Point]) -> None:
    assert knee(points) is None


@given(POINTS)
def test_a_knee_lies_on_the_front_between_its_ends(points: list[Point]) -> None:
    if (place := knee(points)) is not None:
        best = front(points)
        assert place in best
        assert points[place] not in (points[best[0]], points[best[-1]])


@given(POINTS, st.sampled_from([0.5, 2.0, 1024.0]), st.sampled_from([0.25, 8.0]))
def test_units_move_neither_front_nor_knee(points: list[Point], wide: float, high: float) -> None:
    scaled = [(latency * wide, accuracy * high) for latency, accuracy in points]
    assert front(scaled) == front(points)
    assert knee(scaled) == knee(points)

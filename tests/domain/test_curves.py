from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.curves import downsampled, forecast, shown, smoothed, summary

FINITE = st.floats(-1e6, 1e6)
ANY = st.one_of(FINITE, st.sampled_from([math.nan, math.inf, -math.inf]))


@given(st.lists(FINITE), st.floats(0, 0.99))
def test_a_smoothed_curve_stays_within_the_values_seen(values: list[float], weight: float) -> None:
    for place, value in enumerate(smoothed(values, weight), 1):
        slack = 1e-6 * (1 + max(map(abs, values[:place])))
        assert min(values[:place]) - slack <= value <= max(values[:place]) + slack


def test_smoothing_follows_its_formula() -> None:
    assert smoothed([1, 2, 4], 0.0) == [1, 2, 4]
    assert smoothed([1, 2], 0.5) == pytest.approx([1, (0.25 * 1 + 0.5 * 2) / 0.75])
    assert smoothed([3.0] * 5, 0.9) == pytest.approx([3.0] * 5)


def test_smoothing_passes_over_what_is_not_finite() -> None:
    result = smoothed([1, math.nan, 2], 0.5)
    assert math.isnan(result[1])
    assert [result[0], result[2]] == smoothed([1, 2], 0.5)


@given(st.lists(st.tuples(ANY, ANY), max_size=300), st.integers(1, 20))
def test_thinning_keeps_the_extremes_and_only_real_points(
    points: list[tuple[float, float]], columns: int
) -> None:
    xs, ys = downsampled([x for x, _ in points], [y for _, y in points], columns)
    finite = [point for point in points if all(map(math.isfinite, point))]
    assert set(zip(xs, ys, strict=True)) <= set(finite)
    assert list(xs) == sorted(xs)
    assert len(xs) <= 2 * columns + 2
    if finite:
        assert {min(ys), max(ys)} == {min(y for _, y in finite), max(y for _, y in finite)}
        assert {xs[0], xs[-1]} == {min(x for x, _ in finite), max(x for x, _ in finite)}


def test_a_spike_of_one_point_in_a_hundred_thousand_stays() -> None:
    ys = [0.0] * 100_000
    ys[54_321] = 9.0
    xs, kept = downsampled([float(x) for x in range(100_000)], ys, 100)
    assert (54_321.0, 9.0) in set(zip(xs, kept, strict=True))
    assert len(xs) <= 202


CURVES: list[Callable[[float], float]] = [
    lambda x: 0.7 - 0.6 * x**-0.5,
    lambda x: 0.6 * (1 - math.exp(-x / 8)),
    lambda x: 0.4 + 2.0 * x**-1.0,
    lambda x: 0.8 - 0.7 * x**-0.6,
    lambda x: 0.5 + 3.0 * math.exp(-x / 5),
]


@pytest.mark.parametrize("curve", CURVES)
def test_a_saturating_curve_is_continued(curve: Callable[[float], float]) -> None:
    xs = [float(x) for x in range(1, 21)]
    found = forecast(xs, [curve(x) for x in xs], 40)
    assert found is not None
    assert found.value == pytest.approx(curve(40), abs=0.015)


def test_the_spread_holds_the_truth_about_two_times_in_three() -> None:
    chance = random.Random(7)
    hits = 0
    for trial in range(200):
        curve = CURVES[trial % len(CURVES)]
        xs = [float(x) for x in range(1, 13)]
        found = forecast(xs, [curve(x) + chance.gauss(0, 0.02) for x in xs], 40)
        assert found is not None
        hits += abs(found.value - curve(40)) <= found.spread
    assert 120 <= hits <= 190


def test_more_points_give_a_narrower_spread() -> None:
    chance = random.Random(3)
    ys = [CURVES[0](x) + chance.gauss(0, 0.01) for x in range(1, 31)]
    few, many = forecast(range(1, 7), ys[:6], 40), forecast(range(1, 31), ys, 40)
    assert few and many and many.spread < few.spread / 2


def test_there_is_no_forecast_without_reason() -> None:
    assert forecast([1, 2, 3], [0.1, 0.2, 0.3], 10) is None
    assert forecast([1, 2, 3, 4], [0.1, 0.2, 0.3, math.nan], 10) is None
    assert forecast([1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4], 4) is None
    assert forecast([1, 1, 1, 1], [0.1, 0.2, 0.3, 0.4], 4) is None


def test_a_forecast_stays_within_its_bounds() -> None:
    found = forecast([1, 2, 3, 4, 5], [0.1, 0.3, 0.5, 0.7, 0.9], 100, (0.0, 1.0))
    assert found is not None and found.value == 1.0


@given(st.lists(st.tuples(ANY, ANY), max_size=60), ANY)
def test_a_forecast_is_finite_or_none(points: list[tuple[float, float]], at: float) -> None:
    found = forecast([x for x, _ in points], [y for _, y in points], at)
    assert found is None or (math.isfinite(found.value) and found.spread >= 0)


@pytest.mark.parametrize(
    ("values", "direction", "text"),
    [
        ([], "up", "map50: no values"),
        ([0.41], "up", "map50: 0.41 at epoch 1"),
        ([0.1, 0.43, 0.41], "up", "map50: 0.41 at epoch 3, best 0.43 at epoch 2"),
        ([5, 2, 3, 4, 5, 6], "down", "map50: 6.00 at epoch 6, best 2.00 at epoch 2, rising over the last 5"),
        ([5, 4, 3, 2, 1], None, "map50: 1.00 at epoch 5, between 1.00 and 5.00, falling over the last 5"),
        ([1, 2, 1, 2, 1], "up", "map50: 1.00 at epoch 5, best 2.00 at epoch 2, level over the last 5"),
        ([0.2, math.nan], "up", "map50: nan at epoch 2, best 0.20 at epoch 1, 1 of 2 not finite"),
    ],
)  # fmt: skip
def test_a_curve_is_put_into_words(values: list[float], direction: str | None, text: str) -> None:
    assert summary("map50", list(enumerate(values, 1)), direction) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "beside", "text"),
    [
        (0.6, None, "0.60"),
        (0.598, 0.6, "0.598"),
        (0.0, None, "0.00"),
        (0.00034, None, "0.00034"),
        (123.45, None, "123.5"),
        (12345.6, None, "12,346"),
        (3e9, None, "3e+09"),
        (math.nan, 0.5, "nan"),
    ],
)
def test_values_are_shown_with_the_digits_they_need(value: float, beside: float | None, text: str) -> None:
    assert shown(value, beside) == text


@given(FINITE, FINITE)
def test_two_clearly_different_values_never_look_the_same(one: float, other: float) -> None:
    if not math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-6):
        assert shown(one, other) != shown(other, one)

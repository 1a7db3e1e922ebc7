from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss

from r2p_tui.domain.predictions import (
    Counted,
    Forecast,
    Interval,
    bin_of,
    brier,
    counted,
    coverage,
    interval_score,
    log_score,
    murphy,
    skill,
    time_weighted_brier,
)

START = datetime(2024, 2, 28, 12, tzinfo=UTC)
PROBABILITIES = st.one_of(st.floats(0, 1), st.integers(0, 100).map(lambda percent: percent / 100))
PAIRS = st.lists(st.tuples(PROBABILITIES, st.booleans()), min_size=1, max_size=60)


def held(*changes: tuple[float, float]) -> tuple[Forecast, ...]:
    """Forecasts from (day, probability)."""
    return tuple(Forecast(said, START + timedelta(days=day)) for day, said in changes)


def test_brier_and_log_score_equal_scikit_learn_on_a_thousand_random_cases() -> None:
    rng = random.Random(6)
    for _ in range(1000):
        said = [rng.uniform(0.001, 0.999) for _ in range(rng.randint(1, 30))]
        happened = [rng.random() < rng.random() for _ in said]
        ours = fmean(map(brier, said, happened)), fmean(map(log_score, said, happened))
        classes = [False, True]
        theirs = (
            brier_score_loss(happened, said, labels=classes),
            log_loss(happened, said, labels=classes),
        )
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("said", "happened", "cost", "logarithm"),
    [
        (0.3, True, 0.49, 1.2039728),
        (0.3, False, 0.09, 0.3566749),
        (0.5, True, 0.25, 0.6931472),
        (1.0, True, 0.0, 0.0),
        (0.0, False, 0.0, 0.0),
        (1.0, False, 1.0, math.inf),
        (0.0, True, 1.0, math.inf),
    ],
)
def test_scores_worked_out_by_hand(said: float, happened: bool, cost: float, logarithm: float) -> None:
    assert brier(said, happened) == pytest.approx(cost)
    assert log_score(said, happened) == pytest.approx(logarithm)


@pytest.mark.parametrize(
    ("forecasts", "days", "expected"),
    [
        (held((0, 0.3)), 400, 0.49),
        # 30 days at 0.49 and 10 at 0.04.
        (held((0, 0.3), (30, 0.8)), 40, 0.3775),
        # The second day of the three is a leap day: one day each.
        (held((0, 0.0), (1, 0.5), (2, 1.0)), 3, (1 + 0.25 + 0) / 3),
        # An update after the end, and one at the end itself, were held for no time.
        (held((0, 0.3), (40, 0.8), (50, 0.9)), 40, 0.49),
        # Two views at one moment: the later one holds.
        (held((0, 0.3), (0, 0.8)), 10, 0.04),
        # It ended when it was written.
        (held((0, 0.3), (5, 0.8)), 0, 0.49),
    ],
)
def test_a_view_counts_for_as_long_as_it_was_held(
    forecasts: tuple[Forecast, ...], days: float, expected: float
) -> None:
    ended_at = START + timedelta(days=days)
    assert time_weighted_brier(forecasts, ended_at, True) == pytest.approx(expected)


def test_a_prediction_without_a_forecast_has_no_score() -> None:
    with pytest.raises(ValueError, match="forecast"):
        time_weighted_brier((), START, True)


@given(PROBABILITIES, st.lists(st.integers(1, 900), max_size=5), st.integers(0, 1000), st.booleans())
def test_saying_the_same_again_changes_nothing(
    said: float, days: list[int], end: int, happened: bool
) -> None:
    forecasts = held(*((day, said) for day in [0, *sorted(days)]))
    weighted = time_weighted_brier(forecasts, START + timedelta(days=end), happened)
    assert weighted == pytest.approx(brier(said, happened))


@pytest.mark.parametrize(
    ("level", "value", "expected"),
    [
        (0.8, 24, 10),
        (0.8, 20, 10),
        (0.8, 30, 10),
        # Ten wide, and 2 / 0.2 for each unit outside.
        (0.8, 33, 40),
        (0.8, 15, 60),
        (0.0, 31, 12),
        (1.0, 25, 10),
        (1.0, 30.5, math.inf),
    ],
)
def test_the_interval_score_charges_width_and_what_is_outside(
    level: float, value: float, expected: float
) -> None:
    assert interval_score(20, 30, level, value) == pytest.approx(expected)


def test_the_interval_score_is_best_for_the_true_quantiles() -> None:
    """Proper, for values spread evenly over 0 to 100: no other 80 % interval does better on the mean."""
    values = [place + 0.5 for place in range(100)]

    def mean_cost(low: float, high: float) -> float:
        return fmean(interval_score(low, high, 0.8, value) for value in values)

    honest = mean_cost(10, 90)
    others = [(0, 100), (20, 80), (5, 90), (10, 95), (30, 99), (45, 55)]
    assert all(mean_cost(low, high) > honest for low, high in others)


def test_coverage_counts_the_ends_as_inside() -> None:
    values = [19.9, 20, 25, 30, 30.1]
    assert coverage([Interval(20, 30, 0.8, value) for value in values]) == pytest.approx(0.6)
    assert coverage([]) is None


def test_skill_is_what_is_gained_on_the_base_rate() -> None:
    assert skill(0.18, 0.24) == pytest.approx(0.25)
    assert skill(0.3, 0.24) == pytest.approx(-0.25)
    assert skill(0.1, 0) is None


def test_murphy_worked_out_by_hand() -> None:
    pairs = [(0.8, True), (0.8, True), (0.8, False), (0.2, False), (0.2, False), (0.2, True)]
    parts = murphy(pairs)
    assert parts is not None
    # Both groups of three are off by 0.8 - 2/3, and 2/3 - 1/2 away from the base rate.
    assert parts == pytest.approx((4 / 225, 1 / 36, 1 / 4))
    assert murphy([]) is None


@given(PAIRS)
def test_the_parts_of_murphy_add_up_to_the_brier_score(pairs: list[tuple[float, bool]]) -> None:
    parts = murphy(pairs)
    assert parts is not None
    reliability, resolution, uncertainty = parts
    score = fmean(brier(*pair) for pair in pairs)
    assert reliability - resolution + uncertainty == pytest.approx(score, abs=1e-9)
    assert min(parts) >= 0


@given(PAIRS)
def test_counting_loses_nothing(pairs: list[tuple[float, bool]]) -> None:
    points = counted(pairs)
    assert [point.probability for point in points] == sorted({said for said, _ in pairs})
    again = [(said, place < yes) for said, total, yes in points for place in range(total)]
    assert sorted(again) == sorted(pairs)


def test_counting_by_hand() -> None:
    pairs = [(0.7, True), (0.3, False), (0.7, False), (0.7, True)]
    assert counted(pairs) == (Counted(0.3, 1, 0), Counted(0.7, 3, 2))


def test_a_probability_on_an_edge_belongs_to_the_upper_bin() -> None:
    assert [bin_of(percent / 100, 100) for percent in range(101)] == [*range(100), 99]
    assert [bin_of(said, 10) for said in (0, 0.0999, 0.1, 0.7, 0.999, 1)] == [0, 0, 1, 7, 9, 9]

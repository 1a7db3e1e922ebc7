from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.latency import density, least_samples, shared_edges, summarize
from r2p_tui.errors import UsageError

TIMES = st.lists(st.floats(0, 1e4) | st.sampled_from([5.0, 6.0]), min_size=1, max_size=150)


@pytest.mark.parametrize(
    ("percent", "least"), [(50, 7), (90, 64), (95, 90), (99, 459), (99.9, 4603), (10, 64)]
)
def test_so_many_samples_stand_behind_a_percentile(percent: float, least: int) -> None:
    """MLPerf's 459 and 64; for p95 0.95^90 = 0.0099."""
    assert least_samples(percent) == least


def test_p99_of_100_samples_is_refused_with_the_number_that_is_missing() -> None:
    summary = summarize(np.linspace(5, 6, 100))
    assert summary.p99 is None
    assert (summary.p90, summary.p95) == pytest.approx((5.9, 5.95))
    assert summary.refused == ("p99 needs 459 samples; 359 are missing.",)


@pytest.mark.parametrize(("count", "refused"), [(63, 3), (64, 2), (89, 2), (90, 1), (458, 1), (459, 0)])
def test_each_percentile_comes_with_its_last_missing_sample(count: int, refused: int) -> None:
    summary = summarize(np.arange(count) + 1.0)
    assert len(summary.refused) == refused
    assert [summary.p90, summary.p95, summary.p99].count(None) == refused


def test_one_missing_sample_is_one() -> None:
    assert summarize(np.ones(458)).refused == ("p99 needs 459 samples; 1 is missing.",)


def test_a_summary_by_hand() -> None:
    summary = summarize([5.0, 7.0, 6.0, 30.0], rounds=[0, 0, 1, 1])
    assert (summary.samples, summary.mean, summary.p50, summary.maximum) == (4, 12.0, 6.5, 30.0)
    assert summary.round_medians == (6.0, 18.0)
    assert len(summary.quantiles) == 101
    assert (summary.quantiles[0], summary.quantiles[100]) == (5.0, 30.0)


@pytest.mark.parametrize("wrong", [[], [1.0, float("nan")], [float("inf")], [-1.0]])
def test_what_is_no_time_is_refused(wrong: list[float]) -> None:
    with pytest.raises(UsageError) as caught:
        summarize(wrong)
    assert caught.value.hint


def test_rounds_of_another_number_and_percentiles_that_are_none_are_refused() -> None:
    with pytest.raises(UsageError, match="2 times have 1 rounds"):
        summarize([1.0, 2.0], rounds=[0])
    for percent in (0, 100, -5, 200):
        with pytest.raises(UsageError):
            least_samples(percent)


@given(TIMES)
def test_quantiles_rise_from_the_fastest_to_the_slowest(times: list[float]) -> None:
    summary = summarize(times)
    assert (np.diff(summary.quantiles) >= -1e-9).all()
    assert summary.quantiles[0] == min(times)
    assert summary.quantiles[50] == pytest.approx(summary.p50)
    assert summary.maximum == max(times)


@given(TIMES, st.integers(1, 40))
def test_densities_over_all_that_was_seen_sum_up_to_one(times: list[float], bins: int) -> None:
    latency = summarize(times)
    edges = np.linspace(min(times) - 1, max(times) + 1, bins + 1)
    heights = density(latency, edges)
    assert (heights >= 0).all()
    assert (heights * np.diff(edges)).sum() == pytest.approx(1)


def test_a_density_has_the_shape_of_what_was_measured() -> None:
    times = np.random.default_rng(1).gamma(4, 1, 5000)
    edges = np.linspace(0, 15, 16)
    shares = density(summarize(times), edges) * np.diff(edges)
    assert shares == pytest.approx(np.histogram(times, edges)[0] / 5000, abs=0.011)


def test_shared_edges_hold_all_but_the_slowest_hundredth_of_each() -> None:
    fast, slow = summarize([*np.linspace(5, 6, 99), 500.0]), summarize(np.linspace(8, 9, 100))
    edges = shared_edges([fast, slow], bins=20)
    assert len(edges) == 21
    assert edges[0] <= 5.0
    assert 8.9 < edges[-1] < 20


def test_equal_times_are_drawn_too() -> None:
    latency = summarize([5.0, 5.0])
    edges = shared_edges([latency])
    assert (density(latency, edges) * np.diff(edges)).sum() == pytest.approx(1)


def test_nothing_to_draw_and_edges_that_fall_are_refused() -> None:
    with pytest.raises(UsageError):
        shared_edges([])
    with pytest.raises(UsageError):
        density(summarize([1.0]), [2.0, 1.0])

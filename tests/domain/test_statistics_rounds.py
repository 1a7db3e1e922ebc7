"""Latencies against latencies: rounds are what counts, not thousands of like neighbours."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from r2p_tui.domain.statistics import compare_samples, speed_up_interval
from r2p_tui.domain.statistics_resampling import block_weights, weighted_medians
from r2p_tui.errors import UsageError
from tests.benchmarks.statistics import latencies

pytestmark = pytest.mark.filterwarnings("error")


def test_a_faster_variant_is_told_in_per_cent_and_times() -> None:
    before, after, numbers = latencies(np.random.default_rng(1), 10, 60, 1 / 1.5)
    change = compare_samples(before, after, minimum_share=0.05, rounds=(numbers, numbers))
    assert change.verdict == "better"
    assert change.difference == pytest.approx(100 * (np.median(after) / np.median(before) - 1))
    assert (change.unit, change.minimum, change.samples) == ("%", 5.0, 600)
    assert " % faster (95 %: " in change.sentence
    assert change.sentence.endswith("which is more than the 5 % that matters.")
    faster = speed_up_interval(before, after, rounds=(numbers, numbers))
    assert faster.ratio == pytest.approx(np.median(before) / np.median(after))
    assert faster.interval is not None
    assert faster.interval.low < 1.5 < faster.interval.high
    assert change.interval is not None
    assert 100 * (1 / faster.interval.low - 1) == pytest.approx(change.interval.high)


def test_tests_and_effect_agree_with_scipy() -> None:
    before, after, numbers = latencies(np.random.default_rng(2), 12, 25, 0.99)
    change = compare_samples(before, after, minimum_share=0.05, rounds=(numbers, numbers))
    medians = [np.median(side.reshape(12, 25), axis=1) for side in (before, after)]
    all_samples = stats.mannwhitneyu(after, before)
    assert change.tests["Mann-Whitney"] == pytest.approx(all_samples.pvalue)
    assert change.tests["Mann-Whitney of rounds"] == pytest.approx(stats.mannwhitneyu(*medians).pvalue)
    paired = stats.ttest_rel(np.log(medians[1]), np.log(medians[0]))
    assert change.tests["paired t of rounds"] == pytest.approx(paired.pvalue)
    assert change.p_value == change.tests["paired t of rounds"]
    assert change.effect == pytest.approx(2 * all_samples.statistic / 300**2 - 1)
    assert change.effect_name == "Cliff's delta"


def test_one_slow_stretch_is_no_evidence_although_a_test_of_all_samples_thinks_so() -> None:
    """Rounds of their own pace, nothing else: thousands of samples are then three or four facts."""
    rng = np.random.default_rng(2)
    pace = [np.repeat(rng.normal(0, 0.1, 8), 500) for _ in range(2)]
    before, after = (6 * np.exp(one + rng.normal(0, 0.01, 4000)) for one in pace)
    numbers = np.repeat(np.arange(8), 500)
    change = compare_samples(before, after, minimum_share=0.02, rounds=(numbers, numbers))
    assert change.tests["Mann-Whitney"] < 1e-6
    assert change.verdict == "not enough data"
    assert change.needed
    assert change.needed % 500 == 0
    assert f"{change.needed:,} more samples on each side" in change.sentence


def test_drift_that_both_share_cancels_out() -> None:
    rng = np.random.default_rng(4)
    drift = np.repeat(rng.normal(0, 0.2, 12), 50)
    before = 6 * np.exp(drift + rng.normal(0, 0.02, 600))
    after = 5.5 * np.exp(drift + rng.normal(0, 0.02, 600))
    numbers = np.repeat(np.arange(12), 50)
    change = compare_samples(before, after, minimum_share=0.02, rounds=(numbers, numbers))
    assert change.tests["Mann-Whitney of rounds"] > 0.05
    assert change.verdict == "better"


def test_rounds_of_other_numbers_are_not_matched() -> None:
    before, after, numbers = latencies(np.random.default_rng(5), 10, 30, 0.8)
    change = compare_samples(before, after[:270], minimum_share=0.05, rounds=(numbers, numbers[:270]))
    assert change.verdict == "better"
    assert change.p_value == change.tests["Mann-Whitney of rounds"]
    assert "paired t of rounds" not in change.tests


def test_without_rounds_neighbours_stand_in() -> None:
    rng = np.random.default_rng(6)
    before, after = 6 + rng.random(1000), 5 + rng.random(900)
    change = compare_samples(before, after, minimum_share=0.05)
    assert change.verdict == "better"
    assert change.p_value == change.tests["Mann-Whitney of rounds"]
    assert change.samples == 900


def test_few_rounds_have_the_t_interval_of_their_medians() -> None:
    before, after, numbers = latencies(np.random.default_rng(7), 4, 30, 0.8)
    change = compare_samples(before, after, minimum_share=0.05, rounds=(numbers, numbers))
    medians = [np.log(np.median(side.reshape(4, 30), axis=1)) for side in (before, after)]
    theirs = stats.ttest_rel(medians[1], medians[0]).confidence_interval()
    assert change.interval is not None
    expected = [100 * math.expm1(end) for end in theirs]
    assert [change.interval.low, change.interval.high] == pytest.approx(expected)
    assert change.difference == pytest.approx(100 * math.expm1((medians[1] - medians[0]).mean()))


def test_equal_ticks_of_a_coarse_clock_are_judged_by_the_number_of_rounds() -> None:
    numbers = np.repeat(np.arange(4), 25)
    few = compare_samples(np.full(100, 3.0), np.full(100, 2.0), minimum_share=0.05, rounds=(numbers, numbers))
    assert few.verdict == "not enough data"
    assert few.needed == 50
    numbers = np.repeat(np.arange(10), 10)
    many = compare_samples(
        np.full(100, 3.0), np.full(100, 2.0), minimum_share=0.05, rounds=(numbers, numbers)
    )
    assert many.verdict == "better"
    same = compare_samples(
        np.full(100, 3.0), np.full(100, 3.0), minimum_share=0.05, rounds=(numbers, numbers)
    )
    assert same.verdict == "no practical difference"


@pytest.mark.parametrize(("count", "rounds"), [(3, False), (50, True)])
def test_one_block_is_not_enough(count: int, rounds: bool) -> None:
    times, numbers = np.linspace(5, 6, count), np.zeros(count)
    both = (numbers, numbers) if rounds else None
    change = compare_samples(times, times / 2, minimum_share=0.05, rounds=both)
    assert (change.verdict, change.interval) == ("not enough data", None)
    ratio, interval = speed_up_interval(times, times / 2, rounds=both)
    assert ratio == pytest.approx(2.0)
    assert interval is None


@pytest.mark.parametrize(
    ("before", "after", "rounds"),
    [
        ([], [1.0], None),
        ([1.0, math.nan], [1.0, 2.0], None),
        ([1.0, math.inf], [1.0, 2.0], None),
        ([1.0, -1.0], [1.0, 2.0], None),
        ([0.0] * 20, [1.0] * 20, None),
        ([1.0, 2.0], [1.0, 2.0], ([1, 2], [1])),
    ],
)
def test_what_cannot_be_compared_is_refused(
    before: list[float], after: list[float], rounds: tuple[list[int], list[int]] | None
) -> None:
    with pytest.raises(UsageError) as caught:
        compare_samples(before, after, minimum_share=0.05, rounds=rounds)
    assert caught.value.hint


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 9)), min_size=1, max_size=60), st.integers(0, 9))
def test_resampled_medians_are_those_of_the_blocks_laid_together(
    rows: list[tuple[int, int]], seed: int
) -> None:
    _, blocks = np.unique([row[0] for row in rows], return_inverse=True)
    samples = np.array([float(row[1]) for row in rows])
    weights = block_weights(blocks.max() + 1, seed, resamples=10)
    laid = [np.median(np.repeat(samples, weight[blocks].astype(int))) for weight in weights]
    assert weighted_medians(samples, blocks, weights).tolist() == laid

"""Comparisons against known answers: scipy's own tests, figures worked out by hand, and words."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from r2p_tui.domain.measurements import Change, Interval, Verdict
from r2p_tui.domain.statistics import (
    Better,
    bootstrap_interval,
    compare_paired,
    compare_seeds,
    compare_summaries,
    corrected,
    holm,
    verdict_of,
)
from r2p_tui.domain.statistics_family import surely_beyond
from r2p_tui.errors import UsageError
from tests.benchmarks.statistics import SOURCES, coverage

pytestmark = pytest.mark.filterwarnings("error")
RNG = np.random.default_rng(5)
BEFORE = RNG.beta(5, 2, 240)
NOISE = stats.zscore(RNG.normal(0, 1, 240), ddof=1) * 0.04


# --- the rule ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "better", "expected"),
    [
        (0.1, 0.9, "up", "better"),
        (0.1, 0.9, "down", "worse"),
        (-0.9, -0.1, "up", "worse"),
        (-0.9, -0.1, "down", "better"),
        (-0.4, 0.4, "up", "no practical difference"),
        (0.1, 0.4, "up", "no practical difference"),
        (-0.5, 0.4, "up", "not enough data"),
        (-0.1, 0.9, "up", "not enough data"),
        (0.0, 0.9, "up", "not enough data"),
        (math.nan, 0.9, "up", "not enough data"),
    ],
)
def test_the_verdict_follows_from_the_interval(
    low: float, high: float, better: Better, expected: Verdict
) -> None:
    assert verdict_of(Interval(low, high), 0.5, better) == expected


def test_without_an_interval_or_with_no_sensible_minimum_there_is_no_verdict() -> None:
    assert verdict_of(None, 0.5) == "not enough data"
    for minimum in (-1.0, math.nan, math.inf):
        with pytest.raises(UsageError):
            verdict_of(Interval(0, 1), minimum)


_ENDS = st.floats(-5, 5)


@given(_ENDS, _ENDS, st.floats(0, 3))
def test_turning_the_direction_swaps_better_and_worse_and_nothing_else(
    one: float, other: float, minimum: float
) -> None:
    interval = Interval(min(one, other), max(one, other))
    swapped = {"better": "worse", "worse": "better"}
    up = verdict_of(interval, minimum, "up")
    assert verdict_of(interval, minimum, "down") == swapped.get(up, up)


# --- pairs ------------------------------------------------------------------------------------------------


def test_pairs_agree_with_scipy() -> None:
    change = compare_paired(BEFORE, BEFORE - 0.008 + NOISE, minimum=0.005, unit="")
    theirs = stats.ttest_rel(BEFORE - 0.008 + NOISE, BEFORE)
    assert change.p_value == pytest.approx(theirs.pvalue)
    assert change.tests["paired t"] == change.p_value
    assert change.tests["Wilcoxon"] == pytest.approx(stats.wilcoxon(NOISE - 0.008).pvalue)
    assert change.effect == pytest.approx((NOISE - 0.008).mean() / (NOISE - 0.008).std(ddof=1))
    assert change.difference == pytest.approx((NOISE - 0.008).mean())
    assert change.samples == 240


def test_a_sure_loss_is_told_with_numbers_and_units() -> None:
    change = compare_paired(100 * BEFORE, 100 * (BEFORE - 0.03 + NOISE), minimum=0.5, unit="pt")
    assert change.verdict == "worse"
    assert change.needed is None
    assert change.sentence.startswith("3.0 pt worse (95 %: ")
    assert change.sentence.endswith(", which is more than the 0.5 pt that matter.")


def test_a_sure_but_small_change_makes_no_practical_difference() -> None:
    change = compare_paired(BEFORE, BEFORE + 0.01 + NOISE, minimum=0.05, unit="")
    assert change.p_value is not None
    assert change.p_value < 0.01
    assert change.verdict == "no practical difference"


def test_an_open_question_says_how_many_more_images() -> None:
    change = compare_paired(100 * BEFORE, 100 * (BEFORE + NOISE), minimum=0.5, unit="pt")
    assert change.verdict == "not enough data"
    assert change.needed is not None
    # Deviation 4 pt, 0.5 pt: ((1.96 + 0.84) * 4 / 0.5)^2 = 502 pairs, and 10 % for the bootstrap.
    assert change.needed + 240 == pytest.approx(502 * 1.1, rel=0.01)
    assert f"{change.needed} more images" in change.sentence
    assert change.sentence.startswith("No evidence of a difference: ")


def test_less_is_better_where_it_is_said_so() -> None:
    change = compare_paired(BEFORE, BEFORE - 0.1 + NOISE, minimum=0.01, unit="s", better="down")
    assert change.verdict == "better"
    assert change.difference < 0
    assert "s better (95 %" in change.sentence


@pytest.mark.parametrize(("count", "verdict"), [(3, "not enough data"), (6, "no practical difference")])
def test_equal_sides_prove_something_from_six_on(count: int, verdict: str) -> None:
    """Six equal signs have 2^-5 = 3 % by chance, five have 6 %."""
    change = compare_paired(BEFORE[:count], BEFORE[:count], minimum=0.01, unit="")
    assert change.verdict == verdict
    assert change.interval == Interval(0.0, 0.0)
    assert change.needed == (3 if count == 3 else None)


@pytest.mark.parametrize(("count", "verdict"), [(5, "not enough data"), (6, "worse")])
def test_constant_differences_are_judged_by_their_number(count: int, verdict: str) -> None:
    change = compare_paired(BEFORE[:count] + 0.1, BEFORE[:count], minimum=0.01, unit="")
    assert change.verdict == verdict
    assert change.p_value == 2.0 ** (1 - count)
    assert change.effect is None


def test_one_pair_has_no_interval() -> None:
    change = compare_paired([0.5], [0.9], minimum=0.01, unit="")
    assert (change.verdict, change.interval, change.needed) == ("not enough data", None, None)
    assert "1 image has no spread" in change.sentence


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([], [], "There are no images on one side."),
        ([1.0, 2.0], [1.0], "cannot be paired"),
        ([1.0, math.nan], [1.0, 2.0], "1 of 2 images is not a finite number."),
        ([1.0, 2.0], [math.inf, -math.inf], "2 of 2 images are not a finite number."),
        ([1.0, "x"], [1.0, 2.0], "are not all numbers"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(before: object, after: object, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        compare_paired(before, after, minimum=0.1, unit="pt")  # type: ignore[arg-type]
    assert caught.value.hint


@given(
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 0.5]), min_size=2, max_size=30),
    st.floats(0, 10),
    st.integers(0, 3),
)
def test_any_numbers_give_a_verdict_that_agrees_with_its_interval_and_test(
    after: list[float], minimum: float, seed: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        change = compare_paired(np.zeros(len(after)), after, minimum=minimum, unit="pt", seed=seed)
    assert change.interval is not None
    assert change.interval.low <= change.difference + 1e-9 * abs(change.difference)
    assert change.difference - 1e-9 * abs(change.difference) <= change.interval.high
    assert change.p_value is not None
    if change.verdict != "not enough data":
        assert change.verdict == verdict_of(change.interval, minimum)
    if change.verdict in ("better", "worse"):
        assert change.p_value <= 0.05
    assert change.sentence.endswith(".")


# --- few runs ---------------------------------------------------------------------------------------------


def test_85_2_against_85_8_over_five_runs_is_no_evidence() -> None:
    change = compare_summaries(85.2, 0.8, 5, 85.8, 1.1, 5, minimum=0.5, unit="pt")
    assert change.verdict == "not enough data"
    assert change.p_value == pytest.approx(stats.ttest_ind_from_stats(85.8, 1.1, 5, 85.2, 0.8, 5, False)[1])
    assert change.p_value == pytest.approx(0.36, abs=0.005)
    assert change.interval is not None
    assert (change.interval.low, change.interval.high) == pytest.approx((-0.83, 2.03), abs=0.01)
    assert change.sentence.startswith(
        "No evidence of a difference: 85.2 ± 0.8 against 85.8 ± 1.1 over 5 runs each is 0.6 pt better"
        " (95 %: 0.8 pt worse to 2.0 pt better); about "
    )
    # 2.8^2 * (0.8^2 + 1.1^2) / 0.5^2 = 58 runs a side, of which 5 are there.
    assert change.needed is not None
    assert 53 <= change.needed <= 58
    assert f"{change.needed} more runs on each side" in change.sentence


def test_seeds_agree_with_scipy_paired_and_not() -> None:
    before, after = [61.2, 61.9, 60.8, 61.1], [60.1, 61.0, 60.3, 59.9]
    apart = compare_seeds(before, after, minimum=0.5, unit="pt")
    welch = stats.ttest_ind(after, before, equal_var=False)
    assert apart.p_value == pytest.approx(welch.pvalue)
    assert apart.interval is not None
    assert (apart.interval.low, apart.interval.high) == pytest.approx(tuple(welch.confidence_interval()))
    pooled = math.sqrt((np.var(before, ddof=1) + np.var(after, ddof=1)) / 2)
    assert apart.effect == pytest.approx((np.mean(after) - np.mean(before)) / pooled * (1 - 3 / 23))
    together = compare_seeds(before, after, paired=True, minimum=0.5, unit="pt")
    paired = stats.ttest_rel(after, before)
    assert together.p_value == pytest.approx(paired.pvalue)
    assert together.interval is not None
    assert (together.interval.low, together.interval.high) == pytest.approx(
        tuple(paired.confidence_interval())
    )
    assert together.verdict == "worse"


def test_runs_without_spread_need_four_a_side() -> None:
    """Of 8 runs, 4 and 4 part in 2 of 70 ways, which is 3 %; 3 and 3 in 2 of 20."""
    assert compare_summaries(80, 0, 3, 81, 0, 3, minimum=0.5, unit="pt").verdict == "not enough data"
    assert compare_summaries(80, 0, 4, 81, 0, 4, minimum=0.5, unit="pt").verdict == "better"


def test_one_run_a_side_is_not_enough_and_none_is_refused() -> None:
    change = compare_seeds([61.2], [60.1, 60.3], minimum=0.5, unit="pt")
    assert change.verdict == "not enough data"
    assert "no evidence" in change.sentence
    with pytest.raises(UsageError):
        compare_seeds([], [60.1], minimum=0.5, unit="pt")
    with pytest.raises(UsageError):
        compare_summaries(85, -1, 5, 86, 1, 5, minimum=0.5, unit="pt")
    with pytest.raises(UsageError):
        compare_summaries(85, 1, 5, math.nan, 1, 5, minimum=0.5, unit="pt")


# --- intervals --------------------------------------------------------------------------------------------


def test_few_values_have_the_t_interval() -> None:
    values = np.array([1.0, 2.0, 4.0, 7.0])
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    interval = bootstrap_interval(values, level=0.9)
    assert (interval.low, interval.high, interval.level) == pytest.approx((*theirs, 0.9))


def test_the_interval_is_scipys_accelerated_one_or_the_t_interval_whichever_reaches_further() -> None:
    values = np.random.default_rng(1).exponential(1, 200)
    ours = bootstrap_interval(values, resamples=10_000)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=10_000, rng=np.random.default_rng(2))
    t_test = stats.ttest_1samp(values, 0).confidence_interval()
    expected = (
        min(theirs.confidence_interval.low, t_test.low),
        max(theirs.confidence_interval.high, t_test.high),
    )
    assert (ours.low, ours.high) == pytest.approx(expected, abs=0.01)


def test_the_same_seed_gives_the_same_interval_and_more_than_fit_in_memory_at_once_do_too() -> None:
    values = np.random.default_rng(1).exponential(1, 5000)
    one, other = bootstrap_interval(values), bootstrap_interval(values)
    assert one == other
    assert one != bootstrap_interval(values, seed=1)
    assert one.high - one.low == pytest.approx(2 * 1.96 / math.sqrt(5000), rel=0.08)


def test_one_value_has_no_interval() -> None:
    with pytest.raises(UsageError):
        bootstrap_interval([1.0])


@pytest.mark.parametrize("name", ["normal", "exponential", "3 of 10 images change"])
def test_intervals_cover_what_they_promise(name: str) -> None:
    assert 0.92 <= coverage(SOURCES[name], 100, 300) <= 0.985


# --- many at once -----------------------------------------------------------------------------------------


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([0.5, 0.9]) == (1.0, 1.0)
    assert holm([]) == ()
    with pytest.raises(UsageError):
        holm([0.5, math.nan])


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_never_lowers_a_p_value_keeps_their_order_and_stays_below_bonferroni(
    p_values: list[float],
) -> None:
    adjusted = holm(p_values)
    for p_value, higher in zip(p_values, adjusted, strict=True):
        assert p_value <= higher <= min(p_value * len(p_values), 1.0) + 1e-12
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[place] for place in ranked] == sorted(adjusted)


def _change(difference: float, half: float, p_value: float | None = None, minimum: float = 0.5) -> Change:
    interval = Interval(difference - half, difference + half)
    verdict = verdict_of(interval, minimum)
    sentence = f"{difference} pt (95 %: {interval.low} to {interval.high} pt), as it is."
    return Change(
        verdict=verdict,
        difference=difference,
        interval=interval,
        minimum=minimum,
        unit="pt",
        sentence=sentence,
        p_value=p_value,
        samples=100,
    )


def test_a_difference_that_many_had_a_chance_to_show_is_taken_back() -> None:
    changes = [_change(1.0, 0.9, 0.03), *(_change(0.1, 0.9, 0.8) for _ in range(11))]
    first, *others = corrected(changes)
    assert changes[0].verdict == "better"
    assert first.verdict == "not enough data"
    assert first.p_value == pytest.approx(0.36)
    assert first.interval == changes[0].interval
    assert first.needed
    assert first.sentence == (
        "Not enough data: 1.0 pt (95 %: 0.09999999999999998 to 1.9 pt), but among 12 comparisons"
        " this one does not hold (p = 0.36 after Holm's correction)."
    )
    assert all(other.verdict == "not enough data" for other in others)


def test_what_is_sure_stays_among_many() -> None:
    changes = [_change(1.0, 0.3, 1e-9), *(_change(0.1, 0.9, 0.8) for _ in range(11))]
    assert corrected(changes)[0].verdict == "better"
    assert corrected(changes)[0].sentence == changes[0].sentence


def test_no_practical_difference_is_corrected_as_well() -> None:
    """0.39 ± 0.1 is only just within 0.5, and one of 12 such claims would often be false."""
    near = [_change(0.395, 0.1, 0.3) for _ in range(12)]
    assert near[0].verdict == "no practical difference"
    assert {change.verdict for change in corrected(near)} == {"not enough data"}
    sure = [_change(0.1, 0.1, 0.3) for _ in range(12)]
    assert {change.verdict for change in corrected(sure)} == {"no practical difference"}


def test_a_few_seeds_among_many_need_far_wider_margins() -> None:
    """The t of 2 degrees has heavy tails: the same interval says less there than it would of many images."""
    one = _change(0.2, 0.3, 0.2, minimum=0.9)
    assert one.verdict == "no practical difference"
    seeds, images = replace(one, freedom=2.0), replace(one, freedom=None)
    assert {change.verdict for change in corrected([seeds] * 8)} == {"not enough data"}
    assert {change.verdict for change in corrected([images] * 8)} == {"no practical difference"}


def test_what_is_open_among_many_asks_for_more_than_by_itself() -> None:
    before = np.random.default_rng(1).beta(5, 2, 40)
    change = compare_paired(
        before, before + np.random.default_rng(2).normal(0, 1, 40), minimum=0.3, unit="pt"
    )
    assert change.verdict == "not enough data" and change.needed
    alone, among = corrected([change])[0], corrected([change] * 12)[0]
    assert alone.needed == change.needed < (among.needed or 0)
    assert f"about {among.needed:,} more images would tell 0.3 pt from 0." in among.sentence


def test_more_than_what_matters_is_sure_among_all_or_not_at_all() -> None:
    change = replace(_change(-2.0, 0.9, 0.001, minimum=1.0), freedom=4.0)
    assert surely_beyond([change]) == (True,)
    assert surely_beyond([change] * 8) == (False,) * 8
    assert surely_beyond([replace(change, interval=None)]) == (False,)


def test_a_single_comparison_is_left_as_it_is() -> None:
    for change in (_change(1.0, 0.9, 0.03), _change(0.395, 0.1, 0.3)):
        assert corrected([change]) == (change,)


def test_p_values_that_are_missing_are_read_from_the_interval() -> None:
    """1.0 ± 1.96 standard errors of 0.5 is p = 0.0455; half of 1.96 errors is p = 0.33."""
    told = corrected([_change(1.0, 0.98), _change(-0.49, 0.98)])
    assert [change.p_value for change in told] == pytest.approx([0.091, 0.327], abs=0.001)


def test_a_change_without_an_interval_does_not_count() -> None:
    lone = compare_paired([0.5], [0.9], minimum=0.01, unit="")
    kept, sure = corrected([lone, _change(1.0, 0.9, 0.03)])
    assert kept is lone
    assert (sure.verdict, sure.p_value) == ("better", 0.03)
    assert corrected([]) == ()

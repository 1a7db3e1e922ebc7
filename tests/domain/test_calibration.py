"""Calibration on forecasters whose judgement is known, and on cases that were worked out elsewhere."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression

from r2p_tui.domain.calibration import (
    MIN_RESOLVED,
    CalibrationBin,
    Verdict,
    calibration_curve,
    chance_band,
    judge_calibration,
    wilson,
)
from r2p_tui.domain.predictions import Counted

Pairs = list[tuple[float, bool]]
SIMULATIONS, QUESTIONS = 300, 200


def odds_times(factor: float) -> Callable[[float], float]:
    """The probability whose log odds are so many times those of another."""

    def changed(probability: float) -> float:
        return 1 / (1 + math.exp(-factor * math.log(probability / (1 - probability))))

    return changed


def half_way(probability: float) -> float:
    return 0.5 + (probability - 0.5) / 2


def as_it_is(probability: float) -> float:
    return probability


def evenly(rng: random.Random) -> float:
    return rng.uniform(0.05, 0.95)


def at_the_ends(rng: random.Random) -> float:
    return min(max(rng.betavariate(0.5, 0.5), 0.02), 0.98)


def rather_low(rng: random.Random) -> float:
    return min(max(rng.betavariate(2, 5), 0.02), 0.98)


class Forecaster:
    """Draws a probability, from which what is said and how often it happens are worked out."""

    def __init__(
        self,
        draw: Callable[[random.Random], float] = evenly,
        says: Callable[[float], float] = as_it_is,
        truth: Callable[[float], float] = as_it_is,
    ) -> None:
        self._draw, self._says, self._truth = draw, says, truth

    def judged(self, rng: random.Random, questions: int = QUESTIONS) -> Pairs:
        drawn = [self._draw(rng) for _ in range(questions)]
        return [(round(self._says(one), 2), rng.random() < self._truth(one)) for one in drawn]


FORECASTERS = {
    "calibrated": (Forecaster(), Verdict.CALIBRATED),
    "calibrated, mostly sure": (Forecaster(at_the_ends), Verdict.CALIBRATED),
    "calibrated, mostly low": (Forecaster(rather_low), Verdict.CALIBRATED),
    "only half as right as it sounds": (Forecaster(truth=half_way), Verdict.OVER),
    "odds true to the power of 0.4": (Forecaster(truth=odds_times(0.4)), Verdict.OVER),
    "squares its odds": (Forecaster(says=odds_times(2)), Verdict.OVER),
    "sure, and half right": (Forecaster(at_the_ends, truth=half_way), Verdict.OVER),
    "low, and half right": (Forecaster(rather_low, truth=half_way), Verdict.OVER),
    "odds true to the power of 2": (Forecaster(truth=odds_times(2)), Verdict.UNDER),
    "odds true to the power of 2.5": (Forecaster(truth=odds_times(2.5)), Verdict.UNDER),
    "says half of it": (Forecaster(says=half_way), Verdict.UNDER),
    "sure, and says half of it": (Forecaster(at_the_ends, says=half_way), Verdict.UNDER),
    "says a fifth too much": (Forecaster(truth=lambda said: max(said - 0.2, 0.01)), Verdict.TOO_HIGH),
    "says a fifth too little": (Forecaster(truth=lambda said: min(said + 0.2, 0.99)), Verdict.TOO_LOW),
}


def tilt(curve: tuple[CalibrationBin, ...]) -> float:
    """Above 0 where the curve is nearer to one half than what was said, weighted by counts."""
    return sum(one.count * (one.said - one.rate) * math.copysign(1, one.said - 0.5) for one in curve)


def outside(curve: tuple[CalibrationBin, ...]) -> int:
    """How many bins a calibrated forecaster would not show."""
    return sum(not one.band[0] <= one.rate <= one.band[1] for one in curve)


def drawn_rightly(curve: tuple[CalibrationBin, ...], verdict: Verdict) -> bool:
    if verdict is Verdict.CALIBRATED:
        return outside(curve) <= 2
    happened = sum(one.happened for one in curve) - sum(one.said * one.count for one in curve)
    leans = {
        Verdict.OVER: tilt(curve) > 0,
        Verdict.UNDER: tilt(curve) < 0,
        Verdict.TOO_HIGH: happened < 0,
        Verdict.TOO_LOW: happened > 0,
    }
    return leans[verdict]


@pytest.mark.parametrize("name", FORECASTERS)
def test_words_and_curve_name_a_simulated_forecaster_rightly(name: str) -> None:
    forecaster, expected = FORECASTERS[name]
    named = drawn = 0
    rng = random.Random(f"6 {name}")
    for _ in range(SIMULATIONS):
        pairs = forecaster.judged(rng)
        named += judge_calibration(pairs).verdict is expected
        drawn += drawn_rightly(calibration_curve(pairs), expected)
    assert named >= 0.95 * SIMULATIONS
    assert drawn >= 0.95 * SIMULATIONS


@pytest.mark.parametrize("questions", [10, 20, 50])
def test_few_questions_do_not_make_a_calibrated_forecaster_look_bad(questions: int) -> None:
    rng = random.Random(questions)
    verdicts = [judge_calibration(Forecaster().judged(rng, questions)).verdict for _ in range(300)]
    assert verdicts.count(Verdict.CALIBRATED) >= 285


@pytest.mark.parametrize("name", FORECASTERS)
def test_eight_questions_are_too_early(name: str) -> None:
    verdict = judge_calibration(FORECASTERS[name][0].judged(random.Random(8), 8))
    assert verdict == (Verdict.TOO_EARLY, "too early to tell: 8 of 10 resolved", "", None)
    assert MIN_RESOLVED == 10


def said(*groups: tuple[float, int, int]) -> Pairs:
    """Pairs from (probability, how often it was said, how often it happened)."""
    return [(probability, place < yes) for probability, total, yes in groups for place in range(total)]


@pytest.mark.parametrize(
    ("pairs", "words", "where"),
    [
        ([], "too early to tell: 0 of 10 resolved", ""),
        (said((0.7, 10, 7)), "no sign of over- or under-confidence yet (10 resolved)", ""),
        (said((0.5, 400, 200)), "no sign of over- or under-confidence yet (400 resolved)", ""),
        (said((0.1, 20, 2), (0.9, 21, 19)), "well calibrated so far (41 resolved)", ""),
        (said((0.1, 1000, 100), (0.8, 1000, 800)), "well calibrated so far (2,000 resolved)", ""),
        (said((0.1, 40, 12), (0.9, 40, 28)), "over-confident", ""),
        (said((0.2, 60, 12), (0.8, 20, 16), (0.9, 40, 26)), "over-confident above 70 %", "above 70 %"),
        (said((0.05, 100, 16), (0.5, 10, 5), (0.9, 60, 54)), "over-confident below 30 %", "below 30 %"),
        (said((0.1, 100, 15), (0.9, 100, 85)), "slightly over-confident", ""),
        (said((0.1, 100, 10), (0.8, 300, 219)), "slightly over-confident above 70 %", "above 70 %"),
        (said((0.3, 60, 8), (0.7, 60, 52)), "under-confident", ""),
        (said((0.2, 100, 20), (0.8, 100, 98)), "under-confident above 70 %", "above 70 %"),
        (said((0.2, 200, 28), (0.8, 200, 172)), "slightly under-confident", ""),
        (
            said((0.3, 100, 10), (0.5, 100, 30), (0.7, 100, 50)),
            "things happen less often than you say (50 % said, 30 % came true)",
            "",
        ),
        (
            said((0.3, 100, 50), (0.5, 100, 70), (0.7, 100, 90)),
            "things happen more often than you say (50 % said, 70 % came true)",
            "",
        ),
        # Certain, and always right: nothing to object to.
        (said((0.0, 30, 0), (1.0, 30, 30)), "no sign of over- or under-confidence yet (60 resolved)", ""),
        # Certain, and often wrong.
        (said((0.0, 10, 2), (1.0, 20, 15)), "over-confident", ""),
        # Flawless, and never sure of it: no slope is steep enough, and still there is an answer.
        (said((0.3, 200, 0), (0.7, 200, 200)), "under-confident", ""),
    ],
)
def test_the_verdict_in_words(pairs: Pairs, words: str, where: str) -> None:
    verdict = judge_calibration(pairs)
    assert (verdict.words, verdict.where) == (words, where)


def test_too_extreme_around_another_place_than_one_half_is_over_confident() -> None:
    """On the whole as many came true as were said, and a slope through one half would be near 1."""
    verdict = judge_calibration(said((0.05, 60, 10), (0.2, 100, 20), (0.4, 60, 12)))
    assert verdict.words == "over-confident"
    assert verdict.slope is not None
    assert verdict.slope < 0.5


def test_the_slope_is_that_of_a_logistic_regression_through_one_half() -> None:
    rng = random.Random(1)
    for truth in (odds_times(0.4), as_it_is, odds_times(2)):
        pairs = Forecaster(truth=truth).judged(rng, 2000)
        odds = np.log([[probability / (1 - probability)] for probability, _ in pairs])
        reference = LogisticRegression(C=1e9, fit_intercept=False).fit(odds, [yes for _, yes in pairs])
        assert judge_calibration(pairs).slope == pytest.approx(reference.coef_[0][0], abs=0.01)


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=10, max_size=80))
def test_asking_the_other_way_round_mirrors_the_verdict(answers: list[tuple[int, bool]]) -> None:
    verdict = judge_calibration([(percent / 100, yes) for percent, yes in answers])
    mirrored = judge_calibration([((100 - percent) / 100, not yes) for percent, yes in answers])
    swapped = {Verdict.TOO_HIGH: Verdict.TOO_LOW, Verdict.TOO_LOW: Verdict.TOO_HIGH}
    assert mirrored.verdict is swapped.get(verdict.verdict, verdict.verdict)
    assert verdict.slope is not None
    assert math.isfinite(verdict.slope)
    assert mirrored.slope == pytest.approx(verdict.slope)


# The curve


@pytest.mark.parametrize(
    ("happened", "count", "low", "high"),
    # Newcombe 1998, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_newcombe_printed_it(happened: int, count: int, low: float, high: float) -> None:
    assert wilson(happened, count) == pytest.approx((low, high), abs=5e-5)
    assert wilson(count - happened, count) == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_the_band_is_that_of_the_binomial_distribution_where_one_thing_was_said() -> None:
    for count in (1, 5, 10, 41, 100):
        for probability in (0, 0.03, 0.5, 0.9, 1):
            expected = binom.ppf([0.025, 0.975], count, probability) if 0 < probability < 1 else [0, 0]
            low, high = (count, count) if probability == 1 else expected
            band = chance_band([Counted(probability, count, 0)])
            assert band == pytest.approx((low / count, high / count))


def test_the_band_of_different_forecasts_adds_up_what_each_would_do() -> None:
    # None, one or both of 0.9 and 0.1: 0.09, 0.82, 0.09; of 0.99 and 0.01: 0.0099, 0.9802, 0.0099.
    assert chance_band([Counted(0.1, 1, 0), Counted(0.9, 1, 0)]) == (0, 1)
    assert chance_band([Counted(0.01, 1, 0), Counted(0.99, 1, 0)]) == (0.5, 0.5)


@pytest.mark.parametrize("probability", [0.02, 0.15, 0.5, 0.95])
@pytest.mark.parametrize("count", [101, 400, 5000])
def test_the_band_of_many_is_exact_to_a_count(probability: float, count: int) -> None:
    low, high = chance_band([Counted(probability, count, 0)])
    expected = binom.ppf([0.025, 0.975], count, probability)
    assert (low * count, high * count) == pytest.approx(expected, abs=1.001)


def test_the_curve_counts_by_bins_and_leaves_out_empty_ones() -> None:
    curve = calibration_curve(said((0.1, 10, 2), (0.7, 4, 1), (0.78, 4, 3), (1.0, 2, 2)))
    seen = [(one.low, one.high, one.count, one.happened) for one in curve]
    assert seen == [(0.1, 0.2, 10, 2), (0.7, 0.8, 8, 4), (0.9, 1.0, 2, 2)]
    middle = curve[1]
    assert (middle.said, middle.rate) == pytest.approx((0.74, 0.5))
    assert middle.interval == pytest.approx(wilson(4, 8))
    assert middle.band == chance_band([Counted(0.7, 4, 1), Counted(0.78, 4, 3)])
    assert calibration_curve([]) == ()


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=150), st.integers(1, 20))
def test_every_prediction_is_in_one_bin(pairs: Pairs, bins: int) -> None:
    curve = calibration_curve(pairs, bins)
    assert sum(one.count for one in curve) == len(pairs)
    assert sum(one.happened for one in curve) == sum(yes for _, yes in pairs)
    for one in curve:
        assert one.low - 1e-9 <= one.said <= one.high
        assert 0 <= one.interval[0] <= one.rate <= one.interval[1] <= 1
        assert 0 <= one.band[0] <= one.band[1] <= 1

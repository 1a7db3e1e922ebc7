"""Advice from seven factors: weighed in the open, monotone, limited, and never without reasons."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.radar import Factor, Rating, Ring
from r2p_tui.domain.radar_advice import FACTORS, KNOWN_ENOUGH, THRESHOLDS, advise, check_rating
from r2p_tui.errors import UsageError

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
ORDER = list(Ring)
Scores = dict[Factor, int]
SCORES = st.dictionaries(st.sampled_from(list(Factor)), st.integers(1, 5))


def ratings(scores: Scores) -> list[Rating]:
    return [Rating(factor, score, f"evidence of {factor}", NOW) for factor, score in scores.items()]


def all_at(score: int, **more: int) -> Scores:
    """Every factor rated alike, criticality the other way round."""
    scores = {factor: 6 - score if told.inverted else score for factor, told in FACTORS.items()}
    return scores | {Factor(name.replace("_", " ")): value for name, value in more.items()}


def ring_for(scores: Scores) -> Ring | None:
    return advise(ratings(scores), Ring.HOLD).ring


def test_the_weights_are_shown_and_make_one() -> None:
    assert set(FACTORS) == set(Factor)
    assert sum(told.weight for told in FACTORS.values()) == pytest.approx(1)
    assert [factor for factor, told in FACTORS.items() if told.inverted] == [Factor.CRITICALITY]
    for told in FACTORS.values():
        assert told.question.endswith("?")
        assert told.one
        assert told.five


@pytest.mark.parametrize(
    ("score", "ring"), [(5, Ring.ADOPT), (4, Ring.ADOPT), (3, Ring.ASSESS), (2, Ring.HOLD), (1, Ring.SKIP)]
)
def test_the_same_rating_everywhere_gives_that_score(score: int, ring: Ring) -> None:
    advice = advise(ratings(all_at(score)), ring)
    assert advice.score == pytest.approx(score)
    assert (advice.low, advice.high) == pytest.approx((score, score))
    assert (advice.ring, advice.agrees, advice.unknown, advice.rate_next) == (ring, True, (), None)


def test_a_score_by_hand() -> None:
    scores: Scores = {
        Factor.ADVANTAGE: 5,
        Factor.IMPROVEMENT: 4,
        Factor.MATURITY: 4,
        Factor.CAPACITY: 2,
        Factor.CRITICALITY: 2,
    }
    advice = advise(ratings(scores), Ring.TRIAL)
    gained = 5 * 0.22 + 4 * 0.18 + 4 * 0.16 + 2 * 0.13 + (6 - 2) * 0.08
    assert advice.score == pytest.approx(gained / 0.77)
    assert (advice.low, advice.high) == pytest.approx((gained + 0.23, gained + 5 * 0.23))
    assert advice.unknown == (Factor.REVERSIBILITY, Factor.SHADOW_MODE)
    assert advice.rate_next is Factor.REVERSIBILITY
    assert advice.ring is Ring.TRIAL
    assert advice.reasons == (
        "The weighted mean is 3.95 of 5 from 5 of 7 factors; TRIAL is 3.2 or more, below 4.0.",
        "For it: advantage 5 (“evidence of advantage”), improvement 4 (“evidence of improvement”),"
        " maturity 4 (“evidence of maturity”), criticality 2 (“evidence of criticality”).",
        "Against it: capacity 2 (“evidence of capacity”).",
        "Not rated: reversibility, shadow mode; with them it lies between 3.27 and 4.19.",
        "It stands in TRIAL already.",
    )


def test_the_latest_rating_of_a_factor_counts() -> None:
    first, second = Rating(Factor.MATURITY, 1, "", NOW), Rating(Factor.MATURITY, 5, "", NOW)
    [part] = advise([first, second], Ring.HOLD).parts
    assert part.score == 5


def test_too_little_known_gives_no_ring_but_what_to_rate_next() -> None:
    nothing = advise([], Ring.HOLD)
    assert (nothing.ring, nothing.score, nothing.rate_next) == (None, None, Factor.ADVANTAGE)
    assert (nothing.low, nothing.high) == (1, 5)
    assert nothing.reasons[0].startswith("Too little is known: 0 of 7 factors are rated, 0 % of the weights")
    two = advise(ratings({Factor.ADVANTAGE: 5, Factor.MATURITY: 5}), Ring.HOLD)
    assert (two.ring, two.rate_next) == (None, Factor.IMPROVEMENT)
    assert FACTORS[Factor.IMPROVEMENT].question in " ".join(two.reasons)


@pytest.mark.parametrize(
    ("scores", "most", "why"),
    [
        (all_at(5, criticality=5, shadow_mode=1), Ring.TRIAL, "shadow mode"),
        (all_at(5, criticality=4, reversibility=2), Ring.TRIAL, "way back"),
        (all_at(5, maturity=1), Ring.TRIAL, "more than a paper"),
        (all_at(5, capacity=1), Ring.ASSESS, "time to build"),
        (all_at(5, advantage=2, improvement=1), Ring.HOLD, "no gain"),
    ],
)
def test_what_no_mean_can_outweigh_is_said(scores: Scores, most: Ring, why: str) -> None:
    advice = advise(ratings(scores), Ring.ADOPT)
    assert advice.ring is most
    assert any(reason.startswith(f"Not beyond {most}:") and why in reason for reason in advice.reasons)


@given(SCORES)
def test_what_is_critical_is_never_adopted_without_shadow_mode_and_a_way_back(scores: Scores) -> None:
    proven = min(scores.get(Factor.SHADOW_MODE, 0), scores.get(Factor.REVERSIBILITY, 0)) >= 3
    if scores.get(Factor.CRITICALITY, 5) >= 4 and not proven:
        assert ring_for(scores) is not Ring.ADOPT


@given(SCORES, st.sampled_from(list(Factor)), st.integers(1, 5))
def test_a_better_rating_of_one_factor_never_leads_further_out(
    scores: Scores, factor: Factor, score: int
) -> None:
    scores.setdefault(factor, 3)
    other = scores | {factor: score}
    better = score <= scores[factor] if FACTORS[factor].inverted else score >= scores[factor]
    worse_ring, better_ring = (
        (ring_for(scores), ring_for(other)) if better else (ring_for(other), ring_for(scores))
    )
    assert (worse_ring is None) == (better_ring is None)
    if worse_ring and better_ring:
        assert ORDER.index(better_ring) <= ORDER.index(worse_ring)


@given(SCORES, st.sampled_from(ORDER))
def test_a_ring_never_comes_without_reasons_and_bounds_hold(scores: Scores, ring: Ring) -> None:
    advice = advise(ratings(scores), ring)
    assert advice.reasons
    assert all(reason.endswith((".", "?", ")")) for reason in advice.reasons)
    assert 1 <= advice.low <= advice.high <= 5
    assert {part.factor for part in advice.parts} | set(advice.unknown) == set(Factor)
    known = sum(part.weight for part in advice.parts)
    assert (advice.ring is None) == (known < KNOWN_ENOUGH - 1e-6)
    if advice.score is not None:
        assert 1 <= advice.score <= 5
        assert advice.low <= advice.score <= advice.high


def test_thresholds_go_outwards() -> None:
    assert [ring for _, ring in THRESHOLDS] == ORDER
    least = [score for score, _ in THRESHOLDS]
    assert least == sorted(least, reverse=True)


def test_a_rating_needs_one_to_five_and_a_reason() -> None:
    assert check_rating(Factor.MATURITY, 4, " released \n twice ") == "released twice"
    for score in (0, 6):
        with pytest.raises(UsageError, match=f"maturity is rated 1 to 5, not {score}"):
            check_rating(Factor.MATURITY, score, "released")
    with pytest.raises(UsageError, match="What makes maturity a 4"):
        check_rating(Factor.MATURITY, 4, " ")

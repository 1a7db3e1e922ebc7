from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.economics import Estimate, cost_per_thousand, exactly, pay_back
from r2p_tui.domain.measurements import Interval
from r2p_tui.errors import UsageError


def test_a_thousand_requests_by_hand() -> None:
    """100 a second are 360,000 an hour; at 0.72 an hour a thousand cost 0.002."""
    cost = cost_per_thousand(100.0, 0.72, Interval(90.0, 120.0))
    assert cost.per_thousand == pytest.approx(0.002)
    assert cost.interval is not None
    assert (cost.interval.low, cost.interval.high) == pytest.approx((0.72 / 432, 0.72 / 324))
    assert cost.sentence == (
        "$0.002 per 1,000 requests (95 %: $0.00167 to $0.00222), at $0.72 an hour and 100 requests a second."
    )


def test_a_free_machine_and_an_interval_down_to_nothing() -> None:
    assert cost_per_thousand(100.0, 0.0).per_thousand == 0
    assert cost_per_thousand(100.0, 1.0, Interval(0.0, 200.0)).interval is None


@pytest.mark.parametrize(
    ("rate", "price"), [(0.0, 1.0), (-1.0, 1.0), (math.nan, 1.0), (math.inf, 1.0), (1.0, -1.0)]
)
def test_what_has_no_price_is_refused(rate: float, price: float) -> None:
    with pytest.raises(UsageError):
        cost_per_thousand(rate, price)


BEFORE = cost_per_thousand(50.0, 0.72)
AFTER = cost_per_thousand(100.0, 0.72)


def test_an_effort_that_pays_by_hand() -> None:
    """0.004 less 0.002 for 100 million requests a month are 200; 1,000 come back in 5 months."""
    back = pay_back(BEFORE, AFTER, requests_per_month=1e8, effort=1000.0)
    saved = back.monthly_saving
    assert (saved.low, saved.value, saved.high) == pytest.approx((200.0, 200.0, 200.0))
    assert (back.months, back.months_low, back.months_high) == pytest.approx((5.0, 5.0, 5.0))
    assert back.roi_12 is not None
    assert back.roi_12.value == pytest.approx(1.4)
    assert back.sentence == (
        "Saves $200.00 a month; the effort of $1,000.00 is paid back after 5.0 months,"
        " and 12 months return 140 %."
    )


def test_ranges_join_the_worst_and_the_best_of_all_inputs() -> None:
    sure = cost_per_thousand(100.0, 0.72, Interval(60.0, 150.0))
    back = pay_back(
        BEFORE, sure, requests_per_month=Estimate(5e7, 1e8, 2e8), effort=Estimate(500.0, 1000.0, 2000.0)
    )
    worst = (0.004 - 0.72 / 216) * 5e4
    best = (0.004 - 0.72 / 540) * 2e5
    assert (back.monthly_saving.low, back.monthly_saving.high) == pytest.approx((worst, best))
    assert (back.months_low, back.months_high) == pytest.approx((500 / best, 2000 / worst))
    assert back.roi_12 is not None
    assert back.roi_12.low == pytest.approx((12 * worst - 2000) / 2000)
    assert back.roi_12.high == pytest.approx((12 * best - 500) / 500)


def test_what_may_never_pay_says_so() -> None:
    unsure = cost_per_thousand(60.0, 0.72, Interval(40.0, 80.0))
    back = pay_back(BEFORE, unsure, requests_per_month=1e8, effort=1000.0)
    assert back.months_high is None
    assert " to never)" in back.sentence
    worse = pay_back(AFTER, BEFORE, requests_per_month=1e8, effort=1000.0)
    assert (worse.months, worse.months_low, worse.months_high) == (None, None, None)
    assert worse.sentence == "It costs $200.00 a month more, so the effort is never paid back."
    at_best = pay_back(
        BEFORE, cost_per_thousand(45.0, 0.72, Interval(40.0, 80.0)), requests_per_month=1e8, effort=9.0
    )
    assert "never paid back; at best it is paid back after" in at_best.sentence


def test_no_saving_and_no_effort() -> None:
    nothing = pay_back(BEFORE, BEFORE, requests_per_month=1e8, effort=10.0)
    assert nothing.months is None
    assert nothing.sentence == "Nothing is saved, so the effort is never paid back."
    free = pay_back(BEFORE, AFTER, requests_per_month=1e8, effort=0.0)
    assert (free.months, free.roi_12) == (0.0, None)
    assert free.sentence == "Saves $200.00 a month; there was no effort to pay back."
    eaten = pay_back(BEFORE, AFTER, requests_per_month=1e8, effort=10.0, running_per_month=250.0)
    assert eaten.monthly_saving.value == pytest.approx(-50.0)


def test_amounts_below_nothing_and_values_outside_their_range_are_refused() -> None:
    for requests, effort in ((-1.0, 1.0), (1.0, -1.0), (math.nan, 1.0), (1.0, math.inf)):
        with pytest.raises(UsageError):
            pay_back(BEFORE, AFTER, requests_per_month=requests, effort=effort)
    with pytest.raises(UsageError):
        pay_back(BEFORE, AFTER, requests_per_month=Estimate(5.0, 1.0, 9.0), effort=1.0)


AMOUNTS = st.floats(0.01, 1e6)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.floats(1, 2))
def test_the_value_lies_within_its_range(
    first: float, second: float, requests: float, effort: float, wide: float
) -> None:
    def around(rate: float) -> Interval:
        return Interval(rate / wide, rate * wide)

    before, after = (cost_per_thousand(rate, 1.0, around(rate)) for rate in (first, second))
    back = pay_back(before, after, requests_per_month=requests, effort=exactly(effort))
    saved = back.monthly_saving
    slack = 1e-9 * max(abs(saved.low), abs(saved.high))
    assert saved.low - slack <= saved.value <= saved.high + slack
    assert back.sentence.endswith(".")
    if back.months is not None and back.months_low is not None:
        assert back.months_low <= back.months * (1 + 1e-9)
        assert back.months_high is None or back.months <= back.months_high * (1 + 1e-9)

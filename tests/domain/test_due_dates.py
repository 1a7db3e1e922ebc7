from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.due_dates import MAX_YEARS, accept_day, add_months, due_date
from r2p_tui.errors import UsageError

TODAY = date(2026, 11, 21)

MEANT = {
    "2y": date(2028, 11, 21),
    "2 years": date(2028, 11, 21),
    " in 2 Years ": date(2028, 11, 21),
    "18mo": date(2028, 5, 21),
    "1y 6mo": date(2028, 5, 21),
    "1y6mo": date(2028, 5, 21),
    "one year and six months": date(2028, 5, 21),
    "3 quarters": date(2027, 8, 21),
    "6 weeks": date(2027, 1, 2),
    "6w": date(2027, 1, 2),
    "90d": date(2027, 2, 19),
    "1w 3d": date(2026, 12, 1),
    "a month": date(2026, 12, 21),
    "next year": date(2027, 11, 21),
    "2028-11-21": date(2028, 11, 21),
    "2028-02-29": date(2028, 2, 29),
    "50y": date(2076, 11, 21),
    "2076-11-21": date(2076, 11, 21),
    "today": TODAY,
    "0d": TODAY,
    "2026-11-21": TODAY,
    "Tomorrow": date(2026, 11, 22),
}


@pytest.mark.parametrize("text", MEANT)
def test_a_day_is_read_as_it_is_said(text: str) -> None:
    assert due_date(text, TODAY) == MEANT[text]


@pytest.mark.parametrize(
    ("today", "text", "day"),
    [
        (date(2027, 1, 31), "1mo", date(2027, 2, 28)),
        (date(2028, 1, 31), "1mo", date(2028, 2, 29)),
        (date(2027, 1, 31), "2mo", date(2027, 3, 31)),
        (date(2027, 12, 31), "2mo", date(2028, 2, 29)),
        (date(2028, 2, 29), "1y", date(2029, 2, 28)),
        (date(2028, 2, 29), "4y", date(2032, 2, 29)),
        (date(2028, 2, 28), "1d", date(2028, 2, 29)),
        (date(2096, 2, 29), "4y", date(2100, 2, 28)),
        (date(2026, 10, 31), "1mo", date(2026, 11, 30)),
        (date(2026, 12, 1), "1mo", date(2027, 1, 1)),
    ],
    ids=str,
)
def test_months_end_and_leap_days_come_and_go(today: date, text: str, day: date) -> None:
    assert due_date(text, today) == day


NEAREST = {
    "2028/11/21": "2028-11-21",
    "21.11.2028": "2028-11-21",
    "11/21/2028": "2028-11-21",
    "2028-2-5": "2028-02-05",
    "2027-02-29": "2027-02-28",
    "2028-11": "2028-11-30",
    "2028": "2028-12-31",
    "2026-11-20": "2027-11-20",
    "2024-12-24": "2026-12-24",
    "2024-02-29": "2027-02-28",
    "18m": "18mo",
    "1.5y": "18mo",
    "2": "2y",
    "2 yaers": "2 years",
    "-2y": "2 y",
    "2026/01/05": "2027-01-05",
    "2026-01": "2027-01-31",
    "05.01.2026": "2027-01-05",
}


@pytest.mark.parametrize("text", NEAREST)
def test_what_is_no_such_day_is_asked_back_with_the_nearest(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        due_date(text, TODAY)
    assert refused.value.hint == f"Did you mean {NEAREST[text]}?"


@pytest.mark.parametrize(
    "text",
    ["", " ", "soon", "y", "2y 3", "90 min", "１２d", "2028-13-45", "2028-W47-2", "20281121", "²y", "1e5d",
     "2028-11-21T00:00", "later\x1b[2J", "2076", "900m", "60 yaers", "60.5y"],
)  # fmt: skip
def test_nonsense_is_refused_with_the_ways_to_say_it(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        due_date(text, TODAY)
    assert refused.value.hint == "Write 90d, 6w, 18mo, 2y or a day such as 2028-11-21."
    assert "\x1b" not in refused.value.message


def test_yesterday_is_refused_and_today_is_not() -> None:
    with pytest.raises(UsageError, match="2026-11-20 is before today, 2026-11-21"):
        accept_day(TODAY - timedelta(days=1), TODAY)
    assert accept_day(TODAY, TODAY) == TODAY


@pytest.mark.parametrize(
    "text", ["51y", "601mo", "200y", "99999d", "9" * 50 + "y", "2076-11-22", "9999-12-31"]
)
def test_more_than_fifty_years_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="more than 50 years ahead") as refused:
        due_date(text, TODAY)
    assert "2076-11-21" in refused.value.hint


days = st.dates(date(1970, 1, 1), date(2900, 12, 31))


@given(days, st.integers(0, MAX_YEARS * 12))
def test_so_many_months_later_it_is_the_same_day_or_the_last_one(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(days, st.integers(0, 18_000))
def test_a_day_and_the_way_to_it_are_one(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    assert due_date(day.isoformat(), today) == due_date(f"{ahead}d", today) == day


@given(st.text(max_size=30), days)
def test_any_text_is_a_day_within_the_limits_or_refused(text: str, today: date) -> None:
    try:
        day = due_date(text, today)
    except UsageError as error:
        assert error.message.endswith(".")
        assert error.hint
    else:
        assert today <= day <= add_months(today, MAX_YEARS * 12)


def test_a_number_of_thousands_of_digits_is_refused_like_any_other() -> None:
    for text in ("9" * 5000, "9" * 5000 + ".", "1-" * 5000):
        with pytest.raises(UsageError):
            due_date(text, TODAY)
    with pytest.raises(UsageError, match="more than 50 years"):
        due_date("9" * 5000 + "y", TODAY)

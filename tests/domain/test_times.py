from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.times import ago, clock_text, parse_utc, seconds_of, short_date, span_text, utc_text
from r2p_tui.errors import UsageError

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001
NOW = datetime(2026, 11, 21, 7, 27, tzinfo=UTC)


@given(moments)
def test_a_time_comes_back_to_the_millisecond_in_utc(moment: datetime) -> None:
    back = parse_utc(utc_text(moment))
    assert back.tzinfo is UTC
    assert timedelta(0) <= moment - back < timedelta(milliseconds=1)


@given(moments, moments)
def test_stored_times_sort_as_text(one: datetime, other: datetime) -> None:
    assert len(utc_text(one)) == len(utc_text(other)) == 24
    if one - other >= timedelta(milliseconds=1):
        assert utc_text(one) > utc_text(other)


def test_a_time_without_a_zone_cannot_be_stored() -> None:
    with pytest.raises(ValueError, match="zone"):
        utc_text(datetime(2026, 11, 21))  # noqa: DTZ001


def test_times_of_other_zones_are_stored_as_utc() -> None:
    eastern = timezone(timedelta(hours=-5))
    assert utc_text(datetime(2026, 11, 20, 20, 0, tzinfo=eastern)) == "2026-11-21T01:00:00.000Z"


def test_dates_are_short() -> None:
    assert short_date(date(2024, 12, 5)) == "5 Dec 2024"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (-5, "0:00"),
        (59.9, "0:59"),
        (761, "12:41"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (3761, "1:02:41"),
    ],
)
def test_clocks_show_hours_only_when_there_are_any(seconds: float, text: str) -> None:
    assert clock_text(seconds).lstrip("0") == text.lstrip("0")


@pytest.mark.parametrize(
    ("past", "text"),
    [
        (timedelta(seconds=-60), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=5), "5 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=2), "2 d"),
        (timedelta(days=59), "59 d"),
        (timedelta(days=130), "4 mo"),
        (timedelta(days=800), "2 y"),
    ],
)
def test_how_long_ago_is_said_in_one_unit(past: timedelta, text: str) -> None:
    assert ago(NOW - past, NOW) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (-3, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (1080, "18 min"),
        (3600, "1 h"),
        (11_100, "3 h 5 min"),
        (86_400 + 22 * 3600, "1 d 22 h"),
    ],
)
def test_a_length_of_time(seconds: float, text: str) -> None:
    assert span_text(seconds) == text


@given(st.integers(1, 3 * 86400))
def test_a_length_of_time_is_read_as_it_was_written(seconds: int) -> None:
    text = span_text(seconds)
    assert span_text(seconds_of(text)) == text
    assert seconds_of(text) <= seconds


@pytest.mark.parametrize(
    "text", ["", "5", "0 s", "-5 s", "5 parsecs", "s", "1 h later", "1e9 d", "9" * 40 + "d"]
)
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no length of time"):
        seconds_of(text)

"""Windows of days: together they hold every day once, however often they are halved."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.citation_windows import Window, as_parameter, first_windows, halved

DAYS = st.dates(date(1850, 1, 1), date(2098, 12, 31))


def meet(windows: list[Window] | tuple[Window, ...]) -> bool:
    return all(
        one.until is not None and other.since == one.until + timedelta(days=1)
        for one, other in pairwise(windows)
    )


@given(st.integers(-5, 3000), st.dates(date(1990, 1, 1), date(2098, 12, 31)))
def test_the_first_windows_hold_every_day_once(first_year: int, today: date) -> None:
    windows = first_windows(first_year, today)
    assert windows[0].since is None and windows[-1].until is None
    assert meet(windows)


def test_the_first_windows_are_years() -> None:
    assert [as_parameter(each) for each in first_windows(2024, date(2026, 3, 4))] == [
        ":2023", "2024", "2025", "2026:",
    ]  # fmt: skip


@given(st.none() | DAYS, st.none() | DAYS)
def test_halves_hold_the_same_days(since: date | None, until: date | None) -> None:
    if since and until and since > until:
        since, until = until, since
    halves = halved(Window(since, until))
    if halves is None:
        assert until is not None and until <= (since or date(1900, 1, 1))
        return
    earlier, later = halves
    assert (earlier.since, later.until) == (since, until)
    assert meet(halves)


def test_halving_ends_even_where_every_window_is_too_full() -> None:
    waiting, days = [Window(date(2026, 1, 1), None)], 0
    while waiting and days < 40_000:
        halves = halved(waiting.pop())
        days += halves is None
        waiting += halves or ()
    assert not waiting


def test_one_day_cannot_be_halved() -> None:
    assert halved(Window(date(2024, 5, 1), date(2024, 5, 1))) is None


@pytest.mark.parametrize(
    ("window", "written"),
    [
        (Window(date(2016, 1, 1), date(2016, 6, 30)), "2016-01-01:2016-06-30"),
        (Window(date(2016, 1, 1), date(2017, 12, 31)), "2016:2017"),
        (Window(date(2019, 1, 1), date(2019, 12, 31)), "2019"),
        (Window(None, date(2015, 12, 31)), ":2015"),
        (Window(date(2026, 1, 1), None), "2026:"),
        (Window(date(2026, 9, 1), None), "2026-09-01:"),
        (Window(date(2024, 2, 29), date(2024, 2, 29)), "2024-02-29:2024-02-29"),
    ],
)
def test_a_window_is_written_as_the_service_reads_it(window: Window, written: str) -> None:
    assert as_parameter(window) == written

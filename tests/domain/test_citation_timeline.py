"""Citations a month, without gaps."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.citation_timeline import month_of, months, undated
from tests.domain.citation_rows import citation, work


def test_months_without_citations_stand_between() -> None:
    days = [date(2023, 11, 30), date(2023, 11, 1), date(2024, 2, 29)]
    assert months([citation(work(day=day)) for day in days]) == (
        (date(2023, 11, 1), 2),
        (date(2023, 12, 1), 0),
        (date(2024, 1, 1), 0),
        (date(2024, 2, 1), 1),
    )


def test_a_year_alone_is_in_no_month() -> None:
    rows = [citation(work(year=2023)), citation(work()), citation(work(day=date(9999, 1, 1)))]
    assert months(rows) == ()
    assert undated(rows) == 3
    assert month_of(rows[0].work) is None


@given(st.lists(st.none() | st.dates(date(1980, 1, 1), date(2030, 1, 1)), max_size=20))
def test_every_work_is_counted_once_or_said_to_be_undated(days: list[date | None]) -> None:
    rows = [citation(work(day=day)) for day in days]
    counted = months(rows)
    assert sum(count for _, count in counted) + undated(rows) == len(rows)
    for (month, _), (following, _) in pairwise(counted):
        assert 28 <= (following - month).days <= 31

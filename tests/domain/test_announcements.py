"""The calendar of arXiv: cut-off, listing days, days off, and what a harvested record stands for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain import announcements as calendar
from r2p_tui.domain.announcements import EASTERN
from r2p_tui.domain.papers import IncomingPaper, Source

# The days without a mailing that arXiv published for 2026.
PUBLISHED_2026 = "01-01 01-19 06-19 07-03 09-07 11-26 12-25 12-29 12-31"

moments = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def eastern(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


def test_the_rules_give_the_published_days_off() -> None:
    published = {date.fromisoformat(f"2026-{day}") for day in PUBLISHED_2026.split()}
    assert calendar.days_off(2026) == published


def test_a_day_off_that_falls_on_a_weekend_is_kept_beside_it() -> None:
    assert date(2021, 7, 5) in calendar.days_off(2021)
    assert date(2027, 6, 18) in calendar.days_off(2027)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-08-20 09:00", "2025-08-20"),
        ("2025-08-20 00:10", "2025-08-19"),
        ("2025-08-20 00:31", "2025-08-20"),
        ("2025-08-20 23:59", "2025-08-20"),
        ("2025-08-23 12:00", "2025-08-22"),
        ("2025-08-24 22:00", "2025-08-22"),
        ("2025-08-25 08:00", "2025-08-25"),
        ("2026-11-26 12:00", "2026-11-25"),
        ("2026-11-27 12:00", "2026-11-25"),
        ("2026-11-30 12:00", "2026-11-30"),
    ],
)
def test_which_day_the_feed_must_show(now: str, expected: str) -> None:
    assert calendar.expected_day(eastern(now)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-03-07T04:59:00Z", "2026-03-06"),
        ("2026-03-07T05:00:00Z", "2026-03-07"),
        ("2026-03-09T03:59:00Z", "2026-03-08"),
        ("2026-03-09T04:00:00Z", "2026-03-09"),
        ("2026-11-01T04:00:00Z", "2026-11-01"),
        ("2026-11-02T04:59:00Z", "2026-11-01"),
        ("2026-11-02T05:00:00Z", "2026-11-02"),
    ],
)
def test_the_eastern_day_follows_summer_time(now: str, day: str) -> None:
    assert calendar.eastern_day(datetime.fromisoformat(now)) == date.fromisoformat(day)


def test_over_two_years_of_hours_nothing_goes_back_or_skips() -> None:
    now, previous = datetime(2025, 1, 6, tzinfo=UTC), date(2025, 1, 3)
    while now < datetime(2027, 1, 1, tzinfo=UTC):
        day = calendar.expected_day(now)
        assert calendar.surely_announces(day)
        assert day == previous or day == calendar.next_sure_day(previous)
        local = now.astimezone(EASTERN)
        changed_over = (local.hour, local.minute) >= (0, 30)
        if calendar.surely_announces(local.date()) and changed_over:
            assert day == local.date()
        previous = day
        now += timedelta(minutes=30)


@given(moments)
def test_the_day_of_a_submission_is_the_batch_that_its_cut_off_allows(submitted: datetime) -> None:
    day = calendar.announcement_day(submitted)
    assert day.weekday() < 5
    evening = datetime(day.year, day.month, day.day, tzinfo=EASTERN) - timedelta(hours=4)
    assert submitted < evening
    # Nobody waits longer than from Thursday's cut-off to Sunday's mailing, or from Friday's to Monday's.
    assert evening - submitted <= timedelta(days=3, hours=7)


@pytest.mark.parametrize(
    ("submitted", "day"),
    [
        ("2025-08-19 13:59", "2025-08-20"),
        ("2025-08-19 14:00", "2025-08-21"),
        ("2025-08-21 14:00", "2025-08-25"),
        ("2025-08-22 13:59", "2025-08-25"),
        ("2025-08-22 14:00", "2025-08-26"),
        ("2025-08-23 10:00", "2025-08-26"),
        ("2025-08-25 13:00", "2025-08-26"),
        ("2026-03-06 15:00", "2026-03-10"),
    ],
)
def test_when_a_submission_is_announced(submitted: str, day: str) -> None:
    assert calendar.announcement_day(eastern(submitted)) == date.fromisoformat(day)


@given(st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(0, 60))
def test_missed_days_are_the_days_between(known: date, distance: int) -> None:
    until = known + timedelta(days=distance)
    between = [known + timedelta(days=n) for n in range(1, distance)]
    assert calendar.missed_days(known, until) == sum(day.weekday() < 5 for day in between)


def test_why_nothing_is_announced() -> None:
    assert calendar.no_announcement_reason(date(2025, 8, 23)) == "on a Saturday"
    assert calendar.no_announcement_reason(date(2026, 11, 26)) == "around a holiday"
    assert calendar.no_announcement_reason(date(2025, 8, 20)) is None


@given(st.dates(date(2024, 1, 1), date(2028, 1, 1)))
def test_neighbouring_days(day: date) -> None:
    assert calendar.next_possible_day(day) > day
    assert calendar.next_sure_day(day) >= calendar.next_possible_day(day)
    assert calendar.last_possible_day(day) <= day
    assert calendar.last_possible_day(day) == day or not calendar.may_announce(day)


SINCE = date(2025, 8, 20)


def harvested(arxiv_id: str, categories: str, *dates: str) -> IncomingPaper:
    times = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in dates]
    return IncomingPaper(
        arxiv_id=arxiv_id,
        version=len(times),
        title="A title",
        abstract="",
        authors=(),
        categories=tuple(categories.split()),
        source=Source.OAI,
        published_at=times[0],
        updated_at=times[-1],
        version_dates=tuple(enumerate(times, 1)),
    )


@pytest.mark.parametrize(
    ("paper", "kind"),
    [
        (harvested("2508.14041", "cs.AI cs.CV", "2025-08-20"), "new"),
        (harvested("2508.14041", "cs.CV cs.AI", "2025-08-20"), "cross"),
        (harvested("2509.00001", "cs.AI", "2025-08-30", "2025-09-01"), "new"),
        (harvested("2508.14040", "cs.AI", "2025-08-19"), None),
        (harvested("2508.00001", "cs.AI", "2025-08-01", "2025-08-20"), "replace"),
        (harvested("2508.00001", "cs.CV cs.AI", "2025-08-01", "2025-08-21"), "replace-cross"),
        (harvested("2508.00001", "cs.AI", "2025-08-01", "2025-08-19"), None),
        (harvested("hep-th/9901001", "hep-th cs.AI", "1999-01-01"), None),
        (harvested("hep-th/9901001", "hep-th cs.AI", "1999-01-01", "2025-08-22"), "replace-cross"),
    ],
)
def test_what_a_record_stands_for(paper: IncomingPaper, kind: str | None) -> None:
    assert calendar.harvested_kind(paper, "cs.AI", high_id="2508.14040", since=SINCE) == kind


def test_a_whole_archive_holds_its_categories() -> None:
    assert calendar.in_listing("cs.AI", "cs")
    assert not calendar.in_listing("csx.AI", "cs")
    assert not calendar.in_listing("cs.AI", "cs.A")


def test_the_day_of_a_record_lies_between_the_last_look_and_its_last_change() -> None:
    def day(paper: IncomingPaper, changed: int) -> date:
        return calendar.harvested_day(paper, "new", since=SINCE, changed_on=date(2025, 8, changed))

    in_time = harvested("2508.14041", "cs.AI", "2025-08-20 12:00")
    held_back = harvested("2508.14041", "cs.AI", "2025-08-01 12:00")
    assert day(in_time, 26) == date(2025, 8, 21)
    assert day(held_back, 26) == date(2025, 8, 21)
    assert day(in_time, 20) == date(2025, 8, 20)

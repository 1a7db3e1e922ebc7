from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.backup import (
    DAYS,
    MONTHS,
    RECENT,
    WEEKS,
    Backup,
    backup_name,
    is_due,
    read_name,
    worth_keeping,
)

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2026, 11, 21, 9), timezones=st.just(UTC))  # noqa: DTZ001


def _backup(taken_at: datetime, reason: str = "daily") -> Backup:
    return Backup(Path(backup_name(taken_at, reason, 1)), taken_at, reason, 1, 1000)


def _run_daily(days: int, start: datetime) -> list[Backup]:
    """What is left after a backup and a thinning every morning."""
    kept: list[Backup] = []
    for day in range(days):
        now = start + timedelta(days=day)
        kept.append(_backup(now))
        paths = worth_keeping(kept, now)
        kept = [backup for backup in kept if backup.path in paths]
    return kept


@given(moments, st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), st.integers(0, 99))
def test_a_name_is_read_back_as_it_was_written(taken_at: datetime, reason: str, schema: int) -> None:
    cut = taken_at.replace(microsecond=taken_at.microsecond // 1000 * 1000)
    assert read_name(backup_name(taken_at, reason, schema)) == (cut, reason, schema)


@given(moments, moments)
def test_names_sort_by_time(one: datetime, other: datetime) -> None:
    assert (
        (backup_name(one, "daily", 1)[:24] < backup_name(other, "daily", 1)[:24])
        or one >= other
        or (other - one < timedelta(milliseconds=1))
    )


@pytest.mark.parametrize(
    "name",
    [
        "r2p.sqlite3",
        "r2p-20261121T070000.000Z-daily-schema1.sqlite3.partial",
        "r2p-20261321T070000.000Z-daily-schema1.sqlite3",
        "x-r2p-20261121T070000.000Z-daily-schema1.sqlite3",
        "r2p-20261121T070000.000Z-daily-schema1.sqlite3\n",
    ],
)
def test_other_files_are_no_backups(name: str) -> None:
    assert read_name(name) is None


@pytest.mark.parametrize("start_day", range(1, 29, 3))
def test_a_year_of_daily_backups_thins_to_days_weeks_and_months(start_day: int) -> None:
    start = datetime(2025, 11, start_day, 8, tzinfo=UTC)
    kept = _run_daily(400, start)
    today = start + timedelta(days=399)
    ages = sorted((today - backup.taken_at).days for backup in kept)
    gaps = [later - earlier for earlier, later in pairwise(ages)]
    assert len(kept) == 2 + DAYS + WEEKS + MONTHS
    assert ages[: 2 + DAYS] == list(range(2 + DAYS))
    assert all(gap <= 7 for gap, age in zip(gaps, ages, strict=False) if age < 14 + 7 * (WEEKS - 1))
    # A month is represented by its last week, so two of them are four or five weeks apart.
    assert max(gaps) <= 35
    assert ages[-1] >= 14 + 7 * WEEKS + 28 * (MONTHS - 2)


def test_all_of_the_last_two_days_stay() -> None:
    backups = [_backup(NOW - timedelta(hours=hours)) for hours in range(60)]
    kept = worth_keeping(backups, NOW)
    assert {backup.path for backup in backups[:48]} <= kept
    assert len(kept) == 49, "and the last one of the day before"


def test_the_newest_backup_before_a_migration_is_never_thinned() -> None:
    daily = [_backup(NOW - timedelta(days=day)) for day in range(400)]
    old, older = (_backup(NOW - timedelta(days=day, hours=3), "before-schema-2") for day in (300, 301))
    kept = worth_keeping([*daily, old, older], NOW)
    assert old.path in kept
    assert older.path not in kept


@given(st.lists(moments, max_size=60, unique=True))
def test_thinning_again_changes_nothing_and_the_newest_always_stays(taken: list[datetime]) -> None:
    backups = [_backup(moment) for moment in taken]
    kept = worth_keeping(backups, NOW)
    assert worth_keeping([backup for backup in backups if backup.path in kept], NOW) == kept
    if backups:
        assert max(backups, key=lambda backup: backup.taken_at).path in kept


@given(st.lists(moments, max_size=60, unique=True), st.randoms())
def test_the_order_in_which_backups_are_found_does_not_matter(taken: list[datetime], random: object) -> None:
    backups = [_backup(moment) for moment in taken]
    shuffled = list(backups)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert worth_keeping(shuffled, NOW) == worth_keeping(backups, NOW)


@given(st.lists(moments, max_size=60, unique=True))
def test_the_last_of_each_of_the_newest_days_stays(taken: list[datetime]) -> None:
    kept = worth_keeping([_backup(moment) for moment in taken], NOW)
    last_of_day: dict[date, datetime] = {}
    for moment in sorted(moment for moment in taken if NOW - moment >= RECENT):
        last_of_day[moment.date()] = moment
    recent_days = {moment.date() for moment in taken if NOW - moment < RECENT}
    wanted = [moment for day, moment in sorted(last_of_day.items(), reverse=True) if day not in recent_days]
    assert {_backup(moment).path for moment in wanted[:DAYS]} <= kept


@pytest.mark.parametrize(
    ("age", "due"),
    [
        (timedelta(0), False),
        (timedelta(hours=19), False),
        (timedelta(hours=20), True),
        (timedelta(days=30), True),
        (timedelta(hours=-1), True),
    ],
)
def test_a_backup_is_due_once_a_day_and_after_the_clock_was_set_back(age: timedelta, due: bool) -> None:
    assert is_due(_backup(NOW - age), NOW) is due


def test_the_first_backup_is_due_at_once() -> None:
    assert is_due(None, NOW)

"""Backups as values: what their names say, and which of them are worth keeping."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

RECENT = timedelta(days=2)
DAYS, WEEKS, MONTHS = 12, 10, 9
# A morning's work comes at about the same hour each day, so a whole day would skip every other one.
DUE_AFTER = timedelta(hours=20)
BEFORE_MIGRATION = "before-schema-"
_NAME = re.compile(r"r2p-(\d{8}T\d{6})\.(\d{3})Z-([a-z0-9-]+)-schema(\d+)\.sqlite3")
_STAMP = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the store; `rows` is None where the file has not been read."""

    path: Path
    taken_at: datetime
    reason: str
    schema: int
    bytes: int
    rows: int | None = None


def backup_name(taken_at: datetime, reason: str, schema: int) -> str:
    """A file name that sorts by time, cut to milliseconds, and that `read_name` takes apart again."""
    moment = taken_at.astimezone(UTC)
    return f"r2p-{moment:{_STAMP}}.{moment.microsecond // 1000:03}Z-{reason}-schema{schema}.sqlite3"


def read_name(name: str) -> tuple[datetime, str, int] | None:
    """Time, reason and schema of a backup; None for the name of anything else."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        moment = datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment + timedelta(milliseconds=int(found[2])), found[3], int(found[4])


def worth_keeping(backups: Iterable[Backup], now: datetime) -> set[Path]:
    """All of the last two days, then the newest of 12 days, of 10 weeks and of 9 months that have one.

    The newest backup before a migration is kept whatever its age. What is kept is kept again
    when the rest is gone, so thinning often is as good as thinning once.
    """
    newest_first = sorted(backups, key=lambda backup: (backup.taken_at, backup.path.name), reverse=True)
    kept = [backup for backup in newest_first if now - backup.taken_at < RECENT]
    older = newest_first[len(kept) :]
    for limit, span in ((DAYS, _day), (WEEKS, _week), (MONTHS, _month)):
        chosen, older = _newest_of_each(span, older, limit, after=kept[-1:])
        kept += chosen
    migrations = [backup for backup in newest_first if backup.reason.startswith(BEFORE_MIGRATION)]
    return {backup.path for backup in kept + migrations[:1]}


def _newest_of_each(
    span: Callable[[Backup], object], newest_first: list[Backup], limit: int, after: list[Backup]
) -> tuple[list[Backup], list[Backup]]:
    """The newest of each span, and what lies before the oldest span; the span of `after` is taken already."""
    chosen: list[Backup] = []
    current = span(after[0]) if after else None
    for index, backup in enumerate(newest_first):
        if span(backup) == current:
            continue
        if len(chosen) == limit:
            return chosen, newest_first[index:]
        chosen.append(backup)
        current = span(backup)
    return chosen, []


def _day(backup: Backup) -> object:
    return backup.taken_at.astimezone(UTC).date()


def _week(backup: Backup) -> object:
    return backup.taken_at.astimezone(UTC).isocalendar()[:2]


def _month(backup: Backup) -> object:
    return backup.taken_at.year, backup.taken_at.month


def is_due(newest: Backup | None, now: datetime) -> bool:
    """Whether it is time for the daily backup; one that lies in the future does not count."""
    return newest is None or not timedelta(0) <= now - newest.taken_at < DUE_AFTER

"""Back the store up, list the backups, and put one in the store's place."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from r2p_tui.domain.backup import Backup, is_due, read_name
from r2p_tui.errors import NotFoundError, StoreDamagedError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from r2p_tui.store import backup as store
from r2p_tui.store.restore import restore_file
from r2p_tui.store.salvage import salvage_file
from r2p_tui.text import clean_line, count_of

_LISTED = 3


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What was put back; `kept` is where the replaced store lies, `passed_over` the newer damaged backups."""

    backup: Backup
    rows: int
    kept: Path | None
    passed_over: tuple[Backup, ...]

    @property
    def message(self) -> str:
        """What happened, in a few plain sentences."""
        said = f"Restored the store of {_when(self.backup)}: {count_of(self.rows, 'row')}."
        if self.passed_over:
            said += f" {count_of(len(self.passed_over), 'newer backup')} could not be used."
        if self.kept:
            said += f" The store that stood there is kept as {self.kept}."
        return said


@dataclass(frozen=True, slots=True)
class SalvageResult:
    """What was carried out of a damaged store, now at `kept`; `incomplete` names tables with losses.

    `nameless` papers are those of which nothing but the number could be read.
    """

    rows: int
    incomplete: tuple[str, ...]
    nameless: int
    kept: Path | None

    @property
    def message(self) -> str:
        """What happened, in a few plain sentences."""
        said = f"Saved {count_of(self.rows, 'row')} of the store."
        if self.incomplete:
            said += f" Some rows of {', '.join(self.incomplete)} could not be read."
        if self.nameless:
            said += f" {count_of(self.nameless, 'paper')} lost the title until arXiv is asked again."
        return f"{said} The file that stood there is kept as {self.kept}."


def back_up(desk: Desk, *, now: datetime) -> Backup:
    """Write a verified backup now; raises NotFoundError where there is no store yet, or a StoreError."""
    if not desk.paths.store.exists():
        raise NotFoundError(
            f"There is no store at {desk.paths.store} to back up.", "Begin one with: r2p sync, or r2p add"
        )
    return store.make_backup(desk.paths.store, desk.paths.backups, reason="manual", now=now)


def backup_if_due(desk: Desk, *, now: datetime) -> Backup | None:
    """The daily backup: None where the newest one is recent enough, or still equal to the store.

    Raises a StoreError where it was due and could not be made; nothing else is harmed then.
    """
    if desk.read_only or not desk.paths.store.exists():
        return None
    newest = next(iter(list_backups(desk)), None)
    if not is_due(newest, now) or (newest and store.unchanged_since(desk.paths.store, newest)):
        return None
    return store.make_backup(desk.paths.store, desk.paths.backups, reason="daily", now=now)


def list_backups(desk: Desk) -> list[Backup]:
    """Every backup, newest first, by its name alone: `rows` is not counted."""
    return store.list_backups(desk.paths.backups)


def restore(paths: Paths, name: str | Path | None = None, *, now: datetime) -> RestoreResult:
    """Put the newest healthy backup, or the one named, in the store's place and keep the old file.

    A name is a backup's file name, a part of it that no other has, or the path of any store file.
    Raises NotFoundError, UsageError, StoreBusyError while r2p is open elsewhere, StoreTooNewError, or
    StoreDamagedError where no backup is healthy; the store is as it was then.
    """
    candidates = store.list_backups(paths.backups) if name is None else [_find(paths, str(name))]
    if not candidates:
        raise NotFoundError(
            f"There is no backup in {paths.backups}.",
            "Save what can still be read with: r2p restore --salvage",
        )
    *newer, oldest = candidates
    for tried, backup in enumerate(newer):
        with suppress(StoreDamagedError):
            return _put_back(paths, backup, newer[:tried], now)
    return _put_back(paths, oldest, newer, now)


def salvage(paths: Paths, *, now: datetime) -> SalvageResult:
    """Save every readable row into a new store, with new search indexes, and keep the old file.

    Raises NotFoundError, StoreBusyError, StoreFullError, or StoreDamagedError where nothing can be read.
    """
    if not paths.store.is_file():
        raise NotFoundError(f"There is no store at {paths.store}.", "Restore a backup with: r2p restore")
    done = salvage_file(paths.store, paths.quarantine, now=now)
    return SalvageResult(sum(done.rows.values()), done.incomplete, done.nameless, done.kept)


def _put_back(paths: Paths, backup: Backup, passed_over: Sequence[Backup], now: datetime) -> RestoreResult:
    done = restore_file(paths.store, backup.path, paths.quarantine, now=now)
    return RestoreResult(backup, done.rows, done.kept, tuple(passed_over))


def _find(paths: Paths, name: str) -> Backup:
    backups = store.list_backups(paths.backups)
    found = [backup for backup in backups if name and name in backup.path.name]
    exact = [backup for backup in found if backup.path.name == name]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if len(found) > 1:
        raise UsageError(
            f"{count_of(len(found), 'backup')} have “{clean_line(name)}” in their names.", _such_as(found)
        )
    if Path(name).is_file():
        return _file_as_backup(Path(name))
    raise NotFoundError(f"There is no backup “{clean_line(name)}”.", _such_as(backups))


def _such_as(backups: Sequence[Backup]) -> str:
    names = ", ".join(backup.path.name for backup in backups[:_LISTED])
    return f"For example: {names}" if names else "Name the path of a store file."


def _file_as_backup(path: Path) -> Backup:
    status = path.stat()
    known = read_name(path.name)
    taken_at, reason, schema = known or (datetime.fromtimestamp(status.st_mtime, UTC), "file", 0)
    return Backup(path.absolute(), taken_at, reason, schema, status.st_size)


def _when(backup: Backup) -> str:
    return f"{backup.taken_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

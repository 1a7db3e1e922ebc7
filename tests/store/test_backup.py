import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from r2p_tui.domain.backup import Backup
from r2p_tui.errors import StoreBusyError, StoreDamagedError, StoreError, StoreFullError, StoreTooNewError
from r2p_tui.paths import Paths
from r2p_tui.store import backup as backups
from r2p_tui.store import connection as connections
from r2p_tui.store.backup import list_backups, make_backup, unchanged_since, verify
from r2p_tui.store.connection import SCHEMA_VERSION, attach, connect
from tests.store.failing import FailingCalls
from tests.store.sample import NOW, damage, fingerprint, is_healthy, make_store, rows_of, spoil_pages_of

Take = Callable[..., Backup]


@pytest.fixture
def store_file(paths: Paths) -> Path:
    return make_store(paths, papers=8)


@pytest.fixture
def take(paths: Paths, store_file: Path) -> Take:
    def backup(now: datetime = NOW) -> Backup:
        return make_backup(store_file, paths.backups, reason="manual", now=now)

    return backup


def test_a_backup_has_every_row_is_private_and_says_what_it_is(
    take: Take, paths: Paths, store_file: Path
) -> None:
    backup = take()
    assert backup.path.name == f"r2p-20261121T072741.123Z-manual-schema{SCHEMA_VERSION}.sqlite3"
    assert rows_of(backup.path) == rows_of(store_file)
    assert backup.rows == sum(
        len(rows) for name, rows in rows_of(store_file).items() if name != "alembic_version"
    )
    assert backup.bytes == backup.path.stat().st_size
    assert backup.path.stat().st_mode & 0o777 == 0o600
    assert paths.backups.stat().st_mode & 0o777 == 0o700
    assert is_healthy(backup.path)


def test_a_backup_never_takes_the_place_of_another(take: Take, paths: Paths) -> None:
    assert len({take().path for _ in range(3)}) == 3
    assert len(list_backups(paths.backups)) == 3


def test_backups_are_listed_newest_first_without_opening_them(take: Take, paths: Paths) -> None:
    for days in (2, 0, 1):
        take(now=NOW - timedelta(days=days))
    (paths.backups / "notes.txt").write_text("not a backup")
    listed = list_backups(paths.backups)
    assert [backup.taken_at for backup in listed] == [NOW - timedelta(days=days) for days in range(3)]
    assert [backup.rows for backup in listed] == [None] * 3


def test_without_a_folder_there_are_no_backups(paths: Paths) -> None:
    assert list_backups(paths.backups) == []


@pytest.mark.parametrize(
    "how", ["header", "schema page", "truncated", "zero-filled", "not a database", "page"]
)
def test_a_damaged_store_never_touches_the_good_backups(
    how: str, take: Take, paths: Paths, store_file: Path
) -> None:
    # Old enough for thinning to want some of them gone, which a failed backup must not do.
    old = [take(now=NOW - timedelta(days=100, minutes=minute)).path for minute in range(3)]
    earlier = {path: fingerprint(path) for path in {backup.path for backup in list_backups(paths.backups)}}
    assert earlier, old
    if how == "page":
        spoil_pages_of(store_file, "notes", keep_root=False)
    else:
        damage(store_file, how)
    before = fingerprint(store_file)
    with pytest.raises(StoreDamagedError, match=str(store_file)):
        take()
    assert {path: fingerprint(path) for path in earlier} == earlier
    assert {file.name for file in paths.backups.iterdir()} == {path.name for path in earlier} | {".lock"}
    assert fingerprint(store_file) == before


def test_a_store_with_a_dangling_reference_counts_as_damaged(take: Take, store_file: Path) -> None:
    with closing(attach(store_file)) as connection:
        connection.execute("DELETE FROM papers WHERE id = 1")
    with pytest.raises(StoreDamagedError):
        take()


def test_old_backups_are_thinned_after_a_good_one(take: Take, paths: Paths) -> None:
    for hour in range(4):
        take(now=NOW - timedelta(days=5, hours=hour))
    take()
    assert [backup.taken_at for backup in list_backups(paths.backups)] == [NOW, NOW - timedelta(days=5)]


def test_what_a_crash_left_unfinished_is_cleared_away(take: Take, paths: Paths) -> None:
    paths.backups.mkdir(parents=True)
    for name in ("r2p-x.sqlite3.partial", "r2p-x.sqlite3.partial-journal"):
        (paths.backups / name).write_text("half")
    backup = take()
    assert {file.name for file in paths.backups.iterdir()} == {".lock", backup.path.name}


def test_a_backup_of_a_write_ahead_log_is_one_file_with_everything(
    take: Take, store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAL_SAFE_VERSION", (3, 0, 0))
    monkeypatch.setattr(connections, "filesystem", lambda _path: "ext4")
    with closing(connect(store_file)) as writer:
        writer.execute("UPDATE surprises SET unit = 'in the log'")
        assert store_file.with_name("r2p.sqlite3-wal").stat().st_size > 0
        backup = take()
    with closing(attach(backup.path)) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert copy.execute("SELECT count(*) FROM surprises WHERE unit = 'in the log'").fetchone() == (2,)
    assert [file.name for file in backup.path.parent.glob("*-wal")] == []


def test_a_change_is_seen_and_its_absence_too(take: Take, store_file: Path) -> None:
    backup = take()
    assert unchanged_since(store_file, backup)
    os.utime(store_file, ns=(0, store_file.stat().st_mtime_ns - 50_000_000))
    backup = take()
    assert unchanged_since(store_file, backup)
    with closing(connect(store_file)) as connection:
        connection.execute("DELETE FROM surprises")
    assert not unchanged_since(store_file, backup)


def test_a_locked_store_is_waited_for_only_so_long(
    take: Take, store_file: Path, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    with closing(connect(store_file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusyError):
            take()
    assert {file.name for file in paths.backups.iterdir()} == {".lock"}


def test_a_full_disk_is_seen_before_anything_is_written(
    take: Take, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_folder: Path, _size: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(backups, "need_room", no_room)
    with pytest.raises(StoreFullError, match="no room for a backup") as caught:
        take()
    assert caught.value.hint
    assert {file.name for file in paths.backups.iterdir()} == {".lock"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_backup_survives_the_failure_of_any_call(
    number: int, take: Take, paths: Paths, store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The N-th call fails, for N = 1, 2, ... until the backup passes; after each, everything is in order."""
    good = take(now=NOW - timedelta(days=1)).path
    before, rows = fingerprint(good), rows_of(store_file)
    for call in range(1, 60):
        failing = FailingCalls(monkeypatch, paths.data, call, number)
        try:
            with failing:
                take()
        except StoreError as error:
            assert error.message.endswith(".")
            assert error.hint
        assert fingerprint(good) == before
        assert rows_of(store_file) == rows
        assert list(paths.backups.glob("*.partial*")) == [], failing.failed
        for backup in list_backups(paths.backups):
            verify(backup.path)
        if not failing.failed:
            break
    assert call > 5
    assert not failing.failed, "the backup never passed"


def test_verifying_refuses_what_a_newer_r2p_wrote(take: Take) -> None:
    backup = take()
    with closing(attach(backup.path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(StoreTooNewError):
        verify(backup.path)


def test_verifying_refuses_a_database_that_is_no_store(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as connection:
        connection.execute("CREATE TABLE t (a)")
    with pytest.raises(StoreDamagedError, match="not a store"):
        verify(tmp_path / "other.sqlite3")


def test_a_backup_is_on_disk_before_it_has_its_name_and_its_name_before_it_is_announced(
    take: Take, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FailingCalls(monkeypatch, paths.data, 0, 0) as watched:
        take()
    partial = next(call for call in watched.calls if call.startswith("rename")).removeprefix("rename ")
    assert partial.endswith(".partial")
    order = [f"fsync {partial}", f"rename {partial}", "fsync backups"]
    assert [call for call in watched.calls if call in order] == order

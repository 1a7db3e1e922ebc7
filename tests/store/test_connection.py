import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from r2p_tui.errors import (
    ExitCode,
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
)
from r2p_tui.paths import Paths
from r2p_tui.store import connection as connections
from r2p_tui.store.connection import as_store_error, connect, create_file, filesystem, journal_mode
from r2p_tui.store.engine import make_engine
from tests.store.sample import make_store

LOCAL = Path("/proc/self/no-such-mounts")


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 53, 0), "WAL"),
        ((4, 0, 0), "WAL"),
    ],
)
def test_sqlite_version_decides_the_journal_mode(
    version: tuple[int, ...], mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "filesystem", lambda _path: "ext4")
    assert journal_mode(version, tmp_path) == mode


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("nfs4", "TRUNCATE"),
        ("cifs", "TRUNCATE"),
        ("fuse.sshfs", "TRUNCATE"),
        ("fuse.rclone", "TRUNCATE"),
        ("fuseblk", "WAL"),
        ("zfs", "WAL"),
        ("", "WAL"),
    ],
)
def test_fs_guard_keeps_the_write_ahead_log_off_network_file_systems(
    kind: str, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "filesystem", lambda _path: kind)
    assert journal_mode((3, 53, 0), tmp_path) == mode


def test_the_deepest_and_latest_mount_names_the_file_system(tmp_path: Path) -> None:
    home = tmp_path / "my home"
    (home / "inner").mkdir(parents=True)
    escaped = str(home).replace(" ", "\\040")
    table = tmp_path / "mounts"
    table.write_text(
        f"/dev/a / ext4 rw 0 0\nserver:/x {escaped} nfs4 rw 0 0\n/dev/b {escaped}/inner btrfs rw 0 0\n"
        f"/dev/c {escaped}/inner xfs rw 0 0\nbroken line\n\n"
    )
    assert filesystem(tmp_path / "elsewhere", table) == "ext4"
    assert filesystem(home / "r2p.sqlite3", table) == "nfs4"
    assert filesystem(home / "inner/r2p.sqlite3", table) == "xfs"
    assert filesystem(Path(f"{home}less"), table) == "ext4"


@pytest.mark.parametrize(
    ("escape", "name"), [("\\040", " "), ("\\011", "\t"), ("\\134", "\\"), ("\\043", "#")]
)
def test_escapes_in_the_mount_table_are_read(escape: str, name: str, tmp_path: Path) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"server:/x /mnt/a{escape}b nfs rw 0 0\n")
    assert filesystem(Path(f"/mnt/a{name}b/r2p.sqlite3"), table) == "nfs"


def test_a_missing_mount_table_says_nothing(tmp_path: Path) -> None:
    assert filesystem(tmp_path, LOCAL) == ""


@pytest.mark.parametrize("wal_safe", [(3, 51, 3), (3, 0, 0)], ids=["this SQLite", "as if it were safe"])
def test_sync_levels_hold_on_every_kind_of_connection(
    wal_safe: tuple[int, ...], paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAL_SAFE_VERSION", wal_safe)
    monkeypatch.setattr(connections, "filesystem", lambda _path: "ext4")
    make_store(paths, papers=1)
    engine = make_engine(paths.store)
    with closing(connect(paths.store)) as direct, engine.connect() as pooled:
        drivers = [direct, pooled.connection.driver_connection]
        for driver in drivers:
            assert driver is not None
            assert _pragma(driver, "synchronous") == 2
            assert _pragma(driver, "foreign_keys") == 1
            assert _pragma(driver, "busy_timeout") == 10_000
            expected = journal_mode(sqlite3.sqlite_version_info, paths.store).lower()
            assert _pragma(driver, "journal_mode") == expected
    engine.dispose()


def test_a_read_only_connection_cannot_write(paths: Paths) -> None:
    store = make_store(paths, papers=1)
    with closing(connect(store, read_only=True)) as connection:
        assert _pragma(connection, "busy_timeout") == 10_000
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("DELETE FROM surprises")


def test_a_connection_never_makes_a_file(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        connect(tmp_path / "none.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_and_its_folder_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_file(tmp_path / "data/r2p.sqlite3")
    finally:
        os.umask(before)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data/r2p.sqlite3").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, StoreBusyError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusyError),
        (sqlite3.SQLITE_LOCKED, StoreBusyError),
        (sqlite3.SQLITE_FULL, StoreFullError),
        (sqlite3.SQLITE_READONLY, StoreReadOnlyError),
        (sqlite3.SQLITE_READONLY_ROLLBACK, StoreReadOnlyError),
        (sqlite3.SQLITE_READONLY_DBMOVED, StoreBusyError),
        (sqlite3.SQLITE_CORRUPT, StoreDamagedError),
        (sqlite3.SQLITE_CORRUPT_INDEX, StoreDamagedError),
        (sqlite3.SQLITE_NOTADB, StoreDamagedError),
        (sqlite3.SQLITE_CANTOPEN, StoreError),
        (sqlite3.SQLITE_IOERR_FSYNC, StoreError),
    ],
)
def test_every_answer_of_sqlite_becomes_one_sentence_and_a_hint(
    code: int, kind: type[StoreError], tmp_path: Path
) -> None:
    said = sqlite3.OperationalError("what SQLite said")
    said.sqlite_errorcode = code
    error = as_store_error(said, tmp_path / "no folder/r2p.sqlite3")
    assert type(error) is kind
    _is_plain(error)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StoreFullError),
        (errno.EDQUOT, StoreFullError),
        (errno.EACCES, StoreReadOnlyError),
        (errno.EROFS, StoreReadOnlyError),
        (errno.ENOENT, StoreError),
        (errno.EIO, StoreError),
    ],
)
def test_every_answer_of_the_system_becomes_one_sentence_and_a_hint(
    number: int, kind: type[StoreError], tmp_path: Path
) -> None:
    error = as_store_error(OSError(number, os.strerror(number)), tmp_path / "no folder/r2p.sqlite3")
    assert type(error) is kind
    _is_plain(error)


def test_read_only_where_writing_is_allowed_means_that_the_file_was_moved(tmp_path: Path) -> None:
    (tmp_path / "r2p.sqlite3").touch()
    said = sqlite3.OperationalError("attempt to write a readonly database")
    said.sqlite_errorcode = sqlite3.SQLITE_READONLY
    assert "moved or replaced" in as_store_error(said, tmp_path / "r2p.sqlite3").message


def test_an_error_that_has_been_explained_stays_as_it_is(tmp_path: Path) -> None:
    error = StoreBusyError("Busy.", "Wait.")
    assert as_store_error(error, tmp_path) is error


def _is_plain(error: StoreError) -> None:
    assert error.exit_code == ExitCode.STORE
    assert error.message.endswith(".")
    assert "\n" not in error.message
    assert error.hint


def _pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_another_program_that_writes_is_waited_for_before_the_log_is_switched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself refuses at once here, whatever its own time to wait."""
    monkeypatch.setattr(connections, "WAL_SAFE_VERSION", (3, 0, 0))
    path = tmp_path / "r2p.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN IMMEDIATE")
        released = Timer(0.2, other.execute, ["ROLLBACK"])
        released.start()
        try:
            with closing(connect(path)) as connection:
                assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        finally:
            released.join()

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from r2p_tui.errors import StoreBusyError, StoreDamagedError, StoreError, StoreTooNewError
from r2p_tui.paths import Paths, under
from r2p_tui.store import connection as connections
from r2p_tui.store.backup import make_backup
from r2p_tui.store.connection import SCHEMA_VERSION, as_store_error, attach, begin, connect
from r2p_tui.store.engine import open_store
from r2p_tui.store.restore import SIDE_FILES, beside, restore_file
from tests.store.failing import FailingCalls
from tests.store.sample import NOW, Rows, damage, fingerprint, is_healthy, make_store, rows_of

as_both_journals = pytest.mark.parametrize(
    "wal_safe", [(3, 51, 3), (3, 0, 0)], ids=["this SQLite", "as if it were safe"], indirect=True
)


@pytest.fixture
def store_file(paths: Paths) -> Path:
    return make_store(paths, papers=8)


@pytest.fixture
def backup(paths: Paths, store_file: Path) -> Path:
    """A backup, after which the store changed."""
    made = make_backup(store_file, paths.backups, reason="manual", now=NOW).path
    with closing(connect(store_file)) as connection:
        connection.execute("UPDATE surprises SET text = 'changed since'")
    return made


@pytest.fixture
def wal_safe(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WAL_SAFE_VERSION", request.param)
    monkeypatch.setattr(connections, "filesystem", lambda _path: "ext4")


def _restore(paths: Paths, backup: Path) -> Path | None:
    return restore_file(paths.store, backup, paths.quarantine, now=NOW).kept


def _quarantined(paths: Paths) -> list[Path]:
    return sorted(paths.quarantine.iterdir()) if paths.quarantine.exists() else []


def test_a_backup_takes_the_place_of_the_store_which_is_kept_whole(
    paths: Paths, store_file: Path, backup: Path
) -> None:
    wanted, replaced = rows_of(backup), rows_of(store_file)
    kept = _restore(paths, backup)
    assert rows_of(store_file) == wanted
    assert kept is not None
    assert rows_of(kept) == replaced
    assert store_file.stat().st_mode & 0o777 == 0o600
    assert paths.quarantine.stat().st_mode & 0o777 == 0o700
    open_store(paths.store, paths.backups, now=NOW).close()


def test_what_was_kept_can_be_restored_in_turn(paths: Paths, store_file: Path, backup: Path) -> None:
    changed = rows_of(store_file)
    kept = _restore(paths, backup)
    assert kept is not None
    _restore(paths, kept)
    assert rows_of(store_file) == changed
    assert len(_quarantined(paths)) == 2


@pytest.mark.parametrize("how", ["header", "schema page", "truncated", "zero-filled", "not a database"])
def test_a_damaged_store_is_replaced_and_its_bytes_kept(
    how: str, paths: Paths, store_file: Path, backup: Path
) -> None:
    damage(store_file, how)
    before = fingerprint(store_file)
    kept = _restore(paths, backup)
    assert kept is not None
    assert fingerprint(kept) == before
    assert rows_of(store_file) == rows_of(backup)


def test_a_missing_store_is_put_back(paths: Paths, store_file: Path, backup: Path) -> None:
    store_file.unlink()
    assert _restore(paths, backup) is None
    assert rows_of(store_file) == rows_of(backup)


def test_a_missing_folder_is_made(paths: Paths, backup: Path, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere/r2p.sqlite3"
    restore_file(place, backup, tmp_path / "elsewhere/quarantine", now=NOW)
    assert rows_of(place) == rows_of(backup)


def test_a_folder_in_the_place_of_the_store_is_set_aside(
    paths: Paths, store_file: Path, backup: Path
) -> None:
    store_file.unlink()
    store_file.mkdir()
    (store_file / "something").write_text("of the user")
    kept = _restore(paths, backup)
    assert kept is not None
    assert (kept / "something").read_text() == "of the user"
    assert is_healthy(store_file)


def test_a_link_to_the_store_stays_a_link(
    paths: Paths, store_file: Path, backup: Path, tmp_path: Path
) -> None:
    real = tmp_path / "real.sqlite3"
    store_file.rename(real)
    store_file.symlink_to(real)
    _restore(paths, backup)
    assert store_file.is_symlink()
    assert rows_of(real) == rows_of(backup)


def test_journals_of_a_lost_store_are_not_mistaken_for_those_of_the_new_one(
    paths: Paths, store_file: Path, backup: Path
) -> None:
    store_file.unlink()
    for suffix in SIDE_FILES:
        beside(store_file, suffix).write_bytes(suffix.encode() * 300)
    assert _restore(paths, backup) is None
    assert sorted(file.read_bytes()[:4] for file in _quarantined(paths)) == [b"-jou", b"-shm", b"-wal"]
    assert [suffix for suffix in SIDE_FILES if beside(store_file, suffix).exists()] == []
    assert rows_of(store_file) == rows_of(backup)


@as_both_journals
@pytest.mark.usefixtures("wal_safe")
def test_an_open_store_is_not_replaced(paths: Paths, store_file: Path, backup: Path) -> None:
    before = rows_of(store_file)
    with open_store(paths.store, paths.backups), pytest.raises(StoreBusyError, match="open in another r2p"):
        _restore(paths, backup)
    assert rows_of(store_file) == before
    assert _quarantined(paths) == []


@as_both_journals
@pytest.mark.usefixtures("wal_safe")
def test_a_program_in_the_middle_of_a_write_is_waited_for_only_so_long(
    paths: Paths, store_file: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows_of(store_file)
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    with closing(connect(store_file)) as other:
        begin(other, writing=True)
        with pytest.raises(StoreBusyError):
            _restore(paths, backup)
        other.execute("ROLLBACK")
    assert rows_of(store_file) == before
    assert _quarantined(paths) == []


def test_a_connection_that_was_open_cannot_write_to_the_store_that_was_set_aside(
    paths: Paths, store_file: Path, backup: Path
) -> None:
    with closing(connect(store_file)) as other:
        kept = _restore(paths, backup)
        assert kept is not None
        with pytest.raises(sqlite3.OperationalError) as caught:
            other.execute("DELETE FROM surprises")
        assert isinstance(as_store_error(caught.value, store_file), StoreBusyError)


@as_both_journals
@pytest.mark.usefixtures("wal_safe")
def test_a_write_that_a_crash_cut_short_is_not_mistaken_for_one_of_the_new_store(
    paths: Paths, store_file: Path, backup: Path
) -> None:
    script = (
        "import os, sys; from pathlib import Path; from r2p_tui.store import connection;"
        f"connection.WAL_SAFE_VERSION = {connections.WAL_SAFE_VERSION!r};"
        "c = connection.connect(Path(sys.argv[1])); c.execute('PRAGMA cache_size = 1');"
        "c.execute(\"UPDATE notes SET summary = 'committed'\"); c.execute('BEGIN IMMEDIATE');"
        "c.execute('UPDATE papers SET abstract = abstract || abstract'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(store_file)], check=False)
    kept = _restore(paths, backup)
    assert rows_of(store_file) == rows_of(backup)
    assert is_healthy(store_file)
    assert kept is not None
    with closing(attach(kept)) as connection:
        assert connection.execute("SELECT DISTINCT summary FROM notes").fetchall() == [("committed",)]
    assert is_healthy(kept)


@pytest.mark.parametrize("how", ["header", "schema page", "truncated", "zero-filled", "not a database"])
def test_a_damaged_backup_changes_nothing(how: str, paths: Paths, store_file: Path, backup: Path) -> None:
    damage(backup, how)
    before, spoiled = fingerprint(store_file), fingerprint(backup)
    with pytest.raises(StoreDamagedError, match=backup.name):
        _restore(paths, backup)
    assert fingerprint(store_file) == before
    assert fingerprint(backup) == spoiled
    assert _quarantined(paths) == []


def test_a_backup_of_a_newer_r2p_is_refused(paths: Paths, store_file: Path, backup: Path) -> None:
    with closing(attach(backup)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = fingerprint(store_file)
    with pytest.raises(StoreTooNewError, match=backup.name):
        _restore(paths, backup)
    assert fingerprint(store_file) == before


def test_the_store_can_be_moved_where_a_file_cannot_have_two_names(
    paths: Paths, store_file: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = rows_of(store_file)
    monkeypatch.setattr(os, "link", _no_link)
    kept = _restore(paths, backup)
    assert kept is not None
    assert rows_of(kept) == replaced
    assert rows_of(store_file) == rows_of(backup)


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("state", ["healthy", "damaged", "lost"])
def test_a_restore_survives_the_failure_of_any_call(
    state: str,
    number: int,
    links: bool,
    tmp_path: Path,
    paths: Paths,
    store_file: Path,
    backup: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The N-th call fails, for N = 1, 2, ...: there is a whole store then, and the old one is not lost."""
    if not links:
        monkeypatch.setattr(os, "link", _no_link)
    if state == "damaged":
        damage(store_file, "header")
    old, new = [fingerprint(store_file)], rows_of(backup)
    if state == "lost":
        store_file.unlink()
        beside(store_file, "-wal").write_bytes(b"log" * 100)
        old = []
    for call in range(1, 60):
        place = under(tmp_path / f"call {call}")
        shutil.copytree(paths.data, place.data)
        failing = FailingCalls(monkeypatch, place.data, call, number)
        try:
            with failing:
                _restore(place, place.backups / backup.name)
        except StoreError as error:
            assert error.message.endswith(".")
            assert error.hint
        kept = [fingerprint(file) for file in _quarantined(place) if file.suffix == ".sqlite3"]
        if [fingerprint(file) for file in [place.store] if file.exists()] == old:
            assert kept == [], failing.failed
            assert state != "lost" or beside(place.store, "-wal").exists()
        else:
            assert rows_of(place.store) == new, failing.failed
            assert kept == old
        assert list(place.data.glob(".r2p*")) == [], failing.failed
        if not failing.failed:
            break
    assert call > 5
    assert not failing.failed, "the restore never passed"


def _no_link(*_: object, **__: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def test_two_stores_set_aside_in_one_second_do_not_meet(paths: Paths, backup: Path) -> None:
    kept = {_restore(paths, backup) for _ in range(3)}
    assert len(kept) == 3
    assert all(file is not None and is_healthy(file) for file in kept)


def test_rows_of_an_older_backup_come_back_as_they_were(paths: Paths, store_file: Path, backup: Path) -> None:
    def texts(rows: Rows) -> set[object]:
        return {row[1] for row in rows["surprises"]}

    assert texts(rows_of(store_file)) == {"changed since"}
    _restore(paths, backup)
    assert texts(rows_of(store_file)) == {"surprise 1", "surprise 5"}


def test_the_new_store_is_on_disk_before_it_takes_the_place_of_the_old_one(
    paths: Paths, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FailingCalls(monkeypatch, paths.data, 0, 0) as watched:
        _restore(paths, backup)
    new = ".r2p.sqlite3.new"
    order = [f"fsync {new}", "link r2p.sqlite3", "fsync quarantine", f"replace {new}", "fsync data"]
    assert [call for call in watched.calls if call in order] == order


def test_a_store_with_a_write_ahead_log_is_not_taken_from_a_connection_that_idles(
    paths: Paths, store_file: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a connection would not notice the move, and go on writing to the file that was set aside."""
    monkeypatch.setattr(connections, "WAL_SAFE_VERSION", (3, 0, 0))
    monkeypatch.setattr(connections, "filesystem", lambda _path: "ext4")
    with closing(connect(store_file)) as idle:
        idle.execute("SELECT count(*) FROM papers").fetchone()
        with pytest.raises(StoreBusyError):
            _restore(paths, backup)
        idle.execute("DELETE FROM surprises")
    assert rows_of(store_file)["surprises"] == []
    assert _quarantined(paths) == []

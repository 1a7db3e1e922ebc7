import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from r2p_tui.errors import (
    ExitCode,
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreReadOnlyError,
    StoreTooNewError,
)
from r2p_tui.paths import Paths
from r2p_tui.store import connection as connections
from r2p_tui.store import locks
from r2p_tui.store.backup import make_backup
from r2p_tui.store.connection import SCHEMA_VERSION, attach, begin, connect
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import Paper
from r2p_tui.store.surprises import Surprise
from tests.store.sample import NOW, damage, fingerprint, is_healthy, make_store, rows_of, spoil_pages_of

HELPERS = Path(__file__).parent


@pytest.fixture
def store_file(paths: Paths) -> Path:
    return make_store(paths, papers=8)


def _open(paths: Paths) -> Store:
    return open_store(paths.store, paths.backups, now=NOW)


def test_opening_makes_a_store_that_opens_again(paths: Paths) -> None:
    _open(paths).close()
    with _open(paths) as store, store.read() as session:
        assert session.execute(text("SELECT count(*) FROM papers")).scalar() == 0
    assert is_healthy(paths.store)


@pytest.mark.parametrize("how", ["header", "schema page", "truncated", "zero-filled", "not a database"])
def test_corrupt_files_are_refused_with_the_way_back_and_left_as_they_are(
    how: str, paths: Paths, store_file: Path
) -> None:
    damage(store_file, how)
    before, files = fingerprint(store_file), set(paths.data.iterdir())
    with pytest.raises(StoreDamagedError) as caught:
        _open(paths)
    assert caught.value.exit_code == ExitCode.STORE
    assert "r2p restore" in caught.value.hint
    assert fingerprint(store_file) == before
    assert set(paths.data.iterdir()) == files


def test_a_damaged_page_is_reported_by_the_first_read_that_meets_it(paths: Paths, store_file: Path) -> None:
    spoil_pages_of(store_file, "papers", keep_root=False)
    before = fingerprint(store_file)
    with _open(paths) as store:
        with pytest.raises(StoreDamagedError), store.read() as session:
            session.execute(text("SELECT * FROM papers")).all()
        with pytest.raises(StoreDamagedError), store.write() as session:
            session.execute(text("UPDATE papers SET title = 'x'"))
    assert fingerprint(store_file) == before


def test_text_that_is_not_text_counts_as_damage(paths: Paths, store_file: Path) -> None:
    with closing(connect(store_file)) as connection:
        connection.execute("UPDATE surprises SET unit = CAST(x'ff41' AS TEXT)")
    with _open(paths) as store, pytest.raises(StoreDamagedError), store.read() as session:
        session.execute(text("SELECT unit FROM surprises")).all()


def test_a_folder_in_the_place_of_the_store_is_named(paths: Paths) -> None:
    paths.store.mkdir(parents=True)
    with pytest.raises(StoreError, match="is a folder"):
        _open(paths)


def test_a_file_in_the_place_of_the_folder_is_an_error_not_a_crash(paths: Paths) -> None:
    paths.data.parent.mkdir(parents=True)
    paths.data.write_text("in the way")
    with pytest.raises(StoreError) as caught:
        _open(paths)
    assert caught.value.hint
    assert paths.data.read_text() == "in the way"


def test_a_database_of_another_program_is_not_taken_over(paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    with closing(sqlite3.connect(paths.store)) as connection:
        connection.execute("CREATE TABLE papers (id INTEGER)")
    before = fingerprint(paths.store)
    with pytest.raises(StoreDamagedError, match="not a store of r2p"):
        _open(paths)
    assert fingerprint(paths.store) == before


def test_a_store_of_a_newer_r2p_is_refused_untouched(paths: Paths, store_file: Path) -> None:
    with closing(attach(store_file)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = fingerprint(store_file)
    for read_only in (False, True):
        with pytest.raises(StoreTooNewError, match=f"schema {SCHEMA_VERSION + 1}"):
            open_store(paths.store, paths.backups, read_only=read_only)
    assert fingerprint(store_file) == before
    assert not paths.backups.exists()


@pytest.mark.parametrize("state", ["missing", "empty"])
def test_a_store_that_vanished_is_not_replaced_by_an_empty_one_where_backups_tell_of_it(
    state: str, paths: Paths, store_file: Path
) -> None:
    make_backup(store_file, paths.backups, reason="manual", now=NOW)
    store_file.unlink()
    if state == "empty":
        store_file.touch()
    with pytest.raises(StoreDamagedError, match="2026-11-21 07:27 UTC") as caught:
        _open(paths)
    assert "r2p restore" in caught.value.hint
    assert not store_file.exists() or store_file.stat().st_size == 0


def test_an_empty_file_without_backups_becomes_a_store(paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    paths.store.touch()
    _open(paths).close()
    assert is_healthy(paths.store)


def test_a_read_only_store_reads_and_refuses_to_write(paths: Paths, store_file: Path) -> None:
    before = fingerprint(store_file)
    with open_store(paths.store, paths.backups, read_only=True) as store:
        with store.read() as session:
            assert session.get(Paper, 1) is not None
        with pytest.raises(StoreReadOnlyError), store.write():
            pass
        with pytest.raises(StoreError), store.read() as session:
            session.execute(text("DELETE FROM surprises"))
    assert fingerprint(store_file) == before


def test_a_read_only_desk_makes_no_store(paths: Paths) -> None:
    with pytest.raises(StoreError):
        open_store(paths.store, paths.backups, read_only=True)
    assert not paths.store.exists()


@pytest.mark.parametrize("read_only", [False, True])
def test_a_write_cut_short_by_a_crash_is_undone_at_the_next_opening(
    read_only: bool, paths: Paths, store_file: Path
) -> None:
    before = rows_of(store_file)
    script = (
        "import os, sys; from pathlib import Path; from r2p_tui.store.connection import connect;"
        "c = connect(Path(sys.argv[1])); c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN IMMEDIATE');"
        'c.execute("UPDATE papers SET abstract = abstract || abstract"); os.kill(os.getpid(), 9)'
    )
    subprocess.run([sys.executable, "-c", script, str(store_file)], check=False)
    assert store_file.with_name("r2p.sqlite3-journal").stat().st_size > 512, "the crash left nothing to undo"
    with open_store(paths.store, paths.backups, read_only=read_only) as store, store.read() as session:
        assert session.execute(text("SELECT count(*) FROM papers")).scalar() == 8
    assert rows_of(store_file) == before
    assert is_healthy(store_file)


def test_busy_writers_wait_their_turn_instead_of_failing(paths: Paths, store_file: Path) -> None:
    with _open(paths) as store, closing(connect(store_file)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.3, lambda: other.execute("COMMIT"))
        release.start()
        with store.write() as session:
            session.add(Surprise(text="waited", created_at=NOW))
        release.join()
    assert any("waited" in row for row in rows_of(store_file)["surprises"])


def test_busy_for_longer_than_the_limit_is_said_and_changes_nothing(
    paths: Paths, store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    with _open(paths) as store, closing(connect(store_file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError), store.write() as session:
            session.add(Surprise(text="too late", created_at=NOW))
        other.execute("ROLLBACK")
    assert not any("too late" in row for row in rows_of(store_file)["surprises"])


def test_a_write_holds_the_lock_from_its_start(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    make_store(paths, papers=1)
    with (
        _open(paths) as store,
        closing(connect(paths.store)) as other,
        store.write(),
        pytest.raises(sqlite3.OperationalError),
    ):
        begin(other, writing=True)


def test_what_fails_half_way_leaves_nothing(paths: Paths, store_file: Path) -> None:
    before = rows_of(store_file)
    with _open(paths) as store:
        with pytest.raises(ZeroDivisionError), store.write() as session:
            session.add(Surprise(text="half", created_at=NOW))
            session.flush()
            _ = 1 / 0
        with pytest.raises(IntegrityError), store.write() as session:
            session.add(Surprise(text="points nowhere", paper_id=999, created_at=NOW))
    assert rows_of(store_file) == before


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO triage_sessions (started_at, seconds) VALUES ('2026-11-21', 'many')",
        "INSERT INTO surprises (text, kind, created_at) VALUES ('', 'other', '2026-11-21')",
        "INSERT INTO surprises (text, kind, created_at) VALUES ('x', 'mood', '2026-11-21')",
        "INSERT INTO surprises (text, kind, paper_id, created_at) VALUES ('x', 'other', 999, '2026-11-21')",
        "UPDATE notes SET relevance = 6",
    ],
)
def test_schema_refuses_wrong_types_values_and_orphans_even_from_outside(
    statement: str, store_file: Path
) -> None:
    with closing(connect(store_file)) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)


def test_schema_refuses_a_time_without_a_zone(paths: Paths) -> None:
    naive = datetime(2026, 11, 21, 7)  # noqa: DTZ001
    with _open(paths) as store, pytest.raises(Exception, match=r"zone|tz"), store.write() as session:
        session.add(Surprise(text="when", created_at=naive))
    assert rows_of(paths.store)["surprises"] == []


def test_many_threads_share_one_store_and_reads_nest_in_writes(paths: Paths, store_file: Path) -> None:
    threads, together = 12, threading.Barrier(12)
    failures: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(10):
                with store.read() as session:
                    together.wait(timeout=20)
                    session.execute(text("SELECT * FROM papers")).all()
            with store.write() as session, store.read() as other:
                session.add(Surprise(text="thread", created_at=NOW))
                other.execute(text("SELECT count(*) FROM papers")).all()
        except Exception as error:
            failures.append(error)
            together.abort()

    with _open(paths) as store:
        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert failures == []
    assert sum("thread" in row for row in rows_of(store_file)["surprises"]) == threads


def test_a_store_holds_off_whoever_needs_it_alone(paths: Paths, store_file: Path) -> None:
    with _open(paths), _open(paths), pytest.raises(StoreBusyError), locks.sole_use(store_file):
        pass
    with locks.sole_use(store_file), pytest.raises(StoreBusyError, match="being restored"):
        _open(paths)
    _open(paths).close()


def test_a_process_that_dies_holds_nobody_off(paths: Paths, store_file: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from r2p_tui.store.locks import Presence;"
        "held = Presence(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(store_file)], check=False)
    with locks.sole_use(store_file):
        pass


def test_a_connection_to_a_store_that_was_moved_says_so_instead_of_writing(
    paths: Paths, store_file: Path
) -> None:
    moved = store_file.with_name("moved.sqlite3")
    with _open(paths) as store:
        with store.write() as session:
            session.add(Surprise(text="before", created_at=NOW))
        store_file.rename(moved)
        with pytest.raises(StoreBusyError, match="moved or replaced"), store.write() as session:
            session.add(Surprise(text="after", created_at=NOW))
    texts = [row[1] for row in rows_of(moved)["surprises"]]
    assert "before" in texts
    assert "after" not in texts


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the superuser")
@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o400, 0o700), (0o600, 0o500), (0o400, 0o500)])
def test_permissions_that_forbid_writing_are_named(
    file_mode: int, folder_mode: int, paths: Paths, store_file: Path
) -> None:
    store_file.chmod(file_mode)
    paths.data.chmod(folder_mode)
    try:
        with _open(paths) as store:
            with store.read() as session:
                assert session.get(Paper, 1) is not None
            with pytest.raises(StoreReadOnlyError), store.write() as session:
                session.add(Surprise(text="no", created_at=NOW))
    finally:
        paths.data.chmod(0o700)


def test_only_the_engine_module_makes_engines_sessions_and_connections() -> None:
    package = HELPERS.parent.parent / "r2p_tui"
    allowed = {"store/engine.py", "store/connection.py", "store/migrations/run.py"}
    for file in package.rglob("*.py"):
        if str(file.relative_to(package)) not in allowed:
            source = file.read_text(encoding="utf-8")
            for call in ("create_engine(", "sqlite3.connect(", "Session(self", "sessionmaker("):
                assert call not in source, f"{file} calls {call}"

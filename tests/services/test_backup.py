import os
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from r2p_tui.errors import ExitCode, NotFoundError, StoreBusyError, StoreDamagedError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.services.backup import back_up, backup_if_due, list_backups, restore, salvage
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.store.connection import connect
from tests.store.sample import NOW, damage, fingerprint, make_store, rows_of

DAY = timedelta(days=1)


@pytest.fixture
def store_file(paths: Paths) -> Path:
    return make_store(paths, papers=8)


@pytest.fixture
def desk(paths: Paths, store_file: Path) -> Desk:
    return open_desk(paths)


def _change(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("UPDATE surprises SET unit = coalesce(unit, '') || 'x'")


def test_a_backup_is_made_and_listed(desk: Desk) -> None:
    made = back_up(desk, now=NOW)
    assert made.reason == "manual"
    assert [backup.path for backup in list_backups(desk)] == [made.path]


def test_without_a_store_there_is_nothing_to_back_up(paths: Paths) -> None:
    with pytest.raises(NotFoundError) as caught:
        back_up(open_desk(paths), now=NOW)
    assert caught.value.hint
    assert backup_if_due(open_desk(paths), now=NOW) is None
    assert not paths.data.exists()


def test_the_daily_backup_is_made_once_a_day_and_only_after_a_change(desk: Desk, store_file: Path) -> None:
    first = backup_if_due(desk, now=NOW)
    assert first is not None
    assert first.reason == "daily"
    _change(store_file)
    assert backup_if_due(desk, now=NOW + timedelta(hours=2)) is None
    assert backup_if_due(desk, now=NOW + DAY) is not None
    assert backup_if_due(desk, now=NOW + 2 * DAY) is None
    _change(store_file)
    assert backup_if_due(desk, now=NOW + 2 * DAY) is not None


def test_a_desk_for_reading_makes_no_daily_backup(paths: Paths, store_file: Path) -> None:
    assert backup_if_due(open_desk(paths, read_only=True), now=NOW) is None
    assert not paths.backups.exists()


def test_the_newest_backup_comes_back_and_the_message_says_everything(desk: Desk, store_file: Path) -> None:
    back_up(desk, now=NOW - DAY)
    _change(store_file)
    newest = back_up(desk, now=NOW)
    wanted = rows_of(store_file)
    _change(store_file)
    result = restore(desk.paths, now=NOW + DAY)
    assert result.backup.path == newest.path
    assert rows_of(store_file) == wanted
    assert "2026-11-21 07:27 UTC" in result.message
    assert f"{newest.rows} rows" in result.message
    assert str(result.kept) in result.message
    assert result.kept is not None
    assert result.kept.exists()


def test_a_damaged_backup_is_passed_over_for_an_older_one(desk: Desk, store_file: Path) -> None:
    older = back_up(desk, now=NOW - DAY)
    newest = back_up(desk, now=NOW)
    damage(newest.path, "truncated")
    result = restore(desk.paths, now=NOW)
    assert result.backup.path == older.path
    assert [backup.path for backup in result.passed_over] == [newest.path]
    assert "1 newer backup could not be used" in result.message


def test_where_every_backup_is_damaged_the_store_stays(desk: Desk, store_file: Path) -> None:
    for days in range(2):
        damage(back_up(desk, now=NOW - days * DAY).path, "zero-filled")
    before = fingerprint(store_file)
    with pytest.raises(StoreDamagedError) as caught:
        restore(desk.paths, now=NOW)
    assert caught.value.exit_code == ExitCode.STORE
    assert "--salvage" in caught.value.hint
    assert fingerprint(store_file) == before


def test_without_backups_the_way_on_is_named(desk: Desk) -> None:
    with pytest.raises(NotFoundError) as caught:
        restore(desk.paths, now=NOW)
    assert "--salvage" in caught.value.hint


@pytest.mark.parametrize("part", ["20261120", "20261120T072741.123Z", "daily"])
def test_a_backup_is_found_by_a_part_of_its_name(part: str, desk: Desk) -> None:
    wanted = backup_if_due(desk, now=NOW - DAY)
    back_up(desk, now=NOW)
    assert wanted is not None
    assert restore(desk.paths, part, now=NOW).backup.path == wanted.path


def test_a_whole_name_and_a_path_are_found_too(desk: Desk, tmp_path: Path) -> None:
    backup = back_up(desk, now=NOW)
    assert restore(desk.paths, backup.path.name, now=NOW).backup.path == backup.path
    assert restore(desk.paths, backup.path, now=NOW).backup.taken_at == backup.taken_at
    elsewhere = tmp_path / "from a stick.sqlite3"
    elsewhere.write_bytes(backup.path.read_bytes())
    os.utime(elsewhere, (NOW.timestamp(), NOW.timestamp()))
    result = restore(desk.paths, elsewhere, now=NOW)
    assert (result.backup.path, result.backup.taken_at) == (elsewhere, NOW)


def test_a_name_of_several_backups_or_of_none_is_refused(desk: Desk, store_file: Path) -> None:
    back_up(desk, now=NOW)
    back_up(desk, now=NOW - DAY)
    before = fingerprint(store_file)
    with pytest.raises(UsageError, match="2 backups"):
        restore(desk.paths, "manual", now=NOW)
    for name in ("nonsense", "", "../no such file", "\x1b]52;c;x\x07"):
        with pytest.raises(NotFoundError) as caught:
            restore(desk.paths, name, now=NOW)
        assert "\x1b" not in caught.value.message
        assert "r2p-2026" in caught.value.hint
    assert fingerprint(store_file) == before


def test_an_open_store_is_not_restored_over(desk: Desk) -> None:
    back_up(desk, now=NOW)
    with desk, desk.store.read(), pytest.raises(StoreBusyError):
        restore(desk.paths, now=NOW)


@pytest.mark.parametrize("state", ["damaged", "missing"])
def test_restore_works_where_the_store_does_not(state: str, desk: Desk, store_file: Path) -> None:
    wanted = rows_of(store_file)
    back_up(desk, now=NOW)
    if state == "damaged":
        damage(store_file, "not a database")
    else:
        store_file.unlink()
    result = restore(desk.paths, now=NOW)
    assert rows_of(store_file) == wanted
    assert (result.kept is None) == (state == "missing")
    with desk, desk.store.read():
        pass


def test_salvage_says_what_it_saved(paths: Paths, store_file: Path) -> None:
    result = salvage(paths, now=NOW)
    assert result.incomplete == ()
    assert f"Saved {result.rows} rows" in result.message
    assert str(result.kept) in result.message


def test_salvage_needs_a_store(paths: Paths) -> None:
    with pytest.raises(NotFoundError):
        salvage(paths, now=NOW)


def test_everything_that_is_written_is_private_whatever_the_umask(paths: Paths) -> None:
    before = os.umask(0)
    try:
        store_file = make_store(paths, papers=2)
        desk = open_desk(paths)
        back_up(desk, now=NOW)
        restore(paths, now=NOW)
        damage(store_file, "truncated")
        restore(paths, now=NOW)
    finally:
        os.umask(before)
    for path in [paths.data, *paths.data.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_secrets_of_the_environment_reach_no_file(
    paths: Paths, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "canary-5f3a9c"
    for name in ("R2P_API_KEY", "S2_API_KEY", "SEMANTIC_SCHOLAR_API_KEY", "HF_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, secret)
    store_file = make_store(paths, papers=2)
    desk = open_desk(paths)
    back_up(desk, now=NOW)
    _change(store_file)
    restore(paths, now=NOW)
    salvage(paths, now=NOW)
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) > 4
    assert [path for path in files if secret.encode() in path.read_bytes()] == []

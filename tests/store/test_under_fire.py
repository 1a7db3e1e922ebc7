import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.paths import Paths
from tests.store.sample import is_healthy, make_store

FIRE = Path(__file__).with_name("fire.py")
# The helper's own folder is on its path, and must not hide the package's modules from it.
RUN = [sys.executable, "-P", str(FIRE)]


def _run(*arguments: object) -> dict[str, Any]:
    done = subprocess.run([*RUN, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _mounted(mount: str, folder: Path, scenario: str) -> dict[str, Any]:
    """Run a scenario on a mount of its own, which only this child and its children see."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("this system does not let a user mount anything")
    script = f'{mount} && shift && exec "$@"'
    command = ["unshare", "-rm", "sh", "-c", script, "sh", str(folder), *RUN, scenario, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_kill9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    seen = _run("kill", tmp_path, 50)
    assert seen["acknowledged"] > 50
    assert (seen["lost"], seen["twice"]) == ([], 0)
    assert (seen["integrity"], seen["orphans"]) == ("ok", [])


def test_busy_six_processes_lose_no_update_and_meet_no_error(tmp_path: Path) -> None:
    assert _run("count", tmp_path, 300) == {"exit_codes": [0] * 6, "sum": 1800.0}


@pytest.mark.parametrize("scenario", ["create", "create_as_wal"])
def test_processes_that_make_one_store_at_once_make_one(scenario: str, tmp_path: Path) -> None:
    assert _run(scenario, tmp_path, 6) == {"exit_codes": [0] * 6}
    assert is_healthy(tmp_path / "r2p.sqlite3")


def test_backup_beside_three_writers_has_every_row_up_to_one_moment(tmp_path: Path) -> None:
    seen = _run("back_up_under_writers", tmp_path, 5)
    assert seen["gaps"] == []
    assert seen["rows"] == sorted(seen["rows"])
    assert seen["rows"][-1] > 0


def test_a_migration_that_dies_between_two_statements_leaves_the_old_schema(tmp_path: Path) -> None:
    (tmp_path / "r2p.sqlite3").touch()
    seen = _run("migrate", tmp_path)
    assert len(seen["killed"]) > 10
    assert all(killed == [-9, 0] for killed in seen["killed"])
    assert seen["tables"] > 10


def test_enospc_is_said_keeps_every_row_and_passes_when_there_is_room(tmp_path: Path) -> None:
    seen = _mounted('mount -t tmpfs -o size=3m tmpfs "$1"', tmp_path, "full")
    assert [kind for kind, *_ in seen["error"]] == ["StoreFullError"]
    assert 0 < seen["acknowledged"] < 400
    assert seen["rows_when_full"] == seen["acknowledged"]
    assert seen["retry"] == []
    assert seen["rows_in_the_end"] == seen["acknowledged"] + 1
    assert seen["integrity"] == "ok"
    assert seen["backup_error"][0] == "StoreFullError"
    assert seen["backups"], "the earlier backup is there, and nothing unfinished"
    assert seen["creation_error"][0] == "StoreFullError"
    assert seen["creation_retry"] == []


def test_ro_home_reads_and_says_why_it_does_not_write(paths: Paths) -> None:
    make_store(paths, papers=8)
    mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"'
    seen = _mounted(mount, paths.data, "read_only")
    assert seen["rows"] == 2
    for action in ("write", "backup", "new_store"):
        kind, message, hint = seen[action]
        assert kind == "StoreReadOnlyError", action
        assert message.endswith(".")
        assert hint

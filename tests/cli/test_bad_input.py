"""Bad input gets one clear sentence, a hint and a status that is not zero, and loses nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Result, Run, put

READERS = (
    ["triage"],
    ["search", "detr"],
    ["show", "2411.00001"],
    ["surprises"],
    ["triage", "keep", "2411.00001"],
)
WRITERS = (["surprise", "31 FPS"], ["add", "2411.00001"])


def assert_explained(result: Result, status: ExitCode) -> None:
    assert (result.status, result.out) == (status, ""), result.err
    told = [line for line in result.err.splitlines() if not line.startswith("Not stored: ")]
    assert len(told) == 2, result.err
    sentence, hint = told
    assert sentence.startswith("r2p: ")
    assert sentence.endswith(".")
    assert len(hint.strip()) > 10
    assert "Traceback" not in result.err
    assert "went wrong inside" not in result.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "9999.99999"],
        ["show", "10.1234/none"],
        ["triage", "skip", "9999.99999"],
        ["surprises", "--paper", "9999.99999"],
        ["surprises", "link", "1", "2411.00001"],
        ["restore", "nothing-of-that-name"],
    ],
    ids=" ".join,
)
def test_an_unknown_name(r2p: Run, desk: Desk, arguments: list[str]) -> None:
    put(desk, "RT-DETR")
    assert_explained(r2p(*arguments), ExitCode.NOT_FOUND)


@pytest.mark.parametrize(
    "arguments", [["show", "foo"], ["add", "foo"], ["triage", "keep", "foo"]], ids=" ".join
)
def test_what_is_no_name_at_all(r2p: Run, desk: Desk, arguments: list[str]) -> None:
    put(desk, "RT-DETR")
    assert_explained(r2p(*arguments), ExitCode.USAGE)


def test_one_bad_name_decides_nothing(r2p: Run, desk: Desk) -> None:
    [key] = put(desk, "RT-DETR")
    assert_explained(r2p("triage", "skip", key, "9999.99999"), ExitCode.NOT_FOUND)
    assert key in r2p("triage").out


def test_one_bad_name_does_not_stop_the_others_from_being_added(r2p: Run, desk: Desk) -> None:
    [key] = put(desk, "RT-DETR")
    result = r2p("add", "foo", key)
    assert result.status == ExitCode.USAGE
    assert result.out == f"kept  {key}  RT-DETR\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[arxiv\n", "not valid TOML"),
        ("[arxv]\n", "arxv"),
        ('[arxiv]\napi_url = "http://example.org"\n', "api_url"),
    ],
)
@pytest.mark.parametrize("arguments", [*READERS, ["sync"], ["add", "2411.00001"]], ids=" ".join)
def test_malformed_settings(r2p: Run, paths: Paths, text: str, said: str, arguments: list[str]) -> None:
    paths.config.mkdir(parents=True)
    paths.config_file.write_text(text)
    result = r2p(*arguments)
    assert_explained(result, ExitCode.USAGE)
    assert said in result.err
    assert not paths.store.exists()


def test_malformed_settings_do_not_stop_a_surprise(r2p: Run, paths: Paths) -> None:
    paths.config.mkdir(parents=True)
    paths.config_file.write_text("[arxiv\n")
    assert r2p("surprise", "31 FPS").status == ExitCode.OK


def overwrite(path: Path) -> None:
    path.write_bytes(b"not a database" * 4096)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def make_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [overwrite, make_newer, make_folder])
@pytest.mark.parametrize("arguments", [*READERS, *WRITERS], ids=" ".join)
def test_a_store_that_cannot_be_used(
    r2p: Run, desk: Desk, paths: Paths, spoil: Callable[[Path], None], arguments: list[str]
) -> None:
    put(desk, "RT-DETR")
    desk.close()
    spoil(paths.store)
    before = paths.store.read_bytes() if paths.store.is_file() else None
    result = r2p(*arguments)
    assert_explained(result, ExitCode.STORE)
    assert (paths.store.read_bytes() if paths.store.is_file() else None) == before
    assert ("Not stored: 31 FPS" in result.err) == (arguments[0] == "surprise")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["surprise", "31 FPS"], ExitCode.STORE), (["add", "2411.00001"], ExitCode.USAGE)],
)
def test_a_home_in_whose_place_a_file_lies(
    r2p: Run, tmp_path: Path, arguments: list[str], status: ExitCode
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("mine")
    assert_explained(r2p("--home", str(blocked / "r2p"), *arguments), status)
    assert blocked.read_text() == "mine"


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Root may write everywhere, so it steps down for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def sealed_home(r2p: Run, desk: Desk, paths: Paths) -> Iterator[Path]:
    """A home with a store in it, of which an ordinary user may only read."""
    put(desk, "RT-DETR")
    desk.close()
    # What the commands load must be loaded while root may still read it.
    for arguments in (*READERS, *WRITERS, ["backup"], ["restore"]):
        r2p("--read-only", *arguments)
    folder = Path(tempfile.mkdtemp(prefix="r2p-sealed-"))
    shutil.copytree(paths.data, folder / "data")
    for path in (folder / "data").rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (folder / "data").chmod(0o555)
    folder.chmod(0o555)
    yield folder
    for path in (folder, folder / "data"):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "arguments", [["triage", "keep", "2411.00001"], ["surprise", "31 FPS"], ["backup"]], ids=" ".join
)
def test_a_home_that_is_read_only_refuses_to_be_changed(
    r2p: Run, sealed_home: Path, arguments: list[str]
) -> None:
    before = (sealed_home / "data/r2p.sqlite3").read_bytes()
    with ordinary_user():
        result = r2p("--home", str(sealed_home), *arguments)
    assert_explained(result, ExitCode.STORE)
    assert (sealed_home / "data/r2p.sqlite3").read_bytes() == before


@pytest.mark.parametrize(
    "arguments", [["triage"], ["search", "detr"], ["show", "2411.00001"], ["surprises"]], ids=" ".join
)
def test_a_home_that_is_read_only_can_be_read(r2p: Run, sealed_home: Path, arguments: list[str]) -> None:
    with ordinary_user():
        result = r2p("--home", str(sealed_home), "--read-only", *arguments)
    assert result.status == ExitCode.OK, result.err


@pytest.mark.parametrize("arguments", [["surprise", "31 FPS"], ["triage"]], ids=" ".join)
def test_a_home_that_cannot_be_made(r2p: Run, sealed_home: Path, arguments: list[str]) -> None:
    with ordinary_user():
        result = r2p("--home", str(sealed_home / "new"), *arguments)
    assert_explained(result, ExitCode.STORE)
    assert not (sealed_home / "new").exists()


@pytest.mark.parametrize("arguments", [["triage", "keep", "2411.00001"], *WRITERS, ["restore"]], ids=" ".join)
def test_reading_only_changes_nothing(r2p: Run, desk: Desk, paths: Paths, arguments: list[str]) -> None:
    put(desk, "RT-DETR")
    desk.close()
    before = paths.store.read_bytes()
    assert_explained(r2p("--read-only", *arguments), ExitCode.STORE)
    assert paths.store.read_bytes() == before


def test_restore_without_a_backup_says_what_else_helps(r2p: Run, paths: Paths) -> None:
    assert_explained(r2p("restore"), ExitCode.NOT_FOUND)


def test_the_way_back_from_a_damaged_store(r2p: Run, desk: Desk, paths: Paths) -> None:
    [key] = put(desk, "RT-DETR")
    desk.close()
    assert r2p("backup").status == ExitCode.OK
    overwrite(paths.store)
    assert r2p("doctor").status == ExitCode.FAILED
    result = r2p("restore")
    assert result.status == ExitCode.OK
    assert key in r2p("triage").out
    kept = list(paths.quarantine.rglob("*sqlite3*"))
    assert [path.read_bytes()[:14] for path in kept] == [b"not a database"]

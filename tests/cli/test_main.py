from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from r2p_tui import __version__
from r2p_tui.cli import commands, paths
from r2p_tui.cli.main import main, split_command
from r2p_tui.errors import ExitCode
from r2p_tui.paths import Paths
from tests.cli.conftest import Run

R2P = [sys.executable, "-m", "r2p_tui"]


@pytest.mark.parametrize("command", commands.COMMANDS)
def test_every_command_has_help_with_one_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main([command, "--help"], lambda *_: 0)
    text = capsys.readouterr().out
    assert leaving.value.code == 0
    assert text.count("example:\n  r2p ") == 1
    assert f"r2p {command}" in text.split("example:")[1]
    assert "--home FOLDER" in text
    assert max(map(len, text.splitlines())) <= 110


def test_the_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"], lambda *_: 0)
    lines = capsys.readouterr().out.splitlines()
    for name, (_, about) in commands.COMMANDS.items():
        assert any(line.split(maxsplit=1) == [name, about] for line in lines)


def test_the_version(r2p: Run) -> None:
    assert r2p("--version") == (ExitCode.OK, f"r2p {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "command", "rest"),
    [
        ([], None, []),
        (["--version"], None, ["--version"]),
        (["show", "x"], "show", ["x"]),
        (["--offline", "sync", "--json"], "sync", ["--offline", "--json"]),
        (["--home", "sync", "show", "x"], "show", ["--home", "sync", "x"]),
        (["--home=sync", "show"], "show", ["--home=sync"]),
        (["--home"], None, ["--home"]),
    ],
)
def test_the_command_is_the_first_word_that_is_no_option(
    arguments: list[str], command: str | None, rest: list[str]
) -> None:
    assert split_command(arguments) == (command, rest)


@pytest.mark.parametrize("before", [True, False])
def test_global_options_work_on_either_side(r2p: Run, tmp_path: Path, before: bool) -> None:
    home = ["--home", str(tmp_path / "elsewhere"), "--offline", "--read-only"]
    command = ["paths", "--json"]
    result = r2p(*(home + command if before else command + home))
    assert json.loads(result.out)["store"] == str(tmp_path / "elsewhere/data/r2p.sqlite3")


def test_without_a_command_the_screens_open_with_the_options(tmp_path: Path) -> None:
    seen: list[tuple[Path, bool, bool, bool]] = []

    def screens(find_folders: object, options: object, demo: bool) -> int:
        folders = find_folders()  # type: ignore[operator]
        seen.append((folders.data, options.offline, options.read_only, demo))  # type: ignore[attr-defined]
        return 7

    assert main(["--home", str(tmp_path), "--offline"], screens) == 7
    assert seen == [(tmp_path / "data", True, False, False)]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["surpise", "x"], "r2p surprise"),
        (["serch"], "r2p search"),
        (["zzzzz"], "r2p --help"),
        (["surprise", "--jsn", "x"], "--json"),
        (["search", "--limit", "many"], "r2p search --help"),
        (["search", "--limit", "0"], "r2p search --help"),
        (["search", "--limit"], "r2p search --help"),
        (["sync", "now"], "r2p sync --help"),
        (["paths", "--home="], "--home ~/r2p"),
    ],
)
def test_a_mistake_in_the_request_names_the_remedy(r2p: Run, arguments: list[str], hint: str) -> None:
    result = r2p(*arguments)
    assert (result.status, result.out) == (ExitCode.USAGE, "")
    sentence, advice = result.err.splitlines()
    assert sentence.startswith("r2p: ")
    assert sentence.endswith(".")
    assert hint in advice


def test_a_defect_is_one_line_and_its_traceback_is_in_the_log(
    r2p: Run, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_paths(monkeypatch, ZeroDivisionError("a secret detail"))
    result = r2p("paths")
    assert (result.status, result.out) == (ExitCode.FAILED, "")
    [line] = result.err.splitlines()
    assert "ZeroDivisionError" in line
    assert str(paths.log) in line
    assert "Traceback" in paths.log.read_text()
    assert "a secret detail" in paths.log.read_text()
    assert paths.log.stat().st_mode & 0o777 == 0o600
    assert paths.log.parent.stat().st_mode & 0o777 == 0o700


def test_a_log_that_cannot_be_written_is_said(
    r2p: Run, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.state.parent.mkdir()
    paths.state.write_text("a file in the way")
    break_paths(monkeypatch, ZeroDivisionError())
    result = r2p("paths")
    assert result.status == ExitCode.FAILED
    assert "could not be written" in result.err


def test_a_log_that_grew_large_is_put_aside(r2p: Run, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    paths.log.parent.mkdir(parents=True)
    paths.log.write_text("x" * 1_000_001)
    break_paths(monkeypatch, ZeroDivisionError())
    r2p("paths")
    assert paths.log.stat().st_size < 10_000
    assert paths.log.with_suffix(".old.log").stat().st_size == 1_000_001


def test_what_the_system_refuses_is_a_sentence_not_a_defect(
    r2p: Run, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_paths(monkeypatch, PermissionError(13, "Permission denied", "/somewhere/file"))
    result = r2p("paths")
    assert result.status == ExitCode.FAILED
    assert result.err.startswith("r2p: /somewhere/file cannot be used: Permission denied.\n")
    assert not paths.log.exists()


def test_ctrl_c_ends_with_130(r2p: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    break_paths(monkeypatch, KeyboardInterrupt())
    result = r2p("paths")
    assert result.status == ExitCode.INTERRUPTED
    assert "Traceback" not in result.err


def break_paths(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(_options: object) -> ExitCode:
        raise error

    monkeypatch.setattr(paths, "run", fail)


def test_nothing_that_is_made_is_open_to_others(r2p: Run, home: Path) -> None:
    assert r2p("surprise", "x").status == ExitCode.OK
    made = [home, *home.rglob("*")]
    assert len(made) > 2
    assert [path for path in made if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("arguments", [[], ["demo"]])
@pytest.mark.parametrize("term", ["dumb", "xterm-256color"])
def test_without_a_usable_terminal_the_command_to_use_is_named(arguments: list[str], term: str) -> None:
    result = subprocess.run(
        [*R2P, *arguments], env={**os.environ, "TERM": term}, stdin=subprocess.DEVNULL, capture_output=True
    )
    assert (result.returncode, result.stdout) == (ExitCode.USAGE, b"")
    assert b"r2p triage --json" in result.stderr
    assert b"\x1b" not in result.stderr


def test_a_closed_pipe_is_quiet() -> None:
    process = subprocess.Popen([*R2P, "completions", "fish"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    with process:
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_finds_no_room_is_said() -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run([*R2P, "paths"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == ExitCode.FAILED
    assert result.stderr.startswith("r2p: The output cannot be written: No space left")
    assert len(result.stderr.splitlines()) == 2


def test_closed_streams_do_no_harm() -> None:
    command = f'"{sys.executable}" -m r2p_tui paths >&- 2>&-'
    assert subprocess.run(command, shell=True).returncode == ExitCode.OK

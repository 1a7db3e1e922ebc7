"""Whatever a title, a note or a file name holds, only harmless text leaves a command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.services.desk import Desk
from r2p_tui.store.reading import Note, RedFlag, Viability
from r2p_tui.store.surprises import Surprise
from r2p_tui.text import clean
from tests.cli.conftest import NOW, Result, Run, put

PAYLOADS = (
    "[@click=app.quit]nice[/]",
    "[/",
    "a\x1b]52;c;ZXZpbA==\x07b",
    "\x1b[2J\x1b[6n\x1bP+q\x1b\\",
    "\x9b31m\x9d0;x\x9c",
    "safe\u202egnp.exe",
    "\u2066isolated\u2069\u200e",
    "nul\x00del\x7f\x08\x08",
    "re\rturn\nnew\x0b\x0cline\u2028",
    "%s %(x)s {0} \\u001b",
    "w" * 5000,
)
EVERYTHING = " ".join(PAYLOADS)


@pytest.fixture
def keys(desk: Desk) -> list[str]:
    """A store whose every text is hostile, as if nothing had been cleaned when it came in."""
    keys = put(desk, *PAYLOADS, EVERYTHING, abstract=EVERYTHING, authors=(EVERYTHING,))
    with desk.store.write() as session:
        for number in range(1, len(keys) + 1):
            session.add(note(number))
            session.add(RedFlag(paper_id=number, kind="toy data", evidence=EVERYTHING, flagged_at=NOW))
            session.add(
                Viability(paper_id=number, dimension="robustness", score=2, evidence=EVERYTHING, rated_at=NOW)
            )
            session.add(
                Surprise(
                    text=EVERYTHING, paper_id=number, claim=EVERYTHING, branch=EVERYTHING, created_at=NOW
                )
            )
    return keys


def note(paper_id: int) -> Note:
    return Note(
        paper_id=paper_id,
        summary=EVERYTHING,
        key_insight=EVERYTHING,
        body=EVERYTHING,
        answers={"main": EVERYTHING, EVERYTHING: EVERYTHING},
        created_at=NOW,
        updated_at=NOW,
    )


def assert_harmless(result: Result) -> None:
    for text in (result.out, result.err):
        assert clean(text) == text
        assert "\x1b" not in text
        assert not set(text.encode()) & {*range(0x09), *range(0x0B, 0x20), 0x7F}


LISTS = (["triage"], ["search"], ["surprises"])


@pytest.mark.parametrize("command", LISTS, ids=str)
def test_lists_show_it_as_text(r2p: Run, keys: list[str], command: list[str]) -> None:
    result = r2p(*command)
    assert result.status == ExitCode.OK
    assert_harmless(result)
    assert "[@click=app.quit]nice[/]" in result.out
    assert "w" * 5000 in result.out
    assert len(result.out.splitlines()) == len(keys)


@pytest.mark.parametrize("command", LISTS, ids=str)
def test_lists_fit_a_terminal_of_80_columns(
    r2p: Run, keys: list[str], command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = r2p(*command)
    assert len(result.out.splitlines()) == len(keys)
    assert max(map(len, result.out.splitlines())) <= 80


@pytest.mark.parametrize("command", LISTS, ids=str)
def test_json_escapes_it_and_loses_nothing(r2p: Run, keys: list[str], command: list[str]) -> None:
    result = r2p(*command, "--json")
    assert_harmless(result)
    assert result.out.isascii()
    assert "\\u001b]52;c" in result.out
    rows = next(value for value in json.loads(result.out).values() if isinstance(value, list))
    told = {row.get("title") or row.get("text") for row in rows}
    assert EVERYTHING in told


def test_a_paper_is_shown_as_text(r2p: Run, keys: list[str]) -> None:
    for key in keys:
        result = r2p("show", key)
        assert result.status == ExitCode.OK
        assert_harmless(result)
        assert max(map(len, result.out.splitlines())) <= 80


def test_a_paper_as_json_is_what_the_store_holds(r2p: Run, keys: list[str]) -> None:
    result = r2p("show", keys[-1], "--json")
    assert_harmless(result)
    values = json.loads(result.out)
    assert (values["title"], values["abstract"], values["authors"]) == (EVERYTHING, EVERYTHING, [EVERYTHING])
    assert values["note"]["answers"][EVERYTHING] == EVERYTHING


@pytest.mark.parametrize("command", [["triage", "keep"], ["add"]], ids=str)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_what_was_done_to_it_is_told_as_text(
    r2p: Run, keys: list[str], command: list[str], form: list[str]
) -> None:
    result = r2p(*command, *keys, *form)
    assert result.status == ExitCode.OK
    assert_harmless(result)


@pytest.mark.parametrize(
    "command",
    [
        "", "show", "add", "search cat:", "sync", "triage", "triage keep", "surprise", "surprise --json",
        "surprise x --kind", "surprise x --paper", "surprises link 1", "surprises --paper", "restore",
        "completions", "paths --limit", "search --limit",
    ],
)  # fmt: skip
def test_what_the_user_typed_comes_back_as_text(r2p: Run, command: str) -> None:
    for payload in PAYLOADS:
        assert_harmless(r2p(*command.split(), payload.replace("\x00", "\x01")))


@pytest.mark.parametrize("command", ["paths", "doctor", "backup", "restore", "show x", "surprises"])
def test_a_home_with_a_hostile_name(r2p: Run, tmp_path: Path, command: str) -> None:
    home = tmp_path / "\x1b]52;c;x\x07\u202e"
    home.mkdir()
    assert_harmless(r2p("--home", str(home), *command.split()))
    assert_harmless(r2p("--home", str(home), *command.split(), "--json"))


def test_a_terminal_gets_no_sequence_but_our_own(keys: list[str]) -> None:
    master, slave = os.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    command = [sys.executable, "-m", "r2p_tui", "show", keys[-1]]
    process = subprocess.Popen(command, stdout=slave, stderr=slave, stdin=subprocess.DEVNULL, env=environment)
    os.close(slave)
    written = b""
    while chunk := read(master):
        written += chunk
    os.close(master)
    assert process.wait() == ExitCode.OK
    assert b"\x1b[1mAbstract\x1b[0m" in written
    assert b"\x1b" not in written.replace(b"\x1b[1m", b"").replace(b"\x1b[0m", b"")


def read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # what Linux says when the other end is closed
        return b""

"""The whole program in a real terminal: however it ends, and whatever the terminal does."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pty_harness import PtyProgram, python
from tests.tui.test_terminal import assert_restored, last_words

R2P = python("-m", "r2p_tui", "--offline")
BROKEN = python("-m", "tests.tui.broken_program", "--offline")


@contextmanager
def opened(home: Path, command: list[str] = R2P) -> Iterator[PtyProgram]:
    """r2p on Today, with an empty library of its own."""
    with PtyProgram(command, environ={"R2P_HOME": str(home)}) as program:
        program.wait_for_text("Morning")
        program.settle()
        yield program


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_quietly(home: Path, number: int) -> None:
    with opened(home) as program:
        program.signal(number)
        assert program.wait() == 128 + number
        assert_restored(program)
        assert b"r2p ended" not in program.raw


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_a_sudden_death_leaves_a_sane_terminal(home: Path, number: int) -> None:
    with opened(home) as program:
        os.kill(program.children()[0], number)
        assert program.wait() == 128 + number
        assert_restored(program)
        assert signal.Signals(number).name.encode() in last_words(program)


def test_a_defect_in_a_screen_is_one_line(home: Path) -> None:
    with opened(home, BROKEN) as program:
        program.press("?")
        assert program.wait() == 1
        assert_restored(program)
        said = last_words(program)
        assert said.startswith(b"r2p ended unexpectedly (an error in r2p).")
        assert said.count(b"\n") == 1
        assert b"click" not in program.raw
        log = (home / "state/r2p.log").read_text()
        assert "ValueError: [@click=app.quit]nice[/]" in log
        assert "\x1b" not in log


def test_a_dumb_terminal_gets_a_sentence(home: Path) -> None:
    for name in ("dumb", ""):
        with PtyProgram(R2P, environ={"TERM": name, "R2P_HOME": str(home)}) as program:
            assert program.wait() == 2
        assert b"\x1b" not in program.raw
        assert b"r2p triage --json" in program.raw


@pytest.mark.parametrize("command", [R2P, python("-m", "r2p_tui", "demo")])
def test_no_terminal_gets_a_sentence(home: Path, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"\x1b" not in done.stderr
    assert b"r2p triage --json" in done.stderr


def test_a_storm_of_sizes_does_not_end_it(home: Path) -> None:
    chance = random.Random(7)
    with opened(home) as program:
        for turn in range(200):
            program.resize(
                chance.choice((1, 2, 5, 20, 39, 80, 99, 150, 300)), chance.choice((1, 2, 9, 24, 60))
            )
            if turn % 20 == 0:
                program.press(chance.choice("123"))
            program.settle(0.01)
        before = len(program.raw)
        program.resize(80, 24)
        program.press("3")
        program.wait_for_bytes(b"The library is empty.", start=before)
        assert b"Traceback" not in program.raw
        program.press("ctrl+q")
        assert program.wait() == 0


def test_bytes_of_old_mouse_reports_do_not_end_it(home: Path) -> None:
    with opened(home) as program:
        program.write(b"\x1b[M \xc8\x50\x1b[M#\xff\xfe\xff\xfe\x80")
        program.press("?")
        program.wait_for_text("Keys")

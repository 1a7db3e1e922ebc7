"""However r2p ends, the terminal is as it was before."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from r2p_tui.terminal import unusable_terminal
from r2p_tui.tui.driver_guard import TerminalDecoder
from tests.pty_harness import PATIENCE, ROOT, PtyProgram, python

# Alternate screen, mouse, bracketed paste and focus reports off, cursor on.
RESTORED = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?1004l", b"\x1b[?25h")
GUARDED = python("-m", "tests.tui.guarded_program")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[PtyProgram]:
    with PtyProgram(GUARDED, cwd=tmp_path, environ={"PYTHONPATH": str(ROOT)}) as running:
        running.wait_for_text("ready")
        running.settle(0.1)
        yield running


def assert_restored(program: PtyProgram, start: int = 0) -> None:
    missing = [sequence for sequence in RESTORED if sequence not in program.raw[start:]]
    assert not missing, bytes(program.raw[start:])
    assert program.terminal_attributes() == program.before


def last_words(program: PtyProgram) -> bytes:
    """What was written after the terminal was put back."""
    return bytes(program.raw).rpartition(b"\x1b[0m")[2]


def test_quitting_says_nothing_and_logs_nothing(program: PtyProgram, tmp_path: Path) -> None:
    program.press("q")
    assert program.wait() == 0
    assert_restored(program)
    assert b"r2p ended" not in program.raw
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_app_save_and_leave(program: PtyProgram, number: int, tmp_path: Path) -> None:
    receiver = program.children()[0] if number == signal.SIGINT else program.pid
    os.kill(receiver, number)
    assert program.wait() == 128 + number
    assert_restored(program)
    assert (tmp_path / "saved").read_text() == f"{number}\n"
    assert b"r2p ended" not in program.raw


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_killed_app_leaves_a_sane_terminal(program: PtyProgram, number: int, tmp_path: Path) -> None:
    if number == signal.SIGABRT:
        program.press("a")
    else:
        os.kill(program.children()[0], number)
    assert program.wait() == 128 + number
    assert_restored(program)
    name = signal.Signals(number).name
    said = last_words(program)
    assert said.startswith(f"r2p ended unexpectedly ({name}).".encode())
    assert said.endswith(b"The details are in state/crash.log.\r\n")
    log = tmp_path / "state/crash.log"
    assert f"ended by {name}" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_native_crash_is_logged_with_its_stack(program: PtyProgram, tmp_path: Path) -> None:
    program.press("a")
    program.wait()
    assert "in action_abort" in (tmp_path / "state/crash.log").read_text()


def test_an_exception_is_one_line_and_a_log_entry(program: PtyProgram, tmp_path: Path) -> None:
    program.press("e")
    assert program.wait() == 1
    assert_restored(program)
    said = last_words(program)
    assert said.startswith(b"r2p ended unexpectedly (an error in r2p).")
    assert said.count(b"\n") == 1
    assert b"\x1b" not in said
    assert b"@click" not in program.raw
    log = (tmp_path / "state/crash.log").read_text()
    assert "ValueError: [@click=app.quit]nice[/]" in log
    assert "\x1b" not in log


def test_a_hanging_app_is_ended_all_the_same(program: PtyProgram, tmp_path: Path) -> None:
    program.press("h")
    program.wait_until(lambda: (tmp_path / "hangs").exists(), "the hang")
    program.signal(signal.SIGTERM)
    assert program.wait() == 128 + signal.SIGTERM
    assert_restored(program)


def test_the_app_leaves_when_its_guard_is_killed(program: PtyProgram, tmp_path: Path) -> None:
    app = program.children()[0]
    program.signal(signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while _is_running(app) and time.monotonic() < deadline:
        program.settle(0.1)
    assert not _is_running(app)
    assert_restored(program)
    assert (tmp_path / "saved").exists()


def test_a_closed_terminal_ends_both(tmp_path: Path) -> None:
    with PtyProgram(GUARDED, cwd=tmp_path, environ={"PYTHONPATH": str(ROOT)}) as program:
        program.wait_for_text("ready")
        app = program.children()[0]
        program.hang_up()
        assert program.wait() == 128 + signal.SIGHUP
        assert not _is_running(app)
    assert (tmp_path / "saved").exists()


LATE_SIGNAL = """
import os, signal, sys
from r2p_tui import terminal

wait = os.waitpid

def wait_and_be_told(*arguments):
    ended = wait(*arguments)
    os.kill(os.getpid(), signal.SIGHUP)
    return ended

os.waitpid = wait_and_be_told
sys.exit(terminal.run_guarded(lambda: 7))
"""


def test_a_signal_that_comes_after_the_end_changes_nothing(tmp_path: Path) -> None:
    with PtyProgram(python("-c", LATE_SIGNAL), cwd=tmp_path, environ={"PYTHONPATH": str(ROOT)}) as program:
        assert program.wait() == 7
    assert b"Error" not in program.raw


def test_suspending_without_a_shell_goes_on(program: PtyProgram) -> None:
    program.press("ctrl+z")
    program.wait_for_bytes(b"\x1b[?1049l")
    program.press("w")
    program.wait_for_text("key w")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell with job control")
def test_suspending_under_a_shell_returns_to_it_and_back(tmp_path: Path) -> None:
    shell = ["bash", "--norc", "--noprofile", "-i"]
    environ = {"PYTHONPATH": str(ROOT), "PS1": "prompt> ", "HISTFILE": "/dev/null"}
    with PtyProgram(shell, cwd=tmp_path, environ=environ) as bash:
        bash.wait_for_text("prompt>")
        bash.press(" ".join(GUARDED), "enter")
        bash.wait_for_text("ready")
        bash.press("ctrl+z")
        bash.wait_for_bytes(b"Stopped")
        bash.press("fg", "enter")
        bash.wait_for_bytes(b"\x1b[?1049h", start=bash.raw.find(b"Stopped"))
        bash.settle()
        bash.press("w")
        bash.wait_for_text("key w")
        bash.press("q")
        bash.settle()
        bash.press("echo status $?", "enter")
        bash.wait_for_text("status 0")
        bash.press("exit", "enter")
        bash.wait()


def test_bytes_of_old_mouse_reports_do_not_end_the_app(program: PtyProgram) -> None:
    program.write(b"\x1b[M \xc8\x50" + b"\x1b[M#\xff\xfe" + b"\x1b[MC\x90\x90" + b"\xff\xfe\x80")
    program.press("w")
    program.wait_for_text("key w")


def test_old_mouse_reports_become_modern_ones() -> None:
    decoder = TerminalDecoder()
    assert decoder.decode(b"a\x1b[M \x21\xc8") == "a\x1b[<0;1;168M"
    assert decoder.decode(b"\x1b[M#\x22\x23") == "\x1b[<0;2;3m"
    assert (
        decoder.decode(b"\x1b[M") + decoder.decode(b"C\xff") + decoder.decode(b"\xffz")
        == "\x1b[<35;223;223Mz"
    )


def test_letters_in_pieces_are_decoded_and_junk_is_replaced() -> None:
    decoder = TerminalDecoder()
    assert decoder.decode("ü".encode()[:1]) + decoder.decode("ü".encode()[1:]) == "ü"
    assert decoder.decode(b"\xffx") == "\ufffdx"
    with pytest.raises(EOFError):
        decoder.decode(b"")
    assert decoder.decode(b"", final=True) == ""


@pytest.mark.parametrize("name", ["", "dumb", "unknown"])
def test_a_terminal_without_screens_is_named(name: str) -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as stream:
        sentence = unusable_terminal({"TERM": name}, stream, stream)
        usable = unusable_terminal({"TERM": "xterm-256color"}, stream, stream)
    os.close(master)
    assert usable is None
    assert sentence is not None
    assert f"“{name}”" in sentence
    assert "r2p triage --json" in sentence


def test_no_terminal_is_said(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as stream:
        assert "need a terminal" in str(unusable_terminal({"TERM": "xterm"}, stream, stream))
    assert "need a terminal" in str(unusable_terminal({"TERM": "xterm"}, sys.__stdin__, stream))  # closed
    assert "need a terminal" in str(unusable_terminal({"TERM": "xterm"}, None, None))


def _is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False

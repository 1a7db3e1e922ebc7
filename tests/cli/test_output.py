from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.cli import output
from r2p_tui.cli.output import display_width, fit, pad, wrap
from r2p_tui.cli.progress import Progress
from r2p_tui.errors import UsageError
from r2p_tui.text import clean


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("检测", 4), ("e\u0301", 1), ("a🙂b", 4), ("ｱ", 1), ("\u200d", 0)],
)
def test_width_in_cells(text: str, width: int) -> None:
    assert display_width(text) == width


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_a_fitted_text_never_takes_more_room(text: str, width: int) -> None:
    assert display_width(fit(text, width)) <= width


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_a_padded_text_takes_the_room_it_was_given(text: str, width: int) -> None:
    for side in "<>":
        assert display_width(pad(text, width, side)) == max(display_width(text), width)


@given(st.text(), st.integers(min_value=12, max_value=100))
def test_wrapping_keeps_every_character_within_the_width(text: str, width: int) -> None:
    lines = list(wrap(text, width, "  "))
    assert all(display_width(line) <= width for line in lines)
    kept = "".join("".join(line.split()) for line in lines)
    assert kept == "".join(clean(text).split())


def test_a_word_longer_than_a_line_is_broken() -> None:
    assert list(wrap("ab " + "x" * 25, 10)) == ["ab", "x" * 10, "x" * 10, "x" * 5]


def test_columns_align_with_wide_characters(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    output.table(
        [("1", "", "检测", "a long title, too long"), ("10", "", "cv", "检测检测检测检测")], align=">"
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines == [" 1  检测  a long title,…", "10  cv    检测检测检测…"]
    assert all(display_width(line) <= 24 for line in lines)


def test_a_pipe_gets_the_last_column_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    output.table([("1", "x" * 5000)])
    assert capsys.readouterr().out == "1  " + "x" * 5000 + "\n"


@given(
    st.recursive(
        st.text() | st.none() | st.floats(allow_nan=False), lambda inner: st.lists(inner, max_size=3)
    )
)
def test_json_is_printable_ascii_and_reads_back(value: object) -> None:
    class Sink:
        text = ""

        def write(self, text: str) -> None:
            self.text += text

    sink, before = Sink(), sys.stdout
    sys.stdout = sink
    try:
        output.write_json({"value": value})
    finally:
        sys.stdout = before
    assert all(character == "\n" or " " <= character <= "~" for character in sink.text)
    assert json.loads(sink.text) == {"value": value}


def test_json_times_are_utc_and_paths_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_json({"at": datetime(2026, 11, 20, 8, 2, tzinfo=UTC), "path": Path("/a")})
    assert json.loads(capsys.readouterr().out) == {"at": "2026-11-20T08:02:00.000Z", "path": "/a"}


def test_an_error_is_a_sentence_and_a_hint_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    output.complain(UsageError("It is\x1b[2J wrong.", "Mend it."))
    assert capsys.readouterr() == ("", "r2p: It is�[2J wrong.\n  Mend it.\n")


class Terminal:
    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True


@pytest.fixture
def use_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """Called in the test itself, because pytest changes the streams between fixture and test."""

    def use() -> Terminal:
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setattr(sys, "stderr", terminal)
        return terminal

    monkeypatch.setenv("TERM", "xterm-256color")
    return use


def test_a_style_shows_on_a_terminal(use_terminal: Callable[[], Terminal]) -> None:
    terminal = use_terminal()
    output.write("fail", style="red")
    assert terminal.text == "\x1b[31mfail\x1b[0m\n"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "")])
def test_no_colour_where_none_is_wanted(
    use_terminal: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    terminal = use_terminal()
    monkeypatch.setenv(name, value)
    output.write("fail", style="red")
    assert terminal.text == "fail\n"


def test_progress_is_one_line_that_leaves_nothing(
    use_terminal: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = use_terminal()
    monkeypatch.setenv("COLUMNS", "60")
    with Progress() as progress:
        progress.show("cs.CV feed", 0, 2)
        progress.show("cs.LG \x1b]0;title\x07" + "x" * 100, 1, 2)
    assert "\n" not in terminal.text
    drawn = terminal.text.split("\r\x1b[K")
    assert drawn[0] == drawn[-1] == ""
    assert drawn[1] == f"[{'.' * 24}] cs.CV feed 0 of 2"
    assert drawn[2].startswith(f"[{'#' * 12}{'.' * 12}] cs.LG �]0;title�x")
    assert all(display_width(line) < 60 and "\x1b" not in line for line in drawn)


def test_progress_without_a_terminal_is_a_line_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.show("cs.CV feed", 0, 2)
        progress.show("cs.CV feed", 0, 2)
        progress.show("harvest", 1500, None)
    assert capsys.readouterr() == ("", "cs.CV feed 0 of 2\nharvest 1,500\n")

"""Whatever the store holds, only the app's own sequences reach the terminal, and text is shown as text."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import pytest
from textual.widget import Widget

from r2p_tui.config import load_settings
from r2p_tui.paths import Paths, under
from r2p_tui.services.desk import Desk
from r2p_tui.tui.app import R2PApp
from tests.pty_harness import PtyProgram, python
from tests.tui.hostile_library import LITERAL, NOW, PAPERS, fill
from tests.tui.settling import settled

# What the app and its guard write: styles, places, modes, the keyboard protocol, a query, the pointer shape.
OWN_SEQUENCE = re.compile(
    rb"\x1b7|\x1b\[[0-9;]*[mH]|\x1b\[\?[0-9]+[hl]|\x1b\[[<>][0-9]*u|\x1b\[\?[0-9]+\$p|\x1b\]22;[a-z-]*\x07"
)
COPY = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
FORBIDDEN = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = under(tmp_path_factory.mktemp("hostile"))
    fill(paths)
    return paths


@pytest.fixture(
    params=[
        pytest.param((80, 24), id="80x24"),
        pytest.param((120, 40), id="120x40", marks=pytest.mark.slow),
    ]
)
def program(request: pytest.FixtureRequest, hostile: Paths) -> Iterator[PtyProgram]:
    columns, rows = request.param
    home = {"R2P_HOME": str(hostile.data.parent)}
    with PtyProgram(
        python("-m", "r2p_tui", "--offline"), columns=columns, rows=rows, environ=home
    ) as running:
        running.wait_for_text("Morning")
        yield running


def step(program: PtyProgram, *keys: str, quiet: float = 0.06) -> str:
    """Press keys one by one; the text of the screen after the last one."""
    for key in keys:
        program.press(key)
        program.settle(quiet)
        assert program.status is None, f"ended after {key}:\n{program.text()}"
    return program.text()


def assert_only_own_bytes(program: PtyProgram) -> None:
    raw = OWN_SEQUENCE.sub(b"", bytes(program.raw))
    for copied in COPY.findall(raw):
        text = base64.b64decode(copied).decode()
        assert FORBIDDEN.search(text.replace("\n", "")) is None
    text = COPY.sub(b"", raw).decode("utf-8", "replace")
    found = FORBIDDEN.search(text)
    assert found is None, text[max(found.start() - 200, 0) : found.end() + 60].encode("unicode_escape")


def test_nothing_foreign_reaches_the_terminal(program: PtyProgram) -> None:
    _walk_triage(program)
    _walk_library(program)
    _walk_paper(program)
    _walk_tables(program)
    _walk_citations(program)
    _walk_rows_of_all_papers(program)
    step(program, "1", "?", "escape", "s", "escape", "2", "ctrl+p")
    step(program, "quit", "escape", quiet=0.2)
    _leave(program)


def test_nothing_foreign_in_radar_and_predictions_reaches_the_terminal(program: PtyProgram) -> None:
    _walk_radar(program)
    _walk_predictions(program)
    _leave(program)


def _leave(program: PtyProgram) -> None:
    assert_only_own_bytes(program)
    program.press("ctrl+q")
    assert program.wait() == 0
    assert_only_own_bytes(program)


def _walk_triage(program: PtyProgram) -> None:
    program.press("2")
    program.wait_for_text(f"{len(PAPERS)} left")
    seen = step(program, "g", "space", "space", "space")
    for _ in PAPERS:
        seen += step(program, "j")
    assert [paper.shown for paper in PAPERS if paper.shown not in seen] == []
    _search_for(program, "[@click", hides="k keep")
    step(program, "escape", "escape")


def _search_for(program: PtyProgram, words: str, hides: str) -> None:
    """Type into the search line; while it has the focus the footer does not offer keys that are letters."""
    program.press("/")
    program.wait_until(lambda: hides not in program.text(), "the search line")
    step(program, words, quiet=0.2)


def _walk_library(program: PtyProgram) -> None:
    program.press("3")
    program.wait_for_text("kept first")
    seen = step(program, "g", "j", "j", quiet=0.2)
    for _ in PAPERS:
        seen += step(program, "j")
    assert [text for text in LITERAL if text not in seen] == []
    _search_for(program, "nice", hides="c clear")
    program.wait_for_text("best match first")
    step(program, "enter", "c", quiet=0.2)


def _walk_paper(program: PtyProgram) -> None:
    """A draft that a window left, the overview, the note, and what hangs on the paper."""
    program.press("g", "enter")
    program.wait_for_text("Unsaved typing")
    step(program, "s", "escape", quiet=0.2)
    program.wait_for_text("1 min")
    step(program, "l", "n", "escape", "f", "escape", "r", "escape", "h", "y", "Y", "p", quiet=0.2)
    step(program, "escape", "escape", "escape", quiet=0.2)


def _walk_tables(program: PtyProgram) -> None:
    """Every cell of a table, what is said of it, what may be done with it, and the claim that is kept."""
    program.press("3")
    program.wait_for_text("kept first")
    program.press("g", "t")
    program.wait_for_text("Unsaved typing")
    step(program, "escape", quiet=0.2)
    program.wait_for_text("] next")
    seen = ""
    for _ in PAPERS:
        seen += step(program, "j")
    assert [text for text in LITERAL if text not in seen] == []
    step(program, "E", "1", "g", "l", "b", "i", "escape", "E", "c", "escape", "escape", quiet=0.1)
    step(program, "y", "Y", "r", "Y", "m", "Y", "c", "Y", "t", "v", "v", "]", "[", quiet=0.1)
    program.press("g", "j", "p")
    program.wait_for_text("rows differ")
    step(program, "escape", "m", quiet=0.3)
    program.wait_for_text("Keep a claim")
    step(program, "escape", "L", "L", quiet=0.2)
    program.wait_for_text("x drop")
    step(program, "y", "s", "escape", "enter", quiet=0.2)
    program.wait_for_text("] next")
    step(program, "escape", quiet=0.2)


def _walk_citations(program: PtyProgram) -> None:
    """Every citing work with its sentences, what may be done with one, and the works that cite it."""
    program.press("3")
    program.wait_for_text("kept first")
    program.press("g", "C")
    program.wait_for_text("Unsaved typing")
    step(program, "escape", quiet=0.2)
    program.wait_for_text("works cite it")
    seen = step(program, "g", quiet=0.2)
    for _ in PAPERS:
        seen += step(program, "j")
    assert [text for text in LITERAL if text not in seen] == []
    step(program, "g", "y", "o", "i", "e", "escape", "b", "b", "s", "T", "escape", "E", "escape", quiet=0.1)
    step(program, "k", "l", "u", "R", "tab", "tab", "enter", "backspace", "H", "H", "R", quiet=0.1)
    step(program, "escape", "escape", quiet=0.1)


def _walk_rows_of_all_papers(program: PtyProgram) -> None:
    program.press("A")
    program.wait_for_text("Type a question")
    step(program, "mosaic", quiet=0.5)
    program.wait_for_text("rows of 17 papers")
    program.press("enter")
    program.wait_for_text("y copy")
    step(program, "y", "w", "w", quiet=0.3)
    program.wait_for_text("rows of 17 papers")
    seen = program.text()
    for _ in PAPERS:
        seen += step(program, "j")
    assert LITERAL[0] in seen
    program.press("enter")
    program.wait_for_text("Unsaved typing")
    step(program, "escape", quiet=0.2)
    program.wait_for_text("] next")
    step(program, "escape", "escape", "escape", quiet=0.2)


def _walk_radar(program: PtyProgram) -> None:
    """Every technique in the table and in the plot, all that is known of one, and each dialog about it."""
    program.press("6")
    program.wait_for_text(f"{len(PAPERS)} techniques")
    seen = step(program, "g", "v", quiet=0.2)
    for _ in PAPERS:
        seen += step(program, "j")
    seen += step(program, "v", "v", "g", quiet=0.2)
    for _ in PAPERS:
        seen += step(program, "j")
    assert [text for text in LITERAL if text[:20] not in seen] == []
    step(program, "m", "escape", "e", "escape", "N", "escape", "f", "2", "escape", quiet=0.2)
    step(program, "c", "b", "y", "enter", "space", "escape", "w", "escape", "p", "escape", quiet=0.2)


def _walk_predictions(program: PtyProgram) -> None:
    """Every prediction in each view; verdicts, what was missed, one taken back; all that was written."""
    program.press("7")
    program.wait_for_text("Due 1")
    seen = step(program, "g", quiet=0.3)
    for _ in PAPERS:
        seen += step(program, "j")
    assert [text for text in LITERAL if text[:20] not in seen] == []
    step(program, "v", "v", "v", "v", "e", "g", "enter", "escape", "u", "escape", "c", quiet=0.2)
    step(program, "g", "y", "nothing", "enter", "a", "half", "enter", "enter", quiet=0.3)
    step(program, "G", "U", "wrong", "enter", "/", "nice", "enter", "escape", quiet=0.3)


@pytest.mark.parametrize("mode", ["1", "2", "3", "6", "7"])
async def test_no_style_carries_an_action(hostile: Paths, mode: str) -> None:
    settings = load_settings(hostile.config_file)
    app = R2PApp(hostile, settings, lambda: Desk(hostile, settings, offline=True), now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(mode)
        for key in ("j", "enter", "escape", "l"):
            await settled(pilot)
            assert [action for widget in app.screen.walk_children() for action in _actions(widget)] == []
            await pilot.press(key)


@pytest.mark.parametrize("keys", ["t", "ti", "tE", "tm", "tp", "t\t", "A"])
async def test_no_style_of_a_table_carries_an_action(hostile: Paths, keys: str) -> None:
    settings = load_settings(hostile.config_file)
    app = R2PApp(
        hostile, settings, lambda: Desk(hostile, settings, offline=True), start="library", now=lambda: NOW
    )
    async with app.run_test(size=(160, 45)) as pilot:
        for key in ("", *keys):
            await settled(pilot)
            await pilot.press(*([{"\t": "tab"}.get(key, key)] if key else []))
        if keys == "A":
            await pilot.press(*"mosaic")
        await settled(pilot)
        assert [action for widget in app.screen.walk_children() for action in _actions(widget)] == []


def _actions(widget: object) -> Iterator[str]:
    """The click actions in the styles of what a widget draws, but for the keys in the footer."""
    if not isinstance(widget, Widget) or widget.id == "footer":
        return
    for line in range(widget.size.height):
        for segment in widget.render_line(line):
            if segment.style is not None:
                yield from (f"{widget!r}: {key}" for key in segment.style.meta if key.startswith("@"))

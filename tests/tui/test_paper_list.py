"""The list draws what is on screen and nothing else, whatever the titles hold."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from r2p_tui.domain.papers import PaperRow
from r2p_tui.tui.widgets.paper_list import PaperList
from r2p_tui.tui.widgets.row_list import Cell, fit

drawn: list[int] = []


def columns(row: PaperRow, width: int) -> Sequence[Cell]:
    drawn.append(row.paper_id)
    return ((fit(row.title, width), "title"),)


class ListApp(App[None]):
    def __init__(self, rows: list[PaperRow]) -> None:
        super().__init__()
        self._papers = rows
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield PaperList(columns)

    def on_mount(self) -> None:
        self.papers.show(self._papers)

    @property
    def papers(self) -> PaperList:
        return self.query_one(PaperList)

    def on_paper_list_marked(self, event: PaperList.Marked) -> None:
        self.heard.append(f"marked {event.row.paper_id}" if event.row else "nothing")

    def on_paper_list_opened(self, event: PaperList.Opened) -> None:
        self.heard.append(f"opened {event.row.paper_id}")


def rows(count: int) -> list[PaperRow]:
    return [PaperRow(number, f"2611.{number:05}", f"Paper {number}", "cs.CV") for number in range(count)]


@given(st.text(max_size=60), st.integers(0, 40))
def test_a_title_has_exactly_the_width_asked_for(title: str, width: int) -> None:
    line = fit(title, width)
    assert cell_len(line) == width
    assert "\n" not in line and "\x1b" not in line


async def test_only_the_lines_on_screen_are_drawn() -> None:
    app = ListApp(rows(10_000))
    async with app.run_test(size=(60, 20)) as pilot:
        drawn.clear()
        await pilot.press("G")
        await pilot.pause()
        assert app.papers.cursor == 9_999
        assert 0 < len(drawn) < 200


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        (["j", "j"], 2),
        (["down", "k"], 0),
        (["G"], 49),
        (["G", "g"], 0),
        (["n"], 1),
        (["pagedown"], 19),
        (["up"], 0),
    ],
)
async def test_keys_move_the_cursor(keys: list[str], cursor: int) -> None:
    app = ListApp(rows(50))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press(*keys)
        assert app.papers.cursor == cursor


async def test_taking_a_row_out_marks_the_next_one_and_putting_it_back_marks_it() -> None:
    app = ListApp(rows(5))
    async with app.run_test() as pilot:
        await pilot.press("j", "j")
        taken = app.papers.take_out(2)
        assert app.papers.marked == rows(5)[3]
        app.papers.put_back(2, taken)
        assert app.papers.marked == taken
        app.papers.mark(4)
        app.papers.take_out(4)
        assert app.papers.marked == rows(5)[3]


async def test_new_rows_keep_the_cursor_on_its_paper() -> None:
    app = ListApp(rows(5))
    async with app.run_test() as pilot:
        await pilot.press("j", "j")
        app.papers.show(list(reversed(rows(5))))
        marked = app.papers.marked
        assert marked is not None and marked.paper_id == 2
        app.papers.show([])
        await pilot.pause()
        assert app.papers.marked is None
        assert app.heard[-1] == "nothing"
        await pilot.press("enter", "j", "G")
        assert "opened" not in app.heard[-1]


async def test_enter_and_a_second_click_open() -> None:
    app = ListApp(rows(5))
    async with app.run_test() as pilot:
        await pilot.press("j", "enter")
        assert app.heard[-1] == "opened 1"
        await pilot.click(PaperList, offset=(5, 3), times=2)
        await pilot.pause()
        assert app.heard[-1] == "opened 3"


async def test_hostile_titles_are_drawn_as_text() -> None:
    titles = ["[@click=app.quit]nice[/]", "[/", "\x1b]52;c;aGk=\x07x", "\u202egnp.exe", "w" * 5000]
    app = ListApp([PaperRow(n, str(n), title, "cs.CV") for n, title in enumerate(titles)])
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        lines = [app.papers.render_line(y).text for y in range(len(titles))]
        assert lines[0].rstrip() == "[@click=app.quit]nice[/]"
        assert lines[1].rstrip() == "[/"
        assert "\x1b" not in "".join(lines) and "\u202e" not in "".join(lines)
        assert lines[4].rstrip().endswith("…")

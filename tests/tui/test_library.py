"""The library: found while typing, opened with enter, added to by id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input, Static

from r2p_tui.domain.papers import PaperRow, parse_reference
from r2p_tui.errors import SourceError, StoreDamagedError
from r2p_tui.services import papers, search, triage
from r2p_tui.services.desk import Desk
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.add import AddDialog
from r2p_tui.tui.screens.library import LibraryScreen, columns
from r2p_tui.tui.screens.paper import PaperScreen
from r2p_tui.tui.widgets.paper_list import PaperList

from .conftest import NOW
from .settling import settled

MakeApp = Callable[..., R2PApp]


def titles(app: R2PApp) -> list[str]:
    return [row.title for row in app.screen.query_one(PaperList).rows]


def shown(app: R2PApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Static).content)


async def look_for(pilot: Pilot[Any], words: str) -> None:
    await pilot.press("slash", *("space" if mark == " " else mark for mark in words))
    await settled(pilot)


async def test_kept_papers_come_first(library: dict[str, int], make_app: MakeApp, desk: Desk) -> None:
    kept = library["2611.10009"]
    triage.decide(desk, kept, "keep", session_id=None, now=NOW)
    app = make_app("library")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        rows = app.screen.query_one(PaperList).rows
        assert rows[0].paper_id == kept
        assert len(rows) == 12
        assert shown(app, "#library-count") == "12 papers"
        assert shown(app, "#library-order") == "kept first, then newest"


async def test_the_list_follows_the_typing_and_enter_opens(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app("library")
    async with app.run_test() as pilot:
        await settled(pilot)
        await look_for(pilot, "quant")
        assert titles(app) == ["Post-training quantization of detection heads"]
        assert "1 paper match" in shown(app, "#library-count")
        await pilot.press("enter", "enter")
        await settled(pilot)
        assert isinstance(app.screen, PaperScreen)
        await pilot.press("escape")
        await settled(pilot)
        assert titles(app) == ["Post-training quantization of detection heads"]
        await pilot.press("escape")
        await settled(pilot)
        assert len(titles(app)) == 12
        await pilot.press("escape")
        await settled(pilot)
        assert app.current_mode == "today"


async def test_a_search_that_cannot_be_read_keeps_the_list(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app("library")
    async with app.run_test() as pilot:
        await settled(pilot)
        await look_for(pilot, "(quantization")
        assert app.screen.has_class("-refused")
        assert "(quantization" in shown(app, "#search-said")
        assert len(titles(app)) == 12
        await pilot.press("right_parenthesis")
        await settled(pilot)
        assert not app.screen.has_class("-refused")
        assert len(titles(app)) == 1


async def test_an_overtaken_search_is_never_shown(
    library: dict[str, int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    really = search.search

    def count(desk: Desk, query: str, **options: Any) -> search.SearchResult:
        asked.append(query)
        return really(desk, query, **options)

    monkeypatch.setattr(search, "search", count)
    app = make_app("library")
    async with app.run_test() as pilot:
        await settled(pilot)
        await look_for(pilot, "quantization")
        assert asked[-1] == "quantization"
        assert len(asked) < len("quantization")
        assert len(titles(app)) == 1


async def test_nothing_found_and_nothing_there_say_what_to_do(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app("library")
    async with app.run_test() as pilot:
        await settled(pilot)
        await look_for(pilot, "zzz")
        assert "Nothing is found." in shown(app, "#empty")
        assert "cat:cs.CV kept:" in shown(app, "#empty")


async def test_an_empty_library_says_how_to_fill_it(make_app: MakeApp) -> None:
    app = make_app("library")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "a adds a paper, R reads arXiv" in shown(app, "#empty")


async def test_a_damaged_store_is_told_in_place_of_the_list(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise StoreDamagedError("The store is damaged.", "r2p restore")

    monkeypatch.setattr(search, "search", fail)
    app = make_app("library")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert app.screen.has_class("-problem")
        assert "The store is damaged." in shown(app, "#problem")


async def test_adding_opens_the_paper(
    library: dict[str, int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(desk: Desk, text: str, *, now: Any) -> papers.PaperView:
        assert parse_reference(text).value == "2611.10003"
        return papers.view_paper(desk, library["2611.10003"])

    monkeypatch.setattr(papers, "add_paper", add)
    app = make_app("library")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("a", *"2611.10003", "enter")
        await settled(pilot)
        assert isinstance(app.screen, PaperScreen)
        assert app.screen.paper_id == library["2611.10003"]


async def test_adding_that_fails_says_why_and_keeps_what_was_typed(
    library: dict[str, int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise SourceError("arXiv did not answer within 30 s.", "Try again in a minute.")

    monkeypatch.setattr(papers, "add_paper", fail)
    app = make_app("library")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("a", *"nonsense", "enter")
        await settled(pilot)
        assert "is not an arXiv id" in shown(app, "#add-said")
        app.screen.query_one(Input).value = "2304.08069"
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, AddDialog)
        assert "arXiv did not answer" in shown(app, "#add-said")
        assert app.screen.query_one(Input).value == "2304.08069"
        assert app.screen.query_one(Input).has_focus


async def test_the_key_of_a_paper_is_copied(library: dict[str, int], make_app: MakeApp) -> None:
    app = make_app("library")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("y")
        assert app.clipboard in library


@pytest.mark.parametrize("width", [38, 44, 52, 60, 78, 200])
def test_a_row_is_as_wide_as_the_list(width: int) -> None:
    row = PaperRow(1, "k", "物" * 300 + "x" * 5000, "stat.ML", NOW.date(), True, "keep", 2, 4, 2, 0.5, "new")
    from rich.cells import cell_len

    assert sum(cell_len(text) for text, _ in columns(row, width)) == width


def test_every_key_has_an_id_of_its_own() -> None:
    ids = [binding.id for binding in LibraryScreen.BINDINGS if isinstance(binding, Binding)]
    assert len(ids) == len(LibraryScreen.BINDINGS) == len(set(ids))
    assert all(ids)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
@pytest.mark.parametrize("words", ["", "detection", "cat:(", "zzz"], ids=["all", "found", "refused", "none"])
def test_library_snapshot(
    snap_compare: Any,
    library: dict[str, int],
    make_app: MakeApp,
    desk: Desk,
    size: tuple[int, int],
    words: str,
) -> None:
    for place, decision in enumerate(("keep", "keep", "skip", "later")):
        triage.decide(desk, library[f"2611.1000{place}"], decision, session_id=None, now=NOW)  # type: ignore[arg-type]

    async def show(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        # What is refused leaves the papers that the letters before it found: none may be passed over.
        for key in ("slash", *words) if words else ():
            await pilot.press(key)
            await settled(pilot)

    assert snap_compare(make_app("library"), terminal_size=size, run_before=show)

"""The tables of all papers: a question finds rows, a component is compared, rows lead to their table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from r2p_tui.errors import StoreBusyError
from r2p_tui.services import ablations
from r2p_tui.services.desk import Desk
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.parts.tables import TablesPart
from r2p_tui.tui.screens import ablations as ablations_screen
from r2p_tui.tui.screens.ablations import AblationsScreen
from r2p_tui.tui.screens.paper import PaperScreen
from r2p_tui.tui.widgets.entry_list import EntryList
from r2p_tui.tui.widgets.table_grid import TableGrid

from .sample_tables import ABLATION, keep_tables, table
from .settling import settled

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]

OTHER = (
    ("setting", "AP", "AP_S"),
    ("full model", "41.0", "22.1"),
    ("without mosaic", "40.1", "20.0"),
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question is looked up as soon as it is typed, so that no test waits."""
    monkeypatch.setattr(ablations_screen, "SEARCH_AFTER_SECONDS", 0.001)


@pytest.fixture
def two_papers(library: dict[str, int], desk: Desk) -> tuple[int, int]:
    """Two papers that took mosaic away."""
    first, second = library["2611.10000"], library["2611.10001"]
    keep_tables(desk, first, [table(ABLATION)])
    keep_tables(desk, second, [table(OTHER, number="5", caption="Ablation of the augmentations.")])
    return first, second


async def open_screen(pilot: Pilots) -> AblationsScreen:
    await settled(pilot)
    await pilot.press("A")
    await settled(pilot)
    assert isinstance(pilot.app.screen, AblationsScreen)
    return pilot.app.screen


async def ask(pilot: Pilots, question: str) -> None:
    pilot.app.screen.query_one("#question", Input).value = question
    await settled(pilot)


async def press(pilot: Pilots, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def listed(screen: AblationsScreen) -> list[str]:
    return [str(option.prompt) for option in screen.query_one(EntryList).options]


def said(screen: AblationsScreen, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)


async def test_a_question_finds_rows_of_several_papers(
    two_papers: tuple[int, int], make_app: MakeApp
) -> None:
    async with make_app("library").run_test(size=(120, 40)) as pilot:
        screen = await open_screen(pilot)
        assert "Type a question" in said(screen, "#ablations-said")
        await ask(pilot, "does mosaic help")
        rows = listed(screen)
        assert "of 2 papers" in said(screen, "#ablations-count")
        row = next(row for row in rows if "no mosaic" in row)
        assert "AP 53.9 -0.9 ▼" in row and "Table 3 · page 7 · 2611.10000" in row
        assert any("without mosaic" in row and "AP_S 20.0 -2.1 ▼" in row for row in rows)


async def test_a_row_opens_its_table(two_papers: tuple[int, int], make_app: MakeApp) -> None:
    async with make_app("library").run_test(size=(120, 40)) as pilot:
        screen = await open_screen(pilot)
        await ask(pilot, "without mosaic")
        await press(pilot, "enter", "g")
        number = next(n for n, row in enumerate(listed(screen)) if "without mosaic" in row)
        await press(pilot, *(["j"] * number), "enter")
        paper = pilot.app.screen
        assert isinstance(paper, PaperScreen) and paper.tab == "tables"
        view = paper.query_one(TablesPart).view
        assert view is not None and view.key == "5"
        assert paper.query_one(TableGrid).cursor[0] == 2
        await press(pilot, "escape")
        assert pilot.app.screen is screen and len(listed(screen)) > 0


async def test_a_component_is_compared_between_papers(two_papers: tuple[int, int], make_app: MakeApp) -> None:
    async with make_app("library").run_test(size=(120, 40)) as pilot:
        screen = await open_screen(pilot)
        await ask(pilot, "mosaic")
        await press(pilot, "enter", "w")
        assert said(screen, "#ablations-view") == "what it is worth"
        rows = listed(screen)
        assert any("2611.10000" in row and "AP ▲" in row for row in rows)
        assert any("2611.10001" in row for row in rows)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PaperScreen)


async def test_keys_stay_keys_where_nothing_is_found(two_papers: tuple[int, int], make_app: MakeApp) -> None:
    async with make_app("library").run_test(size=(120, 40)) as pilot:
        screen = await open_screen(pilot)
        await ask(pilot, "without mosaic latency")
        await press(pilot, "enter", "w", "w", "y")
        assert screen.question == "without mosaic latency"


async def test_other_tables_are_searched_on_demand(
    library: dict[str, int], desk: Desk, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def search_rows(desk: Desk, question: str, *, limit: int, ablations_only: bool) -> list[Any]:
        asked.append(ablations_only)
        return []

    monkeypatch.setattr(ablations, "search_rows", search_rows)
    async with make_app("library").run_test(size=(120, 40)) as pilot:
        screen = await open_screen(pilot)
        await ask(pilot, "latency")
        assert "No row answers that." in said(screen, "#ablations-said")
        screen.query_one(EntryList).focus()
        await press(pilot, "a")
        assert asked == [True, False] and said(screen, "#ablations-view") == "rows of all tables"


async def test_a_question_that_says_nothing_is_told_and_the_screen_stays(
    two_papers: tuple[int, int], make_app: MakeApp
) -> None:
    async with make_app("library").run_test(size=(120, 40)) as pilot:
        screen = await open_screen(pilot)
        await ask(pilot, "???")
        assert "nothing to look for" in said(screen, "#ablations-said")
        assert not screen.has_class("-problem")
        await ask(pilot, "")
        assert "Type a question" in said(screen, "#ablations-said")


async def test_a_store_in_trouble_is_told(
    library: dict[str, int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise StoreBusyError("Another program uses the store.", "Try again.")

    monkeypatch.setattr(ablations, "search_rows", busy)
    async with make_app("library").run_test(size=(120, 40)) as pilot:
        screen = await open_screen(pilot)
        await ask(pilot, "mosaic")
        assert "Another program uses the store." in said(screen, "#problem")


async def test_escape_leads_from_the_question_to_the_rows_and_back(
    two_papers: tuple[int, int], make_app: MakeApp
) -> None:
    async with make_app("library").run_test(size=(120, 40)) as pilot:
        screen = await open_screen(pilot)
        await ask(pilot, "mosaic")
        await press(pilot, "escape")
        assert screen.query_one(EntryList).has_focus
        await press(pilot, "A", "escape")
        assert not isinstance(pilot.app.screen, AblationsScreen)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
@pytest.mark.parametrize("view", ["empty", "rows", "worth"])
def test_ablations_snapshot(
    snap_compare: Any, two_papers: tuple[int, int], make_app: MakeApp, size: tuple[int, int], view: str
) -> None:
    async def show(pilot: Pilots) -> None:
        await open_screen(pilot)
        if view != "empty":
            await ask(pilot, "mosaic")
            await press(pilot, "enter")
        if view == "worth":
            await press(pilot, "w")

    assert snap_compare(make_app("library"), terminal_size=size, run_before=show)

"""Claims: a number under the cursor is kept, leads back to its cell, and can be named by a surprise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from r2p_tui.services import claims, surprises
from r2p_tui.services.desk import Desk
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.claim import ClaimDialog
from r2p_tui.tui.dialogs.surprise import SurpriseDialog
from r2p_tui.tui.parts.tables import TablesPart
from r2p_tui.tui.screens.paper import PaperScreen
from r2p_tui.tui.widgets.entry_list import EntryList
from r2p_tui.tui.widgets.tab_line import TabLine
from r2p_tui.tui.widgets.table_grid import TableGrid

from .conftest import NOW
from .sample_tables import keep_tables
from .settling import settled

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]


@pytest.fixture
def paper_id(library: dict[str, int], desk: Desk) -> int:
    """A paper whose tables are in the store."""
    keep_tables(desk, library["2611.10000"])
    return library["2611.10000"]


async def open_tables(pilot: Pilots, paper_id: int) -> PaperScreen:
    await settled(pilot)
    pilot.app.open_paper(paper_id, tables=True)  # type: ignore[attr-defined]
    await settled(pilot)
    assert isinstance(pilot.app.screen, PaperScreen)
    return pilot.app.screen


async def open_claims(pilot: Pilots, paper_id: int) -> PaperScreen:
    screen = await open_tables(pilot, paper_id)
    await press(pilot, "L", "L")
    return screen


async def press(pilot: Pilots, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def told(app: R2PApp) -> str:
    return "\n".join(str(note.message) for note in app._notifications)


def listed(screen: PaperScreen) -> list[str]:
    options = screen.query_one("#claims-list", EntryList).options
    return [str(option.prompt) for option in options]


def two_claims(desk: Desk, paper_id: int) -> None:
    for row, column in ((1, 3), (3, 5)):
        claims.keep_claim(desk, paper_id, "3", row, column, dataset="COCO val2017", now=NOW)


async def test_the_number_under_the_cursor_is_kept(paper_id: int, make_app: MakeApp, desk: Desk) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, paper_id)
        await press(pilot, "j", "m")
        dialog = pilot.app.screen
        assert isinstance(dialog, ClaimDialog)
        assert str(dialog.query_one("#claim-text", Static).content) == "53.9"
        assert "Table 3 · page 7" in str(dialog.query_one("#claim-place", Static).content)
        assert dialog.query_one("#claim-metric", Input).value == "AP"
        dialog.query_one("#claim-dataset", Input).value = "COCO val2017"
        dialog.query_one("#claim-hardware", Input).value = "T4"
        await press(pilot, "enter")
        (claim,) = claims.list_claims(desk, paper_id=paper_id)
        assert (claim.metric, claim.value, claim.dataset, claim.hardware) == (
            "AP",
            53.9,
            "COCO val2017",
            "T4",
        )
        assert (claim.table_key, claim.row, claim.column, claim.page) == ("3", 2, 3, 7)
        assert screen.query_one(TabLine).labels["claims"] == "Claims 1"
        await press(pilot, "j", "m")
        again = pilot.app.screen
        assert again.query_one("#claim-hardware", Input).value == "T4"
        await press(pilot, "escape")
        assert len(claims.list_claims(desk, paper_id=paper_id)) == 1


async def test_a_cell_without_a_number_is_no_claim(paper_id: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, paper_id)
        await press(pilot, "home", "m")
        assert pilot.app.screen is screen
        assert "states no number" in told(pilot.app)  # type: ignore[arg-type]


async def test_without_claims_the_screen_says_how_to_keep_one(paper_id: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        screen = await open_claims(pilot, paper_id)
        assert screen.tab == "claims"
        assert "m keeps the number under the cursor" in str(screen.query_one("#claims-said", Static).content)
        await press(pilot, "x", "y", "enter", "t")
        assert screen.tab == "tables"


async def test_a_claim_leads_back_to_its_cell(paper_id: int, make_app: MakeApp, desk: Desk) -> None:
    two_claims(desk, paper_id)
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_claims(pilot, paper_id)
        first, second = listed(screen)
        assert "latency 4.61 ms" in first and "no matching" in first
        assert "AP 54.8" in second and "COCO val2017 · T4 · Table 3 · page 7" in second
        await press(pilot, "g", "enter")
        assert screen.tab == "tables"
        view = screen.query_one(TablesPart).view
        assert view is not None and view.key == "3"
        assert screen.query_one(TableGrid).cursor == (3, 5)


async def test_a_claim_is_dropped_and_copied(paper_id: int, make_app: MakeApp, desk: Desk) -> None:
    two_claims(desk, paper_id)
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_claims(pilot, paper_id)
        await press(pilot, "g", "j", "y")
        assert pilot.app.clipboard == "AP 54.8, COCO val2017, T4, Table 3, page 7"
        await press(pilot, "k", "x")
        assert [claim.metric for claim in claims.list_claims(desk, paper_id=paper_id)] == ["AP"]
        assert len(listed(screen)) == 1 and screen.query_one(TabLine).labels["claims"] == "Claims 1"
        await press(pilot, "x")
        assert screen.query_one(TabLine).labels["claims"] == "Claims"
        assert screen.query_one("#claims-said", Static).display


async def test_a_surprise_names_the_claim(paper_id: int, make_app: MakeApp, desk: Desk) -> None:
    two_claims(desk, paper_id)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await open_claims(pilot, paper_id)
        await press(pilot, "g", "s")
        dialog = pilot.app.screen
        assert isinstance(dialog, SurpriseDialog)
        assert "latency 4.61 ms" in str(dialog.query_one("#surprise-about", Static).content)
        dialog.query_one("#surprise-text", Input).value = "9 ms here"
        dialog.query_one("#surprise-observed", Input).value = "9"
        await press(pilot, "ctrl+s")
        (surprise,) = surprises.list_surprises(desk, limit=5)
        newest = claims.list_claims(desk, paper_id=paper_id)[0]
        assert (surprise.claim_id, surprise.claimed_value) == (newest.id, 4.61)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
@pytest.mark.parametrize("keys", [(), ("g", "enter", "m"), ("g", "s")], ids=["list", "keep", "surprise"])
def test_claims_snapshot(
    snap_compare: Any,
    paper_id: int,
    make_app: MakeApp,
    desk: Desk,
    size: tuple[int, int],
    keys: tuple[str, ...],
    steady_meaning: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_claims(desk, paper_id)

    async def show(pilot: Pilots) -> None:
        await open_claims(pilot, paper_id)
        await press(pilot, *keys)
        await settled(pilot)

    monkeypatch.setattr("r2p_tui.tui.widgets.table_sheet.PICTURE_AFTER_SECONDS", 3600)
    assert snap_compare(make_app(), terminal_size=size, run_before=show)

"""Triage: one key a paper, in order, undone in reverse, never twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.widgets import Input, Static

from r2p_tui.config import Settings, TriageSettings
from r2p_tui.errors import StoreFullError
from r2p_tui.services import triage
from r2p_tui.services.desk import Desk
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.screens.triage import TriageScreen
from r2p_tui.tui.widgets.paper_list import PaperList

from .settling import settled

MakeApp = Callable[..., R2PApp]
pytestmark = pytest.mark.usefixtures("stopped_clock")


def list_of(app: R2PApp) -> PaperList:
    return app.screen.query_one(PaperList)


def text_of(app: R2PApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Static).content)


async def test_keys_decide_and_the_list_moves_up(
    library: dict[str, int], make_app: MakeApp, desk: Desk
) -> None:
    app = make_app("triage")
    async with app.run_test() as pilot:
        await settled(pilot)
        before = [row.paper_id for row in list_of(app).rows]
        await pilot.press("k", "x", "l")
        await settled(pilot)
        assert len(list_of(app).rows) == len(before) - 3
        assert "9 left" in text_of(app, "#counts")
        assert "kept 1 · skipped 1 · later 1" in text_of(app, "#counts")
    left = {row.paper_id for row in triage.waiting(desk, cross=True)}
    assert left == set(before) - set(before[:3])


async def test_undo_goes_back_through_the_whole_sitting(library: dict[str, int], make_app: MakeApp) -> None:
    app = make_app("triage")
    async with app.run_test() as pilot:
        await settled(pilot)
        first = [row.paper_id for row in list_of(app).rows]
        await pilot.press("x", "down", "k", "l")
        await settled(pilot)
        for _ in range(3):
            await pilot.press("u")
        await settled(pilot)
        assert {row.paper_id for row in list_of(app).rows} == set(first)
        marked = list_of(app).marked
        assert marked is not None and marked.paper_id == first[0]
        await pilot.press("u")
        await settled(pilot)
        assert len(list_of(app).rows) == len(first)


async def test_a_paper_decided_elsewhere_keeps_that_decision(
    library: dict[str, int], make_app: MakeApp, desk: Desk
) -> None:
    app = make_app("triage")
    async with app.run_test() as pilot:
        await settled(pilot)
        marked = list_of(app).marked
        assert marked is not None
        session = triage.open_session(desk, now=app.now())
        triage.decide(desk, marked.paper_id, "skip", session_id=session, score=None, now=app.now())
        await pilot.press("k")
        await settled(pilot)
        assert marked.paper_id not in {row.paper_id for row in list_of(app).rows}
        assert "kept 0" in text_of(app, "#counts")


async def test_a_decision_that_cannot_be_stored_comes_back(
    library: dict[str, int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise StoreFullError("The disk is full.", "Free some space.")

    app = make_app("triage")
    async with app.run_test() as pilot:
        await settled(pilot)
        before = [row.paper_id for row in list_of(app).rows]
        monkeypatch.setattr(triage, "decide", full)
        await pilot.press("k")
        await settled(pilot)
        assert [row.paper_id for row in list_of(app).rows] == before
        assert "kept 0" in text_of(app, "#counts")


async def test_the_filter_narrows_and_escape_clears_it(library: dict[str, int], make_app: MakeApp) -> None:
    app = make_app("triage")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("slash", *"quant")
        await settled(pilot)
        assert [row.title for row in list_of(app).rows] == ["Post-training quantization of detection heads"]
        assert "1 of 12 left" in text_of(app, "#counts")
        await pilot.press("enter", "x")
        await settled(pilot)
        assert "skipped 1" in text_of(app, "#counts")
        await pilot.press("escape")
        await settled(pilot)
        assert len(list_of(app).rows) == 11
        assert app.screen.query_one("#filter", Input).value == ""


async def test_the_clock_runs_on_this_screen_only_and_says_when_it_is_over(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app("triage", Settings(triage=TriageSettings(minutes=1)))
    async with app.run_test() as pilot:
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, TriageScreen)
        for _ in range(59):
            screen._tick()
        assert "00:01 left of 01:00" in text_of(app, "#clock")
        screen._tick()
        screen._tick()
        await settled(pilot)
        assert "00:01 over 01:00" in text_of(app, "#clock")
        app.switch_mode("today")
        await settled(pilot)
        screen._tick()
        app.switch_mode("triage")
        await settled(pilot)
        assert "00:01 over 01:00" in text_of(app, "#clock")


async def test_all_decided_shows_a_summary(library: dict[str, int], make_app: MakeApp) -> None:
    app = make_app("triage")
    async with app.run_test() as pilot:
        await settled(pilot)
        for _ in range(12):
            await pilot.press("x")
        await settled(pilot)
        assert "All decided." in text_of(app, "#empty")
        assert "12 skipped" in text_of(app, "#empty")


async def test_an_empty_library_says_what_would_fill_it(make_app: MakeApp) -> None:
    app = make_app("triage")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "R reads what arXiv announced today" in text_of(app, "#empty")


async def test_reading_now_keeps_the_paper_and_opens_its_first_pass(
    library: dict[str, int], make_app: MakeApp, desk: Desk
) -> None:
    app = make_app("triage")
    async with app.run_test() as pilot:
        await settled(pilot)
        marked = list_of(app).marked
        assert marked is not None
        await pilot.press("1")
        await settled(pilot)
        assert type(app.screen).__name__ == "PaperScreen"
        assert app.screen.paper_id == marked.paper_id  # type: ignore[attr-defined]
    assert marked.paper_id not in {row.paper_id for row in triage.waiting(desk, cross=True)}


async def test_a_damaged_store_is_told_on_the_screen(paths: Any, make_app: MakeApp) -> None:
    paths.store.parent.mkdir(parents=True)
    paths.store.write_bytes(b"this is not a database" * 200)
    app = make_app("triage")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "damaged" in text_of(app, "#problem")
        assert "r2p restore" in text_of(app, "#problem")
    assert paths.store.read_bytes().startswith(b"this is not")


@pytest.mark.real_ranking
async def test_the_ranking_puts_what_interests_first_and_says_why(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app("triage")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert list_of(app).rows[0].title == "Post-training quantization of detection heads"
        assert list_of(app).cursor == 0
        assert "quantization" in text_of(app, "#detail-why")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_triage_snapshot(
    snap_compare: Any, library: dict[str, int], make_app: MakeApp, size: tuple[int, int]
) -> None:
    async def decide_two(pilot: Any) -> None:
        await settled(pilot)
        await pilot.press("k", "x")
        await settled(pilot)

    assert snap_compare(make_app("triage"), terminal_size=size, run_before=decide_two)

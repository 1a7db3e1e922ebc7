"""Today: what is due, and the key that does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.domain.predictions import Outcome
from r2p_tui.errors import SourceError
from r2p_tui.services import predictions, radar, reading, sync, triage
from r2p_tui.services.desk import Desk
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.messages import PapersChanged
from r2p_tui.tui.screens.paper import PaperScreen
from r2p_tui.tui.widgets.line_block import LineBlock
from tests.services.stored_news import cite, code_appears, keep

from .conftest import NOW
from .sample_predictions import everything
from .sample_radar import RT_DETR, STALE, fill_radar
from .settling import settled

MakeApp = Callable[..., R2PApp]
pytestmark = pytest.mark.usefixtures("stopped_clock")


def text_of(app: R2PApp, selector: str) -> str:
    return str(app.screen.query_one(selector, LineBlock).render())


async def test_a_first_morning_says_how_to_begin(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "Nothing was read from arXiv yet." in text_of(app, "#morning")
        assert "never synced" in app.status.right


async def test_a_morning_counts_what_waits_and_enter_goes_there(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "12 papers announced" in text_of(app, "#morning")
        assert app.status.waiting == 12
        await pilot.press("enter")
        await settled(pilot)
        assert app.current_mode == "triage"


async def test_an_open_pass_is_offered_and_continued(
    library: dict[str, int], make_app: MakeApp, desk: Desk
) -> None:
    paper_id = next(iter(library.values()))
    session = triage.open_session(desk, now=NOW)
    triage.decide(desk, paper_id, "keep", session_id=session, score=0.9, now=NOW)
    begun = reading.open_reading(desk, paper_id, 1, now=NOW)
    assert begun.id is not None
    reading.add_time(desk, begun.id, 130, now=NOW)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "pass 1, 2 min" in text_of(app, "#reading")
        await pilot.press("c")
        await settled(pilot)
        assert type(app.screen).__name__ == "PaperScreen"


async def test_reading_arxiv_that_fails_is_told_and_changes_nothing(
    library: dict[str, int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise SourceError("arXiv did not answer within 30 s.", "Try again in a minute.")

    monkeypatch.setattr(sync, "sync", fail)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("R")
        await settled(pilot)
        assert not app.syncing
        assert any("did not answer" in str(note.message) for note in app._notifications)
        assert app.status.waiting == 12


@pytest.fixture
def news(desk: Desk, library: dict[str, int]) -> list[int]:
    """Seven works cite the first kept paper now and one the second; of two others code appeared."""
    kept = list(library.values())[:4]
    for paper_id in kept:
        keep(desk, paper_id, NOW)
    kinds = [EvidenceClass.MENTIONS] * 4 + [EvidenceClass.REPLICATES, EvidenceClass.EXTENDS]
    cite(desk, kept[0], [*kinds, EvidenceClass.EXTENDS], NOW)
    cite(desk, kept[1], [EvidenceClass.MENTIONS], NOW)
    code_appears(desk, kept[2], NOW)
    code_appears(desk, kept[3], NOW, "community")
    return kept


async def test_what_is_new_about_kept_papers(
    desk: Desk, library: dict[str, int], news: list[int], make_app: MakeApp
) -> None:
    app = make_app()
    async with app.run_test(size=(200, 40)) as pilot:
        await settled(pilot)
        lines = [line.strip() for line in text_of(app, "#news").splitlines()]
        assert lines[0] == "Since you last looked"
        assert [" ".join(line.split()) for line in lines[1:]] == [
            "Sharper boxes for small objects with cheap attention 7 new citing papers n",
            "1 looks like a replication, 2 extend it",
            "Post-training quantization of detection heads 1 new citing paper",
            "Real-time detection without anchors on edge devices code appeared",
            "How much data does a detector need code by others appeared",
        ]
        await pilot.press("n")
        await settled(pilot)
        assert isinstance(app.screen, PaperScreen)
        assert (app.screen.paper_id, app.screen.tab) == (news[0], "citations")


async def test_more_news_than_there_is_room_for_are_counted(
    desk: Desk, library: dict[str, int], news: list[int], make_app: MakeApp
) -> None:
    for paper_id in list(library.values())[4:7]:
        code_appears(desk, paper_id, NOW)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        lines = text_of(app, "#news").splitlines()
        assert len(lines) == 7
        assert lines[-1].strip() == "and 3 more papers"


async def test_what_waits_for_a_verdict_or_a_review_is_told_until_it_is_done(
    desk: Desk, library: dict[str, int], make_app: MakeApp
) -> None:
    due = everything(desk, next(iter(library.values())))
    fill_radar(desk)
    app = make_app()
    async with app.run_test(size=(200, 40)) as pilot:
        await settled(pilot)
        assert [" ".join(line.split()) for line in text_of(app, "#due").splitlines()] == [
            "Due",
            "3 predictions to resolve oldest 2 d 7",
            "RT-DETR on edge devices: latency on T4 and 1 more 6",
            "Not reviewed: RT-DETR, Synthetic scratches, Copy-paste augmentation oldest 2 y 6",
        ]
        for number in due[:2]:
            predictions.resolve(desk, number, Outcome.NO, now=NOW)
        for name in STALE:
            radar.confirm(desk, name, now=NOW)
        radar.drop(desk, "RT-DETR", now=NOW)
        app.screen.post_message(PapersChanged())
        await settled(pilot)
        assert [" ".join(line.split()) for line in text_of(app, "#due").splitlines()] == [
            "Due",
            "1 prediction to resolve due today 7",
            "RT-DETR on edge devices: latency on T4 6",
        ]
        predictions.resolve(desk, due[2], Outcome.NO, now=NOW)
        radar.drop(desk, RT_DETR, now=NOW)
        app.screen.post_message(PapersChanged())
        await settled(pilot)
        assert not app.screen.query_one("#due").display


async def test_without_news_nothing_is_said_of_them(library: dict[str, int], make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert not app.screen.query_one("#news").display
        await pilot.press("n")
        await pilot.pause()
        assert any("no news" in str(note.message) for note in app._notifications)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_news_snapshot(
    snap_compare: Any, library: dict[str, int], news: list[int], make_app: MakeApp, size: tuple[int, int]
) -> None:
    assert snap_compare(make_app(), terminal_size=size, run_before=settled)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_today_snapshot(
    snap_compare: Any, library: dict[str, int], make_app: MakeApp, size: tuple[int, int]
) -> None:
    assert snap_compare(make_app(), terminal_size=size, run_before=settled)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_help_snapshot(
    snap_compare: Any, library: dict[str, int], make_app: MakeApp, size: tuple[int, int]
) -> None:
    async def ask(pilot: Any) -> None:
        await settled(pilot)
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("question_mark")
        await pilot.pause()

    assert snap_compare(make_app(), terminal_size=size, run_before=ask)

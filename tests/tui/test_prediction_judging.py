"""Questions about a prediction go with the row they are about, and a screen says only what is so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from r2p_tui.domain.predictions import Outcome
from r2p_tui.services import predictions
from r2p_tui.services.desk import Desk
from r2p_tui.tui import prediction_keeper
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.predict import PredictDialog
from r2p_tui.tui.messages import PapersChanged
from r2p_tui.tui.screens.predictions import PredictionsScreen
from r2p_tui.tui.widgets.ask_line import AskLine

from .conftest import NOW
from .sample_predictions import everything
from .settling import settled

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]
SMALL, WIDE = (80, 24), (120, 40)


@pytest.fixture
def due(library: dict[str, int], desk: Desk) -> list[int]:
    """Three due predictions beside two open and forty resolved ones."""
    return everything(desk, library["2611.10000"])


async def opened(pilot: Pilots) -> PredictionsScreen:
    await settled(pilot)
    assert isinstance(pilot.app.screen, PredictionsScreen)
    return pilot.app.screen


async def press(pilot: Pilots, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def click_row(pilot: Pilots, screen: PredictionsScreen, row: int) -> None:
    await pilot.click(screen.rows, offset=(20, row))
    await settled(pilot)


def said(screen: PredictionsScreen, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)


def asked(screen: PredictionsScreen) -> str:
    return said(screen, "#ask-words") if screen.query_one(AskLine).is_open else ""


def told(pilot: Pilots) -> list[str]:
    return [str(note.message) for note in pilot.app._notifications]


def marked(screen: PredictionsScreen) -> int:
    assert screen.marked is not None
    return screen.marked.id


def counted(screen: PredictionsScreen) -> str:
    return said(screen, "#predictions-count")


# Questions


async def test_a_question_goes_when_another_row_is_clicked(
    due: list[int], desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await press(pilot, "a", "v", "y")
        await click_row(pilot, screen, 1)
        assert marked(screen) == due[1] and not asked(screen) and screen.rows.has_focus
        assert pilot.app.clipboard == "vy" and "on the clipboard" in told(pilot)[-1]
        await press(pilot, "a", "v", "enter", "escape")
    states = [predictions.view(desk, number, now=NOW).line.outcome for number in due]
    assert states == [None, Outcome.AMBIGUOUS, None]


async def test_what_was_judged_is_counted_though_nobody_says_what_was_missed(
    due: list[int], make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await press(pilot, "y")
        await click_row(pilot, screen, 2)
        assert marked(screen) == due[2] and not asked(screen)
        assert counted(screen) == "Due 2 · open 2 · resolved 41"
        await press(pilot, "a", "escape")
        assert marked(screen) == due[2] and counted(screen).startswith("Due 2 ")


async def test_another_question_about_the_same_row_moves_no_cursor(
    due: list[int], desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await press(pilot, "y")
        await click_row(pilot, screen, 0)
        assert asked(screen) == "What did you miss?"
        await press(pilot, "U")
        assert asked(screen) == "Why is it taken back?" and marked(screen) == due[0]
        assert counted(screen) == "Due 2 · open 2 · resolved 41"
        await press(pilot, "o", "enter")
        assert counted(screen) == "Due 3 · open 2 · resolved 40" and marked(screen) == due[0]


async def test_words_stay_words_where_the_row_goes_from_the_list(
    due: list[int], desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await press(pilot, "f", "y", "n")
        screen.post_message(PapersChanged())
        await settled(pilot)
        assert [row.id for row in screen.rows.rows] == due[1:]
        assert asked(screen) == "What did you miss?"
        await press(pilot, "y", "enter")
    views = [predictions.view(desk, number, now=NOW) for number in due]
    assert [view.line.outcome for view in views] == [Outcome.YES, None, None]
    assert views[0].resolutions[-1].missed == "ny"


async def test_keys_reach_no_hidden_question(due: list[int], desk: Desk, make_app: MakeApp) -> None:
    async with make_app("predictions").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await press(pilot, "x")
        screen.rows.mark(due[1])
        await settled(pilot)
        assert not asked(screen) and screen.rows.has_focus
        await press(pilot, "y", "enter")
    assert predictions.view(desk, due[1], now=NOW).line.outcome is Outcome.YES


# The filter


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=str)
async def test_an_empty_screen_has_no_filter_that_takes_the_keys(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    async with make_app("predictions").run_test(size=size) as pilot:
        screen = await opened(pilot)
        offered = {one.binding.id for one in screen.active_bindings.values()}
        assert "predictions.predict" in offered
        assert not offered & {"predictions.filter", "predictions.state", "predictions.next_view"}
        await press(pilot, "slash")
        assert not screen.has_class("-filtering") and "no prediction here" in told(pilot)[-1]
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, PredictDialog)


async def test_the_filter_loses_the_keys_when_the_last_prediction_goes(
    library: dict[str, int], desk: Desk, make_app: MakeApp
) -> None:
    predictions.predict(
        desk, "DEIM halves our training time", probability="0.3", due="2y", kind="free", now=NOW,
        criteria="epochs < 40 in run list", reasoning="dense matching",
    )  # fmt: skip
    async with make_app("predictions").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        await press(pilot, "slash")
        (only,) = predictions.lines(desk, now=NOW)
        predictions.delete(desk, only.id, now=NOW)
        screen.post_message(PapersChanged())
        await settled(pilot)
        assert "No prediction yet." in said(screen, "#empty")
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, PredictDialog)


async def test_no_evidence_stands_where_a_filter_leaves_no_row(due: list[int], make_app: MakeApp) -> None:
    async with make_app("predictions").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await press(pilot, "e")
        assert "citations 40 -> 1,192" in str(screen.side.evidence.render())
        await press(pilot, "slash", "q", "q", "q")
        assert screen.has_class("-nothing") and str(screen.side.evidence.render()) == ""
        await press(pilot, "escape", "escape")
        assert "citations 40 -> 1,192" in str(screen.side.evidence.render())


async def test_a_list_that_is_cut_says_so_with_words_too(
    due: list[int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction_keeper, "LISTED_AT_MOST", 10)
    async with make_app("predictions").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        assert counted(screen).endswith(" · the first 10 predictions")
        await press(pilot, "f")
        assert counted(screen).endswith(" · only due")
        await press(pilot, "escape", "slash", *"outcome")
        assert counted(screen).endswith(" · “outcome” · the first 10 predictions")
        await press(pilot, "space", "9", "5")
        assert len(screen.rows.rows) == 5 and counted(screen).endswith(" · “outcome 95”")

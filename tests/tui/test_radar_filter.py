"""What the radar shows and offers: the filter, the whole of one, and what there is none of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from textual.pilot import Pilot

from r2p_tui.domain.radar import Technique
from r2p_tui.domain.radar_fan import Blip, Fan, fan
from r2p_tui.services.desk import Desk
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.add_technique import AddTechniqueDialog
from r2p_tui.tui.dialogs.move_technique import MoveDialog
from r2p_tui.tui.screens import radar as radar_screen
from r2p_tui.tui.screens.radar import RadarScreen
from r2p_tui.tui.widgets import radar_fan
from r2p_tui.tui.widgets.key_bar import KeyBar

from .sample_radar import RT_DETR, SAMPLES, STALE, fill_radar
from .settling import settled

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]
Filled = dict[str, Technique]
SMALL, WIDE = (80, 24), (120, 40)


@pytest.fixture
def filled(library: dict[str, int], desk: Desk) -> Filled:
    return fill_radar(desk)


async def press(pilot: Pilots, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def opened(pilot: Pilots) -> RadarScreen:
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, RadarScreen)
    return screen


def names(screen: RadarScreen) -> list[str]:
    return [row.technique.name for row in screen.techniques.rows]


def footer(pilot: Pilots) -> list[str]:
    return [f"{entry.key} {entry.words}" for entry in pilot.app.screen.query_one(KeyBar)._entries()]


def told(pilot: Pilots) -> list[str]:
    return [str(note.message) for note in pilot.app._notifications]


async def test_an_empty_radar_has_no_filter_that_takes_the_keys(
    library: dict[str, int], make_app: MakeApp
) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        view = screen.view
        for key in ("slash", "v"):
            pilot.app.clear_notifications()
            await press(pilot, key)
            assert told(pilot) == ["There is no technique here; a adds one."]
        assert not screen.query_one("#radar-filter").display and screen.view == view
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, AddTechniqueDialog)


async def test_the_plot_is_laid_out_when_the_hands_rest_or_enter_says_so(
    filled: Filled, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[int] = []

    def counted(blips: Sequence[Blip], *rest: Any) -> Fan:
        laid_out.append(len(blips))
        return fan(blips, *rest)

    monkeypatch.setattr(radar_screen, "SEARCH_AFTER_SECONDS", 3_600)
    async with make_app("radar").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await press(pilot, "slash")
        monkeypatch.setattr(radar_fan, "fan", counted)
        await press(pilot, *"stale")
        assert not laid_out and len(names(screen)) == len(SAMPLES)
        await pilot.press("enter", "m")
        await settled(pilot)
        assert sorted(names(screen)) == sorted(STALE) and laid_out == [len(STALE)]
        assert isinstance(pilot.app.screen, MoveDialog)
        assert screen.marked is not None and screen.marked.name in STALE


async def test_in_full_the_footer_says_what_enter_and_v_do(filled: Filled, make_app: MakeApp) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        assert footer(pilot)[0] == "enter full"
        await press(pilot, "enter")
        assert footer(pilot)[0] == "enter back" and "v view" in footer(pilot)
        await press(pilot, "enter")
        assert footer(pilot)[0] == "enter full" and screen.techniques.size.height > 3
        for leaves in ("escape", "v"):
            await press(pilot, "enter")
            assert screen.side.size.height > 15
            await press(pilot, leaves)
            assert footer(pilot)[0] == "enter full"
        assert screen.plot.size.height > 12 and not screen.side.display


async def test_space_scrolls_what_is_known_and_goes_round(filled: Filled, make_app: MakeApp) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        screen.techniques.mark(filled[RT_DETR].id)
        await settled(pilot)
        last, seen = screen.side.max_scroll_y, [0]
        assert last > 0
        while seen[-1] < last:
            await press(pilot, "space")
            assert screen.side.scroll_offset.y > seen[-1]
            seen.append(screen.side.scroll_offset.y)
        await press(pilot, "space")
        assert screen.side.scroll_offset.y == 0
        await press(pilot, "space", "j")
        assert screen.side.scroll_offset.y == 0

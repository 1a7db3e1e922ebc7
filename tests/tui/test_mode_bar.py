"""The first line: every screen by name where there is room, and what goes on in any case."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.widgets.mode_bar import MODES, ModeBar, Status

from .settling import settled

MakeApp = Callable[..., R2PApp]
pytestmark = pytest.mark.usefixtures("stopped_clock")
FULL = Status(waiting=1_234, kept=56, right="Fri 20 Nov · cs.CV cs.LG · synced 08:02", running=2, due=11)


@pytest.mark.parametrize("width", [80, 120, 160])
async def test_every_screen_is_named_with_its_count(make_app: MakeApp, width: int) -> None:
    app = make_app()
    async with app.run_test(size=(width, 24)) as pilot:
        await settled(pilot)
        app.status = FULL
        line = str(app.screen.query_one(ModeBar).render())
        assert len(line) == width
        assert all(f"{mode.key} {mode.title}" in line for mode in MODES)
        assert "2 Triage 1,234" in line
        assert "7 Predictions 11" in line
        assert ("synced 08:02" in line) is (width > 120)
        assert ("Fri 20 Nov" in line) is (width > 80)


async def test_what_goes_on_is_told_in_a_narrow_window_too_and_keys_still_work(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.status = FULL._replace(busy="reading cs.CV 120 of 400")
        line = str(app.screen.query_one(ModeBar).render())
        assert "reading cs.CV 120 of 400" in line
        assert "1 Today" in line
        await pilot.click(ModeBar, offset=(line.index(" 7") + 1, 0))
        await settled(pilot)
        assert app.current_mode == "predictions"

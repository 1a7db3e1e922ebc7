"""The agenda of the research review: written to a file, filled in, taken as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from r2p_tui.domain.radar import Ring
from r2p_tui.errors import UsageError
from r2p_tui.services import radar, research_review
from r2p_tui.services.desk import Desk
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.research_review import ResearchReviewDialog, read_review
from r2p_tui.tui.screens.radar import RadarScreen

from .sample_radar import RT_DETR, STALE, fill_radar
from .settling import settled

MakeApp = Callable[..., R2PApp]
SMALL = (80, 24)


@pytest.fixture(autouse=True)
def _filled(library: dict[str, int], desk: Desk) -> None:
    fill_radar(desk)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def words(pilot: Pilot[Any], selector: str) -> str:
    return str(pilot.app.screen.query_one(selector, Static).content)


async def test_the_agenda_is_written_filled_in_and_taken(
    desk: Desk, make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with make_app("radar").run_test(size=SMALL) as pilot:
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, RadarScreen)
        await press(pilot, "w")
        dialog = pilot.app.screen
        assert isinstance(dialog, ResearchReviewDialog)
        shown = words(pilot, "#review-agenda")
        assert "Moves since last time" in shown and RT_DETR in shown and STALE[0] in shown
        await press(pilot, "w", "enter")
        file = tmp_path / "research-review-2026-11-20.md"
        assert f"{STALE[0]}" in file.read_text() and not dialog.has_class("-asking")
        await press(pilot, "w", "enter")
        assert "is there already" in words(pilot, "#review-said")
        await press(pilot, "escape", "t")
        file.write_text("- Mosaic: FLY because it should\n- Nobody: stays\n")
        await press(pilot, "enter")
        assert "FLY" in words(pilot, "#review-said") and research_review.reviews(desk) == ()
        file.write_text(f"- {STALE[0]}: stays\n- Mosaic: SKIP because superseded by RT-DETR\n")
        await press(pilot, "enter")
        assert pilot.app.screen is screen
        *_, told = pilot.app._notifications
        assert told.message == "The review is kept: 1 moved, 1 stays."
        assert radar.find(desk, "Mosaic").ring is Ring.SKIP and len(research_review.reviews(desk)) == 1


async def test_what_was_decided_in_the_editor_is_not_lost_where_it_is_refused(
    desk: Desk, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = ["- Mosaic: SKIP because it is old\n", "- Mosaic: SKIP because superseded by RT-DETR\n"]
    given: list[str] = []

    def edit(text: str, *_: Any) -> str:
        given.append(text)
        return written[len(given) - 1]

    monkeypatch.setattr("r2p_tui.tui.dialogs.research_review.edit_in_editor", edit)
    async with make_app("radar").run_test(size=SMALL) as pilot:
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, RadarScreen)
        await press(pilot, "w", "e")
        assert "Mosaic" in words(pilot, "#review-said") and given[0].startswith("# Research review")
        await press(pilot, "escape", "w", "e")
        assert given[1] == written[0] and pilot.app.screen is screen
        assert radar.find(desk, "Mosaic").ring is Ring.SKIP


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"x" * 1_000_001], ids=["none", "bytes", "large"])
def test_a_file_that_is_no_review_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "review.md"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"cannot be read|too large"):
        read_review(str(file))

"""The radar screen: what is stale and due is named, moves say why, and keys do what they say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input, Static

from r2p_tui.domain.radar import Bucket, Factor, Ring, Technique
from r2p_tui.errors import StoreBusyError
from r2p_tui.services import radar
from r2p_tui.services.desk import Desk
from r2p_tui.services.predictions import predict
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.add_technique import AddTechniqueDialog, EditTechniqueDialog
from r2p_tui.tui.dialogs.move_technique import MoveDialog, NextDialog, asked_field
from r2p_tui.tui.dialogs.pick_paper import PickPaperDialog
from r2p_tui.tui.dialogs.predict import PredictDialog
from r2p_tui.tui.dialogs.rate_technique import RateTechniqueDialog
from r2p_tui.tui.radar_keys import RADAR_KEYS
from r2p_tui.tui.radar_words import due_words
from r2p_tui.tui.screens.paper import PaperScreen
from r2p_tui.tui.screens.radar import RadarScreen
from r2p_tui.tui.widgets.choice_field import ChoiceField
from r2p_tui.tui.widgets.key_bar import KeyBar

from .conftest import NOW
from .sample_radar import DISTIL, RT_DETR, SAMPLES, SCORE, STALE, fill_radar
from .settling import settled

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]
Filled = dict[str, Technique]
SMALL, WIDE = (80, 24), (120, 40)
CLAIM = "RT-DETR replaces YOLOv8 on every line"

VIEWS = {
    "open": ("j", "j", "j", "j"),
    "plot": ("v", "j", "j", "j", "j"),
    "full": ("j", "j", "j", "j", "enter"),
    "move": ("j", "j", "j", "j", "m", "1"),
    "rate": ("j", "j", "j", "j", "f", "j", "4"),
    "review": ("w",),
}


@pytest.fixture
def filled(library: dict[str, int], desk: Desk) -> Filled:
    """The sample radar, with one prediction about RT-DETR."""
    found = fill_radar(desk)
    predict(
        desk, CLAIM, probability="0.3", due="2y", kind="adoption", technique=RT_DETR, now=NOW,
        criteria="At least three of four lines run it by then.", reasoning="It needs no NMS.",
    )  # fmt: skip
    return found


class Typed(str):
    """Letters that are typed into a field."""


async def press(pilot: Pilots, *keys: str) -> None:
    for key in keys:
        if isinstance(key, Typed):
            field = pilot.app.screen.focused
            assert isinstance(field, Input)
            field.insert_text_at_cursor(key)
        else:
            await pilot.press(key)
        await settled(pilot)


async def opened(pilot: Pilots) -> RadarScreen:
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, RadarScreen)
    return screen


async def mark(pilot: Pilots, screen: RadarScreen, technique: Technique) -> None:
    screen.techniques.mark(technique.id)
    await settled(pilot)


def listed(screen: RadarScreen) -> list[str]:
    return [screen.techniques.render_line(y).text for y in range(len(screen.techniques.rows))]


def names(screen: RadarScreen) -> list[str]:
    return [row.technique.name for row in screen.techniques.rows]


def words(screen: Any, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)


def about(screen: RadarScreen) -> str:
    return words(screen, "#technique-words")


def drawn(screen: RadarScreen) -> str:
    return str(screen.plot.render())


def told(pilot: Pilots) -> str:
    return "\n".join(str(note.message) for note in pilot.app._notifications)


def footer(pilot: Pilots) -> list[str]:
    return [entry.words for entry in pilot.app.screen.query_one(KeyBar)._entries()]


def problem(pilot: Pilots) -> str:
    return words(pilot.app.screen, "#technique-said")


# Looking


async def test_an_empty_radar_says_what_fills_it_and_takes_the_first(
    library: dict[str, int], make_app: MakeApp
) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        assert "No technique on the radar yet." in words(screen, "#empty")
        assert footer(pilot) == ["add", "review", "help"]
        await press(pilot, "m")
        assert "a adds one" in told(pilot)
        await press(pilot, "a", Typed("DEIM"), "tab", "1", "2", "3", Typed("beats ours by 2 AP"), "enter")
        await opened(pilot)
        assert names(screen) == ["DEIM"] and screen.techniques.has_focus
        one = screen.marked
        assert one is not None and (one.ring, one.quadrant) == (Ring.ADOPT, "Data")
        assert one.bucket is Bucket.EXPLORATORY and one.moves[0].reason == "beats ours by 2 AP"


async def test_what_is_stale_and_due_is_marked_and_named(filled: Filled, make_app: MakeApp) -> None:
    async with make_app().run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "6")
        screen = await opened(pilot)
        assert footer(pilot) == ["full", "move", "confirm", "view", "review", "help"]
        title = words(screen, "#title")
        assert title.startswith("14 techniques · 1 action due · core 60 %, adjacency 30 %, exploratory 10 %")
        stale = words(screen, "#radar-stale")
        assert stale == f"! 2 not reviewed in a month: {STALE[1]}, {STALE[0]}"
        rows = listed(screen)
        assert [row.rstrip().endswith("!") for row in rows].count(True) == 2
        assert "▲ RT-DETR on edge devices" in rows[4] and "due 2 d" in rows[4] and "in 7 d" in rows[5]
        assert "▼ Score-blending" in rows[10] and "● Query distillation" in rows[7]
        assert [row.technique.ring for row in screen.techniques.rows] == sorted(
            (row.technique.ring for row in screen.techniques.rows), key=list(Ring).index
        )


async def test_the_side_says_since_when_and_why_and_what_stands_behind_it(
    filled: Filled, make_app: MakeApp
) -> None:
    async with make_app("radar").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await mark(pilot, screen, filled[RT_DETR])
        said = about(screen)
        assert "TRIAL since 12 Nov 2026 (8 d) · ▲ moved in since 20 Oct 2026" in said
        assert "Models · core · owned by Ada" in said
        assert "next  latency on T4 · 18 Nov 2026 · due 2 d" in said
        assert "12 Nov 2026  ASSESS → TRIAL  54.1 mAP50" in said and "ASSESS  108 FPS on T4 claimed" in said
        assert "TRIAL, where it stands · 3.9 of 5, 3.4 to 4.1 once all is rated" in said
        assert "●●●●○ advantage      22 %  +0.88" in said and "criticality     8 %  not rated" in said
        assert "2611.10002  Real-time detection without anchors" in said
        assert f"30 %  {CLAIM}  by 20 Nov 2028" in said
        await mark(pilot, screen, filled["Synthetic scratches"])
        assert "! not reviewed for 1 mo: c says it stays, m moves it" in about(screen)
        assert "nobody owns it" in about(screen) and "no ring yet" in about(screen)
        assert CLAIM not in about(screen)
        await mark(pilot, screen, filled[DISTIL])
        assert "no prediction about it" in about(screen)
        for key in ("p", "P"):
            await press(pilot, key)
            assert isinstance(pilot.app.screen, PredictDialog)
            assert DISTIL in "\n".join(str(one.content) for one in pilot.app.screen.query(Static))
            await press(pilot, "escape")


async def test_the_plot_follows_the_cursor_and_a_click_moves_it(filled: Filled, make_app: MakeApp) -> None:
    async with make_app("radar").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await press(pilot, "j", "j")
        picture = screen.plot.render()
        chosen = [span for span in picture.spans if "on $primary" in str(span.style)]
        assert [picture.plain[span.start : span.end] for span in chosen] == ["3"]
        places = {
            screen.plot.number_at(x, y): (x, y)
            for y in range(screen.plot.size.height)
            for x in range(screen.plot.size.width)
        }
        assert set(range(1, len(SAMPLES) + 1)) <= places.keys()
        await pilot.click(screen.plot, offset=places[7])
        await settled(pilot)
        assert screen.marked is not None and screen.marked.name == "INT8 calibration by coverage"
        await pilot.click(screen.plot, offset=(0, 0))
        assert screen.marked.name == "INT8 calibration by coverage"


async def test_each_size_has_its_views(filled: Filled, make_app: MakeApp) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        assert (screen.plot.size.height, screen.side.display) == (0, True)
        await press(pilot, "v", "j")
        assert screen.plot.size.height > 12 and not screen.side.display and screen.techniques.has_focus
        assert screen.techniques.cursor == 1 and "ASSESS" in drawn(screen)
        assert "▲ moved in  ▼ moved out" in str(screen.techniques.border_title)
        await press(pilot, "v", "enter")
        assert screen.side.size.height > 15 and screen.plot.size.height == 0
        await press(pilot, "j")
        assert "Mixed precision" in about(screen)
        await press(pilot, "escape")
        assert screen.side.size.height < 10
        await pilot.resize_terminal(*WIDE)
        await press(pilot, "v")
        assert screen.plot.size.height > 15 and screen.techniques.size.height > 10 and screen.side.display
        await press(pilot, "v", "v")
        assert screen.plot.size.height == 0


async def test_a_filter_takes_words_and_states(filled: Filled, make_app: MakeApp) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        await press(pilot, "slash", Typed("data stale"))
        assert sorted(names(screen)) == sorted(STALE)
        assert "14 techniques · 2 shown" in words(screen, "#title")
        await press(pilot, "enter", "j")
        assert screen.techniques.cursor == 1
        await press(pilot, "escape")
        assert len(names(screen)) == 14
        await press(pilot, "slash", Typed("no such thing"))
        assert names(screen) == [] and screen.query_one("#radar-nothing").display
        await press(pilot, "enter", "m")
        assert "no technique here" in told(pilot)
        await press(pilot, "escape", "escape")
        assert pilot.app.current_mode == "today"


async def test_trouble_at_the_start_takes_the_place_of_the_radar(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise StoreBusyError("Another program uses the store.", "Try again.")

    monkeypatch.setattr(radar, "radar", busy)
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        assert "Another program uses the store." in words(screen, "#problem")
        await press(pilot, "a", "w", "m", "v", "enter", "slash", "escape")
        assert pilot.app.screen is screen and "The radar is not read yet." in told(pilot)


async def test_hostile_names_are_shown_as_text(
    library: dict[str, int], desk: Desk, make_app: MakeApp
) -> None:
    hostile = "[bold]DEIM[/] \x1b]52;c;x\x07"
    radar.add(
        desk, hostile, ring=Ring.ADOPT, quadrant="Models", owner="[@click=app.quit]Ada[/]",
        reason="[red]why[/red]", description="[link=x]what[/link]\nand more", now=NOW,
    )  # fmt: skip
    async with make_app("radar").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        assert "[bold]DEIM[/]" in listed(screen)[0] and "\x1b" not in listed(screen)[0]
        assert "owned by [@click=app.quit]Ada[/]" in about(screen) and "[red]why[/red]" in about(screen)
        assert "[link=x]what[/link]\nand more" in about(screen)
        for key in ("m", "e", "N", "f", "w"):
            await press(pilot, key)
            assert pilot.app.screen is not screen
            await press(pilot, "escape")


# Changing


async def test_a_move_asks_what_its_ring_needs_one_question_at_a_time(
    filled: Filled, desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        await mark(pilot, screen, filled[SCORE])
        await press(pilot, "m")
        dialog = pilot.app.screen
        assert isinstance(dialog, MoveDialog) and "stands in HOLD now" in problem(pilot)
        await press(pilot, "enter")
        assert "It stands in HOLD already." in problem(pilot) and isinstance(dialog.focused, ChoiceField)
        await press(pilot, "2")
        assert "TRIAL needs a reason, and a next action with a day" in problem(pilot)
        await press(pilot, "enter")
        assert "Why does it move from HOLD to TRIAL?" in problem(pilot)
        assert dialog.focused is not None and dialog.focused.id == "field-reason"
        await press(pilot, Typed("half the latency since version 2"), "enter")
        assert dialog.focused.id == "field-action"
        await press(pilot, Typed("measure it on T4"), "enter")
        assert dialog.focused.id == "field-on"
        await press(pilot, Typed("yesterday"), "enter")
        assert dialog.focused.id == "field-on" and problem(pilot)
        dialog.query_one("#field-on", Input).value = ""
        await press(pilot, Typed("2w"), "enter")
        assert pilot.app.screen is screen
        moved = radar.find(desk, SCORE)
        assert moved.ring is Ring.TRIAL and moved.moves[-1].reason == "half the latency since version 2"
        assert (moved.next_action, moved.next_on) == ("measure it on T4", date(2026, 12, 4))
        assert screen.marked is not None and screen.marked.id == moved.id
        assert "HOLD → TRIAL" in told(pilot)
        # SKIP asks for a specific reason, and what was typed stays.
        await press(pilot, "m", "5", Typed("it is slow"), "enter")
        assert "which constraint does it not meet?" in problem(pilot)
        field = pilot.app.screen.query_one("#field-reason", Input)
        assert field.has_focus and field.value == "it is slow"
        await press(pilot, "escape")
        assert radar.find(desk, SCORE).ring is Ring.TRIAL


@pytest.mark.parametrize(
    ("ring", "reason", "action", "on", "asked"),
    [
        (Ring.HOLD, "", "", None, "reason"),
        (Ring.TRIAL, "fast", "", None, "action"),
        (Ring.TRIAL, "fast", "measure", None, "on"),
        (Ring.TRIAL, "fast", "measure", date(2026, 11, 1), "on"),
        (Ring.SKIP, "it is slow", "", None, "reason"),
        (Ring.HOLD, "slow", "", date(2026, 12, 1), "action"),
        (Ring.ADOPT, "fast", "", None, ""),
    ],
)
def test_the_field_that_a_move_lacks_is_found(
    ring: Ring, reason: str, action: str, on: date | None, asked: str
) -> None:
    assert asked_field(Ring.ASSESS, ring, reason, action, on, NOW.date()) == asked


async def test_a_confirmed_one_is_not_stale_and_the_cursor_goes_on_to_the_next(
    filled: Filled, desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        await mark(pilot, screen, filled[STALE[1]])
        await press(pilot, "c")
        assert screen.marked is not None and screen.marked.name == STALE[0]
        assert words(screen, "#radar-stale") == f"! 1 not reviewed in a month: {STALE[0]}"
        await press(pilot, "c")
        assert not screen.query_one("#radar-stale").display
        assert radar.find(desk, STALE[0]).reviewed_at == NOW and f"{STALE[0]} stays in ASSESS." in told(pilot)


async def test_the_bucket_turns_and_the_next_action_is_said(
    filled: Filled, desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("radar").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await mark(pilot, screen, filled[DISTIL])
        await press(pilot, "b")
        assert radar.find(desk, DISTIL).bucket is Bucket.EXPLORATORY
        assert "core 60 %, adjacency 20 %, exploratory 20 %" in words(screen, "#title")
        assert "above 5-10 %" in about(screen)
        await press(pilot, "N")
        dialog = pilot.app.screen
        assert isinstance(dialog, NextDialog)
        action, on = dialog.query_one("#field-action", Input), dialog.query_one("#field-on", Input)
        assert (action.value, on.value) == ("read section 4", "2026-12-04")
        action.value, on.value = "", ""
        await press(pilot, "enter")
        assert "What is the next action" in problem(pilot) and action.has_focus
        await press(pilot, Typed("run it"), "tab", Typed("tomorrow"), "enter")
        one = radar.find(desk, DISTIL)
        assert (one.next_action, one.next_on) == ("run it", date(2026, 11, 21))


async def test_what_it_is_and_the_papers_behind_it_are_edited(
    filled: Filled, desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        await mark(pilot, screen, filled[RT_DETR])
        await press(pilot, "e")
        dialog = pilot.app.screen
        assert isinstance(dialog, EditTechniqueDialog)
        papers = dialog.query_one("#field-papers", Input)
        assert papers.value == "2611.10000, 2611.10002"
        # Other papers are named beside it, which must not be stored alone.
        description = dialog.query_one("#field-description", Input)
        description.value, before, papers.value = "x" * 2001, description.value, "2611.10003"
        await press(pilot, "enter")
        assert "2,001 characters" in problem(pilot) and description.has_focus
        assert radar.find(desk, RT_DETR) == filled[RT_DETR]
        description.value = before
        for wrong in ("nonsense", "2611.99999"):
            papers.value = wrong
            await press(pilot, "enter")
            assert problem(pilot) and papers.has_focus and papers.value == wrong
        papers.value = "2611.10002 2611.10003"
        dialog.query_one("#field-owner", Input).value = "Bo"
        await press(pilot, "enter")
        one = radar.find(desk, RT_DETR)
        assert sorted(paper.key for paper in one.papers) == ["2611.10002", "2611.10003"]
        assert one.owner == "Bo" and one.description == filled[RT_DETR].description


async def test_factors_are_rated_with_their_evidence(filled: Filled, desk: Desk, make_app: MakeApp) -> None:
    async with make_app("radar").run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await mark(pilot, screen, filled[RT_DETR])
        await press(pilot, "f", "k", "j", "j", "j", "j", "j", "j")
        dialog = pilot.app.screen
        assert isinstance(dialog, RateTechniqueDialog) and dialog.chosen == Factor.CRITICALITY
        assert "nobody notices" in words(dialog, "#rate-about")
        await press(pilot, "5", "enter")
        assert dialog.has_class("-writing") and "What makes criticality a 5?" in told(pilot)
        await press(pilot, Typed("a missed crack stops the line"), "enter")
        assert not dialog.has_class("-writing")
        assert "3.7 of 5, 3.4 to 3.8 once all is rated" in words(dialog, "#rate-advice")
        await press(pilot, "2", "escape", "escape")
        rated = {rating.factor: rating for rating in radar.find(desk, RT_DETR).ratings}
        assert rated[Factor.CRITICALITY][1:3] == (5, "a missed crack stops the line")
        assert "●●●●● criticality" in about(screen)


async def test_one_of_its_papers_opens_and_its_place_is_copied(filled: Filled, make_app: MakeApp) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard.startswith(
            "YOLOv8 detectors: ADOPT since 24 Jan 2026, because in production"
        )
        await press(pilot, "o")
        assert "No paper stands behind YOLOv8 detectors yet" in told(pilot)
        await mark(pilot, screen, filled[RT_DETR])
        await press(pilot, "o")
        assert isinstance(pilot.app.screen, PickPaperDialog)
        await press(pilot, "j", "enter")
        assert isinstance(pilot.app.screen, PaperScreen)
        assert pilot.app.screen.paper_id == filled[RT_DETR].papers[1].paper_id
        await press(pilot, "escape")
        await opened(pilot)
        assert screen.marked == filled[RT_DETR]


async def test_dropping_takes_two_keys_on_the_same_one(filled: Filled, desk: Desk, make_app: MakeApp) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        await press(pilot, "D", "j", "D")
        assert len(names(screen)) == 14 and "D once more takes Label noise audit off" in told(pilot)
        await press(pilot, "D")
        assert "Label noise audit" not in names(screen) and len(radar.radar(desk, now=NOW).techniques) == 13


# Widgets and words


async def test_a_choice_is_made_with_numbers_arrows_and_clicks(
    library: dict[str, int], make_app: MakeApp
) -> None:
    async with make_app("radar").run_test(size=SMALL) as pilot:
        await opened(pilot)
        await press(pilot, "a", "tab")
        dialog = pilot.app.screen
        assert isinstance(dialog, AddTechniqueDialog)
        ring = dialog.query_one("#field-ring", ChoiceField)
        assert ring.value == "ASSESS" and "▸ASSESS" in str(ring.render())
        await press(pilot, "right", "right", "right")
        assert ring.value == "ADOPT" and ring.has_focus
        await press(pilot, "9", "left")
        assert ring.value == "SKIP" and "superseded by" in problem(pilot)
        await pilot.click(ring, offset=(14, 0))
        await settled(pilot)
        assert ring.value == "TRIAL"
        ring.styles.width = 24
        await settled(pilot)
        assert str(ring.render()) == "1  2 ▸TRIAL  3  4  5"


@pytest.mark.parametrize(
    ("days", "said"),
    [(-700, "due 23 mo"), (-2, "due 2 d"), (0, "due today"), (14, "in 14 d"), (90, "in 3 mo")],
)
def test_days_until_the_next_action_in_words(days: int, said: str) -> None:
    assert due_words(days) == said


def test_every_key_can_be_remapped() -> None:
    ids = [one.id for one in RADAR_KEYS if isinstance(one, Binding)]
    assert all(ids) and len(ids) == len(set(ids))


# Pictures


@pytest.mark.parametrize(
    ("size", "view"),
    [
        *((SMALL, view) for view in VIEWS),
        (WIDE, "open"),
    ],
    ids=str,
)
def test_radar_snapshot(
    snap_compare: Any, filled: Filled, make_app: MakeApp, size: tuple[int, int], view: str
) -> None:
    async def show(pilot: Pilots) -> None:
        await opened(pilot)
        await press(pilot, *VIEWS[view])
        await settled(pilot)

    assert snap_compare(make_app("radar"), terminal_size=size, run_before=show)


def test_an_empty_radar_snapshot(snap_compare: Any, library: dict[str, int], make_app: MakeApp) -> None:
    async def show(pilot: Pilots) -> None:
        await opened(pilot)

    assert snap_compare(make_app("radar"), terminal_size=SMALL, run_before=show)

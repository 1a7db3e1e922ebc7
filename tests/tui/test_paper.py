"""A paper: three passes with a timer, a note that is never lost, and judgements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input, Static

from r2p_tui.domain.papers import IncomingPaper, Source
from r2p_tui.domain.reading import NoteValues
from r2p_tui.errors import StoreFullError
from r2p_tui.services import papers, reading, triage
from r2p_tui.services.desk import Desk
from r2p_tui.services.windows import Window
from r2p_tui.store.papers import save_papers
from r2p_tui.tui import note_keeper
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.conflict import ConflictDialog
from r2p_tui.tui.dialogs.draft import DraftDialog
from r2p_tui.tui.dialogs.flag import FlagDialog
from r2p_tui.tui.dialogs.verdict import VerdictDialog
from r2p_tui.tui.screens import paper as paper_screen
from r2p_tui.tui.screens.paper import PaperScreen
from r2p_tui.tui.widgets.note_form import NoteField

from .conftest import NOW, TITLES
from .conftest import paper as make_paper
from .settling import settled

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]


class Clock:
    """A monotonic clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


DRAFT_AFTER_SECONDS = note_keeper.DRAFT_AFTER_SECONDS


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No timer of real seconds fires by itself, so that a slow machine draws the same pictures."""
    monkeypatch.setattr(note_keeper, "DRAFT_AFTER_SECONDS", 3600)
    monkeypatch.setattr(paper_screen, "OTHER_WINDOWS_EVERY_SECONDS", 3600)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def paper_id(library: dict[str, int]) -> int:
    return library["2611.10000"]


async def open_paper(
    pilot: Pilots, paper_id: int, clock: Clock, start_pass: int | None = None
) -> PaperScreen:
    await settled(pilot)
    screen = PaperScreen(paper_id, start_pass, monotonic=clock)
    await pilot.app.push_screen(screen)
    await settled(pilot)
    return screen


async def write(pilot: Pilots, screen: PaperScreen, name: str, text: str) -> None:
    """Type into a field of the form, as keys."""
    if screen.tab != "notes":
        await pilot.press("l")
        await settled(pilot)
    next(area for area in screen.query(NoteField) if area.field == name).focus()
    await pilot.pause()
    await pilot.press(*("space" if mark == " " else mark for mark in text))


def shown(screen: PaperScreen, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)


def told(app: R2PApp) -> str:
    return "\n".join(str(note.message) for note in app._notifications)


def field_text(screen: PaperScreen, name: str) -> str:
    return next(area.text for area in screen.query(NoteField) if area.field == name)


def tick(screen: PaperScreen, clock: Clock, seconds: float) -> None:
    """Let time pass as the one-second timer of the screen would see it."""
    for _ in range(int(seconds)):
        clock.at += 1
        screen.timer.tick()


async def test_a_paper_opens_on_what_is_known_and_what_is_next(
    paper_id: int, make_app: MakeApp, clock: Clock
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        assert TITLES[0][0] in shown(screen, "#overview-title")
        assert "Small object detection is measured" in shown(screen, "#overview-abstract")
        assert "p starts pass 1" in str(screen.timer.render())
        assert "2611.10000v1 · unread" in shown(screen, "#paper-facts")


async def test_an_unknown_paper_is_said_so(library: dict[str, int], make_app: MakeApp, clock: Clock) -> None:
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, 999, clock)
        assert screen.has_class("-problem")
        await pilot.press("p", "v", "k", "escape")
        await settled(pilot)
        assert pilot.app.screen is not screen


async def test_a_pass_counts_saves_and_resumes(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await pilot.press("p")
        await settled(pilot)
        assert screen.tab == "notes"
        tick(screen, clock, 12)
        await settled(pilot)
        stored = reading.open_reading(desk, paper_id, 1, now=NOW).seconds
        assert 12 - stored <= 5.5
        await pilot.press("escape")
        await settled(pilot)
    assert reading.open_reading(desk, paper_id, 1, now=NOW).seconds == pytest.approx(12)
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock, start_pass=1)
        assert screen.timer.seconds == pytest.approx(12)
        assert "Pass 1 · 00:12 of 5-10 min" in str(screen.timer.render())


async def test_the_timer_waits_when_no_key_came_and_goes_on_with_the_next(
    paper_id: int, make_app: MakeApp, clock: Clock
) -> None:
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock, start_pass=1)
        tick(screen, clock, 300)
        assert screen.timer.seconds == pytest.approx(120)
        assert "waiting for a key" in str(screen.timer.render())
        await pilot.press("down")
        tick(screen, clock, 10)
        assert screen.timer.seconds == pytest.approx(130)


async def test_the_timer_waits_for_space_for_the_mode_and_for_the_window(
    paper_id: int, make_app: MakeApp, clock: Clock
) -> None:
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock, start_pass=1)
        await pilot.press("space")
        tick(screen, clock, 10)
        assert (screen.timer.seconds, screen.timer.held_by) == (0, "space")
        await pilot.press("space")
        tick(screen, clock, 3)
        await pilot.press("2")
        await settled(pilot)
        tick(screen, clock, 10)
        assert (screen.timer.seconds, screen.timer.held_by) == (3, "away")
        pilot.app.switch_mode("today")
        await settled(pilot)
        tick(screen, clock, 2)
        assert screen.timer.seconds == 5
        pilot.app.app_focus = False
        await pilot.pause()
        tick(screen, clock, 10)
        assert screen.timer.seconds == 5
        pilot.app.app_focus = True
        await pilot.pause()
        tick(screen, clock, 1)
        assert screen.timer.seconds == 6


async def test_a_dialog_of_the_paper_is_still_reading(paper_id: int, make_app: MakeApp, clock: Clock) -> None:
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock, start_pass=1)
        await pilot.press("f")
        await settled(pilot)
        tick(screen, clock, 4)
        assert screen.timer.seconds == 4


async def test_go_on_leads_to_the_next_pass_and_can_be_taken_back(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await open_paper(pilot, paper_id, clock, start_pass=1)
        tick(screen, clock, 7)
        await pilot.press("v")
        await pilot.pause()
        assert isinstance(app.screen, VerdictDialog)
        await pilot.press("g")
        await settled(pilot)
        assert "Pass 1 is done.  p starts pass 2" in str(screen.timer.render())
        (done,) = papers.view_paper(desk, paper_id).readings
        assert done.verdict == "go on"
        assert done.seconds == pytest.approx(7)
        await pilot.press("u")
        await settled(pilot)
        assert screen.passes.open_pass == 1
        assert screen.timer.seconds == pytest.approx(7)
        assert papers.view_paper(desk, paper_id).readings[0].verdict is None


async def test_to_stop_needs_a_reason_and_a_stopped_paper_can_be_reopened(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await open_paper(pilot, paper_id, clock, start_pass=1)
        await pilot.press("v", "s", "enter")
        await pilot.pause()
        assert isinstance(app.screen, VerdictDialog)
        assert "needs a reason" in str(app.screen.query_one("#verdict-hint", Static).content)
        await pilot.press(*"nocode", "enter")
        await settled(pilot)
        assert "Stopped in pass 1.  p reopens pass 1" in str(screen.timer.render())
        assert "nocode" in shown(screen, "#overview-sections")
        await pilot.press("p")
        await settled(pilot)
        assert [one.verdict for one in papers.view_paper(desk, paper_id).readings] == ["stop", None]


async def test_a_verdict_given_elsewhere_ends_the_pass_here(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock, start_pass=1)
        other = reading.open_reading(desk, paper_id, 1, now=NOW)
        reading.finish_reading(desk, other.id or 0, "go on", now=NOW)
        tick(screen, clock, 6)
        await settled(pilot)
        assert screen.passes.open_pass is None
        assert "already has a verdict" in told(app)


async def test_what_is_typed_is_stored_when_the_field_is_left(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await write(pilot, screen, "answer:category", "a method")
        await pilot.press("tab")
        await settled(pilot)
        note = reading.load_note(desk, paper_id)
        assert note is not None
        assert note.answers == {"category": "a method"}
        await write(pilot, screen, "summary", "short")
        await pilot.press("ctrl+s")
        await settled(pilot)
        note = reading.load_note(desk, paper_id)
        assert note is not None
        assert (note.summary, note.revision) == ("short", 2)
        assert "saved 08:02" in screen.timer.note_state.plain


async def test_relevance_is_one_key_and_no_mode_is_left(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await pilot.press("l")
        await settled(pilot)
        screen.query_one("ScoreField").focus()
        await pilot.press("4", "right", "left", "left")
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert pilot.app.current_mode == "today"
    note = reading.load_note(desk, paper_id)
    assert note is not None
    assert note.relevance == 3


async def test_keys_move_through_the_questions(paper_id: int, make_app: MakeApp, clock: Clock) -> None:
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await pilot.press("n")
        await settled(pilot)
        assert isinstance(screen.focused, NoteField)
        assert screen.focused.field == "answer:category"
        await pilot.press("x", "ctrl+n")
        assert screen.focused.field == "answer:context"
        await pilot.press("escape")
        assert not screen.form.typing
        await pilot.press("n")
        assert screen.focused.field == "answer:context"
        assert field_text(screen, "answer:category") == "x"


async def test_a_draft_is_kept_two_seconds_after_typing(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert DRAFT_AFTER_SECONDS == 2
    monkeypatch.setattr(note_keeper, "DRAFT_AFTER_SECONDS", 0.01)
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await write(pilot, screen, "body", "half a sent")
        await pilot.pause(0.05)
        await settled(pilot)
        assert "draft kept" in screen.timer.note_state.plain
        assert reading.load_note(desk, paper_id) is None
        assert reading.drafts(desk, paper_id, window="another") == []
        (draft,) = drafts_of(desk, paper_id)
        assert draft == {"body": "half a sent"}
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert drafts_of(desk, paper_id) == []


def drafts_of(desk: Desk, paper_id: int) -> list[dict[str, str]]:
    """Every draft in the store, also those of windows that are alive."""
    from r2p_tui.store.reading import drafts_of

    with desk.store.read() as session:
        return [draft.fields for draft in drafts_of(session, paper_id, not_of="")]


def leave_a_draft(desk: Desk, paper_id: int, text: str, revision: int = 0) -> None:
    """As a window that was killed would have left it."""
    window = Window(desk.paths)
    values = NoteValues(body=text)
    reading.save_draft(
        desk, paper_id, values, revision=revision, window=window.window_id, now=NOW - timedelta(minutes=5)
    )
    window.close()


@pytest.mark.parametrize(
    ("keys", "stored", "left"),
    [(["t"], "lost words", 0), (["s", "t"], "lost words", 0), (["d"], None, 0), (["escape"], None, 1)],
)
async def test_typing_of_a_killed_window_is_offered(
    paper_id: int,
    make_app: MakeApp,
    clock: Clock,
    desk: Desk,
    keys: list[str],
    stored: str | None,
    left: int,
) -> None:
    leave_a_draft(desk, paper_id, "lost words")
    app = make_app()
    async with app.run_test() as pilot:
        await open_paper(pilot, paper_id, clock)
        assert isinstance(app.screen, DraftDialog)
        assert "at 07:57" in str(app.screen.query_one(Static).content)
        await pilot.press(*keys)
        await settled(pilot)
    note = reading.load_note(desk, paper_id)
    assert (note.body if note else None) == stored
    assert len(drafts_of(desk, paper_id)) == left


async def test_a_draft_older_than_the_note_is_joined_to_it(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    leave_a_draft(desk, paper_id, "lost words")
    reading.save_note(desk, paper_id, NoteValues(body="newer words"), revision=0, window="", now=NOW)
    async with make_app().run_test() as pilot:
        await open_paper(pilot, paper_id, clock)
        await pilot.press("t")
        await settled(pilot)
    note = reading.load_note(desk, paper_id)
    assert note is not None
    assert note.body.startswith("newer words\n\n-- typed in another window")
    assert note.body.endswith("lost words")


async def conflict(pilot: Pilots, screen: PaperScreen, desk: Desk) -> None:
    """Type here while another window saves first."""
    await write(pilot, screen, "summary", "mine")
    theirs = NoteValues(summary="theirs", results="their results")
    reading.save_note(desk, screen.paper_id, theirs, revision=0, window="", now=NOW)
    await pilot.press("ctrl+s")
    await settled(pilot)


@pytest.mark.parametrize(
    ("keys", "summary", "results"),
    [
        (["enter"], "mine\n\n-- saved in another window, 20 Nov 08:02 --\ntheirs", "their results"),
        (["m", "enter"], "mine", ""),
        (["t", "enter"], "theirs", "their results"),
    ],
)
async def test_the_second_save_of_a_note_asks(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk, keys: list[str], summary: str, results: str
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await conflict(pilot, screen, desk)
        assert isinstance(app.screen, ConflictDialog)
        await pilot.press(*keys)
        await settled(pilot)
        assert screen.is_current
        assert field_text(screen, "summary") == summary
    note = reading.load_note(desk, paper_id)
    assert note is not None
    assert (note.summary, note.results) == (summary, results)
    assert drafts_of(desk, paper_id) == []


async def test_a_conflict_put_off_keeps_both_texts(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await conflict(pilot, screen, desk)
        await pilot.press("t", "escape")
        await settled(pilot)
        await pilot.press("tab")
        await settled(pilot)
        assert screen.is_current
        assert field_text(screen, "summary") == "mine"
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert isinstance(app.screen, ConflictDialog)
    note = reading.load_note(desk, paper_id)
    assert note is not None
    assert note.summary == "theirs"
    (left,) = reading.drafts(desk, paper_id, window="")
    assert left.fields == {"summary": "mine"}


async def test_no_question_pops_up_while_somebody_types(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await write(pilot, screen, "summary", "mine")
        reading.save_note(desk, paper_id, NoteValues(summary="theirs"), revision=0, window="", now=NOW)
        await pilot.press("tab", "t", "m")
        await settled(pilot)
        assert screen.is_current
        assert "ctrl+s compares" in screen.timer.note_state.plain
        assert field_text(screen, "key_insight") == "tm"
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert isinstance(app.screen, ConflictDialog)
        await pilot.press("enter")
        await settled(pilot)
        assert screen not in app.screen_stack
    note = reading.load_note(desk, paper_id)
    assert note is not None
    assert (note.summary.split()[0], note.summary.split()[-1], note.key_insight) == ("mine", "theirs", "tm")


async def test_what_another_window_saves_is_shown_unless_something_is_typed(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await pilot.press("l")
        await settled(pilot)
        reading.save_note(desk, paper_id, NoteValues(summary="theirs"), revision=0, window="", now=NOW)
        screen._look_for_other_windows()
        await settled(pilot)
        assert field_text(screen, "summary") == "theirs"
        await write(pilot, screen, "results", "mine")
        reading.save_note(desk, paper_id, NoteValues(summary="again"), revision=1, window="", now=NOW)
        screen._look_for_other_windows()
        await settled(pilot)
        assert (field_text(screen, "summary"), field_text(screen, "results")) == ("theirs", "mine")
        assert "changed in another window" in screen.timer.note_state.plain


@pytest.mark.parametrize("way", ["quit", "mode"])
async def test_leaving_stores_what_was_typed(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk, way: str
) -> None:
    async with make_app().run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await write(pilot, screen, "body", "typed")
        if way == "quit":
            await pilot.press("ctrl+q")
        else:
            await pilot.press("escape", "2")
            await settled(pilot)
    note = reading.load_note(desk, paper_id)
    assert note is not None
    assert note.body == "typed"


async def test_a_full_disk_is_told_and_the_text_stays(
    paper_id: int, make_app: MakeApp, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise StoreFullError("The disk is full.", "Free some space.")

    app = make_app()
    async with app.run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        with monkeypatch.context() as patch:
            patch.setattr(reading, "save_note", fail)
            await write(pilot, screen, "body", "typed")
            await pilot.press("escape", "escape")
            await settled(pilot)
            assert app.screen is screen
            assert "not saved: The disk is full." in screen.timer.note_state.plain
            assert field_text(screen, "body") == "typed"


def an_editor(folder: Path, script: str) -> str:
    path = folder / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


class Suspended:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


async def test_long_text_goes_through_the_editor(
    paper_id: int,
    make_app: MakeApp,
    clock: Clock,
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(
        "VISUAL", an_editor(tmp_path, 'stat -c %a "$1" > $0.mode; echo "from the editor" >> "$1"')
    )
    app = make_app()
    async with app.run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        monkeypatch.setattr(app, "suspend", Suspended)
        await write(pilot, screen, "results", "typed ")
        await pilot.press("escape", "e")
        await settled(pilot)
        assert field_text(screen, "results") == "typed from the editor"
    assert (tmp_path / "editor.mode").read_text() == "600\n"
    assert list((desk.paths.cache / "editing").iterdir()) == []
    note = reading.load_note(desk, paper_id)
    assert note is not None
    assert note.results == "typed from the editor"


async def test_an_editor_that_fails_loses_nothing(
    paper_id: int,
    make_app: MakeApp,
    clock: Clock,
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VISUAL", an_editor(tmp_path, 'echo more >> "$1"; exit 3'))
    app = make_app()
    async with app.run_test() as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        monkeypatch.setattr(app, "suspend", Suspended)
        await write(pilot, screen, "body", "typed")
        await pilot.press("ctrl+o")
        await settled(pilot)
        (kept,) = (desk.paths.cache / "editing").iterdir()
        assert kept.read_text() == "typedmore\n"
        assert str(kept) in told(app)
        assert field_text(screen, "body") == "typed"


async def test_an_editor_that_is_not_there_is_said_so(
    paper_id: int, make_app: MakeApp, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    app = make_app()
    async with app.run_test() as pilot:
        await open_paper(pilot, paper_id, clock)
        await pilot.press("e")
        await settled(pilot)
        assert "no-such-editor is not installed." in told(app)


async def test_flags_are_raised_explained_and_taken_back(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await pilot.press("f", "down", "enter", *"fig3", "enter")
        await settled(pilot)
        assert isinstance(app.screen, FlagDialog)
        (flag,) = papers.view_paper(desk, paper_id).flags
        assert (flag.kind, flag.evidence) == ("cherry-picked examples", "fig3")
        assert "cherry-picked examples" in shown(screen, "#judgement-column")
        await pilot.press("x", "escape")
        await settled(pilot)
        assert papers.view_paper(desk, paper_id).flags == ()
        assert "none raised · f raises one" in shown(screen, "#judgement-column")


async def test_viability_is_rated_with_one_key_and_evidence(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_paper(pilot, paper_id, clock)
        await pilot.press("r", "j", "4", "enter", *"dropin", "enter", "j", "enter", "y", "enter")
        await settled(pilot)
        assert app.screen.query_one(Input).value == "y"
        (rating,) = papers.view_paper(desk, paper_id).viability
        assert (rating.dimension, rating.score, rating.evidence) == ("integration complexity", 4, "dropin")


async def test_deciding_here_and_thinking_again(
    paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk
) -> None:
    triage.decide(desk, paper_id, "skip", session_id=None, now=NOW)
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        await pilot.press("k")
        await settled(pilot)
        assert "kept just now" in shown(screen, "#overview-sections")
        await pilot.press("u")
        await settled(pilot)
        assert "skipped just now" in shown(screen, "#overview-sections")


async def test_copying_gives_the_id_or_a_bibtex_entry(paper_id: int, make_app: MakeApp, clock: Clock) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await open_paper(pilot, paper_id, clock)
        await pilot.press("y")
        assert app.clipboard == "2611.10000"
        await pilot.press("Y")
        assert app.clipboard.startswith("@misc{example2026sharper,")


async def test_a_newer_version_is_told(paper_id: int, make_app: MakeApp, clock: Clock, desk: Desk) -> None:
    done = reading.open_reading(desk, paper_id, 1, now=NOW)
    reading.finish_reading(desk, done.id or 0, "go on", now=NOW)
    with desk.store.write() as session:
        third = replace(make_paper(0, *TITLES[0]), version=3)
        save_papers(session, [third], NOW)
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        assert "You read v1, v3 is out." in shown(screen, "#overview-sections")
        assert "you read v1" in shown(screen, "#paper-facts")


HOSTILE = IncomingPaper(
    arxiv_id="2611.66666",
    version=1,
    title="[@click=app.quit]nice[/] [/ \x1b]52;c;aGk=\x07 \u202eevil " + "x" * 5000,
    abstract="y" * 5000 + " \x1b[2J [/b] $text \u202e",
    authors=("[red]Mallory", "z" * 5000),
    categories=("cs.CV",),
    source=Source.API,
    comment="[/] \x9b2J",
)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
async def test_hostile_text_is_only_text(
    make_app: MakeApp, clock: Clock, desk: Desk, size: tuple[int, int]
) -> None:
    with desk.store.write() as session:
        paper_id = save_papers(session, [HOSTILE], NOW).ids["2611.66666"]
    reading.save_note(desk, paper_id, NoteValues(body="[/" + "w" * 5000), revision=0, window="", now=NOW)
    reading.set_flag(desk, paper_id, "toy data", "[@click=app.quit]x[/]" + "q" * 5000, now=NOW)
    app = make_app()
    async with app.run_test(size=size) as pilot:
        screen = await open_paper(pilot, paper_id, clock)
        assert "[@click=app.quit]nice[/]" in shown(screen, "#overview-title")
        await pilot.click("#overview-title", offset=(3, 0))
        await pilot.press("l", "f", "escape", "r", "escape")
        await settled(pilot)
        assert app.screen is screen
        for widget in screen.query("PassTimer, TabLine, #title, #parts, Judgement"):
            assert widget.region.right <= size[0]


def test_every_key_has_an_id_of_its_own() -> None:
    ids = [binding.id for binding in PaperScreen.BINDINGS if isinstance(binding, Binding)]
    assert len(ids) == len(PaperScreen.BINDINGS) == len(set(ids))
    assert all(ids)


def a_read_paper(desk: Desk, paper_id: int) -> None:
    """A pass that is done, a note, two flags and two ratings."""
    first = reading.open_reading(desk, paper_id, 1, now=NOW - timedelta(days=2))
    reading.finish_reading(desk, first.id or 0, "go on", seconds=492, now=NOW - timedelta(days=2))
    values = NoteValues(
        relevance=4,
        summary="Attention over fewer cells finds small boxes at half the cost.",
        key_insight="Only cells near edges need queries.",
        answers={"category": "A method.", "technique": "Sparse queries near edges, then dense refinement."},
    )
    reading.save_note(desk, paper_id, values, revision=0, window="", now=NOW)
    reading.set_flag(desk, paper_id, "weak baselines", "Table 2: only anchors of 2017", now=NOW)
    reading.set_flag(desk, paper_id, "toy data", "", now=NOW)
    reading.rate(desk, paper_id, "computational efficiency", 4, "17 ms on our T4", now=NOW)
    reading.rate(desk, paper_id, "robustness", 2, "", now=NOW)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
@pytest.mark.parametrize(
    "keys", [(), ("p",), ("p", "v"), ("f",), ("r",)], ids=lambda keys: "-".join(keys) or "open"
)
def test_paper_snapshot(
    snap_compare: Any,
    paper_id: int,
    make_app: MakeApp,
    desk: Desk,
    clock: Clock,
    size: tuple[int, int],
    keys: tuple[str, ...],
) -> None:
    a_read_paper(desk, paper_id)

    async def show(pilot: Pilots) -> None:
        await open_paper(pilot, paper_id, clock)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    assert snap_compare(make_app(), terminal_size=size, run_before=show)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_conflict_snapshot(
    snap_compare: Any, paper_id: int, make_app: MakeApp, desk: Desk, clock: Clock, size: tuple[int, int]
) -> None:
    async def show(pilot: Pilots) -> None:
        screen = await open_paper(pilot, paper_id, clock)
        await conflict(pilot, screen, desk)

    assert snap_compare(make_app(), terminal_size=size, run_before=show)


def test_draft_snapshot(
    snap_compare: Any, paper_id: int, make_app: MakeApp, desk: Desk, clock: Clock
) -> None:
    leave_a_draft(desk, paper_id, "The encoder is the expensive part: measure it alone first.")

    async def show(pilot: Pilots) -> None:
        await open_paper(pilot, paper_id, clock)
        await pilot.press("s")
        await settled(pilot)

    assert snap_compare(make_app(), terminal_size=(80, 24), run_before=show)

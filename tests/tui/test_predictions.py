"""The predictions screen: due first, judged with few keys, and nothing that was written goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from textual import events
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from r2p_tui.domain.predictions import Outcome
from r2p_tui.errors import StoreBusyError
from r2p_tui.services import predictions
from r2p_tui.services.desk import Desk
from r2p_tui.tui import prediction_words
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.predict import PredictDialog
from r2p_tui.tui.dialogs.prediction import PredictionDialog
from r2p_tui.tui.dialogs.update_prediction import UpdatePredictionDialog
from r2p_tui.tui.screens.paper import PaperScreen
from r2p_tui.tui.screens.predictions import PredictionsScreen
from r2p_tui.tui.widgets.ask_line import AskLine
from r2p_tui.tui.widgets.evidence_curve import EvidencePlot
from r2p_tui.tui.widgets.judged_line import JudgedLine
from r2p_tui.tui.widgets.key_bar import KeyBar

from .conftest import NOW
from .sample_predictions import CRITERIA, REASONING, STATEMENT, everything, some_resolved
from .settling import settled

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]


@pytest.fixture
def paper_id(library: dict[str, int]) -> int:
    return library["2611.10000"]


@pytest.fixture
def due(desk: Desk, paper_id: int) -> list[int]:
    """Three due predictions beside two open and forty resolved ones."""
    return everything(desk, paper_id)


async def opened(pilot: Pilots) -> PredictionsScreen:
    await settled(pilot)
    assert isinstance(pilot.app.screen, PredictionsScreen)
    return pilot.app.screen


async def press(pilot: Pilots, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def write(pilot: Pilots, words: str) -> None:
    names = {" ": "space", ".": "full_stop", "%": "percent_sign", ",": "comma"}
    await pilot.press(*(names.get(letter, letter) for letter in words))
    await settled(pilot)


async def paste(pilot: Pilots, text: str) -> None:
    pilot.app.post_message(events.Paste(text))
    await settled(pilot)


def said(screen: Any, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)


def asked(screen: PredictionsScreen) -> str:
    return said(screen, "#ask-words") if screen.query_one(AskLine).is_open else ""


def told(pilot: Pilots) -> list[str]:
    return [str(note.message) for note in pilot.app._notifications]


def listed(screen: PredictionsScreen) -> list[str]:
    rows = screen.rows
    return [rows.render_line(line).text.strip() for line in range(min(rows.size.height, len(rows.rows)))]


def footer(pilot: Pilots) -> list[str]:
    return [entry.words for entry in pilot.app.screen.query_one(KeyBar)._entries()]


def drawn(widget: Any) -> str:
    return str(widget.render())


def judged(screen: PredictionsScreen) -> str:
    return drawn(screen.query_one(JudgedLine))


# Looking


async def test_due_ones_stand_first_with_their_evidence(
    due: list[int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app("predictions").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        assert said(screen, "#predictions-count") == "Due 3 · open 2 · resolved 40"
        assert judged(screen) == "Brier 0.25 (base rate 0.24) · over-confident above 70 %"
        first, second, third, fourth, *_ = listed(screen)
        assert first.startswith("due 2 d") and "40 %" in first and "2 y ago" in first
        assert first.endswith("40 -> 1,192") and "citations ▁▁" in first
        assert second.startswith("due 1 d") and third.startswith("due today") and fourth.startswith("in 40 d")
        review = said(screen, "#side-review Static")
        for words in (STATEMENT, CRITERIA, REASONING, "30 % on 18 Nov 2024", "then 40 % on 4 May 2026"):
            assert words in review
        assert "RT-DETR (TRIAL then)" in review and "The hash holds" in review
        assert "stars 3,385 -> 5,380" in review
        assert "over-confident above 70 %" in drawn(screen.side.plot)
        assert "▼" in drawn(screen.side.plot) and " came │" in drawn(screen.side.plot)
        await press(pilot, "v")
        scores = said(screen, "#side-scores Static")
        assert "16 came true, 40 %" in scores and "by kind" in scores and "Q1 2025 0.01 -> Q1 2026" in scores
        await press(pilot, "e")
        assert "citations 40 -> 1,192" in drawn(screen.side.evidence)
        await press(pilot, "l", "l")
        assert "stars of its repository 3,385 -> 5,380" in drawn(screen.side.evidence)
        await press(pilot, "h", "c", "j")
        assert pilot.app.clipboard.startswith(STATEMENT)
        assert "No paper stands behind" in drawn(screen.side.evidence)
        await press(pilot, "j", "j")
        plot = drawn(screen.side.evidence)
        assert "written 21 Sep 2026" in plot and "today" in plot and "due 30 Dec 2026" in plot and "┊" in plot


async def test_an_empty_screen_says_what_fills_it(make_app: MakeApp) -> None:
    async with make_app("predictions").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert "No prediction yet." in said(screen, "#empty") and "r2p predict" in said(screen, "#empty")
        assert footer(pilot) == ["new", "help"]
        for key in ("y", "D", "U", "u", "equals_sign", "x", "i", "o", "slash"):
            pilot.app.clear_notifications()
            await press(pilot, key)
            (words,) = told(pilot)
            assert "no prediction here" in words or "No paper" in words, key
        pilot.app.clear_notifications()
        await press(pilot, "c", "enter", "v", "space", "l")
        assert not told(pilot) and pilot.app.screen is screen
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, PredictDialog)


async def test_trouble_takes_the_place_of_the_list(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictions, "lines", _busy)
    async with make_app("predictions").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert screen.has_class("-problem") and "The store is busy." in said(screen, "#problem")
        await press(pilot, "y")
        assert told(pilot)[-1] == "The predictions are not read yet."


async def test_with_eight_resolved_it_is_too_early(desk: Desk, make_app: MakeApp) -> None:
    some_resolved(desk, each=1)
    async with make_app("predictions").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert "too early to tell: 8 of 10 resolved" in judged(screen)
        await press(pilot, "v")
        plot = drawn(screen.side.plot)
        assert "too early to tell: 8 of 10 resolved" in plot and "●" not in plot
        await press(pilot, "c")
        assert pilot.app.clipboard == "too early to tell: 8 of 10 resolved"


async def test_words_and_states_choose_what_is_listed(due: list[int], make_app: MakeApp) -> None:
    async with make_app("predictions").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "slash")
        await write(pilot, "int8")
        assert [row.id for row in screen.rows.rows] == [due[1]]
        assert "“int8”" in said(screen, "#predictions-count")
        await press(pilot, "enter", "f", "f")
        assert "No open prediction says “int8”." in said(screen, "#nothing") and screen.has_class("-nothing")
        await press(pilot, "escape")
        assert len(screen.rows.rows) == 45 and not screen.has_class("-filtering")
        await press(pilot, "f")
        assert [row.id for row in screen.rows.rows] == due
        assert said(screen, "#predictions-count").endswith("only due")


async def test_all_of_one_can_be_read(due: list[int], paper_id: int, make_app: MakeApp) -> None:
    async with make_app("predictions").run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await press(pilot, "enter")
        dialog = pilot.app.screen
        assert isinstance(dialog, PredictionDialog)
        pane, plot = dialog.query_one(VerticalScroll), dialog.query_one(EvidencePlot)
        for key, line in (("j", 1), ("space", 9), ("k", 8)):
            await press(pilot, key)
            assert pane.scroll_offset.y == line
        assert "citations 40 -> 1,192" in drawn(plot).splitlines()[0]
        await press(pilot, "l", "c")
        assert "influential citations" in drawn(plot).splitlines()[0]
        assert REASONING in pilot.app.clipboard
        await press(pilot, "i")
        assert isinstance(pilot.app.screen, PaperScreen) and pilot.app.screen.paper_id == paper_id


def test_another_text_than_then_is_named(due: list[int], desk: Desk) -> None:
    view = replace(predictions.view(desk, due[0], now=NOW), hash_holds=False)
    assert "! The hash does not hold" in prediction_words.review_text(view, "", NOW).plain


# Judging


async def test_three_are_judged_with_two_to_five_keys_each(
    due: list[int], desk: Desk, make_app: MakeApp
) -> None:
    first, second, third = due
    async with make_app("predictions").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "y")
        assert asked(screen) == "What did you miss?"
        assert listed(screen)[0].startswith("✓ yes") and screen.marked and screen.marked.id == first
        await press(pilot, "enter")
        assert screen.marked.id == second and not asked(screen)
        assert said(screen, "#predictions-count").startswith("Due 2 ")
        assert pilot.app.status.due == 2  # type: ignore[attr-defined]
        await press(pilot, "n")
        # These letters are words now, not verdicts.
        await write(pilot, "ny tooling")
        await press(pilot, "enter")
        assert screen.marked.id == third
        assert "value" in footer(pilot)
        assert "80 % that it will be 20 to 30 %" in said(screen, "#side-review Static")
        await press(pilot, "equals_sign")
        assert asked(screen) == "Which number came out? You said 20 to 30 %."
        await write(pilot, "x")
        await press(pilot, "enter")
        assert "That is no number" in said(screen, "#ask-refused")
        await press(pilot, "backspace")
        await write(pilot, "31%")
        await press(pilot, "enter", "enter")
        assert said(screen, "#predictions-count") == "Due 0 · open 2 · resolved 43"
        assert not screen.rows.marked or screen.rows.marked.outcome is None
    ends = [predictions.view(desk, number, now=NOW) for number in due]
    assert [view.line.outcome for view in ends] == [Outcome.YES, Outcome.NO, Outcome.NO]
    assert [view.resolutions[-1].missed for view in ends] == ["", "ny tooling", ""]
    assert ends[2].resolutions[-1].value == 31.0


async def test_ambiguous_and_annulled_ask_for_the_reason(
    due: list[int], desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "a", "enter")
        assert asked(screen) == "Why can it not be decided?" and "Say why" in said(screen, "#ask-refused")
        await press(pilot, "escape")
        assert not asked(screen) and screen.rows.has_focus
        assert predictions.view(desk, due[0], now=NOW).state == "due"
        await press(pilot, "x")
        await write(pilot, "sold")
        await press(pilot, "enter")
        assert asked(screen) == "What did you miss?"
        await press(pilot, "escape")
        assert screen.marked and screen.marked.id == due[1]
    view = predictions.view(desk, due[0], now=NOW)
    assert (view.line.outcome, view.resolutions[-1].reason) == (Outcome.ANNULLED, "sold")


async def test_a_resolution_is_taken_back_and_stays_in_the_history(
    due: list[int], desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "y", "enter", "U")
        assert f"Prediction {due[1]} is not resolved." in told(pilot)
        screen.rows.mark(due[0])
        await settled(pilot)
        assert "take back" in footer(pilot) and "yes" not in footer(pilot)
        await press(pilot, "y", "u", "D")
        assert "was resolved as yes. U takes that back." in told(pilot)[-3]
        assert "is not updated any more" in told(pilot)[-2] and "so it is not deleted" in told(pilot)[-1]
        await press(pilot, "U", "enter")
        assert "Say why" in said(screen, "#ask-refused")
        await write(pilot, "misread")
        await press(pilot, "enter")
        assert screen.marked and screen.marked.id == due[0] and screen.marked.outcome is None
        review = said(screen, "#side-review Static")
        assert "✓ resolved as yes on 20 Nov 2026, taken back on 20 Nov 2026 (misread)" in review
    (undone,) = predictions.view(desk, due[0], now=NOW).resolutions
    assert undone.undone_at is not None


async def test_before_its_day_a_key_comes_twice(due: list[int], desk: Desk, make_app: MakeApp) -> None:
    async with make_app("predictions").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "j", "j", "j", "n")
        assert told(pilot)[-1] == "It is due in 40 d. The same key once more resolves it now."
        assert not asked(screen)
        # Another prediction in between: the first press is forgotten.
        await press(pilot, "j", "k", "n")
        assert not asked(screen)
        await press(pilot, "n", "enter")
        assert screen.marked and screen.marked.id == due[0]
        await press(pilot, "D")
        assert "once more deletes" in told(pilot)[-1]
        await press(pilot, "D")
        assert said(screen, "#predictions-count") == "Due 2 · open 1 · resolved 41"


async def test_one_that_was_resolved_elsewhere_is_refused(
    due: list[int], desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        predictions.resolve(desk, due[0], Outcome.NO, now=NOW)
        await press(pilot, "y")
        assert not asked(screen) and screen.rows.has_focus
        assert "was resolved as no on 20 Nov 2026" in told(pilot)[-1]
    assert predictions.view(desk, due[0], now=NOW).line.outcome is Outcome.NO


async def test_words_are_not_lost_where_the_store_refuses(
    due: list[int], desk: Desk, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing, kept = threading.Event(), predictions.resolve

    def busy(*words: Any, **fields: Any) -> Outcome:
        if refusing.wait(10) and refuses:
            raise StoreBusyError("The store is busy.", "Try again.")
        return kept(*words, **fields)

    refuses = [True]
    monkeypatch.setattr(predictions, "resolve", busy)
    async with make_app("predictions").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        # The answer is typed while another program holds the store.
        await pilot.press("y", "n", "o", "w")
        refusing.set()
        await settled(pilot)
        assert asked(screen) == "It is not resolved yet." and screen.query_one(AskLine).typed == "now"
        refuses.clear()
        await press(pilot, "enter")
        assert asked(screen) == "What did you miss?" and screen.query_one(AskLine).typed == "now"
        monkeypatch.setattr(predictions, "say_missed", _busy)
        await press(pilot, "enter")
        assert pilot.app.clipboard == "now" and "on the clipboard" in told(pilot)[-1]
        assert screen.marked and screen.marked.id == due[1]
    assert predictions.view(desk, due[0], now=NOW).line.outcome is Outcome.YES


def _busy(*_: object, **__: object) -> None:
    raise StoreBusyError("The store is busy.", "Try again.")


# Writing


async def test_another_view_stands_beside_the_first(due: list[int], desk: Desk, make_app: MakeApp) -> None:
    async with make_app("predictions").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "u", "enter")
        dialog = pilot.app.screen
        assert isinstance(dialog, UpdatePredictionDialog)
        assert "How likely is it now?" in said(dialog, "#update-problem")
        await write(pilot, "60")
        await press(pilot, "enter")
        assert "Did you mean 0.60?" in said(dialog, "#update-problem")
        dialog.query_one("#update-probability", Input).value = "60 %"
        await press(pilot, "enter")
        assert dialog.query_one("#update-reasoning", TextArea).has_focus
        await write(pilot, "three vendors")
        await press(pilot, "enter")
        assert screen.marked and (screen.marked.first_probability, screen.marked.probability) == (0.3, 0.6)
        assert "then 60 % on 20 Nov 2026: three vendors" in said(screen, "#side-review Static")


async def test_the_question_that_is_missing_is_asked_at_its_field(
    due: list[int], desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "p", "enter")
        dialog = pilot.app.screen
        assert isinstance(dialog, PredictDialog)
        for answer, question, field in (
            ("DEIM halves our training time", "What do you predict?", "statement"),
            ("70", "How likely is it?", "probability"),
            ("70%", "Did you mean 0.70?", "probability"),
            ("yesterday", "By when will you know?", "due"),
            ("2y", "yesterday", "due"),
            ("it works well", "How will you decide whether it came true?", "criteria"),
            ("epochs < 40 in run list", "works well", "criteria"),
        ):
            assert question in said(dialog, "#predict-problem")
            place = dialog.query_one(f"#predict-{field}")
            assert place.has_focus
            if isinstance(place, Input):
                place.value = answer
            elif isinstance(place, TextArea):
                place.text = answer
            await press(pilot, "enter")
        assert "Why do you think so?" in said(dialog, "#predict-problem")
        assert dialog.query_one("#predict-statement", Input).value == "DEIM halves our training time"
        await write(pilot, "dense matching")
        await press(pilot, "ctrl+o")
        await paste(pilot, "and\rtwo \x1b[31mlines")
        statement = dialog.query_one("#predict-statement", Input)
        statement.focus()
        await paste(pilot, "\r\n here\nand there\r\n")
        assert statement.value == "DEIM halves our training time here and there"
        dialog.query_one("#predict-kind", Input).value = "po"
        await settled(pilot)
        assert said(dialog, "#predict-rate").endswith("came true (40 %); you say 70 %.")
        await press(pilot, "enter")
        assert pilot.app.screen is screen and "It is due on 20 Nov 2028." in told(pilot)[-1]
        (new,) = predictions.lines(desk, words="DEIM", now=NOW)
        assert (new.kind, new.probability, new.due_on) == ("poc", 0.7, date(2028, 11, 20))
        reasoning = predictions.view(desk, new.id, now=NOW).reasoning
        assert reasoning == "dense matching\nand\ntwo \ufffd[31mlines"
        assert "open 3" in said(screen, "#predictions-count")


async def test_a_prediction_about_the_paper_in_sight(paper_id: int, desk: Desk, make_app: MakeApp) -> None:
    async with make_app("library").run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        pilot.app.open_paper(paper_id)  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "P")
        dialog = pilot.app.screen
        assert isinstance(dialog, PredictDialog)
        assert "about Sharper boxes for small objects" in said(dialog, "#predict-about")
        values = {"statement": "It gains 2 to 4 points", "probability": ".8", "due": "90d", "kind": "result"}
        values |= {"low": "2", "high": "", "unit": "points", "tags": "small, edge"}
        for name, value in values.items():
            dialog.query_one(f"#predict-{name}", Input).value = value
        dialog.query_one("#predict-criteria", TextArea).text = "AP_S on our set, run list"
        dialog.query_one("#predict-reasoning", TextArea).text = "Cheap attention helps there."
        await press(pilot, "enter")
        assert dialog.query_one("#predict-high").has_focus
        dialog.query_one("#predict-high", Input).value = "4"
        await press(pilot, "enter")
    (line,) = predictions.lines(desk, now=NOW)
    assert (line.paper_id, line.low, line.high, line.unit) == (paper_id, 2.0, 4.0, "points")
    assert predictions.view(desk, line.id, now=NOW).tags == ("small", "edge")


# Pictures

SMALL, WIDE, WIDEST = (80, 24), (120, 40), (160, 45)
VIEWS = {
    "open": (),
    "calibration": ("v",),
    "scores": ("v", "v"),
    "evidence": ("e",),
    "missed": ("y",),
    "why": ("enter",),
    "update": ("u", "enter"),
    "predict": ("p", "enter"),
}


@pytest.mark.parametrize(
    ("size", "view"),
    [
        *((SMALL, view) for view in VIEWS if view != "update"),
        *((WIDE, view) for view in ("open", "evidence", "update")),
        (WIDEST, "open"),
    ],
    ids=str,
)
def test_predictions_snapshot(
    snap_compare: Any, due: list[int], make_app: MakeApp, size: tuple[int, int], view: str
) -> None:
    async def show(pilot: Pilots) -> None:
        await opened(pilot)
        await press(pilot, *VIEWS[view])
        pilot.app.clear_notifications()
        await settled(pilot)

    assert snap_compare(make_app("predictions"), terminal_size=size, run_before=show)


@pytest.mark.parametrize(("each", "size"), [(0, SMALL), (1, WIDE)], ids=["none", "early"])
def test_few_predictions_snapshot(
    snap_compare: Any, desk: Desk, make_app: MakeApp, size: tuple[int, int], each: int
) -> None:
    some_resolved(desk, each)

    async def show(pilot: Pilots) -> None:
        await opened(pilot)

    assert snap_compare(make_app("predictions"), terminal_size=size, run_before=show)

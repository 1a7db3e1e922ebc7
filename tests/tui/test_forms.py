"""Forms: left while the writer is busy, nothing is lost; keys that come in a burst reach their fields."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from r2p_tui.domain.radar import Ring
from r2p_tui.errors import StoreBusyError
from r2p_tui.services import predictions, radar, surprises
from r2p_tui.services.desk import Desk
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.form import Form
from r2p_tui.tui.screens.predictions import PredictionsScreen
from r2p_tui.tui.screens.radar import RadarScreen

from .conftest import NOW
from .sample_predictions import everything
from .settling import settled

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]
SIZE = (120, 40)
PREDICTION = {
    "predict-statement": "DEIM halves our training time",
    "predict-probability": "70 %",
    "predict-due": "2y",
    "predict-criteria": "epochs < 40 in run list",
    "predict-reasoning": "dense matching",
}
VIEW = {"update-probability": "60 %", "update-reasoning": "three vendors"}
SURPRISE = {"surprise-text": "boxes drift", "surprise-observed": "31", "surprise-unit": "FPS"}
TECHNIQUE = {
    "field-name": "DEIM",
    "field-reason": "beats ours by 2 AP",
    "field-action": "measure it",
    "field-on": "2w",
}


class Writer:
    """Holds back what the app writes until the test lets it go on."""

    def __init__(self) -> None:
        self._goes_on = threading.Event()

    def hold(self, pilot: Pilots) -> None:
        pilot.app.tasks.in_order(  # type: ignore[attr-defined]
            pilot.app, lambda _: self._goes_on.wait(10), lambda _: None
        )

    def let_go(self) -> None:
        self._goes_on.set()


@pytest.fixture
def writer() -> Iterator[Writer]:
    writer = Writer()
    yield writer
    writer.let_go()


@pytest.fixture
def due(desk: Desk, library: dict[str, int]) -> list[int]:
    return everything(desk, library["2611.10000"])


async def opened(pilot: Pilots, key: str) -> Form:
    """The form that a key opens."""
    await settled(pilot)
    await pilot.press(key)
    await settled(pilot)
    assert isinstance(pilot.app.screen, Form)
    return pilot.app.screen


def fill(form: Form, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        field = form.query_one(f"#{name}")
        if isinstance(field, TextArea):
            field.text = value
        elif isinstance(field, Input):
            field.value = value


def typed(form: Form) -> dict[str, str]:
    """What stands in the fields that are not empty."""
    texts = {str(one.id): one.text for one in form.query(TextArea)}
    lines = {str(one.id): one.value for one in form.query(Input)}
    return {name: value for name, value in (texts | lines).items() if value}


def burst(pilot: Pilots, *keys: str) -> None:
    """All at once, as a slow line brings them; a text of several letters is typed letter by letter."""
    for key in keys:
        for each in [key] if key in ("tab", "shift+tab", "enter", "escape", "ctrl+s") else key:
            pilot.app.post_message(events.Key(each, each if len(each) == 1 else None))


def told(pilot: Pilots) -> str:
    return "\n".join(str(note.message) for note in pilot.app._notifications)


async def leave(pilot: Pilots, writer: Writer, form: Form) -> None:
    """Save, and go while the writer is busy."""
    writer.hold(pilot)
    await pilot.press("enter")
    await pilot.press("escape")
    assert pilot.app.screen is not form
    writer.let_go()
    await settled(pilot)


def busy(*_: object, **__: object) -> None:
    raise StoreBusyError("The store is busy.", "Try again.")


# Left


async def test_a_prediction_whose_form_was_left_is_told_and_listed(
    due: list[int], desk: Desk, writer: Writer, make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=SIZE) as pilot:
        fill(form := await opened(pilot, "p"), PREDICTION)
        await leave(pilot, writer, form)
        screen = pilot.app.screen
        assert isinstance(screen, PredictionsScreen)
        (new,) = predictions.lines(desk, words="DEIM", now=NOW)
        assert f"Prediction {new.id} is written down. It is due on 20 Nov 2028." in told(pilot)
        assert new.id in [row.id for row in screen.rows.rows]


async def test_another_view_whose_form_was_left_is_told_and_listed(
    due: list[int], writer: Writer, make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=SIZE) as pilot:
        fill(form := await opened(pilot, "u"), VIEW)
        await leave(pilot, writer, form)
        screen = pilot.app.screen
        assert isinstance(screen, PredictionsScreen) and screen.marked
        assert (screen.marked.id, screen.marked.probability) == (due[0], 0.6)
        assert f"Prediction {due[0]} has another view." in told(pilot)


async def test_a_surprise_whose_form_was_left_is_told_once(
    library: dict[str, int], desk: Desk, writer: Writer, make_app: MakeApp
) -> None:
    async with make_app("triage").run_test(size=SIZE) as pilot:
        fill(form := await opened(pilot, "s"), SURPRISE)
        writer.hold(pilot)
        await pilot.press("enter", "ctrl+s", "enter", "escape")
        assert pilot.app.screen is not form
        writer.let_go()
        await settled(pilot)
        (logged,) = surprises.list_surprises(desk, limit=5)
        assert told(pilot).count(f"Surprise {logged.id} is logged.") == 1


async def test_a_technique_whose_form_was_left_is_told_and_marked(
    library: dict[str, int], writer: Writer, make_app: MakeApp
) -> None:
    async with make_app("radar").run_test(size=SIZE) as pilot:
        fill(form := await opened(pilot, "a"), TECHNIQUE)
        await leave(pilot, writer, form)
        screen = pilot.app.screen
        assert isinstance(screen, RadarScreen) and screen.marked is not None
        assert screen.marked.name == "DEIM" and "DEIM is on the radar, in ASSESS." in told(pilot)


@pytest.mark.parametrize(
    ("start", "key", "values", "service", "name"),
    [
        ("predictions", "p", PREDICTION, predictions, "predict"),
        ("predictions", "u", VIEW, predictions, "update"),
        ("triage", "s", SURPRISE, surprises, "log_surprise"),
        ("radar", "a", TECHNIQUE, radar, "add"),
    ],
    ids=["predict", "update", "surprise", "technique"],
)
async def test_a_refusal_is_told_to_whoever_left_and_the_words_are_given_back(
    due: list[int],
    writer: Writer,
    make_app: MakeApp,
    monkeypatch: pytest.MonkeyPatch,
    start: str,
    key: str,
    values: dict[str, str],
    service: Any,
    name: str,
) -> None:
    monkeypatch.setattr(service, name, busy)
    async with make_app(start).run_test(size=SIZE) as pilot:
        fill(form := await opened(pilot, key), values)
        await leave(pilot, writer, form)
        assert "The store is busy.\nTry again." in told(pilot)
        assert pilot.app.clipboard == "\n".join(values.values())
        assert "it is on the clipboard" in told(pilot)


async def test_what_a_left_form_lacked_is_told_without_the_options_of_a_shell(
    due: list[int], writer: Writer, make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=SIZE) as pilot:
        fill(form := await opened(pilot, "p"), PREDICTION | {"predict-probability": ""})
        await leave(pilot, writer, form)
        assert "How likely is it?\nFrom 0 to 1, or in percent." in told(pilot)


async def test_after_a_refusal_the_form_can_be_saved_again(
    due: list[int], desk: Desk, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app("predictions").run_test(size=SIZE) as pilot:
        fill(form := await opened(pilot, "p"), PREDICTION)
        with monkeypatch.context() as patch:
            patch.setattr(predictions, "predict", busy)
            await pilot.press("enter")
            await settled(pilot)
        assert pilot.app.screen is form and typed(form) == PREDICTION
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, PredictionsScreen)
    assert len(predictions.lines(desk, words="DEIM", now=NOW)) == 1


@pytest.mark.parametrize("meanwhile", ["", "nonsense", "5y"])
async def test_the_due_day_told_is_the_one_that_was_saved(
    due: list[int], writer: Writer, make_app: MakeApp, meanwhile: str
) -> None:
    async with make_app("predictions").run_test(size=SIZE) as pilot:
        fill(form := await opened(pilot, "p"), PREDICTION)
        writer.hold(pilot)
        await pilot.press("enter")
        fill(form, {"predict-due": meanwhile})
        writer.let_go()
        await settled(pilot)
        assert isinstance(pilot.app.screen, PredictionsScreen)
        assert "It is due on 20 Nov 2028." in told(pilot)


async def test_what_stands_above_the_form_stays_when_it_is_saved(
    due: list[int], writer: Writer, make_app: MakeApp
) -> None:
    async with make_app("predictions").run_test(size=SIZE) as pilot:
        fill(form := await opened(pilot, "p"), PREDICTION)
        writer.hold(pilot)
        await pilot.press("enter")
        pilot.app.action_help()  # type: ignore[attr-defined]
        await pilot.pause()
        above = pilot.app.screen
        writer.let_go()
        await settled(pilot)
        assert pilot.app.screen is above is not form and "is written down." in told(pilot)


# In a burst


@pytest.mark.parametrize(
    ("start", "key", "fields"),
    [
        ("predictions", "p", ("predict-statement", "predict-probability", "predict-due")),
        ("predictions", "u", ("update-probability", "update-reasoning")),
        ("triage", "s", ("surprise-text", "surprise-claim", "surprise-observed")),
        ("radar", "e", ("field-owner", "field-description", "field-papers")),
        ("runs", "n", ("field-model", "field-data", "field-epochs")),
    ],
    ids=["predict", "update", "surprise", "technique", "run"],
)
async def test_each_field_gets_the_keys_that_were_meant_for_it(
    due: list[int], desk: Desk, make_app: MakeApp, start: str, key: str, fields: tuple[str, ...]
) -> None:
    radar.add(desk, "DEIM", ring=Ring.ADOPT, quadrant="Models", reason="beats ours by 2 AP", now=NOW)
    async with make_app(start).run_test(size=SIZE) as pilot:
        form = await opened(pilot, key)
        form.query_one(f"#{fields[0]}").focus()
        await settled(pilot)
        words = ("one", "another", "x")[: len(fields)]
        burst(pilot, *(part for word in words for part in (word, "tab")), "shift+tab")
        await settled(pilot)
        assert typed(form) == dict(zip(fields, words, strict=True))
        assert form.query_one(f"#{fields[-1]}").has_focus


@pytest.mark.parametrize("after", [(), ("escape",)], ids=["stays", "leaves"])
@pytest.mark.parametrize("save", ["enter", "ctrl+s"])
async def test_what_is_saved_has_the_letters_that_came_just_before(
    due: list[int], desk: Desk, make_app: MakeApp, save: str, after: tuple[str, ...]
) -> None:
    async with make_app("predictions").run_test(size=SIZE) as pilot:
        await opened(pilot, "u")
        burst(pilot, "0.6", "tab", "vendors", save, *after)
        await settled(pilot)
        assert not isinstance(pilot.app.screen, Form)
    view = predictions.view(desk, due[0], now=NOW)
    assert [(one.probability, one.reasoning) for one in view.updates][-1:] == [(0.6, "vendors")]

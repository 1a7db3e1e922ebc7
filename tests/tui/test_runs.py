"""The runs screen: what runs is followed, curves lie over each other, and keys do what they say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

from r2p_tui.domain.runs import MetricPoint, RunSpec, RunState
from r2p_tui.errors import StoreBusyError, UsageError
from r2p_tui.services import run_queue, run_views, runs
from r2p_tui.services.desk import Desk
from r2p_tui.tui import run_keeper, run_words
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.curve_choice import range_of
from r2p_tui.tui.dialogs.compare_runs import CompareRunsDialog
from r2p_tui.tui.dialogs.form import WrongFieldError
from r2p_tui.tui.dialogs.new_run import NewRunDialog, spec_of
from r2p_tui.tui.dialogs.stop_run import StopRunDialog
from r2p_tui.tui.growing_curve import GrowingCurve
from r2p_tui.tui.run_keeper import RunTrace
from r2p_tui.tui.run_keys import RUN_KEYS
from r2p_tui.tui.screens.runs import RunsScreen
from r2p_tui.tui.widgets.key_bar import KeyBar
from r2p_tui.tui.widgets.line_block import LineBlock
from r2p_tui.tui.widgets.tab_line import TabLine

from .conftest import NOW
from .sample_runs import LiveRun, curves, living, several, training
from .settling import press, settled, until

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]


@pytest.fixture(autouse=True)
def still_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times left are told as at NOW, and no process is started."""
    monkeypatch.setattr(run_views, "time", SimpleNamespace(time=NOW.timestamp))


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user stands where the data set is that the runs name."""
    (tmp_path / "inspection.yaml").touch()
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def stored(desk: Desk) -> list[int]:
    return several(desk)


@pytest.fixture
def live(desk: Desk, stored: list[int]) -> Iterator[LiveRun]:
    """Run 4, at epoch 14 of 40."""
    with living(desk) as run:
        values = curves(14, 0.58)
        for epoch in range(1, 15):
            run.report(epoch, **{name: column[epoch - 1] for name, column in values.items()})
        run.write_log("epoch 14 of 40: [bold]no markup[/bold]\n")
        yield run


VIEWS = {
    "open": (),
    "overlay": ("space", "G", "space"),
    "log": ("enter",),
    "criteria": ("shift+tab", "shift+tab"),
    "new": ("n",),
    "compare": ("space", "G", "c"),
    "stop": ("s",),
}


async def opened(pilot: Pilots) -> RunsScreen:
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, RunsScreen)
    await until(pilot, lambda: screen.keeper.loaded)
    await settled(pilot)
    return screen


def listed(screen: RunsScreen) -> list[str]:
    lines = screen.runs.size.height
    return [screen.runs.render_line(line).text.rstrip() for line in range(lines)]


def drawn(screen: RunsScreen) -> str:
    return "\n".join(screen.plot.render_line(line).text.rstrip() for line in range(screen.plot.size.height))


def said(screen: RunsScreen, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)


def footer(pilot: Pilots) -> list[str]:
    return [entry.words for entry in pilot.app.screen.query_one(KeyBar)._entries()]


def told(pilot: Pilots) -> list[str]:
    return [str(note.message) for note in pilot.app._notifications]


# Looking


async def test_an_empty_screen_says_what_fills_it(make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert "No run yet." in said(screen, "#empty")
        assert "r2p demo data ~/inspection" in said(screen, "#empty")
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, NewRunDialog)


async def test_the_list_says_states_in_words_and_starts_on_what_runs(
    live: LiveRun, make_app: MakeApp
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "5")
        screen = await opened(pilot)
        rows = listed(screen)
        assert "#4" in rows[0] and "● running" in rows[0] and "epoch 14/40" in rows[0]
        assert "○ queued" in rows[1] and "✗ failed" in rows[2] and "✓ done" in rows[3]
        assert screen.marked is not None and screen.marked.id == live.id
        assert said(screen, "#runs-count").startswith("4 runs · 1 running · 1 queued · the queue is paused")
        assert pilot.app.status.running == 1  # type: ignore[attr-defined]
        assert footer(pilot) == ["mark", "log", "metric", "stop", "new", "help"]


def test_a_run_that_ended_is_listed_with_its_last_value_not_its_best(stored: list[int], desk: Desk) -> None:
    done = next(view for view in runs.list_runs(desk) if view.state is RunState.DONE)
    worse = replace(done, latest={**done.latest, "map50": 0.31}, best={**done.best, "map50": 0.52})
    assert run_words.metric_words(worse) == "map50 0.31"


async def test_what_short_names_leave_goes_to_how_a_run_stands(live: LiveRun, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "5")
        rows = listed(await opened(pilot))
        assert "ablate mosaic (2/6) ✗ failed" in rows[2]
        assert "The GPU ran out" in rows[2]


async def test_a_number_that_is_written_comes_to_the_screen(live: LiveRun, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: "at epoch 14" in drawn(screen))
        live.report(15, map50=0.47)
        live.write_log("epoch 15 of 40\n")
        await until(pilot, lambda: "0.47 at epoch 15, best 0.47 at epoch 15" in drawn(screen))
        await until(pilot, lambda: screen.log_pane.lines[-1:] == ["epoch 15 of 40"])
        assert screen.log_pane.lines[0] == "epoch 14 of 40: [bold]no markup[/bold]"


async def test_nothing_is_read_for_a_screen_that_nobody_sees(
    live: LiveRun, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "1")
        looks: list[int] = []
        monkeypatch.setattr(screen.keeper, "look", lambda **_: looks.append(1))
        await pilot.pause(0.8)
        assert looks == []
        await press(pilot, "5")
        assert looks


async def test_a_cursor_in_sight_stays_there_when_new_runs_come(
    stored: list[int], desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "G")
        for _ in range(6):
            runs.submit(desk, training("another"), now=NOW)
        screen.keeper.look(again=True)
        await until(pilot, lambda: len(screen.runs.views) == 9)
        await settled(pilot)
        assert screen.marked is not None and screen.marked.id == stored[0]
        assert any("#1 " in row for row in listed(screen))


async def test_the_title_counts_runs_that_are_not_listed(
    stored: list[int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_keeper, "LISTED_AT_MOST", 2)
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert said(screen, "#runs-count").startswith("3 runs · the last 2 are listed")


def test_a_curve_has_its_x_before_another_thread_can_meet_it() -> None:
    trace = RunTrace(1)
    seen: list[bool] = []

    class Watched(dict[str, GrowingCurve]):
        def __setitem__(self, name: str, curve: GrowingCurve) -> None:
            seen.append(name in trace.x_names)
            super().__setitem__(name, curve)

    trace.curves = Watched()
    trace.add(MetricPoint(1.0, {"loss": 0.5}, epoch=1))
    assert seen == [True]


def test_a_step_that_no_float_holds_is_drawn_far_away() -> None:
    trace = RunTrace(1)
    trace.add(MetricPoint(1.0, {"loss": 0.5}, step=10**400))
    assert trace.curves["loss"].xs == [1e15]


async def test_nothing_is_drawn_again_that_looks_the_same(stored: list[int], make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "j")
        await until(pilot, lambda: "epoch 22" in drawn(screen))
        before = screen.plot.drawn
        screen._draw()
        await settled(pilot)
        assert screen.plot.drawn == before


async def test_trouble_at_the_start_takes_the_place_of_the_list(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise StoreBusyError("Another program uses the store.", "Try again.")

    monkeypatch.setattr(run_queue, "refresh", busy)
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "Another program uses the store." in said(pilot.app.screen, "#problem")  # type: ignore[arg-type]


# Curves


async def test_marked_runs_stay_over_each_other_in_letters_of_their_own(
    live: LiveRun, make_app: MakeApp
) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: "at epoch 14" in drawn(screen))
        await press(pilot, "space", "G")
        await until(pilot, lambda: "epoch 40" in drawn(screen))
        picture = drawn(screen)
        assert "a #4 RT-DETR-l inspection" in picture and "b #1 YOLOv8n inspection" in picture
        assert said(screen, "#runs-told") == "1 marked"
        await press(pilot, "k")
        await until(pilot, lambda: "b #2" in drawn(screen))
        assert "a #4" in drawn(screen) and "#1" not in drawn(screen)
        await press(pilot, "l")
        assert "a #4" in drawn(screen) and "b #2" in drawn(screen)
        assert "a #4" in listed(screen)[0]


async def test_metrics_are_walked_and_picked(live: LiveRun, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: screen.choice.known_metrics)
        assert screen.choice.metrics[0] == "map50"
        await press(pilot, "l")
        assert screen.choice.metrics[0] == "map50_95"
        await press(pilot, "h")
        await press(pilot, "m", "space", "G", "space", "enter")
        assert list(screen.choice.metrics) == ["map50", "val_loss"]
        assert "map50 and val_loss" in drawn(screen) and "#4 RT-DETR-l in… val_loss: 1.07" in drawn(screen)
        assert "lowest" in drawn(screen)


async def test_log_scale_smoothing_and_range(live: LiveRun, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: "at epoch 14" in drawn(screen))
        await press(pilot, "L", "S")
        assert "map50 · log scale · smoothed 0.6" in drawn(screen)
        await press(pilot, "z")
        await press(pilot, *"5-10", "enter")
        assert "epoch 5 to 10" in drawn(screen)
        await press(pilot, "right_square_bracket")
        assert screen.choice.range == (5, 8.75)
        await press(pilot, "0", "L", "S", "S")
        assert drawn(screen).startswith("map50\n")


async def test_a_range_that_cannot_be_read_is_told(live: LiveRun, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "z", "x", "enter")
        assert any("10-40" in note for note in told(pilot))
        await press(pilot, "escape")
        assert screen.runs.has_focus


@pytest.mark.parametrize(
    ("text", "found"),
    [("10-40", (10, 40)), ("10-", (10, float("inf"))), ("-40", (float("-inf"), 40)),
     ("10..40", (10, 40)), ("40-10", None), ("12", None), ("a-b", None)],
)  # fmt: skip
def test_ranges(text: str, found: tuple[float, float] | None) -> None:
    assert range_of(text) == found


# Beside the curves


async def test_tab_walks_what_stands_beside_the_curves(live: LiveRun, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        seen = []
        for _ in range(5):
            seen.append(screen.query_one(TabLine).chosen)
            await press(pilot, "tab")
        assert seen == ["curves", "log", "resources", "criteria", "about"]
        await press(pilot, "shift+tab")
        assert "inspection.yaml" in said(screen, "#pane-about Static")


async def test_the_whole_log_stands_still_when_one_looks_back(live: LiveRun, make_app: MakeApp) -> None:
    live.write_log("".join(f"line {number}\n" for number in range(100)))
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: len(screen.log_pane.lines) == 101)
        await press(pilot, "k", "k")
        top = screen.log_pane.render_line(0).text
        live.write_log("another\n")
        await until(pilot, lambda: len(screen.log_pane.lines) == 102)
        assert screen.log_pane.render_line(0).text == top
        assert "paused, G follows" in str(screen.query_one(TabLine).labels)
        await press(pilot, "G")
        assert screen.log_pane.copied().endswith("another")
        await press(pilot, "escape")
        assert screen.runs.has_focus and screen.plot.region.height > 0


async def test_criteria_are_lights_with_words(live: LiveRun, make_app: MakeApp) -> None:
    live.tell(event="criterion", index=0, role="success", text="map50 >= 0.60 by epoch 40", light="pending",
              sentence="0.46, heading for 0.57 ± 0.03.", numbers=[])  # fmt: skip
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: "heading for 0.57" in said(screen, "#lights"))
        assert "○ pending     success map50 >= 0.60 by epoch 40" in said(screen, "#lights")
        assert "○ kept so far kill    map50 < 0.10 by epoch 10" in said(screen, "#lights")


async def test_the_title_tells_of_the_whole_log_as_it_is(live: LiveRun, make_app: MakeApp) -> None:
    live.write_log("".join(f"line {number}\n" for number in range(100)))
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: screen.trace and screen.trace.log.total == 101)
        await press(pilot, "enter")
        assert said(screen, "#runs-told") == "#4 RT-DETR-l inspection · 101 lines"
        await press(pilot, "k")
        assert said(screen, "#runs-told").endswith("101 lines · paused, G follows")
        await press(pilot, "G")
        assert said(screen, "#runs-told").endswith("101 lines")
        await press(pilot, "escape")
        assert said(screen, "#runs-told") == ""


async def test_leaving_a_log_that_stood_still_follows_it_again(live: LiveRun, make_app: MakeApp) -> None:
    live.write_log("".join(f"line {number}\n" for number in range(100)))
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "enter", "k", "escape")
        assert screen.log_pane.following
        assert screen.query_one(TabLine).labels["log"] == "Log"


async def test_a_log_turned_back_by_the_wheel_names_no_key_that_goes_elsewhere(
    live: LiveRun, make_app: MakeApp
) -> None:
    live.write_log("".join(f"line {number}\n" for number in range(100)))
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: len(screen.log_pane.lines) == 101)
        pane = screen.log_pane
        pane.action_move(-3)
        await settled(pilot)
        labels = screen.query_one(TabLine)
        assert labels.labels["log"] == "Log · paused"
        pane.focus()
        await settled(pilot)
        assert labels.labels["log"] == "Log · paused, G follows"
        screen.runs.focus()
        await settled(pilot)
        assert labels.labels["log"] == "Log" and pane.following


async def test_the_log_waits_for_who_looks_into_another_window(live: LiveRun, make_app: MakeApp) -> None:
    live.write_log("".join(f"line {number}\n" for number in range(100)))
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "enter", "k")
        pilot.app.app_focus = False
        await settled(pilot)
        pilot.app.app_focus = True
        await settled(pilot)
        assert screen.log_pane.has_focus and not screen.log_pane.following


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
@pytest.mark.parametrize("keys", [("z", "escape"), ("tab",) * 4, ("tab", "z", "tab", "tab", "tab")], ids=str)
async def test_the_whole_log_keeps_the_keys(
    live: LiveRun, make_app: MakeApp, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    async with make_app("runs").run_test(size=size) as pilot:
        screen = await opened(pilot)
        await press(pilot, "enter", *keys)
        if keys[-1] == "escape":
            assert not screen.has_class("-whole") and screen.runs.has_focus
            assert any("escape leaves the whole log" in note for note in told(pilot))
        else:
            assert screen.has_class("-whole") and screen.view == "log" and screen.log_pane.has_focus


async def test_what_a_soft_criterion_asks_is_answered_by_a_key(
    live: LiveRun, desk: Desk, make_app: MakeApp
) -> None:
    live.tell(event="question", index=2, sentence="val_loss has risen for 5 epochs in a row.")
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: screen.has_class("-asked"))
        assert "val_loss has risen for 5 epochs in a row. Stop run 4?" in said(screen, "#question")
        assert footer(pilot)[-3:] == ["stop it", "go on", "help"]
        await press(pilot, "o")
        await until(pilot, lambda: not screen.has_class("-asked"))
        assert runs.view_of(desk, live.id).questions == ()
        assert not live.folder.stop.exists()


@pytest.mark.parametrize(("key", "stop"), [("x", True), ("o", False)])
async def test_an_answer_says_what_its_key_says(
    key: str, stop: bool, live: LiveRun, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.tell(event="question", index=2, sentence="val_loss has risen for 5 epochs in a row.")
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: screen.has_class("-asked"))
        answers: list[tuple[int, int, bool]] = []

        def answer(run_id: int, index: int, *, stop: bool) -> None:
            answers.append((run_id, index, stop))

        monkeypatch.setattr(screen.keeper, "answer", answer)
        await press(pilot, key)
        assert answers == [(live.id, 2, stop)]


@pytest.mark.parametrize(
    ("key", "left"),
    [("left_square_bracket", (4.25, math.inf)), ("right_square_bracket", (-math.inf, 10.75))],
)
async def test_a_bracket_cuts_its_own_end(
    key: str, left: tuple[float, float], live: LiveRun, make_app: MakeApp
) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: "at epoch 14" in drawn(screen))
        await press(pilot, key)
        assert screen.choice.range == left


# Changing


@pytest.mark.parametrize(
    ("key", "down", "words"),
    [("R", 0, "has not ended"), ("R", 1, "has not ended"), ("s", 2, "goes on no more: it is failed"),
     ("x", 2, "asks nothing"), ("o", 0, "asks nothing")],
)  # fmt: skip
async def test_a_key_that_can_do_nothing_says_why_and_is_no_key_of_the_program(
    key: str, down: int, words: str, live: LiveRun, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    other: list[str] = []
    monkeypatch.setattr(R2PApp, "action_sync", lambda _: other.append("sync"))
    monkeypatch.setattr(R2PApp, "action_surprise", lambda _: other.append("surprise"))
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, *("j",) * down, key)
        await until(pilot, lambda: any(words in note for note in told(pilot)))
        assert other == [] and pilot.app.screen is screen


@pytest.mark.parametrize("key", ["R", "s", "C", "enter", "space", "x"])
async def test_a_key_for_a_run_says_that_there_is_none(
    key: str, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(R2PApp, "action_sync", lambda _: None)
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, key)
        assert told(pilot) == ["There is no run here yet; n starts one."]
        assert pilot.app.screen is screen and not screen.has_class("-whole")


async def test_pause_twice_is_as_before(stored: list[int], desk: Desk, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        asked: list[bool] = []
        paused = runs.pause_queue

        def pause_queue(desk: Desk, held: bool, **options: Any) -> None:
            asked.append(held)
            paused(desk, True, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(runs, "pause_queue", pause_queue)
            screen.action_pause()
            screen.action_pause()
            screen.action_pause()
            screen.action_pause()
            assert screen.keeper.paused
            await settled(pilot)
        assert asked == [False, True, False, True] and screen.keeper.paused


async def test_a_pause_that_was_refused_is_taken_back(
    stored: list[int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise StoreBusyError("Another program uses the store.", "Try again.")

    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        monkeypatch.setattr(runs, "pause_queue", busy)
        await press(pilot, "p")
        assert screen.keeper.paused and "is paused" in said(screen, "#runs-count")
        assert any("Another program" in note for note in told(pilot))


async def test_resume_pressed_again_resumes_once(
    stored: list[int], desk: Desk, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resume_run(desk: Desk, run_id: int, *, now: datetime) -> run_views.RunView:
        return runs.submit(desk, replace(training("resumed"), resumes=run_id), now=now)

    monkeypatch.setattr(runs, "resume_run", resume_run)
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "j")
        screen.action_resume()
        screen.action_resume()
        await settled(pilot)
        await press(pilot, "R")
        assert len(runs.list_runs(desk)) == 4
        assert any("queued already" in note for note in told(pilot))


class Queue:
    """Holds what the form submits back until the test lets it go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.specs: list[RunSpec] = []
        self._goes_on = Event()
        self._refuses: UsageError | None = None
        self._submit = runs.submit
        monkeypatch.setattr(runs, "submit", self.submit)

    def submit(self, desk: Desk, spec: RunSpec, *, now: datetime) -> run_views.RunView:
        self.specs.append(spec)
        assert self._goes_on.wait(10)
        if self._refuses:
            raise self._refuses
        return self._submit(desk, spec, now=now)

    def let_go(self, refuses: UsageError | None = None) -> None:
        self._refuses = refuses
        self._goes_on.set()


@pytest.fixture
def queue(desk: Desk, stored: list[int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    queue = Queue(monkeypatch)
    yield queue
    queue.let_go()


async def filled_form(pilot: Pilots) -> RunsScreen:
    """A form that asks for a command, and the screen below."""
    screen = await opened(pilot)
    await press(pilot, "n", "ctrl+t")
    pilot.app.screen.query_one("#field-argv", Input).value = "true"
    return screen


async def test_enter_twice_starts_one_run_and_marks_it(queue: Queue, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await filled_form(pilot)
        await pilot.press("enter")
        await pilot.press("enter", "ctrl+t", "ctrl+s")
        queue.let_go()
        await settled(pilot)
        assert pilot.app.screen is screen and len(queue.specs) == 1
        await until(pilot, lambda: screen.marked and screen.marked.id == 4)
        assert [note for note in told(pilot) if "Run 4" in note] == ["Run 4 is queued."]


async def test_a_run_that_starts_after_its_form_was_left_is_marked_and_told(
    queue: Queue, make_app: MakeApp
) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await filled_form(pilot)
        await pilot.press("enter")
        await pilot.press("escape")
        queue.let_go()
        await settled(pilot)
        assert pilot.app.screen is screen
        await until(pilot, lambda: screen.marked and screen.marked.id == 4)
        assert "Run 4 is queued." in told(pilot)


async def test_a_refusal_after_its_form_was_left_is_told(queue: Queue, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await filled_form(pilot)
        await pilot.press("enter")
        await pilot.press("escape")
        queue.let_go(UsageError("The disk is full.", "Make room."))
        await settled(pilot)
        assert pilot.app.screen is screen
        assert "The disk is full.\nMake room." in told(pilot)


async def test_after_a_refusal_the_form_can_be_sent_again(queue: Queue, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await filled_form(pilot)
        queue.let_go(UsageError("The disk is full.", "Make room."))
        await press(pilot, "enter")
        assert "The disk is full." in str(pilot.app.screen.query_one("#new-said", Static).content)
        queue.let_go()
        await press(pilot, "enter")
        assert pilot.app.screen is screen and len(queue.specs) == 2


async def test_a_folder_that_cannot_be_is_told_at_its_field(queue: Queue, make_app: MakeApp) -> None:
    queue.let_go()
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await filled_form(pilot)
        dialog = pilot.app.screen
        dialog.query_one("#field-folder", Input).value = "~nosuchuser/x"
        await press(pilot, "enter")
        words = str(dialog.query_one("#new-said", Static).content)
        assert words.startswith("“~nosuchuser/x” cannot be its folder.")
        assert dialog.query_one("#label-folder", Label).has_class("-wrong")
        assert queue.specs == []


async def test_a_command_starts_where_r2p_stands(queue: Queue, tmp_path: Path, make_app: MakeApp) -> None:
    queue.let_go()
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await filled_form(pilot)
        await press(pilot, "enter")
        assert [spec.folder for spec in queue.specs] == [str(tmp_path)]


@pytest.mark.parametrize("kind", ["command", "train"])
async def test_a_working_folder_that_is_gone_is_told(
    kind: str, queue: Queue, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.let_go()
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await filled_form(pilot)
        if kind == "train":
            await press(pilot, "ctrl+t")
            for name, value in {"model": "yolov8n.yaml", "data": "d.yaml"}.items():
                pilot.app.screen.query_one(f"#field-{name}", Input).value = value

        def gone() -> str:
            raise FileNotFoundError

        with monkeypatch.context() as patch:
            patch.setattr("os.getcwd", gone)
            await press(pilot, "enter")
        assert "is gone" in str(pilot.app.screen.query_one("#new-said", Static).content)
        assert queue.specs == []


async def test_stopping_asks_first(live: LiveRun, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await press(pilot, "s")
        assert isinstance(pilot.app.screen, StopRunDialog)
        await press(pilot, "escape")
        assert not live.folder.stop.exists()
        await press(pilot, "s", "s")
        await until(pilot, live.folder.stop.exists)


async def test_a_run_that_waits_is_taken_out_at_once(
    stored: list[int], desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        assert screen.marked is not None and screen.marked.state is RunState.QUEUED
        await press(pilot, "s")
        await until(pilot, lambda: runs.view_of(desk, stored[2]).state is RunState.CANCELLED)


async def test_the_queue_is_held_and_let_go(
    desk: Desk, stored: list[int], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "start_waiting", lambda *_, **__: 0)
    monkeypatch.setattr(run_queue, "start_waiting", lambda *_, **__: 0)
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "p")
        await until(pilot, lambda: not screen.keeper.paused)
        await press(pilot, "p")
        await until(pilot, lambda: runs.queue_paused(desk) and screen.keeper.paused)


async def test_a_run_without_a_checkpoint_says_why_it_does_not_resume(
    stored: list[int], make_app: MakeApp
) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await press(pilot, "j", "R")
        await until(pilot, lambda: any("no checkpoint" in note for note in told(pilot)))


async def test_a_clone_carries_over_what_the_run_was_told(
    stored: list[int], desk: Desk, make_app: MakeApp
) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await press(pilot, "G", "C")
        dialog = pilot.app.screen
        assert isinstance(dialog, NewRunDialog)
        assert dialog.query_one("#field-more", Input).value == "mosaic=1.0"
        dialog.query_one("#field-epochs", Input).value = "60"
        dialog.query_one("#field-success", Input).value = "map50 >= 0.7; map50_95 >= 0.4"
        await press(pilot, "enter")
        await until(pilot, lambda: len(runs.list_runs(desk)) == 4)
        spec = runs.list_runs(desk)[0].spec
        assert spec.train["epochs"] == 60 and spec.train["mosaic"] == 1.0 and spec.epochs == 60
        assert [one.text for one in spec.criteria] == ["map50 >= 0.7", "map50_95 >= 0.4"]


async def test_a_clone_drops_what_was_taken_out_and_secrets_with_a_word(
    desk: Desk, make_app: MakeApp
) -> None:
    runs.pause_queue(desk, True, now=NOW)
    spec = replace(
        training("secretive", mosaic=1.0), environment={"HF_TOKEN": "canary", "PLAIN": "yes"}, seed=7
    )
    runs.submit(desk, spec, now=NOW)
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await press(pilot, "C")
        pilot.app.screen.query_one("#field-more", Input).value = ""
        await press(pilot, "enter")
        await until(pilot, lambda: len(runs.list_runs(desk)) == 2)
        clone = runs.list_runs(desk)[0].spec
        assert "mosaic" not in clone.train
        assert (clone.environment, clone.seed) == ({"PLAIN": "yes"}, 7)
        await until(pilot, lambda: any("HF_TOKEN is not set" in note for note in told(pilot)))


async def test_a_wrong_field_is_pointed_at(make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await press(pilot, "n")
        dialog = pilot.app.screen
        for name, value in {"model": "yolov8n.yaml", "data": "d.yaml", "kill": "val_loss wobbling"}.items():
            dialog.query_one(f"#field-{name}", Input).value = value
        await press(pilot, "enter")
        words = str(dialog.query_one("#new-said", Static).content)
        assert "^" in words.splitlines()[-1]
        assert dialog.query_one("#label-kill", Label).has_class("-wrong")
        assert dialog.query_one("#field-kill", Input).has_focus


async def test_the_form_of_a_command_keeps_what_both_have(make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await press(pilot, "n")
        pilot.app.screen.query_one("#field-time-box", Input).value = "2 h"
        await press(pilot, "ctrl+t")
        assert pilot.app.screen.query_one("#field-argv", Input).has_focus
        assert pilot.app.screen.query_one("#field-time-box", Input).value == "2 h"


def typed(kind: str, **values: str) -> dict[str, str]:
    names = "name success kill soft-kill time-box device more folder watch argv model data epochs imgsz batch"
    return dict.fromkeys(names.split(), "") | values


def test_a_command_is_split_like_a_shell_does_but_never_run_by_one() -> None:
    spec = spec_of(
        "command", typed("command", argv="python train.py --note 'two words'") | {"time-box": "90 min"}
    )
    assert spec.argv == ("python", "train.py", "--note", "two words")
    assert spec.time_box == 5400 and spec.name == "python train.py --note two words"


@pytest.mark.parametrize(
    ("field", "value"),
    [("epochs", "many"), ("more", "mosaic"), ("more", "nonsense=1"), ("time-box", "soon"), ("data", "")],
)
def test_what_is_wrong_belongs_to_a_field(field: str, value: str) -> None:
    values = typed("train", model="yolov8n.yaml", data="d.yaml") | {field: value}
    with pytest.raises(WrongFieldError) as wrong:
        spec_of("train", values)
    assert wrong.value.field == field


async def test_two_runs_are_compared(stored: list[int], make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await press(pilot, "c")
        await press(pilot, "G", "space", "k", "c")
        dialog = pilot.app.screen
        assert isinstance(dialog, CompareRunsDialog)
        words = str(dialog.query_one("#compared", Static).content)
        assert "▼ worse" in words and "mosaic" in words
        await press(pilot, "x")
        assert "▲ better" in str(dialog.query_one("#compared", Static).content)


async def test_numbers_are_copied(stored: list[int], make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await press(pilot, "G")
        await until(pilot, lambda: "epoch 40" in drawn(screen))
        await press(pilot, "y")
        assert pilot.app.clipboard.startswith("#1 YOLOv8n inspection: 0.54 at epoch 40")


async def test_today_tells_what_runs(live: LiveRun, make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "5")
        await opened(pilot)
        await press(pilot, "1")
        words = str(app.screen.query_one("#running", LineBlock).render())
        assert "● RT-DETR-l inspection" in words and "epoch 14/40" in words and "▁" in words
        assert "map50 >= 0.60 by epoch 40" in words


def test_every_key_has_a_name_of_its_own() -> None:
    ids = [one.id for one in RUN_KEYS if isinstance(one, Binding)]
    assert all(ids) and len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("size", "view"),
    [
        *((size, view) for size in [(80, 24), (120, 40)] for view in VIEWS),
        ((160, 45), "overlay"),
    ],
    ids=str,
)
def test_runs_snapshot(
    snap_compare: Any, live: LiveRun, make_app: MakeApp, size: tuple[int, int], view: str
) -> None:
    async def show(pilot: Pilots) -> None:
        screen = await opened(pilot)
        await until(pilot, lambda: "epoch 14" in drawn(screen) or screen.plot.size.height < 6)
        await press(pilot, *VIEWS[view])
        if view in ("overlay", "compare"):
            await until(pilot, lambda: len(screen.plot.face.curves) == 2)
        await settled(pilot)

    assert snap_compare(make_app("runs"), terminal_size=size, run_before=show)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_no_runs_snapshot(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    async def show(pilot: Pilots) -> None:
        await opened(pilot)

    assert snap_compare(make_app("runs"), terminal_size=size, run_before=show)

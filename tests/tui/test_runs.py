"""The runs screen: what runs is followed, curves lie over each other, and keys do what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

from r2p_tui.domain.runs import RunState
from r2p_tui.errors import StoreBusyError
from r2p_tui.services import run_queue, run_views, runs
from r2p_tui.services.desk import Desk
from r2p_tui.tui import run_words
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.curve_choice import range_of
from r2p_tui.tui.dialogs.compare_runs import CompareRunsDialog
from r2p_tui.tui.dialogs.new_run import FieldError, NewRunDialog, spec_of
from r2p_tui.tui.dialogs.stop_run import StopRunDialog
from r2p_tui.tui.run_keys import RUN_KEYS
from r2p_tui.tui.screens.runs import RunsScreen
from r2p_tui.tui.widgets.key_bar import KeyBar
from r2p_tui.tui.widgets.line_block import LineBlock
from r2p_tui.tui.widgets.tab_line import TabLine

from .conftest import NOW
from .sample_runs import LiveRun, curves, living, several, training
from .settling import settled

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


async def until(pilot: Pilots, wanted: Callable[[], object]) -> None:
    for _ in range(400):
        if wanted():
            return
        await pilot.pause(0.02)
    raise AssertionError("what was waited for did not come")


async def press(pilot: Pilots, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


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
        await until(pilot, lambda: "c #2" in drawn(screen))
        assert "a #4" in drawn(screen) and "#1" not in drawn(screen)
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
        assert "map50 and val_loss" in drawn(screen) and "inspection val_loss" in drawn(screen)
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


# Changing


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
    with pytest.raises(FieldError) as wrong:
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
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await settled(pilot)

    assert snap_compare(make_app("runs"), terminal_size=size, run_before=show)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_no_runs_snapshot(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    async def show(pilot: Pilots) -> None:
        await opened(pilot)

    assert snap_compare(make_app("runs"), terminal_size=size, run_before=show)

"""What every screen shares: modes, help, palette, remapped keys, small windows, leaving."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from itertools import pairwise
from time import monotonic
from typing import Any

import pytest
from textual.widgets import Input, Static

from r2p_tui.config import Settings
from r2p_tui.services import surprises
from r2p_tui.services.desk import Desk
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.outside import paper_address
from r2p_tui.tui.resting_hands import FRAME_SECONDS, RestingHands
from r2p_tui.tui.widgets.key_bar import KeyBar
from r2p_tui.tui.widgets.mode_bar import ModeBar
from r2p_tui.tui.widgets.paper_list import PaperList

from .conftest import SETTINGS
from .settling import settled

MakeApp = Callable[..., R2PApp]


async def test_number_keys_switch_modes_and_escape_goes_to_today(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        for key, mode in (("2", "triage"), ("escape", "today"), ("3", "library"), ("2", "triage")):
            await pilot.press(key)
            await settled(pilot)
            assert app.current_mode == mode


class NotedHands(RestingHands):
    """Notes what it is told, with the time."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, float]] = []

    def take_over(self) -> None:
        self.told.append(("take over", monotonic()))

    def key(self) -> None:
        self.told.append(("key", monotonic()))

    def frame(self) -> None:
        self.told.append(("frame", monotonic()))

    def tick(self) -> bool:
        self.told.append(("tick", monotonic()))
        return False


async def test_hands_are_told_of_keys_their_frames_and_seconds(make_app: MakeApp) -> None:
    hands = NotedHands()
    async with make_app(hands=hands).run_test() as pilot:
        await settled(pilot)
        assert [name for name, _ in hands.told if name != "tick"] == ["take over"]
        await pilot.press("j")
        await pilot.pause(FRAME_SECONDS + 1.5)
        # A key that no widget takes comes back to the program, and is told of once more.
        keys, frames, ticks = (
            [when for told, when in hands.told if told == name] for name in ("key", "frame", "tick")
        )
        assert keys and len(frames) == len(keys)
        assert 0.9 * FRAME_SECONDS <= frames[0] - keys[0] < 1.0
        assert ticks and all(0.5 < later - earlier < 2.0 for earlier, later in pairwise(ticks))


async def test_the_first_line_names_counts_and_takes_clicks(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        bar = app.screen.query_one(ModeBar)
        line = str(bar.render())
        assert " 2 Triage 12 " in line
        assert "cs.CV cs.LG · never synced" in line
        await pilot.click(ModeBar, offset=(line.index("3 Library"), 0))
        await settled(pilot)
        assert app.current_mode == "library"


async def test_keys_are_remapped_by_the_id_of_their_binding(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app("triage", Settings(triage=SETTINGS.triage, keys={"triage.skip": "z"}))
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("x")
        await settled(pilot)
        assert "skipped 0" in str(app.screen.query_one("#counts", Static).content)
        await pilot.press("z")
        await settled(pilot)
        assert "skipped 1" in str(app.screen.query_one("#counts", Static).content)


def test_every_binding_of_ours_has_an_id_and_can_be_remapped() -> None:
    import r2p_tui.tui as package

    for module in pkgutil.walk_packages(package.__path__, "r2p_tui.tui."):
        classes = vars(importlib.import_module(module.name)).values()
        for cls in classes:
            own = isinstance(cls, type) and cls.__module__ == module.name
            for binding in cls.__dict__.get("BINDINGS", ()) if own else ():
                assert binding.id, f"{cls.__name__}: {binding}"


async def test_the_palette_finds_what_keys_do(library: dict[str, int], make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p", *"library", "enter")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await settled(pilot)
        assert app.current_mode == "library"


async def test_a_surprise_is_logged_from_any_screen(
    library: dict[str, int], make_app: MakeApp, desk: Desk
) -> None:
    app = make_app("triage")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("s", *"boxes drift")
        app.screen.query_one("#surprise-kind", Input).value = "zzz"
        await pilot.press("enter")
        await settled(pilot)
        assert "latency" in str(app.screen.query_one("#surprise-problem", Static).content)
        app.screen.query_one("#surprise-kind", Input).value = "latncy"
        await pilot.press("enter")
        await settled(pilot)
    [stored] = surprises.list_surprises(desk, limit=5)
    assert (stored.text, stored.kind) == ("boxes drift", "latency")


@pytest.mark.parametrize("size", [(30, 24), (80, 8), (1, 1)], ids=str)
async def test_a_window_too_small_says_so_and_keeps_the_focus(
    library: dict[str, int], make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app("triage")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.resize_terminal(*size)
        await settled(pilot)
        cover = app.screen.query_one("#too-small")
        assert cover.display and cover.region.size == app.screen.size
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert not cover.display
        await pilot.press("j")
        assert app.screen.query_one(PaperList).cursor == 1


async def test_a_crash_in_a_thread_ends_the_program_with_its_error(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app()

    def fail(_: Desk) -> Any:
        raise ZeroDivisionError("on purpose")

    with pytest.raises(ZeroDivisionError):
        async with app.run_test() as pilot:
            await settled(pilot)
            app.tasks.run(app, fail, lambda _: None)
            await pilot.pause(0.5)
    assert isinstance(app.failure, ZeroDivisionError)


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("2304.08069", "https://arxiv.org/abs/2304.08069"),
        ("hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        ("10.1109/cvpr.2017.106", "https://doi.org/10.1109/cvpr.2017.106"),
        ("10.1/<a>;b", "https://doi.org/10.1/%3Ca%3E%3Bb"),
    ],
)
def test_a_paper_has_a_page(key: str, address: str) -> None:
    assert paper_address(key, "https://arxiv.org") == address


async def test_only_web_pages_are_opened(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    from r2p_tui.tui.outside import open_address

    app = make_app()
    async with app.run_test() as pilot:
        for address in ("file:///etc/passwd", "javascript:alert(1)", "vscode://x", "https://arxiv.org/abs/1"):
            open_address(app, address)
        await settled(pilot)
    assert opened == ["https://arxiv.org/abs/1"]


async def test_the_last_line_names_the_keys_and_takes_clicks(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app("triage")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        line = str(app.screen.query_one(KeyBar).render())
        assert line.startswith(" k keep  x skip  l later  u undo  1 read now")
        await pilot.click(KeyBar, offset=(line.index("skip"), 0))
        await settled(pilot)
        assert "skipped 1" in str(app.screen.query_one("#counts", Static).content)

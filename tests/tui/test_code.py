"""The code of a paper on its overview: known, looked for, failed, and seen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from socket import socket
from threading import Event
from typing import Any

import pytest

from r2p_tui.config import GitHubSettings, HuggingFaceSettings, Settings
from r2p_tui.paths import Paths
from r2p_tui.services import code
from r2p_tui.services.desk import Desk
from r2p_tui.store.code import CodeLook, save_code
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.screens.paper import PaperScreen
from r2p_tui.tui.widgets.code_line import CodeLine
from tests.services.code_desk import World, hub_paper, repository
from tests.sources.scripted_server import ScriptedServer, answer, scripted, silent

from .conftest import NOW, SETTINGS
from .settling import settled

MakeApp = Callable[..., R2PApp]
WITH_CODE, WITHOUT = "2611.10000", "2611.10002"
pytestmark = pytest.mark.usefixtures("stopped_clock")


def a_look(paper_id: int, **told: Any) -> CodeLook:
    known: dict[str, Any] = {
        "state": "official",
        "url": "https://github.com/example/repo0",
        "found_by": "authors",
        "stars": 1204,
        "upvotes": 25,
        "licence": "Apache-2.0",
        "archived": 0,
        "pushed_at": NOW - timedelta(days=9),
        "models": ["example/small", "example/large"],
        "model_count": 2,
    }
    return CodeLook(paper_id=paper_id, looked_at=NOW - timedelta(days=2), **(known | told))


def keep_look(desk: Desk, look: CodeLook) -> None:
    with desk.store.write() as session:
        save_code(session, look)


def line(app: R2PApp) -> str:
    return str(app.screen.query_one(CodeLine).content)


@pytest.fixture
def world() -> World:
    papers = {WITHOUT: hub_paper("adaexample/edge", numTotalModels=3)}
    return World(papers, {"adaexample/edge": repository(7, archived=True)})


@pytest.fixture
def server(world: World) -> Iterator[ScriptedServer]:
    with scripted(route=world.route) as server:
        yield server


@pytest.fixture
def online(paths: Paths, server: ScriptedServer, library: dict[str, int]) -> R2PApp:
    """An app whose Hugging Face and GitHub are the server of this test."""
    addresses = HuggingFaceSettings(server.url), GitHubSettings(server.url)
    settings = Settings(SETTINGS.arxiv, SETTINGS.triage, huggingface=addresses[0], github=addresses[1])
    return R2PApp(paths, settings, lambda: Desk(paths, settings), now=lambda: NOW)


async def test_without_a_look_the_paper_itself_is_believed(
    library: dict[str, int], make_app: MakeApp
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.open_paper(library[WITH_CODE])
        await settled(pilot)
        assert line(app).splitlines() == [
            "code: official  https://github.com/example/repo0",
            "named by the paper · R looks",
        ]
        app.pop_screen()
        app.open_paper(library[WITHOUT])
        await settled(pilot)
        assert line(app) == "code: not looked for yet\nR looks"


async def test_what_was_found_is_told_with_its_day(
    desk: Desk, library: dict[str, int], make_app: MakeApp
) -> None:
    keep_look(desk, a_look(library[WITH_CODE]))
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.open_paper(library[WITH_CODE])
        await settled(pilot)
        assert line(app).splitlines() == [
            "code: official  https://github.com/example/repo0",
            "attached on Hugging Face by its authors",
            "1,204 stars · last commit 11 Nov 2026 · Apache-2.0",
            "Hugging Face: 2 models, 25 votes · looked on 18 Nov 2026 · R looks again",
        ]


async def test_a_key_looks(online: R2PApp, library: dict[str, int], server: ScriptedServer) -> None:
    async with online.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        online.open_paper(library[WITHOUT])
        await settled(pilot)
        assert not server.seen
        await pilot.press("R")
        await settled(pilot)
        assert line(online).startswith("code: official  https://github.com/adaexample/edge\n")
        assert "7 stars" in line(online)
        assert "archived: nobody works on it any more" in line(online)
        assert len(server.seen) == 2


async def test_two_presses_look_once_and_say_that_it_goes_on(
    online: R2PApp, library: dict[str, int], server: ScriptedServer, world: World
) -> None:
    awaited, found = Event(), answer(json.dumps(world.papers[WITHOUT]))

    def when_awaited(connection: socket) -> None:
        awaited.wait(10)
        found(connection)

    world.hub_says = when_awaited
    async with online.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        online.open_paper(library[WITHOUT])
        await settled(pilot)
        await pilot.press("R", "R")
        assert line(online) == "code: not looked for yet\nlooking …"
        awaited.set()
        await settled(pilot)
        assert "looking" not in line(online)
        assert len(server.seen) == 2


async def test_a_look_that_fails_says_why_and_leaves_what_is_known(
    online: R2PApp, desk: Desk, library: dict[str, int], world: World
) -> None:
    keep_look(desk, a_look(library[WITH_CODE]))
    world.hub_says = world.github_says = answer("{")
    async with online.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        online.open_paper(library[WITH_CODE])
        await settled(pilot)
        before = line(online)
        await pilot.press("R")
        await settled(pilot)
        assert line(online) == before
        assert any("Hugging Face" in str(note.message) for note in online._notifications)


async def test_offline_says_so(library: dict[str, int], make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.open_paper(library[WITHOUT])
        await settled(pilot)
        await pilot.press("R")
        await settled(pilot)
        assert any("offline" in str(note.message) for note in app._notifications)
        assert line(app) == "code: not looked for yet\nR looks"


async def test_leaving_ends_a_look_that_gets_no_answer(
    online: R2PApp, library: dict[str, int], server: ScriptedServer, world: World
) -> None:
    world.hub_says = silent
    async with online.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        online.open_paper(library[WITHOUT])
        await settled(pilot)
        await pilot.press("R", "escape")
        await settled(pilot)
        assert not isinstance(online.screen, PaperScreen)
        assert [one.path for one in server.seen] == [f"/api/papers/{WITHOUT}"]


async def test_foreign_text_stays_text(desk: Desk, library: dict[str, int], make_app: MakeApp) -> None:
    evil = "[@click=app.quit]x[/]\x1b[31m\u202e"
    keep_look(
        desk,
        a_look(library[WITH_CODE], url=evil, licence=evil, models=[evil, 3], reason=evil, found_by=evil),
    )
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.open_paper(library[WITH_CODE])
        await settled(pilot)
        assert line(app).count("[@click=app.quit]x[/]\ufffd[31m\ufffd") == 3
        assert app.is_running


async def test_news_of_code_lead_to_the_paper_and_go_once_seen(
    desk: Desk, library: dict[str, int], make_app: MakeApp
) -> None:
    keep_look(desk, a_look(library[WITH_CODE], appeared_at=NOW))
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        news = app.screen.query_one("#news")
        assert "Sharper boxes for small object" in str(news.render())
        await pilot.press("n")
        await settled(pilot)
        assert isinstance(app.screen, PaperScreen)
        assert app.screen.paper_id == library[WITH_CODE]
        assert code.appeared(desk) == ()
        await pilot.press("escape")
        await settled(pilot)
        assert not app.screen.query_one("#news").display


async def test_news_of_code_stay_until_the_overview_is_in_sight(
    desk: Desk, library: dict[str, int], make_app: MakeApp
) -> None:
    keep_look(desk, a_look(library[WITH_CODE], appeared_at=NOW))
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.open_paper(library[WITH_CODE], citations=True)
        await settled(pilot)
        assert code.appeared(desk)
        assert isinstance(app.screen, PaperScreen)
        await app.screen._show_tab("overview")
        await settled(pilot)
        assert code.appeared(desk) == ()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_code_snapshot(
    snap_compare: Any, desk: Desk, library: dict[str, int], make_app: MakeApp, size: tuple[int, int]
) -> None:
    keep_look(desk, a_look(library[WITH_CODE]))

    async def open_it(pilot: Any) -> None:
        await settled(pilot)
        pilot.app.open_paper(library[WITH_CODE])
        await settled(pilot)

    assert snap_compare(make_app(), terminal_size=size, run_before=open_it)

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run
from tests.services.code_desk import RT_DETR, World, hub_paper, put, repository
from tests.sources.scripted_server import ScriptedServer, answer, scripted

PAPER = "2304.08069"


@pytest.fixture
def world() -> World:
    papers = {PAPER: hub_paper(linkedModels=[{"id": "PekingU/rtdetr\x1b[31m"}], numTotalModels=7)}
    return World(papers, {RT_DETR: repository()})


@pytest.fixture
def server(
    world: World, paths: Paths, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ScriptedServer]:
    """Hugging Face and GitHub, at noon; the store has one paper."""
    monkeypatch.setattr("r2p_tui.services.desk.utc_now", lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))
    monkeypatch.setenv("COLUMNS", "80")
    put(desk, PAPER, f"Code: https://github.com/{RT_DETR}.")
    with scripted(route=world.route) as server:
        paths.config.mkdir(parents=True, exist_ok=True)
        paths.config_file.write_text(
            f'[huggingface]\napi_url = "{server.url}"\n[github]\napi_url = "{server.url}"\n'
        )
        yield server


def test_the_first_time_it_looks_and_then_it_remembers(r2p: Run, server: ScriptedServer) -> None:
    first = r2p("code", PAPER)
    assert first.status == ExitCode.OK
    assert first.out.splitlines() == [
        "code: official",
        "  https://github.com/lyuwenyu/RT-DETR · named in the paper's abstract",
        "  2,431 stars · last commit 2 Jul 2025 · Apache-2.0",
        "  Hugging Face: 7 models (PekingU/rtdetr\ufffd[31m, …), 25 votes",
        "  looked on 20 Nov 2026",
    ]
    assert len(server.seen) == 2
    assert r2p("code", f"https://arxiv.org/abs/{PAPER}v2") == first
    assert r2p("--offline", "code", PAPER) == first
    assert len(server.seen) == 2


def test_refresh_looks_again(r2p: Run, server: ScriptedServer, world: World) -> None:
    r2p("code", PAPER)
    world.repositories[RT_DETR] = repository(1, archived=True, license=None)
    told = r2p("code", PAPER, "--refresh").out
    assert "1 star · " in told
    assert "no licence that GitHub knows · archived: nobody works on it any more" in " ".join(told.split())
    assert len(server.seen) == 4


def test_as_json(r2p: Run, server: ScriptedServer) -> None:
    values = json.loads(r2p("code", PAPER, "--json").out)
    assert values["paper"] == PAPER
    assert values["named_by_paper"] == f"https://github.com/{RT_DETR}"
    assert values["code"] == {
        "looked_at": "2026-11-20T12:00:00.000Z",
        "state": "official",
        "url": f"https://github.com/{RT_DETR}",
        "found_by": "abstract",
        "stars": 2431,
        "upvotes": 25,
        "licence": "Apache-2.0",
        "archived": False,
        "pushed_at": "2025-07-02T09:30:00.000Z",
        "models": ["PekingU/rtdetr\ufffd[31m"],
        "model_count": 7,
        "reason": "",
    }


def test_none_found(r2p: Run, server: ScriptedServer, world: World) -> None:
    world.papers.clear()
    world.repositories.clear()
    assert r2p("code", PAPER).out.splitlines() == [
        "code: none found",
        "  looked on 20 Nov 2026",
        f"  GitHub shows no repository {RT_DETR}.",
    ]


def test_offline_without_a_look_tells_what_the_paper_says(r2p: Run, server: ScriptedServer) -> None:
    told = r2p("--offline", "code", PAPER)
    assert told.status == ExitCode.OK
    assert told.out.splitlines() == [
        "code: official",
        "  https://github.com/lyuwenyu/RT-DETR · named in the paper's abstract",
    ]
    assert "leave out --offline" in told.err
    assert json.loads(r2p("--offline", "code", PAPER, "--json").out)["code"] is None
    assert r2p("--offline", "code", PAPER, "--refresh").status == ExitCode.SOURCE
    assert not server.seen


def test_services_that_fail_are_one_line_and_a_status(r2p: Run, server: ScriptedServer, world: World) -> None:
    world.hub_says = world.github_says = answer("<html>Log in</html>")
    failed = r2p("code", PAPER)
    assert (failed.status, failed.out) == (ExitCode.SOURCE, "")
    assert sum(line.startswith("r2p: ") for line in failed.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("2999.00001",), ExitCode.NOT_FOUND),
        (("not a paper",), ExitCode.USAGE),
        ((), ExitCode.USAGE),
        ((PAPER, "more"), ExitCode.USAGE),
    ],
)
def test_what_is_no_paper(r2p: Run, server: ScriptedServer, words: tuple[str, ...], status: ExitCode) -> None:
    refused = r2p("code", *words)
    assert (refused.status, refused.out) == (status, "")
    assert not server.seen

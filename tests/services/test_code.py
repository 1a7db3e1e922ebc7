"""Looks for the code of papers: what is found, what is kept when a service fails, and how much is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from r2p_tui.errors import NotFoundError, SourceBusyError, SourceError
from r2p_tui.paths import Paths
from r2p_tui.services import code
from r2p_tui.services.desk import Desk
from r2p_tui.store.code import CodeLook
from r2p_tui.store.papers import Paper
from tests.services.code_desk import RT_DETR, World, desk_at, hub_paper, put, repository
from tests.sources.scripted_server import NOW, answer, scripted

LATER = NOW + timedelta(days=8)
BUSY = answer("", 403, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(NOW.timestamp()) + 600))
BROKEN = answer("{")
LINK = f"Code: https://github.com/{RT_DETR}."


@pytest.fixture
def world() -> World:
    return World()


def paper_of(desk: Desk, paper_id: int) -> Paper:
    with desk.store.read() as session:
        found = session.get(Paper, paper_id)
    assert found
    return found


def test_official_by_hugging_face_with_facts_of_github(paths: Paths, world: World) -> None:
    world.papers["2304.08069"] = hub_paper(linkedModels=[{"id": "PekingU/rtdetr"}], numTotalModels=7)
    world.repositories[RT_DETR] = repository()
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        paper_id = put(desk, "2304.08069")
        assert code.code(desk, paper_id) is None
        look = code.look(desk, paper_id, NOW)
        assert code.code(desk, paper_id) == look
        assert [one.path for one in server.seen] == ["/api/papers/2304.08069", f"/repos/{RT_DETR}"]
    assert (look.state, look.url, look.found_by) == ("official", f"https://github.com/{RT_DETR}", "authors")
    assert (look.stars, look.licence, look.archived, look.upvotes) == (2431, "Apache-2.0", 0, 25)
    assert (look.models, look.model_count, look.reason) == (["PekingU/rtdetr"], 7, "")
    assert (look.looked_at, look.appeared_at) == (NOW, None)


def test_models_alone_are_the_communitys(paths: Paths, world: World) -> None:
    world.papers["2304.08069"] = {"id": "2304.08069", "numTotalModels": 3}
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        look = code.look(desk, put(desk, "2304.08069"), NOW)
    assert (look.state, look.found_by) == ("community", "models")
    assert look.url == "https://huggingface.co/papers/2304.08069"


def test_nothing_is_found_and_the_day_is_kept(paths: Paths, world: World) -> None:
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        look = code.look(desk, put(desk, "2304.08069"), NOW)
        assert len(server.seen) == 1
    assert (look.state, look.url, look.looked_at, look.reason) == ("none", None, NOW, "")


def test_an_announced_repository_that_is_not_there_is_no_code(paths: Paths, world: World) -> None:
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        look = code.look(desk, put(desk, "2304.08069", comment=LINK), NOW)
    assert (look.state, look.url) == ("none", None)
    assert look.reason == f"GitHub shows no repository {RT_DETR}."


def test_the_next_repository_is_asked_for_where_the_first_is_gone(paths: Paths, world: World) -> None:
    world.papers["2304.08069"] = hub_paper("somebody/else", by="auto")
    world.repositories["somebody/else"] = repository(3, archived=True)
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        look = code.look(desk, put(desk, "2304.08069", LINK), NOW)
    assert (look.state, look.url, look.archived) == ("community", "https://github.com/somebody/else", 1)
    assert "shows no repository" in look.reason


def test_a_paper_that_names_many_repositories_asks_for_few(paths: Paths, world: World) -> None:
    names = " ".join(f"https://github.com/a/b{number}" for number in range(50))
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        code.look(desk, put(desk, "2304.08069", names), NOW)
        assert len(server.seen) == 4


def test_what_the_others_told_is_kept_when_github_fails(paths: Paths, world: World) -> None:
    world.papers["2304.08069"] = hub_paper()
    world.github_says = BUSY
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        paper_id = put(desk, "2304.08069")
        first = code.look(desk, paper_id, NOW)
        assert (first.state, first.stars, first.licence) == ("official", 2000, None)
        assert first.reason == "GitHub answers no more questions for now."
        world.github_says, world.repositories[RT_DETR] = None, repository()
        assert code.look(desk, paper_id, NOW).reason == ""
        world.github_says = BROKEN
        again = code.look(desk, paper_id, LATER)
    assert (again.stars, again.licence, again.looked_at) == (2431, "Apache-2.0", LATER)
    assert "GitHub" in again.reason


def test_what_hugging_face_told_before_is_kept_when_it_fails(paths: Paths, world: World) -> None:
    world.papers["2304.08069"] = hub_paper(numTotalModels=7)
    world.repositories[RT_DETR] = repository(1)
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        paper_id = put(desk, "2304.08069")
        code.look(desk, paper_id, NOW)
        world.hub_says, world.repositories[RT_DETR] = BROKEN, repository(2)
        again = code.look(desk, paper_id, LATER)
    assert (again.state, again.found_by, again.stars) == ("official", "authors", 2)
    assert (again.upvotes, again.model_count) == (25, 7)
    assert "Hugging Face" in again.reason


def test_where_nobody_answers_all_stays_as_it_was(paths: Paths, world: World) -> None:
    world.papers["2304.08069"] = hub_paper()
    world.repositories[RT_DETR] = repository()
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        paper_id = put(desk, "2304.08069", LINK)
        before = code.look(desk, paper_id, NOW)
        world.hub_says, world.github_says = BROKEN, BROKEN
        with pytest.raises(SourceError, match="Hugging Face"):
            code.look(desk, paper_id, LATER)
        assert code.code(desk, paper_id) == before


def test_offline_shows_what_is_stored_and_asks_nobody(paths: Paths, world: World) -> None:
    world.papers["2304.08069"] = hub_paper()
    with scripted(route=world.route) as server:
        with desk_at(paths, server.url) as desk:
            paper_id = put(desk, "2304.08069", keep=True)
            stored = code.look(desk, paper_id, NOW)
        asked = len(server.seen)
        with desk_at(paths, server.url, offline=True) as desk:
            assert code.code(desk, paper_id) == stored
            with pytest.raises(SourceError, match="offline"):
                code.look(desk, paper_id, LATER)
            assert code.look_weekly(desk, LATER) == ""
        assert len(server.seen) == asked


def test_a_store_for_reading_only_is_told_and_not_written(paths: Paths, world: World) -> None:
    world.papers["2304.08069"] = hub_paper()
    world.repositories[RT_DETR] = repository()
    with scripted(route=world.route) as server:
        with desk_at(paths, server.url) as desk:
            paper_id = put(desk, "2304.08069")
        with desk_at(paths, server.url, read_only=True) as desk:
            assert code.look(desk, paper_id, NOW).stars == 2431
            assert code.code(desk, paper_id) is None


def test_a_paper_that_is_not_there(paths: Paths, world: World) -> None:
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        with pytest.raises(NotFoundError):
            code.look(desk, 99, NOW)
        assert not server.seen


def test_what_the_paper_names_is_known_without_asking(paths: Paths) -> None:
    with desk_at(paths, "https://huggingface.co", offline=True) as desk:
        named = code.named_by_paper(paper_of(desk, put(desk, "2304.08069", LINK)))
        assert named is not None
        assert (named.repository.path, named.found_by) == (RT_DETR, "abstract")
        assert code.named_by_paper(paper_of(desk, put(desk, "2304.08070"))) is None


# --- once a week ------------------------------------------------------------------------------------------


def looked_at(desk: Desk, paper_id: int) -> CodeLook | None:
    return code.code(desk, paper_id)


def test_kept_papers_are_looked_at_once_a_week(paths: Paths, world: World) -> None:
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        kept = [put(desk, f"2304.0000{number}", keep=True) for number in range(3)]
        other = put(desk, "2304.00009")
        assert code.look_weekly(desk, NOW) == ""
        assert [looked_at(desk, one) is not None for one in kept] == [True] * 3
        assert looked_at(desk, other) is None
        code.look_weekly(desk, NOW + timedelta(days=6))
        assert len(server.seen) == 3
        code.look_weekly(desk, LATER)
        assert len(server.seen) == 6


def test_a_sync_looks_at_twenty_and_the_next_goes_on(paths: Paths, world: World) -> None:
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        for number in range(45):
            put(desk, f"2304.{number:05}", keep=True)
        counts = []
        for minutes in range(4):
            code.look_weekly(desk, NOW + timedelta(minutes=minutes))
            counts.append(len(server.seen))
        assert counts == [20, 40, 45, 45]
        assert len({one.path for one in server.seen}) == 45


def test_code_that_appears_is_told_until_it_is_seen(paths: Paths, world: World) -> None:
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        paper_id = put(desk, "2304.08069", keep=True)
        code.look_weekly(desk, NOW)
        assert code.appeared(desk) == ()
        world.papers["2304.08069"], world.repositories[RT_DETR] = hub_paper(), repository()
        assert code.look_weekly(desk, LATER) == "Code appeared for 1 kept paper."
        assert [(one.paper_id, one.state) for one in code.appeared(desk)] == [(paper_id, "official")]
        code.look_weekly(desk, LATER + timedelta(days=8))
        assert code.appeared(desk)
        code.mark_seen(desk, paper_id)
        assert code.appeared(desk) == ()
        assert looked_at(desk, paper_id).state == "official"  # type: ignore[union-attr]


def test_demos_that_hugging_face_told_of_are_not_forgotten_and_found_anew(paths: Paths, world: World) -> None:
    demos = {"id": "x", "numTotalSpaces": 2}
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        paper_id = put(desk, "2304.08069", comment="github.com/x/gone", keep=True)
        world.papers["2304.08069"] = demos
        assert code.look(desk, paper_id, NOW).state == "community"
        world.hub_says = answer("not JSON")
        assert code.look(desk, paper_id, NOW).state == "community"
        world.hub_says = None
        code.look_weekly(desk, LATER)
        assert code.appeared(desk) == ()


def test_code_that_was_there_from_the_first_look_is_no_news(paths: Paths, world: World) -> None:
    world.papers["2304.08069"], world.repositories[RT_DETR] = hub_paper(), repository()
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        put(desk, "2304.08069", keep=True)
        assert code.look_weekly(desk, NOW) == ""
        assert code.appeared(desk) == ()


def test_a_service_that_fails_is_asked_once_and_never_fails_the_sync(paths: Paths, world: World) -> None:
    world.hub_says = BROKEN
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        kept = [put(desk, f"2304.0000{number}", keep=True) for number in range(5)]
        told = code.look_weekly(desk, NOW)
        assert told.startswith("Looking for code: The answer of Hugging Face")
        assert len(server.seen) == 1
        assert [looked_at(desk, one) for one in kept] == [None] * 5


def test_github_that_asks_for_patience_is_left_alone_for_the_rest(paths: Paths, world: World) -> None:
    world.github_says = BUSY
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        for number in range(5):
            world.papers[f"2304.0000{number}"] = hub_paper()
            put(desk, f"2304.0000{number}", keep=True)
        assert code.look_weekly(desk, NOW) == ""
        asked = [one.path for one in server.seen]
    assert asked.count(f"/repos/{RT_DETR}") == 1
    assert len(asked) == 6


def test_a_stop_ends_it_with_what_was_found(paths: Paths, world: World) -> None:
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        for number in range(5):
            put(desk, f"2304.0000{number}", keep=True)
        assert code.look_weekly(desk, NOW, lambda: len(server.seen) >= 2) == ""
        assert len(server.seen) == 2


def test_a_busy_hugging_face_says_so(paths: Paths, world: World) -> None:
    world.hub_says = answer("", 429, Retry_After="3600")
    with scripted(route=world.route) as server, desk_at(paths, server.url) as desk:
        with pytest.raises(SourceBusyError):
            code.look(desk, put(desk, "2304.08069"), NOW)
        assert len(server.seen) == 1

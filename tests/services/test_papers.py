"""Adding a paper by any of its names, and looking at it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from r2p_tui.errors import NotFoundError, SourceError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.services import network
from r2p_tui.services.desk import Desk
from r2p_tui.services.papers import add_paper, find_view, search_arxiv, view_paper
from r2p_tui.services.sync import enrich, sync
from r2p_tui.services.triage import change_decision
from r2p_tui.sources.doi import DoiResolver
from tests.services.arxiv_desk import desk_at, dump
from tests.sources import arxiv_answers as arxiv
from tests.sources.scripted_server import Behaviour, ScriptedServer, answer, scripted

NOW = datetime(2025, 8, 20, 13, tzinfo=UTC)
DOI = "10.1109/CVPR.2017.106"
CSL = {"title": "An example", "author": [{"given": "Ada", "family": "Lovelace"}], "container-title": "CVPR"}
WITH_DOI = f"<arxiv:doi>{DOI}</arxiv:doi>"


def route(path: str) -> Behaviour:
    """One known arXiv paper, one known DOI, one feed."""
    if path.startswith("/api"):
        known = arxiv.api_entry("2508.13167v2", extra=WITH_DOI)
        return answer(arxiv.api(*([known] if "2508.13167" in path or "all" in path else [])))
    if path.startswith("/atom"):
        return answer(arxiv.feed(arxiv.feed_entry("2508.13167v1")))
    return answer(json.dumps(CSL)) if path.lower().endswith("cvpr.2017.106") else answer("", 404)


@pytest.fixture
def resolver_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """DOIs are resolved by the server that stands for arXiv."""

    def local(desk: Desk, *, now: datetime) -> DoiResolver:
        base = desk.settings.arxiv.files_url
        return DoiResolver(desk.paths.limiter, now=now, base_url=base)

    monkeypatch.setattr("r2p_tui.services.papers.open_doi_resolver", local)


def added(paths: Paths, text: str) -> ScriptedServer:
    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        add_paper(desk, text, now=NOW)
    return server


def test_a_paper_is_fetched_and_kept(paths: Paths) -> None:
    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        view = add_paper(desk, "https://arxiv.org/abs/2508.13167v1", now=NOW)
        again = add_paper(desk, "arXiv:2508.13167", now=NOW)
    assert len(server.seen) == 1
    assert view.paper_id == again.paper_id
    assert (view.paper.arxiv_id, view.paper.latest_version) == ("2508.13167", 2)
    assert view.categories == ("cs.AI",)
    assert [version.version for version in view.versions] == [1, 2]
    assert view.decision is not None
    assert (view.decision.decision, view.decision.route) == ("keep", "add")
    assert again.decision == view.decision
    assert (view.readings, view.note, view.flags, view.viability, view.surprises) == ((), None, (), (), ())


def test_a_paper_that_sync_brought_needs_no_second_look(paths: Paths) -> None:
    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        sync(desk, now=NOW)
        view = add_paper(desk, "2508.13167", now=NOW)
    assert [request.path for request in server.seen] == ["/atom/cs.AI"]
    assert len(dump(paths.store)["papers"]) == 1
    assert view.decision is not None


def test_a_skipped_paper_is_kept_from_now_on(paths: Paths) -> None:
    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        sync(desk, now=NOW)
        change_decision(desk, 1, "skip", now=NOW)
        view = add_paper(desk, "2508.13167", now=NOW + timedelta(hours=1))
    assert view.decision is not None
    assert view.decision.decision == "keep"
    assert len(dump(paths.store)["triage_decisions"]) == 2


def test_a_doi_is_resolved(paths: Paths, resolver_at: None) -> None:
    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        view = add_paper(desk, f"https://doi.org/{DOI}", now=NOW)
        again = add_paper(desk, f"doi:{DOI.lower()}", now=NOW)
        found = find_view(desk, DOI)
    assert len(server.seen) == 1
    assert view.paper_id == again.paper_id == found.paper_id
    assert (view.paper.arxiv_id, view.paper.doi, view.paper.title) == (None, DOI.lower(), "An example")
    assert view.decision is not None


def test_a_doi_and_its_arxiv_id_are_one_paper(paths: Paths, resolver_at: None) -> None:
    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        by_doi = add_paper(desk, DOI, now=NOW)
        by_id = add_paper(desk, "2508.13167", now=NOW)
    assert by_doi.paper_id == by_id.paper_id
    assert (by_id.paper.title, by_id.paper.doi) == ("Paper 2508.13167", DOI.lower())
    assert len(dump(paths.store)["papers"]) == 1


def test_the_arxiv_id_first_and_then_the_doi(paths: Paths, resolver_at: None) -> None:
    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        by_id = add_paper(desk, "2508.13167", now=NOW)
        by_doi = add_paper(desk, DOI, now=NOW)
        assert enrich(desk, [by_id.paper_id], now=NOW) == 1
    assert by_doi.paper_id == by_id.paper_id


@pytest.mark.parametrize("text", ["9999.99999", "hep-th/9901001v1", "10.1000/unknown"])
def test_what_nobody_knows(text: str, paths: Paths, resolver_at: None) -> None:
    with pytest.raises(NotFoundError) as caught:
        added(paths, text)
    assert caught.value.hint
    assert dump(paths.store)["papers"] == []


def test_what_is_no_reference_asks_nobody(paths: Paths) -> None:
    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        with pytest.raises(UsageError):
            add_paper(desk, "../outside", now=NOW)
        with pytest.raises(UsageError):
            search_arxiv(desk, " ", limit=5, now=NOW)
        with pytest.raises(UsageError):
            search_arxiv(desk, "all:electron", limit=0, now=NOW)
    assert server.seen == []


def test_offline_a_stored_paper_can_still_be_kept(paths: Paths) -> None:
    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        sync(desk, now=NOW)
    with desk_at(paths, server.url, offline=True) as desk:
        assert add_paper(desk, "2508.13167", now=NOW).decision is not None
        for text in ("2508.00001", DOI):
            with pytest.raises(SourceError, match="r2p is offline"):
                add_paper(desk, text, now=NOW)


def test_a_search_stores_nothing(paths: Paths) -> None:
    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        (found,) = search_arxiv(desk, "all:electron", limit=5, now=NOW)
        assert found.arxiv_id == "2508.13167"
        with pytest.raises(NotFoundError, match="not in the store"):
            find_view(desk, "2508.13167")
        with pytest.raises(NotFoundError):
            view_paper(desk, 1)


def test_opening_the_resolver_asks_nobody(paths: Paths) -> None:
    desk = desk_at(paths, "http://127.0.0.1:9")
    with desk:
        assert isinstance(network.open_doi_resolver(desk, now=NOW), DoiResolver)
    assert not Path(paths.limiter).exists()

"""Where r2p goes its own way beside the package `semanticscholar`: what the package does, and what we do.

A test here that fails after an update of the package says that a detour may no longer be needed.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from semanticscholar import AsyncSemanticScholar
from semanticscholar.Paper import Paper
from tenacity import RetryError

from r2p_tui.config import SemanticScholarSettings
from r2p_tui.domain.citation_windows import Window
from r2p_tui.errors import SourceBusyError, SourceError
from r2p_tui.sources.semantic_scholar import SemanticScholar
from tests.sources.scripted_server import NOW, Behaviour, ScriptedServer, answer, scripted
from tests.sources.test_semantic_scholar import HASTY, SHA, query_of

PAPER = "ARXIV:2304.08069"

Ours = Callable[..., SemanticScholar]


@pytest.fixture
def ours(tmp_path: Path) -> Ours:
    def open_source(server: ScriptedServer, **options: Any) -> SemanticScholar:
        defaults: dict[str, Any] = {"now": NOW, "timing": HASTY}
        return SemanticScholar(SemanticScholarSettings(server.url), tmp_path, **(defaults | options))

    return open_source


@pytest.fixture
def kept_root_logger(monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    return root


def theirs(server: ScriptedServer, **options: Any) -> AsyncSemanticScholar:
    """The package as it comes, without its waits of minutes."""
    return AsyncSemanticScholar(api_url=server.url, **({"retry": False, "timeout": 5} | options))


def as_json(value: object, status: int = 200) -> Behaviour:
    return answer(json.dumps(value), status)


def page(*rows: Any, offset: int = 0, following: int | None = None) -> Behaviour:
    return as_json({"offset": offset, "data": list(rows)} | ({"next": following} if following else {}))


ROW = {"citingPaper": {"paperId": SHA, "title": "T"}}


def test_the_package_sets_up_the_root_logger(kept_root_logger: logging.Logger) -> None:
    AsyncSemanticScholar()
    assert kept_root_logger.handlers != []


def test_the_package_forgets_the_key_where_citations_are_asked_for(ours: Ours) -> None:
    with scripted(page(ROW), page({"citedPaper": {"title": "T"}})) as server:
        client = theirs(server, api_key="a-key")
        asyncio.run(client.get_paper_citations(PAPER, fields=["title"]))
        asyncio.run(client.get_paper_references(PAPER, fields=["title"]))
        ours(server, api_key="a-key").citations(PAPER)
    assert ["x-api-key" in seen.headers for seen in server.seen] == [False, False, True]


def test_the_package_can_only_begin_at_the_first_page_and_knows_no_window_of_days(ours: Ours) -> None:
    with scripted(page(ROW, following=1), page(ROW, offset=500)) as server:
        asyncio.run(theirs(server).get_paper_citations(PAPER, fields=["title"], limit=1))
        ours(server).citations(PAPER, offset=500, window=Window(date(2024, 1, 1), None))
    assert [query_of(server, number)["offset"] for number in (0, 1)] == ["0", "500"]
    assert query_of(server, 1)["publicationDateOrYear"] == "2024:"
    with pytest.raises(TypeError):
        asyncio.run(theirs(server).get_paper_citations(PAPER, offset=500))
    with pytest.raises(TypeError):
        asyncio.run(theirs(server).get_paper_citations(PAPER, publicationDateOrYear="2024:"))


def test_the_package_asks_for_the_first_page_for_ever_where_an_answer_has_no_rows(ours: Ours) -> None:
    with scripted(as_json({"total": 0, "offset": 0})) as server:
        results = asyncio.run(theirs(server).get_paper_citations(PAPER, fields=["title"]))
        for _ in range(5):
            assert results._has_next_page()
            results.next_page()
        assert [query_of(server, number)["offset"] for number in range(6)] == ["0"] * 6
        with pytest.raises(SourceError):
            ours(server).citations(PAPER)
        assert len(server.seen) == 7


@pytest.mark.parametrize("row", [None, {"citingPaper": None}])
def test_the_package_loses_a_whole_page_to_one_row_that_is_null(row: Any, ours: Ours) -> None:
    with scripted(page(ROW, row)) as server:
        with pytest.raises(TypeError):
            asyncio.run(theirs(server).get_paper_citations(PAPER, fields=["title"]))
        found = ours(server).citations(PAPER)
    assert (len(found.rows), found.skipped) == (1, 1)


def test_the_package_crashes_where_the_rows_are_null(ours: Ours) -> None:
    with scripted(as_json({"offset": 0, "data": None})) as server:
        with pytest.raises(TypeError):
            asyncio.run(theirs(server).get_paper_citations(PAPER, fields=["title"]))
        with pytest.raises(SourceError):
            ours(server).citations(PAPER)


@pytest.mark.parametrize(
    "spoilt",
    [{"publicationDate": "2024-00-00"}, {"publicationDate": "2024"}, {"authors": [None]}, {"journal": 3}],
)
def test_the_package_loses_a_paper_to_one_field_that_it_cannot_read(
    spoilt: dict[str, Any], ours: Ours
) -> None:
    body = {"paperId": SHA, "title": "T"} | spoilt
    with pytest.raises((ValueError, TypeError)):
        Paper(body)
    with scripted(as_json(body)) as server:
        assert ours(server).paper(PAPER).s2_id == SHA


def test_the_package_forgets_which_paper_of_a_batch_is_unknown(ours: Ours) -> None:
    found = {"paperId": SHA, "title": "T", "externalIds": {"ArXiv": "2304.08069"}}
    with scripted(as_json([None, found])) as server:
        # By DOI, though the answer shows the paper under its arXiv id: the package calls it unknown as well.
        asked = ["DOI:10.1000/none", "DOI:10.48550/arXiv.2304.08069"]
        papers, unknown = asyncio.run(theirs(server).get_papers(asked, ["title"], return_not_found=True))
        assert len(papers) == 1
        assert unknown == asked
        works = ours(server).batch(asked)
    assert [work and work.s2_id for work in works] == [None, SHA]


@pytest.mark.parametrize("status", [401, 502, 503])
def test_the_package_makes_an_empty_paper_of_a_failure(status: int, ours: Ours) -> None:
    with scripted(answer("", status)) as server:
        paper = asyncio.run(theirs(server).get_paper(PAPER, fields=["title"]))
        assert (paper.paperId, paper.title) == (None, None)
        with pytest.raises(SourceError):
            ours(server).paper(PAPER)


def test_the_package_says_nothing_useful_where_it_is_asked_to_slow_down(ours: Ours) -> None:
    with scripted(as_json({"code": "429"}, 429)) as server:
        with pytest.raises(RetryError):
            asyncio.run(theirs(server).get_paper(PAPER, fields=["title"]))
        with pytest.raises(SourceBusyError, match="slow down"):
            ours(server).paper(PAPER)


def test_the_package_gives_up_at_once_where_a_connection_breaks(ours: Ours) -> None:
    import httpx

    cut = answer('{"paperId":', length=99)
    with scripted(cut) as server, pytest.raises(httpx.TransportError):
        asyncio.run(theirs(server).get_paper(PAPER, fields=["title"]))
    with scripted(cut, as_json({"paperId": SHA, "title": "T"})) as server:
        assert ours(server).paper(PAPER).s2_id == SHA


def test_the_package_puts_a_reference_into_the_address_as_it_is(ours: Ours) -> None:
    reference = "DOI:10.1000/a?b#c"
    with scripted(as_json({"paperId": SHA, "title": "T"})) as server:
        asyncio.run(theirs(server).get_paper(reference, fields=["title"]))
        ours(server).paper(reference)
    assert [seen.path.partition("?")[0] for seen in server.seen] == [
        "/graph/v1/paper/DOI:10.1000/a",
        "/graph/v1/paper/DOI:10.1000/a%3Fb%23c",
    ]

"""OpenAlex beside Semantic Scholar: with a key for it, or where Semantic Scholar failed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.errors import SourceError
from r2p_tui.paths import Paths
from r2p_tui.services.citation_look import look
from r2p_tui.services.citations import contexts, correct, keep, node
from r2p_tui.sources import http
from tests.services.citation_desk import NOW, ROOT, citation_desk, stored
from tests.sources.scripted_server import Behaviour, FakeClock, answer, hang_up, scripted

DAY = timedelta(days=1)
SENTENCE = "We could not reproduce the results of the cited work."
TITLES = [f"A study of many detectors in {place} light" for place in ("red", "green", "blue", "grey")]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "Clock", FakeClock)


class TwoServices:
    """Both services at one address; Semantic Scholar knows works 0 to 2, OpenAlex 1 to 3 on two pages."""

    def __init__(self) -> None:
        self.s2: Behaviour | None = None
        self.openalex: Behaviour | None = None
        self.asked: list[str] = []

    def route(self, path: str) -> Behaviour:
        self.asked.append(path)
        if path.startswith("/graph/"):
            return self.s2 or answer(json.dumps(self._semantic_scholar(path)))
        return self.openalex or answer(json.dumps(self._openalex(path)))

    def _semantic_scholar(self, path: str) -> dict[str, Any]:
        if "/citations" not in path:
            return {"paperId": "root", "title": ROOT.title, "citationCount": 3}
        rows = [
            {
                "citingPaper": {
                    "paperId": f"s{number}",
                    "title": TITLES[number],
                    "year": 2024,
                    "authors": [{"name": "Grace Example"}],
                    "externalIds": {"DOI": f"10.1000/{number}"} if number == 1 else {},
                },
                "contexts": [SENTENCE] if number == 2 else [],
                "intents": ["result"],
                "isInfluential": number == 2,
            }
            for number in range(3)
        ]
        return {"offset": 0, "data": rows}

    def _openalex(self, path: str) -> dict[str, Any]:
        if path.startswith("/works/"):
            return {"id": "https://openalex.org/W7", "display_name": ROOT.title, "cited_by_count": 3}
        cursor = parse_qs(urlsplit(path).query)["cursor"][0]
        numbers = (1, 2) if cursor == "*" else (3,)
        results = [
            {
                "id": f"https://openalex.org/W{number}",
                "display_name": TITLES[number],
                "doi": f"https://doi.org/10.1000/{number}" if number != 2 else None,
                "publication_year": 2024,
                "authorships": [{"author": {"display_name": "Grace Example"}}],
            }
            for number in numbers
        ]
        return {"meta": {"count": 3, "next_cursor": "next" if cursor == "*" else None}, "results": results}

    def of(self, service: str) -> list[str]:
        return [path for path in self.asked if path.startswith("/graph/" if service == "s2" else "/works")]


def test_without_a_key_openalex_is_not_asked(paths: Paths) -> None:
    services = TwoServices()
    with scripted(route=services.route) as at, citation_desk(paths, at.url) as desk:
        result = look(desk, stored(desk, ROOT)[0], now=NOW)
    assert result.found == 3
    assert services.of("openalex") == []


def test_with_a_key_both_are_merged_and_nothing_of_the_user_is_lost(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = TwoServices()
    with scripted(route=services.route) as at, citation_desk(paths, at.url) as desk:
        (work_id,) = stored(desk, replace(ROOT, citation_count=3))
        look(desk, work_id, now=NOW)
        mine = next(row for row in node(desk, work_id).rows if row.contexts)
        assert mine.evidence_class is EvidenceClass.FAILS
        correct(desk, mine.citing_id, mine.cited_id, EvidenceClass.EXTENDS, now=NOW)
        paper_id = keep(desk, mine.work.work_id, now=NOW)
        monkeypatch.setenv("OPENALEX_API_KEY", "secret-of-a-test")
        result = look(desk, work_id, now=NOW + DAY)
        rows = node(desk, work_id).rows
        text = contexts(desk, mine.citing_id, mine.cited_id)
    assert sorted(row.work.title for row in rows) == sorted(TITLES)
    assert (result.new, result.found) == (1, 4)
    assert "1 more from OpenAlex" in result.message
    again = next(row for row in rows if row.work.title == TITLES[2])
    assert (again.evidence_class, again.corrected, again.contexts) == (EvidenceClass.EXTENDS, True, 1)
    assert (again.work.paper_id, again.work.decision, again.influential) == (paper_id, "keep", True)
    assert text.contexts == (SENTENCE,)
    assert text.corrected is EvidenceClass.EXTENDS
    assert len(services.of("openalex")) == 3
    assert all("api_key=secret-of-a-test" in path for path in services.of("openalex"))


def test_openalex_stands_in_where_semantic_scholar_fails(paths: Paths) -> None:
    services = TwoServices()
    services.s2 = answer("<html>login</html>")
    with scripted(route=services.route) as at, citation_desk(paths, at.url) as desk:
        (work_id,) = stored(desk, ROOT)
        result = look(desk, work_id, now=NOW)
        after = node(desk, work_id)
        assert result.message == (
            "A web page came in the place of data from Semantic Scholar; OpenAlex told 3 citing works."
        )
        assert len(after.rows) == 3
        assert after.look.state == "done"
        assert "OpenAlex stood in" in after.look.notes[-1]
        services.s2 = None
        look(desk, work_id, now=NOW + DAY)
        healed = node(desk, work_id)
    assert (healed.look.state, healed.look.notes) == ("done", ())
    assert sorted(row.work.title for row in healed.rows) == sorted(TITLES)


def test_where_both_fail_the_first_reason_is_told(paths: Paths) -> None:
    services = TwoServices()
    services.s2, services.openalex = answer("<html>login</html>"), hang_up
    with scripted(route=services.route) as at, citation_desk(paths, at.url) as desk:
        (work_id,) = stored(desk, ROOT)
        with pytest.raises(SourceError, match="web page came in the place of data from Semantic Scholar"):
            look(desk, work_id, now=NOW)
        state = node(desk, work_id).look
    assert state.state == "failed"
    assert len(services.of("s2")) == 1
    assert len(services.of("openalex")) == http.TIMING.tries


def test_a_failing_second_opinion_does_not_spoil_the_first(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", "secret-of-a-test")
    services = TwoServices()
    services.openalex = answer('{"error": "no"}', 403)
    with scripted(route=services.route) as at, citation_desk(paths, at.url) as desk:
        (work_id,) = stored(desk, ROOT)
        look(desk, work_id, now=NOW)
        state = node(desk, work_id).look
    assert state.state == "done"
    assert any("OpenAlex does not accept your key" in note for note in state.notes)


def test_openalex_goes_on_at_its_cursor(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", "secret-of-a-test")
    services = TwoServices()
    route = services.route

    def second_page_fails(path: str) -> Behaviour:
        return hang_up if "cursor=next" in path else route(path)

    with scripted(route=second_page_fails) as at, citation_desk(paths, at.url) as desk:
        (work_id,) = stored(desk, replace(ROOT, citation_count=3))
        look(desk, work_id, now=NOW)
    services.asked.clear()
    with scripted(route=route) as at, citation_desk(paths, at.url) as desk:
        result = look(desk, work_id, now=NOW + DAY)
    assert [path for path in services.of("openalex") if "cursor=*" in path] == []
    assert len(services.of("openalex")) == 1
    assert result.found == 4

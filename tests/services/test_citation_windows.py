"""Looks at works with more citations than the service shows, and at what is new since the last look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from r2p_tui.errors import SourceError
from r2p_tui.paths import Paths
from r2p_tui.services import citation_look, citation_walk
from r2p_tui.services.citation_look import look
from r2p_tui.services.citations import node
from r2p_tui.sources import semantic_scholar
from tests.services.citation_desk import NOW, ROOT, citation_desk, paged, stored
from tests.services.citing_server import CitingServer, daily
from tests.sources.scripted_server import scripted

DAY = timedelta(days=1)
REACH = 99


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semantic_scholar, "REACH", REACH)
    monkeypatch.setattr(citation_look, "REACH", REACH)
    monkeypatch.setattr(citation_look, "open_semantic_scholar", paged(50))


def windows(server: CitingServer) -> list[str]:
    """The windows that were asked for, without repetitions."""
    found = [path.partition("publicationDateOrYear=")[2].partition("&")[0] for path in server.asked]
    return list(dict.fromkeys(found))


def test_more_than_is_shown_is_read_year_by_year_and_a_full_year_by_its_halves(paths: Paths) -> None:
    server = CitingServer(daily(900), reach=REACH)
    with scripted(route=server.route) as at, citation_desk(paths, at.url) as desk:
        (work_id,) = stored(desk, replace(ROOT, citation_count=900))
        result = look(desk, work_id, now=NOW)
        assert node(desk, work_id).look.notes == ()
        asked = len(server.asked)
        look(desk, work_id, now=NOW)
        assert len(server.asked) == asked + 1
    assert (result.new, result.found, result.said) == (900, 900, 900)
    assert windows(server)[:3] == [":2022", "2023", "2023-01-01:2023-07-02"]
    assert len(server.asked) < 60


def test_a_count_that_said_too_little_is_found_out_on_the_way(paths: Paths) -> None:
    server = CitingServer(daily(150), reach=REACH)
    with scripted(route=server.route) as at, citation_desk(paths, at.url) as desk:
        (work_id,) = stored(desk, replace(ROOT, citation_count=20))
        result = look(desk, work_id, now=NOW)
    assert windows(server)[0] == ""
    assert (result.new, result.found) == (150, 150)


def test_a_day_that_is_more_than_full_ends(paths: Paths) -> None:
    server = CitingServer([date(2024, 1, 1)] * 250, reach=REACH)
    with scripted(route=server.route) as at, citation_desk(paths, at.url) as desk:
        (work_id,) = stored(desk, ROOT)
        result = look(desk, work_id, now=NOW)
        notes = node(desk, work_id).look.notes
    assert result.found == REACH
    assert len(server.asked) < 60
    assert notes == ("Semantic Scholar counts 1,000; 99 different works came.",)


def test_what_is_new_is_asked_for_by_its_day(paths: Paths) -> None:
    server = CitingServer(daily(60), reach=REACH)
    with scripted(route=server.route) as at, citation_desk(paths, at.url) as desk:
        (work_id,) = stored(desk, replace(ROOT, citation_count=60))
        look(desk, work_id, now=NOW)
        server.days += [server.days[-1] + DAY, server.days[-1] + 2 * DAY]
        server.asked.clear()
        result = look(desk, work_id, now=NOW + DAY)
        assert len(server.asked) == 3
        assert windows(server)[1] == "2023-04-30:"
        server.asked.clear()
        assert look(desk, work_id, now=NOW + 2 * DAY).message == "Nothing new."
    assert (result.new, result.known, result.found, result.said) == (2, 60, 62, 62)
    assert result.message == "2 new citing works."
    assert len(server.asked) == 1


def test_late_arrivals_of_earlier_years_are_said_and_read_on_request(paths: Paths) -> None:
    server = CitingServer(daily(80), reach=REACH)
    with scripted(route=server.route) as at, citation_desk(paths, at.url) as desk:
        (work_id,) = stored(desk, replace(ROOT, citation_count=80))
        look(desk, work_id, now=NOW)
        server.days += [date(2019, 5, 1), server.days[-1] + DAY]
        result = look(desk, work_id, now=NOW + DAY)
        assert result.message == (
            "1 new citing work. Semantic Scholar counts 1 more, of earlier years: read all again for them."
        )
        whole = look(desk, work_id, now=NOW + DAY, whole=True)
    assert (whole.new, whole.found) == (1, 82)


def test_pages_have_an_end_even_where_the_service_has_none(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citation_walk, "MOST_PAGES", 3)
    server = CitingServer(daily(900), reach=REACH)
    with scripted(route=server.route) as at, citation_desk(paths, at.url) as desk:
        (work_id,) = stored(desk, ROOT)
        with pytest.raises(SourceError, match="3 pages of citations, and there are more"):
            look(desk, work_id, now=NOW)
        asked = len([path for path in server.asked if "/citations" in path])
        assert asked == 3
        assert node(desk, work_id).look.state == "failed"

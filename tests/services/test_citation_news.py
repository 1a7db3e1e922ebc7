"""What is news of a kept paper: told once, whatever was cut off, seen, or heard from elsewhere meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from r2p_tui.domain.citations import IncomingWork
from r2p_tui.errors import SourceError
from r2p_tui.paths import Paths
from r2p_tui.services.citation_look import look
from r2p_tui.services.citation_watch import mark_seen, news, watch
from r2p_tui.services.citations import keep, node
from r2p_tui.services.desk import Desk
from r2p_tui.sources import http
from tests.services.citation_desk import NOW, citation_desk, stored
from tests.services.citing_server import CitingServer, daily
from tests.sources.scripted_server import FakeClock, answer, scripted

DAY = timedelta(days=1)
KEPT = IncomingWork(title="The cited work", s2_id="root", arxiv_id="2304.08069", year=2023)
NULL = answer('{"offset": 0, "data": null}')


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "Clock", FakeClock)


@pytest.fixture
def service() -> CitingServer:
    return CitingServer(daily(3))


@pytest.fixture
def desk(service: CitingServer, paths: Paths) -> Iterator[Desk]:
    with scripted(route=service.route) as at, citation_desk(paths, at.url) as found:
        yield found


def kept(desk: Desk, work: IncomingWork = KEPT) -> tuple[int, int]:
    """Paper and work id of a paper that is kept."""
    (work_id,) = stored(desk, work)
    return keep(desk, work_id, now=NOW), work_id


def told(desk: Desk) -> list[int]:
    return [each.count for each in news(desk)]


def fails_from_now_on(service: CitingServer) -> None:
    """The next page of citations has no rows; what is asked before it is answered."""
    service.faults = {len(service.asked) + 1: NULL}


def test_the_first_citations_of_a_paper_that_had_none_are_news(service: CitingServer, desk: Desk) -> None:
    service.days = []
    _, work_id = kept(desk)
    assert look(desk, work_id, now=NOW).found == 0
    watch(desk, now=NOW)
    service.days = daily(2)
    assert watch(desk, now=NOW + DAY).new == 2
    assert told(desk) == [2]


def test_what_a_first_look_brought_before_it_was_cut_off_is_no_news(
    service: CitingServer, desk: Desk
) -> None:
    service.days = daily(1500)
    _, work_id = kept(desk)
    watch(desk, now=NOW)
    service.faults = {len(service.asked) + 1: NULL}
    with pytest.raises(SourceError):
        look(desk, work_id, now=NOW + DAY)
    assert len(node(desk, work_id).rows) == 1000
    assert told(desk) == []


def test_a_watch_that_was_cut_off_goes_on_the_next_day(service: CitingServer, desk: Desk) -> None:
    _, work_id = kept(desk)
    look(desk, work_id, now=NOW)
    service.days = daily(5)
    fails_from_now_on(service)
    with pytest.raises(SourceError):
        watch(desk, now=NOW + DAY)
    assert told(desk) == []
    watch(desk, now=NOW + 2 * DAY)
    assert told(desk) == [2]
    assert node(desk, work_id).look.state == "done"


def test_what_is_new_is_read_even_if_the_look_for_it_was_cut_off_weeks_ago(
    service: CitingServer, desk: Desk
) -> None:
    _, work_id = kept(desk)
    look(desk, work_id, now=NOW)
    service.days = daily(5)
    fails_from_now_on(service)
    with pytest.raises(SourceError):
        look(desk, work_id, now=NOW + DAY)
    assert look(desk, work_id, now=NOW + 30 * DAY).new == 2


def test_what_a_sync_brings_after_the_user_looked_is_news(service: CitingServer, desk: Desk) -> None:
    paper_id, work_id = kept(desk)
    look(desk, work_id, now=NOW)
    service.days = daily(4)
    # The sync began before the user opened the paper, and came to it afterwards.
    mark_seen(desk, paper_id, now=NOW + DAY + timedelta(minutes=1))
    watch(desk, now=NOW + DAY)
    assert told(desk) == [1]
    mark_seen(desk, paper_id, now=NOW + DAY + timedelta(minutes=2))
    assert told(desk) == []


def test_a_count_that_another_page_told_does_not_hide_what_is_new(service: CitingServer, desk: Desk) -> None:
    kept(desk)
    watch(desk, now=NOW)
    service.days = [*daily(3), date(2026, 9, 20)]
    stored(desk, IncomingWork(title=KEPT.title, s2_id="root", citation_count=4))
    assert watch(desk, now=NOW + DAY).new == 1


def test_a_service_that_does_not_repeat_the_arxiv_id_is_understood(service: CitingServer, desk: Desk) -> None:
    kept(desk, IncomingWork(title="Named otherwise in the library", arxiv_id="2304.08069"))
    watch(desk, now=NOW)
    service.days = [*daily(3), date(2026, 9, 20)]
    watch(desk, now=NOW + DAY)
    assert told(desk) == [1]


def test_a_count_of_long_ago_is_not_taken_for_citations_that_are_missing(
    service: CitingServer, desk: Desk
) -> None:
    (work_id,) = stored(
        desk, IncomingWork(title="The cited work", s2_id="root", arxiv_id="2304.08069", citation_count=1)
    )
    assert look(desk, work_id, now=NOW).found == 3
    assert "counts" not in look(desk, work_id, now=NOW + DAY).message

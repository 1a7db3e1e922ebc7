"""The watch over kept papers: batched, once a day, bounded, and never the reason for a failed sync."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from r2p_tui.domain.citations import EvidenceClass, IncomingWork
from r2p_tui.errors import NotFoundError, SourceError
from r2p_tui.paths import Paths
from r2p_tui.services import citation_watch
from r2p_tui.services.citation_look import look
from r2p_tui.services.citation_watch import mark_seen, news, watch
from r2p_tui.services.citations import keep, node
from r2p_tui.services.desk import Desk
from r2p_tui.services.sync import sync
from r2p_tui.sources import http
from r2p_tui.store.citation_news import kept_papers
from tests.services.citation_desk import NOW, citation_desk, stored
from tests.services.citing_server import bounds
from tests.sources import arxiv_answers as arxiv
from tests.sources.scripted_server import Behaviour, FakeClock, answer, scripted

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "Clock", FakeClock)


@dataclass
class Citing:
    """Semantic Scholar by what cites each work: (day, sentence) by the id that the work is asked by."""

    days: dict[str, list[tuple[date, str]]]
    batch_fault: Behaviour | None = None
    asked: list[str] = field(default_factory=list)

    def route(self, path: str) -> Behaviour:
        parts = urlsplit(path)
        self.asked.append(parts.path.removeprefix("/graph/v1/paper/"))
        if parts.path.endswith("/batch"):
            return self.batch_fault or answer(json.dumps([self._paper(name) for name in self.days]))
        name, _, edge = self.asked[-1].partition("/")
        if not edge:
            return answer(json.dumps(self._paper(name)))
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        first, last = bounds(query.get("publicationDateOrYear", ":"))
        rows = [
            self._row(name, number, day, words)
            for number, (day, words) in enumerate(self.days[name])
            if first <= day <= last
        ]
        return answer(json.dumps({"offset": 0, "data": rows}))

    def _paper(self, name: str) -> dict[str, Any]:
        ids = {"ArXiv": name.removeprefix("ARXIV:")}
        return {"title": f"Paper {name}", "externalIds": ids, "citationCount": len(self.days[name])}

    def _row(self, name: str, number: int, day: date, words: str) -> dict[str, Any]:
        paper = {"paperId": f"{name}-{number}", "title": f"Work {number} on {name}", "year": day.year}
        paper |= {"publicationDate": day.isoformat(), "authors": [{"name": f"Author {number}"}]}
        return {"citingPaper": paper, "contexts": [words], "intents": [], "isInfluential": False}


FIRST = (date(2026, 3, 1), "See also [4].")
SECOND = (date(2026, 9, 20), "We could not reproduce the results that the authors report [4].")


def kept(desk: Desk, *numbers: int) -> list[tuple[int, int]]:
    """Paper and work ids of kept papers."""
    works = [IncomingWork(title=f"Kept paper {number}", arxiv_id=f"2401.{number:05}") for number in numbers]
    ids = stored(desk, *works)
    return [(keep(desk, work_id, now=NOW), work_id) for work_id in ids]


def name(number: int) -> str:
    return f"ARXIV:2401.{number:05}"


def test_without_kept_papers_nobody_is_asked(paths: Paths) -> None:
    with citation_desk(paths, "http://127.0.0.1:9", offline=True) as desk:
        assert watch(desk, now=NOW) == citation_watch.WatchResult()
        assert news(desk) == ()


def test_a_paper_that_was_looked_at_gets_what_is_new_and_today_tells_it(paths: Paths) -> None:
    service = Citing({name(1): [FIRST]})
    with scripted(route=service.route) as at, citation_desk(paths, at.url) as desk:
        ((paper_id, work_id),) = kept(desk, 1)
        look(desk, work_id, now=NOW)
        assert news(desk) == ()
        quiet = watch(desk, now=NOW)
        assert (quiet.asked, quiet.looked, quiet.message) == (1, 0, "")
        service.days[name(1)].append(SECOND)
        service.asked.clear()
        result = watch(desk, now=NOW + DAY)
        assert service.asked == ["batch", f"{name(1)}/citations"]
        assert (result.asked, result.looked, result.waiting, result.new) == (1, 1, 0, 1)
        assert result.message == "1 new work cites papers you kept."
        (told,) = news(desk)
        assert (told.paper_id, told.count, told.by_class) == (paper_id, 1, ((EvidenceClass.FAILS, 1),))
        assert node(desk, work_id).look.state == "done"
        mark_seen(desk, paper_id, now=NOW + DAY)
        assert news(desk) == ()
        service.asked.clear()
        assert look(desk, work_id, now=NOW + DAY).message == "Nothing new."
        assert len(service.asked) == 1


def test_a_paper_is_asked_about_once_a_day(paths: Paths) -> None:
    service = Citing({name(1): [FIRST]})
    with scripted(route=service.route) as at, citation_desk(paths, at.url) as desk:
        kept(desk, 1)
        watch(desk, now=NOW)
        assert watch(desk, now=NOW + timedelta(hours=5)).asked == 0
        assert watch(desk, now=NOW + timedelta(hours=23)).asked == 1
    assert service.asked == ["batch", "batch"]


def test_a_paper_that_nobody_looked_at_is_counted_first_and_gets_the_latest_only(paths: Paths) -> None:
    service = Citing({name(1): [(date(2020, 1, 1), "Old [4].")]})
    with scripted(route=service.route) as at, citation_desk(paths, at.url) as desk:
        ((paper_id, work_id),) = kept(desk, 1)
        assert watch(desk, now=NOW).looked == 0
        service.days[name(1)].append(SECOND)
        service.asked.clear()
        result = watch(desk, now=NOW + DAY)
        assert service.asked == ["batch", f"{name(1)}/citations"]
        assert result.new == 1
        assert [(told.paper_id, told.count) for told in news(desk)] == [(paper_id, 1)]
        half = node(desk, work_id)
        assert (half.look.state, len(half.rows)) == ("never", 1)
        whole = look(desk, work_id, now=NOW + DAY)
        assert (whole.new, whole.known, whole.found) == (1, 1, 2)
        assert watch(desk, now=NOW + 3 * DAY).looked == 0


def test_a_sync_looks_at_so_many_and_the_rest_has_its_turn(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citation_watch, "LOOKS_A_SYNC", 2)
    numbers = range(1, 6)
    service = Citing({name(number): [FIRST] for number in numbers})
    with scripted(route=service.route) as at, citation_desk(paths, at.url) as desk:
        kept(desk, *numbers)
        watch(desk, now=NOW)
        for rows in service.days.values():
            rows.append(SECOND)
        counts = []
        for round_number in range(1, 4):
            service.days = {key: service.days[key] for key in still_due(desk, service)}
            result = watch(desk, now=NOW + DAY + round_number * timedelta(hours=1))
            counts.append((result.looked, result.waiting))
        assert counts == [(2, 3), (2, 1), (1, 0)]
        assert sum(told.count for told in news(desk)) == 5


def still_due(desk: Desk, service: Citing) -> list[str]:
    """The names that the next batch asks for, which the server answers in this order."""
    with desk.store.read() as session:
        waiting = [paper for paper in kept_papers(session) if paper.asked_at is None or paper.asked_at == NOW]
    return [name(paper.paper_id) for paper in waiting] or list(service.days)


def test_a_paper_that_fails_does_not_stand_in_the_way_of_the_others_for_ever(paths: Paths) -> None:
    service = Citing({name(1): [FIRST], name(2): [FIRST]})

    def route(path: str) -> Behaviour:
        broken = f"{name(1)}/citations" in path
        return answer('{"offset": 0, "data": null}') if broken else service.route(path)

    with scripted(route=route) as at, citation_desk(paths, at.url) as desk:
        (_, (second, _)) = kept(desk, 1, 2)
        watch(desk, now=NOW)
        for rows in service.days.values():
            rows.append(SECOND)
        with pytest.raises(SourceError, match="without rows"):
            watch(desk, now=NOW + DAY)
        service.days = {name(2): service.days[name(2)]}
        assert watch(desk, now=NOW + DAY).new == 1
        assert [told.paper_id for told in news(desk)] == [second]


def test_a_failing_watch_is_a_sentence_of_the_sync(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("r2p_tui.services.sync.look_weekly", lambda *_: "")
    now = datetime(2025, 8, 20, 13, tzinfo=UTC)
    service = Citing({name(1): [FIRST]}, batch_fault=answer("<html>login</html>"))
    feed = arxiv.feed(arxiv.feed_entry("2508.00100v1"))

    def route(path: str) -> Behaviour:
        return answer(feed) if path.startswith("/atom") else service.route(path)

    with scripted(route=route) as at, citation_desk(paths, at.url) as desk:
        settings = desk.settings
        arxiv_at = type(settings.arxiv)(
            ("cs.AI",), f"{at.url}/api/query", f"{at.url}/atom", f"{at.url}/oai", at.url
        )
        kept(desk, 1)
        with Desk(
            paths, type(settings)(arxiv=arxiv_at, semantic_scholar=settings.semantic_scholar)
        ) as syncing:
            with pytest.raises(SourceError):
                watch(syncing, now=now)
            result = sync(syncing, now=now)
    assert (result.new, result.error) == (1, None)
    assert result.kept.startswith("Who cites the papers you kept is not known: A web page came in the place")
    assert result.message.endswith(result.kept)


def test_what_the_user_sees_of_a_paper_that_is_not_there(paths: Paths) -> None:
    with citation_desk(paths, "http://127.0.0.1:9") as desk, pytest.raises(NotFoundError):
        mark_seen(desk, 7, now=NOW)

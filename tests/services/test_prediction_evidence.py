"""Snapshots of the papers that predictions are about: once a day, bounded, and they fail no sync."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from r2p_tui.config import GitHubSettings, HuggingFaceSettings, SemanticScholarSettings, Settings
from r2p_tui.domain.papers import PaperReference
from r2p_tui.domain.predictions import Outcome
from r2p_tui.errors import SourceError
from r2p_tui.paths import Paths
from r2p_tui.services import code
from r2p_tui.services.desk import Desk
from r2p_tui.services.evidence_snapshots import CODE_LOOKS_A_SYNC, take_snapshots
from r2p_tui.services.prediction_evidence import (
    EvidenceCurve,
    EvidencePoint,
    curve_of,
    curves,
    evidence_words,
)
from r2p_tui.services.predictions import lines, predict, resolve, view
from r2p_tui.services.sync import sync
from r2p_tui.sources import http
from r2p_tui.sources.checked_connection import StoppedError
from r2p_tui.store.prediction_evidence import EvidenceSnapshot, add_snapshot, snapshots_for
from r2p_tui.store.works import find_work, work_by_id
from tests.services.code_desk import RT_DETR, World, hub_paper, put, repository
from tests.sources import arxiv_answers as arxiv
from tests.sources.scripted_server import Behaviour, FakeClock, ScriptedServer, answer, scripted

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
DAY = timedelta(days=1)
PAPER = "2304.08069"
WEB_PAGE = answer("<html>Log in</html>")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "Clock", FakeClock)


@dataclass
class Outside:
    """Semantic Scholar by how often it says that papers are cited, and the world of code beside it."""

    cited: dict[str, int] = field(default_factory=dict)
    world: World = field(default_factory=World)
    scholar_says: Behaviour | None = None
    server: ScriptedServer = field(default_factory=lambda: ScriptedServer([]))

    def route(self, path: str) -> Behaviour:
        if not path.startswith("/graph"):
            return self.world.route(path)
        if self.scholar_says is not None:
            return self.scholar_says
        [asked] = [json.loads(seen.body)["ids"] for seen in self.server.seen if seen.path == path][-1:]
        return answer(json.dumps([self._paper(name) for name in asked]))

    def _paper(self, name: str) -> dict[str, object] | None:
        if name not in self.cited:
            return None
        count = self.cited[name]
        ids = {"ArXiv": name.removeprefix("ARXIV:")}
        return {
            "title": name,
            "externalIds": ids,
            "citationCount": count,
            "influentialCitationCount": count // 10,
        }

    def asked(self, start: str) -> list[str]:
        return [seen.path for seen in self.server.seen if seen.path.startswith(start)]


@contextmanager
def outside(paths: Paths) -> Iterator[tuple[Outside, Desk]]:
    """RT-DETR, cited 40 times and with code of 3,100 stars and 25 votes, and a desk that can ask."""
    known = World({PAPER: hub_paper()}, {RT_DETR: repository(3100)})
    told = Outside({f"ARXIV:{PAPER}": 40}, known)
    with scripted(route=told.route) as server:
        told.server = server
        settings = Settings(
            semantic_scholar=SemanticScholarSettings(server.url),
            huggingface=HuggingFaceSettings(api_url=server.url),
            github=GitHubSettings(api_url=server.url),
        )
        with Desk(paths, settings) as desk:
            yield told, desk


def predicted(desk: Desk, paper_id: int | None, *, due: str = "2y", now: datetime = NOW) -> int:
    return predict(
        desk,
        "DETR replaces YOLO on our edge boards",
        probability="0.3",
        due=due,
        criteria="at least three of our five boards run it in production",
        reasoning="No NMS.",
        paper_id=paper_id,
        now=now,
    )


def points(desk: Desk, paper_id: int) -> list[tuple[int | None, ...]]:
    with desk.store.read() as session:
        found = snapshots_for(session, [paper_id]).get(paper_id, [])
    return [(one.citations, one.influential, one.stars, one.votes) for one in found]


def test_without_predictions_nobody_is_asked(paths: Paths) -> None:
    with outside(paths) as (told, desk):
        put(desk, PAPER)
        predicted(desk, None)
        assert take_snapshots(desk, NOW) == ""
        assert not told.server.seen


def test_each_day_adds_a_point_and_the_work_knows_its_citations_too(paths: Paths) -> None:
    with outside(paths) as (told, desk):
        paper_id = put(desk, PAPER)
        number = predicted(desk, paper_id)
        assert take_snapshots(desk, NOW) == ""
        told.cited[f"ARXIV:{PAPER}"] = 1204
        told.world.repositories[RT_DETR] = repository(5400)
        assert take_snapshots(desk, NOW + timedelta(hours=19)) == ""
        assert points(desk, paper_id) == [(40, 4, 3100, 25)]
        take_snapshots(desk, NOW + DAY)
        assert points(desk, paper_id) == [(40, 4, 3100, 25), (1204, 120, 5400, 25)]
        seen = view(desk, number, now=NOW)
        assert seen.evidence is not None
        assert evidence_words(seen.evidence) == (
            "citations 40 -> 1,204, influential 4 -> 120, stars 3,100 -> 5,400, votes 25 -> 25"
        )
        with desk.store.read() as session:
            work_id = find_work(session, PaperReference("arxiv", PAPER))
            assert work_id is not None
            assert work_by_id(session, work_id).citation_count == 1204


def test_once_it_is_resolved_nothing_more_is_counted(paths: Paths) -> None:
    with outside(paths) as (told, desk):
        resolve(desk, predicted(desk, put(desk, PAPER)), Outcome.NO, now=NOW)
        assert take_snapshots(desk, NOW) == ""
        assert not told.server.seen


def test_many_papers_are_one_request_and_twenty_looks_for_code_in_turn(paths: Paths) -> None:
    with outside(paths) as (told, desk):
        ids = [put(desk, f"2401.{number:05}") for number in range(25)]
        for paper_id in ids:
            predicted(desk, paper_id)
        told.cited = {f"ARXIV:2401.{number:05}": number for number in range(25)}
        told.world.papers = {f"2401.{number:05}": {"id": "x", "upvotes": number} for number in range(25)}
        for day in range(2):
            take_snapshots(desk, NOW + day * DAY)
        assert len(told.asked("/graph")) == 2
        assert len(told.asked("/api/papers/")) == 2 * CODE_LOOKS_A_SYNC
        # Those that had to wait on the first day came first on the second.
        assert {path.rpartition("/")[2] for path in told.asked("/api/papers/")} == set(told.world.papers)
        assert points(desk, ids[24]) == [(24, 2, None, None), (24, 2, None, 24)]


def test_a_look_of_the_same_day_is_not_asked_again(paths: Paths) -> None:
    with outside(paths) as (told, desk):
        paper_id = put(desk, PAPER)
        predicted(desk, paper_id)
        code.look(desk, paper_id, NOW - timedelta(hours=1))
        asked = len(told.server.seen)
        take_snapshots(desk, NOW)
        assert points(desk, paper_id) == [(40, 4, 3100, 25)]
        assert len(told.server.seen) == asked + 1


def test_a_look_of_the_same_day_that_was_not_whole_is_asked_again(paths: Paths) -> None:
    with outside(paths) as (told, desk):
        paper_id = put(desk, PAPER)
        predicted(desk, paper_id)
        code.look(desk, paper_id, NOW - timedelta(hours=2))
        told.world.github_says, told.world.repositories[RT_DETR] = WEB_PAGE, repository(3200)
        code.look(desk, paper_id, NOW - timedelta(hours=1))
        told.world.github_says = None
        take_snapshots(desk, NOW)
        assert points(desk, paper_id) == [(40, 4, 3200, 25)]


def test_a_service_that_fails_is_a_sentence_and_a_gap(paths: Paths) -> None:
    with outside(paths) as (told, desk):
        paper_id = put(desk, PAPER)
        predicted(desk, paper_id)
        told.scholar_says = WEB_PAGE
        words = take_snapshots(desk, NOW)
        assert words.startswith("What became of the papers that you predict about is not all known: ")
        assert "Semantic Scholar" in words
        assert points(desk, paper_id) == [(None, None, 3100, 25)]
        told.scholar_says, told.world.github_says = None, WEB_PAGE
        take_snapshots(desk, NOW + DAY)
        # The stars of the day before are no count of this one.
        assert points(desk, paper_id)[1:] == [(40, 4, None, 25)]


def test_what_nobody_answered_for_is_asked_again_at_the_next_sync(paths: Paths) -> None:
    with outside(paths) as (told, desk):
        paper_id = put(desk, PAPER)
        predicted(desk, paper_id)
        told.scholar_says = told.world.github_says = told.world.hub_says = WEB_PAGE
        assert take_snapshots(desk, NOW)
        assert points(desk, paper_id) == []
        told.scholar_says = None
        take_snapshots(desk, NOW + timedelta(hours=1))
        assert points(desk, paper_id) == [(40, 4, None, None)]


def test_a_paper_that_nobody_knows_waits_a_day_like_the_others(paths: Paths) -> None:
    with outside(paths) as (told, desk):
        predicted(desk, put(desk, "2401.00001"))
        take_snapshots(desk, NOW)
        asked = len(told.server.seen)
        take_snapshots(desk, NOW + timedelta(hours=1))
        assert len(told.server.seen) == asked


@pytest.mark.parametrize(
    ("stop_after", "kept"), [("/graph", (40, 4, None, None)), ("/api/papers/", (40, 4, 3100, 25))]
)
def test_what_was_told_before_the_user_stopped_is_kept(
    paths: Paths, stop_after: str, kept: tuple[int | None, ...]
) -> None:
    with outside(paths) as (told, desk):
        paper_id, unknown = put(desk, PAPER), put(desk, "2401.00001")
        predicted(desk, paper_id)
        predicted(desk, unknown)
        assert take_snapshots(desk, NOW, lambda: bool(told.asked(stop_after))) == ""
        assert (points(desk, paper_id), points(desk, unknown)) == ([kept], [])


def test_a_request_that_the_user_stopped_loses_nothing_and_says_nothing(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise StoppedError

    monkeypatch.setattr("r2p_tui.services.evidence_snapshots.look_again", stopped)
    with outside(paths) as (_, desk):
        paper_id = put(desk, PAPER)
        predicted(desk, paper_id)
        assert take_snapshots(desk, NOW) == ""
        assert points(desk, paper_id) == [(40, 4, None, None)]


def test_nothing_is_asked_offline_nor_for_a_store_that_is_only_read(paths: Paths) -> None:
    with outside(paths) as (told, desk):
        predicted(desk, put(desk, PAPER))
        desk.close()
        for closed in (replace(desk, offline=True), replace(desk, read_only=True)):
            with closed:
                assert take_snapshots(closed, NOW) == ""
        assert not told.server.seen


def test_code_that_appears_stays_news(paths: Paths) -> None:
    with outside(paths) as (told, desk):
        paper_id = put(desk, PAPER, keep=True)
        predicted(desk, paper_id)
        told.world.papers.clear()
        take_snapshots(desk, NOW)
        told.world.papers[PAPER] = hub_paper()
        take_snapshots(desk, NOW + DAY)
        assert [one.paper_id for one in code.appeared(desk)] == [paper_id]
        take_snapshots(desk, NOW + 2 * DAY)
        assert [one.paper_id for one in code.appeared(desk)] == [paper_id]


def test_a_failing_count_is_a_sentence_of_the_sync(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2025, 8, 20, 13, tzinfo=UTC)
    feed = answer(arxiv.feed(arxiv.feed_entry("2508.00100v1")))
    with outside(paths) as (told, desk):
        paper_id = put(desk, PAPER)
        predicted(desk, paper_id, now=now)
        told.scholar_says = WEB_PAGE
        url = told.server.url
        monkeypatch.setattr(told.server, "route", lambda path: feed if "/atom" in path else told.route(path))
        read = type(desk.settings.arxiv)(("cs.AI",), f"{url}/api/query", f"{url}/atom", f"{url}/oai", url)
        with desk.with_settings(replace(desk.settings, arxiv=read)) as syncing:
            result = sync(syncing, now=now)
        assert (result.new, result.error) == (1, None)
        assert result.kept.startswith("What became of the papers that you predict about is not all known: ")
        assert result.message.endswith(result.kept)
        assert points(desk, paper_id) == [(None, None, 3100, 25)]


def test_a_store_that_cannot_be_written_fails_no_sync(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    with outside(paths) as (_, desk):
        predicted(desk, put(desk, PAPER))

        def refuse(*_: object) -> None:
            raise SourceError("The disk is full.")

        monkeypatch.setattr("r2p_tui.services.evidence_snapshots.add_snapshot", refuse)
        assert "The disk is full." in take_snapshots(desk, NOW)


def test_a_curve_goes_from_the_day_of_the_prediction_to_its_due_day(paths: Paths) -> None:
    with outside(paths) as (_, desk):
        paper_id = put(desk, PAPER)
        first, second = predicted(desk, paper_id, due="3d"), predicted(desk, paper_id, now=NOW + 2 * DAY)
        alone = predicted(desk, None)
        uncounted = predicted(desk, put(desk, "2401.00001"))
        with desk.store.write() as session:
            for day in range(-1, 5):
                at = NOW + day * DAY - timedelta(hours=2)
                add_snapshot(session, EvidenceSnapshot(paper_id=paper_id, taken_at=at, citations=10 + day))
        found = {line.id: line for line in lines(desk, now=NOW)}
        told = curves(desk, list(found.values()))
        assert set(told) == {first, second}
        # Counted in the morning, before the prediction was written: the curve begins with it.
        assert [point.citations for point in told[first].points] == [10, 11, 12, 13]
        assert [point.citations for point in told[second].points] == [12, 13, 14]
        assert (told[first].since, told[first].until) == (date(2026, 11, 21), date(2026, 11, 24))
        assert curve_of(desk, found[first]) == told[first]
        assert curve_of(desk, found[alone]) is None
        empty = curve_of(desk, found[uncounted])
        assert empty is not None
        assert (empty.points, evidence_words(empty)) == ((), "")


def test_words_leave_out_what_nobody_told() -> None:
    told = [
        EvidencePoint(NOW, 40, None, None, None),
        EvidencePoint(NOW + DAY, None, None, 3100, None),
        EvidencePoint(NOW + 2 * DAY, 41, None, None, None),
    ]
    curve = EvidenceCurve(NOW.date(), NOW.date(), tuple(told))
    assert evidence_words(curve) == "citations 40 -> 41, stars 3,100"
    assert curve.series("citations") == ((NOW, 40), (NOW + 2 * DAY, 41))
    assert curve.series("votes") == ()

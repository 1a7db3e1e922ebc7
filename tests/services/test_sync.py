"""Sync against recorded and invented servers: what is stored, what is said, and what stays untouched."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from r2p_tui.errors import ExitCode, SourceBusyError, SourceError
from r2p_tui.paths import Paths
from r2p_tui.services.sync import SyncProgress, SyncResult, enrich, sync
from r2p_tui.sources import http
from r2p_tui.sources.checked_connection import StoppedError
from r2p_tui.store.announcements import cursor_of
from r2p_tui.store.papers import Paper, versions_of
from tests.services.arxiv_desk import desk_at, dump
from tests.sources import arxiv_answers as arxiv
from tests.sources.scripted_server import Behaviour, FakeClock, Route, answer, hang_up, raw, scripted, silent

FakeServices = Callable[..., AbstractContextManager[str]]

# Wednesday 20 August 2025, in the morning of the US east coast.
NOW = datetime(2025, 8, 20, 13, tzinfo=UTC)
DAY = timedelta(days=1)
UNCHANGED = raw(b"HTTP/1.1 304 Not Modified\r\n\r\n")


IMPATIENT = http.Timing(connect=1.0, read=0.3, total=0.5)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "Clock", FakeClock)


def feeds(*bodies: str | Behaviour, harvest: str | Behaviour = hang_up) -> Route:
    """The feed of every listing in turn, and one answer for every harvest."""
    waiting = list(bodies)

    def route(path: str) -> Behaviour:
        body = harvest if path.startswith("/oai") else waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return answer(body) if isinstance(body, str) else body

    return route


def synced(paths: Paths, url: str, now: datetime = NOW, *categories: str) -> SyncResult:
    with desk_at(paths, url, *categories) as desk:
        return sync(desk, now=now)


def outcome(result: SyncResult) -> tuple[str, int, int, int]:
    return result.listings[0].outcome, result.new, result.cross, result.replaced


# --- what the issue asks for ------------------------------------------------------------------------------


def test_a_day_of_cs_ai(fake_services: FakeServices, paths: Paths) -> None:
    steps: list[SyncProgress] = []
    with fake_services() as url, desk_at(paths, url) as desk:
        first = sync(desk, now=NOW, report=steps.append)
        content = dump(paths.store)
        second = sync(desk, now=NOW + timedelta(hours=3))
    assert outcome(first) == ("stored", 41, 45, 0)
    assert first.message == "41 new, 45 cross-listed."
    assert [step.step for step in steps] == ["cs.AI feed", "done"]
    assert (steps[-1].done, steps[-1].total) == (1, 1)
    assert outcome(second) == ("nothing new", 0, 0, 0)
    assert second.message == "cs.AI: Nothing new, the announcement of Wed 20 Aug 2025 is stored already."
    after = dump(paths.store)
    assert {name: after[name] for name in after if name != "sync_cursors"} == {
        name: content[name] for name in content if name != "sync_cursors"
    }


FAULTS = {
    "cut": "broke off its answer",
    "html200": "A web page came",
    "empty200": "asks r2p to slow down",
    "429": "asks r2p to slow down (status 429)",
    "429-bare": "asks r2p to slow down (status 429)",
    "503": "asks r2p to slow down (status 503)",
    "500-html": "a problem of its own (status 500)",
    "hang": "did not answer in time",
    "drip": "did not answer in time",
    "null": "cut off or not XML",
    "huge": "larger than 20 MB",
    "redirect=http://169.254.169.254/": "where r2p does not go",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_line_and_changes_nothing(
    fault: str, fake_services: FakeServices, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault in ("hang", "drip"):
        monkeypatch.setattr(http, "TIMING", IMPATIENT)
    with fake_services(faults={"/atom/cs.CV": fault}) as url:
        synced(paths, url)
        before = dump(paths.store)
        with pytest.raises(SourceError) as caught:
            synced(paths, url, NOW, "cs.CV")
    assert FAULTS[fault] in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.exit_code is ExitCode.SOURCE
    assert dump(paths.store) == before


def test_a_feed_that_is_half_there_is_not_half_stored(paths: Paths) -> None:
    whole = arxiv.feed(*(arxiv.feed_entry(f"2508.{number:05}v1") for number in range(1, 9)))
    with scripted(answer(whole[: len(whole) // 2])) as server, pytest.raises(SourceError, match="cut off"):
        synced(paths, server.url)
    assert dump(paths.store)["papers"] == []
    assert dump(paths.store)["sync_cursors"] == []


# --- quiet, stale, done -----------------------------------------------------------------------------------

WEDNESDAY = arxiv.feed(arxiv.feed_entry("2508.00002v1"), arxiv.feed_entry("2508.00001v1", "cross"))
THURSDAY = arxiv.feed(arxiv.feed_entry("2508.00003v1", day="2025-08-21"))


def test_a_weekend(paths: Paths) -> None:
    friday = arxiv.feed(arxiv.feed_entry("2508.00004v1", day="2025-08-22"))
    with scripted(route=feeds(friday, arxiv.feed())) as server:
        synced(paths, server.url, NOW + 2 * DAY)
        result = synced(paths, server.url, NOW + 3 * DAY)
    assert outcome(result) == ("no announcement", 0, 0, 0)
    assert result.message == "cs.AI: No announcement on a Saturday; Mon 25 Aug 2025 is next."


def test_the_very_first_sync_on_a_weekend_harvests_nothing(paths: Paths) -> None:
    with scripted(route=feeds(arxiv.feed())) as server:
        result = synced(paths, server.url, NOW + 3 * DAY)
    assert outcome(result) == ("no announcement", 0, 0, 0)
    assert [request.path for request in server.seen] == ["/atom/cs.AI"]


def test_an_empty_feed_on_a_day_of_announcements_is_a_doubt(paths: Paths) -> None:
    with scripted(route=feeds(WEDNESDAY, arxiv.feed())) as server:
        synced(paths, server.url)
        result = synced(paths, server.url, NOW + DAY)
    assert outcome(result) == ("stale", 0, 0, 0)
    assert "The feed is empty though Thu 21 Aug 2025 is due" in result.message


def test_yesterdays_feed_is_stale(paths: Paths) -> None:
    with scripted(route=feeds(WEDNESDAY)) as server:
        synced(paths, server.url)
        result = synced(paths, server.url, NOW + DAY)
    assert outcome(result) == ("stale", 0, 0, 0)
    assert "still shows Wed 20 Aug 2025 though Thu 21 Aug 2025 is due" in result.message


def test_a_feed_of_the_past_is_stored_and_called_late(paths: Paths) -> None:
    with scripted(route=feeds(WEDNESDAY)) as server:
        result = synced(paths, server.url, NOW + 2 * DAY)
    assert outcome(result) == ("stored", 1, 1, 0)
    assert result.listings[0].message.endswith("the feed is late, Fri 22 Aug 2025 is due.")


@pytest.mark.parametrize(
    "entries",
    [
        [arxiv.feed_entry("2508.00002v1", day="2025-08-21")],
        [
            arxiv.feed_entry("2508.00002v1", day="2025-08-21"),
            arxiv.feed_entry("2507.00009v1", day="2025-08-21"),
        ],
    ],
    ids=["the same lines", "no id above the last one"],
)
def test_an_old_batch_with_a_new_date_is_not_believed(entries: list[str], paths: Paths) -> None:
    with scripted(route=feeds(WEDNESDAY, arxiv.feed(*entries), THURSDAY)) as server:
        synced(paths, server.url)
        before = dump(paths.store)["announcements"]
        stale = synced(paths, server.url, NOW + DAY)
        assert outcome(stale) == ("stale", 0, 0, 0)
        assert "repeats an earlier one" in stale.message
        assert dump(paths.store)["announcements"] == before
        assert outcome(synced(paths, server.url, NOW + DAY)) == ("stored", 1, 0, 0)


def test_an_unchanged_feed_is_asked_for_by_its_tag(paths: Paths) -> None:
    with scripted(answer(WEDNESDAY, ETag='"1"'), UNCHANGED) as server:
        synced(paths, server.url)
        result = synced(paths, server.url)
    assert outcome(result) == ("nothing new", 0, 0, 0)
    assert server.seen[1].headers["if-none-match"] == '"1"'


def test_late_lines_of_the_same_day_are_stored(paths: Paths) -> None:
    more = arxiv.feed(arxiv.feed_entry("2508.00002v1"), arxiv.feed_entry("2508.00005v1"))
    with scripted(route=feeds(WEDNESDAY, more)) as server:
        synced(paths, server.url)
        assert outcome(synced(paths, server.url)) == ("stored", 1, 0, 0)


def test_replacements_are_counted(paths: Paths) -> None:
    lines = [arxiv.feed_entry("2507.00001v2", "replace"), arxiv.feed_entry("2507.00002v3", "replace-cross")]
    with scripted(route=feeds(arxiv.feed(*lines))) as server:
        result = synced(paths, server.url)
    assert outcome(result) == ("stored", 0, 0, 2)
    assert result.message == "0 new, 0 cross-listed, 2 replaced."


def test_entries_that_cannot_be_read_make_it_partial(paths: Paths) -> None:
    body = arxiv.feed(arxiv.feed_entry("2508.00002v1"), arxiv.feed_entry("gone"))
    with scripted(route=feeds(body)) as server:
        result = synced(paths, server.url)
    assert outcome(result) == ("partial", 1, 0, 0)
    assert "1 entry could not be read" in result.listings[0].message


def test_a_paper_in_two_listings_counts_once(paths: Paths) -> None:
    there = arxiv.feed(arxiv.feed_entry("2508.00002v1", "cross"))
    with scripted(route=feeds(WEDNESDAY, there)) as server:
        result = synced(paths, server.url, NOW, "cs.AI", "cs.CV")
    assert (result.new, result.cross) == (1, 1)
    assert [listing.cross for listing in result.listings] == [1, 1]
    assert len(dump(paths.store)["papers"]) == 2


# --- when something goes wrong ----------------------------------------------------------------------------


def test_one_bad_listing_does_not_lose_the_others(paths: Paths) -> None:
    unknown = arxiv.feed(title="Feed error for query: cs.XX")
    with scripted(route=feeds(WEDNESDAY, unknown, THURSDAY)) as server:
        result = synced(paths, server.url, NOW + DAY, "cs.AI", "cs.XX", "cs.CV")
    assert [listing.outcome for listing in result.listings] == ["stored", "failed", "stored"]
    assert result.error is not None
    assert result.error.exit_code is ExitCode.SOURCE
    assert result.listings[1].message == "arXiv does not know the category cs.XX."
    assert result.message == f"2 new, 1 cross-listed. cs.XX: {result.listings[1].message}"
    assert (result.new, result.cross) == (2, 1)


def test_once_arxiv_asks_to_slow_down_it_is_left_alone(paths: Paths) -> None:
    with scripted(route=feeds(WEDNESDAY, answer("", 403))) as server:
        result = synced(paths, server.url, NOW, "cs.AI", "cs.CV", "cs.LG")
    assert [listing.outcome for listing in result.listings] == ["stored", "failed", "failed"]
    assert isinstance(result.error, SourceBusyError)
    assert len(server.seen) == 2


def test_cancelling_keeps_what_is_there(paths: Paths) -> None:
    asked: list[bool] = []

    def cancelled() -> bool:
        return len(server.seen) > 1

    def route(path: str) -> Behaviour:
        asked.append(True)
        return answer(WEDNESDAY) if len(asked) == 1 else silent

    with scripted(route=route) as server, desk_at(paths, server.url, "cs.AI", "cs.CV") as desk:
        result = sync(desk, now=NOW, cancelled=cancelled)
    assert [listing.outcome for listing in result.listings] == ["stored", "failed"]
    assert isinstance(result.error, StoppedError)


lookups: list[str] = []
watching = False


def watch(event: str, _: tuple[object, ...]) -> None:
    if watching and event.startswith(("socket.getaddrinfo", "socket.connect", "socket.gethostby")):
        lookups.append(event)


sys.addaudithook(watch)


def test_offline_asks_nobody_not_even_for_a_name(paths: Paths) -> None:
    global watching
    watching = True
    try:
        with desk_at(paths, "https://export.arxiv.org", offline=True) as desk:
            with pytest.raises(SourceError, match="r2p is offline"):
                sync(desk, now=NOW)
            with pytest.raises(SourceError, match="r2p is offline"):
                enrich(desk, [1], now=NOW)
    finally:
        watching = False
    assert lookups == []


# --- enrichment -------------------------------------------------------------------------------------------


def test_details_are_fetched_by_the_hundred(paths: Paths) -> None:
    ids = [f"2508.{number:05}" for number in range(1, 151)]

    def route(path: str) -> Behaviour:
        if path.startswith("/atom"):
            return answer(arxiv.feed(*(arxiv.feed_entry(f"{name}v1") for name in ids)))
        return answer(arxiv.api(*(arxiv.api_entry(f"{name}v2") for name in ids if name in path)))

    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        sync(desk, now=NOW)
        assert enrich(desk, range(1, 151), now=NOW) == 150
        with desk.store.read() as session:
            paper = session.get(Paper, 1)
            versions = versions_of(session, 1)
            cursor = cursor_of(session, "cs.AI")
    assert len(server.seen) == 3
    assert paper is not None
    assert (paper.latest_version, paper.code_url) == (2, "https://github.com/ada/engine")
    assert [version.version for version in versions] == [1, 2]
    assert cursor is not None
    assert cursor.high_id == "2508.00150"

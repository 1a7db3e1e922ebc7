"""The days that nobody looked at: harvested once, whole, and wherever the sync was cut off before."""

from __future__ import annotations

import multiprocessing
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.paths import Paths, under
from r2p_tui.services.sync import SyncResult, sync
from r2p_tui.sources import http
from tests.services.arxiv_desk import Rows, desk_at, dump
from tests.services.killed_sync import sync_until_killed
from tests.sources import arxiv_answers as arxiv
from tests.sources.scripted_server import Behaviour, FakeClock, Route, ScriptedServer, answer, scripted

WEDNESDAY = datetime(2025, 8, 20, 13, tzinfo=UTC)
TUESDAY = WEDNESDAY + timedelta(days=6)

FIRST_FEED = arxiv.feed(
    arxiv.feed_entry("2508.00100v1"),
    arxiv.feed_entry("2508.00101v1", "cross", categories="cs.CV cs.AI"),
    arxiv.feed_entry("2507.00001v2", "replace"),
)
LAST_FEED = arxiv.feed(arxiv.feed_entry("2508.00301v1", day="2025-08-26"))

# Since Wednesday: new, cross-listed, replaced, an edit of a paper that is here, and one of one that is not.
CHANGES = [
    arxiv.record("2508.00102", "20 Aug 2025 10:00:00"),
    arxiv.record("2508.00103", "20 Aug 2025 10:00:00", categories="cs.CV cs.AI"),
    arxiv.record("2507.00001", "1 Jul 2025 10:00:00", "19 Aug 2025 10:00:00", "21 Aug 2025 10:00:00"),
    arxiv.record("2508.00100", "19 Aug 2025 10:00:00", title="A better title"),
    arxiv.record("2501.00001", "1 Jan 2025 10:00:00", categories="cs.CV cs.AI"),
    arxiv.record("2508.00104", "21 Aug 2025 10:00:00", "22 Aug 2025 10:00:00", changed="2025-08-25"),
    arxiv.record("2508.00200", "22 Aug 2025 10:00:00", changed="2025-08-25"),
    arxiv.record("2508.00301", "25 Aug 2025 10:00:00", changed="2025-08-26"),
]
PAGES = [CHANGES[start : start + 2] for start in range(0, 8, 2)]


def harvest_page(number: int) -> str:
    token = f"skip%3D{number + 1}" if number + 1 < len(PAGES) else ""
    return arxiv.harvest(PAGES[number], token=token)


def of_arxiv(feed: str = LAST_FEED) -> Route:
    """A feed, and the harvest in four pages."""

    def route(path: str) -> Behaviour:
        token = parse_qs(urlsplit(path).query).get("resumptionToken", ["skip%3D0"])[0]
        return answer(harvest_page(int(token.partition("%3D")[2])) if path.startswith("/oai") else feed)

    return route


def harvests(server: ScriptedServer) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(seen.path).query) for seen in server.seen if seen.path.startswith("/oai")]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMING", http.Timing(connect=1.0, read=0.4, total=1.0, hold=0.0))
    monkeypatch.setattr(http, "Clock", FakeClock)


def run(paths: Paths, route: Route, now: datetime) -> tuple[SyncResult, ScriptedServer]:
    with scripted(route=route) as server, desk_at(paths, server.url) as desk:
        return sync(desk, now=now), server


def on_wednesday(paths: Paths) -> None:
    run(paths, lambda _: answer(FIRST_FEED), WEDNESDAY)


def announced(paths: Paths) -> Rows:
    """Id, kind, version and day of every announcement."""
    content = dump(paths.store)
    names = {row[0]: row[1] for row in content["papers"]}
    return sorted((names[row[0]], row[4], row[3], row[2]) for row in content["announcements"])


def test_missed_days_are_brought_in(paths: Paths) -> None:
    on_wednesday(paths)
    result, server = run(paths, of_arxiv(), TUESDAY)
    (listing,) = result.listings
    assert (listing.outcome, listing.new, listing.cross, listing.replaced) == ("caught up", 4, 1, 1)
    assert "3 missed days brought 4 new, 1 cross-listed, 1 replaced" in listing.message
    assert result.error is None
    first, *later = harvests(server)
    assert first["from"] == ["2025-08-20"]
    assert "until" not in first
    assert [page["resumptionToken"] for page in later] == [["skip%3D1"], ["skip%3D2"], ["skip%3D3"]]
    assert announced(paths) == [
        ("2507.00001", "replace", 2, "2025-08-20"),
        ("2507.00001", "replace", 3, "2025-08-21"),
        ("2508.00100", "new", 1, "2025-08-20"),
        ("2508.00101", "cross", 1, "2025-08-20"),
        ("2508.00102", "new", 1, "2025-08-21"),
        ("2508.00103", "cross", 1, "2025-08-21"),
        ("2508.00104", "new", 1, "2025-08-22"),
        ("2508.00200", "new", 1, "2025-08-25"),
        ("2508.00301", "new", 1, "2025-08-26"),
    ]
    titles = {row[1]: row[4] for row in dump(paths.store)["papers"]}
    assert titles["2508.00100"] == "A better title"
    assert "2501.00001" not in titles


def test_the_next_sync_harvests_nothing_more(paths: Paths) -> None:
    on_wednesday(paths)
    run(paths, of_arxiv(), TUESDAY)
    result, server = run(paths, of_arxiv(), TUESDAY + timedelta(hours=2))
    assert result.listings[0].outcome == "nothing new"
    assert harvests(server) == []


def test_a_day_without_a_gap_needs_no_harvest(paths: Paths) -> None:
    on_wednesday(paths)
    thursday = arxiv.feed(arxiv.feed_entry("2508.00102v1", day="2025-08-21"))
    result, server = run(paths, of_arxiv(thursday), WEDNESDAY + timedelta(days=1))
    assert result.listings[0].outcome == "stored"
    assert harvests(server) == []


def test_a_weekend_after_missed_days_is_caught_up_too(paths: Paths) -> None:
    on_wednesday(paths)
    result, server = run(paths, of_arxiv(arxiv.feed()), WEDNESDAY + timedelta(days=3))
    assert result.listings[0].outcome == "caught up"
    assert "no announcement on a Saturday" in result.listings[0].message
    assert len(harvests(server)) == 4


def test_when_the_harvest_fails_today_is_stored_and_the_gap_stays(paths: Paths) -> None:
    def broken(path: str) -> Behaviour:
        return answer("", 500) if path.startswith("/oai") else answer(LAST_FEED)

    on_wednesday(paths)
    result, _ = run(paths, broken, TUESDAY)
    assert result.listings[0].outcome == "partial"
    assert result.listings[0].new == 1
    assert "3 missed days could not be fetched" in result.listings[0].message
    assert result.error is not None
    assert result.error.exit_code is ExitCode.SOURCE
    again, _ = run(paths, of_arxiv(), TUESDAY)
    assert (again.listings[0].outcome, again.new, again.cross, again.replaced) == ("caught up", 3, 1, 1)


def test_a_batch_that_the_feed_does_not_show_yet_hides_nothing(paths: Paths) -> None:
    tomorrow = arxiv.record("2508.00400", "26 Aug 2025 10:00:00", changed="2025-08-27")

    def late(path: str) -> Behaviour:
        page = arxiv.harvest([tomorrow], answered="2025-08-27T03:00:00Z")
        return answer(page if path.startswith("/oai") else LAST_FEED)

    on_wednesday(paths)
    run(paths, late, TUESDAY + timedelta(hours=14))
    assert announced(paths)[-2:] == [
        ("2508.00301", "new", 1, "2025-08-26"),
        ("2508.00400", "new", 1, "2025-08-27"),
    ]
    following = arxiv.feed(
        arxiv.feed_entry("2508.00400v1", day="2025-08-27"), arxiv.feed_entry("2508.00401v1", day="2025-08-27")
    )
    result, _ = run(paths, of_arxiv(following), TUESDAY + timedelta(days=1))
    assert (result.listings[0].outcome, result.new) == ("stored", 1)


def test_records_that_cannot_be_read_make_it_partial(paths: Paths) -> None:
    page = arxiv.harvest([CHANGES[0], arxiv.record("2508.00199")])
    on_wednesday(paths)
    result, _ = run(paths, lambda path: answer(page if path.startswith("/oai") else LAST_FEED), TUESDAY)
    assert (result.listings[0].outcome, result.new) == ("partial", 2)
    assert "1 record could not be read" in result.message


def test_a_token_that_expired_begins_the_harvest_again(paths: Paths) -> None:
    served: list[str] = []

    def forgetful(path: str) -> Behaviour:
        served.append(path)
        if "resumptionToken" in path and sum("resumptionToken" in seen for seen in served) == 1:
            return answer(arxiv.oai_error("badResumptionToken"))
        return of_arxiv()(path)

    on_wednesday(paths)
    result, server = run(paths, forgetful, TUESDAY)
    assert result.listings[0].outcome == "caught up"
    assert ["from" in page for page in harvests(server)] == [True, False, True, False, False, False]


@pytest.mark.parametrize("code", ["badResumptionToken", "badArgument"])
def test_a_harvest_that_is_refused_ends(code: str, paths: Paths) -> None:
    def refusing(path: str) -> Behaviour:
        if path.startswith("/oai"):
            body = arxiv.oai_error(code) if "resumptionToken" in path else harvest_page(0)
            return answer(body)
        return answer(LAST_FEED)

    on_wednesday(paths)
    result, server = run(paths, refusing, TUESDAY)
    assert result.listings[0].outcome == "partial"
    assert len(harvests(server)) <= 4


def test_a_harvest_that_turns_in_a_circle_ends(paths: Paths) -> None:
    def circling(path: str) -> Behaviour:
        return answer(arxiv.harvest(PAGES[0], token="same")) if path.startswith("/oai") else answer(LAST_FEED)

    on_wednesday(paths)
    result, server = run(paths, circling, TUESDAY)
    assert result.listings[0].outcome == "partial"
    assert len(harvests(server)) == 2


def test_nothing_was_missed_after_all(paths: Paths) -> None:
    def quiet(path: str) -> Behaviour:
        return answer(arxiv.oai_error("noRecordsMatch") if path.startswith("/oai") else LAST_FEED)

    on_wednesday(paths)
    result, _ = run(paths, quiet, TUESDAY)
    assert (result.listings[0].outcome, result.new) == ("caught up", 1)


def without_last_words(content: dict[str, Rows]) -> dict[str, Rows]:
    """The content but for what the last run said of itself, the last column of a cursor."""
    return content | {"sync_cursors": [row[:-1] for row in content["sync_cursors"]]}


def killed(home: Path, url: str, steps: int) -> None:
    # The fork server has one thread and has imported everything, so that each child is safe and quick.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([sync_until_killed.__module__])
    child = context.Process(target=sync_until_killed, args=(home, url, TUESDAY, steps))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL


def test_kill_9_after_any_page_and_a_rerun_end_as_one_clean_run(tmp_path: Path) -> None:
    clean = under(tmp_path / "clean")
    on_wednesday(clean)
    _, server = run(clean, of_arxiv(), TUESDAY)
    assert len(server.seen) == 5
    # Progress is reported before the feed, before each of the four pages, and at the end.
    for steps in range(2, 7):
        paths = under(tmp_path / str(steps))
        on_wednesday(paths)
        with scripted(route=of_arxiv()) as server:
            killed(tmp_path / str(steps), server.url, steps)
            with desk_at(paths, server.url) as desk:
                sync(desk, now=TUESDAY)
            assert len(harvests(server)) == len(PAGES), "no page is fetched twice"
        assert without_last_words(dump(paths.store)) == without_last_words(dump(clean.store))

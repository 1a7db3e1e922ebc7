"""arXiv's three services: what is read from their answers, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.config import ArxivSettings
from r2p_tui.domain.papers import Source
from r2p_tui.errors import SourceError, UsageError
from r2p_tui.sources.arxiv import Arxiv, TokenExpiredError
from r2p_tui.sources.arxiv.feed import parse_feed
from r2p_tui.sources.arxiv.oai import oai_set, parse_page
from r2p_tui.sources.arxiv.xml import parse_tree, split_authors
from tests.sources import arxiv_answers as arxiv
from tests.sources.scripted_server import NOW, ScriptedServer, answer, raw, scripted

Connect = Callable[[ScriptedServer], Arxiv]


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    def open_arxiv(server: ScriptedServer) -> Arxiv:
        addresses = (f"{server.url}/api/query", f"{server.url}/atom", f"{server.url}/oai")
        return Arxiv(ArxivSettings(("cs.AI",), *addresses), tmp_path, now=NOW)

    return open_arxiv


def query_of(server: ScriptedServer, number: int = 0) -> dict[str, str]:
    query = parse_qs(urlsplit(server.seen[number].path).query, keep_blank_values=True)
    return {name: values[0] for name, values in query.items()}


# --- the feed ---------------------------------------------------------------------------------------------


def test_a_line_of_the_feed() -> None:
    details = "<arxiv:DOI>10.1/ABC 10.2/d</arxiv:DOI><dc:rights>http://licence</dc:rights>"
    body = arxiv.feed(
        arxiv.feed_entry("2508.13167v2", "cross", categories="cs.CL cs.AI cs.CL", extra=details)
    )
    feed = parse_feed(body.encode(), "cs.AI")
    (line,) = feed.lines
    assert feed.day == date(2025, 8, 20)
    assert (line.paper.arxiv_id, line.paper.version) == ("2508.13167", 2)
    assert line.paper.abstract == "What 2508.13167 says, at length."
    assert line.paper.authors == ("Ada Lovelace", "Alan Turing")
    assert line.paper.categories == ("cs.CL", "cs.AI")
    assert (line.paper.doi, line.paper.license) == ("10.1/abc", "http://licence")
    assert (line.announcement.kind, line.announcement.listing) == ("cross", "cs.AI")


@pytest.mark.parametrize("kind", ["new", "cross", "replace", "replace-cross"])
def test_every_kind_of_announcement(kind: str) -> None:
    feed = parse_feed(arxiv.feed(arxiv.feed_entry("2508.13167v1", kind)).encode(), "cs.AI")
    assert feed.lines[0].announcement.kind == kind


def test_an_empty_feed_has_no_day() -> None:
    feed = parse_feed(arxiv.feed().encode(), "cs.AI")
    assert (feed.lines, feed.day, feed.unreadable) == ((), None, 0)


def test_a_broken_entry_is_counted_and_the_others_are_kept() -> None:
    entries = [
        arxiv.feed_entry("2508.13167v1"),
        arxiv.feed_entry("../etc/passwd"),
        arxiv.feed_entry("1v1", "gone"),
    ]
    feed = parse_feed(arxiv.feed(*entries).encode(), "cs.AI")
    assert (len(feed.lines), feed.unreadable) == (1, 2)


def test_text_is_cleaned_on_its_way_in() -> None:
    hostile = arxiv.feed_entry(
        "2508.13167v1", title="A\u202eB\u200b [@click=app.quit]x[/]", creator="E\u009bve"
    )
    paper = parse_feed(arxiv.feed(hostile).encode(), "cs.AI").lines[0].paper
    assert paper.title == "A\ufffdB\ufffd [@click=app.quit]x[/]"
    assert paper.authors == ("E\ufffdve",)


LAUGHS = '<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed xmlns="http://www.w3.org/2005/Atom">&b;</feed>'
OUTSIDE = '<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed xmlns="http://www.w3.org/2005/Atom">&x;</feed>'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Service temporarily unavailable",
        arxiv.feed(arxiv.feed_entry("2508.13167v1"))[:-40],
        "<rss version='2.0'/>",
        "<feed/>",
        LAUGHS,
        OUTSIDE,
        arxiv.feed(arxiv.feed_entry("nonsense")),
        arxiv.feed(title="Feed error for query: xx.YY"),
        "<?xml version='1.0' encoding='no-such'?><feed/>",
    ],
)
def test_what_is_not_a_feed(body: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse_feed(body.encode(), "cs.AI")
    assert caught.value.hint


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tree_or_refused(body: bytes) -> None:
    with pytest.raises(SourceError):
        parse_tree(body, "feed-of-nobody", "It")


def test_an_unchanged_feed_is_not_sent_again(connect: Connect) -> None:
    body = arxiv.feed(arxiv.feed_entry("2508.13167v1"))
    first = answer(body, ETag='"abc"', Last_Modified="Wed, 20 Aug 2025 04:00:19 GMT")
    with scripted(first, raw(b"HTTP/1.1 304 Not Modified\r\n\r\n")) as server:
        source = connect(server)
        feed = source.feed("cs.AI")
        assert feed is not None
        assert source.feed("cs.AI", etag=feed.etag, last_modified=feed.last_modified) is None
    assert server.seen[1].path == "/atom/cs.AI"
    assert server.seen[1].headers["if-none-match"] == '"abc"'
    assert server.seen[1].headers["if-modified-since"] == "wed, 20 aug 2025 04:00:19 gmt"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("A B, C D and E F", ("A B", "C D", "E F")),
        ("A B (1), C D (2 and 3) ((1) X, Y, (2) Z)", ("A B", "C D")),
        ("A B, Jr., C D III, E Fand", ("A B, Jr.", "C D III", "E Fand")),
        ("The ATLAS Collaboration: A B", ("The ATLAS Collaboration: A B",)),
        ("", ()),
    ],
)
def test_authors_in_one_line(line: str, names: tuple[str, ...]) -> None:
    assert split_authors(line) == names


# --- the harvest ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listing", "name"),
    [
        ("cs.CV", "cs:cs:CV"),
        ("math.OC", "math:math:OC"),
        ("stat.ML", "stat:stat:ML"),
        ("eess.IV", "eess:eess:IV"),
        ("q-bio.QM", "q-bio:q-bio:QM"),
        ("hep-th", "physics:hep-th"),
        ("quant-ph", "physics:quant-ph"),
        ("astro-ph.GA", "physics:astro-ph:GA"),
        ("cond-mat.mes-hall", "physics:cond-mat:mes-hall"),
        ("physics.optics", "physics:physics:optics"),
        ("cs", "cs:cs"),
    ],
)
def test_the_set_of_a_listing(listing: str, name: str) -> None:
    assert oai_set(listing) == name


def test_a_record_of_a_harvest() -> None:
    dates = ("20 Aug 2025 10:00:00", "21 Aug 2025 11:00:00")
    page = parse_page(arxiv.harvest([arxiv.record("2508.13167", *dates, doi="10.1/X")]).encode(), "cs.AI")
    (found,) = page.records
    assert found.changed_on == date(2025, 8, 21)
    assert (found.paper.version, found.paper.source) == (2, Source.OAI)
    assert found.paper.published_at == datetime(2025, 8, 20, 10, tzinfo=UTC)
    assert found.paper.updated_at == datetime(2025, 8, 21, 11, tzinfo=UTC)
    assert found.paper.version_dates == ((1, found.paper.published_at), (2, found.paper.updated_at))
    assert (found.paper.doi, found.paper.comment) == ("10.1/x", "12 pages")
    assert page.token is None
    assert page.answered_at == datetime(2025, 8, 26, 12, tzinfo=UTC)


def test_broken_and_deleted_records() -> None:
    deleted = '<record><header status="deleted"><datestamp>2025-08-21</datestamp></header></record>'
    page = parse_page(
        arxiv.harvest([deleted, arxiv.record("2508.1"), arxiv.record("2508.13167")]).encode(), "x"
    )
    assert (page.records, page.unreadable) == ((), 2)


def test_nothing_changed_is_an_empty_page() -> None:
    assert parse_page(arxiv.oai_error("noRecordsMatch").encode(), "cs.AI").records == ()


def test_an_expired_token_is_an_error_of_its_own() -> None:
    with pytest.raises(TokenExpiredError):
        parse_page(arxiv.oai_error("badResumptionToken").encode(), "cs.AI")


@pytest.mark.parametrize(
    "body",
    [
        arxiv.oai_error("badArgument", "until lies ahead"),
        arxiv.oai_error("noSetHierarchy"),
        f"<OAI-PMH {arxiv.OAI}/>",
        "<OAI-PMH/>",
        "<html>",
        "",
    ],
)
def test_what_is_not_a_page(body: str) -> None:
    with pytest.raises(SourceError):
        parse_page(body.encode(), "cs.AI")


def test_a_harvest_asks_without_an_end_and_encodes_the_token_once_more(connect: Connect) -> None:
    token = "verb%3DListRecords%26skip%3D2500"
    with scripted(answer(arxiv.harvest([], token=token)), answer(arxiv.harvest([]))) as server:
        source = connect(server)
        page = source.harvest("cs.AI", since=date(2025, 8, 20))
        source.harvest("cs.AI", since=date(2025, 8, 20), token=page.token)
    first = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": "cs:cs:AI", "from": "2025-08-20"}
    assert query_of(server) == first
    assert query_of(server, 1) == {"verb": "ListRecords", "resumptionToken": token}
    assert "verb%253DListRecords" in server.seen[1].path


# --- the query API ----------------------------------------------------------------------------------------


def test_an_entry_of_the_api(connect: Connect) -> None:
    entry = arxiv.api_entry("2508.13167v3", updated="2025-08-25T09:00:00Z", categories="cs.AI cs.CV")
    with scripted(answer(arxiv.api(entry))) as server:
        (paper,) = connect(server).papers(["2508.13167"])
    assert (paper.arxiv_id, paper.version, paper.primary_category) == ("2508.13167", 3, "cs.AI")
    assert paper.abstract == "What 2508.13167 says, at length."
    assert paper.code_url == "https://github.com/ada/engine"
    assert dict(paper.version_dates) == {1: paper.published_at, 3: paper.updated_at}
    assert query_of(server)["id_list"] == "2508.13167"
    assert query_of(server)["max_results"] == "1"


def test_unknown_ids_are_left_out(connect: Connect) -> None:
    with scripted(answer(arxiv.api(arxiv.api_entry("2508.13167v1"))), answer(arxiv.api())) as server:
        source = connect(server)
        assert len(source.papers(["2508.13167", "9999.99999"])) == 1
        assert source.papers(["9999.99999"]) == []
        assert source.papers([]) == []
    assert len(server.seen) == 2


def test_an_empty_page_in_the_middle_is_asked_for_again(connect: Connect) -> None:
    entries = [arxiv.api_entry(f"2508.{number:05}v1") for number in range(1, 111)]
    pages = [arxiv.api(*entries[:100], total=110), arxiv.api(total=110), arxiv.api(*entries[100:], total=110)]
    with scripted(*map(answer, pages)) as server:
        assert len(connect(server).search("all:electron", 200)) == 110
    assert query_of(server, 1) == query_of(server, 2)


def test_a_search_goes_through_its_pages(connect: Connect) -> None:
    entries = [arxiv.api_entry(f"2508.{number:05}v1") for number in range(1, 131)]
    with scripted(
        answer(arxiv.api(*entries[:100], total=500)), answer(arxiv.api(*entries[100:], total=500))
    ) as server:
        found = connect(server).search("ti:detection", 130)
    assert [paper.arxiv_id for paper in found] == [f"2508.{number:05}" for number in range(1, 131)]
    assert query_of(server, 1)["start"] == "100"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ([arxiv.api(arxiv.api_entry("2508.00001v1"), total=500), arxiv.api(total=500)], "sent 1 of 500"),
        ([arxiv.api(total=500)], "sent 0 of 500"),
        ([arxiv.api_error("incorrect id format for abc")], "incorrect id format for abc"),
        (["<feed/>"], "not what arXiv usually sends"),
        ([arxiv.api(arxiv.api_entry("2508.00001v1"))[:-30]], "cut off"),
        ([arxiv.api().replace("totalResults", "total")], "how many"),
        ([arxiv.api(arxiv.api_entry("2508.00001v1", published="yesterday"))], "cannot read"),
    ],
    ids=[
        "empty page in the middle",
        "empty first page",
        "error entry",
        "not Atom",
        "cut",
        "no total",
        "bad date",
    ],
)
def test_silences_of_the_api_are_errors(script: list[str], words: str, connect: Connect) -> None:
    with scripted(*map(answer, script)) as server, pytest.raises(SourceError, match=words):
        connect(server).search("all:electron", 200)


def test_a_refused_request_says_why(connect: Connect) -> None:
    refusal = answer(arxiv.api_error("incorrect id format for abc"), 400)
    with scripted(refusal) as server, pytest.raises(UsageError, match="incorrect id format for abc"):
        connect(server).papers(["abc"])
    assert len(server.seen) == 1


def test_a_refusal_without_a_reason(connect: Connect) -> None:
    with scripted(answer("no", 400)) as server, pytest.raises(SourceError, match="status 400"):
        connect(server).search("all:electron", 1)

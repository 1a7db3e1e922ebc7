"""Semantic Scholar: pages to their end, rows that say little, keys, and everything that is not an answer."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.config import SemanticScholarSettings
from r2p_tui.domain.citation_windows import Window
from r2p_tui.domain.citations import Direction, IncomingCitation
from r2p_tui.errors import NotFoundError, R2PError, SourceBusyError, SourceError
from r2p_tui.sources.http import Timing
from r2p_tui.sources.semantic_scholar import BATCH, REACH, SemanticScholar
from r2p_tui.sources.semantic_scholar_rows import citation_of
from tests.sources.scripted_server import NOW, Behaviour, ScriptedServer, answer, hang_up, scripted, silent

HASTY = Timing(
    connect=1.0, read=0.3, total=0.6, tries=3, hold=60.0, first_backoff=0.01, first_backoff_when_busy=0.01
)
PAPER = "ARXIV:2304.08069"
SHA = "0123456789abcdef0123456789abcdef01234567"

Connect = Callable[..., SemanticScholar]
FakeServices = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    def open_source(url: ScriptedServer | str, **options: Any) -> SemanticScholar:
        address = url if isinstance(url, str) else url.url
        defaults: dict[str, Any] = {"now": NOW, "timing": HASTY}
        return SemanticScholar(SemanticScholarSettings(address), tmp_path, **(defaults | options))

    return open_source


def as_json(value: object, status: int = 200) -> Behaviour:
    return answer(json.dumps(value), status)


def row(number: int = 1, **paper: Any) -> dict[str, Any]:
    return {"citingPaper": {"paperId": f"{number:040x}", "title": f"Citing work {number}"} | paper}


def page(*rows: Any, offset: int = 0, following: int | None = None) -> Behaviour:
    return as_json({"offset": offset, "data": list(rows)} | ({"next": following} if following else {}))


def query_of(server: ScriptedServer, number: int = 0) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(server.seen[number].path).query).items()}


def walk(source: SemanticScholar, reference: str, rows: int) -> Iterator[tuple[IncomingCitation, ...]]:
    offset: int | None = 0
    while offset is not None:
        found = source.citations(reference, offset=offset, page_rows=rows)
        yield found.rows
        offset = found.next_offset


def test_the_recorded_chain_is_walked_to_its_end(fake_services: FakeServices, connect: Connect) -> None:
    import fake_services as services

    with fake_services() as url:
        pages = list(walk(connect(url, citation_fields="title"), "CorpusID:14514057", 100))
    works = [citation.work for rows in pages for citation in rows]
    assert len(pages) == len(services.requests_seen) == 19
    assert len(works) == 1881
    # Works that Semantic Scholar knows by their title only are kept.
    assert "The Construction of a Major Macromarketing Research Collection" in {
        work.title for work in works if work.s2_id is None
    }


def test_a_recorded_citation_has_its_sentences_intents_and_influence(shared: Path) -> None:
    recorded = json.loads(
        (shared / "recorded/s2/semanticscholar__object_Citation_contexts__0.json").read_text()
    )
    citation = citation_of(recorded["response"]["body"]["data"][0], "citations")
    assert citation
    assert (
        citation.contexts[0]
        == "RP is implemented by fixing the release position at a fixed angle of 45◦ as in [4]."
    )
    assert set(citation.intents) <= {"background", "methodology", "result"}
    assert citation.intents
    assert citation.influential is True


def test_every_recorded_paper_is_read(shared: Path) -> None:
    rows = [
        entry
        for path in sorted((shared / "recorded/s2_derived").glob("*.json"))
        for entry in json.loads(path.read_text())["response"]["body"]["data"]
    ]
    works = [citation.work for entry in rows if (citation := citation_of(entry, "citations"))]
    assert len(works) == len(rows) == 1000
    assert all(work.title and work.s2_id for work in works)
    assert sum(work.arxiv_id is not None for work in works) > 100
    assert not [work for work in works if (work.doi or "").startswith("10.48550/arxiv")]


def test_a_paper_is_one_request_with_its_fields(connect: Connect) -> None:
    body = {
        "paperId": SHA,
        "title": "DETRs Beat\nYOLOs",
        "externalIds": {"ArXiv": "2304.08069v3", "DOI": "10.48550/ARXIV.2304.08069"},
        "authors": [{"authorId": "1", "name": "Yian Zhao"}, None, {"authorId": None, "name": None}],
        "year": 2023,
        "publicationDate": "2023-04-17",
        "citationCount": 2041,
        "influentialCitationCount": 300,
        "referenceCount": 62,
        "abstract": None,
    }
    with scripted(as_json(body)) as server:
        work = connect(server).paper(PAPER)
    assert len(server.seen) == 1
    assert server.seen[0].path.startswith("/graph/v1/paper/ARXIV:2304.08069?fields=title,")
    assert "citations" not in query_of(server)["fields"].split(",")
    assert (work.s2_id, work.arxiv_id, work.doi) == (SHA, "2304.08069", None)
    assert (work.title, work.authors, work.abstract) == ("DETRs Beat YOLOs", ("Yian Zhao",), "")
    assert (work.year, work.published_on) == (2023, date(2023, 4, 17))
    assert (work.citation_count, work.influential_count, work.reference_count) == (2041, 300, 62)


def test_the_arxiv_id_is_read_from_arxivs_own_doi_and_another_doi_is_kept(connect: Connect) -> None:
    ids = [
        {"DOI": "10.48550/arXiv.2304.08069"},
        {"ArXiv": "2304.08069", "DOI": "10.1109/CVPR52733.2024.01605"},
    ]
    with scripted(page(*(row(number, externalIds=each) for number, each in enumerate(ids)))) as server:
        works = [citation.work for citation in connect(server).citations(PAPER).rows]
    assert [(work.arxiv_id, work.doi) for work in works] == [
        ("2304.08069", None),
        ("2304.08069", "10.1109/cvpr52733.2024.01605"),
    ]


def test_a_strange_reference_cannot_leave_its_place_in_the_address(connect: Connect) -> None:
    with scripted(as_json({"paperId": SHA, "title": "T"})) as server:
        connect(server).paper("DOI:10.1000/a?b=c&fields=x#d e")
    assert urlsplit(server.seen[0].path).path == "/graph/v1/paper/DOI:10.1000/a%3Fb%3Dc%26fields%3Dx%23d%20e"


def test_rows_that_name_no_work_are_counted_and_a_title_alone_is_kept(connect: Connect) -> None:
    nothing = [None, 3, {}, {"citingPaper": None}, {"citingPaper": {"paperId": None, "title": None}}]
    alone = {"citingPaper": {"paperId": None, "title": "A work without an id"}, "isInfluential": None}
    with scripted(page(row(), *nothing, alone)) as server:
        found = connect(server).citations(PAPER)
    assert found.skipped == len(nothing)
    assert [citation.work.title for citation in found.rows] == ["Citing work 1", "A work without an id"]
    assert found.rows[1].work.s2_id is None
    assert found.rows[1].influential is False


def test_foreign_text_is_cleaned_and_a_repeated_sentence_is_kept_once(connect: Connect) -> None:
    spoilt = row(title="A\x1b[31m title\u202e") | {"contexts": ["As  in\n[3].", "As in [3].", "", None]}
    with scripted(page(spoilt)) as server:
        (citation,) = connect(server).citations(PAPER).rows
    assert citation.contexts == ("As in [3].",)
    assert "\x1b" not in citation.work.title
    assert "\u202e" not in citation.work.title


@pytest.mark.parametrize(("direction", "side"), [("citations", "citingPaper"), ("references", "citedPaper")])
def test_both_directions(direction: Direction, side: str, connect: Connect) -> None:
    with scripted(page({side: {"paperId": SHA, "title": "T"}})) as server:
        found = connect(server).citations(PAPER, direction=direction)
    assert urlsplit(server.seen[0].path).path == f"/graph/v1/paper/{PAPER}/{direction}"
    assert [citation.work.s2_id for citation in found.rows] == [SHA]


@pytest.mark.parametrize(
    ("window", "parameter"),
    [
        (None, None),
        (Window(), None),
        (Window(date(2016, 1, 1), date(2016, 12, 31)), "2016"),
        (Window(date(2016, 1, 1), date(2016, 6, 30)), "2016-01-01:2016-06-30"),
        (Window(date(2026, 9, 1), None), "2026-09-01:"),
    ],
)
def test_a_window_of_days_is_asked_for(
    window: Window | None, parameter: str | None, connect: Connect
) -> None:
    with scripted(page(row())) as server:
        connect(server).citations(PAPER, window=window)
    assert query_of(server).get("publicationDateOrYear") == parameter


def _endless(path: str) -> Behaviour:
    """A paper that more works cite than can be reached, as the service shows it."""
    asked = {
        name: int(values[0]) for name, values in parse_qs(urlsplit(path).query).items() if name != "fields"
    }
    end = asked["offset"] + asked["limit"]
    if end >= 10_000:
        return as_json({"error": "offset + limit must be < 10000"}, 400)
    return page(*(row(number) for number in range(asked["offset"], end)), following=end)


def test_pages_stop_at_the_last_row_that_can_be_reached_and_say_that_there_are_more(connect: Connect) -> None:
    with scripted(route=_endless) as server:
        source = connect(server, citation_fields="title")
        pages = list(walk(source, PAPER, 2500))
        assert [len(rows) for rows in pages] == [1000] * 9 + [999]
        assert len({citation.work.s2_id for rows in pages for citation in rows}) == REACH
        assert source.citations(PAPER, offset=9000).capped
        assert not source.citations(PAPER, offset=8000).capped
        asked = len(server.seen)
        beyond = source.citations(PAPER, offset=REACH)
        assert (beyond.rows, beyond.next_offset, beyond.capped) == ((), None, True)
        assert len(server.seen) == asked


def test_a_last_page_that_is_not_full_is_not_capped(connect: Connect) -> None:
    with scripted(page(row(), offset=9000)) as server:
        found = connect(server).citations(PAPER, offset=9000)
    assert (found.capped, found.next_offset) == (False, None)


def test_a_full_last_page_is_capped_also_where_the_service_no_longer_says_that_there_is_more(
    connect: Connect,
) -> None:
    with scripted(page(*(row(number) for number in range(9)), offset=9990)) as server:
        assert connect(server).citations(PAPER, offset=9990).capped


def test_an_empty_page_is_the_end_whatever_it_says_of_the_next(connect: Connect) -> None:
    with scripted(page(offset=990, following=1000)) as server:
        found = connect(server).citations(PAPER, offset=990)
    assert (found.rows, found.next_offset, found.skipped, found.capped) == ((), None, 0, False)


@pytest.mark.parametrize("following", [1, 50, 100, -7, "200"])
def test_a_page_that_leads_back_is_an_error_and_no_loop(following: Any, connect: Connect) -> None:
    body = as_json({"offset": 100, "next": following, "data": [row()]})
    with scripted(body) as server, pytest.raises(SourceError, match="without end"):
        connect(server).citations(PAPER, offset=100)


@pytest.mark.parametrize(
    "body",
    [{"offset": 0, "data": None}, {"offset": 0}, {"total": 0, "offset": 0}, {}, [], None, {"data": {}}],
)
def test_a_page_without_rows_is_an_error_and_not_the_end(body: Any, connect: Connect) -> None:
    with scripted(as_json(body)) as server, pytest.raises(SourceError, match="without rows") as caught:
        connect(server).citations(PAPER)
    assert caught.value.hint
    assert len(server.seen) == 1


def test_references_that_the_publisher_holds_back_are_said_to_be(connect: Connect) -> None:
    notice = {
        "openAccessPdf": {"disclaimer": "Notice: fields have been elided by the publisher: {'references'}."}
    }
    body = as_json({"citingPaperInfo": notice, "data": None})
    with scripted(body) as server, pytest.raises(SourceError, match="publisher") as caught:
        connect(server).citations(PAPER, direction="references")
    assert "PDF" in caught.value.hint


def test_a_page_beyond_ten_megabytes_is_asked_for_in_smaller_pieces(connect: Connect) -> None:
    too_large = as_json({"error": "Response would exceed maximum size. Use a smaller limit."}, 400)
    with scripted(too_large, too_large, page(row(), following=250)) as server:
        found = connect(server).citations(PAPER)
    assert [query_of(server, number)["limit"] for number in range(3)] == ["1000", "500", "250"]
    assert found.next_offset == 250
    with scripted(too_large) as server, pytest.raises(SourceError, match="so much at once"):
        connect(server).citations(PAPER)
    assert query_of(server, -1)["limit"] == "1"


def test_a_batch_is_in_the_order_of_its_references_with_none_for_the_unknown(connect: Connect) -> None:
    def known(number: int) -> dict[str, Any]:
        return {"paperId": f"{number:040x}", "title": f"Paper {number}", "citationCount": number}

    with scripted(as_json([None, known(1), None, known(2)])) as server:
        works = connect(server).batch(["a", "b", "c", "d", "b"])
    assert [work and work.citation_count for work in works] == [None, 1, None, 2, 1]
    assert server.seen[0].method == "POST"
    assert json.loads(server.seen[0].body) == {"ids": ["a", "b", "c", "d"]}
    assert urlsplit(server.seen[0].path).path == "/graph/v1/paper/batch"


def test_a_recorded_batch_with_an_unknown_paper(fake_services: FakeServices, connect: Connect) -> None:
    with fake_services() as url:
        works = connect(url).batch(["ARXIV:9999.00001", "ARXIV:2307.03198"])
    assert works[0] is None
    assert works[1]
    assert works[1].arxiv_id == "2307.03198"


def test_an_empty_batch_asks_nothing_and_one_too_large_is_refused(connect: Connect) -> None:
    with scripted(as_json([])) as server:
        assert connect(server).batch([]) == []
        with pytest.raises(ValueError, match="500"):
            connect(server).batch(["x"] * (BATCH + 1))
        assert server.seen == []


def test_a_batch_of_ids_that_nobody_knows_is_none_for_each(connect: Connect) -> None:
    with scripted(as_json({"error": "No valid paper ids given"}, 400)) as server:
        assert connect(server).batch(["x", "y"]) == [None, None]


@pytest.mark.parametrize("body", [[None], [None] * 3, {"data": []}, None])
def test_a_batch_that_does_not_answer_for_each_is_an_error(body: Any, connect: Connect) -> None:
    with scripted(as_json(body)) as server, pytest.raises(SourceError, match="each of 2"):
        connect(server).batch(["x", "y"])


def test_the_key_goes_with_every_kind_of_request(connect: Connect) -> None:
    answers = [
        as_json({"paperId": SHA, "title": "T"}),
        page(row()),
        page({"citedPaper": {"title": "T"}}),
        as_json([None]),
    ]
    with scripted(*answers) as server:
        source = connect(server, api_key="a-key")
        source.paper(PAPER)
        source.citations(PAPER)
        source.citations(PAPER, direction="references")
        source.batch(["x"])
    assert [seen.headers.get("x-api-key") for seen in server.seen] == ["a-key"] * 4


def test_without_a_key_none_is_sent(connect: Connect) -> None:
    with scripted(page(row())) as server:
        connect(server).citations(PAPER)
    assert "x-api-key" not in server.seen[0].headers


# What the service does, what the user reads, in the hint too, and how often it is asked.
FAILURES: dict[str, tuple[Behaviour, str | None, str, str, int]] = {
    "unknown": (
        as_json({"error": "Paper with id X not found"}, 404),
        None,
        "does not know",
        "after a few days",
        1,
    ),
    "a wrong key": (
        as_json({"message": "Forbidden"}, 403),
        "k",
        "does not accept your key",
        "Check the key",
        1,
    ),
    "a wrong key, 401": (
        as_json({"message": "No"}, 401),
        "k",
        "does not accept your key",
        "Check the key",
        1,
    ),
    "a region": (
        as_json({"message": "Forbidden"}, 403),
        None,
        "does not answer from this",
        "another network",
        1,
    ),
    "bad fields": (
        as_json({"error": "Unrecognized fields: [x]"}, 400),
        None,
        "Unrecognized fields: [x].",
        "id",
        1,
    ),
    "400 without a reason": (answer("", 400), None, "(status 400)", "config.toml", 1),
    "the shared pool is used up": (answer("{}", 429), None, "slow down", "a key of your own: see README", 3),
    "too fast with a key": (answer("{}", 429), "k", "slow down", "Try again after", 3),
    "429 with a time": (answer("{}", 429, Retry_After="600"), None, "slow down", "Try again after", 1),
    "rate exceeded with 200": (answer("Rate exceeded."), None, "slow down", "see README", 3),
    "500 with a page": (answer("<html></html>", 500), None, "problem of its own", "Try again", 3),
    "a login page": (answer("<html>log in</html>"), None, "A web page came", "login page", 1),
    "cut": (answer('{"offset":0,', length=99), None, "broke off", "Try again", 3),
    "cut JSON": (answer('{"offset":0,"data":['), None, "cut off or not JSON", "Try again", 1),
    "deep JSON": (answer("[" * 100_000), None, "cut off or not JSON", "Try again", 1),
    "hangs": (silent, None, "did not answer in time", "Try again", 3),
    "hangs up": (hang_up, None, "broke off", "Try again", 3),
}


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("call", ["paper", "citations", "batch"])
def test_failures_are_told(name: str, call: str, connect: Connect) -> None:
    behaviour, key, words, hint, requests = FAILURES[name]
    if call == "batch" and name == "unknown":
        hint, words = "", "does not know"
    with scripted(behaviour) as server:
        source = connect(server, api_key=key)
        calls: dict[str, Callable[[], object]] = {
            "paper": lambda: source.paper(PAPER),
            "citations": lambda: source.citations(PAPER),
            "batch": lambda: source.batch([PAPER]),
        }
        with pytest.raises(R2PError) as caught:
            calls[call]()
        assert words in caught.value.message
        assert hint in caught.value.hint
        assert len(server.seen) == requests
    error = caught.value
    assert isinstance(error, NotFoundError if name == "unknown" else SourceError)
    assert isinstance(error, SourceBusyError) == ("slow down" in words)


def test_what_failed_for_a_while_is_asked_again_and_told_meanwhile(connect: Connect) -> None:
    told: list[str] = []
    with scripted(answer("{}", 429), answer("{}", 503), page(row())) as server:
        assert len(connect(server, notice=told.append).citations(PAPER).rows) == 1
    assert len(server.seen) == 3
    assert all(re.search("Semantic Scholar asks r2p to slow down", line) for line in told)
    assert len(told) == 2


def test_the_root_logger_is_left_as_it_is(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    with scripted(as_json({"paperId": SHA, "title": "T"})) as server:
        connect(server).paper(PAPER)
    assert root.handlers == []
    assert root.level == level


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "ArXiv", "DOI", "paperId", "x"]) | st.text(max_size=3), inner, max_size=3
        )
    ),
    max_leaves=6,
)
papers = st.dictionaries(
    st.sampled_from(
        [
            "paperId",
            "title",
            "externalIds",
            "authors",
            "year",
            "publicationDate",
            "venue",
            "abstract",
            "citationCount",
            "journal",
            "tldr",
            "citations",
        ]
    ),
    json_values,
    max_size=6,
)
rows_of_any_kind = json_values | st.fixed_dictionaries(
    {"citedPaper": json_values | papers},
    optional={"contexts": json_values, "intents": json_values, "isInfluential": json_values},
)


@given(rows_of_any_kind)
def test_a_row_of_any_shape_gives_a_citation_or_nothing(value: Any) -> None:
    citation = citation_of(value, "references")
    if citation:
        work = citation.work
        assert work.title or work.s2_id or work.arxiv_id or work.doi
        assert work.year is None or 1 <= work.year <= 9999
        assert all(isinstance(text, str) for text in (*citation.contexts, *citation.intents, *work.authors))

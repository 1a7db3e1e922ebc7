"""OpenAlex: works as recorded, pages to their end, and a key that nobody gets to see."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.config import OpenAlexSettings
from r2p_tui.errors import NotFoundError, R2PError, SourceBusyError, SourceError
from r2p_tui.sources.openalex import OpenAlex, abstract_of, work_of
from tests.sources.scripted_server import NOW, Behaviour, ScriptedServer, answer, hang_up, scripted
from tests.sources.test_semantic_scholar import HASTY, json_values

ID = "W2963091558"
KEY = "secret-word"

Connect = Callable[..., OpenAlex]


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    def open_source(server: ScriptedServer, **options: Any) -> OpenAlex:
        defaults: dict[str, Any] = {"now": NOW, "timing": HASTY}
        return OpenAlex(OpenAlexSettings(server.url), tmp_path, **(defaults | options))

    return open_source


def as_json(value: object, status: int = 200) -> Behaviour:
    return answer(json.dumps(value), status)


def record(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": f"https://openalex.org/W{number}", "display_name": f"Work {number}"} | fields


def page(*records: Any, cursor: str | None = None, count: int = 0) -> Behaviour:
    return as_json({"meta": {"count": count, "next_cursor": cursor}, "results": list(records)})


def query_of(server: ScriptedServer, number: int = 0) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(server.seen[number].path).query).items()}


def test_every_recorded_work_is_read(shared: Path) -> None:
    bodies = [
        json.loads(path.read_text())["response"]["body"]
        for path in sorted((shared / "recorded/openalex").glob("*search*.json"))
    ]
    records = [item for body in bodies for item in body.get("results", [body])]
    works = [work for item in records if (work := work_of(item))]
    assert len(works) == len(records) == 9
    assert all(work.title and work.openalex_id and work.published_on for work in works)
    prime = next(work for work in works if work.openalex_id == "W4408732759")
    assert prime.title == "High-throughput screening of human genetic variants by pooled prime editing"
    assert len(prime.authors) > 3
    assert (prime.doi, prime.venue) == ("10.1016/j.xgen.2025.100814", "Cell Genomics")
    assert (prime.year, prime.published_on) == (2025, date(2025, 3, 1))
    # The preprint and the article of one paper are two works here.
    crow = next(work for work in works if work.arxiv_id == "2304.05376")
    assert crow.abstract.startswith("Over the last decades, excellent computational chemistry tools")
    assert "10.1038/s42256-024-00832-8" in {work.doi for work in works}


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("ARXIV:1706.03762", "/works/doi:10.48550/arxiv.1706.03762"),
        ("DOI:10.1109/cvpr.2017.106", "/works/doi:10.1109/cvpr.2017.106"),
        ("DOI:10.1000/a?b#c&api_key=x", "/works/doi:10.1000/a%3Fb%23c%26api_key%3Dx"),
        (ID, f"/works/{ID}"),
    ],
)
def test_a_work_is_asked_for_by_what_is_known_of_it(reference: str, path: str, connect: Connect) -> None:
    with scripted(as_json(record())) as server:
        assert connect(server).work(reference).openalex_id == "W1"
    assert urlsplit(server.seen[0].path).path == path
    assert "abstract_inverted_index" in query_of(server)["select"].split(",")


def test_a_work_without_id_and_title_is_an_error(connect: Connect) -> None:
    with scripted(as_json({"id": None})) as server, pytest.raises(SourceError, match="without an id"):
        connect(server).work(ID)


def test_citing_works_come_by_date_page_by_page(connect: Connect) -> None:
    pages = [
        page(record(1), {}, None, record(2), cursor="IlsxNzU=", count=3),
        page(record(3), cursor="Ilszzz", count=3),
        page(cursor=None, count=3),
    ]
    with scripted(*pages) as server:
        source = connect(server)
        cursor: str | None = "*"
        found = []
        while cursor:
            part = source.citations(ID, cursor=cursor, since=date(2024, 2, 1))
            found += [work.openalex_id for work in part.works]
            cursor = part.next_cursor
    assert found == ["W1", "W2", "W3"]
    assert [query_of(server, number)["cursor"] for number in range(3)] == ["*", "IlsxNzU=", "Ilszzz"]
    asked = query_of(server)
    assert asked["filter"] == f"cites:{ID},from_publication_date:2024-02-01"
    assert (asked["sort"], asked["per-page"]) == ("publication_date:desc", "100")


def test_a_page_that_leads_to_itself_is_an_error_and_no_loop(connect: Connect) -> None:
    with scripted(page(record(), cursor="*")) as server, pytest.raises(SourceError, match="without end"):
        connect(server).citations(ID)


@pytest.mark.parametrize("body", [{}, {"meta": {}, "results": None}, [], None])
def test_a_page_without_works_is_an_error_and_not_the_end(body: Any, connect: Connect) -> None:
    with scripted(as_json(body)) as server, pytest.raises(SourceError, match="without works"):
        connect(server).citations(ID)


@pytest.mark.parametrize("wrong", ["", "W1,from_publication_date:2000", "2304.08069", "W1|W2"])
def test_only_an_id_of_openalex_becomes_a_filter(wrong: str, connect: Connect) -> None:
    with scripted(page()) as server, pytest.raises(ValueError, match="OpenAlex"):
        connect(server).citations(wrong)
    assert server.seen == []


@pytest.mark.parametrize(
    ("fields", "arxiv_id", "doi"),
    [
        ({"doi": "https://doi.org/10.48550/arXiv.1706.03762"}, "1706.03762", None),
        (
            {
                "doi": "https://doi.org/10.1109/CVPR.2017.106",
                "locations": [
                    {"landing_page_url": None},
                    None,
                    {"landing_page_url": "http://[::1"},
                    {"landing_page_url": "https://example.org/abs/1612.03144"},
                    {"landing_page_url": "http://arxiv.org/abs/1612.03144v2"},
                ],
            },
            "1612.03144",
            "10.1109/cvpr.2017.106",
        ),
        ({"doi": "nonsense", "locations": "nowhere"}, None, None),
    ],
)
def test_the_ids_of_a_work(fields: dict[str, Any], arxiv_id: str | None, doi: str | None) -> None:
    work = work_of(record(**fields))
    assert work
    assert (work.arxiv_id, work.doi) == (arxiv_id, doi)


def test_tags_and_controls_in_a_title_are_cleaned() -> None:
    work = work_of(record(display_name="<i>Drosophila</i> &amp; p < 0.05\x1b[31m and n > 3"))
    assert work
    assert work.title.startswith("Drosophila & p < 0.05")
    assert work.title.endswith("and n > 3")
    assert "\x1b" not in work.title


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6), max_size=30))
def test_an_abstract_is_read_as_it_was_written(words: list[str]) -> None:
    index: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        index.setdefault(word, []).append(place)
    assert abstract_of(index) == " ".join(words)


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (None, ""),
        ([], ""),
        ({"a": "b"}, ""),
        ({"a": [0, None, "1", -1, True]}, "a"),
        ({"far": [999_999_999], "near": [0]}, "near far"),
        ({"a": [10**30]}, ""),
    ],
)
def test_what_is_no_abstract_gives_no_text(index: Any, text: str) -> None:
    assert abstract_of(index) == text


def test_an_abstract_has_an_end() -> None:
    assert len(abstract_of({"word": list(range(100_000))}).split()) == 20_000


FAILURES: dict[str, tuple[Behaviour, bool, str, str]] = {
    "unknown": (answer("<!doctype html><title>404</title>", 404), True, "does not know", "after some days"),
    "a wrong key": (
        as_json({"error": "Invalid key"}, 401),
        True,
        "does not accept your key",
        "Check the key",
    ),
    "no key": (as_json({"error": "Key required"}, 401), False, "without a key", "see README"),
    "used up": (answer("{}", 429, Retry_After="54000"), True, "slow down", "Try again after"),
    "used up without a key": (answer("{}", 429, Retry_After="54000"), False, "slow down", "own allows more"),
    "500": (answer("<html></html>", 500), True, "problem of its own", "Try again"),
    "a login page": (answer("<html>log in</html>"), True, "A web page came", "login page"),
    "cut": (answer("{", length=99), True, "broke off", "Try again"),
    "hangs up": (hang_up, True, "broke off", "Try again"),
    "goes elsewhere": (
        answer("", 302, Location=f"https://example.org/?api_key={KEY}"),
        True,
        "does not go",
        "",
    ),
    "not JSON": (answer("{"), True, "cut off or not JSON", "Try again"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_failures_are_told_without_the_key(
    name: str, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    behaviour, has_key, words, hint = FAILURES[name]
    told: list[str] = []
    with scripted(behaviour) as server, pytest.raises(R2PError) as caught:
        connect(server, api_key=KEY if has_key else None, notice=told.append).citations(ID)
    error = caught.value
    assert words in error.message
    assert hint in error.hint
    assert isinstance(error, NotFoundError if name == "unknown" else SourceError)
    assert isinstance(error, SourceBusyError) == ("used up" in name)
    assert query_of(server).get("api_key") == (KEY if has_key else None)
    told += [error.hint, caplog.text, *traceback.format_exception(error)]
    assert KEY not in "".join(told)


@given(
    st.dictionaries(
        st.sampled_from(
            ["id", "doi", "display_name", "authorships", "publication_year", "publication_date", "locations"]
        ),
        json_values,
    )
)
def test_a_record_of_any_shape_gives_a_work_or_nothing(value: dict[str, Any]) -> None:
    work = work_of(value)
    assert work is None or work.title or work.openalex_id or work.arxiv_id or work.doi

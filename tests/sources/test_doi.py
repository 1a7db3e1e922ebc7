"""What a DOI stands for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.errors import NotFoundError, SourceError
from r2p_tui.sources.doi import DoiResolver, parse_csl
from tests.sources.scripted_server import NOW, answer, scripted

DOI = "10.1000/an.example(2017)"
CSL = {
    "title": "An <i>example</i> &amp; more",
    "author": [{"given": "Ada", "family": "Lovelace"}, {"literal": "The Engine Group"}, {}, None],
    "abstract": "<jats:p>What it says.\n At length.</jats:p>",
    "container-title": ["Proceedings of Examples"],
    "issued": {"date-parts": [[2017, 7]]},
}


def test_the_agency_is_asked_after_a_redirect(tmp_path: Path) -> None:
    redirect = answer("", 302, Location="/agency")
    with scripted(redirect, answer(json.dumps(CSL))) as server:
        resolver = DoiResolver(tmp_path, now=NOW, base_url=server.url)
        paper = resolver.paper(DOI)
    assert server.seen[0].path == "/10.1000/an.example%282017%29"
    assert server.seen[0].headers["accept"] == "application/vnd.citationstyles.csl+json"
    assert (paper.arxiv_id, paper.doi) == (None, DOI)
    assert paper.title == "An example & more"
    assert paper.abstract == "What it says. At length."
    assert paper.authors == ("Ada Lovelace", "The Engine Group")
    assert paper.journal_ref == "Proceedings of Examples"
    assert paper.published_at == datetime(2017, 7, 1, tzinfo=UTC)


def test_an_unknown_doi(tmp_path: Path) -> None:
    with scripted(answer("not found", 404)) as server:
        resolver = DoiResolver(tmp_path, now=NOW, base_url=server.url)
        with pytest.raises(NotFoundError, match="is not registered"):
            resolver.paper(DOI)


def test_only_the_agencies_are_followed(tmp_path: Path) -> None:
    with scripted(answer("", 302, Location="https://publisher.example/article")) as server:
        resolver = DoiResolver(tmp_path, now=NOW, base_url=server.url)
        with pytest.raises(SourceError, match="does not go"):
            resolver.paper(DOI)


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "{}", '{"title": []}', '{"title": 3}', "[" * 100_000]
)
def test_what_is_not_a_record(body: str) -> None:
    with pytest.raises(SourceError):
        parse_csl(body.encode(), DOI)


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=9,
)


@given(
    st.fixed_dictionaries({"title": st.just("T")}, optional={name: values for name in CSL if name != "title"})
)
def test_a_title_is_enough(record: dict[str, object]) -> None:
    assert parse_csl(json.dumps(record).encode(), DOI).title == "T"

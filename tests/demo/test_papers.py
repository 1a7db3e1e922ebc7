"""The packaged papers say what the facts say, and what is not known stays unknown."""

from __future__ import annotations

import csv
import re
from datetime import UTC
from pathlib import Path

import pytest

from r2p_tui.demo.papers import packaged_papers
from r2p_tui.domain.papers import IncomingPaper, parse_arxiv_id
from r2p_tui.text import clean, clean_line

Facts = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def papers() -> list[IncomingPaper]:
    return list(packaged_papers())


@pytest.fixture
def facts(shared: Path) -> Facts:
    lines = (shared / "facts" / "papers.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["arxiv_id"]: row for row in rows}


def test_there_are_enough_papers_and_each_has_its_own_valid_id(papers: list[IncomingPaper]) -> None:
    ids = [str(paper.arxiv_id) for paper in papers]
    assert len(ids) >= 40
    assert len(set(ids)) == len(ids)
    for arxiv_id in ids:
        reference = parse_arxiv_id(arxiv_id)
        assert reference is not None
        assert reference.version is None


def test_titles_authors_categories_and_code_are_those_of_the_facts(
    papers: list[IncomingPaper], facts: Facts
) -> None:
    for paper in papers:
        fact = facts[str(paper.arxiv_id)]
        known = fact["categories"].split() or [fact["primary_category"]]
        assert paper.title == fact["title"]
        assert "; ".join(paper.authors) == fact["authors"]
        assert (paper.primary_category or "") == fact["primary_category"]
        assert list(paper.categories) == [name for name in known if name]
        assert (paper.code_url or "") == fact["code_url"]


def test_a_date_known_only_to_the_month_is_no_date(papers: list[IncomingPaper], facts: Facts) -> None:
    for paper in papers:
        fact = facts[str(paper.arxiv_id)]["v1_date"]
        if fact.endswith("~"):
            assert paper.published_at is None
            assert paper.version_dates == ()
        else:
            assert paper.published_at is not None
            assert paper.published_at.astimezone(UTC).date().isoformat() == fact
            assert paper.version_dates == ((1, paper.published_at),)


def test_the_version_is_the_highest_that_any_fact_names(papers: list[IncomingPaper], facts: Facts) -> None:
    everything = " ".join(fact["source"] for fact in facts.values())
    for paper in papers:
        named = re.findall(rf"{paper.arxiv_id}v(\d+)", everything)
        named += re.findall(r"[( ]v(\d+)\b", facts[str(paper.arxiv_id)]["source"])
        named += re.findall(rf"{paper.arxiv_id}v?(\d)\.pdf", facts[str(paper.arxiv_id)]["source"])
        assert paper.version == max([1, *map(int, named)]), paper.arxiv_id


def test_an_abstract_is_one_or_two_clean_sentences(papers: list[IncomingPaper]) -> None:
    for paper in papers:
        sentences = re.findall(r"[.!?](?=\s|$)", paper.abstract)
        assert 1 <= len(sentences) <= 2, paper.arxiv_id
        assert paper.abstract.endswith(".")
        assert 60 <= len(paper.abstract) <= 400, paper.arxiv_id
        assert paper.abstract == clean(paper.abstract)
        assert paper.title == clean_line(paper.title)


def test_an_abstract_claims_no_measurement(papers: list[IncomingPaper]) -> None:
    """Numbers may only be bit-widths: results belong to whoever measured them."""
    for paper in papers:
        for number in re.findall(r"\d[\d.,%]*(?:[- ]?\w+)?", paper.abstract):
            assert re.fullmatch(r"(8|16)[- ]bits?\w*", number), (paper.arxiv_id, number)

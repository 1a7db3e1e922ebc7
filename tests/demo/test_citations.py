"""The packaged citations are those of the facts, join works that are there, and say how they were read."""

from __future__ import annotations

import csv
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.demo.citations import HOW_READ, packaged_edges, packaged_looks, packaged_works
from r2p_tui.demo.library import prepare_demo
from r2p_tui.demo.papers import packaged_papers
from r2p_tui.domain.citations import Direction, EvidenceClass
from r2p_tui.paths import Paths
from r2p_tui.services import citations
from r2p_tui.services.desk import Desk, open_desk

NOW = datetime(2026, 11, 20, 13, 2, tzinfo=UTC)
PAPERS = {str(paper.arxiv_id): paper for paper in packaged_papers()}
WORKS = packaged_works()
OUTSIDE = {"1710.09412", "2009.06489", "2101.03961"}


@pytest.fixture
def demo(paths: Paths) -> Iterator[Desk]:
    with open_desk(prepare_demo(paths, now=NOW), offline=True) as desk:
        yield desk


def node(desk: Desk, key: str, direction: Direction = "citations") -> citations.Node:
    root = citations.root_of(desk, key, now=NOW)
    return citations.node(desk, root.work_id, direction)


def test_the_edges_are_those_of_the_facts(shared: Path) -> None:
    lines = (shared / "facts" / "citations.tsv").read_text(encoding="utf-8").splitlines()
    facts = [
        (row["citing_arxiv_id"], row["cited_arxiv_id"])
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    ]
    assert packaged_edges() == facts


def test_works_outside_the_library_are_those_of_the_facts(shared: Path) -> None:
    lines = (shared / "facts" / "papers.tsv").read_text(encoding="utf-8").splitlines()
    facts = {row["arxiv_id"]: row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}
    assert WORKS.keys() - PAPERS.keys() == OUTSIDE
    for key in OUTSIDE:
        work, fact = WORKS[key], facts[key]
        assert (work.title, "; ".join(work.authors)) == (fact["title"], fact["authors"])
        day = fact["v1_date"]
        assert (work.published_on and work.published_on.isoformat()) == (None if "~" in day else day)
        assert work.year == int(day[:4])


def test_no_edge_comes_twice_or_leads_to_itself_or_nowhere() -> None:
    edges = packaged_edges()
    assert len(edges) == len(set(edges)) > 100
    assert all(citing != cited for citing, cited in edges)
    assert {key for edge in edges for key in edge} == WORKS.keys()


def test_a_day_that_nobody_saw_is_no_day() -> None:
    for key, work in WORKS.items():
        paper = PAPERS.get(key)
        if paper is not None:
            assert (work.published_on is None) == (paper.published_at is None)
        assert work.year == 2000 + int(key[:2])
        assert (work.citation_count, work.influential_count) == (None, None)


def test_nothing_is_said_of_an_edge_that_nobody_read(demo: Desk) -> None:
    for look in packaged_looks(WORKS):
        for citation in look.citations:
            assert citation.source == "facts"
            assert (citation.contexts, citation.intents, citation.influential) == ((), (), False)
    for key in WORKS:
        assert {row.evidence_class for row in node(demo, key).rows} <= {EvidenceClass.MENTIONS}


def test_every_edge_is_found_from_both_ends_without_a_network(
    demo: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: Any) -> None:
        raise AssertionError("the demonstration asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    forward, backward = set(), set()
    for key in WORKS:
        forward |= {(row.work.key, key) for row in node(demo, key).rows}
        backward |= {(key, row.work.key) for row in node(demo, key, "references").rows}
    assert forward == backward == set(packaged_edges())


def test_the_look_tells_how_the_edges_were_read(demo: Desk) -> None:
    look = node(demo, "1612.03144").look
    assert (look.state, look.said) == ("done", None)
    assert HOW_READ in (look.reason, *look.notes)
    assert "not from a service" in HOW_READ


def test_a_paper_in_no_list_was_never_looked_at(demo: Desk) -> None:
    key = next(iter(PAPERS.keys() - WORKS.keys()))
    assert (node(demo, key).look.state, node(demo, key).rows) == ("never", [])


def test_works_of_the_library_are_told_from_those_outside(demo: Desk) -> None:
    rows = node(demo, "1706.03762").rows + node(demo, "2004.10934", "references").rows
    for row in rows:
        assert (row.work.paper_id is None) == (row.work.key in OUTSIDE)
    assert {row.work.key for row in rows} & OUTSIDE
    decided = {row.work.key: row.work.decision for row in node(demo, "1612.03144", "citations").rows}
    assert decided["1708.02002"] == "keep"

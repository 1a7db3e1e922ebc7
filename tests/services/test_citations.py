"""The citation graph as faces see it: roots, nodes, sentences, corrections, chains, timelines, exports."""

from __future__ import annotations

import csv
import io
import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta

import pytest

from r2p_tui.domain.citations import (
    Direction,
    Evidence,
    EvidenceClass,
    IncomingCitation,
    IncomingWork,
)
from r2p_tui.domain.papers import IncomingPaper, Source
from r2p_tui.errors import NotFoundError, SourceError, StoreReadOnlyError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.services.citation_look import look
from r2p_tui.services.citations import (
    contexts,
    correct,
    evolve,
    export,
    keep,
    keyword_works,
    node,
    root_of,
    root_of_paper,
    timeline,
)
from r2p_tui.services.desk import Desk
from r2p_tui.store.citation_looks import CitationLook, save_look
from r2p_tui.store.citations import save_citations
from r2p_tui.store.papers import save_papers
from tests.services.citation_desk import NOW, ROOT, citation_desk, stored
from tests.sources.scripted_server import answer, scripted

FakeServices = Callable[..., AbstractContextManager[str]]
NOWHERE = "http://127.0.0.1:9"
DAY = timedelta(days=1)
NO_CUES = Evidence(EvidenceClass.MENTIONS)


def requests() -> list[str]:
    return [path for _, _, path in sys.modules["fake_services"].requests_seen]


def work(number: int, **facts: object) -> IncomingWork:
    plain = IncomingWork(
        title=f"A citing work of number {number}",
        arxiv_id=f"2401.{number:05}",
        authors=("Grace Example",),
        year=2024,
        published_on=date(2024, 1, 1) + number * DAY,
        citation_count=number,
    )
    return replace(plain, **facts)  # type: ignore[arg-type]


def cite(
    desk: Desk,
    work_id: int,
    works: list[IncomingWork],
    *,
    direction: Direction = "citations",
    sentences: tuple[str, ...] = (),
    version: int = 99,
) -> list[int]:
    """Edges as a look would have stored them."""
    rows = [IncomingCitation(each, "s2", sentences) for each in works]
    ids = stored(desk, *works)
    with desk.store.write() as session:
        save_citations(session, work_id, direction, ids, rows, [NO_CUES] * len(rows), version, NOW)
        seen = CitationLook(
            work_id=work_id, direction=direction, source="s2", state="done", began_at=NOW, ended_at=NOW
        )
        save_look(session, seen)
    return ids


def paper_in_library(desk: Desk, comment: str | None = None) -> int:
    paper = IncomingPaper(
        arxiv_id="2304.08069", version=1, title="The root", abstract="", authors=("Ada Example",),
        categories=("cs.CV",), source=Source.API, comment=comment,
    )  # fmt: skip
    with desk.store.write() as session:
        return save_papers(session, [paper], NOW).ids["2304.08069"]


# --- roots ------------------------------------------------------------------------------------------------


def test_a_store_for_reading_only_asks_nobody_for_a_root(paths: Paths) -> None:
    with scripted(answer("{}")) as at, citation_desk(paths, at.url) as desk:
        stored(desk, ROOT)
        with Desk(paths, desk.settings, read_only=True) as reader:
            assert root_of(reader, "2304.08069", now=NOW).key == "2304.08069"
            with pytest.raises(StoreReadOnlyError):
                root_of(reader, "2401.00055", now=NOW)
        assert at.seen == []


@pytest.mark.parametrize("told", [None, "10.1109/the.other.name"])
def test_a_root_is_found_again_by_the_doi_it_was_asked_by(told: str | None, paths: Paths) -> None:
    paper = {"paperId": "sha", "title": "A work with two DOIs", "externalIds": {"DOI": told} if told else {}}
    with scripted(answer(json.dumps(paper))) as at, citation_desk(paths, at.url) as desk:
        root = root_of(desk, "10.1109/CVPR.2024.1", now=NOW)
        assert root_of(desk, "https://doi.org/10.1109/cvpr.2024.1", now=NOW).work_id == root.work_id
        assert len(at.seen) == 1


@pytest.mark.parametrize(
    "reference", ["2304.08069v2", "arXiv:2304.08069", "https://arxiv.org/abs/2304.08069v3"]
)
def test_a_root_is_asked_for_once_whatever_its_version(
    reference: str, fake_services: FakeServices, paths: Paths
) -> None:
    with fake_services() as url, citation_desk(paths, url) as desk:
        root = root_of(desk, reference, now=NOW)
        assert root_of(desk, "2304.08069", now=NOW) == root
        assert root.key == "2304.08069"
        assert [path.partition("?")[0] for path in requests()] == ["/graph/v1/paper/ARXIV:2304.08069"]


def test_a_paper_of_the_store_is_a_root_without_asking_anybody(paths: Paths) -> None:
    with citation_desk(paths, NOWHERE, offline=True) as desk:
        paper_id = paper_in_library(desk)
        root = root_of(desk, "2304.08069", now=NOW)
        assert root_of_paper(desk, paper_id, now=NOW) == root
    assert (root.paper_id, root.title) == (paper_id, "The root")


def test_a_paper_that_is_not_there_and_a_word_that_is_no_reference(paths: Paths) -> None:
    with citation_desk(paths, NOWHERE, offline=True) as desk:
        with pytest.raises(NotFoundError, match="There is no paper 7"):
            root_of_paper(desk, 7, now=NOW)
        with pytest.raises(UsageError):
            root_of(desk, "rt detr", now=NOW)
        with pytest.raises(SourceError, match="did not ask Semantic Scholar"):
            root_of(desk, "2304.08069", now=NOW)


def test_a_paper_of_the_store_is_counted_before_its_first_look(
    fake_services: FakeServices, paths: Paths
) -> None:
    with fake_services() as url, citation_desk(paths, url) as desk:
        root = root_of_paper(desk, paper_in_library(desk), now=NOW)
        assert root.citation_count is None
        result = look(desk, root.work_id, now=NOW)
        assert (result.said, result.found) == (1000, 999)
        assert node(desk, root.work_id).work.citation_count == 1000
        assert len(requests()) == 2


# --- nodes ------------------------------------------------------------------------------------------------


def test_a_node_that_nobody_looked_at(paths: Paths) -> None:
    with citation_desk(paths, NOWHERE) as desk:
        (work_id,) = stored(desk, ROOT)
        found = node(desk, work_id)
    assert (found.rows, found.look.state, found.look.notes, found.opened) == ([], "never", (), ())


def test_works_that_were_opened_from_a_node_stand_below_it(paths: Paths) -> None:
    with citation_desk(paths, NOWHERE) as desk:
        (root_id,) = stored(desk, ROOT)
        first, second, _ = cite(desk, root_id, [work(1), work(2), work(3)])
        cite(desk, second, [work(4)])
        found = node(desk, root_id)
        assert [each.work_id for each in found.opened] == [second]
        assert node(desk, second).opened == ()
        assert len(node(desk, second, "references").rows) == 1
        assert {row.work.work_id for row in node(desk, first, "references").rows} == {root_id}


@pytest.mark.parametrize("comment", ["This paper has been withdrawn", "Withdrawn by the author"])
def test_a_withdrawn_paper_says_so_and_is_walked_all_the_same(comment: str, paths: Paths) -> None:
    with citation_desk(paths, NOWHERE) as desk:
        root = root_of_paper(desk, paper_in_library(desk, comment), now=NOW)
        cite(desk, root.work_id, [work(1)])
        found = node(desk, root.work_id)
    assert len(found.rows) == 1
    assert found.look.notes == ("This paper was withdrawn by its authors; arXiv keeps a page that says so.",)


def test_older_rules_are_brought_up_to_date_before_a_node_is_shown(paths: Paths) -> None:
    sentence = "We could not reproduce the accuracy that the authors report."
    with citation_desk(paths, NOWHERE) as desk:
        (root_id,) = stored(desk, ROOT)
        cite(desk, root_id, [work(1)], sentences=(sentence,), version=0)
        (row,) = node(desk, root_id).rows
        text = contexts(desk, row.citing_id, row.cited_id)
    assert row.evidence_class is EvidenceClass.FAILS
    cue = text.evidence.cues[0]
    assert text.contexts[cue.place][cue.start : cue.end] == cue.words


def test_a_correction_stays_and_can_be_taken_back(paths: Paths) -> None:
    with citation_desk(paths, NOWHERE) as desk:
        (root_id,) = stored(desk, ROOT)
        (citing_id,) = cite(desk, root_id, [work(1)], sentences=("We mention it [3].",))
        correct(desk, citing_id, root_id, EvidenceClass.DEPLOYS, now=NOW)
        assert node(desk, root_id).rows[0].evidence_class is EvidenceClass.DEPLOYS
        assert contexts(desk, citing_id, root_id).corrected is EvidenceClass.DEPLOYS
        correct(desk, citing_id, root_id, None, now=NOW)
        assert node(desk, root_id).rows[0].evidence_class is EvidenceClass.MENTIONS
        with pytest.raises(NotFoundError):
            correct(desk, root_id, citing_id, EvidenceClass.DEPLOYS, now=NOW)


def test_works_with_a_keyword_of_the_settings(paths: Paths) -> None:
    works = [work(1, title="Detectors on fixed cameras"), work(2, abstract="All about a fixed camera.")]
    with citation_desk(paths, NOWHERE, keywords=("fixed camera",)) as desk:
        (root_id,) = stored(desk, ROOT)
        ids = cite(desk, root_id, [*works, work(3)])
        assert keyword_works(desk, root_id) == set(ids[:2])
        assert keyword_works(desk, root_id, "references") == frozenset()


# --- what became of the idea ------------------------------------------------------------------------------


def test_the_idea_is_followed_as_far_as_somebody_looked(paths: Paths) -> None:
    with citation_desk(paths, NOWHERE) as desk:
        (root_id,) = stored(desk, ROOT)
        _, best = cite(desk, root_id, [work(1), work(500)])
        (last,) = cite(desk, best, [work(700)])
        steps = evolve(desk, root_id).steps
    assert [step.work.work_id for step in steps] == [root_id, best, last]
    assert [step.end for step in steps] == ["", "", "not looked"]
    assert steps[1].why


def test_the_timeline_has_every_month_and_the_works_that_were_kept(paths: Paths) -> None:
    with citation_desk(paths, NOWHERE) as desk:
        (root_id,) = stored(desk, ROOT)
        ids = cite(desk, root_id, [work(1), work(2), work(70)])
        keep(desk, ids[2], now=NOW)
        found = timeline(desk, root_id)
    assert found.months == ((date(2024, 1, 1), 2), (date(2024, 2, 1), 0), (date(2024, 3, 1), 1))
    assert [(each.work_id, month) for each, month in found.marked] == [(ids[2], date(2024, 3, 1))]


def test_exports_hold_every_citation(paths: Paths) -> None:
    with citation_desk(paths, NOWHERE) as desk:
        (root_id,) = stored(desk, ROOT)
        cite(desk, root_id, [work(1, authors=("Grace Example", "Alan Example")), work(2)])
        table = list(csv.DictReader(io.StringIO(export(desk, root_id, "csv"))))
        graph = ET.fromstring(export(desk, root_id, "graphml"))
        entries = export(desk, root_id, "bibtex")
        one = export(desk, root_id, "csv", rows=node(desk, root_id).rows[:1])
    tag = "{http://graphml.graphdrawing.org/xmlns}"
    assert len(table) == 2
    assert len(graph.findall(f".//{tag}node")) == 3
    assert len(graph.findall(f".//{tag}edge")) == 2
    assert entries.count("@") == 2
    assert "Alan Example" in entries
    assert len(one.splitlines()) == 2

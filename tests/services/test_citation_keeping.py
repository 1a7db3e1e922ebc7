"""Works that become papers: from what the graph knows, decided like any other, and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from r2p_tui.domain.citations import IncomingWork
from r2p_tui.domain.papers import IncomingPaper, Source
from r2p_tui.errors import EditConflictError, NotFoundError
from r2p_tui.paths import Paths
from r2p_tui.services import triage
from r2p_tui.services.citations import keep, node, put_off, undo
from r2p_tui.services.papers import view_paper
from r2p_tui.services.search import search
from r2p_tui.store.papers import Paper, save_papers
from r2p_tui.store.triage import decision_of
from tests.services.citation_desk import NOW, citation_desk, stored

DAY = timedelta(days=1)
WORK = IncomingWork(
    title="DEIM: DETR with Improved Matching",
    s2_id="s2-of-deim",
    arxiv_id="2412.04234",
    doi="10.1109/cvpr.2025.1",
    authors=("Shihua Huang", "Zhichao Lu"),
    published_on=date(2024, 12, 5),
    venue="CVPR",
    abstract="Code at https://github.com/example/deim.",
)
NAMES = {
    "arXiv": WORK,
    "DOI": replace(WORK, arxiv_id=None),
    "Semantic Scholar": replace(WORK, arxiv_id=None, doi=None),
    "OpenAlex": replace(WORK, arxiv_id=None, doi=None, s2_id=None, openalex_id="W7"),
    "its title": replace(WORK, arxiv_id=None, doi=None, s2_id=None),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_kept_work_is_a_paper_of_the_library_offline(name: str, paths: Paths) -> None:
    with citation_desk(paths, "http://127.0.0.1:9", offline=True) as desk:
        (work_id,) = stored(desk, NAMES[name])
        paper_id = keep(desk, work_id, now=NOW)
        view = view_paper(desk, paper_id)
        work = node(desk, work_id).work
        found = search(desk, "improved matching") if name == "arXiv" else None
    assert (work.paper_id, work.decision) == (paper_id, "keep")
    assert view.paper.title == WORK.title
    assert view.paper.authors == list(WORK.authors)
    assert view.paper.code_url == "https://github.com/example/deim"
    assert view.paper.published_at == datetime(2024, 12, 5, tzinfo=UTC)
    if found is not None:
        assert [row.paper_id for row in found.rows] == [paper_id]


def test_what_arxiv_says_later_is_better(paths: Paths) -> None:
    fresh = IncomingPaper(
        "2412.04234", 1, "The title of arXiv", "Its abstract", ("A. Uthor",), ("cs.CV",), Source.FEED
    )
    with citation_desk(paths, "http://127.0.0.1:9") as desk:
        paper_id = keep(desk, stored(desk, WORK)[0], now=NOW)
        with desk.store.write() as session:
            assert save_papers(session, [fresh], NOW).ids == {"2412.04234": paper_id}
        paper = view_paper(desk, paper_id).paper
    assert (paper.title, paper.categories) == ("The title of arXiv", ["cs.CV"])


def test_a_paper_that_was_synced_is_not_doubled(paths: Paths) -> None:
    known = IncomingPaper("2412.04234", 2, "The title of arXiv", "", ("A. Uthor",), ("cs.CV",), Source.API)
    with citation_desk(paths, "http://127.0.0.1:9") as desk:
        with desk.store.write() as session:
            paper_id = save_papers(session, [known], NOW).ids["2412.04234"]
        assert keep(desk, stored(desk, WORK)[0], now=NOW) == paper_id
        assert view_paper(desk, paper_id).paper.title == "The title of arXiv"


def test_a_decision_that_was_made_already_is_said(paths: Paths) -> None:
    with citation_desk(paths, "http://127.0.0.1:9") as desk:
        (work_id,) = stored(desk, WORK)
        keep(desk, work_id, now=NOW)
        for again in (keep, put_off):
            with pytest.raises(EditConflictError) as caught:
                again(desk, work_id, now=NOW + DAY)
            assert caught.value.message.startswith("This paper was kept on 21 Sep 2026")
            assert caught.value.hint


def test_undo_brings_back_what_was_decided_before(paths: Paths) -> None:
    with citation_desk(paths, "http://127.0.0.1:9") as desk:
        (work_id,) = stored(desk, WORK)
        paper_id = put_off(desk, work_id, now=NOW)
        assert keep(desk, work_id, now=NOW + DAY) == paper_id
        assert undo(desk, paper_id, now=NOW + 2 * DAY) == "later"
        assert node(desk, work_id).work.decision == "later"
        assert undo(desk, paper_id, now=NOW + 3 * DAY) is None
        assert node(desk, work_id).work.decision is None
        with pytest.raises(NotFoundError, match="Nothing is decided"):
            undo(desk, paper_id, now=NOW + 4 * DAY)
        assert keep(desk, work_id, now=NOW + 5 * DAY) == paper_id


def test_a_sitting_knows_of_it_and_takes_it_back(paths: Paths) -> None:
    with citation_desk(paths, "http://127.0.0.1:9") as desk:
        (work_id,) = stored(desk, WORK)
        sitting = triage.open_session(desk, now=NOW)
        paper_id = keep(desk, work_id, now=NOW, session_id=sitting)
        undone = triage.undo(desk, sitting, now=NOW)
        with desk.store.read() as session:
            assert decision_of(session, paper_id) is None
            assert session.get(Paper, paper_id) is not None
    assert undone is not None
    assert (undone.paper_id, undone.decision) == (paper_id, "keep")


def test_what_is_kept_here_is_no_part_of_the_morning(paths: Paths) -> None:
    with citation_desk(paths, "http://127.0.0.1:9") as desk:
        sitting = triage.open_session(desk, now=NOW)
        keep(desk, stored(desk, WORK)[0], now=NOW)
        summed = triage.summary(desk, sitting, now=NOW + DAY, zone=UTC)
    assert (summed.kept, summed.yesterday_kept) == (0, 0)

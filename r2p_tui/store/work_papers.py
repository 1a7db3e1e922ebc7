"""Works that become papers of the store, and what a list of papers is printed from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from r2p_tui.domain.citations import IncomingWork
from r2p_tui.domain.papers import IncomingPaper
from r2p_tui.store.fields import to_json
from r2p_tui.store.papers import Paper, PaperVersion, save_doi_paper, save_papers
from r2p_tui.store.triage import TriageDecision


def save_work_as_paper(
    session: Session, work_id: int, work: IncomingWork, paper: IncomingPaper, now: datetime
) -> int:
    """The id of the new paper that a work becomes; without arXiv id and DOI its key leads to the work."""
    if paper.arxiv_id:
        paper_id = save_papers(session, [paper], now).ids[paper.arxiv_id]
    elif paper.doi:
        paper_id = save_doi_paper(session, paper, now)
    else:
        return _save_under_its_key(session, _key(work_id, work), paper, now)
    made = session.get(Paper, paper_id, populate_existing=True)
    assert made  # noqa: S101  (it was saved just now)
    # Whatever a source of papers says of it later is better.
    made.text_rank = made.details_rank = 0
    return paper_id


def _key(work_id: int, work: IncomingWork) -> str:
    if work.s2_id:
        return f"s2:{work.s2_id}"
    return f"openalex:{work.openalex_id}" if work.openalex_id else f"work:{work_id}"


def _save_under_its_key(session: Session, key: str, facts: IncomingPaper, now: datetime) -> int:
    paper = Paper(
        source_key=key,
        title=facts.title,
        abstract=facts.abstract,
        authors=list(facts.authors),
        journal_ref=facts.journal_ref,
        code_url=facts.code_url,
        published_at=facts.published_at,
        added_at=now,
    )
    session.add(paper)
    session.flush()
    assert paper.id is not None  # noqa: S101  (the flush gave it one)
    session.add(PaperVersion(paper_id=paper.id, version=1))
    return paper.id


def authors_of(session: Session, work_ids: Sequence[int]) -> dict[int, list[str]]:
    """The authors of works by their ids; works of which none is known are left out."""
    query = """
        SELECT work_id, authors FROM work_texts
        WHERE work_id IN (SELECT value FROM json_each(?)) AND authors <> '[]'
    """
    rows = session.connection().exec_driver_sql(query, (to_json(list(work_ids)),))
    return {row[0]: json.loads(row[1]) for row in rows}


def decision_before(session: Session, decision: TriageDecision) -> TriageDecision | None:
    """The decision on the same paper that gave way to this one at the moment this one was made."""
    table = TriageDecision
    query = select(table).where(
        col(table.paper_id) == decision.paper_id, col(table.undone_at) == decision.decided_at
    )
    return session.exec(query.order_by(col(table.id).desc())).first()

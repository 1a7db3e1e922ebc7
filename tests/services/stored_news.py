"""News of kept papers in a store: new citations and code that appeared, without any service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from r2p_tui.domain.citations import Evidence, EvidenceClass, IncomingCitation, IncomingWork
from r2p_tui.services.desk import Desk
from r2p_tui.store.citation_news import mark_seen
from r2p_tui.store.citations import save_citations
from r2p_tui.store.code import CodeLook, save_code
from r2p_tui.store.papers import Paper
from r2p_tui.store.triage import TriageDecision, save_decision
from r2p_tui.store.work_saving import save_works
from r2p_tui.store.works import work_of_paper


def keep(desk: Desk, paper_id: int, now: datetime) -> None:
    with desk.store.write() as session:
        save_decision(
            session, TriageDecision(paper_id=paper_id, decision="keep", route="add", decided_at=now)
        )


def cite(desk: Desk, paper_id: int, classes: Sequence[EvidenceClass], now: datetime) -> None:
    """Works that cite a paper now, one of each class given; the user saw who did so a day ago."""
    with desk.store.write() as session:
        paper = session.get(Paper, paper_id)
        assert paper
        cited = work_of_paper(session, paper, now)
        mark_seen(session, cited, now - timedelta(days=1))
        works = [
            IncomingWork(f"Work {n} on {paper_id}", s2_id=f"{paper_id}-{n}") for n in range(len(classes))
        ]
        save_citations(
            session,
            cited,
            "citations",
            save_works(session, works, now),
            [IncomingCitation(work, "s2") for work in works],
            [Evidence(one) for one in classes],
            1,
            now,
        )


def code_appears(desk: Desk, paper_id: int, now: datetime, state: str = "official") -> None:
    """A weekly look that came upon code."""
    address = "https://github.com/example/new"
    with desk.store.write() as session:
        save_code(
            session, CodeLook(paper_id=paper_id, looked_at=now, state=state, url=address, appeared_at=now)
        )

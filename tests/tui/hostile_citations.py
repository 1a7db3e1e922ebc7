"""Works that cite, with every payload in every field of theirs, as if no source had cleaned anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from r2p_tui.domain.citations import Cue, Evidence, EvidenceClass, IncomingCitation, IncomingWork
from r2p_tui.store.citation_looks import CitationLook, save_look
from r2p_tui.store.citation_news import mark_seen
from r2p_tui.store.citations import save_citations
from r2p_tui.store.code import CodeLook, save_code
from r2p_tui.store.papers import Paper
from r2p_tui.store.work_saving import save_works
from r2p_tui.store.works import work_of_paper


def fill_citations(session: Session, paper: Paper, titles: Sequence[str], text: str, now: datetime) -> None:
    """A kept paper that every title cites, news and code of it; the first of them is cited by the others."""
    root = work_of_paper(session, paper, now)
    citing = [_work(number, title, text) for number, title in enumerate(titles)]
    others = save_works(session, citing, now)
    mark_seen(session, root, now - timedelta(days=1))
    for cited, works, ids in ((root, citing, others), (others[0], citing[1:], others[1:])):
        rows = [IncomingCitation(work, "s2", (work.title, text), (text,), True) for work in works]
        save_citations(session, cited, "citations", ids, rows, list(_evidence(rows)), 1, now)
        look = CitationLook(work_id=cited, direction="citations", source="s2", state="failed", reason=text)
        look.began_at, look.ended_at, look.found = now, now, len(ids)
        save_look(session, look)
    code = CodeLook(paper_id=paper.id or 0, looked_at=now, state="community", url=f"https://{text}")
    code.found_by, code.licence, code.models, code.model_count, code.reason = text, text, [text], 3, text
    code.appeared_at = now
    save_code(session, code)


def _work(number: int, title: str, text: str) -> IncomingWork:
    return IncomingWork(
        f"C{number} {title}",
        s2_id=f"{number:040x}{text[:20]}",
        doi=f"10.1/{number}{text}",
        authors=(text, title),
        year=2026,
        venue=text,
        abstract=text,
        citation_count=number,
    )


def _evidence(rows: Sequence[IncomingCitation]) -> Iterator[Evidence]:
    for number, row in enumerate(rows):
        words = row.contexts[0][:60]
        yield Evidence(list(EvidenceClass)[number % 6], (Cue(row.contexts[1], 0, 0, len(words), words),))

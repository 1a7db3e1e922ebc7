"""Papers by name: add one, look at one, and ask arXiv for others."""

from __future__ import annotations

from datetime import datetime

from r2p_tui.domain.papers import IncomingPaper, PaperReference, parse_reference
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.services.desk import Desk
from r2p_tui.services.network import open_arxiv, open_doi_resolver
from r2p_tui.store.paper_view import PaperView, load_view
from r2p_tui.store.papers import adopt_arxiv_ids, find_paper, save_doi_paper, save_papers
from r2p_tui.store.triage import TriageDecision, decision_of, save_decision
from r2p_tui.text import clean_line


def add_paper(desk: Desk, reference_text: str, *, now: datetime) -> PaperView:
    """Keep the paper that an arXiv id, an address or a DOI names, fetching it where it is not in the store.

    A paper that was skipped or put off is kept from now on. Raises UsageError, NotFoundError, SourceError.
    """
    reference = parse_reference(reference_text)
    with desk.store.read() as session:
        stored = find_paper(session, reference)
    incoming = None if stored else _fetch(desk, reference, now)
    with desk.store.write() as session:
        paper_id = stored.id if stored else None
        if incoming and incoming.arxiv_id:
            adopt_arxiv_ids(session, [incoming])
            paper_id = save_papers(session, [incoming], now).ids[incoming.arxiv_id]
        elif incoming:
            paper_id = save_doi_paper(session, incoming, now)
        assert paper_id is not None  # noqa: S101  (it was stored, or has just been)
        earlier = decision_of(session, paper_id)
        if earlier is None or earlier.decision != "keep":
            if earlier:
                earlier.undone_at = now
                session.flush()
            save_decision(
                session, TriageDecision(paper_id=paper_id, decision="keep", route="add", decided_at=now)
            )
    return view_paper(desk, paper_id)


def search_arxiv(desk: Desk, query: str, *, limit: int, now: datetime) -> list[IncomingPaper]:
    """At most `limit` papers (1 to 2,000) for a query in arXiv's language; nothing is stored.

    Raises UsageError for an empty or refused query, SourceError.
    """
    words = clean_line(query)
    if not words:
        raise UsageError("There is nothing to search for.", "For example: ti:detection AND cat:cs.CV")
    if not 1 <= limit <= 2000:
        raise UsageError(f"arXiv gives 1 to 2,000 papers, not {limit}.", "Ask for fewer.")
    return open_arxiv(desk, now=now).search(words, limit)


def view_paper(desk: Desk, paper_id: int) -> PaperView:
    """Everything the store knows of a paper; raises NotFoundError."""
    with desk.store.read() as session:
        return load_view(session, paper_id)


def find_view(desk: Desk, reference_text: str) -> PaperView:
    """The same for a paper by its arXiv id, address or DOI; raises UsageError, NotFoundError."""
    reference = parse_reference(reference_text)
    with desk.store.read() as session:
        paper = find_paper(session, reference)
        if paper is None or paper.id is None:
            raise NotFoundError(f"{reference} is not in the store.", f"Fetch it with: r2p add {reference}")
        return load_view(session, paper.id)


def _fetch(desk: Desk, reference: PaperReference, now: datetime) -> IncomingPaper:
    if reference.kind == "doi":
        return open_doi_resolver(desk, now=now).paper(reference.value)
    for paper in open_arxiv(desk, now=now).papers([reference.value]):
        if paper.arxiv_id == reference.value:
            return paper
    raise NotFoundError(f"arXiv does not know {reference.value}.", "Check the id for a typing error.")


__all__ = ["PaperView", "add_paper", "find_view", "search_arxiv", "view_paper"]

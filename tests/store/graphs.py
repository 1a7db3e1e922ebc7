"""Small citation graphs for tests, and what a store holds of one without its numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlmodel import Session, select

from r2p_tui.domain.citation_cues import CUES_VERSION, classify
from r2p_tui.domain.citations import Direction, IncomingCitation, IncomingWork
from r2p_tui.store.citation_edges import CitationContexts, StoredCitation
from r2p_tui.store.citations import SavedCitations, outdated_evidence, save_citations, update_evidence
from r2p_tui.store.engine import Store
from r2p_tui.store.work_pool import names_of, stored_works
from r2p_tui.store.works import WorkAlias, WorkRecord, save_works

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
ROOT = IncomingWork("Real-time detection with transformers", s2_id="root", arxiv_id="2304.08069", year=2023)


class KnownEdge(NamedTuple):
    """A citation by the names of its ends."""

    citing: frozenset[str]
    cited: frozenset[str]
    influential: bool
    intents: tuple[str, ...]
    contexts: frozenset[str]
    sources: tuple[str, ...]
    evidence: str
    corrected: str | None


def work(name: str, **more: object) -> IncomingWork:
    """A work that Semantic Scholar knows by this name, with a title too short to tell works apart."""
    return IncomingWork(**{"title": f"Title {name}", "s2_id": name, **more})  # type: ignore[arg-type]


def add(
    session: Session,
    near: IncomingWork,
    citation: IncomingCitation,
    direction: Direction = "citations",
    now: datetime = NOW,
) -> SavedCitations:
    """Save one citation the way a look does, judged by the rules."""
    work_id, other = save_works(session, [near, citation.work], now)
    citing = citation.work if direction == "citations" else near
    evidence = classify(citing.title, citation.contexts)
    return save_citations(session, work_id, direction, [other], [citation], [evidence], CUES_VERSION, now)


def judge_again(session: Session) -> None:
    """Let the rules look at every citation that has sentences which they have not seen."""
    for work_id in session.exec(select(WorkRecord.id)).all():
        outdated = outdated_evidence(session, work_id or 0, "citations", CUES_VERSION)
        judged = [(each, classify(each.title, each.contexts, each.abstract)) for each in outdated]
        update_evidence(session, judged, CUES_VERSION)


def names_by_id(session: Session) -> dict[int, frozenset[str]]:
    """Every id that each work was ever known by."""
    ids = [work_id or 0 for work_id in session.exec(select(WorkRecord.id))]
    names = {work_id: set(names_of(work)) for work_id, work in stored_works(session, ids).items()}
    for alias in session.exec(select(WorkAlias)):
        if not alias.name.startswith("work:"):
            names[alias.work_id].add(alias.name)
    return {work_id: frozenset(some) for work_id, some in names.items()}


def graph(store: Store) -> tuple[set[frozenset[str]], set[KnownEdge]]:
    """All works by their names and all citations between them."""
    with store.read() as session:
        names = names_by_id(session)
        edges = {_known(session, edge, names) for edge in session.exec(select(StoredCitation))}
    return set(names.values()), edges


def _known(session: Session, edge: StoredCitation, names: dict[int, frozenset[str]]) -> KnownEdge:
    texts = session.get(CitationContexts, (edge.cited_id, edge.citing_id))
    contexts = texts.contexts if texts else []
    assert edge.contexts == len(set(contexts)) == len(contexts)
    for _, place, start, end, words in texts.cues if texts else ():
        assert place == -1 or contexts[int(place)][int(start) : int(end)] == words
    return KnownEdge(
        names[edge.citing_id], names[edge.cited_id], bool(edge.influential), tuple(edge.intents),
        frozenset(contexts), tuple(edge.sources), edge.evidence, edge.corrected,
    )  # fmt: skip

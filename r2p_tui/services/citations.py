"""Citations: a work, who cites it, with which words, and what became of the idea. Only looks ask anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from r2p_tui.domain.citation_chain import Step
from r2p_tui.domain.citation_chain import evolve as chain_of
from r2p_tui.domain.citation_export import to_bibtex, to_csv, to_graphml
from r2p_tui.domain.citation_timeline import month_of
from r2p_tui.domain.citation_timeline import months as months_of
from r2p_tui.domain.citations import Citation, Direction, Evidence, EvidenceClass, Work
from r2p_tui.domain.papers import PaperReference, parse_reference
from r2p_tui.errors import NotFoundError, StoreReadOnlyError
from r2p_tui.services.citation_keeping import keep, put_off, undo
from r2p_tui.services.citation_look import LookProgress, LookResult, is_pending, look
from r2p_tui.services.citation_walk import judge_again
from r2p_tui.services.desk import Desk
from r2p_tui.services.network import open_semantic_scholar
from r2p_tui.store import citations as store
from r2p_tui.store.citation_looks import CitationLook, looks_of
from r2p_tui.store.papers import Paper, find_paper
from r2p_tui.store.work_papers import authors_of
from r2p_tui.store.work_saving import save_works
from r2p_tui.store.works import current_id, find_work, work_by_id, work_of_paper, works_by_ids

ExportKind = Literal["bibtex", "csv", "graphml"]
State = Literal["never", "going", "done", "failed"]
_STATES: dict[str, State] = {"going": "going", "done": "done", "failed": "failed"}
_LOST_ON_THE_WAY = 0.02
_WITHDRAWN = re.compile(r"\bwithdrawn\b", re.IGNORECASE)
_WITHDRAWN_NOTE = "This paper was withdrawn by its authors; arXiv keeps a page that says so."


@dataclass(frozen=True, slots=True)
class LookState:
    """How far a work was looked at; one that is "going" was cut off, and the next look goes on there.

    `found` edges are stored and `said` is what the service counts; `reason` says why a look failed, and
    `notes` are sentences that the user should know, such as that a paper was withdrawn.
    """

    state: State = "never"
    found: int = 0
    said: int | None = None
    looked_at: datetime | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A work with what is stored of its citations in one direction; `opened` were looked at from here."""

    work: Work
    direction: Direction
    rows: list[Citation]
    look: LookState
    opened: tuple[Work, ...] = ()


@dataclass(frozen=True, slots=True)
class CitationText:
    """The sentences of one citation; the cues of `evidence` have their places in `contexts`."""

    citing: Work
    cited: Work
    contexts: tuple[str, ...]
    evidence: Evidence
    corrected: EvidenceClass | None = None


@dataclass(frozen=True, slots=True)
class Evolution:
    """The chain of most influential successors, the work itself first."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """First days of months with counts of citing works, without gaps; those kept, each with its month."""

    months: tuple[tuple[date, int], ...]
    marked: tuple[tuple[Work, date], ...] = ()


# --- where a walk begins --------------------------------------------------------------------------------


def root_of(desk: Desk, reference_text: str, *, now: datetime) -> Work:
    """The work that an arXiv id (with or without version), an address or a DOI names.

    Only what the store does not have is asked for. Raises UsageError, NotFoundError, SourceError,
    StoreReadOnlyError.
    """
    reference = parse_reference(reference_text)
    with desk.store.read() as session:
        work_id, paper = find_work(session, reference), find_paper(session, reference)
        if work_id is not None:
            return work_by_id(session, work_id)
    if paper is not None and paper.id is not None:
        return root_of_paper(desk, paper.id, now=now)
    if desk.read_only:
        # Before anybody is asked for what could not be kept.
        raise StoreReadOnlyError(
            "This work is not in the store, which is open for reading only.",
            "Start again without --read-only.",
        )
    told = open_semantic_scholar(desk, now=now).paper(f"{reference.kind.upper()}:{reference.value}")
    # Some works have several names of a kind; the one that the user knows must be known the next time.
    value = reference.value
    asked = replace(told, arxiv_id=value) if reference.kind == "arxiv" else replace(told, doi=value)
    with desk.store.write() as session:
        return work_by_id(session, save_works(session, [told, asked], now)[0])


def root_of_paper(desk: Desk, paper_id: int, *, now: datetime) -> Work:
    """The work that a paper of the store is, made where there is none; raises NotFoundError."""
    with desk.store.read() as session:
        paper = session.get(Paper, paper_id)
        if paper is None:
            raise NotFoundError(f"There is no paper {paper_id} in the store.", "Find it with: r2p search")
        work_id = _known(find_work(session, reference) for reference in _names(paper))
        if work_id is not None:
            return work_by_id(session, work_id)
    with desk.store.write() as session:
        return work_by_id(session, work_of_paper(session, paper, now))


def _names(paper: Paper) -> Iterator[PaperReference]:
    if paper.arxiv_id:
        yield PaperReference("arxiv", paper.arxiv_id)
    if paper.doi:
        yield PaperReference("doi", paper.doi.lower())


def _known(ids: Iterator[int | None]) -> int | None:
    return next((work_id for work_id in ids if work_id is not None), None)


# --- what is stored -------------------------------------------------------------------------------------


def node(desk: Desk, work_id: int, direction: Direction = "citations") -> Node:
    """What is stored of a work; asks nobody. Raises NotFoundError.

    Citations that older rules judged are judged again first.
    """
    judge_again(desk, work_id, direction)
    with desk.store.read() as session:
        work_id = current_id(session, work_id)
        work = work_by_id(session, work_id)
        rows = store.citations_of(session, work_id, direction)
        looks = looks_of(session, work_id, direction)
        opened = works_by_ids(session, store.looked_children(session, work_id, direction))
        paper = session.get(Paper, work.paper_id) if work.paper_id is not None else None
    notes = (_WITHDRAWN_NOTE,) if paper and _is_withdrawn(paper) else ()
    return Node(work, direction, rows, _state_of(looks, len(rows), notes), tuple(opened))


def contexts(desk: Desk, citing_id: int, cited_id: int) -> CitationText:
    """The sentences in which one work cites another; raises NotFoundError."""
    with desk.store.read() as session:
        citing, cited = work_by_id(session, citing_id), work_by_id(session, cited_id)
        found = store.contexts_of(session, citing.work_id, cited.work_id)
    return CitationText(citing, cited, tuple(found.contexts), found.evidence, found.corrected)


def correct(
    desk: Desk, citing_id: int, cited_id: int, evidence_class: EvidenceClass | None, *, now: datetime
) -> None:
    """Put the user's class in the place of the rules' one; None takes it back. Raises NotFoundError."""
    with desk.store.write() as session:
        ends = current_id(session, citing_id), current_id(session, cited_id)
        store.correct(session, *ends, evidence_class, now)


def keyword_works(desk: Desk, work_id: int, direction: Direction = "citations") -> frozenset[int]:
    """Ids of the works at the other end that have a keyword of the settings."""
    with desk.store.read() as session:
        work_id = current_id(session, work_id)
        return frozenset(store.keyword_works(session, work_id, direction, desk.settings.triage.keywords))


def _is_withdrawn(paper: Paper) -> bool:
    return bool(_WITHDRAWN.search(paper.comment or "") or _WITHDRAWN.search(paper.abstract[:200]))


def _state_of(looks: Sequence[CitationLook], found: int, notes: tuple[str, ...]) -> LookState:
    """One state of the looks at several services: Semantic Scholar's, unless another one stood in for it."""
    by_source = {look.source: look for look in looks}
    first, second = by_source.get("s2"), by_source.get("openalex")
    facts = by_source.get("facts")
    if first is None or (first.state == "going" and first.ended_at is None and not is_pending(first)):
        first = facts
    if second and second.state == "failed":
        notes += (f"OpenAlex: {second.reason}",)
    elif first and first.state == "failed" and second and second.state == "done" and _newer(second, first):
        return _told(second, found, (*notes, f"{first.reason} OpenAlex stood in, which tells no sentences."))
    if first is None:
        return LookState(found=found, notes=notes)
    return _told(first, found, notes + _short_by(first, found, alone=second is None))


def _newer(one: CitationLook, other: CitationLook) -> bool:
    return one.ended_at is not None and one.ended_at >= (other.ended_at or other.began_at)


def _told(look: CitationLook, found: int, notes: tuple[str, ...]) -> LookState:
    state = _STATES[look.state]
    if state == "done" and look.reason:
        return LookState(state, found, look.said, look.ended_at, notes=(*notes, look.reason))
    return LookState(state, found, look.said, look.ended_at or look.began_at, look.reason, notes)


def _short_by(look: CitationLook, found: int, *, alone: bool) -> tuple[str, ...]:
    whole = alone and look.source == "s2" and look.state == "done"
    # A few always come twice or without an id.
    if not whole or not look.said or look.said - found <= look.said * _LOST_ON_THE_WAY:
        return ()
    return (f"Semantic Scholar counts {look.said:,}; {found:,} different works came.",)


# --- what became of the idea ----------------------------------------------------------------------------


def evolve(desk: Desk, work_id: int) -> Evolution:
    """The chain of most influential successors, as far as somebody looked; raises NotFoundError."""
    with desk.store.read() as session:
        return Evolution(chain_of(work_by_id(session, work_id), store.successors(session)))


def timeline(desk: Desk, work_id: int) -> Timeline:
    """Citations a month, with the works among them that the user kept; raises NotFoundError."""
    with desk.store.read() as session:
        rows = store.citations_of(session, work_by_id(session, work_id).work_id, "citations")
    kept = [(row.work, month_of(row.work)) for row in rows if row.work.decision == "keep"]
    marked = sorted(((work, month) for work, month in kept if month), key=lambda mark: mark[1])
    return Timeline(months_of(rows), tuple(marked))


def export(
    desk: Desk,
    work_id: int,
    kind: ExportKind,
    direction: Direction = "citations",
    rows: Sequence[Citation] | None = None,
) -> str:
    """The citations of a work as one document, all of them or the `rows` that are given.

    A graph holds the work itself too. Raises NotFoundError.
    """
    with desk.store.read() as session:
        work = work_by_id(session, work_id)
        chosen = store.citations_of(session, work.work_id, direction) if rows is None else rows
        authors = authors_of(session, [row.work.work_id for row in chosen]) if kind == "bibtex" else {}
    if kind == "csv":
        return to_csv(chosen)
    if kind == "graphml":
        return to_graphml([work], chosen)
    return to_bibtex([row.work for row in chosen], authors)


__all__ = [
    "CitationText", "Evolution", "ExportKind", "LookProgress", "LookResult", "LookState", "Node", "Timeline",
    "contexts", "correct", "evolve", "export", "keep", "keyword_works", "look", "node", "put_off", "root_of",
    "root_of_paper", "timeline", "undo",
]  # fmt: skip

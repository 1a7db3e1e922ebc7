"""Citations of works: saved page by page, listed fast, corrected by the user, and what of them is new."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from r2p_tui.domain.citation_chain import Successor
from r2p_tui.domain.citations import Citation, Direction, Evidence, EvidenceClass, IncomingCitation
from r2p_tui.domain.terms import Phrase
from r2p_tui.domain.times import parse_utc, utc_text
from r2p_tui.errors import NotFoundError
from r2p_tui.store.citation_edges import (
    CitationContexts,
    Edge,
    Ends,
    EvidenceCorrection,
    StoredCitation,
    cues_of,
    edges_at,
    save_edges,
    united,
    without_repetition,
)
from r2p_tui.store.fields import to_json
from r2p_tui.store.works import WORK_COLUMNS, current_id, current_ids, works_in

# ruff: noqa: S608  (only names of this file come together in its SQL)

# The column of the work itself, and that of the works at the other end.
_SIDES: dict[Direction, tuple[str, str]] = {
    "citations": ("cited_id", "citing_id"),
    "references": ("citing_id", "cited_id"),
}


class SavedCitations(NamedTuple):
    """How many citations of a save were not there before, and how many were."""

    new: int
    known: int


class StoredContexts(NamedTuple):
    """The sentences of one citation, what the rules say of it, and what the user says where that differs."""

    contexts: tuple[str, ...]
    evidence: Evidence
    corrected: EvidenceClass | None = None


class Outdated(NamedTuple):
    """A citation that the rules have not judged as it is; `title` and `abstract` are of the citing work."""

    citing_id: int
    cited_id: int
    title: str
    contexts: tuple[str, ...]
    abstract: str
    cited_title: str


def save_citations(
    session: Session,
    work_id: int,
    direction: Direction,
    others: Sequence[int],
    incoming: Sequence[IncomingCitation],
    evidence: Sequence[Evidence],
    rules_version: int,
    now: datetime,
) -> SavedCitations:
    """Add citations between a work and `others`, or what is new of those that are known; nothing is lost.

    `others`, `incoming` and `evidence` go together. A work's citation of itself is left out.
    """
    session.flush()
    near, far = _SIDES[direction]
    work_id, moment = current_id(session, work_id), utc_text(now)
    others = current_ids(session, others)
    known = {edge.ends: edge for edge in edges_at(session, near, work_id, set(others))}
    edges: dict[Ends, Edge] = {}
    for other, citation, found in zip(others, incoming, evidence, strict=True):
        ends = Ends(**{near: work_id, far: other})
        if other != work_id:
            edge = _incoming(ends, citation, found, rules_version, moment)
            before = edges.get(ends) or known.get(ends)
            edges[ends] = united(before, edge) if before else edge
    save_edges(session, edges.values())
    return SavedCitations(len(edges.keys() - known.keys()), len(edges.keys() & known.keys()))


def _incoming(ends: Ends, citation: IncomingCitation, found: Evidence, rules_version: int, now: str) -> Edge:
    edge = Edge(
        ends, citation.influential, tuple(sorted(set(citation.intents))), citation.contexts,
        (citation.source,), found.evidence_class, found.cues, rules_version, None, now, now,
    )  # fmt: skip
    return without_repetition(edge)


def citations_of(session: Session, work_id: int, direction: Direction) -> list[Citation]:
    """The citations of a work, or its references, in no order; ten thousand rows are ordinary."""
    near, far = _SIDES[direction]
    work_id = current_id(session, work_id)
    query = f"""
        SELECT c.line, {WORK_COLUMNS}
        FROM citations AS c JOIN works AS w ON w.id = c.{far} WHERE c.{near} = ?
    """
    make, facts, found = tuple.__new__, _Facts(), []
    forward = direction == "citations"
    for rows, works in works_in(session, query, [work_id]):
        for row, work in zip(rows, works, strict=True):
            ends = (row[1], work_id) if forward else (work_id, row[1])
            # As with `Work`, its own way to be made takes twice as long.
            found.append(make(Citation, (*ends, work, *facts[row[0]])))
    return found


class _Facts(dict[str, tuple[bool, tuple[str, ...], int, EvidenceClass, bool, datetime]]):
    """What a citation says itself, by its `line`; many of a list say the same."""

    def __missing__(self, line: str) -> tuple[bool, tuple[str, ...], int, EvidenceClass, bool, datetime]:
        influential, contexts, evidence, corrected, seen, intents = line.split(" ", 5)
        facts = self[line] = (
            influential == "1", tuple(json.loads(intents)), int(contexts), EvidenceClass(evidence),
            corrected == "1", parse_utc(seen),
        )  # fmt: skip
        return facts


def count_citations(session: Session, work_id: int, direction: Direction) -> int:
    """How many works are stored at the other end."""
    query = f"SELECT count(*) FROM citations WHERE {_SIDES[direction][0]} = ?"
    return int(session.connection().exec_driver_sql(query, (current_id(session, work_id),)).scalar_one())


def contexts_of(session: Session, citing_id: int, cited_id: int) -> StoredContexts:
    """What is known of one citation; raises NotFoundError where there is none."""
    ends = _ends(session, citing_id, cited_id)
    citation = session.get(StoredCitation, ends, populate_existing=True)
    texts = session.get(CitationContexts, ends, populate_existing=True)
    if citation is None:
        raise _no_citation()
    cues = cues_of(to_json(texts.cues)) if texts else ()
    return StoredContexts(
        tuple(texts.contexts) if texts else (),
        Evidence(EvidenceClass(citation.evidence), cues),
        EvidenceClass(citation.corrected) if citation.corrected else None,
    )


def correct(
    session: Session, citing_id: int, cited_id: int, evidence: EvidenceClass | None, now: datetime
) -> None:
    """Put the user's class over what the rules say, or take it back with None; raises NotFoundError.

    Every choice is kept as history, and one that changes nothing adds nothing to it.
    """
    ends = _ends(session, citing_id, cited_id)
    citation = session.get(StoredCitation, ends, populate_existing=True)
    if citation is None:
        raise _no_citation()
    if citation.corrected != evidence:
        citation.corrected = evidence and evidence.value
        cited, citing = ends
        session.add(
            EvidenceCorrection(
                cited_id=cited, citing_id=citing, evidence=citation.corrected, corrected_at=now
            )
        )
    session.flush()


def _ends(session: Session, citing_id: int, cited_id: int) -> Ends:
    return Ends(*current_ids(session, [cited_id, citing_id]))


def _no_citation() -> NotFoundError:
    return NotFoundError(
        "That citation is not in the store any more.",
        "Read who cites the paper again: r2p cites PAPER --refresh",
    )


def outdated_evidence(session: Session, work_id: int, direction: Direction, version: int) -> list[Outdated]:
    """Citations of a work that were judged by rules before `version`, or before every sentence was known."""
    near = _SIDES[direction][0]
    query = f"""
        SELECT c.citing_id, c.cited_id, w.title, coalesce(x.contexts, '[]'), coalesce(t.abstract, ''), o.title
        FROM citations AS c
        JOIN works AS w ON w.id = c.citing_id
        JOIN works AS o ON o.id = c.cited_id
        LEFT JOIN work_texts AS t ON t.work_id = c.citing_id
        LEFT JOIN citation_contexts AS x USING (cited_id, citing_id)
        WHERE c.{near} = ? AND c.rules_version < ?
    """
    rows = session.connection().exec_driver_sql(query, (current_id(session, work_id), version))
    return [Outdated(row[0], row[1], row[2], tuple(json.loads(row[3])), row[4], row[5]) for row in rows]


def update_evidence(session: Session, judged: Iterable[tuple[Outdated, Evidence]], version: int) -> None:
    """Write what the rules of `version` say; a citation that got other sentences since is left as it is."""
    by_cited: dict[int, dict[int, tuple[Outdated, Evidence]]] = {}
    for outdated, found in judged:
        by_cited.setdefault(outdated.cited_id, {})[outdated.citing_id] = outdated, found
    edges = []
    for cited_id, some in by_cited.items():
        for edge in edges_at(session, "cited_id", cited_id, some.keys()):
            outdated, found = some[edge.ends.citing_id]
            if edge.contexts == outdated.contexts:
                edges += [edge.judged(found.evidence_class, found.cues, version)]
    save_edges(session, edges)


def keyword_works(session: Session, work_id: int, direction: Direction, keywords: Iterable[str]) -> set[int]:
    """The works at the other end whose title or abstract has one of the keywords, in any inflection."""
    near, far = _SIDES[direction]
    phrases = [Phrase(keyword) for keyword in keywords]
    query = f"""
        SELECT w.id, lower(w.title || ' ' || coalesce(t.abstract, '')) FROM citations AS c
        JOIN works AS w ON w.id = c.{far} LEFT JOIN work_texts AS t ON t.work_id = w.id WHERE c.{near} = ?
    """
    if not phrases:
        return set()
    rows = session.connection().exec_driver_sql(query, (current_id(session, work_id),))
    return {row[0] for row in rows if any(phrase.is_in(row[1].lower()) for phrase in phrases)}


def looked_children(session: Session, work_id: int, direction: Direction) -> list[int]:
    """The works at the other end that were looked at themselves, in the order of their first look."""
    near, far = _SIDES[direction]
    query = f"""
        SELECT l.work_id FROM citation_looks AS l CROSS JOIN citations AS c
        ON c.{near} = ? AND c.{far} = l.work_id GROUP BY 1 ORDER BY min(l.began_at), 1
    """
    rows = session.connection().exec_driver_sql(query, (current_id(session, work_id),))
    return list(rows.scalars())


_LOOKED = (
    "SELECT work_id FROM citation_looks WHERE direction = 'citations' UNION SELECT cited_id FROM citations"
)
_HAS_SUCCESSORS = f"SELECT :work IN ({_LOOKED})"


class _Successors(Mapping[int, Sequence[Successor]]):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[int, list[Successor]] = {}

    def __contains__(self, work_id: object) -> bool:
        run = self._session.connection().exec_driver_sql
        return bool(run(_HAS_SUCCESSORS, {"work": work_id}).scalar())

    def __getitem__(self, work_id: int) -> list[Successor]:
        if work_id not in self._found:
            if work_id not in self:
                raise KeyError(work_id)
            rows = citations_of(self._session, work_id, "citations")
            self._found[work_id] = [Successor(row.work, row.influential, row.evidence_class) for row in rows]
        return self._found[work_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._session.connection().exec_driver_sql(_LOOKED).scalars())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def successors(session: Session) -> Mapping[int, Sequence[Successor]]:
    """For `evolve`, inside the session: who cites each work that was looked at or has stored citations."""
    return _Successors(session)

"""Citations as they are stored, and what one is when two descriptions of it come together."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Column, Computed, Index, Text
from sqlmodel import Field, Session, SQLModel

from r2p_tui.domain.citations import Cue, EvidenceClass
from r2p_tui.store.fields import json_field, time_field, to_json

_CLASSES = "('replicates', 'fails', 'deploys', 'extends', 'compares', 'mentions')"
# Read as one column, because the driver takes longer over columns than over anything else in a long list.
_LINE = (
    "influential || ' ' || contexts || ' ' || coalesce(corrected, evidence) || ' '"
    " || (corrected IS NOT NULL) || ' ' || first_seen_at || ' ' || intents"
)
_STRENGTH = {evidence: place for place, evidence in enumerate(EvidenceClass)}


def _work_key(**options: Any) -> Any:
    return Field(foreign_key="works.id", ondelete="CASCADE", **options)


class StoredCitation(SQLModel, table=True):
    """One citation; `evidence` is what the rules of `rules_version` say, `corrected` what the user says.

    A `rules_version` of 0 asks for another look by the rules, because there are new sentences. SQLite itself
    makes `line` of the others, for `citations_of`.
    """

    __tablename__ = "citations"
    __table_args__ = (
        CheckConstraint("citing_id <> cited_id", name="cites_another"),
        CheckConstraint(f"evidence IN {_CLASSES}", name="known_evidence"),
        CheckConstraint(f"corrected IS NULL OR corrected IN {_CLASSES}", name="known_correction"),
        Index("citations_by_citing", "citing_id", "cited_id"),
        Index("citations_by_time", "cited_id", "first_seen_at"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    cited_id: int = _work_key(primary_key=True)
    citing_id: int = _work_key(primary_key=True)
    influential: int = 0
    intents: list[str] = json_field(default_factory=list)
    contexts: int = 0
    sources: list[str] = json_field(default_factory=list)
    evidence: str = EvidenceClass.MENTIONS.value
    rules_version: int = 0
    corrected: str | None = None
    first_seen_at: datetime = time_field()
    last_seen_at: datetime = time_field()
    line: str | None = Field(default=None, sa_column=Column(Text, Computed(_LINE, persisted=True)))


class CitationContexts(SQLModel, table=True):
    """The sentences in which one work cites another, where any are known, and the cues found in them."""

    __tablename__ = "citation_contexts"
    __table_args__ = (Index("citation_contexts_by_citing", "citing_id"), {"sqlite_strict": True})

    cited_id: int = _work_key(primary_key=True)
    citing_id: int = _work_key(primary_key=True)
    contexts: list[str] = json_field()
    cues: list[list[str | int]] = json_field()


class EvidenceCorrection(SQLModel, table=True):
    """One choice of the user; `evidence` is None where it was taken back. The newest is in force."""

    __tablename__ = "evidence_corrections"
    __table_args__ = (
        CheckConstraint(f"evidence IS NULL OR evidence IN {_CLASSES}", name="known_evidence"),
        Index("evidence_corrections_by_cited", "cited_id", "citing_id", "id"),
        Index("evidence_corrections_by_citing", "citing_id"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    cited_id: int = _work_key()
    citing_id: int = _work_key()
    evidence: str | None = None
    corrected_at: datetime = time_field()


class Ends(NamedTuple):
    """The works that a citation connects, as the store's key has them."""

    cited_id: int
    citing_id: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A citation with its sentences and cues; times as they are stored."""

    ends: Ends
    influential: bool
    intents: tuple[str, ...]
    contexts: tuple[str, ...]
    sources: tuple[str, ...]
    evidence: EvidenceClass
    cues: tuple[Cue, ...]
    rules_version: int
    corrected: str | None
    first_seen_at: str
    last_seen_at: str

    def judged(self, evidence: EvidenceClass, cues: tuple[Cue, ...], rules_version: int) -> Edge:
        return replace(self, evidence=evidence, cues=cues, rules_version=rules_version)


def united(first: Edge, second: Edge) -> Edge:
    """All that both know; `corrected` and the ends are those of the first.

    The evidence is that of the one that knows every sentence. Where neither does, it is the stronger one
    until the rules have looked at all sentences together.
    """
    whole = replace(
        first,
        influential=first.influential or second.influential,
        intents=_joined(first.intents, second.intents),
        sources=_joined(first.sources, second.sources),
        contexts=tuple(dict.fromkeys(first.contexts + second.contexts)),
        first_seen_at=min(first.first_seen_at, second.first_seen_at),
        last_seen_at=max(first.last_seen_at, second.last_seen_at),
    )
    mine, yours = set(first.contexts), set(second.contexts)
    if mine == yours:
        judged = max(first, second, key=lambda edge: (edge.rules_version, _strength(edge)))
    else:
        judged = first if mine > yours else second if yours > mine else max(first, second, key=_strength)
    version = judged.rules_version if mine >= yours or yours >= mine else 0
    return whole.judged(judged.evidence, _moved(judged, whole.contexts), version)


def without_repetition(edge: Edge) -> Edge:
    """The edge with each of its sentences once, and its cues where they stand then."""
    contexts = tuple(dict.fromkeys(edge.contexts))
    return replace(edge, contexts=contexts, cues=_moved(edge, contexts))


def _joined(mine: tuple[str, ...], yours: tuple[str, ...]) -> tuple[str, ...]:
    return mine if mine == yours else tuple(sorted({*mine, *yours}))


def _strength(edge: Edge) -> int:
    return -_STRENGTH[edge.evidence]


def _moved(edge: Edge, contexts: tuple[str, ...]) -> tuple[Cue, ...]:
    """The cues of an edge where its sentences stand among those of another order; a title stays a title."""
    place = {sentence: at for at, sentence in enumerate(contexts)}
    return tuple(
        cue if cue.place < 0 else cue._replace(place=place[edge.contexts[cue.place]]) for cue in edge.cues
    )


_SELECT = """
    SELECT c.cited_id, c.citing_id, c.influential, c.intents, x.contexts, c.sources, c.evidence, x.cues,
        c.rules_version, c.corrected, c.first_seen_at, c.last_seen_at
    FROM citations AS c LEFT JOIN citation_contexts AS x USING (cited_id, citing_id)
"""


def edges_at(
    session: Session, column: str, work_id: int, others: Collection[int] | None = None
) -> list[Edge]:
    """The citations whose `column` is a work: all of them, or those with one of `others` at the other end."""
    other = "citing_id" if column == "cited_id" else "cited_id"
    query = f"{_SELECT} WHERE c.{column} = ?"
    values: tuple[Any, ...] = (work_id,)
    if others is not None:
        query += f" AND c.{other} IN (SELECT value FROM json_each(?))"  # noqa: S608  (our names)
        values += (to_json(list(others)),)
    return [_edge(row) for row in session.connection().exec_driver_sql(query, values)]


def _edge(row: Sequence[Any]) -> Edge:
    cited, citing, influential, intents, contexts, sources, evidence, cues, version, *rest = row
    return Edge(
        Ends(cited, citing),
        bool(influential),
        tuple(json.loads(intents)),
        tuple(json.loads(contexts or "[]")),
        tuple(json.loads(sources)),
        EvidenceClass(evidence),
        cues_of(cues or "[]"),
        version,
        *rest,
    )


def cues_of(stored: str) -> tuple[Cue, ...]:
    """The cues that `save_edges` wrote."""
    return tuple(Cue(*values) for values in json.loads(stored))


_UPSERT = """
    INSERT INTO citations (cited_id, citing_id, influential, intents, contexts, sources, evidence,
        rules_version, corrected, first_seen_at, last_seen_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET influential = excluded.influential, intents = excluded.intents,
        contexts = excluded.contexts, sources = excluded.sources, evidence = excluded.evidence,
        rules_version = excluded.rules_version, corrected = excluded.corrected,
        first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at
"""
_UPSERT_CONTEXTS = """
    INSERT INTO citation_contexts (cited_id, citing_id, contexts, cues) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET contexts = excluded.contexts, cues = excluded.cues
    WHERE contexts <> excluded.contexts OR cues <> excluded.cues
"""

_DELETE_CONTEXTS = "DELETE FROM citation_contexts WHERE cited_id = ? AND citing_id = ?"


def save_edges(session: Session, edges: Iterable[Edge]) -> None:
    """Put citations in the place of those with the same ends."""
    edges = sorted(edges, key=lambda edge: edge.ends)
    if not edges:
        return
    connection = session.connection()
    connection.exec_driver_sql(_UPSERT, list(_rows(edges)))
    # Cues of a title stand here too, so a citation without sentences may have a row.
    texts = [
        (*edge.ends, to_json(edge.contexts), to_json(edge.cues)) for edge in edges if _says_something(edge)
    ]
    if texts:
        connection.exec_driver_sql(_UPSERT_CONTEXTS, texts)
    if silent := [tuple(edge.ends) for edge in edges if not _says_something(edge)]:
        connection.exec_driver_sql(_DELETE_CONTEXTS, silent)


def _says_something(edge: Edge) -> bool:
    return bool(edge.contexts or edge.cues)


def _rows(edges: Iterable[Edge]) -> Iterator[tuple[str | int | None, ...]]:
    for edge in edges:
        yield (
            *edge.ends, int(edge.influential), to_json(edge.intents), len(edge.contexts),
            to_json(edge.sources), edge.evidence.value, edge.rules_version, edge.corrected,
            edge.first_seen_at, edge.last_seen_at,
        )  # fmt: skip

"""What is told of the papers that predictions are about, each time somebody asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, SQLModel, col, select

from r2p_tui.domain.times import utc_text
from r2p_tui.store.fields import paper_key, time_field
from r2p_tui.store.papers import CHUNK


class EvidenceSnapshot(SQLModel, table=True):
    """Counts of a paper at one moment; None where nobody told."""

    __tablename__ = "evidence_snapshots"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    paper_id: int = paper_key(primary_key=True)
    taken_at: datetime = time_field(primary_key=True)
    citations: int | None = None
    influential: int | None = None
    stars: int | None = None
    votes: int | None = None


class WatchedPaper(NamedTuple):
    """A paper with an open prediction, and the ids it has."""

    paper_id: int
    arxiv_id: str | None
    doi: str | None
    source_key: str | None
    title: str


_WATCHED = """
    SELECT p.id, p.arxiv_id, p.doi, p.source_key, p.title
    FROM (
        SELECT DISTINCT paper_id FROM predictions AS o
        WHERE o.paper_id IS NOT NULL AND o.deleted_at IS NULL AND NOT EXISTS
            (SELECT 1 FROM prediction_resolutions AS r WHERE r.prediction_id = o.id AND r.undone_at IS NULL)
    ) AS o
    JOIN papers AS p ON p.id = o.paper_id
    LEFT JOIN evidence_snapshots AS s ON s.paper_id = p.id
    GROUP BY p.id HAVING max(s.taken_at) IS NULL OR max(s.taken_at) < ?
    ORDER BY max(s.taken_at), p.id
"""


def papers_with_open_predictions(session: Session, not_since: datetime) -> list[WatchedPaper]:
    """Those nobody asked about from `not_since` on: first the ones never asked about, then the oldest."""
    rows = session.connection().exec_driver_sql(_WATCHED, (utc_text(not_since),))
    return [WatchedPaper(*row) for row in rows]


def add_snapshot(session: Session, snapshot: EvidenceSnapshot) -> None:
    """Keep a snapshot; another of the same moment takes its place."""
    session.merge(snapshot)
    session.flush()


def snapshots_for(session: Session, paper_ids: Iterable[int]) -> dict[int, list[EvidenceSnapshot]]:
    """All snapshots of some papers, in the order of time; a paper without any is left out."""
    wanted = sorted(set(paper_ids))
    found: dict[int, list[EvidenceSnapshot]] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(EvidenceSnapshot).where(
            col(EvidenceSnapshot.paper_id).in_(wanted[start : start + CHUNK])
        )
        for each in session.scalars(query.order_by(col(EvidenceSnapshot.taken_at))):
            found.setdefault(each.paper_id, []).append(each)
    return found

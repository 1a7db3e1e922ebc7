"""Surprises: what was claimed or expected against what was seen while building."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, Session, SQLModel, col, select

from r2p_tui.store import claims  # noqa: F401  (the table that claim_id points to)
from r2p_tui.store.fields import real_field, time_field
from r2p_tui.store.papers import CHUNK, Paper


class Surprise(SQLModel, table=True):
    """One surprise, and where the user was when it was typed."""

    __tablename__ = "surprises"
    __table_args__ = (
        CheckConstraint("length(text) > 0", name="says_something"),
        CheckConstraint(
            "kind IN ('data', 'augmentation', 'accuracy', 'latency', 'memory', 'cost', 'dependency',"
            " 'edge case', 'label', 'other')",
            name="known_kind",
        ),
        Index("surprises_by_time", "created_at"),
        Index("surprises_by_paper", "paper_id"),
        Index("surprises_by_claim", "claim_id"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    text: str
    kind: str = "other"
    paper_id: int | None = Field(default=None, foreign_key="papers.id", ondelete="SET NULL")
    claim: str | None = None
    claimed_value: float | None = real_field(default=None)
    observed_value: float | None = real_field(default=None)
    observed: str | None = None
    unit: str | None = None
    repository: str | None = None
    branch: str | None = None
    commit_sha: str | None = None
    folder: str | None = None
    created_at: datetime = time_field()
    claim_id: int | None = Field(default=None, foreign_key="claims.id", ondelete="SET NULL")


def latest_surprises(session: Session, limit: int, paper_id: int | None = None) -> list[Surprise]:
    """The newest first; of one paper, or of all."""
    query = select(Surprise).order_by(col(Surprise.created_at).desc(), col(Surprise.id).desc()).limit(limit)
    if paper_id is not None:
        query = query.where(Surprise.paper_id == paper_id)
    return list(session.exec(query))


def papers_by_id(session: Session, paper_ids: Iterable[int]) -> dict[int, Paper]:
    """The papers with these ids; one that is gone is left out."""
    wanted = sorted(paper_ids)
    found: dict[int, Paper] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(Paper).where(col(Paper.id).in_(wanted[start : start + CHUNK]))
        found.update((paper.id, paper) for paper in session.exec(query) if paper.id is not None)
    return found

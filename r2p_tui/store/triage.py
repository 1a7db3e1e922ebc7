"""Triage decisions, the sessions they were made in, and the last scores of the ranking."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from r2p_tui.store.fields import json_field, paper_key, real_field, time_field


class TriageSession(SQLModel, table=True):
    """One sitting at the triage screen; `seconds` counts only while the clock ran."""

    __tablename__ = "triage_sessions"
    __table_args__ = ({"sqlite_strict": True},)

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = time_field()
    ended_at: datetime | None = time_field(default=None)
    seconds: float = real_field(default=0.0)


class TriageDecision(SQLModel, table=True):
    """What the user decided of a paper; undoing sets a time, so that history stays and one is in force."""

    __tablename__ = "triage_decisions"
    __table_args__ = (
        CheckConstraint("decision IN ('keep', 'skip', 'later')", name="known_decision"),
        CheckConstraint("route IN ('triage', 'add')", name="known_route"),
        Index(
            "triage_decisions_in_force",
            "paper_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
        ),
        Index("triage_decisions_by_time", "decided_at"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = paper_key()
    session_id: int | None = Field(default=None, foreign_key="triage_sessions.id", ondelete="SET NULL")
    decision: str
    route: str = "triage"
    score: float | None = real_field(default=None)
    decided_at: datetime = time_field()
    undone_at: datetime | None = time_field(default=None)


class PaperScore(SQLModel, table=True):
    """The ranking's last word on a waiting paper: 0..1, and the terms that made it with their weights."""

    __tablename__ = "paper_scores"
    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 1", name="score_from_0_to_1"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    paper_id: int = paper_key(primary_key=True)
    score: float = real_field()
    terms: list[list[str | float]] = json_field()
    scored_at: datetime = time_field()

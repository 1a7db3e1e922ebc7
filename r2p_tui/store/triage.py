"""Triage decisions, the sessions they were made in, and the last scores of the ranking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ColumnElement, Index, delete, func, select, text
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import Field, Session, SQLModel, col

from r2p_tui.domain.papers import PaperRow
from r2p_tui.errors import NotFoundError
from r2p_tui.store.fields import json_field, paper_key, real_field, time_field
from r2p_tui.store.papers import Paper


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
        Index(
            "triage_decisions_by_kind",
            "decision",
            "decided_at",
            "paper_id",
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


class Decided(NamedTuple):
    """A decision in force as the ranking sees it; a paper that the user added never waited to be decided."""

    paper_id: int
    decision: str
    decided_at: datetime
    added: bool


class PaperText(NamedTuple):
    """What of a paper is read for ranking."""

    paper_id: int
    title: str
    abstract: str
    authors: list[str]
    categories: list[str]


class ScoredPaper(NamedTuple):
    """A score from 0 to 1 and the terms that made it, with signed weights."""

    paper_id: int
    score: float
    terms: list[list[str | float]]


class WaitingCounts(NamedTuple):
    """How many papers wait, announced as new or only ever as cross-lists, and how many were put off."""

    new: int
    cross: int
    later: int


# A paper waits from its first announcement until it is decided; a new version alone does not bring it back.
_WAITING = """
    FROM (
        SELECT paper_id, max(kind = 'new') AS is_new, min(announced_on) AS announced_on
        FROM announcements WHERE kind IN ('new', 'cross') GROUP BY paper_id
    ) AS listed
    WHERE (is_new OR :cross) AND NOT EXISTS (
        SELECT 1 FROM triage_decisions AS made
        WHERE made.paper_id = listed.paper_id AND made.undone_at IS NULL
    )
"""
_WAITING_ROWS = text(f"""
    SELECT papers.id, coalesce(papers.arxiv_id, papers.doi, papers.source_key), papers.title,
        coalesce(papers.primary_category, ''), coalesce(papers.published_at, waiting.announced_on),
        papers.code_url IS NOT NULL, scores.score, waiting.is_new
    FROM (SELECT listed.paper_id, is_new, announced_on {_WAITING}) AS waiting
    JOIN papers ON papers.id = waiting.paper_id
    LEFT JOIN paper_scores AS scores ON scores.paper_id = waiting.paper_id
    ORDER BY scores.score DESC, waiting.announced_on DESC, papers.id DESC
""")  # noqa: S608  (only text of this file)
_WAITING_IDS = text(f"SELECT listed.paper_id {_WAITING} ORDER BY announced_on DESC, listed.paper_id DESC")
_WAITING_COUNTS = text(f"SELECT coalesce(sum(is_new), 0), coalesce(sum(NOT is_new), 0) {_WAITING}")


def waiting_rows(session: Session, *, cross: bool) -> list[PaperRow]:
    """Papers that were announced and are undecided: best score first, then the newest announcement."""
    found = session.execute(_WAITING_ROWS, {"cross": cross})
    return [
        PaperRow(
            paper_id, key, title, category, date.fromisoformat(day[:10]), bool(has_code),
            score=score, kind="new" if is_new else "cross",
        )
        for paper_id, key, title, category, day, has_code, score, is_new in found
    ]  # fmt: skip


def waiting_ids(session: Session, *, cross: bool) -> list[int]:
    """The papers of `waiting_rows`, newest announcement first."""
    return list(session.execute(_WAITING_IDS, {"cross": cross}).scalars())


def waiting_counts(session: Session) -> WaitingCounts:
    """How many papers wait, and how many were put off for later."""
    new, cross = session.execute(_WAITING_COUNTS, {"cross": True}).one()
    later = select(func.count()).where(col(TriageDecision.decision) == "later", _in_force())
    return WaitingCounts(new, cross, session.scalar(later) or 0)


def _in_force() -> ColumnElement[bool]:
    return col(TriageDecision.undone_at).is_(None)


def decision_of(session: Session, paper_id: int) -> TriageDecision | None:
    """The decision in force on a paper, whatever route it came by."""
    query = select(TriageDecision).where(col(TriageDecision.paper_id) == paper_id, _in_force())
    return session.scalars(query).first()


def save_decision(session: Session, decision: TriageDecision) -> TriageDecision | None:
    """Store a decision on an undecided paper and return None, or return the one that is already in force.

    Raises NotFoundError where the paper or the sitting does not exist.
    """
    if earlier := decision_of(session, decision.paper_id):
        return earlier
    if session.get(Paper, decision.paper_id) is None:
        raise NotFoundError("That paper is not in the library any more.", "Go back and choose another one.")
    if decision.session_id is not None:
        find_session(session, decision.session_id)
    session.add(decision)
    return None


def find_session(session: Session, session_id: int) -> TriageSession:
    """A sitting by its id; raises NotFoundError."""
    sitting = session.get(TriageSession, session_id)
    if sitting is None:
        raise NotFoundError("That triage sitting is not in the store any more.", "Open triage again.")
    return sitting


def last_decision(session: Session, session_id: int) -> TriageDecision | None:
    """The newest decision of a sitting that is still in force."""
    query = select(TriageDecision).where(col(TriageDecision.session_id) == session_id, _in_force())
    return session.scalars(query.order_by(col(TriageDecision.id).desc())).first()


def decided_in(session: Session, session_id: int) -> dict[str, int]:
    """How many papers a sitting kept, skipped and put off, by decision."""
    return _counted(session, col(TriageDecision.session_id) == session_id)


def decided_between(session: Session, start: datetime, end: datetime) -> dict[str, int]:
    """How many papers were decided in triage from `start` up to `end`, by decision."""
    at = col(TriageDecision.decided_at)
    return _counted(session, at >= start, at < end, col(TriageDecision.route) == "triage")


def _counted(session: Session, *conditions: ColumnElement[bool]) -> dict[str, int]:
    kind = col(TriageDecision.decision)
    found = session.execute(select(kind, func.count()).where(*conditions, _in_force()).group_by(kind))
    return {row[0]: row[1] for row in found}


def decisions_in_force(session: Session, limit: int) -> list[Decided]:
    """The newest `limit` decisions, newest first."""
    table = TriageDecision
    query = (
        select(col(table.paper_id), col(table.decision), col(table.decided_at), col(table.route) == "add")
        .where(_in_force())
        .order_by(col(table.decided_at).desc(), col(table.id).desc())
        .limit(limit)
    )
    return [Decided(*row) for row in session.execute(query)]


def texts_of(session: Session, paper_ids: Sequence[int]) -> list[PaperText]:
    """Title, abstract, authors and categories of papers; ids that are not in the store are left out."""
    columns = (Paper.id, Paper.title, Paper.abstract, Paper.authors, Paper.categories)
    found = session.execute(select(*map(col, columns)).where(col(Paper.id).in_(paper_ids)))
    return [PaperText(*row) for row in found]


def scores_of(session: Session, paper_ids: Sequence[int]) -> list[ScoredPaper]:
    """The last scores of those of the papers that have one."""
    columns = select(col(PaperScore.paper_id), col(PaperScore.score), col(PaperScore.terms))
    found = session.execute(columns.where(col(PaperScore.paper_id).in_(paper_ids)))
    return [ScoredPaper(*row) for row in found]


def save_scores(session: Session, scores: Sequence[ScoredPaper], now: datetime) -> None:
    """Put new scores in the place of the old ones."""
    statement = upsert(PaperScore.__table__)  # type: ignore[attr-defined]
    changes = {name: statement.excluded[name] for name in ("score", "terms", "scored_at")}
    statement = statement.on_conflict_do_update(index_elements=["paper_id"], set_=changes)
    session.execute(statement, [{**row._asdict(), "scored_at": now} for row in scores])


def forget_scores(session: Session, paper_ids: Sequence[int]) -> None:
    """Papers that nothing speaks for or against any more stand by date again."""
    session.execute(delete(PaperScore).where(col(PaperScore.paper_id).in_(paper_ids)))

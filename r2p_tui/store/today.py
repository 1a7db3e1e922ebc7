"""What the first screen counts: one small query a line, so that it opens at once."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from r2p_tui.store.announcements import SyncCursor
from r2p_tui.store.papers import Paper
from r2p_tui.store.reading import Reading
from r2p_tui.store.triage import TriageDecision


class OpenPass(NamedTuple):
    """A pass that was begun and has no verdict yet."""

    paper_id: int
    title: str
    pass_number: int
    seconds: float


class UnreadPaper(NamedTuple):
    """A kept paper that no pass was begun on."""

    paper_id: int
    title: str


def open_passes(session: Session, limit: int) -> list[OpenPass]:
    """Passes without a verdict, the latest first."""
    query = (
        select(col(Reading.paper_id), col(Paper.title), col(Reading.pass_number), col(Reading.seconds))
        .join(Paper, col(Paper.id) == Reading.paper_id)
        .where(col(Reading.finished_at).is_(None))
        .order_by(col(Reading.started_at).desc())
        .limit(limit)
    )
    return [OpenPass(*row) for row in session.execute(query)]


def unread_papers(session: Session, limit: int) -> list[UnreadPaper]:
    """Kept papers that nobody began to read, the latest kept first."""
    begun = select(col(Reading.id)).where(col(Reading.paper_id) == TriageDecision.paper_id).exists()
    query = (
        select(col(Paper.id), col(Paper.title))
        .join(TriageDecision, col(TriageDecision.paper_id) == Paper.id)
        .where(col(TriageDecision.undone_at).is_(None), col(TriageDecision.decision) == "keep", ~begun)
        .order_by(col(TriageDecision.decided_at).desc())
        .limit(limit)
    )
    return [UnreadPaper(*row) for row in session.execute(query)]


def decision_times(session: Session, since: datetime) -> list[datetime]:
    """When each triage decision in force was made, from a moment on."""
    query = select(col(TriageDecision.decided_at)).where(
        col(TriageDecision.undone_at).is_(None),
        col(TriageDecision.route) == "triage",
        col(TriageDecision.decided_at) >= since,
    )
    return list(session.scalars(query))


def passes_finished(session: Session, since: datetime) -> dict[int, int]:
    """How many first, second and third passes got their verdict, from a moment on."""
    query = (
        select(col(Reading.pass_number), func.count())
        .where(col(Reading.finished_at) >= since)
        .group_by(col(Reading.pass_number))
    )
    return {1: 0, 2: 0, 3: 0} | {number: count for number, count in session.execute(query)}  # noqa: C416


def decided_count(session: Session, decision: str) -> int:
    """How many papers stand under a decision."""
    query = select(func.count()).where(
        col(TriageDecision.undone_at).is_(None), col(TriageDecision.decision) == decision
    )
    return session.scalar(query) or 0


def last_sync(session: Session) -> list[SyncCursor]:
    """Every listing that was ever read, the latest first."""
    return list(session.scalars(select(SyncCursor).order_by(col(SyncCursor.checked_at).desc())))

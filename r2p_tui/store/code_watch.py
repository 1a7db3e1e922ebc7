"""Which kept papers are due for a look for their code, and where code appeared."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from r2p_tui.store.code import CodeLook
from r2p_tui.store.papers import Paper
from r2p_tui.store.triage import TriageDecision


class AppearedCode(NamedTuple):
    """A paper whose code came to light, and where it is."""

    paper_id: int
    title: str
    state: str
    url: str


def due_for_look(session: Session, before: datetime, limit: int) -> list[int]:
    """Kept papers that were never looked at, then those looked at before a moment, the oldest look first."""
    query = (
        select(col(TriageDecision.paper_id))
        .outerjoin(CodeLook, col(CodeLook.paper_id) == TriageDecision.paper_id)
        .where(
            col(TriageDecision.undone_at).is_(None),
            col(TriageDecision.decision) == "keep",
            or_(col(CodeLook.looked_at).is_(None), col(CodeLook.looked_at) < before),
        )
        .order_by(col(CodeLook.looked_at).asc().nulls_first(), col(TriageDecision.paper_id))
        .limit(limit)
    )
    return list(session.scalars(query))


def appeared(session: Session) -> list[AppearedCode]:
    """The papers whose code the user has not seen yet, the newest find first."""
    query = (
        select(col(Paper.id), col(Paper.title), col(CodeLook.state), col(CodeLook.url))
        .join(CodeLook, col(CodeLook.paper_id) == Paper.id)
        .where(col(CodeLook.appeared_at).is_not(None))
        .order_by(col(CodeLook.appeared_at).desc(), col(Paper.id))
    )
    return [
        AppearedCode(number, title, state, url or "") for number, title, state, url in session.execute(query)
    ]


def mark_code_seen(session: Session, paper_id: int) -> None:
    """Remember that the user saw where the code of a paper is."""
    session.execute(update(CodeLook).where(col(CodeLook.paper_id) == paper_id).values(appeared_at=None))

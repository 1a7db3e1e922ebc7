"""Research reviews that were held: their agenda, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select

from r2p_tui.store.fields import day_field, json_field, time_field


class ResearchReview(SQLModel, table=True):
    """One review; `agenda` is Markdown as it was filled in, `decisions` what was taken of it."""

    __tablename__ = "research_reviews"
    __table_args__ = ({"sqlite_strict": True},)

    id: int | None = Field(default=None, primary_key=True)
    held_on: date = day_field()
    agenda: str
    decisions: list[dict[str, Any]] = json_field(default_factory=list)
    taken_at: datetime = time_field()


def add_review(
    session: Session, *, held_on: date, agenda: str, decisions: Sequence[dict[str, Any]], now: datetime
) -> int:
    """Keep a review with its decisions; its number."""
    review = ResearchReview(held_on=held_on, agenda=agenda, decisions=list(decisions), taken_at=now)
    session.add(review)
    session.flush()
    return review.id or 0


def last_review(session: Session) -> ResearchReview | None:
    """The one that was taken last."""
    return session.scalars(_newest_first().limit(1)).first()


def reviews(session: Session) -> list[ResearchReview]:
    """The newest first."""
    return list(session.scalars(_newest_first()))


def _newest_first() -> Any:
    return select(ResearchReview).order_by(col(ResearchReview.taken_at).desc(), col(ResearchReview.id).desc())

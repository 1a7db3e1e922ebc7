"""Looks at who cites a work and whom it cites: how far each source was read, so that a look can go on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from r2p_tui.domain.citations import CitationSource, Direction
from r2p_tui.store.fields import json_field, time_field
from r2p_tui.store.works import current_id


class CitationLook(SQLModel, table=True):
    """How far one source was read for one work in one direction; `reason` says why it failed.

    `windows` are `[since, until]` as days or null that are still to be read, the first of them from
    `next_offset`, or from `cursor` where the source has one. `found` counts what it told so far, `said` is
    how many it claims to know.
    """

    __tablename__ = "citation_looks"
    __table_args__ = (
        CheckConstraint("direction IN ('citations', 'references')", name="known_direction"),
        CheckConstraint("source IN ('s2', 'openalex', 'facts')", name="known_source"),
        CheckConstraint("state IN ('going', 'done', 'failed')", name="known_state"),
        CheckConstraint("state <> 'failed' OR length(reason) > 0", name="failed_for_a_reason"),
        CheckConstraint("state <> 'done' OR ended_at IS NOT NULL", name="ended_when_done"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    work_id: int = Field(foreign_key="works.id", ondelete="CASCADE", primary_key=True)
    direction: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    state: str = "going"
    reason: str = ""
    next_offset: int = 0
    windows: list[list[str | None]] = json_field(default_factory=list)
    cursor: str | None = None
    found: int = 0
    said: int | None = None
    began_at: datetime = time_field()
    ended_at: datetime | None = time_field(default=None)


def look_of(
    session: Session, work_id: int, direction: Direction, source: CitationSource
) -> CitationLook | None:
    """The last look of a work in a direction at one source; None where there was none."""
    return session.get(CitationLook, (current_id(session, work_id), direction, source))


def looks_of(session: Session, work_id: int, direction: Direction | None = None) -> list[CitationLook]:
    """The looks of a work at every source, the newest first; of one direction, or of both."""
    query = select(CitationLook).where(col(CitationLook.work_id) == current_id(session, work_id))
    if direction is not None:
        query = query.where(col(CitationLook.direction) == direction)
    return list(session.exec(query.order_by(col(CitationLook.began_at).desc(), col(CitationLook.source))))


def save_look(session: Session, look: CitationLook) -> CitationLook:
    """Put a look in the place of the earlier one of the same work, direction and source."""
    look.work_id = current_id(session, look.work_id)
    saved = session.merge(look)
    session.flush()
    return saved

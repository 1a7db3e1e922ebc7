"""What arXiv announced on which day, and how far each listing has been read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import Field, Session, SQLModel

from r2p_tui.domain.papers import Announcement
from r2p_tui.store.fields import day_field, paper_key, time_field


class PaperAnnouncement(SQLModel, table=True):
    """A line of a daily listing: this version of this paper, in this category, on this day (US Eastern)."""

    __tablename__ = "announcements"
    __table_args__ = (
        CheckConstraint("kind IN ('new', 'cross', 'replace', 'replace-cross')", name="known_kind"),
        Index("announcements_by_kind", "kind", "paper_id"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    paper_id: int = paper_key(primary_key=True)
    listing: str = Field(primary_key=True)
    announced_on: date = day_field(primary_key=True)
    version: int
    kind: str


class SyncCursor(SQLModel, table=True):
    """How far one listing of one source has been read; moves in the transaction that stores its rows."""

    __tablename__ = "sync_cursors"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    listing: str = Field(primary_key=True)
    announced_on: date | None = day_field(default=None)
    high_id: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    harvested_from: date | None = day_field(default=None)
    resumption_token: str | None = None
    checked_at: datetime = time_field()
    outcome: str = ""


def save_announcements(session: Session, rows: Iterable[Announcement], ids: dict[str, int]) -> None:
    """Store listing lines of papers whose ids are given; a line that is already there stays as it is."""
    values = [
        {
            "paper_id": ids[row.arxiv_id],
            "listing": row.listing,
            "announced_on": row.announced_on,
            "version": row.version,
            "kind": row.kind,
        }
        for row in rows
    ]
    if values:
        statement = upsert(PaperAnnouncement.__table__).on_conflict_do_nothing()  # type: ignore[attr-defined]
        session.execute(statement, values)


def cursor_of(session: Session, listing: str) -> SyncCursor | None:
    """How far the listing has been read, or None if never."""
    return session.get(SyncCursor, listing)

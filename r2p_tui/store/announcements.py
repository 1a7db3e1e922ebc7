"""What arXiv announced on which day, and how far each listing has been read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import Field, Session, SQLModel, col

from r2p_tui.domain.papers import Announcement
from r2p_tui.store.fields import day_field, paper_key, time_field
from r2p_tui.store.papers import Paper

CHUNK = 500
_LINE_FIELDS = ("listing", "announced_on", "version", "kind")


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


def save_announcements(
    session: Session, rows: Iterable[Announcement], ids: Mapping[str, int]
) -> list[Announcement]:
    """Store listing lines of papers whose ids are given; returns those that say something new.

    A listing announces a paper once, and each later version once: where routes disagree on the day, the
    earliest one stays, so that the order of arrival does not matter.
    """
    wanted = list(rows)
    known = _known_lines(session, {ids[row.arxiv_id] for row in wanted})
    fresh: list[Announcement] = []
    pending: dict[tuple[int, str, int], dict[str, Any]] = {}
    for row in wanted:
        paper_id = ids[row.arxiv_id]
        subject = (paper_id, row.listing, _what_was_announced(row.kind, row.version))
        line = (row.announced_on, row.version, row.kind)
        if subject not in known:
            fresh.append(row)
        elif line >= known[subject]:
            continue
        else:
            _delete_line(session, paper_id, row.listing, known[subject][0])
        known[subject] = line
        pending[subject] = {"paper_id": paper_id} | {name: getattr(row, name) for name in _LINE_FIELDS}
    if pending:
        session.execute(upsert(PaperAnnouncement).on_conflict_do_nothing(), list(pending.values()))
    return fresh


def cursor_of(session: Session, listing: str) -> SyncCursor | None:
    """How far the listing has been read, or None if never."""
    return session.get(SyncCursor, listing)


def save_cursor(session: Session, cursor: SyncCursor) -> None:
    """Remember how far a listing has been read; another process that was further on is not set back."""
    known = session.get(SyncCursor, cursor.listing)
    if (
        known
        and known.announced_on
        and (cursor.announced_on is None or cursor.announced_on < known.announced_on)
    ):
        cursor.announced_on, cursor.high_id = known.announced_on, known.high_id
    session.merge(cursor)


def highest_id(session: Session, listing: str, until: date) -> str | None:
    """The newest id that a listing announced up to a day; ids of the old style do not count."""
    query = (
        select(func.max(Paper.arxiv_id))
        .join(PaperAnnouncement, col(PaperAnnouncement.paper_id) == Paper.id)
        .where(
            col(PaperAnnouncement.listing) == listing,
            col(PaperAnnouncement.announced_on) <= until,
            col(PaperAnnouncement.kind).in_(("new", "cross")),
            col(Paper.arxiv_id).op("GLOB")("[0-9]*"),
        )
    )
    return session.execute(query).scalar()


def announced_before(
    session: Session, listing: str, day: date, arxiv_ids: Sequence[str]
) -> set[tuple[str, int]]:
    """Which of these papers, with the version, a listing announced before a day."""
    found: set[tuple[str, int]] = set()
    for start in range(0, len(arxiv_ids), CHUNK):
        query = (
            select(Paper.arxiv_id, PaperAnnouncement.version)  # type: ignore[call-overload]
            .join(PaperAnnouncement, col(PaperAnnouncement.paper_id) == Paper.id)
            .where(
                col(PaperAnnouncement.listing) == listing,
                col(PaperAnnouncement.announced_on) < day,
                col(Paper.arxiv_id).in_(arxiv_ids[start : start + CHUNK]),
            )
        )
        found.update((arxiv_id, version) for arxiv_id, version in session.execute(query))
    return found


def _what_was_announced(kind: str, version: int) -> int:
    """0 for the paper itself, whether new or cross-listed; the version for a replacement."""
    return version if kind.startswith("replace") else 0


def _known_lines(session: Session, paper_ids: set[int]) -> dict[tuple[int, str, int], tuple[date, int, str]]:
    wanted, known = sorted(paper_ids), {}
    for start in range(0, len(wanted), CHUNK):
        query = select(PaperAnnouncement).where(
            col(PaperAnnouncement.paper_id).in_(wanted[start : start + CHUNK])
        )
        for line in session.scalars(query):
            subject = (line.paper_id, line.listing, _what_was_announced(line.kind, line.version))
            known[subject] = (line.announced_on, line.version, line.kind)
    return known


def _delete_line(session: Session, paper_id: int, listing: str, announced_on: date) -> None:
    session.execute(
        delete(PaperAnnouncement).where(
            col(PaperAnnouncement.paper_id) == paper_id,
            col(PaperAnnouncement.listing) == listing,
            col(PaperAnnouncement.announced_on) == announced_on,
        )
    )

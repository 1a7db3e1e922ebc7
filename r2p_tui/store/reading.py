"""Readings in three passes, the structured note, its drafts, red flags and viability."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, delete, select, text, update
from sqlmodel import Field, Session, SQLModel, col

from r2p_tui.domain.reading import NoteValues
from r2p_tui.errors import EditConflictError, NotFoundError
from r2p_tui.store.fields import json_field, paper_key, real_field, time_field
from r2p_tui.store.papers import Paper


class Reading(SQLModel, table=True):
    """One pass over one version of a paper; `seconds` counts only while the pass was open and not idle."""

    __tablename__ = "readings"
    __table_args__ = (
        CheckConstraint("pass_number IN (1, 2, 3)", name="three_passes"),
        CheckConstraint("verdict IN ('go on', 'stop')", name="known_verdict"),
        CheckConstraint("verdict IS NOT 'stop' OR length(reason) > 0", name="stop_needs_a_reason"),
        CheckConstraint("(verdict IS NULL) = (finished_at IS NULL)", name="finished_with_a_verdict"),
        Index(
            "readings_open", "paper_id", "pass_number", unique=True, sqlite_where=text("finished_at IS NULL")
        ),
        Index("readings_by_paper", "paper_id", "pass_number"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = paper_key()
    pass_number: int
    version_read: int = 1
    seconds: float = real_field(default=0.0)
    started_at: datetime = time_field()
    last_read_at: datetime | None = time_field(default=None)
    finished_at: datetime | None = time_field(default=None)
    verdict: str | None = None
    reason: str = ""


class Note(SQLModel, table=True):
    """The one structured note of a paper; `revision` goes up by one at each save, so that two windows notice.

    `answers` maps the key of a pass question to what the user wrote.
    """

    __tablename__ = "notes"
    __table_args__ = (
        CheckConstraint("relevance BETWEEN 1 AND 5", name="relevance_from_1_to_5"),
        {"sqlite_strict": True},
    )

    paper_id: int = paper_key(primary_key=True)
    revision: int = 1
    version_read: int = 1
    relevance: int | None = None
    summary: str = ""
    key_insight: str = ""
    results: str = ""
    limitations: str = ""
    production: str = ""
    implementation: str = ""
    body: str = ""
    answers: dict[str, str] = json_field()
    answers_text: str = ""
    created_at: datetime = time_field()
    updated_at: datetime = time_field()


class NoteDraft(SQLModel, table=True):
    """What one window had typed and not yet saved; goes when the note is saved or the draft is declined."""

    __tablename__ = "note_drafts"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    paper_id: int = paper_key(primary_key=True)
    window: str = Field(primary_key=True)
    revision: int
    fields: dict[str, str] = json_field()
    saved_at: datetime = time_field()


class RedFlag(SQLModel, table=True):
    """A red flag with its evidence: where in the paper it shows."""

    __tablename__ = "red_flags"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('weak baselines', 'cherry-picked examples', 'new metric', 'toy data',"
            " 'missing ablations', 'reproducibility', 'compute advantage')",
            name="one_of_seven",
        ),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    paper_id: int = paper_key(primary_key=True)
    kind: str = Field(primary_key=True)
    evidence: str = ""
    flagged_at: datetime = time_field()


class Viability(SQLModel, table=True):
    """How a paper rates, 1 to 5, on one dimension in the user's own context, with the evidence."""

    __tablename__ = "viability"
    __table_args__ = (
        CheckConstraint(
            "dimension IN ('computational efficiency', 'integration complexity',"
            " 'robustness', 'maintainability')",
            name="one_of_four",
        ),
        CheckConstraint("score BETWEEN 1 AND 5", name="score_from_1_to_5"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    paper_id: int = paper_key(primary_key=True)
    dimension: str = Field(primary_key=True)
    score: int
    evidence: str = ""
    rated_at: datetime = time_field()


def latest_version(session: Session, paper_id: int) -> int:
    """The newest known version of a paper; raises NotFoundError where there is no such paper."""
    paper = session.get(Paper, paper_id)
    if paper is None:
        raise NotFoundError("That paper is not in the library any more.", "Go back and choose another one.")
    return paper.latest_version


def find_reading(session: Session, reading_id: int) -> Reading:
    """A reading by its id; raises NotFoundError."""
    reading = session.get(Reading, reading_id)
    if reading is None:
        raise NotFoundError("That reading is not in the library any more.", "Open the paper again.")
    return reading


def readings_of(session: Session, paper_id: int) -> list[Reading]:
    """Every reading of a paper, oldest first."""
    return list(
        session.scalars(select(Reading).where(col(Reading.paper_id) == paper_id).order_by(col(Reading.id)))
    )


def open_reading_of(session: Session, paper_id: int, pass_number: int) -> Reading | None:
    """The reading of this pass that has no verdict yet; there is at most one."""
    query = select(Reading).where(
        col(Reading.paper_id) == paper_id,
        col(Reading.pass_number) == pass_number,
        col(Reading.finished_at).is_(None),
    )
    return session.scalars(query).first()


def add_seconds(session: Session, reading_id: int, seconds: float, now: datetime) -> bool:
    """Count time onto a reading, beside what other windows add; False when it has a verdict or is gone."""
    statement = (
        update(Reading)
        .where(col(Reading.id) == reading_id, col(Reading.finished_at).is_(None))
        .values(seconds=Reading.seconds + seconds, last_read_at=now)
    )
    return bool(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def note_values(note: Note | None) -> NoteValues:
    """What a note says, or nothing where there is none."""
    if note is None:
        return NoteValues()
    texts = {name: getattr(note, name) for name in NoteValues.__slots__}
    return NoteValues(**texts)


def save_note(session: Session, paper_id: int, values: NoteValues, *, revision: int, now: datetime) -> Note:
    """Write the note when `revision` is still the one in the store (0: none yet), one revision later.

    Values that are already there change nothing. Raises EditConflictError where somebody saved meanwhile.
    """
    note = session.get(Note, paper_id)
    if note is not None and note_values(note) == values:
        return note
    if (note.revision if note else 0) != revision:
        raise EditConflictError(
            "This note was saved in another window meanwhile.", "Compare the two and choose what to keep."
        )
    if note is None:
        note = Note(paper_id=paper_id, created_at=now)
    for name in NoteValues.__slots__:
        setattr(note, name, getattr(values, name))
    note.answers = dict(values.answers)
    note.answers_text = "\n".join(values.answers.values())
    note.version_read = _version_being_read(session, paper_id)
    note.revision, note.updated_at = revision + 1, now
    session.add(note)
    return note


def _version_being_read(session: Session, paper_id: int) -> int:
    readings = readings_of(session, paper_id)
    return readings[-1].version_read if readings else latest_version(session, paper_id)


def save_draft(session: Session, draft: NoteDraft) -> None:
    """Keep what a window has typed, in place of what it had kept before."""
    session.merge(draft)


def drafts_of(session: Session, paper_id: int, *, not_of: str) -> list[NoteDraft]:
    """The drafts that other windows left on a paper, newest first."""
    query = select(NoteDraft).where(col(NoteDraft.paper_id) == paper_id, col(NoteDraft.window) != not_of)
    return list(session.scalars(query.order_by(col(NoteDraft.saved_at).desc())))


def delete_drafts(session: Session, paper_id: int, windows: list[str]) -> None:
    """Forget the drafts of these windows."""
    session.execute(
        delete(NoteDraft).where(col(NoteDraft.paper_id) == paper_id, col(NoteDraft.window).in_(windows))
    )


def flags_of(session: Session, paper_id: int) -> list[RedFlag]:
    """The red flags of a paper, in the order they were raised."""
    query = select(RedFlag).where(col(RedFlag.paper_id) == paper_id)
    return list(session.scalars(query.order_by(col(RedFlag.flagged_at), col(RedFlag.kind))))


def viability_of(session: Session, paper_id: int) -> list[Viability]:
    """The dimensions rated so far, by name."""
    query = select(Viability).where(col(Viability.paper_id) == paper_id)
    return list(session.scalars(query.order_by(col(Viability.dimension))))

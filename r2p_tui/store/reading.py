"""Readings in three passes, the structured note, its drafts, red flags and viability."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from r2p_tui.store.fields import json_field, paper_key, real_field, time_field


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

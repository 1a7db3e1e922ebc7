"""Looks for the code of papers: what was found, by whom it is, and how alive it was that day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Session, SQLModel

from r2p_tui.store.fields import json_field, paper_key, time_field


class CodeLook(SQLModel, table=True):
    """The last look for a paper's code; `official` is by its authors, `community` by others.

    `found_by` names what told of `url`; `reason` says which service could not be asked, and is empty
    where all of them answered. A number that nobody told is None. `appeared_at` is when r2p itself came upon
    code where there had been none, until the user has seen it.
    """

    __tablename__ = "code_looks"
    __table_args__ = (
        CheckConstraint("state IN ('official', 'community', 'none')", name="known_state"),
        {"sqlite_strict": True},
    )

    paper_id: int = paper_key(primary_key=True)
    looked_at: datetime = time_field()
    state: str
    url: str | None = None
    found_by: str = ""
    stars: int | None = None
    upvotes: int | None = None
    licence: str | None = None
    archived: int | None = None
    pushed_at: datetime | None = time_field(default=None)
    models: list[Any] = json_field(default_factory=list)
    model_count: int | None = None
    reason: str = ""
    appeared_at: datetime | None = time_field(default=None)


def code_of(session: Session, paper_id: int) -> CodeLook | None:
    """The last look for a paper's code; None where nobody looked."""
    return session.get(CodeLook, paper_id)


def save_code(session: Session, look: CodeLook) -> CodeLook:
    """Put a look in the place of the paper's earlier one."""
    saved = session.merge(look)
    session.flush()
    return saved

"""Claims: numbers of papers that the user keeps, each with its place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from r2p_tui.store.fields import json_field, paper_key, real_field, time_field


class Claim(SQLModel, table=True):
    """One number as a cell states it; `box` is `[left, top, right, bottom]` in points, page 0 is unknown."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("length(metric) > 0", name="names_a_metric"),
        CheckConstraint("route IN ('pdf', 'tex', 'html')", name="known_route"),
        Index("claims_by_paper", "paper_id", "id"),
        Index(
            "claims_in_force",
            "paper_id",
            "table_key",
            "row",
            "column",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
        ),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = paper_key()
    metric: str
    value: float = real_field()
    unit: str | None = None
    dataset: str | None = None
    hardware: str | None = None
    condition: str = ""
    text: str
    header: str = ""
    table_key: str
    table_name: str
    page: int = 0
    box: list[float] | None = json_field(default=None)
    row: int
    column: int
    route: str
    note: str = ""
    created_at: datetime = time_field()
    undone_at: datetime | None = time_field(default=None)


def claim_of_cell(session: Session, paper_id: int, key: str, row: int, column: int) -> Claim | None:
    """The claim in force that a cell was kept as."""
    query = select(Claim).where(
        Claim.paper_id == paper_id,
        Claim.table_key == key,
        Claim.row == row,
        Claim.column == column,
        col(Claim.undone_at).is_(None),
    )
    return session.exec(query).first()


def claims_in_force(session: Session, paper_id: int | None = None) -> list[Claim]:
    """The newest first; of one paper, or of all."""
    query = select(Claim).where(col(Claim.undone_at).is_(None)).order_by(col(Claim.id).desc())
    if paper_id is not None:
        query = query.where(Claim.paper_id == paper_id)
    return list(session.exec(query))

"""Tables of papers: what was extracted, what the user corrected, and their rows for search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, delete
from sqlmodel import Field, Session, SQLModel, col, select

from r2p_tui.store.fields import json_field, paper_key, real_field, time_field


class TableExtraction(SQLModel, table=True):
    """The last try to read a paper's tables; `reason` says why it failed.

    `ready` means that there are tables, of the try at `extracted_at`; a later one that failed leaves them.
    `documents` are SHA-256 by kind, `routes` what could be read, `asked_route` what the user asked for.
    """

    __tablename__ = "table_extractions"
    __table_args__ = (
        CheckConstraint("state IN ('ready', 'failed')", name="known_state"),
        CheckConstraint("state = 'ready' OR length(reason) > 0", name="failed_for_a_reason"),
        {"sqlite_strict": True},
    )

    paper_id: int = paper_key(primary_key=True)
    state: str
    reason: str = ""
    extractor_version: int
    asked_route: str = "best"
    routes: list[str] = json_field(default_factory=list)
    documents: dict[str, str] = json_field(default_factory=dict)
    skipped: list[str] = json_field(default_factory=list)
    extracted_at: datetime | None = time_field(default=None)
    tried_at: datetime = time_field()


class PaperTable(SQLModel, table=True):
    """One table as it was extracted: `content` is its `table_values`, without the user's corrections.

    `differences` are `[row, column, text, other text, route]` where another route reads a cell differently.
    """

    __tablename__ = "paper_tables"
    __table_args__ = (UniqueConstraint("paper_id", "table_key"), {"sqlite_strict": True})

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = paper_key()
    table_key: str
    position: int
    content: dict[str, Any] = json_field()
    agreement: str = ""
    differences: list[list[Any]] = json_field(default_factory=list)


class TableRow(SQLModel, table=True):
    """One body row as corrected, for search; `row` counts from the first header row.

    `cells` are `[header, text]`, `deltas` are `[header, value, better, relative]` against the baseline row.
    """

    __tablename__ = "table_rows"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('ablation', 'main result', 'hyperparameters', 'data', 'other')", name="known_kind"
        ),
        UniqueConstraint("paper_id", "table_key", "row"),
        Index("table_rows_by_kind", "kind", "paper_id"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = paper_key()
    table_key: str
    table_name: str
    kind: str
    confidence: float = real_field()
    page: int
    row: int
    label: str
    cells: list[list[str]] = json_field()
    deltas: list[list[Any]] = json_field()
    is_baseline: int = 0
    caption: str = ""


class TableCorrection(SQLModel, table=True):
    """One correction by the user, as its `correction_values`; an extraction never touches it."""

    __tablename__ = "table_corrections"
    __table_args__ = (
        Index("table_corrections_by_table", "paper_id", "table_key", "id"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = paper_key()
    table_key: str
    correction: dict[str, Any] = json_field()
    corrected_at: datetime = time_field()
    undone_at: datetime | None = time_field(default=None)


class StoredTables(NamedTuple):
    """What the store knows of a paper's tables, or of one; corrections in force, oldest first.

    `keys` are those of all its tables.
    """

    extraction: TableExtraction | None
    tables: list[PaperTable]
    corrections: list[TableCorrection]
    keys: list[str]


def stored_tables(session: Session, paper_id: int, key: str | None = None) -> StoredTables:
    """The tables of a paper in document order, or the one with this key."""
    tables = select(PaperTable).where(PaperTable.paper_id == paper_id)
    keys = select(PaperTable.table_key).where(PaperTable.paper_id == paper_id)
    corrections = select(TableCorrection).where(
        TableCorrection.paper_id == paper_id, col(TableCorrection.undone_at).is_(None)
    )
    if key is not None:
        tables = tables.where(PaperTable.table_key == key)
        corrections = corrections.where(TableCorrection.table_key == key)
    return StoredTables(
        session.get(TableExtraction, paper_id),
        list(session.exec(tables.order_by(col(PaperTable.position)))),
        list(session.exec(corrections.order_by(col(TableCorrection.id)))),
        list(session.exec(keys.order_by(col(PaperTable.position)))),
    )


def replace_tables(
    session: Session,
    extraction: TableExtraction,
    tables: Sequence[PaperTable],
    rows: Sequence[TableRow],
) -> None:
    """Put a new extraction in the place of the earlier one; corrections and claims stay as they are."""
    session.execute(delete(PaperTable).where(col(PaperTable.paper_id) == extraction.paper_id))
    session.execute(delete(TableRow).where(col(TableRow.paper_id) == extraction.paper_id))
    session.merge(extraction)
    session.add_all([*tables, *rows])
    session.flush()


def save_failure(session: Session, failed: TableExtraction) -> None:
    """Note why a try failed; tables of an earlier one stay, with what is known of them."""
    earlier = session.get(TableExtraction, failed.paper_id)
    if earlier is None or earlier.state != "ready":
        session.merge(failed)
    else:
        earlier.reason, earlier.tried_at = failed.reason, failed.tried_at
    session.flush()


def replace_rows(session: Session, paper_id: int, key: str, rows: Sequence[TableRow]) -> None:
    """Write the rows of one table anew for search."""
    of_table = (col(TableRow.paper_id) == paper_id, col(TableRow.table_key) == key)
    session.execute(delete(TableRow).where(*of_table))
    session.add_all(rows)
    session.flush()


def undo_newest_correction(session: Session, paper_id: int, key: str, now: datetime) -> bool:
    """Take the newest correction in force of a table out of force; False where there is none."""
    corrections = stored_tables(session, paper_id, key).corrections
    if corrections:
        corrections[-1].undone_at = now
        session.flush()
    return bool(corrections)

"""Lists of papers, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output

if TYPE_CHECKING:
    from r2p_tui.domain.papers import PaperRow


def row_values(row: PaperRow) -> dict[str, Any]:
    """The row under stable names; `paper` is what the other commands take."""
    values = row._asdict()
    del values["paper_id"]
    return {"paper": values.pop("key"), **values}


def write_scored(rows: Sequence[PaperRow]) -> None:
    """Score, paper, category, how it was announced, title."""
    output.table([(_score(row), row.key, row.category, _marks(row), row.title) for row in rows], align=">")


def write_found(rows: Sequence[PaperRow]) -> None:
    """Paper, day, category, what was decided and read, title."""
    output.table(
        [(row.key, _day(row), row.category, row.decision or "", _read(row), row.title) for row in rows]
    )


def _score(row: PaperRow) -> str:
    return "" if row.score is None else f"{row.score:.2f}"


def _marks(row: PaperRow) -> str:
    return " ".join(mark for mark in ("cross" if row.kind == "cross" else "", "code" * row.has_code) if mark)


def _day(row: PaperRow) -> str:
    return row.published_on.isoformat() if row.published_on else ""


def _read(row: PaperRow) -> str:
    return f"pass {row.last_pass}" if row.last_pass else ""

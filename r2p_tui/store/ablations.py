"""Rows of all tables, found by words; the index is kept by the triggers of the schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from sqlmodel import Session

from r2p_tui.store.papers import CHUNK
from r2p_tui.store.search_plan import quoted

Place = Literal["row", "caption"]

# A word in more rows than this tells no row from another; the newest tables count.
MOST_ROWS = 5000
_COLUMNS: dict[Place, str] = {"row": "{label cells}", "caption": "{caption}"}


class FoundRow(NamedTuple):
    """One stored row with what names its paper; `kept` says that the user keeps the paper."""

    id: int
    paper_id: int
    arxiv_id: str | None
    paper: str
    title: str
    kept: bool
    key: str
    table_name: str
    kind: str
    confidence: float
    page: int
    row: int
    label: str
    cells: list[list[str]]
    deltas: list[list[Any]]
    is_baseline: bool
    caption: str


def rows_with_words(
    session: Session, words: Sequence[str], place: Place, *, ablations_only: bool
) -> dict[int, set[str]]:
    """Which of the words each row contains, by the ids of rows; a word counts in any inflection.

    A compound, such as `multi-scale`, is its parts in a row.
    """
    values: dict[str, Any] = {"kind": "ablation" if ablations_only else None, "limit": MOST_ROWS}
    found: dict[int, set[str]] = {}
    for word in words:
        values["match"] = f"{_COLUMNS[place]} : {quoted(word)}"
        for (row_id,) in session.connection().exec_driver_sql(_WITH_WORD, values):
            found.setdefault(row_id, set()).add(word)
    return found


def rows_with_header(session: Session, wanted: Callable[[str], bool], *, ablations_only: bool) -> set[int]:
    """The ids of the rows of tables that have a wanted column header, of the newest tables if they are many.

    `wanted` is asked once for each header in use; the fullest row of a table shows which it has.
    """
    headers = session.connection().exec_driver_sql(_HEADERS, {"kind": "ablation" if ablations_only else None})
    tables = {tuple(table) for header, found in headers if wanted(header) for table in json.loads(found)}
    values = {"tables": json.dumps(list(tables)), "limit": MOST_ROWS}
    return {row_id for (row_id,) in session.connection().exec_driver_sql(_OF_TABLES, values)}


def load_rows(session: Session, row_ids: Sequence[int]) -> list[FoundRow]:
    """These rows, in no order; those that are gone are left out."""
    found: list[FoundRow] = []
    for start in range(0, len(row_ids), CHUNK):
        values = {"ids": json.dumps(list(row_ids[start : start + CHUNK]))}
        found += map(_as_found, session.connection().exec_driver_sql(_ROWS, values))
    return found


def _as_found(row: Any) -> FoundRow:
    entry = FoundRow(*row)
    return entry._replace(
        kept=bool(entry.kept),
        is_baseline=bool(entry.is_baseline),
        cells=json.loads(row.cells),
        deltas=json.loads(row.deltas),
    )


_WITH_WORD = """
    SELECT table_rows.id FROM table_rows_text
    JOIN table_rows ON table_rows.id = table_rows_text.rowid
    WHERE table_rows_text MATCH :match AND (:kind IS NULL OR table_rows.kind = :kind)
    ORDER BY table_rows.id DESC LIMIT :limit
"""
# With max(), SQLite takes the other columns from the row that has the maximum.
_HEADERS = """
    SELECT cell.value ->> 0 AS header, json_group_array(json_array(fullest.paper_id, fullest.table_key))
    FROM (
        SELECT paper_id, table_key, cells, max(length(cells)) FROM table_rows
        WHERE :kind IS NULL OR kind = :kind GROUP BY paper_id, table_key
    ) AS fullest, json_each(fullest.cells) AS cell
    GROUP BY header
"""
_OF_TABLES = """
    SELECT table_rows.id FROM json_each(:tables) AS chosen
    JOIN table_rows ON table_rows.paper_id = chosen.value ->> 0 AND table_rows.table_key = chosen.value ->> 1
    ORDER BY table_rows.id DESC LIMIT :limit
"""
_ROWS = """
    SELECT rows.id, rows.paper_id, papers.arxiv_id,
        coalesce(papers.arxiv_id, papers.doi, papers.source_key), papers.title,
        EXISTS (
            SELECT 1 FROM triage_decisions AS decisions WHERE decisions.paper_id = rows.paper_id
            AND decisions.undone_at IS NULL AND decisions.decision = 'keep'
        ),
        rows.table_key, rows.table_name, rows.kind, rows.confidence, rows.page, rows."row", rows.label,
        rows.cells, rows.deltas, rows.is_baseline, rows.caption
    FROM json_each(:ids) AS chosen JOIN table_rows AS rows ON rows.id = chosen.value
    JOIN papers ON papers.id = rows.paper_id
"""

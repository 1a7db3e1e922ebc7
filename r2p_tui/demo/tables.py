"""The packaged tables: numbers of real papers as r2p read them, with captions in our own words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.resources import files
from typing import NamedTuple

from r2p_tui.domain.table_routes import Reconciled
from r2p_tui.domain.tables import Table, table_from_values
from r2p_tui.pdf.sandbox import EXTRACTOR_VERSION
from r2p_tui.services.table_views import records_of_reconciled, rows_for_search, views_of_reconciled
from r2p_tui.store.tables import PaperTable, TableExtraction, TableRow

TABLES_FILE = "tables.json"


class PackagedTables(NamedTuple):
    """The tables of one paper as records, ready to be stored."""

    extraction: TableExtraction
    tables: list[PaperTable]
    rows: list[TableRow]


def load_tables() -> dict[str, list[Table]]:
    """The packaged tables by arXiv id, in the order of their paper."""
    text = files("r2p_tui.demo").joinpath(TABLES_FILE).read_text(encoding="utf-8")
    return {key: [table_from_values(values) for values in tables] for key, tables in json.loads(text).items()}


def extractions(
    tables: Mapping[str, list[Table]], ids: Mapping[str, int], now: datetime
) -> Iterator[PackagedTables]:
    """What reading each paper would have left in the store; their PDF files are not there."""
    for key, found in tables.items():
        paper_id = ids[key]
        reconciled = [Reconciled(table, (), ("pdf",), "") for table in found]
        extraction = TableExtraction(
            paper_id=paper_id,
            state="ready",
            extractor_version=EXTRACTOR_VERSION,
            routes=["pdf"],
            extracted_at=now,
            tried_at=now,
        )
        rows = [row for view in views_of_reconciled(reconciled) for row in rows_for_search(paper_id, view)]
        yield PackagedTables(extraction, records_of_reconciled(paper_id, reconciled), rows)

"""Small tables made by hand, as r2p would have read and understood them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from r2p_tui.domain.ablations import Column, Delta, Direction, Kind, Role, Understanding, Worth
from r2p_tui.domain.table_routes import Difference, Reconciled
from r2p_tui.domain.tables import Box, Cell, Table
from r2p_tui.pdf.sandbox import EXTRACTOR_VERSION
from r2p_tui.services.desk import Desk
from r2p_tui.services.table_views import records_of_reconciled, rows_for_search, view_of_stored
from r2p_tui.store.tables import TableExtraction, replace_tables

Grid = Sequence[Sequence[str]]
NOW = datetime(2026, 11, 20, 8, 2, tzinfo=UTC)


def table(rows: Grid, *, header_rows: int = 1, number: str = "3", part: str = "", **facts: object) -> Table:
    """A table of plain cells; empty texts are no cells."""
    cells = tuple(
        Cell(row, column, text, page=7, box=Box(100.0, 100.0 + 10 * row, 120.0, 110.0 + 10 * row))
        for row, line in enumerate(rows)
        for column, text in enumerate(line)
        if text
    )
    values: dict[str, object] = {
        "caption": "What each part of the detector is worth on COCO val2017, measured on one T4.",
        "page": 7, "box": Box(50.0, 90.0, 300.0, 200.0), "route": "pdf", "confidence": 0.9,
    }  # fmt: skip
    return Table(number, part, header_rows=header_rows, cells=cells, **(values | facts))  # type: ignore[arg-type]


ABLATION = (
    ("", "mosaic", "matching", "AP", "AP_S", "latency (ms)"),
    ("full", "✓", "✓", "54.8", "36.1", "4.6"),
    ("no mosaic", "", "✓", "53.9", "34.8", "4.6"),
    ("no matching", "✓", "", "53.2", "33.75", "4.61"),
    ("neither", "", "", "51.0", "31.2", "10.5"),
)


def understanding(
    columns: Sequence[tuple[str, Role, Direction | None]],
    deltas: Sequence[tuple[int, int, float, bool | None]] = (),
    *,
    kind: Kind = "ablation",
    baseline_row: int | None = 1,
    worth: Sequence[tuple[str, int, float, bool | None]] = (),
) -> Understanding:
    """`columns` are (header, role, direction)."""
    return Understanding(
        kind,
        "rows take one part away at a time",
        0.97,
        tuple(
            Column(
                index, header, role, header if role == "metric" else None, None, direction, "a known metric"
            )
            for index, (header, role, direction) in enumerate(columns)
        ),
        baseline_row,
        "it has every part",
        tuple(Delta(row, column, value, None, better) for row, column, value, better in deltas),
        tuple(
            Worth(factor, column, value, "the row without it", better)
            for factor, column, value, better in worth
        ),
    )


ABLATION_MEANING = understanding(
    (
        ("", "label", None),
        ("mosaic", "factor", None),
        ("matching", "factor", None),
        ("AP", "metric", "up"),
        ("AP_S", "metric", "up"),
        ("latency (ms)", "metric", "down"),
    ),
    (
        (2, 3, -0.9, False),
        (2, 4, -1.3, False),
        (3, 3, -1.6, False),
        (3, 4, -2.35, False),
        (3, 5, 0.01, False),
        (4, 3, -3.8, False),
        (4, 4, -4.9, False),
        (4, 5, 5.9, False),
    ),
    worth=(("matching", 3, 1.6, True), ("mosaic", 3, 0.9, True)),
)


def steady_understanding(one: Table, *_: object) -> Understanding:
    """The hand-made meaning of Table 3; that of any other table is a main result without a baseline."""
    if one.number == "3":
        return ABLATION_MEANING
    columns: list[tuple[str, Role, Direction | None]] = [(name, "other", None) for name in one.rows[0]]
    return understanding(columns, kind="main result", baseline_row=None)


MAIN_RESULT = (
    ("Method", "Backbone", "AP", "AP50", "FPS"),
    ("ours", "R50", "54.8", "72.7", "108"),
    ("DINO", "R50", "50.9", "69.0", "5"),
)
TABLES = (
    table(MAIN_RESULT, number="2", caption="Comparison with other detectors on COCO val2017."),
    table(
        ABLATION,
        doubts=("One number of the page is not in the grid: 33.7.",),
        mentions=("Table 3 shows that both parts help small objects.",),
    ),
    table((("lr", "batch size"), ("1e-4", "16")), number="4", caption="Settings of all runs."),
)


def keep_tables(desk: Desk, paper_id: int, tables: Sequence[Table] = TABLES) -> None:
    """Put tables into the store as if they had just been read from the paper."""
    found = [_as_found(one) for one in tables]
    records = records_of_reconciled(paper_id, found)
    rows = [row for record in records for row in rows_for_search(paper_id, view_of_stored(record, []))]
    read = TableExtraction(
        paper_id=paper_id,
        state="ready",
        extractor_version=EXTRACTOR_VERSION,
        routes=["pdf", "tex"],
        extracted_at=NOW,
        tried_at=NOW,
    )
    with desk.store.write() as session:
        replace_tables(session, read, records, rows)


def _as_found(one: Table) -> Reconciled:
    """Table 3 differs from its TeX source in one cell, which the PDF route is unsure of."""
    if one.number != "3" or one.row_count < 4:
        return Reconciled(one, (), ("pdf",), "")
    cells = (
        replace(cell, confidence=0.62) if (cell.row, cell.column) == (3, 4) else cell for cell in one.cells
    )
    difference = Difference(3, 4, "33.75", "38.5", "tex")
    return Reconciled(
        replace(one, cells=tuple(cells)), (difference,), ("pdf", "tex"), "differs from TeX in 1 cell"
    )

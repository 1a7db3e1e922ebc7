"""Papers with tables in a store, put there as an extraction would, without any document."""

from __future__ import annotations

from datetime import UTC, datetime

from r2p_tui.domain.papers import IncomingPaper, Source
from r2p_tui.domain.table_routes import Reconciled
from r2p_tui.domain.tables import Box, Cell, Table
from r2p_tui.services.desk import Desk
from r2p_tui.services.table_views import records_of_reconciled, rows_for_search, views_of_reconciled
from r2p_tui.store.papers import save_papers
from r2p_tui.store.tables import TableExtraction, replace_tables
from r2p_tui.store.triage import TriageDecision, save_decision

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
Rows = tuple[tuple[str, ...], ...]

FREEBIES: Rows = (
    ("CutMix", "Mosaic", "Top-1", "AP_S"),
    ("", "", "77.9%", "18.1"),
    ("✓", "", "78.0%", "18.3"),
    ("", "✓", "78.1%", "19.0"),
    ("✓", "✓", "78.5%", "19.4"),
)
DETECTORS: Rows = (
    ("Method", "Backbone", "AP", "AP_S", "FPS (V100)"),
    ("SSD [3]", "VGG-16", "28.8", "10.9", "22"),
    ("YOLOv3 [5]", "Darknet-53", "33.0", "18.3", "20"),
    ("Ours", "Darknet-53", "43.5", "26.7", "62"),
)


def table(rows: Rows, number: str, caption: str, page: int = 7) -> Table:
    """A table with one header row and a box for every cell."""
    cells = tuple(
        Cell(row, column, text, page=page, box=Box(column, row, column + 1, row + 1))
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    )
    return Table(number, "", caption, page, Box(0, 0, 9, 9), "pdf", 1, cells)


def freebies(caption: str = "Table 4: Ablation study of the bag of freebies on COCO.") -> Table:
    return table(FREEBIES, "4", caption)


def detectors() -> Table:
    caption = "Table 8: Comparison of object detectors with state-of-the-art methods on the MS COCO dataset."
    return table(DETECTORS, "8", caption, page=11)


def put_tables(desk: Desk, arxiv_id: str, *tables: Table, keep: bool = False) -> int:
    """A paper with these tables; its number in the store."""
    paper = IncomingPaper(arxiv_id, 1, f"Paper {arxiv_id}", "", (), ("cs.CV",), Source.API)
    found = [Reconciled(one, (), (one.route,), "") for one in tables]
    with desk.store.write() as session:
        paper_id = save_papers(session, [paper], NOW).ids[arxiv_id]
        extraction = TableExtraction(
            paper_id=paper_id, state="ready", extractor_version=1, extracted_at=NOW, tried_at=NOW
        )
        views = views_of_reconciled(found)
        rows = [row for view in views for row in rows_for_search(paper_id, view)]
        replace_tables(session, extraction, records_of_reconciled(paper_id, found), rows)
        if keep:
            decision = TriageDecision(paper_id=paper_id, decision="keep", route="add", decided_at=NOW)
            save_decision(session, decision)
    return paper_id

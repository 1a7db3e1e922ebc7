"""Tables of a paper or a file: read once, kept, corrected by the user, and shown with what they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Literal

from r2p_tui.domain.table_corrections import Correction, correction_from_values, correction_values
from r2p_tui.domain.table_routes import reconcile
from r2p_tui.errors import NotFoundError, R2PError, StoreReadOnlyError, UsageError
from r2p_tui.pdf.sandbox import EXTRACTOR_VERSION
from r2p_tui.services.desk import Desk
from r2p_tui.services.document_files import fingerprint, kind_of_file
from r2p_tui.services.documents import KIND_NAMES, DocumentSource, attach_document, paper_of
from r2p_tui.services.table_cache import cached_extraction
from r2p_tui.services.table_reading import AskedRoute, Reading, read_paper
from r2p_tui.services.table_views import (
    TableView,
    records_of_reconciled,
    rows_for_search,
    view_of_stored,
    views_of_reconciled,
)
from r2p_tui.store.documents import documents_of
from r2p_tui.store.tables import (
    PaperTable,
    StoredTables,
    TableCorrection,
    TableExtraction,
    replace_rows,
    replace_tables,
    save_failure,
    stored_tables,
    undo_newest_correction,
)
from r2p_tui.text import clean_line

State = Literal["none", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class PaperTables:
    """What is known of a paper's tables, in document order.

    `reason` says why the last try failed; tables of an earlier one may be there all the same. `skipped` tells
    what could not be read, `stale` that a newer r2p, or a newer document, may give other tables. `failure` is
    the error of a try that was made just now.
    """

    paper_id: int
    state: State
    reason: str = ""
    views: tuple[TableView, ...] = ()
    extracted_at: datetime | None = None
    routes: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    stale: bool = False
    failure: R2PError | None = field(default=None, compare=False)


def tables_of_file(
    desk: Desk,
    path: Path,
    *,
    route: AskedRoute = "best",
    again: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[TableView, ...]:
    """The tables of a file that belongs to no paper; neither store nor network is touched.

    Raises DocumentError with the reason, UsageError for a route that the file does not offer.
    """
    kind = kind_of_file(path)
    if route not in ("best", kind):
        raise UsageError(
            f"{path.name} is a {KIND_NAMES[kind]}, which has no {route} route.", f"Use --route {kind}."
        )
    content = fingerprint(path)
    read = cached_extraction(_cache(desk), path, content.sha256, kind, again=again, cancelled=cancelled)
    return views_of_reconciled(reconcile({kind: read.tables}))


def load_tables(desk: Desk, paper_id: int) -> PaperTables:
    """What the store knows, without reading any document."""
    with desk.store.read() as session:
        stored = stored_tables(session, paper_id)
        documents = documents_of(session, paper_id)
    if stored.extraction is None:
        return PaperTables(paper_id, "none")
    extraction = stored.extraction
    return PaperTables(
        paper_id,
        "ready" if extraction.state == "ready" else "failed",
        extraction.reason,
        _views(stored.tables, stored.corrections),
        extraction.extracted_at,
        tuple(extraction.routes),
        tuple(extraction.skipped),
        extraction.extractor_version != EXTRACTOR_VERSION
        or any(extraction.documents.get(kind) != row.sha256 for kind, row in documents.items()),
    )


def load_table(desk: Desk, paper_id: int, key: str) -> TableView:
    """One table of a paper; raises NotFoundError."""
    with desk.store.read() as session:
        return _only_view(stored_tables(session, paper_id, key), key)


def extract_tables(
    desk: Desk,
    paper_id: int,
    *,
    now: datetime,
    route: AskedRoute = "best",
    again: bool = False,
    report: Callable[[str], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PaperTables:
    """Fetch what is missing, read it and keep the tables; a failure becomes a state with its reason.

    What was read before is not read again, and what failed is not tried again, unless `again` asks for it or
    the documents have changed. Corrections and claims stay. Raises NotFoundError, StoreError, and
    ExtractionCancelledError or SourceError where the user stopped it.
    """
    if desk.read_only:
        raise StoreReadOnlyError("What is read is kept in the store.", "Start again without --read-only.")
    source = DocumentSource(desk, paper_of(desk, paper_id), now, again, report, cancelled)
    with desk.store.read() as session:
        before = stored_tables(session, paper_id).extraction
    if not again and before is not None and _is_settled(before, _contents(source), route):
        return load_tables(desk, paper_id)
    reading = read_paper(source, _cache(desk), route, again=again, report=report)
    _keep(desk, paper_id, reading, _contents(source), now)
    return replace(load_tables(desk, paper_id), failure=reading.failure)


def correct(desk: Desk, paper_id: int, key: str, correction: Correction, *, now: datetime) -> TableView:
    """Keep a correction and show the table with it; raises NotFoundError, or UsageError for a bad fit."""
    with desk.store.write() as session:
        before = _only_view(stored_tables(session, paper_id, key), key)
        session.add(
            TableCorrection(
                paper_id=paper_id, table_key=key, correction=correction_values(correction), corrected_at=now
            )
        )
        session.flush()
        after = _only_view(stored_tables(session, paper_id, key), key)
        if after.unfit > before.unfit:
            raise UsageError(
                f"That correction does not fit {before.table.name}.", "Look at the table as it is now."
            )
        replace_rows(session, paper_id, key, rows_for_search(paper_id, after))
    return after


def undo_correction(desk: Desk, paper_id: int, key: str, *, now: datetime) -> TableView:
    """Take back the newest correction of a table; raises NotFoundError, UsageError where there is none."""
    with desk.store.write() as session:
        undone = undo_newest_correction(session, paper_id, key, now)
        view = _only_view(stored_tables(session, paper_id, key), key)
        if not undone:
            raise UsageError(f"{view.table.name} has no correction to undo.", "It is as it was read.")
        replace_rows(session, paper_id, key, rows_for_search(paper_id, view))
    return view


def corrections_of(desk: Desk, paper_id: int, key: str) -> list[Correction]:
    """The corrections of a table that are in force, oldest first."""
    with desk.store.read() as session:
        stored = stored_tables(session, paper_id, key)
    return [correction_from_values(row.correction) for row in stored.corrections]


def _keep(desk: Desk, paper_id: int, reading: Reading, documents: dict[str, str], now: datetime) -> None:
    failure = reading.failure
    extraction = TableExtraction(
        paper_id=paper_id,
        state="failed" if failure else "ready",
        reason=_reason(failure) if failure else "",
        extractor_version=EXTRACTOR_VERSION,
        asked_route=reading.asked,
        routes=list(reading.by_route),
        documents=documents,
        skipped=reading.skipped,
        extracted_at=None if failure else now,
        tried_at=now,
    )
    tables = [] if failure else records_of_reconciled(paper_id, reading.tables())
    with desk.store.write() as session:
        if failure:
            save_failure(session, extraction)
            return
        kept = stored_tables(session, paper_id).corrections
        views = _views(tables, kept)
        rows = [row for view in views for row in rows_for_search(paper_id, view)]
        replace_tables(session, extraction, tables, rows)


def _is_settled(before: TableExtraction, documents: dict[str, str], route: AskedRoute) -> bool:
    """Whether another try would read the same; where there is no document, it was the way out that failed."""
    asked_the_same = before.asked_route == route and before.extractor_version == EXTRACTOR_VERSION
    return asked_the_same and bool(documents) and before.documents == documents


def _contents(source: DocumentSource) -> dict[str, str]:
    """The SHA-256 of the document of each kind."""
    return {kind: document.sha256 for kind, document in source.at_hand().items()}


def _views(tables: Sequence[PaperTable], corrections: Sequence[TableCorrection]) -> tuple[TableView, ...]:
    ordered = sorted(corrections, key=lambda row: row.table_key)
    by_table = {key: list(rows) for key, rows in groupby(ordered, key=lambda row: row.table_key)}
    return tuple(view_of_stored(table, by_table.get(table.table_key, [])) for table in tables)


def _only_view(stored: StoredTables, key: str) -> TableView:
    if stored.tables:
        return _views(stored.tables, stored.corrections)[0]
    if not stored.keys:
        raise NotFoundError("No tables of this paper are known.", "Read them with: r2p tables PAPER")
    keys = ", ".join(stored.keys)
    raise NotFoundError(f"This paper has no table {clean_line(key)[:40]}.", f"Tables: {keys}.")


def _reason(error: R2PError) -> str:
    return f"{error.message} {error.hint}".strip()


def _cache(desk: Desk) -> Path:
    return desk.paths.cache / "tables"


__all__ = [
    "AskedRoute",
    "PaperTables",
    "TableView",
    "attach_document",
    "correct",
    "corrections_of",
    "extract_tables",
    "load_table",
    "load_tables",
    "tables_of_file",
    "undo_correction",
]

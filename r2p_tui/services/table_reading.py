"""Read a paper's documents by every route that was asked for, and say what stood in the way of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from r2p_tui.domain.table_routes import Reconciled, reconcile
from r2p_tui.domain.tables import Route, Table
from r2p_tui.errors import DocumentError, R2PError, SourceError
from r2p_tui.pdf.sandbox import DocumentKind, Extraction, ExtractionCancelledError
from r2p_tui.services.documents import KIND_NAMES, DocumentSource, path_of
from r2p_tui.services.table_cache import cached_extraction

AskedRoute = Literal["best", "pdf", "tex", "html"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What each route gave, or why it gave nothing."""

    asked: AskedRoute
    by_route: dict[DocumentKind, Extraction] = field(default_factory=dict)
    refused: dict[DocumentKind, R2PError] = field(default_factory=dict)

    @property
    def failure(self) -> R2PError | None:
        """Why there is no answer to what was asked; the first reason where no route led anywhere."""
        if self.asked != "best":
            return self.refused.get(self.asked)
        return None if self.by_route else next(iter(self.refused.values()))

    @property
    def skipped(self) -> list[str]:
        """What could not be read, one sentence each."""
        refused = [f"{KIND_NAMES[kind]}: {error.message}" for kind, error in self.refused.items()]
        return refused + [line for one in self.by_route.values() for line in one.skipped]

    def tables(self) -> list[Reconciled]:
        """One table for each of the paper, of the best route or the one that was asked for."""
        by_route: dict[Route, tuple[Table, ...]] = {kind: one.tables for kind, one in self.by_route.items()}
        return reconcile(by_route, prefer=None if self.asked == "best" else self.asked)


def read_paper(
    source: DocumentSource, cache: Path, asked: AskedRoute, *, again: bool, report: Callable[[str], None]
) -> Reading:
    """Fetch and read what the route needs; raises ExtractionCancelledError, and SourceError when stopped."""
    reading = Reading(asked)
    for kind in _kinds(source, reading):
        try:
            document = source.get(kind)
            report(f"Reading the {KIND_NAMES[kind]}")
            reading.by_route[kind] = cached_extraction(
                cache,
                path_of(source.desk, document),
                document.sha256,
                kind,
                again=again,
                cancelled=source.cancelled,
            )
        except ExtractionCancelledError:
            raise
        except (DocumentError, SourceError) as error:
            if source.cancelled():
                raise
            reading.refused[kind] = error
    return reading


def _kinds(source: DocumentSource, reading: Reading) -> Iterator[DocumentKind]:
    """What to read, one after the other: the web page only where there is no TeX, to spare arXiv a request.

    A PDF at hand is read beside any route, since it alone knows pages and places.
    """
    if reading.asked == "best":
        yield from ("pdf", "tex")
        if "tex" not in reading.by_route:
            yield "html"
        return
    yield reading.asked
    if reading.asked != "pdf" and "pdf" in source.at_hand():
        yield "pdf"

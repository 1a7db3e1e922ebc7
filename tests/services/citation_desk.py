"""A desk whose Semantic Scholar and OpenAlex are servers on loopback, and pages as they were recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from r2p_tui.config import OpenAlexSettings, SemanticScholarSettings, Settings, TriageSettings
from r2p_tui.domain.citation_windows import Window
from r2p_tui.domain.citations import Direction, IncomingWork
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from r2p_tui.sources.semantic_scholar import CitationPage, SemanticScholar
from r2p_tui.store.work_saving import save_works

NOW = datetime(2026, 9, 21, 8, tzinfo=UTC)
CHAIN = "CorpusID:14514057"
CHAIN_ROWS, CHAIN_PAGES = 1_881, 19
ROOT = IncomingWork(
    title="A work that many cite, with more pages than one",
    arxiv_id="2304.08069",
    authors=("Ada Example",),
    year=2023,
    published_on=date(2023, 4, 17),
    citation_count=1000,
)


def citation_desk(paths: Paths, url: str, *, offline: bool = False, keywords: tuple[str, ...] = ()) -> Desk:
    """A desk that asks `url` and nobody else."""
    settings = Settings(
        semantic_scholar=SemanticScholarSettings(url),
        openalex=OpenAlexSettings(url),
        triage=TriageSettings(keywords=keywords),
    )
    return Desk(paths, settings, offline=offline)


def stored(desk: Desk, *works: IncomingWork, now: datetime = NOW) -> list[int]:
    """The ids of works that are in the store from now on."""
    with desk.store.write() as session:
        return save_works(session, works, now)


def paged(rows: int, fields: str | None = None) -> Callable[..., SemanticScholar]:
    """In the place of `open_semantic_scholar`: pages of so many rows, with the fields of a recording."""

    class Paged(SemanticScholar):
        def citations(
            self,
            reference: str,
            *,
            direction: Direction = "citations",
            offset: int = 0,
            window: Window | None = None,
            page_rows: int = rows,
        ) -> CitationPage:
            return super().citations(
                reference, direction=direction, offset=offset, window=window, page_rows=page_rows
            )

    def opened(desk: Desk, **options: Any) -> SemanticScholar:
        options |= {"citation_fields": fields} if fields else {}
        return Paged(desk.settings.semantic_scholar, desk.paths.limiter, **options)

    return opened

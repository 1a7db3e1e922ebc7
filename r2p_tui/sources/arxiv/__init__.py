"""arXiv: feed, harvests by OAI-PMH, query API and documents, all through one polite session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from r2p_tui.config import ArxivSettings
from r2p_tui.domain.papers import IncomingPaper
from r2p_tui.sources.arxiv import api, documents, feed, oai
from r2p_tui.sources.arxiv.api import BATCH
from r2p_tui.sources.arxiv.documents import DocumentKind, FetchedDocument
from r2p_tui.sources.arxiv.feed import Feed, Line
from r2p_tui.sources.arxiv.oai import Page, Record, TokenExpiredError
from r2p_tui.sources.http import PoliteSession

_HOSTS = ("arxiv.org", "www.arxiv.org", "export.arxiv.org", "rss.arxiv.org", "oaipmh.arxiv.org")


class Arxiv:
    """arXiv as the settings name its addresses; for one thread, and to be closed."""

    def __init__(
        self,
        settings: ArxivSettings,
        limits: Path,
        *,
        now: datetime,
        notice: Callable[[str], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._session = PoliteSession(
            "arXiv",
            bases=(settings.api_url, settings.feed_url, settings.oai_url, settings.files_url),
            hosts=_HOSTS,
            limits=limits,
            now=now,
            notice=notice,
            cancelled=cancelled,
        )

    def feed(self, listing: str, *, etag: str | None = None, last_modified: str | None = None) -> Feed | None:
        """The daily feed of a listing; None where it is the one that `etag` or `last_modified` belongs to."""
        return feed.fetch_feed(
            self._session, self._settings.feed_url, listing, etag=etag, last_modified=last_modified
        )

    def harvest(self, listing: str, *, since: date, token: str | None = None) -> Page:
        """A page of what changed in a listing since a day; raises TokenExpiredError to begin again."""
        return oai.fetch_page(self._session, self._settings.oai_url, listing, since=since, token=token)

    def papers(self, arxiv_ids: Sequence[str]) -> list[IncomingPaper]:
        """The newest version of each paper, with details; at most `BATCH` ids, unknown ones are left out."""
        return api.fetch_papers(self._session, self._settings.api_url, arxiv_ids)

    def search(self, query: str, limit: int) -> list[IncomingPaper]:
        """At most `limit` papers for a query in arXiv's own language."""
        return api.search_papers(self._session, self._settings.api_url, query, limit)

    def document(self, arxiv_id: str, kind: DocumentKind, *, version: int | None = None) -> FetchedDocument:
        """A document of a paper, of its newest version where none is named.

        Raises DocumentError where arXiv has none of that kind, SourceError for every other failure.
        """
        return documents.fetch_document(
            self._session, self._settings.files_url, arxiv_id, kind, version=version
        )


__all__ = [
    "BATCH",
    "Arxiv",
    "DocumentKind",
    "Feed",
    "FetchedDocument",
    "Line",
    "Page",
    "Record",
    "TokenExpiredError",
]

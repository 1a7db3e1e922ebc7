"""What a DOI stands for, asked of its registration agency by content negotiation (CSL JSON)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from r2p_tui.domain.papers import IncomingPaper, Source, find_code_url
from r2p_tui.errors import NotFoundError, SourceError
from r2p_tui.sources.http import PoliteSession, RefusedError
from r2p_tui.text import clean_line

DOI_URL = "https://doi.org"
_AGENCIES = ("api.crossref.org", "data.crosscite.org", "api.datacite.org", "data.datacite.org")
_CSL = "application/vnd.citationstyles.csl+json"
_INTERVAL = 1.0
_TAG = re.compile(r"<[^<>]*>")


class DoiResolver:
    """Asks doi.org and the agencies it redirects to, and nobody else; for one thread, and to be closed."""

    def __init__(
        self,
        limits: Path,
        *,
        now: datetime,
        base_url: str = DOI_URL,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._base_url = base_url
        self._session = PoliteSession(
            "doi.org",
            bases=(base_url,),
            hosts=_AGENCIES,
            limits=limits,
            now=now,
            interval=_INTERVAL,
            accept=_CSL,
            notice=notice,
        )

    def paper(self, doi: str) -> IncomingPaper:
        """The work behind a DOI; raises NotFoundError where it is not registered, SourceError otherwise."""
        try:
            answer = self._session.get(f"{self._base_url}/{quote(doi, safe='/')}")
        except RefusedError as error:
            if error.answer.status_code == 404:
                raise NotFoundError(
                    f"The DOI {doi} is not registered.", "Check it for a typing error."
                ) from error
            raise
        return parse_csl(answer.content, doi)


def parse_csl(body: bytes, doi: str) -> IncomingPaper:
    """A paper from its CSL JSON; raises SourceError for anything without a title."""
    try:
        record = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"The answer for the DOI {doi} is cut off or not JSON.", "Try again later."
        ) from error
    title = _line(record.get("title")) if isinstance(record, dict) else ""
    if not title:
        raise SourceError(f"The DOI {doi} is registered without a title.", "Add the paper by its arXiv id.")
    abstract = _line(record.get("abstract"))
    return IncomingPaper(
        arxiv_id=None,
        version=1,
        title=title,
        abstract=abstract,
        authors=tuple(_names(record.get("author"))),
        categories=(),
        source=Source.API,
        doi=doi.lower(),
        journal_ref=_line(record.get("container-title")) or None,
        code_url=find_code_url(abstract),
        published_at=_published(record.get("issued")),
    )


def _line(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return clean_line(unescape(_TAG.sub(" ", value))) if isinstance(value, str) else ""


def _names(authors: Any) -> Iterator[str]:
    for author in authors if isinstance(authors, list) else ():
        if isinstance(author, dict):
            parts = [_line(author.get(part)) for part in ("given", "family")]
            if name := " ".join(part for part in parts if part) or _line(author.get("literal")):
                yield name


def _published(issued: Any) -> datetime | None:
    """The day of issue; a missing month or day counts as the first."""
    try:
        year, month, day = (*issued["date-parts"][0], 1, 1)[:3]
        return datetime(int(year), int(month), int(day), tzinfo=UTC)
    except (TypeError, KeyError, IndexError, ValueError):
        return None

"""OpenAlex, the second source of citations: sorted by date, with abstracts, without the citing sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from r2p_tui.config import OpenAlexSettings
from r2p_tui.domain.citation_matching import arxiv_id_of_doi, plain_doi
from r2p_tui.domain.citations import IncomingWork
from r2p_tui.domain.papers import parse_arxiv_id
from r2p_tui.errors import NotFoundError, SourceBusyError, SourceError
from r2p_tui.sources.http import PoliteSession, RefusedError, Timing
from r2p_tui.sources.json_values import (
    day_of,
    dict_of,
    dicts_of,
    line_of,
    parse_json,
    plain_line,
    whole_of,
    year_of,
)
from r2p_tui.text import shorten

SERVICE = "OpenAlex"
PAGE_ROWS = 100
_FIELDS = ",".join(
    (
        "id",
        "doi",
        "display_name",
        "authorships",
        "publication_year",
        "publication_date",
        "primary_location",
        "locations",
        "abstract_inverted_index",
        "cited_by_count",
        "referenced_works_count",
    )
)
_INTERVAL = 0.2
_SLOW_DOWN = (429, 503)
_LATER = "Try again in a few minutes."
_WORK_ID = re.compile(r"W\d{1,12}", re.ASCII)
_ARXIV_HOSTS = ("arxiv.org", "www.arxiv.org", "export.arxiv.org")
_MOST_WORDS = 20_000
_MOST_AUTHORS = 1000


@dataclass(frozen=True, slots=True)
class WorksPage:
    """Works of one page, the newest first; `next_cursor` is None on the last one."""

    works: tuple[IncomingWork, ...]
    next_cursor: str | None


class OpenAlex:
    """OpenAlex at the address of the settings, for one thread.

    Calls raise NotFoundError for a work that is not known there, SourceBusyError where the day's share is
    used up, SourceError for what else fails.
    """

    def __init__(
        self,
        settings: OpenAlexSettings,
        limits: Path,
        *,
        now: datetime,
        api_key: str | None = None,
        notice: Callable[[str], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        timing: Timing | None = None,
    ) -> None:
        self._api_url, self._has_key = settings.api_url, bool(api_key)
        self._session = PoliteSession(
            SERVICE,
            bases=(settings.api_url,),
            limits=limits,
            now=now,
            interval=_INTERVAL,
            accept="application/json",
            own_parameters={"api_key": api_key} if api_key else {},
            slow_down=_SLOW_DOWN,
            notice=notice,
            cancelled=cancelled,
            timing=timing,
        )

    def work(self, reference: str) -> IncomingWork:
        """The work behind `ARXIV:2304.08069`, `DOI:10.1109/...` or `W2741809807`; one request."""
        url = f"{self._api_url}/works/{_path_of(reference)}?{urlencode({'select': _FIELDS}, safe=',')}"
        work = work_of(dict_of(self._value(url, reference)))
        if work is None:
            raise SourceError(f"{SERVICE} sent a work without an id and a title.", _LATER)
        return work

    def citations(self, openalex_id: str, *, cursor: str = "*", since: date | None = None) -> WorksPage:
        """One page of the works that cite a work, published on or after `since`; one request."""
        if not _WORK_ID.fullmatch(openalex_id):
            raise ValueError("not an id of OpenAlex")
        published = f",from_publication_date:{since.isoformat()}" if since else ""
        parameters = {
            "filter": f"cites:{openalex_id}{published}",
            "sort": "publication_date:desc",
            "per-page": PAGE_ROWS,
            "cursor": cursor,
            "select": _FIELDS,
        }
        url = f"{self._api_url}/works?{urlencode(parameters, safe=',:*')}"
        return _page(self._value(url, openalex_id), cursor)

    def _value(self, url: str, reference: str) -> Any:
        try:
            return parse_json(self._session.get(url).content, SERVICE)
        except RefusedError as error:
            raise self._explained(error, reference) from error
        except SourceBusyError as error:
            if not self._has_key:
                error.hint = f"{error.hint.rstrip('.')}. A free key of your own allows more: see README."
            raise

    def _explained(self, error: RefusedError, reference: str) -> Exception:
        status = error.answer.status_code
        if status in (404, 410):
            return NotFoundError(
                f"{SERVICE} does not know {shorten(line_of(reference), 80)}.",
                "Check the id; a new paper is known there after some days.",
            )
        if status in (401, 403) and self._has_key:
            return SourceError(
                f"{SERVICE} does not accept your key (status {status}).",
                "Check the key, or take it away: r2p works without one.",
            )
        if status in (401, 403):
            return SourceError(
                f"{SERVICE} does not answer without a key (status {status}).",
                "A key of your own is free: see README.",
            )
        return error


def _path_of(reference: str) -> str:
    """The reference as part of an address: works of arXiv are known by the DOI that arXiv gives them."""
    kind, _, value = reference.partition(":")
    if kind.upper() == "ARXIV":
        return f"doi:10.48550/arxiv.{quote(value, safe='/')}"
    if kind.upper() == "DOI":
        return f"doi:{quote(value, safe='/')}"
    return quote(reference, safe="")


def _page(value: Any, cursor: str) -> WorksPage:
    body = dict_of(value)
    results, meta = body.get("results"), dict_of(body.get("meta"))
    if not isinstance(results, list):
        raise SourceError(f"{SERVICE} sent a page without works.", _LATER)
    following = meta.get("next_cursor")
    if following == cursor:
        raise SourceError(f"{SERVICE} leads from page to page without end.", _LATER)
    works = tuple(work for result in dicts_of(results) if (work := work_of(result)))
    has_more = results and isinstance(following, str) and following
    return WorksPage(works, following if has_more else None)


def work_of(record: dict[str, Any]) -> IncomingWork | None:
    """A work from its JSON; None where it has neither an id nor a title."""
    doi = plain_doi(line_of(record.get("doi")))
    arxiv_id = arxiv_id_of_doi(doi) or _arxiv_id(record)
    venue = dict_of(dict_of(record.get("primary_location")).get("source")).get("display_name")
    work = IncomingWork(
        title=plain_line(record.get("display_name")),
        openalex_id=_openalex_id(record.get("id")),
        arxiv_id=arxiv_id,
        doi=None if arxiv_id and arxiv_id_of_doi(doi) == arxiv_id else doi,
        authors=tuple(_names(record))[:_MOST_AUTHORS],
        year=year_of(record.get("publication_year")),
        published_on=day_of(record.get("publication_date")),
        venue=plain_line(venue),
        abstract=abstract_of(record.get("abstract_inverted_index")),
        citation_count=whole_of(record.get("cited_by_count")),
        reference_count=whole_of(record.get("referenced_works_count")),
    )
    return work if any((work.title, work.openalex_id, work.arxiv_id, work.doi)) else None


def _openalex_id(value: Any) -> str | None:
    name = line_of(value).rpartition("/")[2]
    return name if _WORK_ID.fullmatch(name) else None


def _arxiv_id(record: dict[str, Any]) -> str | None:
    """The arXiv id where one of the places at which the work lies is arXiv."""
    for location in dicts_of(record.get("locations")):
        try:
            address = urlsplit(line_of(location.get("landing_page_url")))
            host = address.hostname
        except ValueError:
            continue
        page, _, rest = unquote(address.path).strip("/").partition("/")
        reference = parse_arxiv_id(rest) if host in _ARXIV_HOSTS and page == "abs" else None
        if reference:
            return reference.value
    return None


def _names(record: dict[str, Any]) -> Iterator[str]:
    for authorship in dicts_of(record.get("authorships")):
        if name := line_of(dict_of(authorship.get("author")).get("display_name")):
            yield name


def abstract_of(index: Any) -> str:
    """The text of `{word: [positions]}`; gaps are closed, and what is no abstract gives no text."""
    places: list[tuple[int, str]] = []
    for word, positions in dict_of(index).items():
        for position in positions if isinstance(positions, list) else ():
            if whole_of(position) is not None and len(places) < _MOST_WORDS:
                places.append((position, word))
    return plain_line(" ".join(word for _, word in sorted(places)))

"""Semantic Scholar: who cites a paper, in which sentences, and what a paper cites.

The package `semanticscholar` knows addresses and models; requests go through our own session, which paces
and bounds them and explains what goes wrong. Where the package loses or breaks something, we call ourselves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

from r2p_tui.config import SemanticScholarSettings
from r2p_tui.domain.citation_windows import Window, as_parameter
from r2p_tui.domain.citations import Direction, IncomingCitation, IncomingWork
from r2p_tui.errors import NotFoundError, SourceBusyError, SourceError
from r2p_tui.sources.http import Answer, PoliteSession, RefusedError, Timing
from r2p_tui.sources.json_values import dict_of, line_of, parse_json
from r2p_tui.sources.semantic_scholar_rows import PAPER_FIELDS, citation_of, readable, work_of
from r2p_tui.text import shorten

if TYPE_CHECKING:
    from semanticscholar.AsyncSemanticScholar import AsyncSemanticScholar

T = TypeVar("T")
SERVICE = "Semantic Scholar"
BATCH = 500
PAGE_ROWS = 1000
REACH = 9_999
"""How many rows of an answer can be reached by offset; more need windows of publication days."""
CITATION_FIELDS = ",".join(("contexts", "intents", "isInfluential", *PAPER_FIELDS))
_INTERVAL = 1.0
_SLOW_DOWN = (429, 503)
# Without a key all anonymous users share one pool: being refused is ordinary, and waiting helps.
_WITHOUT_KEY = Timing(patience=120.0, tries=6, hold=60.0, first_backoff_when_busy=4.0)
_LATER = "Try again in a few minutes."
_TOO_LARGE = "exceed maximum size"
_NO_VALID_ID = "no valid paper ids"


@dataclass(frozen=True, slots=True)
class CitationPage:
    """Rows of one page; `skipped` counts those that name no work.

    `next_offset` is None on the last page that can be reached; `capped` says that more rows lie behind it.
    """

    rows: tuple[IncomingCitation, ...]
    next_offset: int | None
    skipped: int
    capped: bool


class SemanticScholar:
    """Semantic Scholar at the address of the settings, for one thread.

    References are `ARXIV:2304.08069`, `DOI:10.1109/...` or an id of Semantic Scholar itself. Calls raise
    NotFoundError for a work that is not known there, SourceBusyError and SourceError for what else fails.
    """

    def __init__(
        self,
        settings: SemanticScholarSettings,
        limits: Path,
        *,
        now: datetime,
        api_key: str | None = None,
        notice: Callable[[str], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        timing: Timing | None = None,
        citation_fields: str = CITATION_FIELDS,
    ) -> None:
        self._api_url, self._citation_fields, self._has_key = settings.api_url, citation_fields, bool(api_key)
        self._session = PoliteSession(
            SERVICE,
            bases=(settings.api_url,),
            limits=limits,
            now=now,
            interval=_INTERVAL,
            accept="application/json",
            own_headers={"x-api-key": api_key} if api_key else {},
            slow_down=_SLOW_DOWN,
            notice=notice,
            cancelled=cancelled,
            timing=timing or (None if api_key else _WITHOUT_KEY),
        )

    def paper(self, reference: str) -> IncomingWork:
        """What is known of a paper, its number of citations above all; one request."""
        client = _client(self._api_url, _Requester(lambda url: self._paper(url, reference)))
        work = work_of(_finished(client.get_paper(_quoted(reference), list(PAPER_FIELDS))))
        if work is None:
            raise SourceError(f"{SERVICE} sent a paper without an id and a title.", _LATER)
        return work

    def _paper(self, url: str, reference: str) -> dict[str, Any]:
        return readable(dict_of(self._value(url, reference)))

    def citations(
        self,
        reference: str,
        *,
        direction: Direction = "citations",
        offset: int = 0,
        window: Window | None = None,
        page_rows: int = PAGE_ROWS,
    ) -> CitationPage:
        """One page of the works that cite a paper, or that it cites, in the service's own order.

        One request, more only where a page is too large. `window` keeps to works published in it.
        """
        limit = min(page_rows, PAGE_ROWS, REACH - offset)
        if limit <= 0:
            return CitationPage((), None, 0, capped=True)
        parameters: dict[str, str | int] = {"fields": self._citation_fields, "offset": offset}
        if window is not None and window != Window():
            parameters["publicationDateOrYear"] = as_parameter(window)
        address = f"{self._api_url}/graph/v1/paper/{_quoted(reference)}/{direction}"
        while True:
            url = f"{address}?{urlencode(parameters | {'limit': limit}, safe=',:')}"
            try:
                return _page(self._value(url, reference), direction, offset, limit)
            except _TooLargeError as error:
                limit //= 2
                if not limit:
                    raise error.refusal from error

    def batch(self, references: Sequence[str]) -> list[IncomingWork | None]:
        """The works in the order of at most 500 references, None for each that is not known; one request."""
        if len(references) > BATCH:
            raise ValueError(f"at most {BATCH} references a request")
        asked = list(dict.fromkeys(references))
        known = dict(zip(asked, self._batch(asked), strict=True)) if asked else {}
        return [known[reference] for reference in references]

    def _batch(self, asked: list[str]) -> list[IncomingWork | None]:
        from semanticscholar.Paper import Paper

        url = f"{self._api_url}/graph/v1/paper/batch?fields={','.join(PAPER_FIELDS)}"
        try:
            papers = parse_json(self._ask(lambda: self._session.post(url, {"ids": asked})).content, SERVICE)
        except RefusedError as error:
            if error.answer.status_code == 400 and _NO_VALID_ID in _reason(error).lower():
                return [None] * len(asked)
            raise self._explained(error, f"{len(asked)} papers") from error
        if not isinstance(papers, list) or len(papers) != len(asked):
            raise SourceError(f"{SERVICE} did not answer for each of {len(asked)} papers.", _LATER)
        return [work_of(Paper(readable(paper))) if isinstance(paper, dict) else None for paper in papers]

    def _value(self, url: str, reference: str) -> Any:
        try:
            return parse_json(self._ask(lambda: self._session.get(url)).content, SERVICE)
        except RefusedError as error:
            raise self._explained(error, reference) from error

    def _ask(self, request: Callable[[], Answer]) -> Answer:
        try:
            return request()
        except SourceBusyError as error:
            if not self._has_key and error.retry_after is None:
                error.hint = "Try again later, or use a key of your own: see README."
            raise

    def _explained(self, error: RefusedError, reference: str) -> Exception:
        status, reason = error.answer.status_code, _reason(error)
        if status == 404:
            return NotFoundError(
                f"{SERVICE} does not know {shorten(line_of(reference), 80)}.",
                "Check the id; a new paper is known there after a few days.",
            )
        if status == 400 and _TOO_LARGE in reason:
            return _TooLargeError(SourceError(f"{SERVICE} cannot send so much at once.", _LATER))
        if status in (401, 403):
            return self._forbidden(status)
        if reason:
            return SourceError(f"{SERVICE} refuses the request: {reason.rstrip('.')}.", "Check the id.")
        return error

    def _forbidden(self, status: int) -> SourceError:
        if self._has_key:
            return SourceError(
                f"{SERVICE} does not accept your key (status {status}).",
                "Check the key, or take it away: r2p works without one.",
            )
        return SourceError(
            f"{SERVICE} does not answer from this network (status {status}).",
            "Try another network, or use a key of your own: see README.",
        )


class _TooLargeError(Exception):
    """A page beyond the 10 MB that the service sends; `refusal` is what the user is told in the end."""

    def __init__(self, refusal: SourceError) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class _Requester:
    """Stands in for the package's way to the network: what it hands on is checked already."""

    def __init__(self, value: Callable[[str], dict[str, Any]]) -> None:
        self._value = value

    async def get_data_async(self, url: str, parameters: str, _headers: object) -> dict[str, Any]:
        return self._value(f"{url}?{parameters.lstrip('&')}")


def _client(api_url: str, requester: _Requester) -> AsyncSemanticScholar:
    # Imported here: the package brings a second HTTP client, which most commands never need.
    from semanticscholar.AsyncSemanticScholar import AsyncSemanticScholar

    with _root_logger_kept():
        client = AsyncSemanticScholar(api_url=api_url)
    client._requester = requester
    return client


@contextmanager
def _root_logger_kept() -> Iterator[None]:
    """The package sets up a root logger that has no handler, which would then write over the screen."""
    root, handler = logging.getLogger(), logging.NullHandler()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


def _finished(call: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing, in a thread with or without a loop."""
    try:
        call.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    call.close()
    raise AssertionError("nothing is awaited below")


def _quoted(reference: str) -> str:
    return quote(reference, safe=":/")


def _reason(error: RefusedError) -> str:
    """What the service says is wrong with a request; empty where it says nothing."""
    try:
        value = dict_of(parse_json(error.answer.content, SERVICE))
    except SourceError:
        return ""
    return shorten(line_of(value.get("error")) or line_of(value.get("message")), 200)


def _page(value: Any, direction: Direction, offset: int, limit: int) -> CitationPage:
    body = dict_of(value)
    data = body.get("data")
    if not isinstance(data, list):
        raise _without_rows(body, direction)
    found = [citation_of(row, direction) for row in data]
    rows = tuple(citation for citation in found if citation)
    following = _next_offset(body, offset) if data else None
    at_the_end = offset + limit >= REACH
    return CitationPage(
        rows,
        None if at_the_end else following,
        len(data) - len(rows),
        capped=at_the_end and (following is not None or len(data) >= limit),
    )


def _next_offset(body: dict[str, Any], offset: int) -> int | None:
    following = body.get("next")
    if not following:
        return None
    if not isinstance(following, int) or following <= offset:
        raise SourceError(f"{SERVICE} leads from page to page without end.", _LATER)
    return following


def _without_rows(body: dict[str, Any], direction: Direction) -> SourceError:
    """No rows at all is not the end of the rows; for references the publisher may have taken them away."""
    if "elided" in str(body.get("citingPaperInfo", "")):
        return SourceError(
            f"The publisher does not let {SERVICE} show what this paper cites.",
            "The paper's own PDF has its references.",
        )
    return SourceError(f"{SERVICE} sent a page of {direction} without rows.", _LATER)

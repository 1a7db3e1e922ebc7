"""arXiv's query API through the `arxiv` package, with its silences made audible."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import arxiv

from r2p_tui.domain.papers import IncomingPaper, Source, find_code_url, parse_arxiv_id
from r2p_tui.errors import SourceError, UsageError
from r2p_tui.sources.arxiv.xml import ATOM, first_doi, parse_tree, text_of
from r2p_tui.sources.http import Answer, PoliteSession, RefusedError
from r2p_tui.text import clean_line

BATCH = 100
_TRIES_OF_AN_EMPTY_PAGE = 3
_LATER = "Try again in a few minutes."
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
# Without a handler its warnings would be written over the screen.
logging.getLogger(arxiv.__name__).addHandler(logging.NullHandler())


def fetch_papers(session: PoliteSession, api_url: str, arxiv_ids: Sequence[str]) -> list[IncomingPaper]:
    """The newest version of each paper, in one request for at most 100 ids; unknown ids are left out."""
    if len(arxiv_ids) > BATCH:
        raise ValueError(f"at most {BATCH} ids a request")
    if not arxiv_ids:
        return []
    return _run(session, api_url, arxiv.Search(id_list=list(arxiv_ids), max_results=len(arxiv_ids)))


def search_papers(session: PoliteSession, api_url: str, query: str, limit: int) -> list[IncomingPaper]:
    """At most `limit` papers that answer a query in arXiv's own language, most relevant first."""
    return _run(session, api_url, arxiv.Search(query=query, max_results=limit))


def _run(session: PoliteSession, api_url: str, search: arxiv.Search) -> list[IncomingPaper]:
    size = min(int(search.max_results), BATCH)
    # The session paces and retries; the package would do it without looking at what the server asks for.
    client = arxiv.Client(page_size=size, delay_seconds=0, num_retries=0)
    client.query_url_format = f"{api_url}?{{}}"
    checked = _CheckedPages(session)
    client._session = checked
    try:
        found = list(client.results(search))
    except (arxiv.ArxivError, ValueError) as error:
        raise SourceError("arXiv sent papers that r2p cannot read.", _LATER) from error
    if len(found) < min(checked.total, int(search.max_results)):
        raise SourceError("arXiv sent papers that r2p cannot read.", _LATER)
    return [paper for result in found if (paper := _paper(result))]


class _CheckedPages:
    """Stands in for the package's session: every page is parsed strictly before the package sees it."""

    def __init__(self, session: PoliteSession) -> None:
        self._session = session
        self.total = 0

    def get(self, url: str, headers: dict[str, str]) -> Answer:
        start = int(parse_qs(urlsplit(url).query).get("start", ["0"])[0])
        # arXiv sometimes sends an empty page in the middle of a result; asked again, it sends the papers.
        for _ in range(_TRIES_OF_AN_EMPTY_PAGE):
            answer, entries = self._page(url, headers)
            if entries or start >= self.total:
                return answer
        raise SourceError(f"arXiv sent {start} of {self.total} papers and then stopped.", _LATER)

    def _page(self, url: str, headers: dict[str, str]) -> tuple[Answer, int]:
        try:
            answer = self._session.get(url, headers)
        except RefusedError as error:
            raise _as_refusal(error) from error
        tree = parse_tree(answer.content, f"{ATOM}feed", "The answer of arXiv")
        entries = tree.findall(f"{ATOM}entry")
        for entry in entries:
            _refuse_error_entry(entry)
        total = text_of(tree, _TOTAL)
        if not total.isdecimal():
            raise SourceError("arXiv did not say how many papers it found.", _LATER)
        self.total = int(total)
        return answer, len(entries)


def _as_refusal(error: RefusedError) -> SourceError | UsageError:
    """A bad request with what arXiv says is wrong with it, where it says so."""
    try:
        tree = parse_tree(error.answer.content, f"{ATOM}feed", "The answer of arXiv")
    except SourceError:
        return error
    reason = text_of(tree, f"{ATOM}entry/{ATOM}summary")
    if not reason:
        return error
    return UsageError(f"arXiv refuses the request: {reason}.", "Check the id or the query.")


def _refuse_error_entry(entry: Element) -> None:
    if "/api/errors" in text_of(entry, f"{ATOM}id"):
        raise SourceError(
            f"arXiv reports an error: {text_of(entry, f'{ATOM}summary') or 'no reason given'}.",
            "Check the query, or try again later.",
        )


def _paper(result: arxiv.Result) -> IncomingPaper | None:
    reference = parse_arxiv_id(result.get_short_id())
    title = clean_line(result.title)
    if reference is None or not title:
        return None
    abstract, comment = clean_line(result.summary), clean_line(result.comment or "") or None
    version = reference.version or 1
    dates = {1: result.published, version: result.updated}
    return IncomingPaper(
        arxiv_id=reference.value,
        version=version,
        title=title,
        abstract=abstract,
        authors=tuple(_names(result)),
        categories=tuple(dict.fromkeys(clean_line(term) for term in result.categories)),
        source=Source.API,
        primary_category=clean_line(result.primary_category) or None,
        doi=first_doi(clean_line(result.doi or "")),
        comment=comment,
        journal_ref=clean_line(result.journal_ref or "") or None,
        code_url=find_code_url(comment, abstract),
        published_at=result.published,
        updated_at=result.updated,
        version_dates=tuple(sorted(dates.items())),
    )


def _names(result: arxiv.Result) -> Iterator[str]:
    for author in result.authors:
        if name := clean_line(author.name):
            yield name

"""The daily Atom feed of one listing: what arXiv announced on one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args
from urllib.parse import quote
from xml.etree.ElementTree import Element

from r2p_tui.domain.announcements import eastern_day
from r2p_tui.domain.papers import (
    AnnounceKind,
    Announcement,
    IncomingPaper,
    Source,
    find_code_url,
    parse_arxiv_id,
)
from r2p_tui.errors import SourceError
from r2p_tui.sources.arxiv.xml import ARXIV, ATOM, first_doi, moment, parse_tree, split_authors, text_of
from r2p_tui.sources.http import PoliteSession
from r2p_tui.text import clean_line

_DC = "{http://purl.org/dc/elements/1.1/}"
_KINDS = frozenset(get_args(AnnounceKind))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a listing: the paper, and how it was announced."""

    paper: IncomingPaper
    announcement: Announcement


@dataclass(frozen=True, slots=True)
class Feed:
    """A day's feed; `day` (US Eastern) is None where it has no line, `unreadable` counts broken entries.

    `etag` and `last_modified` go into the next request, so that an unchanged feed is not sent again.
    """

    lines: tuple[Line, ...]
    day: date | None
    unreadable: int = 0
    etag: str | None = None
    last_modified: str | None = None


def fetch_feed(
    session: PoliteSession, feed_url: str, listing: str, *, etag: str | None, last_modified: str | None
) -> Feed | None:
    """The feed as it is now, or None where it has not changed since `etag` or `last_modified`.

    Raises SourceError; one category a request, because an over-full feed loses its new papers.
    """
    asked = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = {name: value for name, value in asked.items() if value}
    answer = session.get(f"{feed_url}/{quote(listing)}", headers)
    if answer.status_code == 304:
        return None
    feed = parse_feed(answer.content, listing)
    return Feed(
        feed.lines, feed.day, feed.unreadable, answer.headers.get("ETag"), answer.headers.get("Last-Modified")
    )


def parse_feed(body: bytes, listing: str) -> Feed:
    """A feed from its bytes; raises SourceError for a body that is cut off or of another kind."""
    tree = parse_tree(body, f"{ATOM}feed", f"The feed of {listing}")
    if "feed error" in text_of(tree, f"{ATOM}title").lower():
        raise SourceError(
            f"arXiv does not know the category {listing}.", "Mend arxiv.categories in config.toml."
        )
    entries = tree.findall(f"{ATOM}entry")
    lines = [line for entry in entries if (line := _line(entry, listing))]
    if entries and not lines:
        raise SourceError(
            f"The feed of {listing} has entries that r2p cannot read.", "Look for a newer version of r2p."
        )
    day = max((line.announcement.announced_on for line in lines), default=None)
    return Feed(tuple(lines), day, len(entries) - len(lines))


def _line(entry: Element, listing: str) -> Line | None:
    reference = parse_arxiv_id(text_of(entry, f"{ATOM}id").removeprefix("oai:arXiv.org:"))
    title, kind = text_of(entry, f"{ATOM}title"), text_of(entry, f"{ARXIV}announce_type")
    published = moment(entry.findtext(f"{ATOM}published") or "")
    if reference is None or not title or kind not in _KINDS or published is None:
        return None
    abstract = text_of(entry, f"{ATOM}summary").partition("Abstract:")[2].strip()
    terms = (clean_line(element.get("term", "")) for element in entry.findall(f"{ATOM}category"))
    version = reference.version or 1
    paper = IncomingPaper(
        arxiv_id=reference.value,
        version=version,
        title=title,
        abstract=abstract,
        authors=split_authors(text_of(entry, f"{_DC}creator")),
        categories=tuple(dict.fromkeys(term for term in terms if term)),
        source=Source.FEED,
        doi=first_doi(text_of(entry, f"{ARXIV}DOI")),
        journal_ref=text_of(entry, f"{ARXIV}journal_reference") or None,
        license=text_of(entry, f"{_DC}rights") or None,
        code_url=find_code_url(abstract),
    )
    # Listings are published at midnight Eastern; a feed an hour off around summer time means the same day.
    day = eastern_day(published + timedelta(hours=1))
    return Line(paper, Announcement(reference.value, version, listing, kind, day))  # type: ignore[arg-type]

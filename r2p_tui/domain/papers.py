"""What a paper is called and what a source may say of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from r2p_tui.errors import UsageError

AnnounceKind = Literal["new", "cross", "replace", "replace-cross"]

_NEW_ID = r"\d{4}\.\d{4,5}"
_OLD_ID = r"[a-z]+(?:-[a-z]+)*(?:\.[A-Z]{2})?/\d{7}"
_ARXIV_ID = re.compile(rf"({_NEW_ID}|{_OLD_ID})(?:v([1-9]\d{{0,2}}))?", re.ASCII)
_DOI = re.compile(r"10\.\d{4,9}/[^\s\x00-\x1f]+", re.ASCII)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_ARXIV_HOSTS = ("arxiv.org", "www.arxiv.org", "export.arxiv.org")
_ARXIV_PAGES = ("abs", "pdf", "html", "format", "src", "e-print")
_DOI_HOSTS = ("doi.org", "dx.doi.org", "www.doi.org")
_PREFIX = re.compile(r"^(arxiv|doi):\s*", re.IGNORECASE)
_PDF = re.compile(r"\.pdf$", re.IGNORECASE)
_SUBJECT_CLASS = re.compile(r"\.[A-Z]{2}/")
_CODE = re.compile(
    r"https?://(?:www\.)?(github\.com|gitlab\.com|huggingface\.co)/[\w.-]+/[\w.-]+", re.IGNORECASE
)


class Source(IntEnum):
    """Where a record came from, in order of how much it knows about a version."""

    FEED = 1
    OAI = 2
    API = 3


@dataclass(frozen=True, slots=True)
class PaperReference:
    """One paper as the user names it; `version` is None when any will do."""

    kind: Literal["arxiv", "doi"]
    value: str
    version: int | None = None

    def __str__(self) -> str:
        return self.value + (f"v{self.version}" if self.version else "")


@dataclass(frozen=True, slots=True)
class IncomingPaper:
    """One version of one paper as a source describes it, already cleaned, not yet in the store."""

    arxiv_id: str | None
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    source: Source
    primary_category: str | None = None
    doi: str | None = None
    comment: str | None = None
    journal_ref: str | None = None
    license: str | None = None
    code_url: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    version_dates: tuple[tuple[int, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Announcement:
    """That arXiv announced a version of a paper in a listing on a day (US Eastern)."""

    arxiv_id: str
    version: int
    listing: str
    kind: AnnounceKind
    announced_on: date


class PaperRow(NamedTuple):
    """What a list shows of a paper; light enough for tens of thousands of rows."""

    paper_id: int
    key: str
    title: str
    category: str
    published_on: date | None = None
    has_code: bool = False
    decision: str | None = None
    last_pass: int = 0
    relevance: int | None = None
    flags: int = 0
    score: float | None = None
    kind: str | None = None


def parse_arxiv_id(text: str) -> PaperReference | None:
    """The whole text as an arXiv id, new or old style, with or without a version; None if it is not one.

    An old id loses its subject class (`math.GT/0309136`), which arXiv itself leaves out.
    """
    match = _ARXIV_ID.fullmatch(text)
    if match is None:
        return None
    return PaperReference("arxiv", _SUBJECT_CLASS.sub("/", match[1]), int(match[2]) if match[2] else None)


def parse_reference(text: str) -> PaperReference:
    """An arXiv id, an arXiv address, a DOI or a DOI address; raises UsageError for anything else."""
    wanted = _PREFIX.sub("", text.strip())
    wanted = _named_in_address(wanted) or unquote(wanted)
    if arxiv_doi := _ARXIV_DOI.fullmatch(wanted):
        wanted = arxiv_doi[1]
    if reference := parse_arxiv_id(wanted):
        return reference
    if _DOI.fullmatch(wanted):
        return PaperReference("doi", wanted.lower())
    raise UsageError(
        f"“{text.strip()[:80]}” is not an arXiv id, an arXiv address or a DOI.",
        "For example: 2304.08069, https://arxiv.org/abs/2304.08069v3, 10.1109/CVPR.2017.106.",
    )


def _named_in_address(text: str) -> str | None:
    """What an address of arXiv or of the DOI resolver names, without its query; None for every other text."""
    try:
        address = urlsplit(text if "://" in text else f"//{text}")
        host, path = (address.hostname or "").lower(), unquote(address.path).strip("/")
    except ValueError:
        return None
    page, _, rest = path.partition("/")
    if host in _ARXIV_HOSTS and page in _ARXIV_PAGES:
        return _PDF.sub("", rest)
    return path if host in _DOI_HOSTS else None


def id_order(arxiv_id: str) -> tuple[int, int]:
    """A key that sorts ids by announcement: (year and month, number); ids of the old style come first."""
    number, _, rest = arxiv_id.partition(".")
    if "/" in arxiv_id:
        digits = arxiv_id.rpartition("/")[2]
        year = int(digits[:2])
        return ((1900 if year > 90 else 2000) + year) * 100 + int(digits[2:4]), int(digits[4:])
    return (2000 + int(number[:2])) * 100 + int(number[2:]), int(rest)


def year_of(row: PaperRow) -> int | None:
    """The year of a paper by its date, else by its arXiv id, which tells the month of version 1."""
    if row.published_on:
        return row.published_on.year
    return id_order(row.key)[0] // 100 if parse_arxiv_id(row.key) else None


def find_code_url(*texts: str | None) -> str | None:
    """The first repository address that a comment or abstract names, without trailing punctuation."""
    for text in texts:
        if text and (match := _CODE.search(text)):
            return match[0].rstrip(".,;)")
    return None


def author_line(authors: Iterable[str], limit: int = 6) -> str:
    """`N. Carion, F. Massa, … and 4 more`: initials, so that a line holds them."""
    names = list(authors)
    shown = ", ".join(_with_initials(name) for name in names[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")


def _with_initials(name: str) -> str:
    first, *rest = name.split()
    return f"{first[0]}. {' '.join(rest)}" if rest and len(first) > 2 else name

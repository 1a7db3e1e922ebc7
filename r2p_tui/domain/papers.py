"""What a paper is called and what a source may say of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Literal, NamedTuple

from r2p_tui.domain.paper_ids import PaperReference as PaperReference
from r2p_tui.domain.paper_ids import parse_arxiv_id as parse_arxiv_id
from r2p_tui.domain.paper_ids import parse_reference as parse_reference

AnnounceKind = Literal["new", "cross", "replace", "replace-cross"]

_CODE = re.compile(
    r"https?://(?:www\.)?(github\.com|gitlab\.com|huggingface\.co)/[\w.-]+/[\w.-]+", re.IGNORECASE
)


class Source(IntEnum):
    """Where a record came from, in order of how much it knows about a version."""

    FEED = 1
    OAI = 2
    API = 3


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

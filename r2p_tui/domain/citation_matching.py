"""When two descriptions are of one work, and what both say together."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from r2p_tui.domain.citations import IncomingWork
from r2p_tui.domain.papers import parse_arxiv_id

T = TypeVar("T")
_LEAST_WORDS = 4
_DOI = re.compile(r"10\.\d{4,9}/[^\s\x00-\x1f]+", re.ASCII)
_DOI_ADDRESS = re.compile(r"^(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z:]*(?:\s[^<>]{0,80})?/?>")
# \emph{x} and \mathcal{x} are x; \alpha stays a word; \'e is e.
_TEX_STYLE = re.compile(
    r"\\(?:emph|underline|mbox|mathrm|mathbf|mathit|mathcal|mathbb|mathsf|operatorname"
    r"|(?:text|small|large|tiny)[a-z]*|bf|it|em|tt|sc|rm)(?![A-Za-z])"
)
_TEX_ACCENT = re.compile(r"\\[\"'`^~=.](?=\{?[A-Za-z])|\\[cHkruv](?=\{[A-Za-z])")
_TEX_DOTLESS = re.compile(r"\\([ij])(?![A-Za-z])")
_TEX_MARK = re.compile(r"[{}$^]|(?<=\w)_(?=[\w{])|\\(?=[A-Za-z])")
_NO_WORD = re.compile(r"[\W_]+")
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "phd", "md"))
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
_PREPRINTS = re.compile(r"arxiv|corr\b|preprint|biorxiv|medrxiv|ssrn", re.IGNORECASE)


@lru_cache(maxsize=50_000)
def title_key(title: str) -> str:
    """A title as it is compared: no case, accents, punctuation, TeX or tags; single spaces between words."""
    text = _TEX_DOTLESS.sub(r"\1", _TAG.sub("", html.unescape(title)))
    text = _TEX_MARK.sub("", _TEX_ACCENT.sub("", _TEX_STYLE.sub("", text)))
    return _NO_WORD.sub(" ", _without_accents(text)).strip()


def _without_accents(text: str) -> str:
    parted = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(letter for letter in parted if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", kept).translate(_STROKES)


def plain_doi(doi: str | None) -> str | None:
    """A DOI in lower case without the resolver's address; None for what is no DOI."""
    wanted = _DOI_ADDRESS.sub("", (doi or "").strip())
    return wanted.lower() if _DOI.fullmatch(wanted) else None


def arxiv_id_of_doi(doi: str | None) -> str | None:
    """The arXiv id, without a version, that one of arXiv's own DOIs stands for; None for every other DOI."""
    found = _ARXIV_DOI.fullmatch(plain_doi(doi) or "")
    reference = parse_arxiv_id(_old_style(found[1])) if found else None
    return reference.value if reference else None


def _old_style(arxiv_id: str) -> str:
    """Lower-case `math.gt/0309136` with the subject class written as arXiv writes it."""
    return re.sub(r"\.[a-z]{2}(?=/)", lambda found: found[0].upper(), arxiv_id)


def same_work(one: IncomingWork, other: IncomingWork) -> bool:
    """Whether both describe one work: they share an id, or have title, year and first author in common.

    Two arXiv ids are two works; so are titles of fewer than four words, which several works may have.
    """
    if _shares_an_id(one, other):
        return True
    if one.arxiv_id and other.arxiv_id:
        return False
    return alike(
        (title_key(one.title), year_of(one), last_name(one.authors)),
        (title_key(other.title), year_of(other), last_name(other.authors)),
    )


def _shares_an_id(one: IncomingWork, other: IncomingWork) -> bool:
    pairs = (
        (one.s2_id, other.s2_id),
        (one.openalex_id, other.openalex_id),
        (one.arxiv_id, other.arxiv_id),
        (one.doi, other.doi),
    )
    return any(mine is not None and mine == yours for mine, yours in pairs)


def alike(one: tuple[str, int | None, str], other: tuple[str, int | None, str]) -> bool:
    """`same_work` without ids, for (title key, year or None, first author's `last_name`)."""
    (title, year, name), (other_title, other_year, other_name) = one, other
    if title != other_title or len(title.split()) < _LEAST_WORDS:
        return False
    near = year is None or other_year is None or abs(year - other_year) <= 1
    return near and name != "" and name == other_name


def year_of(work: IncomingWork) -> int | None:
    """The year a work says, else that of its day."""
    return work.year or (work.published_on.year if work.published_on else None)


def last_name(authors: tuple[str, ...]) -> str:
    """The first author's last name as it is compared, or empty: `L. Kaiser` and `Kaiser, L.` are `kaiser`."""
    if not authors:
        return ""
    family, comma, _ = authors[0].partition(",")
    words = _NO_WORD.sub(" ", _without_accents(family if comma else authors[0])).split()
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    return words[-1] if words else ""


def merged(first: IncomingWork, second: IncomingWork) -> IncomingWork:
    """One work from two descriptions: of each field what says more, the first's where both say as much."""
    return replace(
        first,
        title=first.title or second.title,
        s2_id=first.s2_id or second.s2_id,
        openalex_id=first.openalex_id or second.openalex_id,
        arxiv_id=first.arxiv_id or second.arxiv_id,
        doi=first.doi or second.doi,
        authors=_fuller(first.authors, second.authors, _author_worth),
        year=first.year or second.year,
        published_on=first.published_on or second.published_on,
        venue=_fuller(first.venue, second.venue, _venue_worth),
        abstract=_fuller(first.abstract, second.abstract, len),
        citation_count=_larger(first.citation_count, second.citation_count),
        influential_count=_larger(first.influential_count, second.influential_count),
        reference_count=_larger(first.reference_count, second.reference_count),
    )


def _fuller(mine: T, yours: T, worth: Callable[[T], int]) -> T:
    return yours if worth(yours) > worth(mine) else mine


def _author_worth(authors: tuple[str, ...]) -> int:
    """More authors say more; of as many, full names more than initials."""
    return len(authors) * 100_000 + min(sum(map(len, authors)), 99_999)


def _venue_worth(venue: str) -> int:
    """A journal or conference says more than a preprint server, that more than nothing."""
    return 0 if not venue.strip() else 1 if _PREPRINTS.search(venue) else 2


def _larger(mine: int | None, yours: int | None) -> int | None:
    known = [count for count in (mine, yours) if count is not None]
    return max(known, default=None)

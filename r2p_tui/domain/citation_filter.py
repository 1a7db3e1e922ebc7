"""Which citations a list shows, as the user writes it.

since:2023 since:2023-06          published from then on (a work known by its year only counts for all of it)
influential code keywords library  that is influential, has code, has a keyword of yours, was kept
class:replicates intent:method     of a class of evidence, with an intent; several mean any of them
word "two words" -word             in title, first author or venue; all of them, and none of the last
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from r2p_tui.domain.citations import Citation, EvidenceClass, Work
from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line, shorten

INTENTS = ("background", "methodology", "result")
MARKS = ("influential", "code", "keywords", "library")
FIELDS = ("since", "class", "intent")
MAX_LENGTH = 500
_EXAMPLE = "For example: since:2023 influential class:replicates -survey."
_TOKEN = re.compile(r"""\s*(-?)([a-z]+:)?(?:"((?:[^"]|"")*)"|([^\s"]+))(?=\s|$)""", re.IGNORECASE)
_WHEN = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


class FilterWord(NamedTuple):
    """Words that a work has, or must not have where `excluded`."""

    text: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class CitationFilter:
    """What a citation must be to be shown; an empty set or False asks for nothing."""

    since: date | None = None
    influential: bool = False
    intents: frozenset[str] = frozenset()
    classes: frozenset[EvidenceClass] = frozenset()
    code: bool = False
    keywords: bool = False
    library: bool = False
    words: tuple[FilterWord, ...] = ()


NO_FILTER = CitationFilter()


def parse_filter(text: str) -> CitationFilter:
    """The filter that a text says; raises UsageError, which names the word and the nearest known one."""
    if len(text) > MAX_LENGTH:
        raise UsageError(f"A filter has at most {MAX_LENGTH} characters.", "Leave some words out.")
    found = NO_FILTER
    for token in _tokens(text):
        found = _with_token(found, token)
    return found


class _Token(NamedTuple):
    shown: str
    excluded: bool
    name: str
    value: str
    quoted: bool


def _tokens(text: str) -> Iterator[_Token]:
    at, text = 0, clean_line(text)
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            column = text.find('"', at) + 1
            raise UsageError(f"The quote at column {column} is not closed or stands inside a word.", _EXAMPLE)
        minus, name, quoted, bare = found.groups()
        value = bare if quoted is None else quoted.replace('""', '"')
        yield _Token(
            found[0].strip(), bool(minus), (name or "").rstrip(":").lower(), value, quoted is not None
        )
        at = found.end()


def _with_token(found: CitationFilter, token: _Token) -> CitationFilter:
    if token.name:
        return _with_field(found, token)
    if token.value.endswith(":") and not token.quoted and token.value[:-1].lower() in FIELDS:
        raise _wrong(token, "needs a value", _EXAMPLE)
    if not token.quoted and token.value.lower() in MARKS:
        if token.excluded:
            raise _wrong(token, "cannot be excluded", 'Only words can; quote it to mean the word: -"code".')
        return _with_mark(found, token.value.lower())
    word = " ".join(token.value.split())
    return replace(found, words=(*found.words, FilterWord(word, token.excluded))) if word else found


def _with_mark(found: CitationFilter, name: str) -> CitationFilter:
    return replace(
        found,
        influential=found.influential or name == "influential",
        code=found.code or name == "code",
        keywords=found.keywords or name == "keywords",
        library=found.library or name == "library",
    )


def _with_field(found: CitationFilter, token: _Token) -> CitationFilter:
    if token.name not in FIELDS:
        near = _nearest(token.name, (*FIELDS, *MARKS))
        shown = f"{near}:" if near in FIELDS else near
        hint = f"Did you mean {shown}?" if near else f"Quote it to look for the words. {_EXAMPLE}"
        raise _wrong(token, "is not known to the filter", hint)
    if token.excluded:
        raise _wrong(token, "cannot be excluded", "Only words can: -survey.")
    return _READERS[token.name](found, token)


def _with_since(found: CitationFilter, token: _Token) -> CitationFilter:
    parts = _WHEN.fullmatch(token.value)
    try:
        day = date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1)) if parts else None
    except ValueError:
        day = None
    if day is None:
        raise _wrong(token, "is no year or day", "Write since:2023, since:2023-06 or since:2023-06-15.")
    return replace(found, since=day)


def _with_class(found: CitationFilter, token: _Token) -> CitationFilter:
    names = {_one_of(token, name, tuple(EvidenceClass)) for name in token.value.split(",")}
    return replace(found, classes=found.classes | {EvidenceClass(name) for name in names})


def _with_intent(found: CitationFilter, token: _Token) -> CitationFilter:
    names = {_one_of(token, name, INTENTS) for name in token.value.split(",")}
    return replace(found, intents=found.intents | names)


_READERS: dict[str, Callable[[CitationFilter, _Token], CitationFilter]] = {
    "since": _with_since,
    "class": _with_class,
    "intent": _with_intent,
}


def _one_of(token: _Token, name: str, known: tuple[str, ...]) -> str:
    """The one known name that begins so (`class:rep` is enough); raises UsageError."""
    wanted = name.strip().lower()
    begun = [each for each in known if wanted and each.startswith(wanted)]
    if len(begun) == 1:
        return begun[0]
    near = _nearest(wanted, known)
    hint = f"Did you mean {token.name}:{near}?" if near else f"Known are {', '.join(known)}."
    raise _wrong(token, f"names no {token.name}", hint)


def _nearest(word: str, known: tuple[str, ...]) -> str:
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.5)), "")


def _wrong(token: _Token, trouble: str, hint: str) -> UsageError:
    return UsageError(f"“{shorten(token.shown, 40)}” {trouble}.", hint)


def filter_words(wanted: CitationFilter) -> str:
    """The text that `parse_filter` reads as this filter."""
    parts = []
    if wanted.since:
        whole_year = (wanted.since.month, wanted.since.day) == (1, 1)
        parts.append(f"since:{wanted.since:%Y}" if whole_year else f"since:{wanted.since.isoformat()}")
    parts += [name for name in MARKS if getattr(wanted, name)]
    parts += [f"class:{name}" for name in EvidenceClass if name in wanted.classes]
    parts += [f"intent:{name}" for name in sorted(wanted.intents)]
    parts += [("-" if word.excluded else "") + _quoted(word.text) for word in wanted.words]
    return " ".join(parts)


def _quoted(word: str) -> str:
    plain = re.fullmatch(r"[^\s\":-][^\s\":]*", word) and word.lower() not in MARKS
    return word if plain else '"' + word.replace('"', '""') + '"'


def matches(citation: Citation, wanted: CitationFilter, with_keywords: Container[int] = ()) -> bool:
    """Whether a list shows the citation; `with_keywords` has the ids of works with a keyword of the user."""
    work = citation.work
    return (
        (not wanted.influential or citation.influential)
        and (not wanted.code or work.has_code)
        and (not wanted.library or work.decision == "keep")
        and (not wanted.keywords or work.work_id in with_keywords)
        and (not wanted.classes or citation.evidence_class in wanted.classes)
        and (not wanted.intents or not wanted.intents.isdisjoint(citation.intents))
        and (wanted.since is None or _is_since(work, wanted.since))
        and (not wanted.words or _has_words(work, wanted.words))
    )


def _is_since(work: Work, since: date) -> bool:
    if work.published_on is not None:
        return work.published_on >= since
    return work.year is not None and work.year >= since.year


def _has_words(work: Work, words: tuple[FilterWord, ...]) -> bool:
    text = f"{work.title}\n{work.first_author}\n{work.venue}".casefold()
    return all((word.text.casefold() in text) is not word.excluded for word in words)

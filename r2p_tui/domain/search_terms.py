"""Reads one term of a search: a word, a phrase, or a field with its value."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from r2p_tui.domain.papers import parse_reference
from r2p_tui.domain.reading import RED_FLAGS
from r2p_tui.domain.search_tree import (
    DECISIONS,
    SCOPES,
    Between,
    Category,
    Decided,
    Flag,
    Has,
    Identifier,
    Possession,
    Query,
    Range,
    Scope,
    Text,
    Waiting,
)
from r2p_tui.errors import UsageError
from r2p_tui.text import clean, shorten

_RANGES: Mapping[Range, tuple[int, int]] = {"year": (1900, 2999), "pass": (0, 3), "rel": (1, 5)}
_ALIASES = {
    "author": "au", "title": "ti", "abstract": "abs", "notes": "note", "category": "cat", "relevance": "rel",
    "flags": "flag", "surprises": "surprise",
}  # fmt: skip
FIELDS = (*SCOPES, "cat", *DECISIONS, "waiting", *_RANGES, "flag", "id", "code")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"(\*?)')
_CATEGORY = re.compile(r"[A-Za-z][A-Za-z-]*(?:\.(?:[A-Za-z-]+|\*))?")
_WHEN = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_BOUNDS = re.compile(r"(\d{1,4})?(\.\.)?(\d{1,4})?", re.ASCII)


class QueryError(UsageError):
    """A search that cannot be read; `column` counts from 1 and says where, and the hint shows it."""

    def __init__(self, query: str, column: int, message: str, hint: str) -> None:
        self.column = column
        shown = re.sub(r"\s", " ", clean(query))
        start = max(0, min(column - 30, len(shown) - 60))
        pointer = f"{shown[start : start + 60]}\n{' ' * (column - 1 - start)}^"
        super().__init__(message, f"{hint}\n{pointer}")


def has_letters(text: str) -> bool:
    """Whether there is anything in it that a word is made of."""
    return any(unicodedata.category(letter)[0] in "LN" for letter in text)


def no_letters(query: str, column: int, word: str) -> QueryError:
    """The error for a word that nothing could match."""
    return error_at(query, column, word, "has no letters or digits to search for", "Remove it.")


def read_term(query: str, column: int, word: str, *, typed: bool) -> Query:
    """The term at a column of the query; while it is `typed`, a bare word may go on. Raises QueryError."""
    name, colon, value = word.partition(":")
    if not colon or '"' in name:
        return _text(query, column, word, None, typed=typed)
    name = _ALIASES.get(name.lower(), name.lower())
    at = column + len(word) - len(value)
    if name in SCOPES and value:
        return _text(query, at, value, SCOPES[name], typed=typed)
    if name not in _READERS and not value and not _nearest_field(name):
        return _text(query, column, word.rstrip(":"), None, typed=typed)  # the colon of a pasted title
    if name not in _READERS:
        raise _unknown_field(query, column, name)
    return _READERS[name](_Value(query, at, name, _unquoted(value)))


def _text(query: str, column: int, value: str, scope: Scope | None, *, typed: bool) -> Text:
    quoted = _QUOTED.fullmatch(value)
    text = quoted[1].replace('""', '"') if quoted else value.rstrip("*").replace('"', " ").strip()
    beginning = bool(quoted[2]) if quoted else value.endswith("*")
    if not has_letters(text):
        raise no_letters(query, column, value)
    term = Text(re.sub(r"\s+", " ", text).strip(), scope, beginning)
    return replace(term, typed=True) if typed and not quoted and not beginning else term


def _unquoted(value: str) -> str:
    quoted = _QUOTED.fullmatch(value)
    return quoted[1].replace('""', '"') if quoted else value


@dataclass(frozen=True, slots=True)
class _Value:
    """What follows a field's colon, and where."""

    query: str
    column: int
    field: str
    text: str

    def wrong(self, expected: str) -> QueryError:
        if not self.text:
            column, word = self.column - len(self.field) - 1, f"{self.field}:"
            return error_at(self.query, column, word, "needs a value", f"For example {expected}.")
        trouble = f"does not fit the field {self.field}"
        return error_at(self.query, self.column, self.text, trouble, f"For example {expected}.")


def _read_category(value: _Value) -> Query:
    if not _CATEGORY.fullmatch(value.text):
        raise value.wrong("cat:cs.CV or cat:cs.*")
    return Category(value.text if "." in value.text else f"{value.text}.*")


def _read_decision(value: _Value) -> Query:
    if value.text and not _WHEN.fullmatch(value.text):
        raise value.wrong(f"{value.field}: or {value.field}:2026-11")
    return Decided(DECISIONS[value.field], value.text)


def _read_waiting(value: _Value) -> Query:
    if value.text:
        raise value.wrong("waiting: with nothing after it")
    return Waiting()


def _read_range(field: Range) -> Callable[[_Value], Query]:
    lowest, highest = _RANGES[field]
    example = f"{field}:{2024 if field == 'year' else highest - 1}"

    def read(value: _Value) -> Query:
        found = _BOUNDS.fullmatch(value.text)
        if found is None or not (found[1] or found[3]) or not (found[2] or found[3] is None):
            raise value.wrong(f"{example} or {example}..")
        low, high = (int(bound) if bound else None for bound in (found[1], found[3]))
        high = high if found[2] else low
        if any(bound is not None and not lowest <= bound <= highest for bound in (low, high)):
            raise value.wrong(f"{example}; it goes from {lowest} to {highest}")
        if low is not None and high is not None and low > high:
            raise value.wrong(f"{field}:{high}..{low}, the smaller number first")
        return Between(field, low, high)

    return read


def _read_flag(value: _Value) -> Query:
    if not value.text:
        return Has("flag")
    wanted = re.sub(r"[\s_-]+", " ", value.text.lower()).strip()
    kinds = [kind for kind in RED_FLAGS if kind.replace("-", " ").startswith(wanted)]
    if len(kinds) != 1 or not wanted:
        known = ", ".join(kind.replace(" ", "-") for kind in RED_FLAGS)
        raise value.wrong(f"flag:toy-data; one of {known}")
    return Flag(kinds[0])


def _read_identifier(value: _Value) -> Query:
    try:
        reference = parse_reference(value.text)
    except UsageError:
        raise value.wrong("id:2304.08069 or id:10.1109/CVPR.2017.106") from None
    return Identifier(reference.kind, reference.value)


def _read_possession(what: Possession) -> Callable[[_Value], Query]:
    def read(value: _Value) -> Query:
        if value.text:
            raise value.wrong(f"{what}: with nothing after it")
        return Has(what)

    return read


def _read_scope(value: _Value) -> Query:
    raise value.wrong(f"{value.field}:word")


_READERS: Mapping[str, Callable[[_Value], Query]] = {
    **dict.fromkeys(SCOPES, _read_scope),
    **dict.fromkeys(DECISIONS, _read_decision),
    **{field: _read_range(field) for field in _RANGES},
    "cat": _read_category,
    "waiting": _read_waiting,
    "flag": _read_flag,
    "id": _read_identifier,
    "code": _read_possession("code"),
    "note": _read_possession("note"),
    "surprise": _read_possession("surprise"),
}


def _nearest_field(name: str) -> str:
    """The field that somebody may have meant, if any."""
    near = difflib.get_close_matches(name, (*FIELDS, *_ALIASES), n=1, cutoff=0.5)
    return _ALIASES.get(near[0], near[0]) if near else ""


def _unknown_field(query: str, column: int, name: str) -> QueryError:
    near = _nearest_field(name)
    hint = f"Did you mean {near}:?" if near else "Quote it to search for the words."
    return error_at(query, column, f"{name}:", "is not a field of the search", hint)


def error_at(query: str, column: int, word: str, trouble: str, hint: str) -> QueryError:
    """`“word” at column 7 <trouble>.`, with the hint and a pointer to the word."""
    shown = shorten(re.sub(r"\s", " ", clean(word)), 40)
    return QueryError(query, column, f"“{shown}” at column {column} {trouble}.", hint)

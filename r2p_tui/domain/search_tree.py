"""The tree of a search, and the tree written as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Scope: TypeAlias = Literal["title", "authors", "abstract", "notes", "surprises"]
Decision: TypeAlias = Literal["keep", "skip", "later"]
Range: TypeAlias = Literal["year", "pass", "rel"]
Possession: TypeAlias = Literal["code", "note", "surprise", "flag"]


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a phrase; as a `beginning` its last word may go on; `typed`: it is still being typed."""

    text: str
    scope: Scope | None = None
    beginning: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """An arXiv category, or a whole archive where it ends in `.*`."""

    name: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided; `when` is a year, a month or a day in UTC, written as in `2026-11`."""

    decision: Decision
    when: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Announced and not yet decided."""


@dataclass(frozen=True, slots=True)
class Between:
    """A number from `low` to `high`, both included; None is open: year, highest finished pass, relevance."""

    field: Range
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Has:
    """Something is there: code, a note, a surprise or a red flag."""

    what: Possession


@dataclass(frozen=True, slots=True)
class Flag:
    """One of the seven red flags."""

    kind: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """A paper by its arXiv id or DOI."""

    kind: Literal["arxiv", "doi"]
    value: str


@dataclass(frozen=True, slots=True)
class Everything:
    """What an empty search finds."""


@dataclass(frozen=True, slots=True)
class Not:
    """What the part does not find."""

    part: Query


@dataclass(frozen=True, slots=True)
class And:
    """What all parts find; two or more."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """What any part finds; two or more."""

    parts: tuple[Query, ...]


Query: TypeAlias = (
    Text | Category | Decided | Waiting | Between | Has | Flag | Identifier | Everything | Not | And | Or
)

SCOPES: Mapping[str, Scope] = {
    "ti": "title", "au": "authors", "abs": "abstract", "note": "notes", "surprise": "surprises",
}  # fmt: skip
_SCOPE_NAMES = {scope: name for name, scope in SCOPES.items()}
DECISIONS: Mapping[str, Decision] = {"kept": "keep", "skipped": "skip", "later": "later"}
_DECISION_NAMES = {decision: name for name, decision in DECISIONS.items()}
OPERATORS = frozenset({"AND", "OR", "NOT"})


def describe(query: Query) -> str:
    """The search as text, which parses to the same tree."""
    match query:
        case And(parts):
            return " ".join(_bracketed(part, (And, Or)) for part in parts)
        case Or(parts):
            return " OR ".join(_bracketed(part, (Or,)) for part in parts)
        case Not(part):
            return f"NOT {_bracketed(part, (And, Or))}"
        case Everything():
            return ""
        case _:
            return _describe_term(query)


def terms(query: Query) -> Iterator[Query]:
    """Every term of the tree, from left to right."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from terms(part)
        case Not(part):
            yield from terms(part)
        case _:
            yield query


def last_typed(query: Query) -> Text | None:
    """The word that is still being typed, if there is one."""
    return next((term for term in terms(query) if isinstance(term, Text) and term.typed), None)


def _bracketed(part: Query, kinds: tuple[type, ...]) -> str:
    return f"({describe(part)})" if isinstance(part, kinds) else describe(part)


def _describe_term(term: Query) -> str:
    match term:
        case Text(text, scope, beginning):
            return (f"{_SCOPE_NAMES[scope]}:" if scope else "") + _quoted(text) + ("*" if beginning else "")
        case Category(name):
            return f"cat:{name}"
        case Decided(decision, when):
            return f"{_DECISION_NAMES[decision]}:{when}"
        case Waiting():
            return "waiting:"
        case Between(field, low, high):
            return f"{field}:{low}" if low == high else f"{field}:{_bound(low)}..{_bound(high)}"
        case Has(what):
            return f"{what}:"
        case Flag(kind):
            return f"flag:{kind.replace(' ', '-')}"
        case Identifier(_, value):
            return f"id:{_quoted(value, always=True)}"
        case _:
            raise TypeError(f"not a term: {term!r}")


def _bound(number: int | None) -> str:
    return "" if number is None else str(number)


def _quoted(text: str, *, always: bool = False) -> str:
    plain = re.fullmatch(r'[^\s()":*-][^\s()":*]*', text) and text not in OPERATORS
    return text if plain and not always else '"' + text.replace('"', '""') + '"'

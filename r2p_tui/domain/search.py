"""The search language of the library: text in, a tree out, and the tree back to text.

small "object detection" quant*         words (all of them), a phrase, a beginning of a word
ti:word au:name abs:word note:word      in one place only; surprise:word in what was seen while building
cat:cs.CV cat:cs.* year:2023..          category, year (also ..2020, 2020..2023)
kept: skipped: later: waiting:          what was decided; kept:2026-11 when
pass:2 pass:0 rel:4.. flag: flag:toy    passes finished, relevance, red flags
id:2304.08069 code: note: surprise:     which paper; has code, a note, a surprise
a OR b, NOT a, -a, (a OR b) c           AND is understood between words
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from r2p_tui.domain.search_terms import FIELDS, QueryError, error_at, has_letters, no_letters, read_term
from r2p_tui.domain.search_tree import (
    OPERATORS,
    And,
    Between,
    Category,
    Decided,
    Everything,
    Flag,
    Has,
    Identifier,
    Not,
    Or,
    Query,
    Scope,
    Text,
    Waiting,
    describe,
    last_typed,
    terms,
)

MAX_LENGTH = 1000
MAX_DEPTH = 20
MAX_TERMS = 64

_TOKEN = re.compile(
    r"""\s*(?:(?P<mark>[()])|(?P<minus>-)(?=[^\s)])|(?P<item>(?:"(?:[^"]|"")*"|[^\s()"])+))"""
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["(", ")", "-", "item"]
    text: str
    column: int
    ends_text: bool


def parse(text: str, *, typing: bool = False) -> Query:
    """The tree of a search; while `typing`, the last word may still go on. Raises QueryError."""
    if len(text) > MAX_LENGTH:
        raise QueryError(
            text, MAX_LENGTH, f"A search has at most {MAX_LENGTH:,} characters.", "Leave some words out."
        )
    tokens = _with_content(text, list(_tokens(text)))
    if sum(token.kind == "item" for token in tokens) > MAX_TERMS:
        raise QueryError(text, 1, f"A search has at most {MAX_TERMS} words.", "Leave some words out.")
    return _Parser(text, tokens, typing).parse()


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.end() == at:
            column = text.index('"', at) + 1
            raise QueryError(text, column, f"The quote at column {column} is not closed.", 'Add a ".')
        kind = found.lastgroup
        word = found[kind or 0]
        column = found.end() - len(word) + 1
        at = found.end()
        if kind == "mark":
            yield _Token("(" if word == "(" else ")", word, column, False)
        else:
            yield _Token("-" if kind == "minus" else "item", word, column, at == len(text))


def _with_content(query: str, tokens: list[_Token]) -> list[_Token]:
    """Without lone dashes and the like, which stand in pasted titles; raises where nothing is left."""
    kept: list[_Token] = []
    for token in tokens:
        if token.kind != "item" or has_letters(token.text):
            kept.append(token)
        elif kept and kept[-1].kind == "-":
            kept.pop()
    if tokens and not kept:
        raise no_letters(query, tokens[0].column, tokens[0].text)
    return kept


class _Parser:
    """Recursive descent: any (OR) of all (AND) of, perhaps negated, terms or brackets."""

    def __init__(self, query: str, tokens: list[_Token], typing: bool) -> None:
        self.query, self.tokens, self.typing = query, tokens, typing
        self.at, self.depth = 0, 0

    def parse(self) -> Query:
        if not self.tokens:
            return Everything()
        tree = self._any()
        if self.at < len(self.tokens):
            raise self._error(self.tokens[self.at], "closes nothing", "Remove it, or open a bracket before.")
        return tree

    def _any(self) -> Query:
        parts = [self._all()]
        while self._next_is("OR"):
            self.at += 1
            parts.append(self._all())
        return _join(Or, parts)

    def _all(self) -> Query:
        parts = [self._negated()]
        while self.at < len(self.tokens) and self.tokens[self.at].kind != ")" and not self._next_is("OR"):
            if self._next_is("AND"):
                self.at += 1
            parts.append(self._negated())
        return _join(And, parts)

    def _negated(self) -> Query:
        odd = False
        while self._next_is("NOT") or self._next_is("-", "-"):
            odd = not odd
            self.at += 1
        part = self._one()
        return Not(part) if odd else part

    def _one(self) -> Query:
        if self.at == len(self.tokens):
            raise self._error(self.tokens[-1], "needs something after it", "Add a word, or remove it.")
        token = self.tokens[self.at]
        self.at += 1
        if token.kind == "(":
            return self._brackets(token)
        if token.kind == ")" or token.text in OPERATORS:
            raise self._error(token, "has nothing before it", "Put a word there, or quote it.")
        return read_term(self.query, token.column, token.text, typed=self.typing and token.ends_text)

    def _brackets(self, opened: _Token) -> Query:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._error(opened, "is too deep inside others", f"Use at most {MAX_DEPTH} levels.")
        tree = self._any()
        if self.at == len(self.tokens):
            raise self._error(opened, "is not closed", "Add a ).")
        self.at += 1
        self.depth -= 1
        return tree

    def _next_is(self, text: str, kind: str = "item") -> bool:
        if self.at == len(self.tokens):
            return False
        return self.tokens[self.at].kind == kind and self.tokens[self.at].text == text

    def _error(self, token: _Token, trouble: str, hint: str) -> QueryError:
        return error_at(self.query, token.column, token.text, trouble, hint)


def _join(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    """One level for what is of one kind, so that brackets which change nothing leave no trace."""
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else [part])
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


__all__ = [
    "FIELDS", "And", "Between", "Category", "Decided", "Everything", "Flag", "Has", "Identifier", "Not", "Or",
    "Query", "QueryError", "Scope", "Text", "Waiting", "describe", "last_typed", "parse", "terms",
]  # fmt: skip

"""Conditions inside an author's command: the branch that TeX would take, where the source alone tells."""

from __future__ import annotations

import re
from collections.abc import Callable

from r2p_tui.pdf.tex.tokens import Reader
from r2p_tui.pdf.tex.words import CONDITIONS_WITH_BRACES, NO_VALUE, UNDECIDED

_COMPARED = re.compile(
    r"\s*(-?\d*\.?\d+)\s*(?:pt|em|ex|cm|mm|in)?\s*([<>=])\s*(-?\d*\.?\d+)\s*(?:pt|em|ex|cm|mm|in)?\s*"
)
_LONGEST_CONDITION = 24


def branch(word: str, reader: Reader) -> list[str] | None:
    """The tokens of the branch taken, with the whole condition read; None where the word is no condition.

    Where the source does not tell, it is the second branch, or else the first, behind the mark `UNDECIDED`.
    """
    if word in _WITH_ARGUMENTS:
        return _WITH_ARGUMENTS[word](reader)
    if not word.startswith("\\if") or word[1:] in CONDITIONS_WITH_BRACES:
        return None
    truth = _TRUTHS.get(word, _unknown)(reader)
    first, second = _branches(reader)
    if truth is None:
        return [UNDECIDED, *(second or first)]
    return first if truth else second


def _branches(reader: Reader) -> tuple[list[str], list[str]]:
    r"""What stands before `\else` and between it and the `\fi` that belongs to the condition."""
    first: list[str] = []
    second: list[str] = []
    into, depth = first, 0
    while reader:
        word = reader.next()
        if word == "\\fi" and not depth:
            break
        if word == "\\else" and not depth:
            into = second
            continue
        condition = word.startswith("\\if") and word[1:] not in CONDITIONS_WITH_BRACES
        depth += condition - (word == "\\fi")
        into.append(word)
    return first, second


def _unknown(_reader: Reader) -> bool | None:
    return None


def _compared(reader: Reader) -> bool | None:
    """Two plain numbers or lengths in one unit."""
    taken: list[str] = []
    while reader and len(taken) < _LONGEST_CONDITION and reader.peek()[0] not in "\\{}":
        taken.append(reader.next())
    text = "".join(taken)
    match = _COMPARED.match(text)
    if match is None:
        return None
    reader.put_back([text[match.end() :]] if text[match.end() :] else [])
    return _holds(match)


def _same(reader: Reader) -> bool | None:
    first = reader.next() if reader else ""
    second = reader.next() if reader else ""
    return first == second


def _then_else(test: Callable[[Reader], bool | None]) -> Callable[[Reader], list[str]]:
    """A condition whose branches are its last two arguments."""

    def choose(reader: Reader) -> list[str]:
        truth = test(reader)
        first, second = reader.argument(), reader.argument()
        if truth is None:
            return [UNDECIDED, *(second or first)]
        return first if truth else second

    return choose


def _text(reader: Reader) -> str:
    return "".join(reader.argument()).strip()


def _if_then_else(reader: Reader) -> bool | None:
    r"""`\ifthenelse` with a comparison of texts or numbers."""
    inner = Reader(reader.argument(), reader.budget)
    inner.skip_spaces()
    if inner.peek() in ("\\equal", "\\isequivalentto"):
        inner.next()
        return _text(inner) == _text(inner)
    match = _COMPARED.fullmatch("".join(inner.rest()))
    return None if match is None else _holds(match)


def _holds(match: re.Match[str]) -> bool:
    first, second = float(match[1]), float(match[3])
    return {"<": first < second, ">": first > second, "=": first == second}[match[2]]


_TRUTHS: dict[str, Callable[[Reader], bool | None]] = {
    "\\ifnum": _compared,
    "\\ifdim": _compared,
    "\\ifx": _same,
    "\\if": _same,
    "\\ifmmode": lambda _: False,
    "\\iftrue": lambda _: True,
    "\\iffalse": lambda _: False,
}
_WITH_ARGUMENTS: dict[str, Callable[[Reader], list[str]]] = {
    "\\ifthenelse": _then_else(_if_then_else),
    "\\ifstrequal": _then_else(lambda reader: _text(reader) == _text(reader)),
    "\\ifblank": _then_else(lambda reader: not _text(reader)),
    "\\ifstrempty": _then_else(lambda reader: not _text(reader)),
    "\\IfNoValueTF": _then_else(lambda reader: _text(reader) == NO_VALUE),
    "\\IfValueTF": _then_else(lambda reader: _text(reader) != NO_VALUE),
    "\\IfBooleanTF": _then_else(lambda reader: _text(reader) == "\\BooleanTrue"),
}

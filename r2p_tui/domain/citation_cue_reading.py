"""A citing sentence as words, and the word families that stand in it.

A family is written as phrases with commas between. In a phrase `build+` stands for the word and its inflected
forms, `hailo*` for all that begins so, `a/b` for either, `..3` for up to three words, `@` for a citation
mark, `#` for a number and `$name` for a list of words in `LISTS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from r2p_tui.domain.citation_cue_words import LISTS, RERUN_FAMILIES
from r2p_tui.domain.citation_cue_words_use import USE_FAMILIES

_NAME = r"[A-Z][\w'’-]*(?:,? et al\.?|(?:,? and|,? &) (?:colleagues|others|co-?workers|[A-Z][\w'’-]+))?"
_TOKEN: Final = re.compile(
    rf"(?P<cite>{_NAME},? \((?:19|20)\d\d[a-z]?\)|[A-Z][\w'’-]* (?:et al\.?|and colleagues)"
    r"(?: ?\[[\d, –-]+\])?"
    r"|\[[\d, –-]+\]|\([^()]{0,80}?(?:19|20)\d\d[a-z]?\))"
    r"|(?P<word>[^\W_]+(?:[-–.,+'’][^\W_]+)*(?:\+\+|[%×])?)"
    r"|(?P<stop>[,;:.!?()/—=])"
)
_VOWELS: Final = "aeiou"
_NEVER_CROSSED: Final = frozenset(";:.!?")
_TURNED: Final = frozenset(("reproduced", "confirmed", "holds", "same", "reached"))
_DENIABLE: Final = frozenset(
    ("vanishes", "flawed", "deployed", "made smaller", "made faster", "extended", "compared", "baseline")
)
_BAD: Final = frozenset(("falls short", "less", "contrary", "vanishes", "denied", "could not", "flawed"))
"""Outcomes whose words a longer phrase may turn into a good one: `deviates by 0.02 points at most`."""
_ENDS_DENIAL: Final = frozenset((",", ";", ":", ".", "but", "and", "only"))
_REACH: Final = 4

FAMILIES: Final = {**RERUN_FAMILIES, **USE_FAMILIES}


class Word(NamedTuple):
    """A word in the form that phrases are written in, `@` for a citation mark, and where it stands."""

    form: str
    start: int
    end: int


class Hit(NamedTuple):
    """A phrase of a family: words number `first` to `last`, the latter not among them."""

    family: str
    first: int
    last: int


class _Phrase(NamedTuple):
    family: str
    elements: tuple[frozenset[str] | int, ...]


def words_of(sentence: str) -> list[Word]:
    """The words, citation marks and stops of a sentence."""
    return [
        Word("@" if found.lastgroup == "cite" else _form(found[0]), *found.span())
        for found in _TOKEN.finditer(sentence)
    ]


def hits_in(words: Sequence[Word]) -> list[Hit]:
    """Every phrase of every family, at each place the longest of a family.

    Where it is denied, a family of `_TURNED` counts as `unmet`, one of `_DENIABLE` not at all.
    """
    found = _phrases_in(words)
    denials = [hit for hit in found if hit.family == "not"]
    read = [read for hit in found if (read := _unless_denied(hit, denials, words)) is not None]
    good = [hit for hit in read if hit.family == "same"]
    return [hit for hit in read if hit.family not in _BAD or not any(_within(hit, same) for same in good)]


def _within(hit: Hit, other: Hit) -> bool:
    return (
        other.first <= hit.first
        and hit.last <= other.last
        and other.last - other.first > hit.last - hit.first
    )


def _unless_denied(hit: Hit, denials: Sequence[Hit], words: Sequence[Word]) -> Hit | None:
    if hit.family not in _TURNED | _DENIABLE:
        return hit
    for denial in denials:
        between = [word.form for word in words[denial.last : hit.first]]
        if denial.last <= hit.first <= denial.last + _REACH and not _ENDS_DENIAL.intersection(between):
            return Hit("denied", denial.first, hit.last) if hit.family in _TURNED else None
    return hit


def _phrases_in(words: Sequence[Word]) -> list[Hit]:
    forms = [_forms_to_look_up(word.form) for word in words]
    found = []
    for first in range(len(words)):
        longest: dict[str, int] = {}
        for key in forms[first]:
            for phrase in _phrases().get(key, ()):
                last = _end(phrase.elements, forms, first)
                if last > longest.get(phrase.family, 0):
                    longest[phrase.family] = last
        found += [Hit(family, first, last) for family, last in longest.items()]
    return found


def _end(elements: Sequence[frozenset[str] | int], forms: Sequence[Sequence[str]], at: int) -> int:
    """Where the elements end that begin at a word, 0 where they do not stand there."""
    for place, element in enumerate(elements):
        if isinstance(element, int):
            return _end_after_gap(elements[place + 1 :], forms, at, element)
        if at >= len(forms) or element.isdisjoint(forms[at]):
            return 0
        at += 1
    return at


def _end_after_gap(
    elements: Sequence[frozenset[str] | int], forms: Sequence[Sequence[str]], at: int, most: int
) -> int:
    for start in range(at, min(at + most, len(forms)) + 1):
        if end := _end(elements, forms, start):
            return end
        if start < len(forms) and forms[start][0] in _NEVER_CROSSED:
            return 0
    return 0


def _form(word: str) -> str:
    form = word.lower().replace("’", "'").removesuffix("'s")
    return "re" + form[3:] if form.startswith("re-") else form


def _forms_to_look_up(form: str) -> tuple[str, ...]:
    """The word, `#` for a number, and the beginnings that phrases ask for."""
    number = ("#",) if form[0].isdigit() else ()
    begins = tuple(
        form[:size] + "*" for size in range(3, len(form) + 1) if form[:size] + "*" in _beginnings()
    )
    return form, *number, *begins


@cache
def _phrases() -> Mapping[str, tuple[_Phrase, ...]]:
    """All phrases by each form of their first word."""
    by_word: dict[str, list[_Phrase]] = {}
    for family, text in FAMILIES.items():
        for phrase in text.split(","):
            elements = tuple(_element(each) for each in phrase.split())
            for form in elements[0] if elements and isinstance(elements[0], frozenset) else ():
                by_word.setdefault(form, []).append(_Phrase(family, elements))
    return {form: tuple(phrases) for form, phrases in by_word.items()}


@cache
def _beginnings() -> frozenset[str]:
    elements = [each for phrases in _phrases().values() for phrase in phrases for each in phrase.elements]
    forms = [form for each in elements if isinstance(each, frozenset) for form in each]
    return frozenset(form for form in forms if form.endswith("*"))


@cache
def _element(text: str) -> frozenset[str] | int:
    if text.startswith(".."):
        return int(text[2:])
    return frozenset(form for word in text.split("/") for form in _spelled(word))


def _spelled(word: str) -> Iterable[str]:
    if word.startswith("$"):
        return [form for each in LISTS[word[1:]].split() for form in _spelled(each)]
    forms = list(_inflected(word[:-1])) if word.endswith("+") else [word]
    british = [form.replace("iz", "is") for form in forms if "iz" in form and len(form) > 5]
    return [_form(form) for form in forms + british]


def _inflected(verb: str) -> Iterable[str]:
    """`swap` with `swaps`, `swapped`, `swapping`; regular forms only, some of which no one writes."""
    if verb.endswith("e"):
        return verb, verb + "s", verb + "d", verb[:-1] + "ing"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"
    doubled = verb + verb[-1] if len(verb) < 8 and verb[-2] in _VOWELS and verb[-1] in "pgtnbdlmr" else verb
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x")) else "s")
    return verb, third, verb + "ed", verb + "ing", doubled + "ed", doubled + "ing"


_NUMBER: Final = re.compile(r"\d[\d,]*(?:\.\d+)?")
_LABELS: Final = (
    "table tab tab. fig fig. figure section eq eq. row column page seed seeds gpu gpus version appendix rank "
    "step steps epoch epochs bits bit"
)
_ALIKE: Final = 0.011
_UNLIKE: Final = 0.02
_NO_PAIR: Final = 0.7
"""Two values are one measure taken twice, or clearly not; further apart they measure different things."""


def compared_numbers(words: Sequence[Word]) -> list[Hit]:
    """The two measured values that are most alike, as `close_number` or `far_number`; none without two."""
    values = [(place, value) for place in range(len(words)) if (value := _measured(words, place)) is not None]
    pairs = [
        (abs(one - other) / max(one, other), first, second)
        for at, (first, one) in enumerate(values)
        for second, other in values[at + 1 :]
        if min(one, other) > 0
    ]
    if not pairs:
        return []
    apart, first, _ = min(pairs)
    if apart <= _ALIKE:
        return [Hit("close numbers", first, first + 1)]
    return [Hit("far numbers", first, first + 1)] if _UNLIKE < apart < _NO_PAIR else []


def _measured(words: Sequence[Word], place: int) -> float | None:
    """A number that states a result: no label, no year, no count of seeds, no bare integer below ten."""
    number = _NUMBER.match(words[place].form)
    around = {words[near].form for near in (place - 1, place + 1) if 0 <= near < len(words)}
    if number is None or not around.isdisjoint(_LABELS.split()):
        return None
    value = float(number[0].replace(",", ""))
    whole = "." not in number[0]
    return None if whole and (value < 10 or 1900 <= value <= 2100) else value

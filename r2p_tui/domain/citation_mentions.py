"""Where a citing sentence names the work that it cites."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from r2p_tui.domain.citation_matching import last_name

Span = tuple[int, int]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HYPHENED = re.compile(r"[^\W_]+(?:[-‐‑'’][^\W_]+)*")
# Before a name it makes another name: Grounding DINO is not DINO.
_FORENAME = re.compile(r"(?<=[^.!?:(\s]\s)[A-Z][a-z]{2,}\s$")
_NAME_LIKE = re.compile(r"(?=\w*[A-Z0-9])(?:\w*[a-z]\w*[A-Z]|\w*\d|[A-Z]{2})[\w+]*")
_MOST_NAME_WORDS = 4
_LEAST_RUN = 4
_LITTLE = """
a all an and are as at be beyond by can do for from how in into is it not of on or so that the to towards
using via we what when with you your
"""
_SMALL_WORDS = frozenset(_LITTLE.split())
# What stands before the colon of many titles and names no work.
_GENERIC = """
survey review position reply comment editorial tutorial benchmark analysis study report technical introduction
overview perspective correction erratum appendix supplementary
"""
_NO_NAMES = frozenset(_GENERIC.split())
_MARK = r"(?:\s?(?:\[\d{1,4}(?:\s?[,;–-]\s?\d{1,4})*\]|\(\d{1,3}\)|\^\{?\d{1,3}\}?))?"
_NUMBERED = re.compile(_MARK)
# Sizes and backbones after a name: YOLOv8-S, YOLOv8x6, RT-DETR-R50; but RT-DETRv2 is another work.
_VARIANT = r"(?:[-‐‑/ ]?[NSMLXTnsmlxt]\d?|[-‐‑][A-Z0-9][A-Za-z0-9]{0,6}(?:\.\d+)?|s)?"
_HYPHEN = r"[\s\-‐‑]?"


def mentions_of(title: str, first_author: str, year: int | None, sentence: str) -> tuple[Span, ...]:
    """The [start, end) places, in order and apart from each other, with a number in brackets right after.

    A work is named by its short name and variants of it, by words of its title, or by its author and year.
    """
    spans = [
        *_named(title, sentence),
        *_runs(title, sentence),
        *_authored(last_name((first_author,)), year, sentence),
    ]
    return _united(spans)


def short_names(title: str) -> tuple[str, ...]:
    """What a title itself calls its work: `RT-DETR` of `RT-DETR: …`, `LoRA` of `… (LoRA)`."""
    head, colon, _ = title.partition(":")
    names = [found.strip() for found in re.findall(r"\(([^()\s]{2,20})\)", title) if _is_name(found)]
    words = _HYPHENED.findall(head)
    if (
        (colon or len(words) <= 3)
        and 0 < len(words) <= _MOST_NAME_WORDS
        and words[0].lower() not in _SMALL_WORDS
    ):
        names += [head.strip()] if not _NO_NAMES.intersection(word.lower() for word in words) else []
    if not names:
        names += [word for word in words if len(word) > 2 and _is_name(word)][:1]
    return tuple(dict.fromkeys(names))


def _is_name(word: str) -> bool:
    return _NAME_LIKE.search(word) is not None


def _named(title: str, sentence: str) -> Iterator[Span]:
    for name in short_names(title):
        for found in _name_pattern(name).finditer(sentence):
            if not _FORENAME.search(sentence[: found.start()]):
                yield found.span()
    initials = _initials(title)
    for found in re.finditer(rf"(?<![\w-])([A-Z]{{3,6}})s?(?![\w-]){_MARK}", sentence):
        if found[1] in initials:
            yield found.span()


@lru_cache(maxsize=2_000)
def _name_pattern(name: str) -> re.Pattern[str]:
    """A name with its hyphens as the sentence likes; in any case only where it cannot be a common word."""
    singular = name[:-1] if re.search(r"[A-Z0-9]s$", name) else name
    body = _HYPHEN.join(re.escape(part) for part in re.split(r"[\s\-‐‑]+", singular) if part)
    flags = re.IGNORECASE if re.search(r"\d|-", singular) else re.NOFLAG
    whole = rf"(?<![\w])(?<![\w][-‐‑])(?:{body})"
    return re.compile(rf"{whole}(?-i:{_VARIANT})(?!\w){_MARK}", flags)


def _initials(title: str) -> frozenset[str]:
    """The abbreviations that the first three to six words of a title give."""
    head = title.partition(":")[0]
    words = [word for word in _HYPHENED.findall(head) if word.lower() not in ("a", "an", "the")]
    letters = "".join(word[0].upper() for word in words)
    return frozenset(letters[:size] for size in range(3, min(len(letters), 6) + 1))


def _runs(title: str, sentence: str) -> Iterator[Span]:
    """Words of the title in their order, four and more than half of them; or all of a shorter title."""
    wanted = [_flat(word[0]) for word in _WORD.finditer(title)]
    places = list(_WORD.finditer(sentence))
    said = [_flat(word[0]) for word in places]
    least = min(max(_LEAST_RUN, len(wanted) // 2 + 1), len(wanted)) if len(wanted) >= 2 else 0
    at = 0
    while least and at < len(said):
        length = max((_common(wanted[start:], said[at:]) for start in range(len(wanted))), default=0)
        told = [word for word in said[at : at + length] if word not in _SMALL_WORDS]
        if length >= least and (len(told) >= 2 or length == len(wanted)):
            end = places[at + length - 1].end()
            mark = _NUMBERED.match(sentence, end)
            yield places[at].start(), mark.end() if mark else end
            at += length
        else:
            at += 1


def _common(one: list[str], other: list[str]) -> int:
    count = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        count += 1
    return count


def _authored(name: str, year: int | None, sentence: str) -> Iterator[Span]:
    """`Zhao et al.`, `Zhao and Li (2024)`, `Zhao, 2024`: with “et al.” or a year, which may be one off."""
    if len(name) < 2:
        return
    others = r"(?:,?\s+(?:et\s+al\.?|and\s+(?:colleagues|co-?workers)))"
    second = r"(?:\s+(?:and|&)\s+[^\W\d_][\w'’-]+)"
    pattern = (
        rf"(?<!\w){re.escape(name)}(?:(?P<others>{others})|{second})?"
        rf"(?:,?\s*(?:(?P<bracket>[\[(])\s?)?(?P<year>(?:19|20)\d\d)[a-z]?(?(bracket)[\])]))?{_MARK}"
    )
    for found in re.finditer(pattern, _flat(sentence)):
        said = int(found["year"]) if found["year"] else None
        if said is None and not found["others"]:
            continue
        if said is None or year is None or abs(said - year) <= 1:
            yield found.span()


def _flat(text: str) -> str:
    """The text in lower case and without accents, letter for letter, so that places stay the same."""
    return "".join(unicodedata.normalize("NFKD", letter)[0].lower()[0] for letter in text)


def _united(spans: Iterable[Span]) -> tuple[Span, ...]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)

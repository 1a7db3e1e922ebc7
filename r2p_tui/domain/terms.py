"""The words and pairs of words that stand for a text, in a form that people can read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

LONGEST_WORD = 40
MOST_WORDS = 800

# An address or a TeX command separates words and is never one itself.
_WORD = re.compile(r"https?://\S+|\\[A-Za-z]+|([^\W_]+(?:[-‐‑][^\W_]+)*\+*)")
_HYPHENS = re.compile("[-‐‑]")
_GAP = r"[\s\-‐‑]+"
_LETTER = re.compile(r"[^\W\d_]")

_FUNCTION_WORDS = """
a about above across after again against al all almost along already also although always am among an and
another any anything are around as aside at be became because become becomes been before behind being below
besides best better between beyond both but by can cannot could did do does doing don done down due during
each either else elsewhere enough especially et etc even ever every everything except far few finally first
for four from full further furthermore get give given gives go had has have having hence her here his how
however if ii iii in indeed instead into is it its itself just keep last latter least less let like little
made mainly make makes making many may me might more moreover most mostly much must my namely near nearly
need needed neither never nevertheless next no non none nor not nothing now of off often on once one only
onto or other others otherwise our out over own part per perhaps quite rather re really regarding same
second see seem seems seen several shall she should since six so some something sometimes still such take
taken takes ten than that the their them themselves then there thereby therefore these they this those
though three through throughout thus to together too toward towards two under unless unlike until up upon us
use used using various versus very via vs was way we well were what whatever when where whereas whether
which while who whole whose why will with within without would yet you your
"""
_PAPER_WORDS = """
able abstract accordingly achieve achieved achieves achieving address addresses addressing advance advances
allow allows analyze approach approaches available based benefit challenge challenges challenging code
common commonly comparable compare compared comparison comprehensive conduct conducted consider considerable
considered considers consistently contribution contributions corresponding crucial current currently
demonstrate demonstrated demonstrates demonstrating describe design designed despite develop developed
developing difference different difficult directly diverse easily effective effectively effectiveness enable
enables enabling evaluate evaluated evaluation exhibit existing experiment experimental experiments explore
explored extensive extensively find finding findings focus focuses github good great high higher highlight
highly important importantly improve improved improvement improvements improves improving include includes
including increase increased increasing increasingly introduce introduced introduces introducing investigate
involve involves issue issues kind known lack large larger lead leading leads leverage leveraged leverages
leveraging limitation limitations limited low lower main major mean means method methods motivated multiple
new notably novel number numerous observe obtain obtained offer offers order outperform outperforming
outperforms overall overcome paper papers particular particularly perform performance performed performs
popular possible potential potentially practical present presented presents previous previously prior
problem problems proposal propose proposed proposes proposing prove proven provide provided provides
providing public publicly range recent recently reduce reduced reduces reducing relies rely relying remain
remains report require required requires research respectively result resulting results reveal reveals show
showed showing shown shows significant significantly similar simple simply single small solution solutions
solve solving sota specific specifically state-of-the-art strong studies study substantial substantially
success successful successfully suffer suffers suitable superior support technique techniques term terms
typical typically understand utilize utilized utilizes utilizing validate variety widely work works
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split()) | frozenset(_PAPER_WORDS.split())
# Words that say nothing alone, but much beside another: small object, single stage, low light.
_ONLY_IN_PAIRS = frozenset(
    ("small", "large", "single", "low", "high", "multiple", "first", "second", "strong", "prior")
)

_IRREGULAR = {
    "cpus": "cpu", "gpus": "gpu", "tpus": "tpu", "analyses": "analysis", "axes": "axis", "biases": "bias",
    "hypotheses": "hypothesis", "indices": "index", "lenses": "lens", "matrices": "matrix",
    "syntheses": "synthesis", "vertices": "vertex",
}  # fmt: skip
_NO_PLURALS = frozenset(("series", "species", "lens", "chaos", "cosmos", "ethos", "pathos", "kudos"))
_NOT_PLURAL_ENDS = ("ss", "us", "is", "as", "ics")
_SIBILANT_PLURALS = ("sses", "shes", "ches", "xes", "zzes")


class _Word(NamedTuple):
    """A word as it counts: `pairs` with a neighbour, stands `alone`, both or neither."""

    shown: str
    key: str
    pairs: bool
    alone: bool


def terms_in(text: str) -> list[tuple[str, str]]:
    """Every term of a text in order, as often as it stands there: one word or two neighbours.

    A term is a key, which is the same for all terms that count as one, and how this text writes it.
    """
    found: list[tuple[str, str]] = []
    before: _Word | None = None
    end = 0
    for match in islice(_WORD.finditer(text), MOST_WORDS):
        word = _word(match[1])
        if word.pairs:
            start = match.start()
            if before is not None and text[end:start].isspace():
                found.append((f"{before.key} {word.key}", f"{before.shown} {word.shown}"))
            if word.alone:
                found.append((word.key, word.shown))
            before, end = word, match.end()
        else:
            before = None
    return found


@lru_cache(maxsize=200_000)
def _word(text: str | None) -> _Word:
    shown = (text or "").lower()
    key = fold(shown)
    long_enough = 2 <= len(shown) <= LONGEST_WORD and _LETTER.search(shown) is not None
    alone = long_enough and shown not in STOP_WORDS and key not in STOP_WORDS
    return _Word(shown, key, alone or shown in _ONLY_IN_PAIRS, alone)


def split_hyphens(word: str) -> str:
    """`real-time` and `real time` are one term."""
    return _HYPHENS.sub(" ", word)


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """A lower-case word in the singular, in American spelling, with its hyphens as spaces."""
    head, _, last = split_hyphens(word).rpartition(" ")
    singular = _singular(last).replace("isation", "ization")
    return f"{head} {singular}" if head else singular


def _singular(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or not word.endswith("s") or word in _NO_PLURALS or word.endswith(_NOT_PLURAL_ENDS):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(_SIBILANT_PLURALS) else word[:-1]


class Phrase:
    """Words to be found beside each other, between word boundaries, in any case and simple inflection."""

    def __init__(self, text: str, *, verbs: bool = True) -> None:
        words = [word for match in _WORD.finditer(text.lower()) for word in split_hyphens(match[0]).split()]
        forms = [sorted(_inflected(word, verbs=verbs), key=len, reverse=True) for word in words]
        groups = ["(?:" + "|".join(map(re.escape, group)) + ")" for group in forms]
        # No word can begin with this, so an empty phrase is found nowhere.
        body = _GAP.join(groups) if groups else r"(?!)"
        self._pattern = re.compile(rf"(?<![^\W_]){body}(?![^\W_])", re.IGNORECASE)
        self._start = _common_start(forms[0]) if forms else ""

    def is_in(self, lower_text: str) -> bool:
        """Whether a text in lower case has the phrase; quick when it does not even have its beginning."""
        return self._start in lower_text and self._pattern.search(lower_text) is not None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the phrase stands, as [start, end) positions in characters."""
        return [match.span() for match in self._pattern.finditer(text)]


@cache
def _inflected(word: str, *, verbs: bool) -> frozenset[str]:
    """The word itself, its singular and plurals; with `verbs` also -ing, -ed and -s forms of its base."""
    singular = fold(word)
    plurals = {singular + "s", singular + "es", singular[:-1] + "ies", singular.replace("ization", "isation")}
    plurals |= {plural for plural, one in _IRREGULAR.items() if one == singular}
    forms = {word, singular} | {form for form in plurals if fold(form) == singular}
    if verbs and len(word) > 3 and word.isalpha():
        for base in _bases(word):
            stems = {base[:-1]} if base.endswith("e") else {base, base + base[-1]}
            forms |= {base, base + "s"} | {stem + ending for stem in stems for ending in ("ing", "ed")}
    return frozenset(forms)


def _bases(word: str) -> set[str]:
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            undoubled = {stem[:-1]} if stem[-1] == stem[-2] else set()
            return {word, stem, stem + "e"} | undoubled
    return {word}


def _common_start(forms: Iterable[str]) -> str:
    first, last = min(forms), max(forms)
    size = next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last))
    )
    return first[:size]

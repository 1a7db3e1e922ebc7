"""What a citation is evidence of, by the words of the sentences that cite and of the title above them.

A sentence is read as families of words, such as "run again", "as reported" and "falls short"; each family
speaks for some classes and against others by the weights of `citation_cue_weights`. Words do not count where
they mean something else, where they are denied, asked or only wished for, and where somebody else is said to
have done it. What the sentences say goes before what the title says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from r2p_tui.domain.citation_cue_patterns import CueRule
from r2p_tui.domain.citation_cue_reading import compared_numbers, hits_in, words_of
from r2p_tui.domain.citation_cue_scopes import SENTENCE_END, Scopes
from r2p_tui.domain.citation_cue_weights import BASE, WEIGHTS
from r2p_tui.domain.citation_cues_title import ABSTRACT_RULES, SURVEY_TITLE, TITLE_RULES
from r2p_tui.domain.citation_mentions import mentions_of
from r2p_tui.domain.citations import Cue, Evidence, EvidenceClass

CUES_VERSION = 1
"""Goes up with every change of a rule, so that what older rules decided is decided anew."""
TITLE, ABSTRACT = -1, -2
"""The `place` of a cue that is in no sentence."""

_LONGEST = 2_000
_MOST_CUES = 6
_TELLING = 0.1
"""What a family must weigh for a class to be shown as its cue."""
_RAN_AGAIN = frozenset((EvidenceClass.REPLICATES, EvidenceClass.FAILS))


class _Said(NamedTuple):
    """A class that these words of one sentence are enough for."""

    evidence_class: EvidenceClass
    weight: float
    cues: tuple[Cue, ...]


def classify(title: str, contexts: Sequence[str], abstract: str = "", *, cited: str = "") -> Evidence:
    """The class that the cues speak for, with these cues, the strongest first.

    With `cited`, the title of the cited work, the citing title counts only where it names that work: what
    improves one detector cites fifty. The abstract of the citing work counts only where no citing sentence is
    known, and only if it tells of a replication.
    """
    said = [each for place, text in enumerate(contexts) for each in _said_in(text[:_LONGEST], place)]
    if not said and not SURVEY_TITLE.search(title) and (not cited or mentions_of(cited, "", None, title)):
        said = list(_found_by(TITLE_RULES, title, TITLE))
    if not said and not contexts:
        said = list(_found_by(ABSTRACT_RULES, abstract[:_LONGEST], ABSTRACT))
    return _strongest(said) if said else Evidence(EvidenceClass.MENTIONS)


def _strongest(said: Sequence[_Said]) -> Evidence:
    """The first class in order; between a replication and a failed one the stronger, then the failed one."""
    labels = {each.evidence_class for each in said}
    label = next(each for each in EvidenceClass if each in labels)
    if label in _RAN_AGAIN:
        again = [each for each in said if each.evidence_class in _RAN_AGAIN]
        label = max(again, key=lambda each: (each.weight, each.evidence_class == "fails")).evidence_class
    same = sorted((each for each in said if each.evidence_class is label), key=lambda each: -each.weight)
    return Evidence(label, tuple(cue for each in same for cue in each.cues)[:_MOST_CUES])


def _found_by(rules: Iterable[CueRule], text: str, place: int) -> Iterator[_Said]:
    for rule in rules:
        if found := rule.pattern.search(text):
            yield _Said(rule.evidence_class, rule.weight, (Cue(rule.name, place, *found.span(), found[0]),))


def _said_in(text: str, place: int) -> Iterator[_Said]:
    start = 0
    for end in [*(found.end() for found in SENTENCE_END.finditer(text)), len(text)]:
        if said := _weighed(text[start:end], place, start):
            yield said
        start = end


def _weighed(sentence: str, place: int, offset: int) -> _Said | None:
    """The class with the greatest sum of weights, and the families that speak for it; None for a mention."""
    families = families_of(sentence)
    rows = [(WEIGHTS[name], name, span) for name, span in families.items() if name in WEIGHTS]
    sums = [sum(column) for column in zip(BASE, *(row for row, _, _ in rows), strict=True)]
    best = max(range(len(sums)), key=sums.__getitem__)
    speaking = sorted(
        ((row[best], name, span) for row, name, span in rows if span and row[best] >= _TELLING),
        key=lambda each: (-each[0], each[1]),
    )
    if list(EvidenceClass)[best] is EvidenceClass.MENTIONS or not speaking:
        return None
    cues = tuple(
        Cue(name, place, offset + start, offset + end, sentence[start:end])
        for _, name, (start, end) in speaking
    )
    return _Said(list(EvidenceClass)[best], sums[best] - sums[-1], cues)


def families_of(sentence: str) -> dict[str, tuple[int, int] | None]:
    """The families that stand in a sentence, and count, with the place of the first words of each.

    What stands for the whole sentence, such as that somebody else acts in it, has no place.
    """
    words, scopes = words_of(sentence), Scopes(sentence)
    families: dict[str, tuple[int, int] | None] = dict.fromkeys(scopes.kinds)
    for hit in (*hits_in(words), *compared_numbers(words)):
        start, end = words[hit.first].start, words[hit.last - 1].end
        if scopes.counts(hit.family, start, end):
            families.setdefault(hit.family, (start, end))
    return families

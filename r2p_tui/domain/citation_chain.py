"""How an idea evolved: from a work to its most influential successor, from that to its own, and so on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from r2p_tui.domain.citations import EvidenceClass, Work

ChainEnd = Literal["", "not looked", "nothing newer", "long enough"]
END_WORDS: dict[ChainEnd, str] = {
    "": "",
    "not looked": "Nobody looked yet at what cites it.",
    "nothing newer": "Nothing that is stored goes on from here.",
    "long enough": "The path is cut here.",
}
LONGEST = 12

_OF_INFLUENCE = 3.0
_OF_CLASS = {
    EvidenceClass.EXTENDS: (2.0, "extends it"),
    EvidenceClass.REPLICATES: (1.0, "replicates it"),
    EvidenceClass.DEPLOYS: (1.0, "deploys it or speeds it up"),
    EvidenceClass.COMPARES: (1.0, "compares with it"),
    EvidenceClass.FAILS: (0.5, "fails to replicate it"),
    EvidenceClass.MENTIONS: (0.0, ""),
}


class Successor(NamedTuple):
    """A work that cites the one before it, and what that citation says."""

    work: Work
    influential: bool = False
    evidence_class: EvidenceClass = EvidenceClass.MENTIONS


class Step(NamedTuple):
    """A work of the chain and why it was taken; the last one tells why there is no other after it."""

    work: Work
    why: tuple[str, ...] = ()
    end: ChainEnd = ""


def evolve(
    root: Work, successors: Mapping[int, Sequence[Successor]], *, longest: int = LONGEST
) -> tuple[Step, ...]:
    """The chain from the root on: each step cites the one before, is not older, and stands there once.

    `successors` has an entry, perhaps empty, for each work whose citing works somebody looked at.
    """
    steps: list[Step] = []
    seen = {root.work_id}
    here = Step(root)
    while not (end := _end(here.work, successors, seen, len(steps) + 1 >= longest)):
        steps.append(here)
        best = max(_following(here.work, successors, seen), key=_rank)
        seen.add(best.work.work_id)
        here = Step(best.work, _why(best))
    return (*steps, here._replace(end=end))


def _end(
    work: Work, successors: Mapping[int, Sequence[Successor]], seen: set[int], at_limit: bool
) -> ChainEnd:
    if work.work_id not in successors:
        return "not looked"
    if not _following(work, successors, seen):
        return "nothing newer"
    return "long enough" if at_limit else ""


def _following(work: Work, successors: Mapping[int, Sequence[Successor]], seen: set[int]) -> list[Successor]:
    return [
        each for each in successors[work.work_id] if each.work.work_id not in seen and _newer(each.work, work)
    ]


def _newer(work: Work, before: Work) -> bool:
    """A later day; where a day is unknown, no earlier year, since citing something comes after it."""
    if work.published_on and before.published_on:
        return work.published_on > before.published_on
    year, year_before = _year(work), _year(before)
    return year is not None and (year_before is None or year >= year_before)


def _year(work: Work) -> int | None:
    return work.published_on.year if work.published_on else work.year


def _rank(each: Successor) -> tuple[float, int, int]:
    points = _OF_INFLUENCE * each.influential + _OF_CLASS[each.evidence_class][0]
    citations = max(each.work.citation_count or 0, 0)
    return points + math.log10(1 + citations), citations, -each.work.work_id


def _why(each: Successor) -> tuple[str, ...]:
    words = ["influenced by it"] if each.influential else []
    words += filter(None, [_OF_CLASS[each.evidence_class][1]])
    if each.work.citation_count:
        words.append(f"cited {each.work.citation_count:,} times")
    return tuple(words) or ("cites it",)

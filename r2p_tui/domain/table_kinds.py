"""Which kind of table it is: evidence is added up, and the strongest pieces of it are the reason."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from r2p_tui.domain.table_body import Body
from r2p_tui.domain.table_cues import CAPTION_CUES, MENTION_CUES, SECTION_CUES, Cue
from r2p_tui.domain.table_evidence import Evidence, Scene, evidence_of_the_grid
from r2p_tui.domain.table_shape import Shape
from r2p_tui.domain.understanding import KINDS, Column, Kind

MOST_WORDS: Final = 4000  # of a caption or the mentions; what comes later says nothing of the table
CAPS: Final = {"caption": 5.0, "section": 2.5, "mentions": 4.0}
REMARKS: Final = 0.6  # what a caption says after its first sentence counts this much of it
UNLIKELY: Final = 0.4  # the same for words on settings and data where scores are measured
TEMPERATURE: Final = 1.0  # at which tables never looked at are as often right as it says

_PLACES: Final = {
    "caption": "the caption says",
    "section": "its section is called",
    "mentions": "the text says of it",
}
_NUMBERED: Final = re.compile(r"(?:Table|Tab\.?)\s+[\w.]*\w\s*[.:|–-]\s*", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z(“])")


class Verdict(NamedTuple):
    """A kind, its reason in words, and how sure it is, from 0 to 1."""

    kind: Kind
    reason: str
    confidence: float


def judge_kind(body: Body, columns: Sequence[Column], shape: Shape) -> Verdict:
    """The kind with the most evidence; the confidence is its share, softened."""
    evidence = list(gather_evidence(body, columns, shape))
    totals = {kind: sum(entry.weight for entry in evidence if entry.kind == kind) for kind in KINDS}
    best = max(KINDS, key=lambda kind: totals[kind])
    shares = [math.exp((total - totals[best]) / TEMPERATURE) for total in totals.values()]
    reasons = sorted((entry for entry in evidence if entry.kind == best), key=lambda entry: -entry.weight)[:3]
    if not reasons:
        return Verdict("other", "nothing tells what it is for", 1 / len(KINDS))
    return Verdict(best, "; ".join(entry.reason for entry in reasons), 1 / sum(shares))


def gather_evidence(body: Body, columns: Sequence[Column], shape: Shape) -> Iterator[Evidence]:
    """All that speaks for any kind, each with its weight and its words."""
    table = body.table
    scene = Scene(body, columns, shape)
    spoken = chain(
        _spoken_by(table.caption, CAPTION_CUES),
        _spoken(table.section, SECTION_CUES, "section"),
        _spoken(" ".join(table.mentions), MENTION_CUES, "mentions"),
    )
    likely = (_likely(entry, measures=scene.measures) for entry in spoken)
    return chain(likely, evidence_of_the_grid(scene))


def _likely(entry: Evidence, *, measures: bool) -> Evidence:
    """Words on settings or data say less of a table of scores, which may study or need them."""
    unlikely = measures and entry.kind in ("hyperparameters", "data")
    return entry._replace(weight=entry.weight * UNLIKELY) if unlikely else entry


def _spoken_by(caption: str, cues: Sequence[Cue]) -> Iterator[Evidence]:
    """What a caption says: its first sentence, and that of the part, are its title; the rest is remarks."""
    title, remarks = _parted(caption[:MOST_WORDS])
    yield from _spoken(title, cues, "caption")
    left = [cue for cue in cues if not cue.pattern.search(title)]
    for entry in _spoken(remarks, left, "caption"):
        yield entry._replace(weight=entry.weight * REMARKS)


def _parted(caption: str) -> tuple[str, str]:
    pieces = [_SENTENCE_END.split(piece.strip(), maxsplit=1) for piece in _NUMBERED.split(caption)]
    return " ".join(piece[0] for piece in pieces), " ".join(piece[1] for piece in pieces if len(piece) > 1)


def _spoken(text: str, cues: Sequence[Cue], place: str) -> Iterator[Evidence]:
    """The cues found in a text; no word counts twice, and what adds up is capped."""
    left = dict.fromkeys(KINDS, CAPS[place])
    used: set[tuple[Kind, int]] = set()
    for cue in cues:
        found = cue.pattern.search(text[:MOST_WORDS])
        weight = min(cue.weight, left[cue.kind])
        if found and weight > 0 and (cue.kind, found.start()) not in used:
            left[cue.kind] -= weight
            used.update((cue.kind, at) for at in range(*found.span()))
            yield Evidence(cue.kind, weight, f"{_PLACES[place]} “{_shown(found.group())}”")


def _shown(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()

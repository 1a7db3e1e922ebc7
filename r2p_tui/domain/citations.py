"""Citations: works that cite and are cited, what a citation says, and what it counts as evidence of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple

Direction = Literal["citations", "references"]
"""`citations` leads forward, to the works that cite; `references` backward, to the works that are cited."""
CitationSource = Literal["s2", "openalex", "facts"]


class EvidenceClass(StrEnum):
    """What a citing work does with what it cites, the strongest evidence for practice first."""

    REPLICATES = "replicates"
    FAILS = "fails"
    DEPLOYS = "deploys"
    EXTENDS = "extends"
    COMPARES = "compares"
    MENTIONS = "mentions"


CLASS_WORDS = {
    EvidenceClass.REPLICATES: "replicates",
    EvidenceClass.FAILS: "fails to replicate",
    EvidenceClass.DEPLOYS: "deploys or speeds up",
    EvidenceClass.EXTENDS: "extends",
    EvidenceClass.COMPARES: "compares",
    EvidenceClass.MENTIONS: "mentions",
}


class Cue(NamedTuple):
    """Words a rule went by, at `start` to `end` in context number `place`, -1 the title, -2 the abstract."""

    rule: str
    place: int
    start: int
    end: int
    words: str


class Evidence(NamedTuple):
    """The class of a citation and the cues that decided it, the strongest first; none for a mere mention."""

    evidence_class: EvidenceClass
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class IncomingWork:
    """A work as a source describes it, cleaned; at least one of the ids or a title is there.

    `arxiv_id` has no version; `doi` is in lower case, and None where it is arXiv's own for `arxiv_id`.
    """

    title: str
    s2_id: str | None = None
    openalex_id: str | None = None
    arxiv_id: str | None = None
    doi: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    published_on: date | None = None
    venue: str = ""
    abstract: str = ""
    citation_count: int | None = None
    influential_count: int | None = None
    reference_count: int | None = None


@dataclass(frozen=True, slots=True)
class IncomingCitation:
    """The work at the other end of a citation, and what the source says of the citation itself."""

    work: IncomingWork
    source: CitationSource
    contexts: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    influential: bool = False


class Work(NamedTuple):
    """What a list shows of a work; light enough for ten thousand rows.

    `key` is the arXiv id, else the DOI, else empty. `paper_id` is set where the work is a paper of the store,
    `decision` where the user decided on it.
    """

    work_id: int
    key: str
    title: str
    first_author: str = ""
    year: int | None = None
    published_on: date | None = None
    venue: str = ""
    citation_count: int | None = None
    influential_count: int | None = None
    has_code: bool = False
    paper_id: int | None = None
    decision: str | None = None
    looked_at: datetime | None = None


class Citation(NamedTuple):
    """One citation as a list shows it: the work at the other end, and what the citation is evidence of.

    `contexts` counts the sentences that are known; the sentences themselves are loaded for one citation at a
    time. `corrected` says that the user chose the class.
    """

    citing_id: int
    cited_id: int
    work: Work
    influential: bool
    intents: tuple[str, ...]
    contexts: int
    evidence_class: EvidenceClass
    corrected: bool
    first_seen_at: datetime

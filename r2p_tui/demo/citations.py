"""The packaged citations: which of these works cites which, read by hand in reference lists of the papers."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from importlib.resources import files
from typing import NamedTuple

from r2p_tui.demo.papers import packaged_papers
from r2p_tui.domain.citations import Direction, Evidence, EvidenceClass, IncomingCitation, IncomingWork
from r2p_tui.domain.papers import IncomingPaper, id_order
from r2p_tui.store.citation_looks import CitationLook

CITATIONS_FILE = "citations.tsv"
WORKS_FILE = "works.tsv"
# Shown beside the list, so that nobody takes a few reference lists for all that was ever written.
HOW_READ = "From reference lists that were read by hand, not from a service: there may be more."
# No sentence was read, and a title alone would say the same of everything that it cites.
UNREAD = Evidence(EvidenceClass.MENTIONS)


class PackagedLook(NamedTuple):
    """What looking at one work in one direction gave; `others` are the arXiv ids of the other ends."""

    key: str
    direction: Direction
    others: tuple[str, ...]
    citations: tuple[IncomingCitation, ...]

    def record(self, work_id: int, now: datetime) -> CitationLook:
        """The look as the store keeps it: done, and by whom."""
        return CitationLook(
            work_id=work_id,
            direction=self.direction,
            source="facts",
            state="done",
            reason=HOW_READ,
            found=len(self.others),
            began_at=now,
            ended_at=now,
        )


def packaged_edges() -> list[tuple[str, str]]:
    """The arXiv ids of a citing and a cited work each."""
    return [(row["citing_arxiv_id"], row["cited_arxiv_id"]) for row in _rows(CITATIONS_FILE)]


def packaged_works() -> dict[str, IncomingWork]:
    """The works of the edges by arXiv id: packaged papers, and a few that are not in the library.

    One whose day nobody saw has the year of its id and no date.
    """
    works = {str(paper.arxiv_id): _work_of(paper) for paper in packaged_papers()}
    works |= {row["arxiv_id"]: _work(row) for row in _rows(WORKS_FILE)}
    named = {key for edge in packaged_edges() for key in edge}
    return {key: work for key, work in works.items() if key in named}


def packaged_looks(works: Mapping[str, IncomingWork]) -> Iterator[PackagedLook]:
    """The edges by each of their ends."""
    ends: dict[tuple[str, Direction], list[str]] = defaultdict(list)
    for citing, cited in packaged_edges():
        ends[cited, "citations"].append(citing)
        ends[citing, "references"].append(cited)
    for (key, direction), others in ends.items():
        citations = tuple(IncomingCitation(works[other], "facts") for other in others)
        yield PackagedLook(key, direction, tuple(others), citations)


def _work_of(paper: IncomingPaper) -> IncomingWork:
    return IncomingWork(
        paper.title,
        arxiv_id=paper.arxiv_id,
        authors=paper.authors,
        year=id_order(str(paper.arxiv_id))[0] // 100,
        published_on=paper.published_at.date() if paper.published_at else None,
        abstract=paper.abstract,
    )


def _work(row: Mapping[str, str]) -> IncomingWork:
    day = row["v1_date"]
    return IncomingWork(
        row["title"],
        arxiv_id=row["arxiv_id"],
        authors=tuple(row["authors"].split("; ")),
        year=int(day[:4]),
        published_on=None if day.endswith("~") else date.fromisoformat(day),
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    lines = files("r2p_tui.demo").joinpath(name).read_text(encoding="utf-8").splitlines()
    yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)

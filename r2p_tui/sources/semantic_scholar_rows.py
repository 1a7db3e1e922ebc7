"""Papers and citations of Semantic Scholar as r2p knows them, through the models of its package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from r2p_tui.domain.citation_matching import arxiv_id_of_doi, plain_doi
from r2p_tui.domain.citations import Direction, IncomingCitation, IncomingWork
from r2p_tui.domain.papers import parse_arxiv_id
from r2p_tui.sources.json_values import day_of, dict_of, dicts_of, line_of, plain_line, whole_of, year_of

if TYPE_CHECKING:
    from semanticscholar.BaseReference import BaseReference
    from semanticscholar.Paper import Paper

PAPER_FIELDS = (
    "title",
    "externalIds",
    "authors",
    "year",
    "publicationDate",
    "venue",
    "abstract",
    "citationCount",
    "influentialCitationCount",
    "referenceCount",
)
_SIDES = {"citations": "citingPaper", "references": "citedPaper"}


def readable(paper: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a paper with the fields asked for, without what the package's `Paper` stumbles over."""
    day = day_of(paper.get("publicationDate"))
    return {name: paper.get(name) for name in ("paperId", *PAPER_FIELDS)} | {
        "authors": list(dicts_of(paper.get("authors"))),
        "publicationDate": day.isoformat() if day else None,
    }


def work_of(paper: Paper) -> IncomingWork | None:
    """The work that a model describes; None where it has neither an id nor a title."""
    ids = dict_of(paper.externalIds)
    arxiv_id = _arxiv_id(ids)
    doi = plain_doi(line_of(ids.get("DOI")))
    work = IncomingWork(
        title=plain_line(paper.title),
        s2_id=line_of(paper.paperId) or None,
        arxiv_id=arxiv_id,
        doi=None if arxiv_id and arxiv_id_of_doi(doi) == arxiv_id else doi,
        authors=tuple(name for author in paper.authors or () if (name := line_of(author.name))),
        year=year_of(paper.year),
        published_on=paper.publicationDate.date() if paper.publicationDate else None,
        venue=plain_line(paper.venue),
        abstract=plain_line(paper.abstract),
        citation_count=whole_of(paper.citationCount),
        influential_count=whole_of(paper.influentialCitationCount),
        reference_count=whole_of(paper.referenceCount),
    )
    return work if any((work.title, work.s2_id, work.arxiv_id, work.doi)) else None


def _arxiv_id(ids: dict[str, Any]) -> str | None:
    reference = parse_arxiv_id(line_of(ids.get("ArXiv")))
    return reference.value if reference else arxiv_id_of_doi(line_of(ids.get("DOI")))


def citation_of(row: Any, direction: Direction) -> IncomingCitation | None:
    """A row of a page of citations or references; None where it says nothing of any work."""
    from semanticscholar.Citation import Citation
    from semanticscholar.Reference import Reference

    side = _SIDES[direction]
    paper = dict_of(dict_of(row).get(side))
    if not paper:
        return None
    model = {"citations": Citation, "references": Reference}[direction](row | {side: readable(paper)})
    work = work_of(model.paper)
    return _citation(work, model) if work else None


def _citation(work: IncomingWork, model: BaseReference) -> IncomingCitation:
    return IncomingCitation(
        work,
        "s2",
        contexts=_lines(model.contexts),
        intents=_lines(model.intents),
        influential=model.isInfluential is True,
    )


def _lines(values: Any) -> tuple[str, ...]:
    lines = [line_of(value) for value in values] if isinstance(values, list) else []
    return tuple(dict.fromkeys(line for line in lines if line))

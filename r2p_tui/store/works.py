"""Works of the citation graph: what is known of each, its names, and which paper of the store it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Computed, Index, Text
from sqlmodel import Field, Session, SQLModel

from r2p_tui.domain.citation_matching import arxiv_id_of_doi, plain_doi
from r2p_tui.domain.citations import IncomingWork, Work
from r2p_tui.domain.papers import PaperReference
from r2p_tui.domain.times import parse_utc
from r2p_tui.errors import NotFoundError
from r2p_tui.store.fields import day_field, json_field, time_field, to_json
from r2p_tui.store.papers import Paper
from r2p_tui.store.work_pool import StoredWork, stored_works
from r2p_tui.store.work_saving import current_id, current_ids, save_works

T = TypeVar("T")
_CHUNK = 500

# Read as one column, because the driver takes longer over columns than over anything else in a long list.
_LINE = (
    "coalesce(year, '') || char(31) || coalesce(published_on, '') || char(31)"
    " || coalesce(citation_count, '') || char(31) || coalesce(influential_count, '') || char(31)"
    " || (code_url IS NOT NULL) || char(31) || coalesce(arxiv_id, doi, '') || char(31) || first_author"
    " || char(31) || venue || char(31) || title"
)


class WorkRecord(SQLModel, table=True):
    """A work by what its sources said in short; what is long stands apart, so that lists are read fast.

    `arxiv_id` has no version, `doi` is in lower case and not arXiv's own. SQLite itself makes `line` of the
    others, for `works_in`.
    """

    __tablename__ = "works"
    __table_args__ = (Index("works_by_title", "title_key"), {"sqlite_strict": True})

    id: int | None = Field(default=None, primary_key=True)
    s2_id: str | None = Field(default=None, unique=True)
    openalex_id: str | None = Field(default=None, unique=True)
    arxiv_id: str | None = Field(default=None, unique=True)
    doi: str | None = Field(default=None, unique=True)
    title: str
    title_key: str
    first_author: str = ""
    year: int | None = None
    published_on: date | None = day_field(default=None)
    venue: str = ""
    citation_count: int | None = None
    influential_count: int | None = None
    reference_count: int | None = None
    code_url: str | None = None
    added_at: datetime = time_field()
    updated_at: datetime = time_field()
    line: str | None = Field(default=None, sa_column=Column(Text, Computed(_LINE, persisted=True)))


class WorkText(SQLModel, table=True):
    """The long parts of a work."""

    __tablename__ = "work_texts"
    __table_args__ = ({"sqlite_strict": True},)

    work_id: int = Field(foreign_key="works.id", ondelete="CASCADE", primary_key=True)
    authors: list[str] = json_field(default_factory=list)
    abstract: str = ""


class WorkAlias(SQLModel, table=True):
    """Another name of a work that was several rows: `s2:`, `openalex:`, `arxiv:`, `doi:`, `work:`."""

    __tablename__ = "work_aliases"
    __table_args__ = (Index("work_aliases_by_work", "work_id"), {"sqlite_strict": True})

    name: str = Field(primary_key=True)
    work_id: int = Field(foreign_key="works.id", ondelete="CASCADE")


# What a list shows, as `works_in` reads it.
WORK_COLUMNS = """
    w.id, w.line, coalesce(
        (SELECT p.id FROM papers AS p WHERE p.arxiv_id = w.arxiv_id),
        (SELECT min(p.id) FROM papers AS p WHERE p.doi = w.doi)
    )
"""
# Papers that a work is known as by another name than its arXiv id or DOI of today.
_PAPERS_BY_OTHER_NAMES = """
    SELECT w.id, p.id FROM papers AS p JOIN works AS w ON w.s2_id = substr(p.source_key, 4)
        WHERE p.source_key BETWEEN 's2:' AND 's2;'
    UNION ALL
    SELECT w.id, p.id FROM papers AS p JOIN works AS w ON w.openalex_id = substr(p.source_key, 10)
        WHERE p.source_key BETWEEN 'openalex:' AND 'openalex;'
    UNION ALL
    SELECT w.id, p.id FROM papers AS p JOIN works AS w ON w.id = CAST(substr(p.source_key, 6) AS INTEGER)
        WHERE p.source_key BETWEEN 'work:' AND 'work;'
    UNION ALL
    SELECT a.work_id, p.id FROM work_aliases AS a JOIN papers AS p ON p.source_key = a.name
    UNION ALL
    SELECT a.work_id, p.id FROM work_aliases AS a JOIN papers AS p ON p.arxiv_id = substr(a.name, 7)
        WHERE a.name BETWEEN 'arxiv:' AND 'arxiv;'
    UNION ALL
    SELECT a.work_id, p.id FROM work_aliases AS a JOIN papers AS p ON p.doi = substr(a.name, 5)
        WHERE a.name BETWEEN 'doi:' AND 'doi;'
"""
_LOOKED_AT = "SELECT work_id, max(coalesce(ended_at, began_at)) FROM citation_looks GROUP BY work_id"
_PAPER_FACTS = """
    SELECT p.id, d.decision, p.code_url IS NOT NULL OR coalesce(c.state <> 'none', 0) AS has_code
    FROM papers AS p
    LEFT JOIN triage_decisions AS d ON d.paper_id = p.id AND d.undone_at IS NULL
    LEFT JOIN code_looks AS c ON c.paper_id = p.id
    WHERE p.id IN (SELECT value FROM json_each(?)) AND (d.decision IS NOT NULL OR has_code)
"""


Row = tuple[Any, int, str, int | None]


def works_in(
    session: Session, query: str, values: Sequence[Any]
) -> Iterator[tuple[Sequence[Row], list[Work]]]:
    """The rows of a query, each a value of the caller's own and `WORK_COLUMNS`, and the work of each row.

    Some hundred at a time: a long list is read faster where its rows do not have to lie in memory at once.
    """
    run = session.connection().exec_driver_sql
    other_names = {row[0]: row[1] for row in run(_PAPERS_BY_OTHER_NAMES)}
    looked_at = {row[0]: parse_utc(row[1]) for row in run(_LOOKED_AT)}
    number, day = _Known[int](int), _Known[date](date.fromisoformat)
    make = tuple.__new__
    cursor = run(query, tuple(values)).cursor
    while cursor is not None and (rows := cursor.fetchmany(_CHUNK)):
        papers = [row[3] or other_names.get(row[1]) for row in rows]
        facts = _paper_facts(session, {paper for paper in papers if paper is not None})
        works = []
        for (_, work_id, line, _), paper in zip(rows, papers, strict=True):
            year, published, cited, influential, code, key, author, venue, title = line.split("\x1f", 8)
            decision, paper_code = facts.get(paper, _NO_FACTS)
            # In the order of `Work`, whose own way to be made takes twice as long.
            values_of_work = (
                work_id, key, title, author, number[year], day[published], venue, number[cited],
                number[influential], code == "1" or paper_code, paper, decision, looked_at.get(work_id),
            )  # fmt: skip
            works.append(make(Work, values_of_work))
        yield rows, works


class _Known(dict[str, "T | None"], Generic[T]):
    """Values by their text, each made once; none for an empty text."""

    def __init__(self, make: Callable[[str], T]) -> None:
        super().__init__({"": None})
        self._make = make

    def __missing__(self, text: str) -> T | None:
        value = self[text] = self._make(text)
        return value


_NO_FACTS: tuple[str | None, bool] = (None, False)


def _paper_facts(session: Session, paper_ids: set[int]) -> dict[int | None, tuple[str | None, bool]]:
    """Decision in force and whether there is code, of papers that have either."""
    if not paper_ids:
        return {}
    rows = session.connection().exec_driver_sql(_PAPER_FACTS, (to_json(list(paper_ids)),))
    return {row[0]: (row[1], row[2] == 1) for row in rows}


def work_of_paper(session: Session, paper: Paper, now: datetime) -> int:
    """The work that a paper of the store is, made now where the graph did not have it."""
    kind, _, value = (paper.source_key or "").partition(":")
    if kind == "work" and value.isdecimal() and works_by_ids(session, [int(value)]):
        return current_id(session, int(value))
    return save_works(session, [_as_incoming(paper)], now)[0]


def _as_incoming(paper: Paper) -> IncomingWork:
    kind, _, value = (paper.source_key or "").partition(":")
    day = paper.published_at.date() if paper.published_at else None
    doi = plain_doi(paper.doi)
    return IncomingWork(
        title=paper.title,
        s2_id=value if kind == "s2" else None,
        openalex_id=value if kind == "openalex" else None,
        arxiv_id=paper.arxiv_id or arxiv_id_of_doi(doi),
        doi=None if arxiv_id_of_doi(doi) else doi,
        authors=tuple(paper.authors),
        year=day.year if day else None,
        published_on=day,
        abstract=paper.abstract,
    )


def work_by_id(session: Session, work_id: int) -> Work:
    """What a list shows of a work, by its id of today or an earlier one; raises NotFoundError."""
    found = works_by_ids(session, [work_id])
    if not found:
        raise _gone()
    return found[0]


def works_by_ids(session: Session, work_ids: Sequence[int]) -> list[Work]:
    """Works in the order of their ids of today or earlier ones; those that are not there are left out."""
    wanted = current_ids(session, work_ids)
    query = f"SELECT NULL, {WORK_COLUMNS} FROM works AS w WHERE w.id IN (SELECT value FROM json_each(?))"  # noqa: S608
    works = [work for _, some in works_in(session, query, [to_json(wanted)]) for work in some]
    found = {work.work_id: work for work in works}
    return [found[work_id] for work_id in wanted if work_id in found]


def description_of(session: Session, work_id: int) -> StoredWork:
    """All that the sources said of a work, by its id of today or an earlier one; raises NotFoundError."""
    wanted = current_id(session, work_id)
    found = stored_works(session, [wanted])
    if not found:
        raise _gone()
    return found[wanted]


def find_work(session: Session, reference: PaperReference) -> int | None:
    """The work that an arXiv id or a DOI names, also by a name that it had as another row."""
    run = session.connection().exec_driver_sql
    column = "arxiv_id" if reference.kind == "arxiv" else "doi"
    found = run(f"SELECT id FROM works WHERE {column} = ?", (reference.value,)).scalar()  # noqa: S608
    alias = f"{reference.kind}:{reference.value}"
    return found or run("SELECT work_id FROM work_aliases WHERE name = ?", (alias,)).scalar()


def _gone() -> NotFoundError:
    return NotFoundError("That work is not in the store any more.", "Open the paper again: r2p cites PAPER")


__all__ = [
    "StoredWork",
    "WorkAlias",
    "WorkRecord",
    "WorkText",
    "current_id",
    "current_ids",
    "description_of",
    "find_work",
    "save_works",
    "work_by_id",
    "work_of_paper",
    "works_by_ids",
]

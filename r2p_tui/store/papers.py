"""Papers, their versions and categories: one row a paper, whatever route or version brought it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple

from sqlalchemy import CheckConstraint, func, select, update
from sqlmodel import Field, Session, SQLModel, col

from r2p_tui.domain.papers import IncomingPaper, PaperReference, Source
from r2p_tui.domain.times import utc_text
from r2p_tui.store.fields import json_field, paper_key, time_field, to_json

CHUNK = 500
# A row has 17 values, and SQLite takes 32,766 in one statement.
ROWS = 1500


class Paper(SQLModel, table=True):
    """A work as its best known version describes it.

    `text_rank` and `details_rank` say which version and source the two groups of fields came from, so that
    the order of arrival does not matter. `categories` has the primary one first.
    """

    __tablename__ = "papers"
    __table_args__ = (
        CheckConstraint(
            "arxiv_id IS NOT NULL OR doi IS NOT NULL OR source_key IS NOT NULL", name="has_a_key"
        ),
        CheckConstraint("length(title) > 0", name="has_a_title"),
        CheckConstraint("latest_version >= 1", name="version_from_one"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    arxiv_id: str | None = Field(default=None, unique=True)
    doi: str | None = Field(default=None, index=True)
    source_key: str | None = Field(default=None, unique=True)
    title: str
    abstract: str = ""
    authors: list[str] = json_field()
    categories: list[str] = json_field(default=[], sa_column_kwargs={"server_default": "[]"})
    primary_category: str | None = None
    comment: str | None = None
    journal_ref: str | None = None
    license: str | None = None
    code_url: str | None = None
    published_at: datetime | None = time_field(default=None, index=True)
    updated_at: datetime | None = time_field(default=None)
    latest_version: int = 1
    text_rank: int = 0
    details_rank: int = 0
    added_at: datetime = time_field()

    @property
    def key(self) -> str:
        """What names it on the command line: its arXiv id where it has one."""
        return self.arxiv_id or self.doi or self.source_key or ""


class PaperVersion(SQLModel, table=True):
    """A version of a paper and when it was submitted."""

    __tablename__ = "paper_versions"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    paper_id: int = paper_key(primary_key=True)
    version: int = Field(primary_key=True)
    submitted_at: datetime | None = time_field(default=None)


class Saved(NamedTuple):
    """What a bulk save did: ids by arXiv id for every paper given, and which were not there before."""

    ids: dict[str, int]
    new: set[str]


def save_papers(session: Session, papers: Iterable[IncomingPaper], now: datetime) -> Saved:
    """Insert or improve papers in chunks; the result is the same whatever order they arrive in."""
    session.flush()
    connection = session.connection()
    saved = Saved({}, set())
    for chunk in _chunks(papers, ROWS):
        keys = {_key(paper) for paper in chunk}
        before = _ids(session, keys)
        values = chain.from_iterable(_values(paper, now) for paper in chunk)
        connection.exec_driver_sql(_upsert(len(chunk)), tuple(values))
        after = before if len(before) == len(keys) else _ids(session, keys)
        saved.ids.update(after)
        saved.new.update(after.keys() - before.keys())
        connection.exec_driver_sql(_UPSERT_VERSION, list(_version_rows(chunk, after)))
    return saved


def find_paper(session: Session, reference: PaperReference) -> Paper | None:
    """The paper that an arXiv id or a DOI names, whatever version the reference asks for."""
    column = Paper.arxiv_id if reference.kind == "arxiv" else Paper.doi
    return session.scalars(select(Paper).where(column == reference.value)).first()  # type: ignore[arg-type]


def categories_of(session: Session, paper_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The categories of each paper, primary first; papers that are not there have none."""
    found: dict[int, tuple[str, ...]] = dict.fromkeys(paper_ids, ())
    for start in range(0, len(paper_ids), CHUNK):
        some = paper_ids[start : start + CHUNK]
        query = select(col(Paper.id), col(Paper.categories)).where(col(Paper.id).in_(some))
        found |= {paper_id: tuple(names) for paper_id, names in session.execute(query)}
    return found


def versions_of(session: Session, paper_id: int) -> list[PaperVersion]:
    """Every known version of a paper, oldest first."""
    query = select(PaperVersion).where(PaperVersion.paper_id == paper_id).order_by(PaperVersion.version)  # type: ignore[arg-type]
    return list(session.scalars(query))


def rank(version: int, source: Source) -> int:
    """How much a description counts: later versions first, then sources that know more."""
    return version * 10 + source


def _details_rank(paper: IncomingPaper) -> int:
    # A feed knows hardly any detail, so what another source said of an earlier version counts for more.
    return rank(paper.version, paper.source) + (0 if paper.source is Source.FEED else 100_000)


def _chunks(papers: Iterable[IncomingPaper], size: int) -> Iterator[list[IncomingPaper]]:
    everything = iter(papers)
    while chunk := list(islice(everything, size)):
        yield chunk


def _key(paper: IncomingPaper) -> str:
    if paper.arxiv_id is None:
        raise ValueError("bulk saves are for papers with an arXiv id")
    return paper.arxiv_id


def _ids(session: Session, arxiv_ids: Iterable[str]) -> dict[str, int]:
    query = "SELECT arxiv_id, id FROM papers WHERE arxiv_id IN (SELECT value FROM json_each(?))"
    rows = session.connection().exec_driver_sql(query, (to_json(list(arxiv_ids)),))
    return {row.arxiv_id: row.id for row in rows}


def _values(paper: IncomingPaper, now: datetime) -> tuple[str | int | None, ...]:
    """A row in the order of `_COLUMNS`, as it is stored."""
    primary = paper.primary_category or next(iter(paper.categories), None)
    categories = dict.fromkeys([primary, *paper.categories] if primary else ())
    return (
        paper.arxiv_id,
        paper.title,
        paper.abstract,
        to_json(paper.authors),
        to_json(list(categories)),
        primary,
        paper.version,
        rank(paper.version, paper.source),
        paper.doi,
        paper.comment,
        paper.journal_ref,
        paper.license,
        paper.code_url,
        _time(paper.published_at),
        _time(paper.updated_at),
        _details_rank(paper),
        _time(now),
    )


@lru_cache(maxsize=ROWS)
def _time(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)


_TEXT_FIELDS = (
    "title",
    "abstract",
    "authors",
    "categories",
    "primary_category",
    "latest_version",
    "text_rank",
)
_DETAIL_FIELDS = (
    "doi", "comment", "journal_ref", "license", "code_url", "published_at", "updated_at", "details_rank",
)  # fmt: skip
_COLUMNS = ("arxiv_id", *_TEXT_FIELDS, *_DETAIL_FIELDS, "added_at")


@lru_cache(maxsize=4)
def _upsert(rows: int) -> str:
    """One statement for many rows: each statement that fires a trigger writes a segment of the text index."""
    better = {name: f"excluded.{name} > papers.{name}" for name in ("text_rank", "details_rank")}
    groups = ((_TEXT_FIELDS, better["text_rank"]), (_DETAIL_FIELDS, better["details_rank"]))
    changes = ", ".join(
        f"{name} = CASE WHEN {wins} THEN excluded.{name} ELSE papers.{name} END"
        for names, wins in groups
        for name in names
    )
    row = f"({', '.join('?' * len(_COLUMNS))})"
    return (
        f"INSERT INTO papers ({', '.join(_COLUMNS)}) VALUES {', '.join([row] * rows)}"  # noqa: S608  (our names)
        f" ON CONFLICT (arxiv_id) DO UPDATE SET {changes} WHERE {' OR '.join(better.values())}"
    )


# Of two dates for one version the earlier one stays.
_UPSERT_VERSION = """
    INSERT INTO paper_versions (paper_id, version, submitted_at) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET submitted_at = excluded.submitted_at
    WHERE excluded.submitted_at < coalesce(paper_versions.submitted_at, '9999')
"""


def _version_rows(
    papers: Iterable[IncomingPaper], ids: dict[str, int]
) -> Iterator[tuple[int, int, str | None]]:
    for paper in papers:
        paper_id, dates = ids[_key(paper)], dict(paper.version_dates)
        for version in {paper.version, *dates}:
            yield paper_id, version, _time(dates.get(version))


def arxiv_ids_of(session: Session, paper_ids: Sequence[int]) -> list[str]:
    """The arXiv ids of papers, in the order of the ids; papers without one are left out."""
    found: list[str] = []
    for start in range(0, len(paper_ids), CHUNK):
        query = (
            select(Paper.arxiv_id)  # type: ignore[call-overload]
            .where(Paper.id.in_(paper_ids[start : start + CHUNK]), Paper.arxiv_id.is_not(None))  # type: ignore[union-attr]
            .order_by(Paper.id)
        )
        found += session.scalars(query)
    return found


def stored_ids(session: Session, arxiv_ids: Sequence[str]) -> set[str]:
    """Which of these arXiv ids the store holds."""
    found: set[str] = set()
    for start in range(0, len(arxiv_ids), CHUNK):
        found |= _ids(session, arxiv_ids[start : start + CHUNK]).keys()
    return found


def adopt_arxiv_ids(session: Session, papers: Iterable[IncomingPaper]) -> None:
    """Give a paper that was added by its DOI alone the arXiv id that a source tells, so that it stays one.

    What the DOI's agency said of it then gives way to what arXiv says.
    """
    table = Paper.__table__  # type: ignore[attr-defined]
    for paper in papers:
        if paper.doi is None or paper.arxiv_id is None or _ids(session, [paper.arxiv_id]):
            continue
        orphan = select(func.min(table.c.id)).where(table.c.arxiv_id.is_(None), table.c.doi == paper.doi)
        session.execute(
            update(Paper)
            .where(table.c.id == orphan.scalar_subquery())
            .values(arxiv_id=paper.arxiv_id, text_rank=0, details_rank=0)
        )


def save_doi_paper(session: Session, paper: IncomingPaper, now: datetime) -> int:
    """The id of the paper with this DOI, stored now where it was not; raises ValueError without a DOI."""
    if paper.doi is None:
        raise ValueError("a paper without an arXiv id needs a DOI")
    known = find_paper(session, PaperReference("doi", paper.doi))
    if known and known.id is not None:
        return known.id
    paper_id = session.connection().exec_driver_sql(_upsert(1), _values(paper, now)).lastrowid
    session.add(PaperVersion(paper_id=paper_id, version=1))
    return paper_id


__all__ = [
    "Paper",
    "PaperVersion",
    "Saved",
    "adopt_arxiv_ids",
    "arxiv_ids_of",
    "categories_of",
    "find_paper",
    "save_doi_paper",
    "save_papers",
    "stored_ids",
]

"""Papers, their versions and categories: one row a paper, whatever route or version brought it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Index, case, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import Field, Session, SQLModel

from r2p_tui.domain.papers import IncomingPaper, PaperReference, Source
from r2p_tui.store.fields import UtcTime, json_field, paper_key, time_field

CHUNK = 500


class Paper(SQLModel, table=True):
    """A work as its best known version describes it.

    `text_rank` and `details_rank` say which version and source the two groups of fields came from
    (version * 10 + source), so that the order of arrival does not matter.
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


class PaperVersion(SQLModel, table=True):
    """A version of a paper and when it was submitted."""

    __tablename__ = "paper_versions"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    paper_id: int = paper_key(primary_key=True)
    version: int = Field(primary_key=True)
    submitted_at: datetime | None = time_field(default=None)


class PaperCategory(SQLModel, table=True):
    """A category of a paper; position 0 is its primary one."""

    __tablename__ = "paper_categories"
    __table_args__ = (
        Index("paper_categories_by_category", "category", "paper_id"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    paper_id: int = paper_key(primary_key=True)
    category: str = Field(primary_key=True)
    position: int


class Saved(NamedTuple):
    """What a bulk save did: ids by arXiv id for every paper given, and which of them were not there before."""

    ids: dict[str, int]
    new: set[str]


def save_papers(session: Session, papers: Iterable[IncomingPaper], now: datetime) -> Saved:
    """Insert or improve papers in chunks; the result is the same whatever order they arrive in."""
    saved = Saved({}, set())
    for chunk in _chunks(papers):
        merged = _best_of_each(chunk)
        before = _ids(session, merged)
        session.execute(_upsert_statement(), [_row(paper, now) for paper in chunk])
        after = before if len(before) == len(merged) else _ids(session, merged)
        saved.ids.update(after)
        saved.new.update(after.keys() - before.keys())
        _save_versions(session, chunk, after)
        _save_categories(session, merged, after, before)
    return saved


def find_paper(session: Session, reference: PaperReference) -> Paper | None:
    """The paper that an arXiv id or a DOI names, whatever version the reference asks for."""
    column = Paper.arxiv_id if reference.kind == "arxiv" else Paper.doi
    return session.scalars(select(Paper).where(column == reference.value)).first()  # type: ignore[arg-type]


def categories_of(session: Session, paper_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The categories of each paper, primary first."""
    found: dict[int, list[str]] = {paper_id: [] for paper_id in paper_ids}
    for start in range(0, len(paper_ids), CHUNK):
        rows = session.execute(
            select(PaperCategory.paper_id, PaperCategory.category)  # type: ignore[call-overload]
            .where(PaperCategory.paper_id.in_(paper_ids[start : start + CHUNK]))  # type: ignore[attr-defined]
            .order_by(PaperCategory.paper_id, PaperCategory.position)
        )
        for paper_id, category in rows:
            found[paper_id].append(category)
    return {paper_id: tuple(names) for paper_id, names in found.items()}


def versions_of(session: Session, paper_id: int) -> list[PaperVersion]:
    """Every known version of a paper, oldest first."""
    query = select(PaperVersion).where(PaperVersion.paper_id == paper_id).order_by(PaperVersion.version)  # type: ignore[arg-type]
    return list(session.scalars(query))


def rank(version: int, source: Source) -> int:
    """How much a description counts: later versions first, then sources that know more."""
    return version * 10 + source


def _chunks(papers: Iterable[IncomingPaper]) -> Iterator[list[IncomingPaper]]:
    chunk: list[IncomingPaper] = []
    for paper in papers:
        chunk.append(paper)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _best_of_each(papers: Iterable[IncomingPaper]) -> dict[str, IncomingPaper]:
    best: dict[str, IncomingPaper] = {}
    for paper in papers:
        known = best.get(_key(paper))
        if known is None or rank(paper.version, paper.source) > rank(known.version, known.source):
            best[_key(paper)] = paper
    return best


def _key(paper: IncomingPaper) -> str:
    if paper.arxiv_id is None:
        raise ValueError("bulk saves are for papers with an arXiv id")
    return paper.arxiv_id


def _ids(session: Session, arxiv_ids: Iterable[str]) -> dict[str, int]:
    query = select(Paper.arxiv_id, Paper.id).where(Paper.arxiv_id.in_(list(arxiv_ids)))  # type: ignore[call-overload, union-attr]
    return {arxiv_id: paper_id for arxiv_id, paper_id in session.execute(query)}


def _row(paper: IncomingPaper, now: datetime) -> dict[str, Any]:
    knows_details = paper.source is not Source.FEED
    return {
        "arxiv_id": paper.arxiv_id,
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": list(paper.authors),
        "primary_category": paper.primary_category or next(iter(paper.categories), None),
        "doi": paper.doi,
        "comment": paper.comment,
        "journal_ref": paper.journal_ref,
        "license": paper.license,
        "code_url": paper.code_url,
        "published_at": paper.published_at,
        "updated_at": paper.updated_at,
        "latest_version": paper.version,
        "text_rank": rank(paper.version, paper.source),
        "details_rank": rank(paper.version, paper.source) if knows_details else 0,
        "added_at": now,
    }


def _upsert_statement() -> Any:
    table = Paper.__table__  # type: ignore[attr-defined]
    statement = upsert(table)
    new = statement.excluded
    better_text, better_details = new.text_rank > table.c.text_rank, new.details_rank > table.c.details_rank
    text_fields = ("title", "abstract", "authors", "primary_category", "latest_version", "text_rank")
    detail_fields = (
        "doi", "comment", "journal_ref", "license", "code_url", "published_at", "updated_at", "details_rank",
    )  # fmt: skip
    changes = {name: case((better_text, new[name]), else_=table.c[name]) for name in text_fields}
    changes |= {name: case((better_details, new[name]), else_=table.c[name]) for name in detail_fields}
    return statement.on_conflict_do_update(
        index_elements=["arxiv_id"], set_=changes, where=or_(better_text, better_details)
    )


def _save_versions(session: Session, papers: Sequence[IncomingPaper], ids: dict[str, int]) -> None:
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for paper in papers:
        dates = dict(paper.version_dates)
        for version in {paper.version, *dates}:
            key = (ids[_key(paper)], version)
            known = rows.get(key, {}).get("submitted_at")
            rows[key] = {"paper_id": key[0], "version": version, "submitted_at": dates.get(version) or known}
    statement = upsert(PaperVersion.__table__)  # type: ignore[attr-defined]
    statement = statement.on_conflict_do_update(
        index_elements=["paper_id", "version"],
        set_={"submitted_at": statement.excluded.submitted_at},
        where=statement.excluded.submitted_at.is_not(None),
    )
    session.execute(statement, list(rows.values()))


def _save_categories(
    session: Session, papers: dict[str, IncomingPaper], ids: dict[str, int], before: dict[str, int]
) -> None:
    """Categories follow the description that won, so rows of an older one are replaced."""
    known = {ids[key] for key in papers if key in before}
    table = PaperCategory.__table__  # type: ignore[attr-defined]
    if known:
        winners = select(Paper.id, Paper.text_rank).where(Paper.id.in_(known))  # type: ignore[call-overload, union-attr]
        ranks = dict(session.execute(winners).tuples())
        papers = {
            key: paper
            for key, paper in papers.items()
            if key not in before or ranks[ids[key]] == rank(paper.version, paper.source)
        }
        session.execute(
            table.delete().where(table.c.paper_id.in_([ids[key] for key in papers if key in before]))
        )
    rows = [
        {"paper_id": ids[key], "category": category, "position": position}
        for key, paper in papers.items()
        for position, category in enumerate(dict.fromkeys(paper.categories))
    ]
    if rows:
        session.execute(insert(table), rows)


def set_code_url(session: Session, paper_id: int, code_url: str) -> None:
    """Remember where the paper's code is."""
    session.execute(update(Paper).where(Paper.id == paper_id).values(code_url=code_url))  # type: ignore[arg-type]


__all__ = [
    "Paper",
    "PaperCategory",
    "PaperVersion",
    "Saved",
    "UtcTime",
    "categories_of",
    "find_paper",
    "save_papers",
]

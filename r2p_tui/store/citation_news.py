"""What cites the kept papers since the user last looked, and when a service was asked about each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Field, Session, SQLModel

from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.domain.times import parse_utc, utc_text
from r2p_tui.store.fields import time_field
from r2p_tui.store.works import current_id, current_ids, works_by_ids


class CitationNews(SQLModel, table=True):
    """Until when the user saw who cites a work; when a service was last asked how many do, and its answer."""

    __tablename__ = "citation_news"
    __table_args__ = ({"sqlite_strict": True},)

    work_id: int = Field(foreign_key="works.id", ondelete="CASCADE", primary_key=True)
    seen_at: datetime = time_field()
    asked_at: datetime | None = time_field(default=None)
    counted: int | None = None


@dataclass(frozen=True, slots=True)
class NewCitations:
    """A kept paper and the citations of it that the user has not seen, by class, the strongest first."""

    paper_id: int
    title: str
    count: int
    by_class: tuple[tuple[EvidenceClass, int], ...]


# Works that cite papers which the user kept, since the user last saw who does.
_NEW = """
    SELECT n.work_id, coalesce(c.corrected, c.evidence), count(*)
    FROM citation_news AS n JOIN citations AS c ON c.cited_id = n.work_id AND c.first_seen_at > n.seen_at
    GROUP BY 1, 2
"""


def news_of_kept(session: Session) -> list[NewCitations]:
    """The kept papers that have citations which the user has not seen, the most first.

    What was there before `mark_seen` was called for a work for the first time is no news of it.
    """
    rows = session.connection().exec_driver_sql(_NEW).fetchall()
    kept = {
        work.work_id: work
        for work in works_by_ids(session, [row[0] for row in rows])
        if work.decision == "keep"
    }
    counts: dict[tuple[int, str], Counter[EvidenceClass]] = {}
    for work_id, evidence, count in rows:
        if work := kept.get(work_id):
            counts.setdefault((work.paper_id or 0, work.title), Counter())[EvidenceClass(evidence)] += count
    news = [
        NewCitations(
            *paper, found.total(), tuple((each, found[each]) for each in EvidenceClass if found[each])
        )
        for paper, found in counts.items()
    ]
    return sorted(news, key=lambda each: (-each.count, each.title, each.paper_id))


def mark_seen(session: Session, work_id: int, now: datetime) -> None:
    """Remember that the user saw all that is stored now of who cites a work."""
    session.connection().exec_driver_sql(
        f"{_REMEMBER} ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at",
        {"work": current_id(session, work_id), "now": utc_text(now), "asked": None, "counted": None},
    )


def mark_asked(session: Session, counts: Mapping[int, int | None], now: datetime) -> None:
    """Remember that a service was asked how often these works are cited, and what it said where it did.

    The first time, what is stored by then counts as seen.
    """
    moment = utc_text(now)
    ids = current_ids(session, list(counts))
    values = [
        {"work": work_id, "now": moment, "asked": moment, "counted": counted}
        for work_id, counted in zip(ids, counts.values(), strict=True)
    ]
    if values:
        session.connection().exec_driver_sql(
            f"{_REMEMBER} ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at,"
            " counted = coalesce(excluded.counted, counted)",
            values,
        )


# By the newest row rather than the clock: a sync that began before the user looked stores its rows later.
_REMEMBER = """
    INSERT INTO citation_news (work_id, seen_at, asked_at, counted)
    SELECT w.id, coalesce((SELECT max(first_seen_at) FROM citations WHERE cited_id = w.id), :now), :asked,
        :counted
    FROM works AS w WHERE w.id = :work
"""


class KeptPaper(NamedTuple):
    """A kept paper and the work that it is, None where the graph has none yet.

    `asked_at` is when a service was last asked how often it is cited, `counted` what it said then, and `said`
    what it said at the last look.
    """

    paper_id: int
    work_id: int | None
    asked_at: datetime | None
    counted: int | None
    said: int | None


_KEPT = """
    SELECT k.paper_id, k.work_id, n.asked_at, n.counted, l.said FROM (
        SELECT p.id AS paper_id, coalesce(
            (SELECT w.id FROM works AS w WHERE w.arxiv_id = p.arxiv_id),
            (SELECT w.id FROM works AS w WHERE w.doi = p.doi),
            (SELECT w.id FROM works AS w WHERE p.source_key LIKE 's2:%'
                AND w.s2_id = substr(p.source_key, 4)),
            (SELECT w.id FROM works AS w WHERE p.source_key LIKE 'openalex:%'
                AND w.openalex_id = substr(p.source_key, 10)),
            (SELECT w.id FROM works AS w WHERE p.source_key LIKE 'work:%'
                AND w.id = CAST(substr(p.source_key, 6) AS INTEGER)),
            (SELECT a.work_id FROM work_aliases AS a
                WHERE a.name IN ('arxiv:' || p.arxiv_id, 'doi:' || p.doi, p.source_key))
        ) AS work_id
        FROM triage_decisions AS d JOIN papers AS p ON p.id = d.paper_id
        WHERE d.undone_at IS NULL AND d.decision = 'keep'
    ) AS k
    LEFT JOIN citation_news AS n ON n.work_id = k.work_id
    LEFT JOIN citation_looks AS l ON l.work_id = k.work_id AND l.direction = 'citations' AND l.source = 's2'
    ORDER BY n.asked_at, k.paper_id
"""


def kept_papers(session: Session) -> list[KeptPaper]:
    """All kept papers: first those that nobody was asked about, then those asked about the longest ago."""
    rows = session.connection().exec_driver_sql(_KEPT)
    return [KeptPaper(row[0], row[1], parse_utc(row[2]) if row[2] else None, *row[3:]) for row in rows]

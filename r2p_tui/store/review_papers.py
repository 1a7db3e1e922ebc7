"""Papers that a research review may talk about: kept ones, as far as they were read, rated and built upon."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.domain.times import parse_utc, utc_text
from r2p_tui.store.citation_news import kept_papers
from r2p_tui.store.fields import to_json


class ReviewPaper(NamedTuple):
    """A kept paper: 1 to 5 for relevance and, on average, viability; None where nobody rated it.

    `read_at` is when a second pass ended that said to go on, `dived` whether a third was begun. `code_at` is
    when its code appeared, until the user has seen it. `behind` is whether a technique rests on it.
    """

    paper_id: int
    key: str
    title: str
    relevance: int | None
    viability: float | None
    read_at: datetime | None
    dived: bool
    code_at: datetime | None
    behind: bool


_PAPERS = """
    SELECT p.id, coalesce(p.arxiv_id, p.doi, p.source_key), p.title, n.relevance,
        (SELECT avg(score) FROM viability AS v WHERE v.paper_id = p.id) AS viable,
        (SELECT max(finished_at) FROM readings AS r
            WHERE r.paper_id = p.id AND pass_number = 2 AND verdict = 'go on') AS read_at,
        EXISTS (SELECT 1 FROM readings AS r WHERE r.paper_id = p.id AND pass_number = 3) AS dived,
        c.appeared_at,
        EXISTS (SELECT 1 FROM technique_papers AS t JOIN techniques AS k ON k.id = t.technique_id
            WHERE t.paper_id = p.id AND k.dropped_at IS NULL) AS behind
    FROM triage_decisions AS d JOIN papers AS p ON p.id = d.paper_id
    LEFT JOIN notes AS n ON n.paper_id = p.id
    LEFT JOIN code_looks AS c ON c.paper_id = p.id
    WHERE d.undone_at IS NULL AND d.decision = 'keep'
    ORDER BY coalesce(n.relevance, 0) DESC, read_at, p.id
"""


def review_papers(session: Session) -> list[ReviewPaper]:
    """The kept papers, the most relevant first, then those whose second pass is the longest ago."""
    rows = session.connection().exec_driver_sql(_PAPERS)
    return [
        ReviewPaper(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            _moment(row[5]),
            bool(row[6]),
            _moment(row[7]),
            bool(row[8]),
        )
        for row in rows
    ]


# What the first day of looking brought is no news: it had been there before.
_CITED = """
    SELECT c.cited_id, coalesce(c.corrected, c.evidence), count(*)
    FROM json_each(?) AS wanted JOIN citations AS c ON c.cited_id = wanted.value
    WHERE c.first_seen_at > ? AND coalesce(c.corrected, c.evidence) IN ('replicates', 'fails', 'deploys')
        AND c.first_seen_at > (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', min(first_seen_at), '+1 day')
            FROM citations AS f WHERE f.cited_id = c.cited_id)
    GROUP BY 1, 2
"""


def cited_in_practice(session: Session, since: datetime) -> dict[int, dict[EvidenceClass, int]]:
    """How many works came up since a moment that replicate, fail to, or deploy each kept paper."""
    papers = {paper.work_id: paper.paper_id for paper in kept_papers(session) if paper.work_id is not None}
    values = (to_json(list(papers)), utc_text(since))
    found: dict[int, dict[EvidenceClass, int]] = {}
    for work_id, evidence, count in session.connection().exec_driver_sql(_CITED, values):
        found.setdefault(papers[work_id], {})[EvidenceClass(evidence)] = count
    return found


def _moment(text: str | None) -> datetime | None:
    return parse_utc(text) if text else None

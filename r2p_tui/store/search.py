"""Runs searches of the library and ranks what they find.

Up to 2,000 matches are ranked by BM25 with weights for the columns. Where more match, the words say little
and BM25 over all of them would be slow: then the user's own papers come first, then those of the newest
30,000 with the words in the title, then the others, each group newest first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session

from r2p_tui.domain.papers import PaperRow
from r2p_tui.domain.search import Between, Query, Text, last_typed, terms
from r2p_tui.store.search_plan import EVERY_PAPER, Known, Plan, make_plan

COUNTED = 5000
RANKED = 2000
_NEWEST_TITLES = 30_000

# A beginning that more titles than this have is searched by its commonest words, which is much faster.
_BROAD = 1500
_COMPLETIONS = 12
_ENDINGS = ("s", "es", "d", "ed", "r", "er", "rs", "ers", "ing", "ings", "ly")
_SHORTEST_STEM = 4

# Title, abstract, authors, notes, surprises, facets: few words, and the user's own, count more.
_SCORE = (
    "bm25(papers_text, 10.0, 1.0, 4.0, 5.0, 5.0, 0.0) * iif(+rowid IN (SELECT paper_id FROM own), 1.2, 1.0)"
)


class Found(NamedTuple):
    """The best rows of at least `counted` matches; `ranked` by their words, or in three groups."""

    rows: list[PaperRow]
    counted: int
    ranked: bool

    @property
    def capped(self) -> bool:
        """Whether more match than were counted."""
        return self.counted > COUNTED


def find_papers(session: Session, query: Query, *, limit: int) -> Found:
    """The best `limit` papers: by words, the user's own before equals; without words, the kept ones first."""
    typed = last_typed(query)
    years = _years(session, query)
    known = Known(*_complete(session, typed), years) if typed else Known(years=years)
    found = _run(session, make_plan(query, known), limit)
    if typed and not found.rows:
        # The index has stems, so that "quantizatio" begins no word of it until its last letter is typed.
        found = _run(session, make_plan(query, Known(_shorter(typed.text), True, years)), limit)
    return found


def _run(session: Session, plan: Plan, limit: int) -> Found:
    values = {
        **plan.values, "match": plan.match, "words": plan.words, "limit": limit, "cap": COUNTED + 1,
        "all": RANKED, "own": COUNTED, "recent": _NEWEST_TITLES,
    }  # fmt: skip
    connection = session.connection()
    counted = connection.exec_driver_sql(_count(plan), values).scalar_one()
    ranked = counted <= RANKED
    rows = connection.exec_driver_sql(_rows(plan, ranked), values)
    return Found([_as_row(row) for row in rows], counted, ranked)


def _as_row(row: Any) -> PaperRow:
    paper_id, key, title, category, published_at, has_code, decision, last_pass, relevance, flags = row
    day = date.fromisoformat(published_at[:10]) if published_at else None
    return PaperRow(
        paper_id, key, title, category, day, bool(has_code), decision, last_pass, relevance, flags
    )


def _years(session: Session, query: Query) -> range:
    """The years of the papers, where a search asks for some."""
    if not any(isinstance(term, Between) and term.field == "year" for term in terms(query)):
        return range(0)
    *days, first_id, last_id = session.connection().exec_driver_sql(_FIRST_AND_LAST).one()
    years = [int(day[:4]) for day in days if day]
    years += [2000 + int(arxiv_id[:2]) for arxiv_id in (first_id, last_id) if arxiv_id]
    return range(min(years), max(years) + 1) if years else range(0)


def _complete(session: Session, typed: Text) -> tuple[tuple[str, ...], bool]:
    """How the word may go on by the words of titles, commonest first, and whether it may go on otherwise."""
    letters = unicodedata.normalize("NFKD", typed.text.lower())
    start = "".join(letter for letter in letters if not unicodedata.combining(letter))
    if not start.isalnum() or typed.scope not in (None, "title", "abstract"):
        return (), True
    bounds = {"start": start, "end": start + "\U0010ffff"}
    found = session.connection().exec_driver_sql(_BEGINNING, bounds).all()
    if not found or found[0][1] <= _BROAD:
        return (), True
    return tuple(_without_inflections(word for word, _ in found)), False


def _without_inflections(words: Iterator[str]) -> Iterator[str]:
    # "models" has the stem of "model", and asking for one stem twice doubles the time.
    chosen: set[str] = set()
    for word in words:
        if len(chosen) < _COMPLETIONS and not any(word.removesuffix(end) in chosen for end in _ENDINGS):
            chosen.add(word)
            yield word


def _shorter(word: str) -> tuple[str, ...]:
    shortest = max(len(word) - 6, _SHORTEST_STEM)
    return tuple(word[:length] for length in range(len(word) - 1, shortest - 1, -1))


# SQL: only what is written in this file and in the plan comes together here; what the user wrote is bound.

_FIRST_AND_LAST = """
    SELECT (SELECT min(published_at) FROM papers), (SELECT max(published_at) FROM papers),
        (SELECT min(arxiv_id) FROM papers WHERE arxiv_id GLOB '[0-9]*'),
        (SELECT max(arxiv_id) FROM papers WHERE arxiv_id GLOB '[0-9]*')
"""
_BEGINNING = """
    SELECT term, sum(doc) OVER () FROM title_word_counts
    WHERE term >= :start AND term < :end ORDER BY doc DESC, term LIMIT 40
"""
_CHOSEN = "(SELECT DISTINCT paper_id AS id FROM ({chosen}))"
_COUNT = "SELECT count(*) FROM ({hits})"
_HITS = """
    SELECT * FROM (
        SELECT {id} AS id, {score} AS score FROM {source} WHERE {where} ORDER BY {id} DESC LIMIT {limit}
    )
"""
_ROWS = """
    WITH own (paper_id) AS MATERIALIZED (
        SELECT paper_id FROM triage_decisions WHERE undone_at IS NULL AND decision = 'keep'
        UNION SELECT paper_id FROM notes
    ),
    hits (id, score) AS ({hits}),
    best (id, weight, kept_at) AS ({best})
    SELECT papers.id, coalesce(papers.arxiv_id, papers.doi, papers.source_key), papers.title,
        coalesce(papers.primary_category, ''), papers.published_at,
        papers.code_url IS NOT NULL, made.decision,
        coalesce((
            SELECT max(pass_number) FROM readings WHERE paper_id = papers.id AND finished_at IS NOT NULL
        ), 0),
        notes.relevance,
        (SELECT count(*) FROM red_flags WHERE paper_id = papers.id)
    FROM best JOIN papers ON papers.id = best.id
    LEFT JOIN triage_decisions AS made ON made.paper_id = papers.id AND made.undone_at IS NULL
    LEFT JOIN notes ON notes.paper_id = papers.id
    ORDER BY best.weight, best.kept_at DESC, best.id DESC
"""
_BEST_SCORES = "SELECT id, score, NULL FROM hits ORDER BY 2, 1 DESC LIMIT :limit"
_BEST_GROUPS = "SELECT id, min(score), NULL FROM hits GROUP BY id ORDER BY 2, 1 DESC LIMIT :limit"
_LAST_KEPT = """
    SELECT hits.id, 0, kept.decided_at FROM hits LEFT JOIN triage_decisions AS kept
        ON kept.paper_id = hits.id AND kept.undone_at IS NULL AND kept.decision = 'keep'
    GROUP BY hits.id ORDER BY 3 DESC, 1 DESC LIMIT :limit
"""
_OWN = "SELECT paper_id FROM own"
_IS_OWN = f"{{id}} IN ({_OWN})"
_IS_NEW = "rowid > (SELECT max(id) FROM papers) - :recent"


def _count(plan: Plan) -> str:
    return _COUNT.format(hits=_hits(plan, limit=":cap"))


def _rows(plan: Plan, ranked: bool) -> str:
    if not plan.words:
        best = _LAST_KEPT
        groups = [_hits(plan, limit=":all")] if ranked else [_own_hits(plan, ":own"), _hits(plan)]
    elif ranked:
        best = _BEST_SCORES
        groups = [_hits(plan, _SCORE, limit=":all")]
    else:
        best = _BEST_GROUPS
        in_titles = replace(plan, conditions=[*plan.conditions, _IS_NEW])
        groups = [_own_hits(plan, ":limit"), _hits(in_titles, "1", match=":words"), _hits(plan, "2")]
    return _ROWS.format(hits=" UNION ALL ".join(groups), best=best)


def _own_hits(plan: Plan, limit: str) -> str:
    if plan.match == EVERY_PAPER:
        return _hits(replace(plan, chosen=_OWN), limit=limit)
    return _hits(replace(plan, conditions=[*plan.conditions, _IS_OWN]), limit=limit)


def _hits(plan: Plan, score: str = "0", *, match: str = ":match", limit: str = ":limit") -> str:
    """Matches newest first, which the text index gives without sorting."""
    if plan.chosen:
        name, source, held = "id", _CHOSEN.format(chosen=plan.chosen), "true"
    else:
        name, source, held = "rowid", "papers_text", f"papers_text MATCH {match}"
    # The sign keeps SQLite from asking the text index anew for each id of a set.
    where = " AND ".join([held, *(condition.format(id=f"+{name}") for condition in plan.conditions)])
    return _HITS.format(id=name, score=score, source=source, where=where, limit=limit)

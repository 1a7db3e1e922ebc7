"""10,000 citations: added page by page and opened as a list, against bare inserts and a bare SELECT."""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from r2p_tui.domain.citations import Cue, Evidence, EvidenceClass, IncomingCitation, IncomingWork
from r2p_tui.domain.papers import IncomingPaper
from r2p_tui.store.citations import citations_of, save_citations
from r2p_tui.store.connection import connect
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import save_papers
from r2p_tui.store.works import save_works
from tests.benchmarks.measure import alternate, at_most, compare, median, rounds
from tests.benchmarks.synthetic import NOW, papers

COUNT = 10_000
PAGE = 1_000
# One work in this many is a paper of the store.
IN_STORE = 10
ROUNDS = 5
ROOT = IncomingWork("A method that everybody cites", arxiv_id="1706.03762", year=2017, authors=("A. Author",))
_TABLES = """
    CREATE TABLE works (id INTEGER PRIMARY KEY, s2_id TEXT UNIQUE, arxiv_id TEXT UNIQUE, title TEXT,
        author TEXT, year INTEGER, day TEXT, venue TEXT, cited INTEGER, influential INTEGER, abstract TEXT);
    CREATE TABLE citations (citing INTEGER PRIMARY KEY, influential INTEGER, intents TEXT, contexts TEXT,
        evidence TEXT, seen TEXT);
"""
_SELECT = """
    SELECT citing, c.influential, intents, evidence, seen, arxiv_id, title, author, year, day, venue, cited,
        w.influential
    FROM citations AS c JOIN works AS w ON w.id = c.citing
"""
Row = tuple[IncomingCitation, Evidence]


def main() -> None:
    everything = list(papers(COUNT))
    rows = list(_citations(everything))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stores = [_store(folder / f"ours{i}.sqlite3", folder, everything) for i in range(ROUNDS)]
        bare = [_bare_store(folder / f"bare{i}.sqlite3") for i in range(ROUNDS)]
        ours, theirs = iter(stores), iter(bare)
        added, inserted = alternate(
            lambda: _add(next(ours), rows), lambda: _insert(next(theirs), rows), ROUNDS
        )
        again = rounds(lambda: _add(stores[0], rows), ROUNDS)
        opened, read = alternate(lambda: _open(stores[0]), lambda: _select(bare[0]), 4 * ROUNDS)
    compare(f"adding {COUNT:,} citations / bare inserts", median(added), median(inserted), 8.0)
    at_most(f"adding {COUNT:,} citations in pages of {PAGE:,}", median(added), 2.0)
    at_most(f"adding the same {COUNT:,} again", median(again), 2.0)
    compare(f"opening {COUNT:,} citations / bare SELECT", median(opened), median(read), 3.0)
    at_most(f"opening {COUNT:,} citations, one in {IN_STORE} in the library", median(opened), 0.05)


def _citations(everything: Sequence[IncomingPaper]) -> Iterator[Row]:
    """Every second citing work has an arXiv id; six in ten come with two sentences."""
    chance = random.Random(5)
    for number, paper in enumerate(everything):
        work = IncomingWork(
            paper.title,
            s2_id=f"{number:040x}",
            arxiv_id=paper.arxiv_id if number % 2 else None,
            doi=f"10.1109/test.{number}" if number % 3 else None,
            authors=paper.authors,
            year=paper.published_at.year if paper.published_at else None,
            published_on=paper.published_at.date() if paper.published_at else None,
            venue="A Conference on Machine Learning",
            abstract=paper.abstract,
            citation_count=chance.randrange(200),
            influential_count=chance.randrange(9),
            reference_count=40,
        )
        contexts = (paper.abstract[:200], paper.abstract[200:400]) if chance.random() < 0.6 else ()
        cues = (Cue("builds on", 0, 3, 12, contexts[0][3:12]),) if contexts else ()
        intents = ("methodology", "background")[: chance.randrange(3)]
        citation = IncomingCitation(work, "s2", contexts, intents, chance.random() < 0.1)
        yield citation, Evidence(EvidenceClass.EXTENDS if cues else EvidenceClass.MENTIONS, cues)


def _store(path: Path, folder: Path, everything: Sequence[IncomingPaper]) -> Store:
    store = open_store(path, folder)
    with store.write() as session:
        save_papers(session, everything[1::IN_STORE], NOW)
        save_works(session, [ROOT], NOW)
    return store


def _add(store: Store, rows: Sequence[Row]) -> None:
    for start in range(0, len(rows), PAGE):
        citations, evidence = zip(*rows[start : start + PAGE], strict=True)
        with store.write() as session:
            others = save_works(session, [citation.work for citation in citations], NOW)
            save_citations(session, 1, "citations", others, citations, evidence, 1, NOW)


def _open(store: Store) -> None:
    with store.read() as session:
        found = citations_of(session, 1, "citations")
    assert len(found) == COUNT


def _bare_store(path: Path) -> sqlite3.Connection:
    """The least that holds the same: two tables, no checks, nothing compared with what is there."""
    path.touch()
    connection = connect(path)
    connection.executescript(_TABLES)
    return connection


def _insert(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    for start in range(0, len(rows), PAGE):
        page = list(enumerate(rows[start : start + PAGE], start + 1))
        works = [(number, *_bare_work(row.work)) for number, (row, _) in page]
        citations = [
            (number, row.influential, json.dumps(row.intents), json.dumps(row.contexts), found[0], "")
            for number, (row, found) in page
        ]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO works VALUES ({', '.join('?' * 11)})", works)
        connection.executemany("INSERT INTO citations VALUES (?, ?, ?, ?, ?, ?)", citations)
        connection.execute("COMMIT")


def _bare_work(work: IncomingWork) -> tuple[str | int | None, ...]:
    return (
        work.s2_id, work.arxiv_id, work.title, work.authors[0], work.year, str(work.published_on), work.venue,
        work.citation_count, work.influential_count, work.abstract,
    )  # fmt: skip


def _select(connection: sqlite3.Connection) -> None:
    found = connection.execute(_SELECT).fetchall()
    assert len(found) == COUNT


if __name__ == "__main__":
    main()

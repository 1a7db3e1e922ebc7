"""Bulk import: papers a second through `save_papers`, against bare inserts of the same rows and indexes."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

from r2p_tui.domain.papers import IncomingPaper
from r2p_tui.store.connection import connect
from r2p_tui.store.engine import open_store
from r2p_tui.store.papers import save_papers
from tests.benchmarks.measure import alternate, at_least, compare, median
from tests.benchmarks.synthetic import NOW, papers

COUNT = 20_000
ROUNDS = 5


def main() -> None:
    everything = list(papers(COUNT))
    with tempfile.TemporaryDirectory() as folder:
        ours = (Path(folder) / f"ours{i}.sqlite3" for i in range(ROUNDS))
        bare = (Path(folder) / f"bare{i}.sqlite3" for i in range(ROUNDS))
        stores = iter([open_store(path, Path(folder)) for path in ours])
        connections = iter([_bare_store(path) for path in bare])
        seconds, yardstick = alternate(
            lambda: _save(next(stores), everything), lambda: _insert(next(connections), everything), ROUNDS
        )
    compare(
        f"import of {COUNT:,} papers / bare executemany with FTS", median(seconds), median(yardstick), 3.0
    )
    at_least("papers imported", COUNT / median(seconds), 10_000)


def _save(store: object, everything: Sequence[IncomingPaper]) -> None:
    with store.write() as session:  # type: ignore[attr-defined]
        save_papers(session, everything, NOW)


def _bare_store(path: Path) -> sqlite3.Connection:
    """The least that holds the same text and finds it: two tables, no checks, an index fed directly."""
    path.touch()
    connection = connect(path)
    connection.executescript("""
        CREATE TABLE papers (
            id INTEGER PRIMARY KEY, arxiv_id TEXT, title TEXT, abstract TEXT, authors TEXT, categories TEXT
        );
        CREATE TABLE versions (paper_id INTEGER, version INTEGER, submitted_at TEXT);
        CREATE VIRTUAL TABLE words USING fts5(
            title, abstract, authors, content='papers', content_rowid='id',
            tokenize='porter unicode61 remove_diacritics 2'
        );
    """)
    return connection


def _insert(connection: sqlite3.Connection, everything: Sequence[IncomingPaper]) -> None:
    rows = [
        (i, p.arxiv_id, p.title, p.abstract, json.dumps(p.authors), json.dumps(p.categories))
        for i, p in enumerate(everything)
    ]
    versions = [(i, n, str(when)) for i, p in enumerate(everything) for n, when in p.version_dates]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO papers VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.executemany("INSERT INTO versions VALUES (?, ?, ?)", versions)
    texts = ((row[0], *row[2:5]) for row in rows)
    connection.executemany("INSERT INTO words (rowid, title, abstract, authors) VALUES (?, ?, ?, ?)", texts)
    connection.execute("COMMIT")
    connection.close()


if __name__ == "__main__":
    main()

"""The hot write path: one row into a store that is ready, by the standard library alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from r2p_tui.domain.times import utc_text
from r2p_tui.errors import R2PError
from r2p_tui.store.connection import SCHEMA_VERSION, as_store_error, begin, connect, schema_version

if TYPE_CHECKING:
    from r2p_tui.domain.papers import PaperReference
    from r2p_tui.domain.surprises import SurpriseEntry

_INSERT = (
    "INSERT INTO surprises (text, kind, paper_id, claim, claimed_value, observed, observed_value, unit,"
    " repository, branch, commit_sha, folder, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class StoreNotReadyError(R2PError):
    """The file is missing or of another schema; opening the full store makes or migrates it."""


class Added(NamedTuple):
    """The new row's id, and the paper it was bound to."""

    surprise_id: int
    paper_id: int | None


def add_surprise(
    path: Path, entry: SurpriseEntry, *, paper: PaperReference | int | None = None, now: datetime
) -> Added:
    """Store one surprise; on disk when this returns; bound to no paper where the store lacks it.

    Raises StoreNotReadyError, or the StoreError that says why nothing was written.
    """
    with _write(path) as connection:
        paper_id = _find_paper(connection, paper)
        row = connection.execute(_INSERT, _values(entry, paper_id, now))
    return Added(int(row.lastrowid or 0), paper_id)


@contextmanager
def _write(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that holds the write lock, and commits unless something is raised."""
    if not path.exists():
        raise StoreNotReadyError(f"There is no store at {path}.")
    try:
        with closing(connect(path)) as connection:
            begin(connection, writing=True)
            if (found := schema_version(connection)) != SCHEMA_VERSION:
                raise StoreNotReadyError(f"The store has schema {found}, not {SCHEMA_VERSION}.")
            yield connection
            connection.execute("COMMIT")
    except (sqlite3.Error, OSError) as error:
        raise as_store_error(error, path) from error


def _find_paper(connection: sqlite3.Connection, paper: PaperReference | int | None) -> int | None:
    if paper is None or isinstance(paper, int):
        return paper
    column = {"arxiv": "arxiv_id", "doi": "doi"}[paper.kind]
    query = f"SELECT id FROM papers WHERE {column} = ? ORDER BY id"  # noqa: S608  (the column is one of ours)
    row = connection.execute(query, (paper.value,)).fetchone()
    return row[0] if row else None


def _values(entry: SurpriseEntry, paper_id: int | None, now: datetime) -> tuple[str | float | None, ...]:
    return (
        entry.text,
        entry.kind,
        paper_id,
        entry.claim,
        entry.claimed_value,
        entry.observed,
        entry.observed_value,
        entry.unit,
        *entry.place,
        utc_text(now),
    )

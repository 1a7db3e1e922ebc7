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

# What only one of the commands needs is imported where it is needed.
if TYPE_CHECKING:
    from r2p_tui.domain.paper_ids import PaperReference
    from r2p_tui.domain.prediction_entry import PredictionEntry
    from r2p_tui.domain.surprises import ClaimMention, KeptClaim, SurpriseEntry

_INSERT = (
    "INSERT INTO surprises (text, kind, paper_id, claim, claimed_value, observed, observed_value, unit,"
    " repository, branch, commit_sha, folder, claim_id, created_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CLAIM = (
    "SELECT claims.id, paper_id, coalesce(arxiv_id, doi, source_key), value, unit, metric, text, table_name,"
    " condition FROM claims JOIN papers ON papers.id = paper_id WHERE claims.id = ? AND undone_at IS NULL"
)
_INSERT_PREDICTION = (
    "INSERT INTO predictions (statement, kind, criteria, reasoning, probability, due_on, low, high, unit,"
    " reasoning_hash, paper_id, technique_id, ring, created_at, tags)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, json_array({tags}))"
)
_TECHNIQUE = (
    "SELECT id, (SELECT to_ring FROM technique_moves WHERE technique_id = techniques.id"
    " ORDER BY id DESC LIMIT 1) FROM techniques WHERE {column} = ? AND dropped_at IS NULL"
)
BASE_RATE = (
    "SELECT count(*) FILTER (WHERE outcome = 'yes'), count(*) FROM prediction_resolutions AS r"
    " CROSS JOIN predictions AS p ON p.id = r.prediction_id"
    " WHERE undone_at IS NULL AND outcome IN ('yes', 'no') AND kind = ?"
)


class StoreNotReadyError(R2PError):
    """The file is missing or of another schema; opening the full store makes or migrates it."""


class Added(NamedTuple):
    """The new row's id, the paper it was bound to, what was stored, and the kept claim of the number named.

    The surprise is about that claim where `entry.claim_id` says so; else only the number is the same.
    """

    surprise_id: int
    paper_id: int | None
    entry: SurpriseEntry
    claim: KeptClaim | None = None


class AddedPrediction(NamedTuple):
    """The new row's id, what it was bound to, and the ring that its technique has now.

    `kind_yes` of the `kind_resolved` earlier predictions of its kind came true.
    """

    prediction_id: int
    paper_id: int | None
    technique_id: int | None
    ring: str | None
    kind_yes: int
    kind_resolved: int


def add_surprise(
    path: Path,
    entry: SurpriseEntry,
    *,
    paper: PaperReference | int | None = None,
    claim: ClaimMention | None = None,
    now: datetime,
) -> Added:
    """Store one surprise; on disk when this returns; bound to no paper or claim where the store lacks it.

    A claim that is named for sure binds the surprise to itself and its paper. Raises
    StoreNotReadyError, or the StoreError that says why nothing was written.
    """
    with _write(path) as connection:
        kept = _find_claim(connection, claim.number) if claim else None
        paper_id = _find_paper(connection, paper)
        if claim and claim.sure and kept:
            from r2p_tui.domain.surprises import with_claim

            entry, paper_id = with_claim(entry, kept), kept.paper_id
        row = connection.execute(_INSERT, _values(entry, paper_id, now))
    return Added(int(row.lastrowid or 0), paper_id, entry, kept)


def add_prediction(
    path: Path,
    entry: PredictionEntry,
    *,
    paper: PaperReference | int | None = None,
    technique: str | int | None = None,
    now: datetime,
) -> AddedPrediction:
    """Store one prediction with its hash; on disk when this returns; unbound where the store lacks something.

    A technique is found by its name in any case, unless it was dropped. Raises as `add_surprise` does.
    """
    with _write(path) as connection:
        paper_id = _find_paper(connection, paper)
        technique_id, ring = _find_technique(connection, technique)
        values = (*_frozen(entry, now), paper_id, technique_id, ring, utc_text(now), *entry.tags)
        insert = _INSERT_PREDICTION.format(tags=", ".join("?" * len(entry.tags)))
        row = connection.execute(insert, values)
        yes, resolved = connection.execute(BASE_RATE, (entry.kind,)).fetchone()
    return AddedPrediction(int(row.lastrowid or 0), paper_id, technique_id, ring, yes, resolved)


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


def _find_technique(
    connection: sqlite3.Connection, technique: str | int | None
) -> tuple[int | None, str | None]:
    if technique is None:
        return None, None
    column = "id" if isinstance(technique, int) else "name_key"
    wanted = technique if isinstance(technique, int) else technique.casefold()
    row = connection.execute(_TECHNIQUE.format(column=column), (wanted,)).fetchone()
    return row or (None, None)


def _find_claim(connection: sqlite3.Connection, number: int) -> KeptClaim | None:
    row = connection.execute(_CLAIM, (number,)).fetchone()
    if row is None:
        return None
    claim_id, paper_id, paper, value, unit, metric, text, table_name, condition = row
    from r2p_tui.domain.surprises import KeptClaim

    place = ", ".join(filter(None, (table_name, condition)))
    return KeptClaim(claim_id, paper_id, paper, value, unit, f"{metric} {text} ({place})")


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
        entry.claim_id,
        utc_text(now),
    )


def _frozen(entry: PredictionEntry, now: datetime) -> tuple[str | float | None, ...]:
    from r2p_tui.domain.prediction_entry import reasoning_hash

    return (
        entry.statement,
        entry.kind,
        entry.criteria,
        entry.reasoning,
        entry.probability,
        entry.due_on.isoformat(),
        entry.low,
        entry.high,
        entry.unit,
        reasoning_hash(entry, now),
    )

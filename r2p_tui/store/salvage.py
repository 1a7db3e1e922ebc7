"""Carry every readable row of a damaged store into a new one."""

from __future__ import annotations

import shutil
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from r2p_tui.domain.times import utc_text
from r2p_tui.errors import StoreDamagedError
from r2p_tui.store.backup import count_rows, need_room, tables, verify
from r2p_tui.store.connection import attach, connect, create_file
from r2p_tui.store.restore import SIDE_FILES, beside, replace_store, replacement
from r2p_tui.store.schema_mend import lists_tables, mend_schema

# What the user wrote or decided, which is kept even where its paper cannot be read.
_OWN_WORK = (
    "notes",
    "note_drafts",
    "readings",
    "red_flags",
    "viability",
    "triage_decisions",
    "surprises",
    "documents",
    "table_corrections",
    "claims",
    "predictions",
    "technique_papers",
)
# Failed reads after which the rest of a table is given up: a fraction of a second.
_PATIENCE = 20_000
_LARGEST_KEY = 2**31


@dataclass(frozen=True, slots=True)
class Salvaged:
    """Rows carried over, by table; tables with unreadable places; papers with nothing left but a number."""

    rows: dict[str, int]
    incomplete: tuple[str, ...]
    nameless: int
    kept: Path | None


def salvage_file(path: Path, quarantine: Path, *, now: datetime) -> Salvaged:
    """Build a new store from what can be read of this one, row by row, and let it take its place.

    Search indexes are made anew. Raises StoreDamagedError where not even the list of tables can be read,
    StoreBusyError, StoreFullError or another StoreError; the damaged file is as it was then.
    """
    from r2p_tui.store.migrations.run import upgrade

    with replacement(path) as new:
        need_room(path.parent, 2 * path.stat().st_size)
        create_file(new)
        upgrade(new)
        with _copy_of(path, new) as old, closing(connect(new)) as target:
            target.execute("PRAGMA foreign_keys = OFF")
            target.execute("BEGIN IMMEDIATE")
            incomplete = [table for table in tables(target) if not _carry_over(old, target, table)]
            nameless = _keep_papers_known_by_number(old, target, now)
            _keep_works_known_by_number(old, target, now)
            _keep_techniques_known_by_number(target, now)
            _drop_references_to_nothing(target)
            rows = count_rows(target)
            if incomplete and not any(rows.values()):
                raise _nothing_in(path)
            target.execute("COMMIT")
        verify(new, path)
        kept = replace_store(path, new, quarantine, now=now)
        return Salvaged(rows, tuple(incomplete), nameless, kept)


@contextmanager
def _copy_of(path: Path, healthy: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a copy with its schema mended if need be; the original is only read."""
    folder = path.with_name(f".{path.name}.salvage")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        copy = folder / path.name
        for suffix in ("", *SIDE_FILES):
            if beside(path, suffix).exists():
                shutil.copyfile(beside(path, suffix), beside(copy, suffix))
        if not lists_tables(copy):
            mend_schema(copy, healthy)
        if not lists_tables(copy):
            raise _nothing_in(path)
        with closing(attach(copy)) as connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            yield connection
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _nothing_in(path: Path) -> StoreDamagedError:
    return StoreDamagedError(
        f"Nothing in {path} can be read; its bytes were not touched.",
        "Move it away to start anew, or restore a backup: r2p restore",
    )


def _carry_over(old: sqlite3.Connection, target: sqlite3.Connection, table: str) -> bool:
    """Copy the readable rows of a table; whether all of it could be read."""
    known = _columns(old, table)
    columns = [name for name in _columns(target, table) if name in known]
    if not columns:
        return False
    names = ", ".join(columns)
    insert = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    complete = True
    for row in _readable_rows(old, table, names):
        if row is None:
            complete = False
            continue
        try:
            target.execute(insert, row)
        except sqlite3.IntegrityError:
            complete = False
    return complete


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    with suppress(sqlite3.DatabaseError):
        return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    return []


def _readable_rows(
    old: sqlite3.Connection, table: str, names: str
) -> Iterator[tuple[str | float | None, ...] | None]:
    """Rows by halving every stretch of keys in which reading fails; None stands for a failure.

    A row may come twice, where a stretch begins again at the last key that was read.
    """
    key = _key(old, table)
    query = f"SELECT {key}, {names} FROM {table} WHERE {key} BETWEEN ? AND ? ORDER BY 1"  # noqa: S608
    stretches, failures = deque([_bounds(old, table, key)]), 0
    while stretches and failures < _PATIENCE:
        # Wide stretches come first, so that patience is spent where most can be found.
        low, high = stretches.popleft()
        last = low
        try:
            for row in old.execute(query, (low, high)):
                last = row[0]
                yield row[1:]
        except sqlite3.DatabaseError:
            failures += 1
            yield None
            if low < high:
                middle = (last + high) // 2
                stretches += [(last, middle), (middle + 1, high)]


def _key(old: sqlite3.Connection, table: str) -> str:
    """The whole number that orders a table's rows in the file; a small table without one is one stretch."""
    (without_rowid,) = old.execute("SELECT wr FROM pragma_table_list WHERE name = ?", (table,)).fetchone()
    if not without_rowid:
        return "rowid"
    query = "SELECT name FROM pragma_table_info(?) WHERE pk = 1 AND type = 'INTEGER'"
    found = old.execute(query, (table,)).fetchone()
    return str(found[0]) if found else "0"


def _bounds(old: sqlite3.Connection, table: str, key: str) -> tuple[int, int]:
    try:
        low, high = old.execute(f"SELECT min({key}), max({key}) FROM {table}").fetchone()  # noqa: S608
    except sqlite3.DatabaseError:
        return 0, _LARGEST_KEY
    return (low, high) if low is not None else (0, -1)


def _keep_papers_known_by_number(old: sqlite3.Connection, target: sqlite3.Connection, now: datetime) -> int:
    """Give every lost paper that something refers to a row; the next sync fills in what arXiv knows."""
    numbers: dict[int, str | None] = {}
    for table in _OWN_WORK:
        query = f"SELECT paper_id FROM {table} WHERE paper_id > 0 AND paper_id NOT IN (SELECT id FROM papers)"  # noqa: S608
        numbers |= dict.fromkeys((number for (number,) in target.execute(query)), None)
    numbers |= _arxiv_numbers(old, target)
    insert = (
        "INSERT INTO papers (id, arxiv_id, source_key, title, abstract, authors, latest_version,"
        " text_rank, details_rank, added_at) VALUES (?, ?, ?, ?, '', '[]', 1, 0, 0, ?)"
        " ON CONFLICT DO NOTHING"
    )
    for number, arxiv_id in numbers.items():
        title = f"arXiv:{arxiv_id} (title lost)" if arxiv_id else f"Paper {number} (title lost)"
        source_key = None if arxiv_id else f"lost:{number}"
        target.execute(insert, (number, arxiv_id, source_key, title, utc_text(now)))
    return len(numbers)


def _arxiv_numbers(old: sqlite3.Connection, target: sqlite3.Connection) -> dict[int, str | None]:
    """Papers that still stand in the index of arXiv numbers, which lies on pages of its own."""
    present = {number for (number,) in target.execute("SELECT id FROM papers")}
    query = "SELECT rowid, arxiv_id FROM papers WHERE arxiv_id > '' ORDER BY arxiv_id"
    found: dict[int, str | None] = {}
    with suppress(sqlite3.DatabaseError):
        found.update(old.execute(query))
    return {number: arxiv_id for number, arxiv_id in found.items() if number not in present}


def _keep_works_known_by_number(old: sqlite3.Connection, target: sqlite3.Connection, now: datetime) -> None:
    """Give every lost work that the user corrected a citation of a row; the next look fills in its title."""
    lost = {
        number
        for end in ("cited_id", "citing_id")
        for (number,) in target.execute(
            f"SELECT {end} FROM evidence_corrections WHERE {end} > 0 AND {end} NOT IN (SELECT id FROM works)"  # noqa: S608
        )
    }
    insert = (
        "INSERT OR IGNORE INTO works (id, title, title_key, first_author, venue, added_at, updated_at)"
        " VALUES (?, '', '', '', '', ?, ?)"
    )
    target.executemany(insert, [(number, utc_text(now), utc_text(now)) for number in lost])
    # Each kind of id has an index, which lies on pages of its own.
    for column in ("s2_id", "openalex_id", "arxiv_id", "doi"):
        query = f"SELECT {column}, id FROM works WHERE {column} > '' ORDER BY {column}"  # noqa: S608
        with suppress(sqlite3.DatabaseError):
            for known in old.execute(query):
                if known[1] in lost:
                    target.execute(f"UPDATE OR IGNORE works SET {column} = ? WHERE id = ?", known)  # noqa: S608


def _keep_techniques_known_by_number(target: sqlite3.Connection, now: datetime) -> None:
    """Give every lost technique that something refers to a row, and one without a history a beginning."""
    target.execute(
        "INSERT OR IGNORE INTO techniques (id, name, name_key, quadrant, owner, bucket, description,"
        " next_action, created_at, reviewed_at) SELECT id, 'Technique ' || id || ' (name lost)',"
        " 'technique ' || id || ' (name lost)', '', '', 'exploratory', '', '', :now, :now FROM"
        " (SELECT technique_id AS id FROM technique_moves UNION SELECT technique_id FROM technique_ratings"
        " UNION SELECT technique_id FROM technique_papers UNION SELECT technique_id FROM predictions)"
        " WHERE id > 0 AND id NOT IN (SELECT id FROM techniques)",
        {"now": utc_text(now)},
    )
    target.execute(
        "INSERT INTO technique_moves (technique_id, to_ring, reason, next_action, moved_at)"
        " SELECT id, 'HOLD', 'How it came to its ring was lost with a damaged store.', '', ? FROM techniques"
        " WHERE id NOT IN (SELECT technique_id FROM technique_moves)",
        (utc_text(now),),
    )


def _drop_references_to_nothing(target: sqlite3.Connection) -> None:
    """Do what the store would have done had the lost row been deleted, and what followed from that."""
    before = -1
    while before != target.total_changes:
        before = target.total_changes
        _drop_references_once(target)


def _drop_references_once(target: sqlite3.Connection) -> None:
    for table in tables(target):
        for key in target.execute(f"PRAGMA foreign_key_list({table})").fetchall():
            parent, column, parent_column, on_delete = key[2], key[3], key[4], key[6]
            lost = f"{column} NOT IN (SELECT {parent_column} FROM {parent})"  # noqa: S608
            if on_delete == "SET NULL":
                target.execute(f"UPDATE {table} SET {column} = NULL WHERE {column} IS NOT NULL AND {lost}")  # noqa: S608
            else:
                target.execute(f"DELETE FROM {table} WHERE {lost}")  # noqa: S608

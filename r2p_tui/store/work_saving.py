"""Saving works of the citation graph: new ones, better descriptions, and rows that prove to be one work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from r2p_tui.domain.citations import IncomingWork
from r2p_tui.domain.papers import find_code_url
from r2p_tui.domain.times import utc_text
from r2p_tui.store.fields import to_json
from r2p_tui.store.work_merging import move_graph
from r2p_tui.store.work_pool import Entry, Pool, names_of

_FIELDS = (
    "s2_id", "openalex_id", "arxiv_id", "doi", "title", "title_key", "first_author", "year", "published_on",
    "venue", "citation_count", "influential_count", "reference_count", "code_url", "updated_at",
)  # fmt: skip
# ruff: noqa: S608  (only names of this file come together in its SQL)
_INSERT = f"INSERT INTO works (id, added_at, {', '.join(_FIELDS)}) VALUES ({', '.join('?' * 17)})"
_UPDATE = f"UPDATE works SET {', '.join(f'{name} = ?' for name in _FIELDS)} WHERE id = ?"
_TEXT = """
    INSERT INTO work_texts (work_id, authors, abstract) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET authors = excluded.authors, abstract = excluded.abstract
"""
_ALIAS = """
    INSERT INTO work_aliases (name, work_id) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET work_id = excluded.work_id WHERE work_id <> excluded.work_id
"""
# No id comes back, lest a list that is shown now lead to another work.
_HIGHEST_ID = """
    SELECT max(coalesce((SELECT max(id) FROM works), 0), coalesce((
        SELECT max(CAST(substr(name, 6) AS INTEGER)) FROM work_aliases WHERE name BETWEEN 'work:' AND 'work;'
    ), 0))
"""


def save_works(session: Session, works: Sequence[IncomingWork], now: datetime) -> list[int]:
    """Insert or improve works, and return their ids in the order given.

    What is stored never gives way to nothing or to less. Rows that prove to be one work become the oldest of
    them, with their citations, corrections, looks and news; ids that gave way lead to it.
    """
    session.flush()
    # Asked before rows go, whose ids are not in the aliases yet.
    highest = session.connection().exec_driver_sql(_HIGHEST_ID).scalar_one()
    pool = Pool(session, works)
    placed = [pool.place(work) for work in works]
    entries = list(dict.fromkeys(entry.last for entry in placed))
    for entry in entries:
        if entry.id is not None and entry.gone:
            move_graph(session, entry.gone, entry.id)
    _update(session, [entry for entry in entries if entry.id is not None and entry.changed], now)
    _insert(session, [entry for entry in entries if entry.id is None], highest, now)
    _keep_names(session, entries)
    return [entry.last.id or 0 for entry in placed]


def current_ids(session: Session, work_ids: Sequence[int]) -> list[int]:
    """The ids that works have today, in the order given: another one where two rows proved to be one work."""
    query = "SELECT name, work_id FROM work_aliases WHERE name IN (SELECT 'work:' || value FROM json_each(?))"
    rows = session.connection().exec_driver_sql(query, (to_json(list(work_ids)),))
    moved = {int(row[0].removeprefix("work:")): row[1] for row in rows}
    return [moved.get(work_id, work_id) for work_id in work_ids]


def current_id(session: Session, work_id: int) -> int:
    """The id that a work has today."""
    return current_ids(session, [work_id])[0]


def _update(session: Session, entries: Sequence[Entry], now: datetime) -> None:
    if entries:
        rows = [(*_values(entry, utc_text(now)), entry.id) for entry in entries]
        session.connection().exec_driver_sql(_UPDATE, rows)
        _write_texts(session, entries)


def _insert(session: Session, entries: Sequence[Entry], highest: int, now: datetime) -> None:
    if not entries:
        return
    moment = utc_text(now)
    for entry_id, entry in enumerate(entries, highest + 1):
        entry.id = entry_id
    rows = [(entry.id, moment, *_values(entry, moment)) for entry in entries]
    session.connection().exec_driver_sql(_INSERT, rows)
    _write_texts(session, entries)


def _values(entry: Entry, now: str) -> tuple[str | int | None, ...]:
    """A row in the order of `_FIELDS`."""
    work = entry.work
    day = work.published_on.isoformat() if work.published_on else None
    return (
        work.s2_id, work.openalex_id, work.arxiv_id, work.doi, work.title, entry.mark[0],
        next(iter(work.authors), ""), work.year, day, work.venue, work.citation_count,
        work.influential_count, work.reference_count, find_code_url(work.abstract), now,
    )  # fmt: skip


def _write_texts(session: Session, entries: Iterable[Entry]) -> None:
    rows = [(entry.id, to_json(entry.work.authors), entry.work.abstract) for entry in entries]
    session.connection().exec_driver_sql(_TEXT, rows)


def _keep_names(session: Session, entries: Iterable[Entry]) -> None:
    """Let ids that gave way to others of the same kind, and rows that are gone, still lead to their work."""
    rows = []
    for entry in entries:
        former = entry.names.difference(names_of(entry.work))
        rows += [(name, entry.id) for name in (*former, *(f"work:{gone}" for gone in entry.gone))]
    if rows:
        session.connection().exec_driver_sql(_ALIAS, rows)

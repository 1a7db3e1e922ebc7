"""Which descriptions are of one work: what the store has beside what arrives, joined by ids and titles."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session

from r2p_tui.domain.citation_matching import alike, last_name, merged, title_key, year_of
from r2p_tui.domain.citations import IncomingWork
from r2p_tui.store.fields import to_json

_COLUMNS = {"s2": "s2_id", "openalex": "openalex_id", "arxiv": "arxiv_id", "doi": "doi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWork(IncomingWork):
    """A work as the store has it, by the `id` it has today; `code_url` is what its abstract names."""

    id: int
    code_url: str | None = None


@dataclass(slots=True, eq=False)
class Entry:
    """A work while descriptions of it come together.

    `names` are its ids by kind, also those that gave way to others; `gone` are the rows that it took in, and
    `into` leads on where it was taken in itself. `mark` is what titles are compared by.
    """

    work: IncomingWork
    id: int | None = None
    names: set[str] = field(default_factory=set)
    gone: list[int] = field(default_factory=list)
    into: Entry | None = None
    changed: bool = False
    mark: tuple[str, int | None, str] = ("", None, "")

    def __post_init__(self) -> None:
        self.names.update(names_of(self.work))
        self.mark = _mark(self.work)

    @property
    def last(self) -> Entry:
        entry = self
        while entry.into is not None:
            entry = entry.into
        return entry

    def take_in(self, other: Entry) -> None:
        """Know all that the other knows, which from now on is this one."""
        work = merged(self.work, other.work)
        if work != self.work:
            self.work, self.mark, self.changed = work, _mark(work), True
        self.names |= other.names
        self.gone += [*other.gone, *([other.id] if other.id is not None else [])]
        other.into = self


class Pool:
    """The works that descriptions may be of: what of the store shares an id or a title with one of them."""

    def __init__(self, session: Session, works: Sequence[IncomingWork]) -> None:
        self._by_name: dict[str, Entry] = {}
        self._by_title: dict[str, list[Entry]] = {}
        for entry in _known(session, works):
            self._note(entry)

    def place(self, work: IncomingWork) -> Entry:
        """The entry of a work; every other one that is the same work by what is known now has become it."""
        entry = Entry(work)
        while same := self._same_as(entry):
            oldest, *others = sorted([*same, entry], key=_age)
            for other in others:
                oldest.take_in(other)
            entry = oldest
        self._note(entry)
        return entry

    def _same_as(self, entry: Entry) -> list[Entry]:
        named = (self._by_name[name].last for name in entry.names if name in self._by_name)
        found = dict.fromkeys(each for each in named if each is not entry)
        for each in self._by_title.get(entry.mark[0], ()) if entry.mark[0] else ():
            other = each.last
            two_preprints = entry.work.arxiv_id and other.work.arxiv_id
            if other is not entry and not two_preprints and _alike(entry, other):
                found[other] = None
        return list(found)

    def _note(self, entry: Entry) -> None:
        for name in entry.names:
            self._by_name[name] = entry
        titled = self._by_title.setdefault(entry.mark[0], [])
        if entry not in titled:
            titled.append(entry)


def names_of(work: IncomingWork) -> list[str]:
    """The ids of a work with their kind, such as `arxiv:2304.08069`."""
    values = (("s2", work.s2_id), ("openalex", work.openalex_id), ("arxiv", work.arxiv_id), ("doi", work.doi))
    return [f"{kind}:{value}" for kind, value in values if value is not None]


def _mark(work: IncomingWork) -> tuple[str, int | None, str]:
    return title_key(work.title), year_of(work), last_name(work.authors)


def _alike(entry: Entry, other: Entry) -> bool:
    """By what is said of them; two without any id are one where they say the same, as a row read again."""
    nameless = not entry.names and not other.names
    return alike(entry.mark, other.mark) or (nameless and entry.mark == other.mark)


def _age(entry: Entry) -> tuple[bool, int]:
    return entry.id is None, entry.id or 0


def _known(session: Session, works: Sequence[IncomingWork]) -> Iterable[Entry]:
    """What the store has of all works that these may be."""
    names = {name for work in works for name in names_of(work)}
    titles = {title_key(work.title) for work in works} - {""}
    aliases = _aliases(session, names)
    ids = {*aliases.values(), *_ids_named(session, names), *_ids_titled(session, titles)}
    known = stored_works(session, ids)
    # A stored title may be longer than the one a work was found with, and others may have that one too.
    more = {title_key(work.title) for work in known.values()} - titles - {""}
    known |= stored_works(session, {*_ids_titled(session, more)} - known.keys())
    entries = {work_id: Entry(work, work_id) for work_id, work in known.items()}
    for name, work_id in aliases.items():
        entries[work_id].names.add(name)
    return entries.values()


def _aliases(session: Session, names: Collection[str]) -> dict[str, int]:
    query = "SELECT name, work_id FROM work_aliases WHERE name IN (SELECT value FROM json_each(?))"
    found = session.connection().exec_driver_sql(query, (to_json(sorted(names)),))
    return {row[0]: row[1] for row in found}


def _ids_named(session: Session, names: Collection[str]) -> Iterable[int]:
    values: dict[str, list[str]] = {kind: [] for kind in _COLUMNS}
    for name in names:
        kind, _, value = name.partition(":")
        values[kind].append(value)
    for kind, column in _COLUMNS.items():
        query = f"SELECT id FROM works WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608
        if values[kind]:
            yield from session.connection().exec_driver_sql(query, (to_json(values[kind]),)).scalars()


def _ids_titled(session: Session, titles: Collection[str]) -> Iterable[int]:
    query = "SELECT id FROM works WHERE title_key IN (SELECT value FROM json_each(?))"
    return session.connection().exec_driver_sql(query, (to_json(sorted(titles)),)).scalars()


_SELECT = """
    SELECT w.id, w.code_url, w.title, w.s2_id, w.openalex_id, w.arxiv_id, w.doi, t.authors, w.year,
        w.published_on, w.venue, t.abstract, w.citation_count, w.influential_count, w.reference_count
    FROM works AS w LEFT JOIN work_texts AS t ON t.work_id = w.id
    WHERE w.id IN (SELECT value FROM json_each(?))
"""


def stored_works(session: Session, work_ids: Collection[int]) -> dict[int, StoredWork]:
    """Works by their ids of today, authors and abstracts included; those that are not there are left out."""
    rows = session.connection().exec_driver_sql(_SELECT, (to_json(sorted(work_ids)),))
    return {row[0]: _stored(*row) for row in rows}


def _stored(
    work_id: int, code_url: str | None, title: str, s2_id: str | None, openalex_id: str | None,
    arxiv_id: str | None, doi: str | None, authors: str | None, year: int | None, day: str | None, *rest: Any,
) -> StoredWork:  # fmt: skip
    venue, abstract, *counts = rest
    return StoredWork(
        title, s2_id, openalex_id, arxiv_id, doi, tuple(json.loads(authors or "[]")), year,
        date.fromisoformat(day) if day else None, venue, abstract or "", *counts,
        id=work_id, code_url=code_url,
    )  # fmt: skip

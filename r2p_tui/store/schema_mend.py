"""Give a store whose first page is spoiled a list of its tables again, from what its other pages say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from r2p_tui.store.backup import tables
from r2p_tui.store.connection import attach

_HEADER = 100
_TABLE_LEAF = 0x0D
# The bytes that a number takes in a record, by its type; text has odd types from 13 on.
_NUMBER_SIZES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
_SCHEMA_COLUMNS = 5


def lists_tables(path: Path) -> bool:
    """Whether SQLite can say which tables of ours a file has, and has any."""
    try:
        with closing(attach(path)) as connection:
            return bool(tables(connection))
    except sqlite3.DatabaseError:
        return False


def mend_schema(copy: Path, healthy: Path) -> None:
    """Mend the header and, where that is not enough, write the list of tables anew; raises sqlite3.Error.

    Where the root of a table lies depends on when the table was made, so the file itself is asked; what the
    tables look like is known from a store of the current schema. A table that nothing names stays unknown.
    """
    with closing(attach(healthy)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        known = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    start = healthy.read_bytes()[:_HEADER]
    # Zero in the place of the size and of the free pages makes SQLite count pages and reuse none.
    header = start[:24] + bytes(16) + start[40:]
    roots = _root_pages(copy, size)
    _write_first_page(copy, header, size, max(roots.values(), default=1))
    if lists_tables(copy):
        return
    _write_first_page(copy, header + _empty_leaf(size), size, 1)
    with closing(attach(copy)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        for kind, name, table, sql in known:
            if name in roots:
                row = (kind, name, table, roots[name], sql)
                connection.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", row)


def _write_first_page(copy: Path, start: bytes, size: int, last_root: int) -> None:
    """Overwrite the file's start, and make it whole pages up to the last that is the root of a table."""
    length = max(-(-copy.stat().st_size // size), last_root) * size
    with copy.open("r+b") as file:
        file.write(start)
        file.truncate(length)


def _empty_leaf(size: int) -> bytes:
    """What follows the header on the first page of a database without tables."""
    return bytes([_TABLE_LEAF, 0, 0, 0, 0, *(size % 65_536).to_bytes(2, "big"), 0]).ljust(
        size - _HEADER, b"\0"
    )


def _root_pages(path: Path, size: int) -> dict[str, int]:
    """Where each table and index begins, as rows of the lost list say that still lie somewhere."""
    found: dict[str, int] = {}
    with path.open("rb") as file:
        number = 0
        while page := file.read(size):
            number += 1
            found.update(_schema_rows(page, _HEADER if number == 1 else 0))
    return found


def _schema_rows(page: bytes, start: int) -> Iterator[tuple[str, int]]:
    """Name and root of each row on a page, if it is a leaf of the list of tables."""
    if len(page) < start + 8 or page[start] != _TABLE_LEAF:
        return
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    for index in range(count):
        pointer = start + 8 + 2 * index
        row = _schema_row(page, int.from_bytes(page[pointer : pointer + 2], "big"))
        if row is None:
            return
        kind, name, root = row
        if kind in ("table", "index") and root > 1:
            yield name, root


def _schema_row(page: bytes, at: int) -> tuple[str, str, int] | None:
    """Kind, name and root page in the record at a place; None where it is no row of the list."""
    try:
        _, at = _varint(page, at)
        _, at = _varint(page, at)
        length, first = _varint(page, at)
        body, types = at + length, list[int]()
        while first < body and len(types) <= _SCHEMA_COLUMNS:
            kind, first = _varint(page, first)
            types.append(kind)
        if len(types) != _SCHEMA_COLUMNS or types[3] not in _NUMBER_SIZES:
            return None
        values = []
        for kind in types[:4]:
            size = _NUMBER_SIZES[kind] if kind in _NUMBER_SIZES else (kind - 13) // 2
            values.append(page[body : body + size])
            body += size
        return values[0].decode(), values[1].decode(), int.from_bytes(values[3], "big")
    except (IndexError, UnicodeDecodeError):
        return None


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """SQLite's number of one to nine bytes, and the place behind it; raises IndexError at the page's end."""
    value = 0
    for position in range(at, at + 8):
        byte = page[position]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, position + 1
    return value << 8 | page[at + 8], at + 9

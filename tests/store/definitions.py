"""What made the tables and indexes of a store, in one spelling for all the ways to say the same."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

from r2p_tui.store.connection import attach

_SQL = (
    "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql > ''"
    " AND tbl_name IN (SELECT name FROM pragma_table_list WHERE type = 'table') AND name <> 'alembic_version'"
)
_REFERENCE = re.compile(r"(\w+) (\w+) (REFERENCES .*)")


def definitions(path: Path) -> dict[str, tuple[str, ...]]:
    """The parts of each of our tables and indexes by its name: columns as they stand, then what must hold.

    A column that was added later says itself what it refers to; one of a new table leaves it to the table.
    A table that was made anew and renamed has its name in quotes.
    """
    with closing(attach(path)) as connection:
        return {name: tuple(_parts(" ".join(sql.split()))) for name, sql in connection.execute(_SQL)}


def _parts(sql: str) -> list[str]:
    sql = re.sub(r" ?([(),]) ?", r"\1", sql.replace('"', ""))
    head, _, rest = sql.partition("(")
    body, _, tail = rest.rpartition(")")
    columns, rules = [], []
    for part in re.split(r",(?![^()]*\))", body):
        if found := _REFERENCE.fullmatch(part):
            columns.append(f"{found[1]} {found[2]}")
            rules.append(f"FOREIGN KEY({found[1]}){found[3]}")
        elif re.match("CONSTRAINT|PRIMARY KEY|UNIQUE|FOREIGN KEY", part):
            rules.append(part)
        else:
            columns.append(part)
    return [head, *columns, *sorted(rules), tail]

"""A desk whose arXiv is a server on loopback, and what its store holds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from r2p_tui.config import ArxivSettings, Settings
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk

Rows = list[tuple[object, ...]]


def desk_at(paths: Paths, url: str, *categories: str, offline: bool = False) -> Desk:
    """A desk that reads cs.AI, or the categories that are named, from `url`."""
    addresses = (f"{url}/api/query", f"{url}/atom", f"{url}/oai", url)
    return Desk(paths, Settings(arxiv=ArxivSettings(categories or ("cs.AI",), *addresses)), offline=offline)


def dump(path: Path) -> dict[str, Rows]:
    """Every row of every table, in an order of its own; the text index is not a table of ours."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\\_text%' ESCAPE '\\'"
        )
        names = [name for (name,) in connection.execute(query)]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
    finally:
        connection.close()

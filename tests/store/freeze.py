"""Keep a store of the current schema: `python -m tests.store.freeze`, again before each release of one."""

from __future__ import annotations

import gzip
import json
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from r2p_tui.paths import under
from r2p_tui.store.backup import tables
from r2p_tui.store.connection import SCHEMA_VERSION, attach
from tests.store.sample import make_store

FROZEN = Path(__file__).parent.parent / "data"


def rows_as_json(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of ours by table, with the names of its columns: a later schema may have more of them."""
    with closing(attach(path)) as connection:
        found = {}
        for table in tables(connection):
            cursor = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
            names = [column[0] for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor]
        return found


def freeze() -> None:
    """Write the store and, beside it, its rows."""
    with tempfile.TemporaryDirectory() as folder:
        store = make_store(under(Path(folder)), papers=6)
        rows = json.dumps(rows_as_json(store), indent=1, sort_keys=True)
        FROZEN.mkdir(exist_ok=True)
        name = f"store_v{SCHEMA_VERSION}"
        (FROZEN / f"{name}.json").write_text(rows + "\n", encoding="utf-8")
        (FROZEN / f"{name}.sqlite3.gz").write_bytes(gzip.compress(store.read_bytes(), 9, mtime=0))


if __name__ == "__main__":
    freeze()

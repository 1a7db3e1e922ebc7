"""Short names for the tables of one paper, the same in every extraction that finds the same tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from r2p_tui.domain.tables import Table

_ODD = re.compile(r"[^\w.]+")


def table_keys(tables: Sequence[Table]) -> list[str]:
    """A key for each table in document order: `3b`, or `p7-1` for the first without a number on page 7.

    A number that comes again gets `-2`; a table of no page counts under `p0`.
    """
    seen: Counter[str] = Counter()
    keys = []
    for table in tables:
        name = _ODD.sub("", table.number + table.part)
        stem = name or f"p{table.page}"
        seen[stem] += 1
        keys.append(stem if name and seen[stem] == 1 else f"{stem}-{seen[stem]}")
    return keys

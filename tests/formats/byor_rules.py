"""What Build Your Own Radar asks of its files, written from its sources and not from r2p's writer.

contentValidator.js: name, ring, quadrant, description, and isNew or status.
inputSanitizer.js: `value.trim()` on each value; HTML out of all but descriptions, which keep a few tags.
factory.js: rings are numbered as they first appear, at most four; of JSON the first object names the columns.
radar.js: exactly four quadrants.
"""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from typing import Any

RINGS = ("adopt", "trial", "assess", "hold")
STATUSES = ("new", "moved in", "moved out", "no change")
TAGS = {"b", "i", "em", "strong", "a", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "br", "p", "u"}


def rows_of(text: str, kind: str) -> list[dict[str, Any]]:
    """The rows as BYOR reads them, trimmed; `kind` is csv or json, whose values may be of any type."""
    if kind == "json":
        rows = json.loads(text)
    else:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), restkey="more", strict=True))
    return [
        {key.strip(): value.strip() if isinstance(value, str) else value for key, value in row.items()}
        for row in rows
    ]


def byor_problems(text: str, kind: str) -> list[str]:
    """All that BYOR would stumble over, or drop without a word; empty for a good file."""
    rows = rows_of(text, kind)
    if not rows:
        return ["no rows"]
    columns = set(rows[0])
    problems = [
        f"no column {name}" for name in ("name", "ring", "quadrant", "description") if name not in columns
    ]
    if not columns & {"isNew", "status"}:
        problems.append("neither isNew nor status")
    for number, row in enumerate(rows, 1):
        problems += [f"row {number}: {problem}" for problem in _row_problems(row, columns)]
    if problems:
        return problems
    rings = list(dict.fromkeys(row["ring"].lower() for row in rows))
    if [ring for ring in RINGS if ring in rings] != rings:
        problems.append(f"rings {rings}")
    quadrants = {row["quadrant"] for row in rows}
    if len(quadrants) != 4:
        problems.append(f"quadrants {sorted(quadrants)}")
    return problems


def _row_problems(row: dict[str, Any], columns: set[str]) -> list[str]:
    if set(row) != columns:
        return ["other columns than the first"]
    if loose := [name for name, value in row.items() if not isinstance(value, str)]:
        return [f"{name} is no string" for name in loose]
    problems = [f"no {name}" for name in ("name", "ring", "quadrant") if not row[name]]
    if row.get("isNew", "TRUE").lower() not in ("true", "false"):
        problems.append("isNew")
    if row.get("status", "New").lower() not in STATUSES:
        problems.append("status")
    if (row.get("status", "").lower() == "new") != (row.get("isNew", "").lower() == "true"):
        problems.append("isNew and status differ")
    if row["ring"].lower() not in RINGS:
        problems.append(f"ring {row['ring']}")
    reader = _Tags()
    reader.feed(row["description"])
    return problems + [f"tag {tag}" for tag in reader.found - TAGS]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.add(tag)

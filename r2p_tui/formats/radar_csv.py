"""The radar for Thoughtworks' Build Your Own Radar (BYOR), as CSV and as JSON.

Written from its `contentValidator`, `inputSanitizer` and `factory`: rings and quadrants are matched by name,
and what does not match is dropped without a word; every value is trimmed, so it must be a string; names are
stripped of HTML; descriptions are shown as HTML.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from typing import Final

from r2p_tui.domain.radar import Movement, Ring
from r2p_tui.domain.radar_export import BlipEntry
from r2p_tui.errors import UsageError
from r2p_tui.formats.cells import csv_text

COLUMNS: Final = ("name", "ring", "quadrant", "isNew", "status", "description")
_STATUS: Final = {
    Movement.NEW: "New",
    Movement.IN: "Moved In",
    Movement.OUT: "Moved Out",
    Movement.NONE: "No Change",
}


def byor_csv(entries: Iterable[BlipEntry]) -> str:
    """The file that BYOR reads from an address ending in `.csv`; raises UsageError for an entry in SKIP.

    A value that a spreadsheet would run as a formula has a space before it, which BYOR takes away again.
    """
    return csv_text(COLUMNS, (_row(entry).values() for entry in entries))


def byor_json(entries: Iterable[BlipEntry]) -> str:
    """The file that BYOR reads from an address ending in `.json`; raises UsageError for an entry in SKIP."""
    return json.dumps([_row(entry) for entry in entries], indent=2, ensure_ascii=False) + "\n"


def _row(entry: BlipEntry) -> dict[str, str]:
    if entry.ring is Ring.SKIP:
        raise UsageError(
            f"BYOR has no ring SKIP, where “{entry.name}” stands.", "Leave SKIP out, or draw it as HOLD."
        )
    is_new = "TRUE" if entry.movement is Movement.NEW else "FALSE"
    values = (
        entry.name, entry.ring.capitalize(), entry.quadrant, is_new, _STATUS[entry.movement],
        html.escape(entry.description, quote=False).replace("\n", "<br>"),
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))

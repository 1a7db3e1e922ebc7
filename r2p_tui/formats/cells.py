"""Tables of CSV that a spreadsheet does not run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?%?")


def guarded(text: str) -> str:
    """The text with a space before it where a spreadsheet would take it for a formula.

    Whoever trims a cell, as BYOR and `formats/fatebook.py` do, has the text back as it was; an apostrophe
    would stay.
    """
    return " " + text if text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text) else text


def csv_text(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A table with its header, each cell guarded."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(columns)
    table.writerows([guarded(cell) for cell in row] for row in rows)
    return stream.getvalue()

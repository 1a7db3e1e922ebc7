"""Cells of CSV that a spreadsheet does not run."""

from __future__ import annotations

import re

_FORMULA_STARTS = ("=", "+", "-", "@")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?%?")


def guarded(text: str) -> str:
    """The text with a space before it where a spreadsheet would take it for a formula.

    Whoever trims a cell, as BYOR and `formats/fatebook.py` do, has the text back as it was; an apostrophe
    would stay.
    """
    return " " + text if text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text) else text

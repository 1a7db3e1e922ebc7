"""No wrong number without a warning: every number of a grid must stand among the words of its page."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import replace

from r2p_tui.domain.tables import Table
from r2p_tui.pdf.layout import Page

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
# A page prints raised and lowered digits as its own small ones or as ordinary ones: 10⁶ is 10 and 6, or 106.
_FLAT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")


def guarded(table: Table, page: Page) -> Table:
    """The same table; a cell with a number that the page does not hold loses its confidence and is told."""
    known = {number for word in page.words for number in numbers_in(word.text)}
    strange = {id(cell): numbers for cell in table.cells if (numbers := strange_numbers(cell.text, known))}
    if not strange:
        return table
    cells = tuple(replace(cell, confidence=0.0) if id(cell) in strange else cell for cell in table.cells)
    named = ", ".join(dict.fromkeys(number for numbers in strange.values() for number in numbers))
    doubt = f"The page does not hold {named} as printed here."
    return replace(table, cells=cells, doubts=(*table.doubts, doubt))


def numbers_in(text: str) -> list[str]:
    """The numbers of a text as printed, raised and lowered digits taken as ordinary ones."""
    return _DIGITS.findall(text.translate(_FLAT))


def strange_numbers(text: str, known: Set[str]) -> list[str]:
    """The numbers of a cell that are not among the known ones, with and without its raised digits."""
    strange = [number for number in numbers_in(text) if number not in known]
    return strange and [number for number in _DIGITS.findall(text) if number not in known]

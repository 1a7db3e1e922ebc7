"""Text measured in the cells of a terminal: two for a wide character, none for a combining one."""

from __future__ import annotations

import unicodedata


def cells_of(text: str) -> int:
    """How many cells the text takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def in_cells(text: str, width: int) -> str:
    """The text in exactly `width` cells: filled with spaces, or cut with an ellipsis."""
    if cells_of(text) > width:
        text = _head(text, width - 1) + "…" if width > 0 else ""
    return text + " " * (width - cells_of(text))


def _head(text: str, width: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += _cells(character)
        if taken > width:
            return text[:index]
    return text


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

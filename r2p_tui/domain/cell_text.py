"""Text measured in the cells of a terminal: two for a wide character, none for a combining one."""

from __future__ import annotations


def display_width(text: str) -> int:
    """How many cells the text takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def fit(text: str, width: int) -> str:
    """The text in at most `width` cells, with an ellipsis where something is missing."""
    if display_width(text) <= width:
        return text
    return head_of(text, width - 1) + "…" if width > 0 else ""


def pad(text: str, width: int, side: str = "<") -> str:
    """Spaces up to `width` cells, behind the text or before it (`>`)."""
    space = " " * (width - display_width(text))
    return space + text if side == ">" else text + space


def fill(text: str, width: int) -> str:
    """The text in exactly `width` cells: cut with an ellipsis, or padded."""
    return pad(fit(text, width), width)


def head_of(text: str, width: int) -> str:
    """As many characters from the beginning as `width` cells hold."""
    taken = 0
    for index, character in enumerate(text):
        taken += _cells(character)
        if taken > width:
            return text[:index]
    return text


def _cells(character: str) -> int:
    # Half a millisecond to load, which ASCII does not need.
    import unicodedata

    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

"""The only door for foreign text into a widget: cleaned, and never read as markup."""

from __future__ import annotations

from textual.content import Content

from r2p_tui.text import clean, clean_line


def SafeText(text: str) -> Content:  # noqa: N802  (reads as the type that it guarantees)
    """Foreign text as content; newlines stay."""
    return Content(clean(text))


def SafeLine(text: str) -> Content:  # noqa: N802
    """Foreign text as content on one line."""
    return Content(clean_line(text))

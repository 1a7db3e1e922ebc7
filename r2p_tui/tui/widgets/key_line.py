"""Keys and what they do, on one line of a dialog."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content


def key_line(*pairs: tuple[str, str]) -> Content:
    """`b keep both   m keep mine`, the keys in the accent colour."""
    return Content("   ").join(
        [Content.assemble((key, "bold $primary"), f" {words}") for key, words in pairs]
    )


def joined(parts: Iterable[Content], between: str = "\n") -> Content:
    """Contents one after another."""
    return Content(between).join(list(parts))

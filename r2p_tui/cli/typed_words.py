"""What the hot commands read in the same way: words from standard input, and the paper that is named."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from r2p_tui.errors import R2PError, UsageError

if TYPE_CHECKING:
    from r2p_tui.domain.paper_ids import PaperReference


def typed_words(words: list[str], most: int) -> str:
    """The words in one text; without any, or for `-`, up to four times `most` bytes of standard input."""
    if words not in ([], ["-"]):
        return " ".join(words)
    if sys.stdin is None or (sys.stdin.isatty() and not words):
        return ""
    return sys.stdin.buffer.read(4 * most + 1).decode("utf-8", "replace")


def paper_named(text: str | None, doubts: list[R2PError]) -> PaperReference | None:
    """The paper, or one doubt more: what is wrong with its name must not cost the words."""
    if text is None:
        return None
    from r2p_tui.domain.paper_ids import parse_reference

    try:
        return parse_reference(text)
    except UsageError as error:
        doubts.append(error)
        return None

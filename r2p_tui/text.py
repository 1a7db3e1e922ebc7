"""Foreign text is cleaned here when it enters the store and again when it leaves for a terminal."""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"

# C0 and C1 controls except tab and newline; bidirectional overrides and isolates; line and paragraph
# separators; invisible spaces and tag characters that make two different texts look the same.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Replace everything that could steer a terminal or disguise text; tab and newline stay."""
    safe = text.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    return _FORBIDDEN.sub(REPLACEMENT, safe)


def clean_line(text: str) -> str:
    """`clean`, then fold all white space, for titles, names and other one-line fields."""
    return _SPACES.sub(" ", clean(text)).strip()


def shorten(text: str, width: int) -> str:
    """Cut one line to `width` characters, with an ellipsis where something is missing."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def count_of(number: int, noun: str, plural: str | None = None) -> str:
    """`1 paper`, `2 papers`, `1,204 papers`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"

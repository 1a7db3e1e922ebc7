"""Texts of a table's cells, wrapped and aligned to exact widths of the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from rich.cells import cell_len

from r2p_tui.domain.table_numbers import is_check, is_cross
from r2p_tui.tui.widgets.row_list import fit

Align = Literal["left", "point", "centre"]

HEADER_LINES = 3
DOUBT = " ?"
"""Follows a text that may be wrong."""

_NUMBER = re.compile(r"[^\w\d]{0,3}\d[\d,]*")
_BREAKS = re.compile(r"\S+?(?:[/_-](?=\S)|$)|\S+", re.ASCII)


def wrap(text: str, width: int) -> list[str]:
    """Words on at most three lines of a width, the last one cut where something is missing."""
    lines = [""]
    for word in words_of(text):
        if cell_len((lines[-1] + word).rstrip()) <= width or not lines[-1]:
            lines[-1] += word
        else:
            lines.append(word)
    if len(lines) > HEADER_LINES:
        lines[HEADER_LINES - 1 :] = ["".join(lines[HEADER_LINES - 1 :])]
    return [fit(line, width).rstrip() if width > 0 else "" for line in lines]


def words_of(text: str) -> Iterator[str]:
    """Pieces that may stand on lines of their own, each with the space that follows it."""
    for word in text.split():
        *pieces, last = _BREAKS.findall(word) or [word]
        yield from pieces
        yield f"{last} "


def split_number(text: str) -> tuple[str, str]:
    """A number's digits before the point, and the rest; words count as digits before it."""
    found = _NUMBER.match(text)
    return (text[: found.end()], text[found.end() :]) if found else (text, "")


def alignment(texts: Sequence[str], *, label: bool) -> Align:
    """How a column with these texts is read best."""
    if label or not texts:
        return "left"
    marks = sum(is_mark(text) for text in texts)
    numbers = sum(_NUMBER.match(text) is not None for text in texts)
    if numbers and numbers * 2 >= len(texts) - marks:
        return "point"
    return "centre" if marks * 2 >= len(texts) else "left"


def is_mark(text: str) -> bool:
    """A check mark, a cross, a dash or another single sign that stands for itself."""
    bare = text.removesuffix(DOUBT)
    return (
        is_check(bare) or is_cross(bare) or (len(bare) == 1 and not bare.isalnum()) or bare in ("--", "---")
    )


def right_aligned(text: str, width: int) -> str:
    """A text of r2p's own at the right edge, never cut."""
    return " " * max(width - cell_len(text), 0) + text


def centred(text: str, width: int) -> str:
    """A text in the middle, the odd cell behind it."""
    free = width - cell_len(text)
    return fit(text, width) if free < 0 else " " * (free // 2) + text + " " * (free - free // 2)


def aligned(text: str, width: int, align: Align, whole: int) -> str:
    """A value in its column; `whole` are the cells before the decimal point."""
    if align == "left":
        return fit(text, width)
    if is_mark(text) or align == "centre":
        return centred(text, width)
    head, tail = split_number(text)
    before = whole - cell_len(head)
    if before < 0 or before + cell_len(head + tail) > width:
        return fit(text, width, right=True)
    return " " * before + fit(head + tail, width - before)


def header_text(text: str, width: int, align: Align) -> str:
    """A line of a header over values that are aligned this way."""
    if align == "point":
        return fit(text, width, right=True)
    return centred(text, width) if align == "centre" else fit(text, width)


def between_lines(text: str, width: int) -> str:
    """`── AP ──`: a header over several columns shows how far it reaches."""
    free = width - cell_len(text) - 2
    if free < 2:
        return fit(text, width)
    return "─" * (free // 2) + f" {text} " + "─" * (free - free // 2)

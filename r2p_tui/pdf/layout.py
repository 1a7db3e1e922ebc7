"""What stands where on a page: words, rules and the regions of tables, free of any PDF library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from r2p_tui.domain.tables import Box


class Word(NamedTuple):
    """Characters without a space between them, at least one; `size` and `baseline` in points."""

    text: str
    box: Box
    size: float
    baseline: float
    bold: bool
    italic: bool
    block: int
    line: int


class Rule(NamedTuple):
    """A straight line or thin bar that is drawn on the page; `thickness` in points."""

    box: Box
    thickness: float

    @property
    def horizontal(self) -> bool:
        return self.box.right - self.box.left >= self.box.bottom - self.box.top


@dataclass(frozen=True, slots=True)
class Page:
    """One page, upright as a reader holds it; `number` counts from 1.

    `turn` is by how many degrees, clockwise, the page as it is displayed was turned to make it upright.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...]
    images: tuple[Box, ...] = ()
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Region:
    """Where a table stands, without its caption; `score` from 0 to 1 says how much speaks for a table."""

    page: int
    box: Box
    number: str = ""
    part: str = ""
    caption: str = ""
    caption_box: Box | None = None
    section: str = ""
    mentions: tuple[str, ...] = ()
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels row by row, three bytes each."""

    width: int
    height: int
    rgb: bytes

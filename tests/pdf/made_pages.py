"""Pages of words and rules as a PDF library would give them, written down by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.layout import Page, Rule, Word

LETTER = 0.5
PROSE = (
    "every model that we compare was trained with the same schedule on the same images and",
    "the results of all of them are averages of several runs that differ in nothing but the",
    "seed so that small differences between two rows of a table should not be taken too far",
    "because they may well be smaller than what another seed would have made of the models",
)


@dataclass
class Sheet:
    """A page that is filled from the outside; every letter is half as wide as its size."""

    number: int = 1
    width: float = 612.0
    height: float = 792.0
    words: list[Word] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    lines: Iterator[int] = field(default_factory=count)

    def text(self, left: float, baseline: float, text: str, size: float = 10.0, *, bold: bool = False) -> Box:
        """One line; returns the box around it."""
        line = next(self.lines)
        x = left
        for part in text.split(" "):
            box = Box(x, baseline - 0.7 * size, x + len(part) * LETTER * size, baseline + 0.2 * size)
            self.words.append(Word(part, box, size, baseline, bold, False, line, line))
            x = box.right + LETTER * size
        return Box(left, baseline - 0.7 * size, x - LETTER * size, baseline + 0.2 * size)

    def prose(self, left: float, right: float, baseline: float, lines: int, size: float = 10.0) -> float:
        """Justified lines of running text; returns the baseline below them."""
        for index in range(lines):
            letters = int((right - left) / (LETTER * size))
            text = PROSE[index % len(PROSE)]
            text = (text + " " + PROSE[(index + 1) % len(PROSE)])[:letters].replace(" ", "\0")
            filled = text.replace("\0", " ").rstrip(" ").ljust(letters, "x")
            self.text(left, baseline, filled, size)
            baseline += 1.2 * size
        return baseline

    def rule(self, left: float, right: float, y: float) -> None:
        self.rules.append(Rule(Box(left, y, right, y), 0.8))

    def grid(
        self,
        left: float,
        baseline: float,
        rows: Sequence[Sequence[str]],
        step: float = 60.0,
        size: float = 9.0,
    ) -> Box:
        """A table between three rules, its columns `step` points apart; returns the box around it."""
        right, top = left + step * len(rows[0]), baseline - 1.1 * size
        self.rule(left, right, top)
        for index, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell:
                    self.text(left + 4 + column * step, baseline, cell, size)
            if index == 0:
                self.rule(left, right, baseline + 0.5 * size)
                baseline += 0.4 * size
            baseline += 1.2 * size
        bottom = baseline - 0.6 * size
        self.rule(left, right, bottom)
        return Box(left, top, right, bottom)

    def page(self) -> Page:
        return Page(self.number, self.width, self.height, tuple(self.words), tuple(self.rules))


ROWS = (
    ("Model", "AP", "AP50"),
    ("full", "38.5", "57.1"),
    ("w/o FPN", "35.0", "54.2"),
    ("small", "33.9", "52.8"),
)


def overlap_share(one: Box, other: Box) -> float:
    """Intersection over union."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    common = max(across, 0.0) * max(down, 0.0)
    areas = [(box.right - box.left) * (box.bottom - box.top) for box in (one, other)]
    return common / (sum(areas) - common)

"""Pages of tables drawn by hand: words in columns, rules where a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from r2p_tui.domain.tables import Box, Table
from r2p_tui.pdf.grid.table import read_grid
from r2p_tui.pdf.layout import Page, Region, Rule, Word

SIZE, PITCH, LETTER, SPACE = 10.0, 12.0, 5.0, 3.0


@dataclass
class Drawing:
    """A page to write on; `box` goes around all that was drawn."""

    words: list[Word] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    def text(
        self, x: float, y: float, text: str, align: str = "l", *, size: float = SIZE, bold: bool = False
    ) -> float:
        """Words with baseline `y`; `x` is their left edge, middle or right edge. Gives the right edge."""
        width = _width(text, size)
        left = {"l": x, "c": x - width / 2, "r": x - width}[align]
        for word in text.split():
            right = left + _width(word, size)
            box = Box(left, y - 0.75 * size, right, y + 0.25 * size)
            self.words.append(Word(word, box, size, y, bold, False, 0, len(self.words)))
            left = right + SPACE * size / SIZE
        return left - SPACE * size / SIZE

    def script(self, x: float, y: float, text: str) -> float:
        """A small text right after `x`, lowered where `y` is below the line it belongs to."""
        return self.text(x, y, text, size=0.7 * SIZE)

    def row(
        self, y: float, texts: Sequence[str], places: Sequence[float], align: str = "c", **style: bool
    ) -> None:
        """The first text starts at the first place, the others are aligned at theirs."""
        for index, (text, x) in enumerate(zip(texts, places, strict=True)):
            if text:
                self.text(x, y, text, "l" if index == 0 else align, **style)

    def line(self, y: float, left: float, right: float) -> None:
        self.rules.append(Rule(Box(left, y, right, y), 0.5))

    def upright(self, x: float, top: float, bottom: float) -> None:
        self.rules.append(Rule(Box(x, top, x, bottom), 0.4))

    def table(self) -> Table:
        """What is read from the page; there must be a grid."""
        table = read_grid(self.page(), Region(1, self.box()))
        assert table is not None
        return table

    def page(self) -> Page:
        return Page(1, 600, 800, tuple(self.words), tuple(self.rules))

    def box(self) -> Box:
        boxes = [word.box for word in self.words] + [rule.box for rule in self.rules]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return Box(min(lefts), min(tops), max(rights), max(bottoms))


def _width(text: str, size: float) -> float:
    words = text.split()
    letters = sum(map(len, words))
    return (letters * LETTER + (len(words) - 1) * SPACE) * size / SIZE


def plain(*rows: Sequence[str], places: Sequence[float] = (50, 200, 260, 320), header: int = 1) -> Drawing:
    """Rows one below the other, with lines above, below the header and below all."""
    drawing = Drawing()
    drawing.line(90, 45, 345)
    for index, row in enumerate(rows):
        drawing.row(100 + index * PITCH + (4 if index >= header else 0), row, places[: len(row)])
    drawing.line(100 + (header - 1) * PITCH + 5, 45, 345)
    drawing.line(100 + (len(rows) - 1) * PITCH + 10, 45, 345)
    return drawing

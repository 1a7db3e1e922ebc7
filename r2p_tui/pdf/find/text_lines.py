"""Words put together to lines: what a reader takes in without jumping over a gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import groupby, pairwise
from statistics import median

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.find.boxes import union
from r2p_tui.pdf.layout import Page, Word

# In parts of the font size.
_WIDEST_SPACE = 1.2
_SAME_BASELINE = 0.12
_SPACE_BETWEEN_PIECES, _WIDEST_STRETCHED = 0.75, 1.8


class Line:
    """Words side by side; in a table mostly one cell, in running text the whole line of a column."""

    def __init__(self, words: Iterable[Word]) -> None:
        self.words = tuple(words)
        self.box = union(word.box for word in self.words)
        letters: Counter[tuple[float, float]] = Counter()
        for word in self.words:
            letters[word.size, word.baseline] += len(word.text)
        self.size, self.baseline = letters.most_common(1)[0][0]

    @cached_property
    def text(self) -> str:
        return joined_text(self.words)

    @cached_property
    def bold(self) -> bool:
        return all(word.bold for word in self.words if any(char.isalnum() for char in word.text))


def joined_text(words: Iterable[Word]) -> str:
    """The words with spaces between them, none before a subscript or superscript that touches its word."""
    text, last = "", None
    for word in words:
        gap = word.box.left - last.box.right if last else 0.0
        script = last and abs(word.baseline - last.baseline) > 0.5 and gap < 0.15 * max(word.size, last.size)
        text += word.text if not text or script else " " + word.text
        last = word
    return text


def lines_of(page: Page) -> list[Line]:
    """The lines of a page from top to bottom, then from left to right."""
    pieces = [piece for _, group in groupby(page.words, lambda word: word.line) for piece in _pieces(group)]
    return sorted(_put_together(pieces), key=lambda line: (line.baseline, line.box.left))


def _pieces(words: Iterable[Word]) -> Iterator[list[Word]]:
    run: list[Word] = []
    for word in words:
        if run and word.box.left - run[-1].box.right > _WIDEST_SPACE * max(word.size, run[-1].size):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _put_together(pieces: list[list[Word]]) -> Iterator[Line]:
    """Lines of pieces that continue one another on the same baseline."""
    lines = [Line(piece) for piece in pieces]
    lines.sort(key=lambda line: (round(line.baseline), line.box.left))
    current: Line | None = None
    for line in lines:
        if current and _continues(current, line):
            current = Line((*current.words, *line.words))
        else:
            if current:
                yield current
            current = line
    if current:
        yield current


def _continues(line: Line, other: Line) -> bool:
    size = max(line.size, other.size)
    gap = other.box.left - line.box.right
    if abs(line.baseline - other.baseline) > _SAME_BASELINE * size or gap < -0.3 * size:
        return False
    if gap <= _SPACE_BETWEEN_PIECES * size:
        return True
    return gap <= _WIDEST_STRETCHED * size and (_runs_in(line, other) or _stretched(line, other, gap))


def _runs_in(line: Line, other: Line) -> bool:
    """Whether a bold heading ends and its paragraph begins on the same line."""
    return line.bold and line.words[-1].text[-1] in ".:" and not other.words[0].bold


def _stretched(line: Line, other: Line, gap: float) -> bool:
    """Whether other spaces of the two are as wide as this one, as in a justified line of few words."""
    spaces = [
        after.box.left - before.box.right
        for words in (line.words, other.words)
        for before, after in pairwise(words)
        if after.box.left - before.box.right > 0.15 * before.size
    ]
    wider = 2.2 if line.words[-1].text[-1] in ".:;!?" else 1.4
    return len(spaces) >= 2 and gap <= wider * median(spaces)


def edges_of(boxes: Iterable[Box]) -> list[tuple[float, float]]:
    """The stretches from left to right that the boxes cover together."""
    stretches: list[tuple[float, float]] = []
    for box in sorted(boxes):
        if stretches and box.left <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], box.right))
        else:
            stretches.append((box.left, box.right))
    return stretches

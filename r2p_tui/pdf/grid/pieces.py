"""Words of a region put together to pieces (a base with its scripts), and pieces to lines of one baseline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.layout import Word

_TOUCHING = 0.13
_SCRIPT_TOUCHING = 0.22
_SCRIPT_SIZE = 0.9
_SCRIPT_SHIFT = (0.05, 0.75)
_SAME_BASELINE = 0.3
_SPACE_BETWEEN = (0.12, 0.5)
_USUAL_SPACE = 0.3
_GLUED_SPACE = 0.6
_THIN_SPACE = 0.2
_ONE_SPACE = 1.17
_BOLD_SPACES = 1.4

_ABOVE, _BELOW = 1, 2
_RAISED = frozenset("0123456789+-−–")
_SUPERSCRIPTS = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")

MARKS = frozenset("✓✔☑√✗✘✕✖☒×xX•●○◦")
_NUMBER = (
    r"[<>~≈∼≤≥$€]?[-+−–]?(?:\d{1,3}(?:[,\s]\d{3})+|\d*\.?\d+)(?:e[-+−]?\d+)?(?:[·×⋅∗]10(?:[-−]?\d+|[⁰¹²³⁴-⁹⁻]+))?"
    r"(?:[%‰KMGBTkmgbtx×hs]|ms|pp|dB|GB|MB)?"
)
_VALUE = re.compile(
    rf"{_NUMBER}(?:(?:±|\+/-|\+-){_NUMBER})?(?:[/:–]{_NUMBER})*(?:[(\[][^()\[\]]*[)\]])*[↑↓†‡*∗§¶⁰¹²³⁴-⁹]*"
)
_NOTHING = re.compile(r"[-–—−]+|n/?a|N/?A|OOM|/")
_BROKEN_WORD = re.compile(r"[a-z]{2}[-‐]$")
_OPENERS = ("±", "+/-", "(", "[", "%", "×", "·", "⋅", "/", "→", "↑", "↓")
_CONTINUES_AFTER = ("±", "+/-", "(", "[", "×", "·", "⋅", "/", "→", "<", ">", "~", "∼")


@dataclass(frozen=True)
class Piece:
    """Words that touch: one text without a space, a base together with its sub- and superscripts."""

    text: str
    box: Box
    baseline: float
    size: float
    words: tuple[Word, ...]

    @property
    def middle(self) -> float:
        return (self.box.left + self.box.right) / 2


@dataclass(frozen=True)
class Line:
    """Pieces on one baseline, from left to right."""

    pieces: tuple[Piece, ...]

    @cached_property
    def baseline(self) -> float:
        return median(piece.baseline for piece in self.pieces)

    @cached_property
    def size(self) -> float:
        return max(piece.size for piece in self.pieces)

    @cached_property
    def top(self) -> float:
        return min(piece.box.top for piece in self.pieces)

    @cached_property
    def bottom(self) -> float:
        return max(piece.box.bottom for piece in self.pieces)


class Phrase(NamedTuple):
    """Neighbouring pieces of a line with no more than a space between them."""

    pieces: tuple[Piece, ...]

    @property
    def left(self) -> float:
        return self.pieces[0].box.left

    @property
    def right(self) -> float:
        return max(piece.box.right for piece in self.pieces)

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def text(self) -> str:
        return joined_text(self.pieces)


def is_number(text: str) -> bool:
    """Whether a number is all that the text says; deviation, unit and footnote marks allowed."""
    return bool(_VALUE.fullmatch("".join(text.split())))


def is_value(text: str) -> bool:
    """Whether the text is what stands in a body cell beside a label: a number, a mark, a dash."""
    plain = "".join(text.split())
    return plain in MARKS or bool(_NOTHING.fullmatch(plain) or _VALUE.fullmatch(plain))


def joined_text(pieces: Sequence[Piece]) -> str:
    """The pieces as one text with single spaces; a word that is broken at the end of a line is made whole."""
    text = ""
    last: Piece | None = None
    for piece in pieces:
        broken = last is not None and piece.baseline - last.baseline > 0.5 * last.size
        if broken and _BROKEN_WORD.search(text) and piece.text[0].islower():
            text = text[:-1] + piece.text
        else:
            text = f"{text} {piece.text}" if text else piece.text
        last = piece
    return text


def lines_of(words: Iterable[Word]) -> list[Line]:
    """The words as lines, from top to bottom."""
    pieces = sorted(_pieces(words), key=lambda piece: (piece.baseline, piece.box.left))
    rows: list[list[Piece]] = []
    for piece in pieces:
        if rows and piece.baseline - rows[-1][0].baseline <= _SAME_BASELINE * min(
            piece.size, rows[-1][0].size
        ):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [Line(tuple(sorted(row, key=lambda piece: piece.box.left))) for row in _scripts_brought_home(rows)]


def em_of(lines: Sequence[Line]) -> float:
    """The size of the usual text in points."""
    return median(piece.size for line in lines for piece in line.pieces)


def space_of(lines: Sequence[Line], em: float) -> float:
    """The usual space between two words of one cell, in points."""
    low, high = (share * em for share in _SPACE_BETWEEN)
    gaps = sorted(
        gap
        for line in lines
        for a, b in pairwise(line.pieces)
        if low <= (gap := b.box.left - a.box.right) <= high and not (is_value(a.text) or is_value(b.text))
    )
    return gaps[len(gaps) // 4] if len(gaps) >= 3 else _USUAL_SPACE * em


def phrases_of(line: Line, space: float) -> list[Phrase]:
    """The line cut where the gap is wider than a space of `space` points."""
    groups: list[list[Piece]] = []
    right = 0.0
    for piece in line.pieces:
        if groups and piece.box.left - right <= _reach(groups[-1][-1], piece, space):
            groups[-1].append(piece)
        else:
            groups.append([piece])
        right = max(right, piece.box.right)
    return [Phrase(tuple(group)) for group in groups]


def _reach(before: Piece, after: Piece, space: float) -> float:
    """The widest gap over which the two still belong together."""
    if before.text.endswith(_CONTINUES_AFTER) or after.text.startswith(_OPENERS):
        return max(_GLUED_SPACE * after.size, 1.3 * space)
    if is_value(before.text) and is_value(after.text):
        return _THIN_SPACE * after.size
    bold = before.words[-1].bold and after.words[0].bold
    return (_BOLD_SPACES if bold else _ONE_SPACE) * space


@dataclass
class _Cluster:
    """A base and what touches it, while it grows from left to right."""

    base: Word
    base_right: float
    right: float
    words: list[tuple[int, int, Word]] = field(default_factory=list)
    anchor: int = 0

    def takes(self, word: Word) -> bool:
        shift = word.baseline - self.base.baseline
        size = self.base.size
        if (
            word.size <= _SCRIPT_SIZE * size
            and _SCRIPT_SHIFT[0] * size < abs(shift) <= _SCRIPT_SHIFT[1] * size
        ):
            reach = _SCRIPT_TOUCHING * size
            return abs(word.box.left - self.base_right) <= reach or abs(word.box.left - self.right) <= reach
        if would_join(self.words[-1][2].text, word.text):
            return False
        larger = max(size, word.size)
        gap = word.box.left - self.right
        return abs(shift) <= _SCRIPT_SHIFT[0] * larger + 0.3 and abs(gap) <= _TOUCHING * larger

    def add(self, word: Word) -> None:
        shift = word.baseline - self.base.baseline
        if abs(shift) <= _SCRIPT_SHIFT[0] * self.base.size + 0.3:
            self.anchor += 1
            self.base_right = word.box.right
            self.words.append((self.anchor, 0, word))
        else:
            self.words.append((self.anchor, _ABOVE if shift < 0 else _BELOW, word))
        self.right = max(self.right, word.box.right)

    def piece(self) -> Piece:
        ordered = sorted(self.words, key=lambda entry: (entry[0], entry[1], entry[2].box.left))
        text = ""
        for (_, place), entries in groupby(ordered, key=lambda entry: entry[:2]):
            part = reduce(_side_by_side, (word.text for _, _, word in entries))
            if place:
                text += _as_script(part, text, "^" if place == _ABOVE else "_")
            else:
                text = _side_by_side(text, part)
        words = tuple(word for _, _, word in ordered)
        box = around(word.box for word in words)
        return Piece(text, box, self.base.baseline, self.base.size, words)


def _as_script(text: str, base: str, sign: str) -> str:
    """A script behind its base; digits above are raised, and no digits ever join those of the base."""
    if sign == "^" and set(text) <= _RAISED:
        return text.translate(_SUPERSCRIPTS)
    return sign + text if would_join(base, text) else text


def _side_by_side(before: str, after: str) -> str:
    return f"{before} {after}" if would_join(before, after) else before + after


def would_join(before: str, after: str) -> bool:
    """Whether the two, side by side, would read as one number that neither of them is."""
    return before[-1:].isdigit() and (after[:1].isdigit() or after[:1] == ".")


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all; raises ValueError for none."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def _pieces(words: Iterable[Word]) -> Iterator[Piece]:
    """Clusters are looked for among those that still end near the word, in bands of their height."""
    open_clusters: dict[int, list[_Cluster]] = {}
    done: list[_Cluster] = []
    for word in sorted(words, key=lambda word: (word.box.left, -word.size)):
        band = int(word.baseline // 12)
        near = [c for key in (band - 1, band, band + 1) for c in open_clusters.get(key, ())]
        home = next((c for c in near if c.takes(word)), None)
        if home is None:
            home = _Cluster(word, word.box.right, word.box.right)
            done.append(home)
            open_clusters.setdefault(band, []).append(home)
        home.add(word)
        for key in (band - 1, band, band + 1):
            if key in open_clusters:
                open_clusters[key] = [c for c in open_clusters[key] if c.right > word.box.left - word.size]
    return (cluster.piece() for cluster in done)


def _scripts_brought_home(rows: list[list[Piece]]) -> list[list[Piece]]:
    """Small pieces that stand just above or below a full line, with a space before them, join that line."""
    kept: list[list[Piece]] = []
    for index, row in enumerate(rows):
        homes = [other for other in (kept[-1:] + rows[index + 1 : index + 2]) if _is_script_row(row, other)]
        if homes:
            homes[0].extend(row)
        else:
            kept.append(row)
    return kept


def _is_script_row(row: list[Piece], home: list[Piece]) -> bool:
    size = home[0].size
    return all(
        piece.size <= _SCRIPT_SIZE * size
        and abs(piece.baseline - home[0].baseline) <= 0.5 * size
        and any(abs(piece.box.left - other.box.right) <= 0.6 * size for other in home)
        for piece in row
    )

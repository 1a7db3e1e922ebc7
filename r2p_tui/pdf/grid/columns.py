"""Cuts between columns, found from the lines of the body: header words cannot glue columns together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from r2p_tui.pdf.grid.pieces import Line, Phrase, is_value, phrases_of
from r2p_tui.pdf.grid.rulings import Bar

_NARROWEST_SPACES = 1.17
_NARROWEST_BETWEEN_VALUES = 0.22
_ALIGNED = 0.3
_NARROWEST = 0.36
_WIDE_GAP = 0.9
_WIDE_GAP_SPACES = 2.4
_SPARSE_WIDTH = 0.7
_SURE_SPACES = 1.6
_DEEPEST_VALLEY = 0.34
_WITNESSES_PER_CROSSING = 2.0
_LONE_SHARE = 0.2
_MOST_LEVELS = 12
_MOST_GAPS = 400


class Strip(NamedTuple):
    """A vertical strip between two columns; `crossed` body lines run over it, `parted` have a gap there."""

    left: float
    right: float
    crossed: int
    parted: int
    rule: float | None = None

    @property
    def middle(self) -> float:
        """Where the cut is: at the drawn line, else halfway."""
        return (self.left + self.right) / 2 if self.rule is None else self.rule


@dataclass(frozen=True)
class Columns:
    """The strips from left to right, and between them the stretch that the body of each column fills."""

    strips: tuple[Strip, ...]
    bodies: tuple[tuple[float, float], ...]
    left: float
    right: float

    @property
    def count(self) -> int:
        return len(self.bodies)

    def at(self, x: float) -> int:
        """The column that holds the place `x`."""
        return sum(strip.middle <= x for strip in self.strips)

    def slot(self, column: int) -> tuple[float, float]:
        """From the cut on its left to the cut on its right."""
        cuts = [self.left, *(strip.middle for strip in self.strips), self.right]
        return cuts[column], cuts[column + 1]


class Scale(NamedTuple):
    """What counts as narrow in this table: size of the text and its usual space, in points."""

    em: float
    space: float

    @property
    def narrowest(self) -> float:
        """The narrowest strip that parts two columns rather than two words."""
        return max(_NARROWEST_SPACES * self.space, _NARROWEST * self.em)

    @property
    def wide(self) -> float:
        """A gap that no text has inside one cell."""
        return max(_WIDE_GAP * self.em, _WIDE_GAP_SPACES * self.space)


def find_columns(lines: Sequence[Line], verticals: Sequence[Bar], scale: Scale) -> Columns:
    """The columns of body lines; header lines must not be among them."""
    rows = [phrases_of(line, scale.space) for line in lines]
    left = min(phrase.left for row in rows for phrase in row)
    right = max(phrase.right for row in rows for phrase in row)
    witnesses = _witnesses(rows, right - left)
    wrapped = _beside_lone_lines(rows, witnesses)
    ruled = [bar.at for bar in verticals if left < bar.at < right]
    strips = _empty_and_thin_strips(witnesses, scale)
    strips = _with_gaps_pierced(strips, witnesses, wrapped, scale)
    strips = _without_stretched_spaces(strips, rows, witnesses, scale.em)
    strips += _beside_all_rows(rows, witnesses, scale)
    strips = _with_rules(strips, ruled, rows, scale.em)
    return columns_between(strips, rows, left, right)


def columns_between(
    strips: Sequence[Strip], rows: Sequence[Sequence[Phrase]], left: float, right: float
) -> Columns:
    """Columns with their bodies: what phrases fill that stay between two cuts."""
    strips = sorted(strips)
    cuts = [strip.middle for strip in strips]
    low = [float("inf")] * (len(cuts) + 1)
    high = [float("-inf")] * (len(cuts) + 1)
    for row in rows:
        for phrase in row:
            first, last = sum(c <= phrase.left for c in cuts), sum(c < phrase.right for c in cuts)
            if first == last:
                low[first], high[first] = min(low[first], phrase.left), max(high[first], phrase.right)
    edges = [left, *cuts, right]
    bodies = tuple(
        (low[i], high[i]) if low[i] <= high[i] else ((edges[i] + edges[i + 1]) / 2,) * 2
        for i in range(len(low))
    )
    return Columns(tuple(strips), bodies, left, right)


def _witnesses(rows: Sequence[list[Phrase]], width: float) -> list[list[Phrase]]:
    """Rows that can tell where columns are: not those of one long text, if others have more to say."""
    limit = _first_value_place(rows)
    several = [row for row in rows if not _is_lone_text(row, width, limit)]
    return several if any(len(row) > 1 for row in several) else list(rows)


def _first_value_place(rows: Sequence[Sequence[Phrase]]) -> float:
    """Where values begin in most rows: left of it are labels."""
    starts = sorted(
        min(places) for row in rows if (places := [p.left for p in row[1:] if is_value(p.text)])
    )  # fmt: skip
    return starts[len(starts) // 5] if starts else float("-inf")


def _is_lone_text(row: Sequence[Phrase], width: float, limit: float) -> bool:
    """Whether the row is one text: a heading of rows, or words of a label that goes over several lines."""
    if any(is_value(phrase.text) for phrase in row):
        return False
    if len(row) == 1 and (len(row[0].pieces) > 1 or row[0].right - row[0].left > _LONE_SHARE * width):
        return True
    return row[-1].right < limit


def _empty_and_thin_strips(rows: Sequence[Sequence[Phrase]], scale: Scale) -> list[Strip]:
    """Strips that no row crosses, then those that few cross while at least twice as many show a gap there."""
    levels = _coverage(rows)
    found: list[Strip] = []
    heights = sorted({height for _, _, height in levels})
    deepest = max(1, int(_DEEPEST_VALLEY * len(rows)))
    for height in [h for h in heights if h <= deepest][:_MOST_LEVELS]:
        for left, right in _valleys(levels, height):
            narrow = right - left < scale.narrowest and not _between_values(left, right, rows, scale.em)
            if narrow or any(left < strip.middle < right for strip in found):
                continue
            strip = _judged(left, right, levels, rows, found, scale)
            if strip:
                found.append(strip)
    return found


def _coverage(rows: Sequence[Sequence[Phrase]]) -> list[tuple[float, float, int]]:
    """The x axis in stretches with the number of phrases over each."""
    events = sorted(
        [(phrase.left, 1) for row in rows for phrase in row]
        + [(phrase.right, -1) for row in rows for phrase in row]
    )
    stretches: list[tuple[float, float, int]] = []
    height, start = 0, events[0][0]
    for x, change in events:
        if x > start:
            stretches.append((start, x, height))
            start = x
        height += change
    return stretches


def _valleys(levels: Sequence[tuple[float, float, int]], height: int) -> list[tuple[float, float]]:
    """Stretches no higher than `height` with something higher on both sides."""
    valleys: list[tuple[float, float]] = []
    start: float | None = None
    seen_higher = False
    for left, _, over in levels:
        if over <= height:
            start = left if start is None and seen_higher else start
            continue
        if start is not None:
            valleys.append((start, left))
            start = None
        seen_higher = True
    return valleys


def _judged(
    left: float, right: float, levels: Sequence[tuple[float, float, int]], rows: Sequence[Sequence[Phrase]],
    found: Sequence[Strip], scale: Scale,
) -> Strip | None:  # fmt: skip
    """The strip at the lowest, widest part of a valley, or None where too much speaks against a cut."""
    inner = [(over, start - end, start, end) for start, end, over in levels if left <= start and end <= right]
    _, _, start, end = min(inner)
    if end - start < 0.5 * scale.narrowest:
        start, end = left, right
    middle = (start + end) / 2
    crossed = sum(any(p.left < middle < p.right for p in row) for row in rows)
    before = max((s.middle for s in found if s.middle < middle), default=float("-inf"))
    after = min((s.middle for s in found if s.middle > middle), default=float("inf"))
    parted = sum(_parts(row, middle, before, after, min(scale.narrowest, right - left)) for row in rows)
    if crossed == 0:
        doubtful = end - start < _SURE_SPACES * scale.space and not (
            _between_values(start, end, rows, scale.em) or _starts_column(end, rows, scale.em)
        )
        good = parted > (1 if doubtful else 0) or end - start >= _SPARSE_WIDTH * scale.em
    else:
        good = parted >= max(2, _WITNESSES_PER_CROSSING * crossed)
    return Strip(start, end, crossed, parted) if good else None


def _starts_column(x: float, rows: Sequence[Sequence[Phrase]], em: float) -> bool:
    """Whether texts begin at `x` in most rows, as in a column with its texts to the left."""
    begins = sum(any(abs(p.left - x) <= 0.1 * em for p in row) for row in rows)
    return begins >= 3 and 2 * begins > len(rows)


def _between_values(left: float, right: float, rows: Sequence[Sequence[Phrase]], em: float) -> bool:
    """Whether numbers or marks stand on both sides: no cell holds two of them side by side."""
    if right - left < _NARROWEST_BETWEEN_VALUES * em:
        return False
    pairs = [pair for row in rows for pair in pairwise(row)]
    beside = [(a, b) for a, b in pairs if a.right <= left + 0.01 and b.left >= right - 0.01]
    return bool(beside) and all(is_value(a.text) and is_value(b.text) for a, b in beside)


def _parts(row: Sequence[Phrase], x: float, before: float, after: float, narrowest: float) -> bool:
    """Whether the row has a phrase on each side of `x`, both in the columns next to it, well apart."""
    left = [p.right for p in row if p.right <= x and p.right > before]
    right = [p.left for p in row if p.left >= x and p.left < after]
    return bool(left and right) and min(right) - max(left) >= narrowest


def _beside_lone_lines(rows: Sequence[list[Phrase]], witnesses: Sequence[list[Phrase]]) -> set[int]:
    """Rows (by identity) next to one of lone text: their text may be wrapped, its spaces stretched."""
    known = {id(row) for row in witnesses}
    lone = [id(row) not in known for row in rows]
    return {id(row) for index, row in enumerate(rows) if any(lone[max(0, index - 1) : index + 2])}


def _with_gaps_pierced(
    strips: Sequence[Strip], rows: Sequence[Sequence[Phrase]], wrapped: set[int], scale: Scale
) -> list[Strip]:
    """Cuts added until every wide gap inside a row holds one: no cell has such a gap in its text."""
    found = list(strips)
    gaps = [
        (a.right, b.left)
        for row in rows
        for a, b in pairwise(row)
        if b.left - a.right >= scale.wide * (2 if id(row) in wrapped else 1)
    ]
    while True:
        gaps = [(a, b) for a, b in gaps if not any(a - 0.5 <= s.middle <= b + 0.5 for s in found)]
        if not 0 < len(gaps) <= _MOST_GAPS:
            return found
        left = max(gaps, key=lambda gap: (sum(a < gap[1] <= b + 0.01 for a, b in gaps), -gap[1]))
        inside = [gap for gap in gaps if gap[0] < left[1] <= gap[1] + 0.01]
        start, end = max(a for a, _ in inside), min(b for _, b in inside)
        middle = (start + end) / 2
        crossed = sum(any(p.left < middle < p.right for p in row) for row in rows)
        gaps = [gap for gap in gaps if gap not in inside]
        if crossed <= 0.5 * len(rows):
            found.append(Strip(start, end, crossed, len(inside)))


def _beside_all_rows(
    rows: Sequence[list[Phrase]], witnesses: Sequence[list[Phrase]], scale: Scale
) -> list[Strip]:
    """The strip right of labels that stand left of all else, on lines of their own between the rows."""
    known = {id(row) for row in witnesses}
    start = min(row[0].left for row in witnesses)
    ends = [
        row[-1].right for row in rows if id(row) not in known and row[-1].right <= start - scale.narrowest
    ]
    return [Strip(max(ends), start, 0, len(ends))] if ends else []


def _without_stretched_spaces(
    strips: Sequence[Strip], rows: Sequence[list[Phrase]], witnesses: Sequence[list[Phrase]], em: float
) -> list[Strip]:
    """Without strips that lines of wrapped text run over, if what stands right of them does not align."""
    known = {id(row) for row in witnesses}
    lone = [(row[0].left, row[-1].right) for row in rows if id(row) not in known]
    kept = sorted(strips)
    for strip in sorted(strips, reverse=True):
        after = [other.middle for other in kept if other.middle > strip.middle]
        end = after[0] if after else float("inf")
        texts = [p for row in witnesses for p in row if strip.middle < p.left and p.right < end]
        values = sum(is_value(p.text) for p in texts)
        if 2 * values >= len(texts) and values:
            continue
        over = any(left < strip.left and strip.right < right for left, right in lone)
        edges = [right for left, right in lone if right > strip.right]
        if over and not (len(texts) >= 2 and _aligned(texts, edges, em)):
            kept.remove(strip)
    return kept


def _aligned(texts: Sequence[Phrase], edges: Sequence[float], em: float) -> bool:
    """Whether the texts stand as in a column; ending at the `edges` of wrapped lines proves nothing."""
    lefts, middles, rights = [p.left for p in texts], [p.middle for p in texts], [p.right for p in texts]
    near = _ALIGNED * em
    if max(lefts) - min(lefts) <= near:
        return True
    if any(abs(max(rights) - edge) <= near for edge in edges):
        return False
    return max(middles) - min(middles) <= near or max(rights) - min(rights) <= near


def _with_rules(
    strips: Sequence[Strip], ruled: Sequence[float], rows: Sequence[Sequence[Phrase]], em: float
) -> list[Strip]:
    """A vertical line is a cut; two far apart in one strip are the sides of an empty column."""
    found = list(strips)
    for x in ruled:
        left = max((p.right for row in rows for p in row if p.right <= x + 1), default=x)
        right = min((p.left for row in rows for p in row if p.left >= x - 1), default=x)
        crossed = sum(any(p.left < x - 1 and x + 1 < p.right for p in row) for row in rows)
        if crossed > 0.4 * len(rows):
            continue
        held = next((strip for strip in found if strip.left - 1 <= x <= strip.right + 1), None)
        if held and held.rule is not None and x - held.rule > em:
            found.remove(held)
            found += [held._replace(right=held.rule), held._replace(left=x, rule=x)]
        elif held:
            found.remove(held)
            found.append(held._replace(rule=x))
        elif not any(left <= strip.middle <= right for strip in found):
            found.append(Strip(left, right, crossed, len(rows) - crossed, x))
    return found

"""Which columns each header text stands over: told by lines, by alignment, by the headers below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from r2p_tui.pdf.grid.columns import Columns, Scale
from r2p_tui.pdf.grid.header_columns import misfit
from r2p_tui.pdf.grid.pieces import Line, Phrase
from r2p_tui.pdf.grid.rulings import Bar, Rulings

_CENTRED = 0.6
_ALIGNED = 0.3
_SPLIT_ALIGNED = 0.75
_BODY_TOUCHED = 0.15
_RULE_REACH = 1.6
_MOST_LEFT_OUT = 5
_MOST_PIECES = 30


@dataclass(frozen=True)
class Item:
    """A header text over the columns `first` to `last`."""

    line: int
    first: int
    last: int
    phrase: Phrase
    baseline: float

    @property
    def spans(self) -> bool:
        return self.last > self.first


def header_items(
    lines: Sequence[Line], rows: Sequence[Sequence[Phrase]], columns: Columns, rulings: Rulings, scale: Scale
) -> list[Item]:
    """Header texts with their columns, from the lowest line up: what lies below tells what may be spanned."""
    items: list[Item] = []
    for index in reversed(range(len(lines))):
        line = lines[index]
        floor = (
            lines[index + 1].baseline if index + 1 < len(lines) else line.baseline + _RULE_REACH * scale.em
        )
        found: list[Item] = []
        for bar, phrases in _by_rule(rows[index], floor, rulings, scale):
            if bar is not None and len(phrases) == 1:
                placed = [(*_ruled_columns(bar, columns), phrases[0])]
            else:
                placed = _tiled(phrases, bar, items, columns, scale) if items else []
            done = {id(part) for _, _, part in placed}
            for phrase in phrases:
                if id(phrase) not in done:
                    placed.extend(_placed(phrase, columns, scale, lowest=not items))
            found.extend(Item(index, first, last, part, line.baseline) for first, last, part in placed)
        items.extend(_widened(found, items, columns, scale))
    return items


def _by_rule(
    row: Sequence[Phrase], floor: float, rulings: Rulings, scale: Scale
) -> list[tuple[Bar | None, list[Phrase]]]:
    """The phrases of a line, those over one and the same line under some columns together."""
    groups: list[tuple[Bar | None, list[Phrase]]] = []
    for phrase in row:
        baseline = phrase.pieces[0].baseline
        below = [
            bar
            for bar in rulings.partial
            if baseline < bar.at < max(floor, baseline + 0.9 * scale.em)
            and bar.start - scale.em <= phrase.left and phrase.right <= bar.end + scale.em
        ]  # fmt: skip
        bar = below[0] if below else None
        if groups and groups[-1][0] == bar:
            groups[-1][1].append(phrase)
        else:
            groups.append((bar, [phrase]))
    return groups


def _tiled(
    phrases: Sequence[Phrase], bar: Bar | None, below: Sequence[Item], columns: Columns, scale: Scale
) -> list[tuple[int, int, Phrase]]:
    """Headings of column groups side by side, each centred on its columns."""
    placed: list[tuple[int, int, Phrase]] = []
    extents = _extents(below, columns)
    for first, last in _runs_with_headers(bar, below, columns):
        done = [part for _, _, part in placed]
        inside = [p for p in phrases if extents[first][0] <= p.middle <= extents[last][1] and p not in done]
        if not 0 < len(inside) < last - first + 1:
            continue
        limit = (_CENTRED if bar is not None or len(inside) > 1 else _ALIGNED) * scale.em
        placed.extend(_tiling_within(inside, first, last, extents, limit))
    return placed


def _tiling_within(
    phrases: Sequence[Phrase], first: int, last: int, extents: Sequence[tuple[float, float]], limit: float
) -> list[tuple[int, int, Phrase]]:
    """The phrases over all columns from `first` to `last`, or over fewer where each then spans several."""
    for left_out in range(min(last - first, _MOST_LEFT_OUT + 1)):
        for start in range(first, first + left_out + 1):
            cost, ends = _best_tiling(phrases, start, last - (left_out - (start - first)), extents)
            starts = [start, *(end + 1 for end in ends[:-1])]
            narrow = any(a == b for a, b in zip(starts, ends, strict=False))
            if cost <= limit and (left_out == 0 or (len(phrases) > 1 and not narrow)):
                return list(zip(starts, ends, phrases, strict=True))
    return []


def _runs_with_headers(bar: Bar | None, below: Sequence[Item], columns: Columns) -> Iterator[tuple[int, int]]:
    """Stretches of neighbouring columns with texts in one of the lines below, or over the drawn line."""
    if bar is not None:
        yield _ruled_columns(bar, columns)
        return
    for line in sorted({item.line for item in below}, reverse=True):
        named = {c for item in below if item.line == line for c in range(item.first, item.last + 1)}
        start: int | None = None
        for column in range(columns.count + 1):
            if column in named:
                start = column if start is None else start
            elif start is not None:
                yield start, column - 1
                start = None


def _best_tiling(
    phrases: Sequence[Phrase], first: int, last: int, extents: Sequence[tuple[float, float]]
) -> tuple[float, list[int]]:
    """The last columns of the groups, and the greatest distance of a phrase from the middle of its group."""
    best: dict[int, tuple[float, list[int]]] = {first: (0.0, [])}
    for number, phrase in enumerate(phrases):
        reached: dict[int, tuple[float, list[int]]] = {}
        for start, (cost, ends) in best.items():
            for end in range(start, last - (len(phrases) - number - 1) + 1):
                off = abs(phrase.middle - (extents[start][0] + extents[end][1]) / 2)
                worst = max(cost, off)
                if end + 1 not in reached or worst < reached[end + 1][0]:
                    reached[end + 1] = (worst, [*ends, end])
        best = reached
    return best.get(last + 1, (float("inf"), []))


def _ruled_columns(bar: Bar, columns: Columns) -> tuple[int, int]:
    covered = [
        index
        for index, (low, high) in enumerate(columns.bodies)
        if bar.start - 1 <= (low + high) / 2 <= bar.end + 1
    ]
    return (covered[0], covered[-1]) if covered else (columns.at((bar.start + bar.end) / 2),) * 2


def _placed(
    phrase: Phrase, columns: Columns, scale: Scale, *, lowest: bool
) -> Iterator[tuple[int, int, Phrase]]:
    """Columns of a phrase by what it stands over; glued neighbours are parted where their parts align."""
    touched = [c for c, body in enumerate(columns.bodies) if _touches(phrase, body)]
    if len(touched) < 2:
        column = touched[0] if touched else _nearest(phrase.middle, columns)
        yield column, column, phrase
        return
    first, last = touched[0], touched[-1]
    off, parts = _best_split(phrase, first, last, columns)
    union = (columns.bodies[first][0] + columns.bodies[last][1]) / 2
    centred = abs(phrase.middle - union)
    if parts and (off <= _ALIGNED * scale.em or (lowest and off <= max(_SPLIT_ALIGNED * scale.em, centred))):
        yield from ((first + number, first + number, part) for number, part in enumerate(parts))
    elif lowest and len(phrase.pieces) == 1:
        column = _nearest(phrase.middle, columns)
        yield column, column, phrase
    else:
        yield first, last, phrase


def _touches(phrase: Phrase, body: tuple[float, float]) -> bool:
    shared = min(phrase.right, body[1]) - max(phrase.left, body[0])
    return shared > _BODY_TOUCHED * max(1.0, min(body[1] - body[0], phrase.right - phrase.left))


def _nearest(x: float, columns: Columns) -> int:
    return min(range(columns.count), key=lambda c: max(columns.bodies[c][0] - x, x - columns.bodies[c][1]))


def _best_split(phrase: Phrase, first: int, last: int, columns: Columns) -> tuple[float, list[Phrase]]:
    """The pieces dealt out to the columns in order so that they align best; the mean misfit in points."""
    count, pieces = last - first + 1, phrase.pieces
    if not count <= len(pieces) <= _MOST_PIECES:
        return float("inf"), []
    best: list[dict[int, tuple[float, list[Phrase]]]] = [{0: (0.0, [])}]
    for number in range(count):
        reached: dict[int, tuple[float, list[Phrase]]] = {}
        for start, (cost, parts) in best[-1].items():
            for end in range(start + 1, len(pieces) - (count - number - 1) + 1):
                part = Phrase(pieces[start:end])
                total = cost + misfit(part, columns.bodies[first + number])
                if end not in reached or total < reached[end][0]:
                    reached[end] = (total, [*parts, part])
        best.append(reached)
    cost, parts = best[-1].get(len(pieces), (float("inf"), []))
    return cost / count, parts


def _widened(found: list[Item], below: Sequence[Item], columns: Columns, scale: Scale) -> list[Item]:
    """Texts that stand centred over several columns with headers of their own span these columns."""
    if not below:
        return found
    extents = _extents(below, columns)
    named = {c for item in below for c in range(item.first, item.last + 1)}
    widened = []
    for item in found:
        left = max((other.last + 1 for other in found if other.last < item.first), default=0)
        right = min(
            (other.first - 1 for other in found if other.first > item.last), default=columns.count - 1
        )
        stacked = any(
            misfit(item.phrase, (other.phrase.left, other.phrase.right)) <= _ALIGNED * scale.em
            for other in below
            if other.first == other.last == item.first == item.last
        )
        widened.append(item if stacked else _spanning(item, left, right, extents, named, scale))
    return widened


def _extents(items: Iterable[Item], columns: Columns) -> list[tuple[float, float]]:
    """What each column fills, its header texts included."""
    extents = list(columns.bodies)
    for item in items:
        if not item.spans:
            low, high = extents[item.first]
            extents[item.first] = (min(low, item.phrase.left), max(high, item.phrase.right))
    return extents


def _spanning(
    item: Item, left: int, right: int, extents: Sequence[tuple[float, float]], named: set[int], scale: Scale
) -> Item:
    def off(first: int, last: int) -> float:
        return abs(item.phrase.middle - (extents[first][0] + extents[last][1]) / 2)

    if item.spans and off(item.first, item.last) <= _CENTRED * scale.em:
        return item
    if not item.spans and misfit(item.phrase, extents[item.first]) <= _ALIGNED * scale.em:
        return item
    choices = [
        (off(first, last), first, last)
        for first in range(left, item.first + 1)
        for last in range(item.last, right + 1)
        if last > first and all(c in named for c in range(first, last + 1))
        and extents[first][0] - scale.em <= item.phrase.left
        and item.phrase.right <= extents[last][1] + scale.em
    ]  # fmt: skip
    best = min(choices, default=None)
    if best is None or best[0] > _CENTRED * scale.em:
        return item
    return Item(item.line, best[1], best[2], item.phrase, item.baseline)

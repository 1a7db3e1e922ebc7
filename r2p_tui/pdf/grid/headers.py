"""Header lines as cells: each text in its columns, and in its level or over several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from r2p_tui.pdf.grid.columns import Columns, Scale
from r2p_tui.pdf.grid.header_columns import parted_at_marks, with_header_columns
from r2p_tui.pdf.grid.header_spans import Item, header_items
from r2p_tui.pdf.grid.pieces import Line, Piece, phrases_of
from r2p_tui.pdf.grid.rulings import Rulings
from r2p_tui.pdf.grid.spots import Spot

_ALIGNED = 0.3
_MANY_COLUMNS = 4


@dataclass(frozen=True)
class Header:
    """The cells of the header, its number of rows, and the columns with those that only the header shows."""

    spots: tuple[Spot, ...]
    levels: int
    columns: Columns


def read_header(
    lines: Sequence[Line], body: Sequence[Line], columns: Columns, rulings: Rulings, scale: Scale
) -> Header:
    """The header lines as spots in rows from 0; `columns` are those of the body lines."""
    if not lines:
        return Header((), 0, columns)
    rows = [parted_at_marks(phrases_of(line, scale.space), columns, scale) for line in lines]
    columns = with_header_columns(rows, [phrases_of(line, scale.space) for line in body], columns, scale)
    items = header_items(lines, rows, columns, rulings, scale)
    edges = _level_edges(items, columns.count, rulings, scale)
    spots = _spots(items, edges, columns.count, rulings, columns, scale)
    return Header(*_without_empty_levels(spots), columns)


def _level_edges(items: Sequence[Item], count: int, rulings: Rulings, scale: Scale) -> list[float]:
    """Heights between header rows: below a text that spans others, and between lines that are rows."""
    edges: list[float] = []
    for item in items:
        if not item.spans:
            continue
        below = [
            other.baseline
            for other in items
            if other.baseline > item.baseline and item.first <= other.first and other.last <= item.last
            and (other.first, other.last) != (item.first, item.last)
        ]  # fmt: skip
        if below:
            edges.append(_edge(item.baseline, min(below), item, rulings))
    edges += _between_full_lines(items, count, scale)
    merged: list[float] = []
    for edge in sorted(edges):
        if not merged or edge - merged[-1] > 0.7 * scale.em:
            merged.append(edge)
    return merged


def _between_full_lines(items: Sequence[Item], count: int, scale: Scale) -> Iterator[float]:
    """Heights between lines that fill every column each: wrapped texts would leave some of them empty."""
    filled: dict[float, set[int]] = {}
    for item in sorted(items, key=lambda item: item.baseline):
        line = next((y for y in filled if abs(y - item.baseline) <= _ALIGNED * scale.em), item.baseline)
        filled.setdefault(line, set()).update(range(item.first, item.last + 1) if not item.spans else ())
    if count >= _MANY_COLUMNS:
        for upper, lower in pairwise(filled):
            if len(filled[upper]) == len(filled[lower]) == count:
                yield (upper + lower) / 2


def _edge(top: float, bottom: float, item: Item, rulings: Rulings) -> float:
    bars = [
        bar.at
        for bar in (*rulings.partial, *rulings.full)
        if top < bar.at < bottom and bar.covers(item.phrase.left, item.phrase.right)
    ]
    return bars[-1] if bars else top + 0.35 * (bottom - top)


def _spots(
    items: Sequence[Item],
    edges: Sequence[float],
    count: int,
    rulings: Rulings,
    columns: Columns,
    scale: Scale,
) -> list[Spot]:
    spots: list[Spot] = []
    groups: dict[tuple[int, int, int], list[Item]] = {}
    for item in items:
        if item.spans:
            groups.setdefault((_level(item.baseline, edges), item.first, item.last), []).append(item)
    for (level, first, last), group in groups.items():
        spots.append(Spot(level, first, 1, last - first + 1, _pieces(group)))
    for column in range(count):
        texts = sorted((i for i in items if i.first == i.last == column), key=lambda item: item.baseline)
        above = [i for i in items if i.spans and i.first <= column <= i.last]
        if texts:
            spots.extend(_column_spots(column, texts, above, items, edges, rulings, columns, scale))
    return spots


def _column_spots(
    column: int, texts: Sequence[Item], above: Sequence[Item], items: Sequence[Item], edges: Sequence[float],
    rulings: Rulings, columns: Columns, scale: Scale,
) -> Iterator[Spot]:  # fmt: skip
    """Texts of one column: each in its level where it is spanned or ruled, else one cell over the levels."""
    levels = [_level(text.baseline, edges) for text in texts]
    left, right = columns.bodies[column]
    left, right = min(left, texts[0].phrase.left), max(right, texts[0].phrase.right)
    if len(texts) == 1 and not above and _is_centred(texts[0], items, scale):
        yield Spot(0, column, len(edges) + 1, 1, _pieces(texts))
        return
    ruled = any(rulings.crosses(a.baseline, b.baseline, left, right) for a, b in pairwise(texts))
    on_grid = all(_on_grid(text, items, scale) for text in texts)
    if (
        above
        or ruled
        or (
            len(set(levels)) == len(texts) and on_grid and (len(texts) == 1 or not _has_rules(items, rulings))
        )
    ):
        for level in sorted(set(levels)):
            group = [text for text, own in zip(texts, levels, strict=True) if own == level]
            yield Spot(level, column, 1, 1, _pieces(group))
        return
    if len(edges) and len(set(levels)) == 1 and on_grid:
        yield Spot(levels[0], column, 1, 1, _pieces(texts))
        return
    yield Spot(0, column, len(edges) + 1, 1, _pieces(texts))


def _has_rules(items: Sequence[Item], rulings: Rulings) -> bool:
    """Whether lines under some columns are drawn in the header: then a missing line means a missing edge."""
    first, last = min(item.baseline for item in items), max(item.baseline for item in items)
    return any(first < bar.at < last for bar in rulings.partial)


def _is_centred(text: Item, items: Sequence[Item], scale: Scale) -> bool:
    """Whether the text stands at half the height of the whole header, away from its first and last line."""
    first, last = min(item.baseline for item in items), max(item.baseline for item in items)
    return last > first and abs(text.baseline - (first + last) / 2) <= _ALIGNED * scale.em


def _on_grid(text: Item, items: Sequence[Item], scale: Scale) -> bool:
    """Whether the text stands on the line of a text that spans columns, or of one below it."""
    spanning = [item for item in items if item.spans]
    grid = [item.baseline for item in spanning] + [
        item.baseline
        for item in items
        if not item.spans and any(over.first <= item.first <= over.last for over in spanning)
    ]
    return any(abs(text.baseline - y) <= _ALIGNED * scale.em for y in grid)


def _level(baseline: float, edges: Sequence[float]) -> int:
    return sum(edge < baseline for edge in edges)


def _pieces(items: Iterable[Item]) -> tuple[Piece, ...]:
    ordered = sorted(items, key=lambda item: (item.baseline, item.phrase.left))
    return tuple(piece for item in ordered for piece in item.phrase.pieces)


def _without_empty_levels(spots: Sequence[Spot]) -> tuple[tuple[Spot, ...], int]:
    starts = sorted({spot.row for spot in spots})
    number = {row: index for index, row in enumerate(starts)}
    kept = []
    for spot in spots:
        last = sum(row < spot.row + spot.row_span for row in starts)
        kept.append(spot._replace(row=number[spot.row], row_span=max(1, last - number[spot.row])))
    return tuple(kept), len(starts)

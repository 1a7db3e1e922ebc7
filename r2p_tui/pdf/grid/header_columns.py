"""Columns that only the header shows, for no row fills them; headers set too tight to tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from r2p_tui.pdf.grid.columns import Columns, Scale, Strip, columns_between
from r2p_tui.pdf.grid.pieces import Phrase

_ALIGNED = 0.2
_MISALIGNED = 0.3
_NARROW_BODY = 1.2
_SAME_BAND = 0.75


def parted_at_marks(row: Sequence[Phrase], columns: Columns, scale: Scale) -> list[Phrase]:
    """The phrases of a header line, with each word on its own that stands centred over a column of marks.

    A phrase that is itself centred over its column stays whole.
    """
    return [part for phrase in row for part in _parted(phrase, columns, scale.em)]


def with_header_columns(
    rows: Sequence[Sequence[Phrase]], body: Sequence[Sequence[Phrase]], columns: Columns, scale: Scale
) -> Columns:
    """The columns, and those whose header stands free between two neighbours that have headers beside it."""
    phrases = [phrase for row in rows for phrase in row]
    strips = list(columns.strips)
    left, right = columns.left, columns.right
    for phrase in phrases:
        if not any(char.isalnum() for char in phrase.text) or _stands_over_a_body(phrase, columns):
            continue
        beside = [other for other in phrases if other is not phrase and _same_band(phrase, other, scale)]
        held = [strip for strip in strips if strip.left <= phrase.left and phrase.right <= strip.right]
        if held and _neighbours_have_headers(phrase, beside, columns):
            strips.remove(held[0])
            strips.append(Strip(held[0].left, phrase.left, 0, 0))
            strips.append(Strip(phrase.right, held[0].right, 0, 0))
        elif phrase.left > right + scale.narrowest and _has_header(columns, -1, beside):
            strips.append(Strip(right, phrase.left, 0, 0))
            right = phrase.right
        elif phrase.right < left - scale.narrowest and _has_header(columns, 0, beside):
            strips.append(Strip(phrase.right, left, 0, 0))
            left = phrase.left
    return columns if len(strips) == len(columns.strips) else columns_between(strips, body, left, right)


def _parted(phrase: Phrase, columns: Columns, em: float) -> list[Phrase]:
    narrow = [
        (low, high)
        for low, high in columns.bodies
        if high - low <= _NARROW_BODY * em and low < phrase.right and phrase.left < high
    ]
    if len(narrow) == 1 and misfit(phrase, narrow[0]) <= _MISALIGNED * em:
        return [phrase]
    marks = [(low + high) / 2 for low, high in narrow]
    alone = [any(abs(piece.middle - x) <= _ALIGNED * em for x in marks) for piece in phrase.pieces]
    parts = [Phrase(phrase.pieces[:1])]
    for before, after, piece in zip(alone, alone[1:], phrase.pieces[1:], strict=False):
        if before or after:
            parts.append(Phrase((piece,)))
        else:
            parts[-1] = Phrase((*parts[-1].pieces, piece))
    return parts if all(part.text[0].isalnum() or part.text[0] == "#" for part in parts) else [phrase]


def misfit(part: Phrase, body: tuple[float, float]) -> float:
    """How far the part is from being left, right or centre aligned with the body of a column, in points."""
    low, high = body
    return min(abs(part.left - low), abs(part.right - high), abs(part.middle - (low + high) / 2))


def _stands_over_a_body(phrase: Phrase, columns: Columns) -> bool:
    return any(low - 0.5 < phrase.right and phrase.left < high + 0.5 for low, high in columns.bodies)


def _same_band(a: Phrase, b: Phrase, scale: Scale) -> bool:
    return abs(a.pieces[0].baseline - b.pieces[0].baseline) <= _SAME_BAND * scale.em


def _neighbours_have_headers(phrase: Phrase, beside: Sequence[Phrase], columns: Columns) -> bool:
    after = sum(low < phrase.middle for low, _ in columns.bodies)
    before_ok = after <= 1 or _has_header(columns, after - 1, beside)
    return before_ok and (after >= columns.count or _has_header(columns, after, beside))


def _has_header(columns: Columns, column: int, phrases: Iterable[Phrase]) -> bool:
    low, high = columns.bodies[column]
    return any(phrase.left < high and low < phrase.right for phrase in phrases)

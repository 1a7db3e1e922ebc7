"""Pieces with their place in a grid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from r2p_tui.pdf.grid.pieces import Piece


class Spot(NamedTuple):
    """Pieces with the place in the grid that they take."""

    row: int
    column: int
    row_span: int
    column_span: int
    pieces: tuple[Piece, ...]


def disjoint(spots: Iterable[Spot]) -> tuple[Spot, ...]:
    """The spots from top to bottom; those of one place become one, and no span covers another spot."""
    merged = _merged(spots)
    taken = set(merged)
    fitted = []
    for _, spot in sorted(merged.items()):
        across = range(1, spot.column_span)
        columns = next((n for n in across if (spot.row, spot.column + n) in taken), spot.column_span)
        wide = range(spot.column, spot.column + columns)
        down = range(1, spot.row_span)
        rows = next((n for n in down if any((spot.row + n, c) in taken for c in wide)), spot.row_span)
        fitted.append(spot._replace(row_span=rows, column_span=columns))
        taken |= {(spot.row + n, column) for n in range(rows) for column in wide}
    return tuple(fitted)


def _merged(spots: Iterable[Spot]) -> dict[tuple[int, int], Spot]:
    merged: dict[tuple[int, int], Spot] = {}
    for spot in spots:
        place = (spot.row, spot.column)
        held = merged.get(place)
        merged[place] = spot if held is None else _together(held, spot)
    return merged


def _together(a: Spot, b: Spot) -> Spot:
    spans = max(a.row_span, b.row_span), max(a.column_span, b.column_span)
    return Spot(a.row, a.column, *spans, (*a.pieces, *b.pieces))

"""Where numbers stand in a field of the plot: far from each other, and always at the same places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# Row and column of a cell.
Place = tuple[int, int]


def spread(widths: Sequence[int], tiers: Sequence[frozenset[Place]]) -> list[Place | None]:
    """The first cell of each label of so many cells, None where no room is left.

    The cells of the first of `tiers` that has room for all are used; labels stand apart by a cell unless only
    the last has room, and no two ever share a cell.
    """
    placed: list[Place | None] = []
    for cells, gap in (*((tier, 1) for tier in tiers), (tiers[-1], 0)):
        placed = _spread_over(widths, cells, gap)
        if None not in placed:
            break
    return placed


def _spread_over(widths: Sequence[int], cells: frozenset[Place], gap: int) -> list[Place | None]:
    """Each label in turn as far as can be from those before it; packed row by row where that has no end."""
    for choose_far in (True, False):
        placed = _place(widths, cells, gap, choose_far=choose_far)
        if None not in placed:
            break
    return placed


def _place(
    widths: Sequence[int], cells: frozenset[Place], gap: int, *, choose_far: bool
) -> list[Place | None]:
    left = set(cells)
    distance = dict.fromkeys(sorted(cells), float("inf"))
    middle = _middle(cells)
    placed: list[Place | None] = []
    for width in widths:
        starts = [place for place in distance if _fits(place, width, left)]
        if not starts:
            placed.append(None)
            continue
        if not choose_far:
            place = starts[0]
        elif any(placed):
            place = max(starts, key=lambda start: distance[start])
        else:
            place = min(starts, key=lambda start: _apart(start, middle))
        placed.append(place)
        left -= {(place[0], column) for column in range(place[1] - gap, place[1] + width + gap)}
        for start in distance:
            distance[start] = min(distance[start], _apart(start, place))
    return placed


def _fits(place: Place, width: int, cells: set[Place]) -> bool:
    row, column = place
    return all((row, column + step) in cells for step in range(width))


def _middle(cells: Iterable[Place]) -> Place:
    """The cell at the median row and column."""
    rows, columns = sorted(row for row, _ in cells), sorted(column for _, column in cells)
    return (rows[len(rows) // 2], columns[len(columns) // 2]) if rows else (0, 0)


def _apart(one: Place, other: Place) -> float:
    """A squared distance in which a row counts as two columns, as it looks."""
    return 4.0 * (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2

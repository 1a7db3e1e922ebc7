"""Where numbers stand in a field of the plot: far from each other, and always at the same places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

# Row and column of a cell.
Place = tuple[int, int]


def spread(widths: Sequence[int], tiers: Sequence[frozenset[Place]]) -> Sequence[Place | None]:
    """The first cell of each label of so many cells, None where no room is left.

    The cells of the first of `tiers` that has room for all are used; labels stand apart by a cell unless only
    the last has room, and no two ever share a cell.
    """
    packed: list[Place | None] = []
    for cells, gap in (*((tier, 1) for tier in tiers), (tiers[-1], 0)):
        if far_apart := _far_apart(widths, cells, gap):
            return far_apart
        packed = _packed(widths, cells, gap)
        if None not in packed:
            break
    return packed


def _far_apart(widths: Sequence[int], cells: frozenset[Place], gap: int) -> list[Place]:
    """The first in the middle, others as far as can be from those before; empty unless all have room."""
    if sum(widths) > len(cells):
        return []
    room, middle = _Room(cells), _middle(cells)
    placed: list[Place] = []
    distance: dict[Place, int] = {}
    for width in widths:
        starts = room.starts(width)
        if not starts:
            return []
        if placed:
            place = max(starts, key=distance.__getitem__)
        else:
            place = min(starts, key=lambda start: _apart(start, middle))
        placed.append(place)
        room.take(place, width, gap)
        distance = _distances(room.reach, place, distance)
    return placed


def _packed(widths: Sequence[int], cells: frozenset[Place], gap: int) -> list[Place | None]:
    """Each at the first place where it fits, row by row."""
    room = _Room(cells)
    placed: list[Place | None] = []
    for width in widths:
        place = next((start for start, free in room.reach.items() if free >= width), None)
        placed.append(place)
        if place is not None:
            room.take(place, width, gap)
    return placed


class _Room:
    """The free cells in their order; `reach` says how many are free from a cell on to the right."""

    def __init__(self, cells: Iterable[Place]) -> None:
        ordered = sorted(cells)
        reach: dict[Place, int] = {}
        for row, column in reversed(ordered):
            reach[row, column] = reach.get((row, column + 1), 0) + 1
        self.reach = {place: reach[place] for place in ordered}

    def starts(self, width: int) -> list[Place]:
        """Where a label of so many cells fits."""
        return [place for place, free in self.reach.items() if free >= width]

    def take(self, place: Place, width: int, gap: int) -> None:
        """A label stands here now, with a gap to both sides."""
        row, begin = place[0], place[1] - gap
        for column in range(begin, place[1] + width + gap):
            self.reach.pop((row, column), None)
        left = begin - 1
        while (row, left) in self.reach:
            self.reach[row, left] = begin - left
            left -= 1


def _distances(cells: Iterable[Place], place: Place, before: Mapping[Place, int]) -> dict[Place, int]:
    """How far each cell is from the nearest label, `before` without the one at `place`."""
    there, column = place
    found: dict[Place, int] = {}
    for cell in cells:
        # Written out, since this runs for every cell and every label.
        far = 4 * (cell[0] - there) ** 2 + (cell[1] - column) ** 2
        known = before.get(cell, far)
        found[cell] = far if far < known else known
    return found


def _middle(cells: Iterable[Place]) -> Place:
    """The cell at the median row and column."""
    rows, columns = sorted(row for row, _ in cells), sorted(column for _, column in cells)
    return (rows[len(rows) // 2], columns[len(columns) // 2]) if rows else (0, 0)


def _apart(one: Place, other: Place) -> int:
    """A squared distance in which a row counts as two columns, as it looks."""
    return 4 * (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2

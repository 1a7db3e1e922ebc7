"""The radar as rows of text: four sectors, rings as arcs from ADOPT at the centre, techniques as numbers.

Half a disc lies on the last rows, since a terminal is wider than it is high. SKIP is no ring of it: what is
skipped stands in a line below, where numbers that had no room are counted too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Literal, NamedTuple

from r2p_tui.domain.cell_text import display_width, fill, fit, pad
from r2p_tui.domain.radar import Movement, Ring, Technique, movement, quadrant_place, radar_order
from r2p_tui.domain.radar_fan_places import Place, spread

# Which one is `chosen` only a screen knows.
Role = Literal["space", "arc", "edge", "ring", "quadrant", "blip", "stale", "chosen"]
LEAST_WIDTH, LEAST_HEIGHT = 60, 14
MARKS: dict[Movement, str] = {Movement.IN: "▲", Movement.OUT: "▼", Movement.NEW: "●", Movement.NONE: ""}
ARCS = (Ring.ADOPT, Ring.TRIAL, Ring.ASSESS, Ring.HOLD)
# Where each ring ends, as a part of the radius: the inner ones are thicker, so that all have some room.
_ENDS = (0.42, 0.66, 0.84, 1.0)
_MOST_STRETCHED = 1.8
_BRAILLE = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


class Span(NamedTuple):
    """A piece of a row that is drawn in one way; `number` is that of the blip it belongs to, or 0."""

    text: str
    role: Role
    number: int = 0


class Blip(NamedTuple):
    """A technique on the plot; `number` counts from 1 in the order of the legend, `quadrant` from 0."""

    number: int
    technique_id: int
    name: str
    ring: Ring
    quadrant: int
    movement: Movement
    stale: bool = False

    @property
    def label(self) -> str:
        """`12▲`, `3`."""
        return f"{self.number}{MARKS[self.movement]}"


class Fan(NamedTuple):
    """Rows of `width` cells; `is_table` where arcs had no room, `hidden` numbers of blips that had none."""

    rows: tuple[tuple[Span, ...], ...]
    is_table: bool
    hidden: tuple[int, ...] = ()


def blips_of(
    techniques: Sequence[Technique],
    quadrants: Sequence[str],
    since: datetime,
    stale: frozenset[int] = frozenset(),
) -> tuple[Blip, ...]:
    """One blip a technique, numbered in the order of the radar; `stale` holds ids of techniques."""
    return tuple(
        Blip(
            number,
            technique.id,
            technique.name,
            technique.ring,
            quadrant_place(technique, quadrants),
            movement(technique, since),
            technique.id in stale,
        )
        for number, technique in enumerate(
            sorted(techniques, key=lambda technique: radar_order(technique, quadrants)), 1
        )
    )


def fan(blips: Sequence[Blip], quadrants: Sequence[str], width: int, height: int) -> Fan:
    """The plot for `width` x `height` cells."""
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        rows, hidden = _ring_table(blips, max(width, 5), max(height, 2))
        return Fan(rows, is_table=True, hidden=hidden)
    rows, hidden = _disc(blips, quadrants, width, height)
    return Fan(rows, is_table=False, hidden=hidden)


# --- half a disc --------------------------------------------------------------------------------------------


class _Ground(NamedTuple):
    """The plot without blips: a character a cell, braille for lines, and the free cells of each field.

    `fields` maps (ring from 0, quadrant) to its cells: those off any line, those without one, and all.
    """

    lines: Mapping[Place, tuple[str, Role]]
    fields: Mapping[tuple[int, int], tuple[frozenset[Place], ...]]


def _disc(
    blips: Sequence[Blip], quadrants: Sequence[str], width: int, height: int
) -> tuple[tuple[tuple[Span, ...], ...], tuple[int, ...]]:
    """A line of quadrants, the disc, a line of rings, and a line of what is skipped or had no room."""
    disc_height = height - 3
    ground = _ground(width, disc_height)
    placed: dict[Place, Blip] = {}
    for (ring, quadrant), cells in ground.fields.items():
        some = [blip for blip in blips if blip.ring == ARCS[ring] and blip.quadrant == quadrant]
        places = spread([len(blip.label) for blip in some], cells)
        placed |= {place: blip for place, blip in zip(places, some, strict=True) if place}
    skipped = [blip for blip in blips if blip.ring is Ring.SKIP]
    skip_row, in_row = _skip_row(skipped, len(blips) - len(skipped) - len(placed), width)
    rows = (
        _quadrant_row(quadrants, width),
        *(_row(ground, placed, row, width) for row in range(disc_height)),
        _ring_row(width, disc_height),
        skip_row,
    )
    shown = {blip.number for blip in (*placed.values(), *skipped[:in_row])}
    return rows, tuple(blip.number for blip in blips if blip.number not in shown)


def _radii(width: int, height: int) -> tuple[float, float]:
    """How wide and high the half disc is, in braille dots, which are about square."""
    across, up = float(width - 1), float(4 * height - 2)
    return min(across, _MOST_STRETCHED * up), min(up, _MOST_STRETCHED * across)


@lru_cache(maxsize=8)
def _ground(width: int, height: int) -> _Ground:
    """The lines and fields for a disc of this many cells."""
    rx, ry = _radii(width, height)
    dots: dict[Place, int] = {}
    arcs: set[Place] = set()
    for x, y, is_arc in _line_dots(rx, ry, width, height):
        cell = (y // 4, x // 2)
        dots[cell] = dots.get(cell, 0) | _DOTS[y % 4][x % 2]
        if is_arc:
            arcs.add(cell)
    lines: dict[Place, tuple[str, Role]] = {
        cell: (chr(_BRAILLE + pattern), "arc" if cell in arcs else "edge") for cell, pattern in dots.items()
    }
    cells: dict[tuple[int, int], set[Place]] = {
        (ring, sector): set() for ring in range(4) for sector in range(4)
    }
    for row in range(height):
        for column in range(width):
            if field := _field(row, column, width, height, rx, ry):
                cells[field].add((row, column))
    beside = {(row, column + step) for row, column in dots for step in (-1, 0, 1)}
    return _Ground(
        lines,
        {
            field: (frozenset(some - beside), frozenset(some - dots.keys()), frozenset(some))
            for field, some in cells.items()
        },
    )


def _line_dots(rx: float, ry: float, width: int, height: int) -> Iterator[tuple[int, int, bool]]:
    """The dots of arcs, and of the edges of sectors, which are sparser; x, y and whether it is of an arc."""
    middle, ground = width - 0.5, 4 * height - 1
    for end in _ENDS:
        steps = int(math.pi * max(rx, ry) * end)
        for step in range(steps + 1):
            angle = math.pi * step / steps
            x, y = middle - rx * end * math.cos(angle), ground - ry * end * math.sin(angle)
            yield round(x), round(y), True
    for corner in range(5):
        angle = math.pi * corner / 4
        for step in range(0, int(max(rx, ry)), 4):
            part = step / max(rx, ry)
            x, y = middle - rx * part * math.cos(angle), ground - ry * part * math.sin(angle)
            yield round(x), round(y), False


def _field(row: int, column: int, width: int, height: int, rx: float, ry: float) -> tuple[int, int] | None:
    """The ring and the sector, from the left, in which the middle of a cell lies."""
    x = (2 * column + 0.5 - (width - 0.5)) / rx
    y = (4 * height - 1 - (4 * row + 1.5)) / ry
    far = math.hypot(x, y)
    ring = next((index for index, end in enumerate(_ENDS) if far <= end), None)
    if ring is None:
        return None
    sector = int(4 * math.atan2(y, -x) / math.pi)
    return ring, min(max(sector, 0), 3)


def _row(ground: _Ground, placed: Mapping[Place, Blip], row: int, width: int) -> tuple[Span, ...]:
    cells: list[tuple[str, Role, int]] = []
    column = 0
    while column < width:
        blip = placed.get((row, column))
        if blip:
            cells += [(letter, _role(blip), blip.number) for letter in blip.label]
            column += len(blip.label)
        else:
            cells.append((*ground.lines.get((row, column), (" ", "space")), 0))
            column += 1
    return _joined(cells)


def _joined(cells: Sequence[tuple[str, Role, int]]) -> tuple[Span, ...]:
    """Neighbours that are drawn alike as one span."""
    return tuple(
        Span("".join(text for text, _, _ in some), role, number)
        for (role, number), some in groupby(cells, key=lambda cell: cell[1:])
    )


def _role(blip: Blip) -> Role:
    return "stale" if blip.stale else "blip"


# --- the lines around it ------------------------------------------------------------------------------------


def _quadrant_row(quadrants: Sequence[str], width: int) -> tuple[Span, ...]:
    """The names over their sectors, from the left."""
    ends = [width * (index + 1) // len(quadrants) for index in range(len(quadrants))]
    spans, begin = [], 0
    for name, end in zip(quadrants, ends, strict=True):
        spans.append(Span(_centred(name, end - begin), "quadrant"))
        begin = end
    return tuple(spans)


def _centred(text: str, width: int) -> str:
    room = max(width - 1, 0)
    fitted = fit(text, room)
    left = (room - display_width(fitted)) // 2
    return " " * left + fill(fitted, width - left)


def _ring_row(width: int, disc_height: int) -> tuple[Span, ...]:
    """Each ring's name below its arc, on both sides of the middle; from the left to it, then mirrored."""
    rx, _ = _radii(width, disc_height)
    begins = (0.0, *_ENDS)
    letters, taken = [" "] * width, 0
    for ring, begin, end in reversed(list(zip(ARCS, begins, _ENDS, strict=False))):
        start = max(round(width / 2 - rx * (begin + end) / 4 - len(ring) / 2), taken)
        taken = start + len(ring) + 1
        letters[start : start + len(ring)] = ring
        letters[width - start - len(ring) : width - start] = ring
    return (Span("".join(letters), "ring"),)


def _skip_row(skipped: Sequence[Blip], without_room: int, width: int) -> tuple[tuple[Span, ...], int]:
    """`SKIP 9 12▼     +3 had no room`, the latter with those of the disc; and how many are shown."""
    spans = [Span("SKIP", "ring")] if skipped else []
    left = width - len("SKIP") * bool(skipped)
    shown = 0
    for index, blip in enumerate(skipped):
        # Those behind it may have no room either.
        others = without_room + len(skipped) - index - 1
        if left < 1 + len(blip.label) + len(_without_room(others)):
            break
        spans += [Span(" ", "space"), Span(blip.label, _role(blip), blip.number)]
        left -= 1 + len(blip.label)
        shown += 1
    told = _without_room(without_room + len(skipped) - shown)
    return (*spans, Span(pad(told, left, ">"), "space")), shown


def _without_room(count: int) -> str:
    return f" +{count} had no room" if count else ""


# --- where arcs have no room --------------------------------------------------------------------------------


def _ring_table(
    blips: Sequence[Blip], width: int, height: int
) -> tuple[tuple[tuple[Span, ...], ...], tuple[int, ...]]:
    """A column a ring, its techniques below its name; the last row counts those that had no room."""
    columns = {ring: [blip for blip in blips if blip.ring is ring] for ring in Ring}
    ends = [width * (index + 1) // len(columns) for index in range(len(columns))]
    widths = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    room = height - 1
    rows = [tuple(Span(fill(ring, wide), "ring") for ring, wide in zip(columns, widths, strict=True))]
    hidden: list[int] = []
    shown: dict[Ring, int] = {}
    for ring, some in columns.items():
        shown[ring] = len(some) if len(some) <= room else room - 1
        hidden += [blip.number for blip in some[shown[ring] :]]
    rows += [
        tuple(
            _table_cell(some, row, shown[ring], wide)
            for (ring, some), wide in zip(columns.items(), widths, strict=True)
        )
        for row in range(room)
    ]
    return tuple(rows), tuple(sorted(hidden))


def _table_cell(some: Sequence[Blip], row: int, shown: int, width: int) -> Span:
    if row < shown:
        blip = some[row]
        text = fill(f"{blip.label} {blip.name}", max(width - 1, 0))
        return Span(fill(text, width), _role(blip), blip.number)
    more = f"+{len(some) - shown} more" if row == shown and shown < len(some) else ""
    return Span(fill(more, width), "space")

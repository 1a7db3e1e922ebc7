"""The radar as other programs draw it: without SKIP, under the names of quadrants that they know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from r2p_tui.domain.radar import Move, Movement, Ring, Technique, movement
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.errors import UsageError

# Thoughtworks' own; its hosted site draws no others.
HOSTED_QUADRANTS: Final = ("Techniques", "Platforms", "Tools", "Languages & Frameworks")


class BlipEntry(NamedTuple):
    """One point of a radar; `description` is plain text of any number of lines."""

    name: str
    ring: Ring
    quadrant: str
    movement: Movement
    description: str


class FourRings(NamedTuple):
    """A radar without SKIP; `skipped` names what was there, which is either drawn elsewhere or left out."""

    entries: tuple[BlipEntry, ...]
    skipped: tuple[str, ...]


def without_skip(
    techniques: Iterable[Technique], *, since: datetime, skip_as: Ring | None = None
) -> FourRings:
    """The techniques with their movement since a moment, those in SKIP drawn in `skip_as` or left out.

    They come by ring, ADOPT first, then by name: some programs take the rings in the order of the file.
    Where SKIP is drawn as another ring, a move between the two is none.
    """
    told = list(techniques)
    skipped = tuple(sorted(technique.name for technique in told if technique.ring is Ring.SKIP))
    drawn = [
        _with_skip_as(technique, skip_as) for technique in told if skip_as or technique.ring is not Ring.SKIP
    ]
    order = list(Ring)
    entries = sorted(
        (_entry(technique, since) for technique in drawn),
        key=lambda entry: (order.index(entry.ring), entry.name.casefold(), entry.name),
    )
    return FourRings(tuple(entries), skipped)


def hosted_names(entries: Iterable[BlipEntry], quadrants: Sequence[str]) -> tuple[BlipEntry, ...]:
    """The entries under `HOSTED_QUADRANTS`, the user's first quadrant as the first of them and so on."""
    renamed = dict(zip(quadrants, HOSTED_QUADRANTS, strict=True))
    told = list(entries)
    check_quadrants(told, quadrants)
    return tuple(entry._replace(quadrant=renamed[entry.quadrant]) for entry in told)


def missing_quadrants(entries: Iterable[BlipEntry], quadrants: Sequence[str]) -> tuple[str, ...]:
    """The quadrants in which nothing stands; BYOR wants something in each of the four."""
    filled = {entry.quadrant for entry in entries}
    return tuple(quadrant for quadrant in quadrants if quadrant not in filled)


def check_quadrants(entries: Iterable[BlipEntry | Technique], quadrants: Sequence[str]) -> None:
    """Raise UsageError for the first that stands in a quadrant which the settings no longer name.

    Other programs drop such a point without a word.
    """
    for entry in entries:
        if entry.quadrant not in quadrants:
            raise UsageError(
                f"“{entry.name}” stands in the quadrant “{entry.quadrant}”, which the settings do not name.",
                f'Move it: r2p radar edit "{entry.name}" --quadrant "{quadrants[0]}"',
            )


def _with_skip_as(technique: Technique, ring: Ring | None) -> Technique:
    if ring is None:
        return technique
    moves: list[Move] = []
    for move in technique.moves:
        came, went = (ring if place is Ring.SKIP else place for place in (move.from_ring, move.to_ring))
        if went and came is not went:
            moves.append(move._replace(from_ring=came, to_ring=went))
    return replace(technique, moves=tuple(moves))


def _entry(technique: Technique, since: datetime) -> BlipEntry:
    return BlipEntry(
        technique.name,
        technique.ring,
        technique.quadrant,
        movement(technique, since),
        _description(technique),
    )


def _description(technique: Technique) -> str:
    """What it is, why it stands where it stands, and what comes next; a line each."""
    move = technique.moves[-1]
    lines = [
        technique.description,
        f"{move.to_ring} since {short_date(local_day(move.moved_at))}: {move.reason}",
        next_words(technique),
    ]
    return "\n".join(filter(None, lines))


def next_words(technique: Technique) -> str:
    """`Next: benchmark on our T4, by 5 Dec 2026`; empty where nothing is planned."""
    if not technique.next_action:
        return ""
    by = f", by {short_date(technique.next_on)}" if technique.next_on else ""
    return f"Next: {technique.next_action}{by}"

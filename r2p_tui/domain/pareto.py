"""Which of several measured variants are worth a look: none is both faster and more accurate."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
"""Latency, of which less is better, and accuracy, of which more is better."""


def front(points: Sequence[Point]) -> tuple[int, ...]:
    """Places of the points that no other beats, the fastest first; equal points stand side by side.

    A point is beaten by one that is better in one and not worse in the other. Points with a value that is
    no number are left out.
    """
    told = [place for place, point in enumerate(points) if all(map(math.isfinite, point))]
    ordered = sorted(told, key=lambda place: (points[place][0], -points[place][1], place))
    kept: list[int] = []
    best = -math.inf
    for place in ordered:
        accuracy = points[place][1]
        if accuracy > best or (kept and points[place] == points[kept[-1]]):
            kept.append(place)
            best = accuracy
    return tuple(kept)


def knee(points: Sequence[Point]) -> int | None:
    """The place of the front's point from which both ways cost the most, or None where there is no bend.

    It lies farthest above the chord between the front's ends, both axes scaled from 0 to 1 (Das 1999, "On
    characterizing the knee of the Pareto curve"; the same rule as Kneedle, Satopaa et al. 2011). Of equally
    far ones the fastest is taken; a front of fewer than three different points has no knee.
    """
    places = front(points)
    if len({points[place] for place in places}) < 3:
        return None
    (fast, low), (slow, high) = points[places[0]], points[places[-1]]
    heights = [
        (points[place][1] - low) / (high - low) - (points[place][0] - fast) / (slow - fast)
        for place in places
    ]
    farthest = max(heights)
    return places[heights.index(farthest)] if farthest > 1e-9 else None

"""Boxes on a page: what covers, touches and holds what."""

from __future__ import annotations

from collections.abc import Iterable

from r2p_tui.domain.tables import Box


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them; raises ValueError when there are none."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def width(box: Box) -> float:
    """From left to right, in points."""
    return box.right - box.left


def height(box: Box) -> float:
    """From top to bottom, in points."""
    return box.bottom - box.top


def shared_width(one: Box, other: Box) -> float:
    """By how much both lie above one another; negative is the distance between them."""
    return min(one.right, other.right) - max(one.left, other.left)


def shared_height(one: Box, other: Box) -> float:
    """By how much both lie beside one another; negative is the distance between them."""
    return min(one.bottom, other.bottom) - max(one.top, other.top)


def overlap(one: Box, other: Box) -> bool:
    """Whether they have an area in common."""
    return shared_width(one, other) > 0 and shared_height(one, other) > 0


def holds_middle(outer: Box, inner: Box) -> bool:
    """Whether the middle of `inner` lies in `outer`."""
    x, y = (inner.left + inner.right) / 2, (inner.top + inner.bottom) / 2
    return outer.left <= x <= outer.right and outer.top <= y <= outer.bottom

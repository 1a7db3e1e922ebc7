"""From what is drawn on a page to rules and pictures: dashes joined, invisible lines left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.layout import Rule

THICKEST_RULE = 2.5
SHORTEST_RULE = 3.0
_SAME_LINE = 0.8
_TOUCHING = 1.0
_LONGEST_DASH, _WIDEST_GAP = 8.0, 5.0
_WHITE = 0.97
_SMALLEST_PICTURE = 12.0
_MOST_PICTURES = 400


class Shape(NamedTuple):
    """One thing drawn: `thickness` in points, `lightness` from 0 (black) to 1 (white)."""

    box: Box
    kind: Literal["line", "bar", "curve", "picture"]
    thickness: float
    lightness: float


def rules_of(shapes: Iterable[Shape], page: Box) -> list[Rule]:
    """The visible rules of the page, joined where they were drawn in pieces."""
    pieces = [rule for shape in shapes for rule in _rule(shape, page)]
    across = [rule for rule in pieces if rule.horizontal]
    down = [rule for rule in pieces if not rule.horizontal]
    joined = [*_joined(across, _lie_across), *_joined(down, _stand)]
    return [rule for rule in joined if _length(rule.box) >= SHORTEST_RULE]


def _length(box: Box) -> float:
    return max(box.right - box.left, box.bottom - box.top)


def _rule(shape: Shape, page: Box) -> Iterator[Rule]:
    if shape.kind not in ("line", "bar") or shape.lightness > _WHITE or shape.thickness > THICKEST_RULE:
        return
    box = Box(
        max(shape.box.left, page.left),
        max(shape.box.top, page.top),
        min(shape.box.right, page.right),
        min(shape.box.bottom, page.bottom),
    )
    if box.right >= box.left and box.bottom >= box.top:
        yield Rule(box, shape.thickness)


class _Along(NamedTuple):
    """A rule seen along its length: its place across it, its start and its end."""

    place: float
    start: float
    end: float


def _lie_across(rule: Rule) -> _Along:
    return _Along((rule.box.top + rule.box.bottom) / 2, rule.box.left, rule.box.right)


def _stand(rule: Rule) -> _Along:
    return _Along((rule.box.left + rule.box.right) / 2, rule.box.top, rule.box.bottom)


def _joined(rules: list[Rule], along: Callable[[Rule], _Along]) -> Iterator[Rule]:
    for same_line in _by_place(rules, along):
        yield from _join_line(sorted(same_line, key=lambda rule: along(rule).start), along)


def _by_place(rules: list[Rule], along: Callable[[Rule], _Along]) -> Iterator[list[Rule]]:
    group: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: along(rule).place):
        if group and along(rule).place - along(group[0]).place > _SAME_LINE:
            yield group
            group = []
        group.append(rule)
    if group:
        yield group


def _join_line(rules: Sequence[Rule], along: Callable[[Rule], _Along]) -> Iterator[Rule]:
    current = rules[0]
    last_piece = along(current)
    for rule in rules[1:]:
        piece = along(rule)
        gap = piece.start - along(current).end
        dashes = max(piece.end - piece.start, last_piece.end - last_piece.start) <= _LONGEST_DASH
        if gap <= (_WIDEST_GAP if dashes else _TOUCHING):
            current = Rule(_union(current.box, rule.box), max(current.thickness, rule.thickness))
        else:
            yield current
            current = rule
        last_piece = piece
    yield current


def _union(one: Box, other: Box) -> Box:
    return Box(
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )


def shaded(box: Box, shapes: Iterable[Shape]) -> bool:
    """Whether something that is not white is drawn behind the middle of the box."""
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return any(
        shape.kind != "line"
        and shape.lightness < _WHITE
        and shape.box.left <= x <= shape.box.right
        and shape.box.top <= y <= shape.box.bottom
        for shape in shapes
    )


def pictures_of(shapes: Iterable[Shape]) -> tuple[Box, ...]:
    """Images and drawings with curves or slanted lines, joined where they overlap."""
    boxes = [
        shape.box
        for shape in shapes
        if shape.kind in ("picture", "curve")
        and min(shape.box.right - shape.box.left, shape.box.bottom - shape.box.top) > 0
    ]
    joined = _overlapping_joined(boxes[:_MOST_PICTURES])
    return tuple(box for box in joined if _length(box) >= _SMALLEST_PICTURE)


def _overlapping_joined(boxes: Iterable[Box]) -> list[Box]:
    joined: list[Box] = []
    for box in boxes:
        apart = []
        for other in joined:
            if _overlap(box, other):
                box = _union(box, other)
            else:
                apart.append(other)
        joined = [*apart, box]
    return joined


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.left <= other.right
        and other.left <= one.right
        and one.top <= other.bottom
        and other.top <= one.bottom
    )

"""Rows of label files as boxes, and what is wrong with the rows that are none."""

from __future__ import annotations

from collections.abc import Collection
from math import isfinite
from typing import Literal, NamedTuple

from r2p_tui.text import clean_line, shorten

FaultKind = Literal["malformed", "class", "range", "zero", "beyond", "duplicate"]
# For one row with such a fault ultralytics leaves out the whole image.
REFUSED: frozenset[FaultKind] = frozenset({"malformed", "class", "range"})
# Coordinates may leave the image by this much before ultralytics refuses the file.
TOLERANCE = 0.01
# Sides below this are no area at any size an image has.
NO_AREA = 1e-6
# Values in a row: of a box, and of the smallest outline.
_BOX, _OUTLINE = 5, 7


class LabelBox(NamedTuple):
    """A labelled box: its class, then its centre and its sides as shares of the image."""

    class_id: int
    x: float
    y: float
    width: float
    height: float


class RowFault(NamedTuple):
    """A label row that cannot be used or is doubtful; `line` is 0 where the text itself says which it is."""

    kind: FaultKind
    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


def read_rows(
    text: str, class_ids: Collection[int], keypoint_columns: int = 0
) -> tuple[tuple[LabelBox, ...], tuple[RowFault, ...]]:
    """The boxes of a label file and the faults of its rows, at most one a row.

    A row is a box, an outline, or a box with keypoints; it is judged as ultralytics judges it.
    """
    rows = [(number, words) for number, line in enumerate(text.splitlines(), 1) if (words := line.split())]
    outlines = not keypoint_columns and any(len(words) >= _OUTLINE for _, words in rows)
    boxes: dict[LabelBox, None] = {}
    faults: list[RowFault] = []
    for number, words in rows:
        box = _row(words, keypoint_columns)
        if outlines and len(words) == _BOX:
            box = "a box in a file of outlines"
        if isinstance(box, str):
            faults.append(RowFault("malformed", number, box))
        elif fault := keep(box, boxes, class_ids):
            faults.append(RowFault(fault[0], number, fault[1]))
    return tuple(boxes), tuple(faults)


def keep(
    box: LabelBox, boxes: dict[LabelBox, None], class_ids: Collection[int]
) -> tuple[FaultKind, str] | None:
    """Add a box to those of its image where it can be used; what is wrong with it, or None."""
    fault = _fault(box, class_ids)
    if fault and fault[0] != "beyond":
        return fault
    if box in boxes:
        return "duplicate", "the same box again"
    boxes[box] = None
    return fault


def _row(words: list[str], keypoint_columns: int) -> LabelBox | str:
    """The box of a row, or what is wrong with the row as text."""
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        return f"“{shorten(clean_line(' '.join(words)), 40)}” is not all numbers"
    if not all(map(isfinite, numbers)):
        return "a value is not finite"
    if not numbers[0].is_integer():
        return f"the class {words[0][:20]} is not a whole number"
    count = len(numbers)
    if count == _BOX or (keypoint_columns and count == _BOX + keypoint_columns):
        return LabelBox(int(numbers[0]), *numbers[1:5])
    if count >= _OUTLINE and count % 2 and not keypoint_columns:
        return _box_of_outline(int(numbers[0]), numbers[1:])
    return f"{count} values where a box has 5"


def _box_of_outline(class_id: int, points: list[float]) -> LabelBox:
    left, right = min(points[::2]), max(points[::2])
    top, bottom = min(points[1::2]), max(points[1::2])
    return LabelBox(class_id, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


def _fault(box: LabelBox, class_ids: Collection[int]) -> tuple[FaultKind, str] | None:
    if box.class_id not in class_ids:
        return "class", f"class {box.class_id} has no name"
    values = box[1:]
    smallest_side = min(box.width, box.height)
    if max(values) > 1 + TOLERANCE or min(values) < -TOLERANCE or smallest_side < 0:
        worst = max(values, key=lambda value: max(value - 1, -value))
        return "range", f"{worst:.6g} is not between 0 and 1"
    if smallest_side <= NO_AREA:
        return "zero", f"{box.width:.6g} wide, {box.height:.6g} high"
    if _reaches_out(box):
        return "beyond", "the box reaches out of the image"
    return None


def _reaches_out(box: LabelBox) -> bool:
    return any(
        centre - side / 2 < -TOLERANCE or centre + side / 2 > 1 + TOLERANCE
        for centre, side in ((box.x, box.width), (box.y, box.height))
    )

"""Findings on boxes as a model sees them: their size against its strides, crowding, and the border."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.boxes import Floats, centres_covered, corners, iou_matrix, pixel_sides
from r2p_tui.domain.data_check import (
    DataSet,
    FileNote,
    Finding,
    LabelledImage,
    ModelView,
    Plot,
    PlotRow,
    Severity,
    percent,
    verb,
)
from r2p_tui.text import count_of

Counts = NDArray[np.int64]

_SOME_SMALL, _MANY_SMALL = 0.02, 0.15
# Queries of RT-DETR, and the most boxes that ultralytics keeps of an image.
_MOST_OBJECTS = 300
_SOME_CROWDED = 0.05
_OVERLAP = 0.5
_SOME_CUT = 0.25
_EDGES = (4, 8, 16, 32, 64, 128, 256, 512)


class _Sized(NamedTuple):
    image: LabelledImage
    sizes: Floats


def size_findings(data: DataSet, view: ModelView) -> Iterator[Finding]:
    """Sizes at the training image size: the root of the area of each box, in pixels."""
    sized = [_sized(image, view) for image in data.readable if image.boxes]
    if not sized:
        return
    sizes = np.concatenate([one.sizes for one in sized])
    finest = view.strides[0]
    small = int((sizes < finest).sum())
    share = small / len(sizes)
    severity: Severity = "problem" if share > _MANY_SMALL else "look" if share > _SOME_SMALL else "fine"
    files = tuple(
        FileNote(one.image.path, f"{few} of {len(one.sizes)}")
        for one in sorted(sized, key=lambda one: -int((one.sizes < finest).sum()))
        if (few := int((one.sizes < finest).sum()))
    )
    middle = float(np.median(sizes))
    said = (
        f"{count_of(small, 'box', 'boxes')} of {len(sizes):,} ({percent(small, len(sizes))}) "
        f"{verb(small, 'is', 'are')} smaller than one cell of the finest stride ({finest} px) at "
        f"{view.image_size} px; the middle box is {middle:.0f} px."
    )
    hint = _size_hint(view) if severity != "fine" else ""
    yield Finding("sizes", "sizes", severity, said, hint, files, _plot(sizes, view))
    if not view.strides_known:
        listed = ", ".join(map(str, view.strides))
        yield Finding(
            "strides", "sizes", "fine", f"The strides of {view.model} are not known; {listed} were taken."
        )


def crowding_findings(data: DataSet) -> Iterator[Finding]:
    """Boxes per image, boxes of one class that overlap, boxes with a covered centre, boxes at the border."""
    filled = [image for image in data.readable if image.boxes]
    if not filled:
        return
    counts = np.array([len(image.boxes) for image in filled])
    yield from _crowding(filled, counts)
    yield from _too_many(filled)
    yield from _cut(filled)


def size_histogram(sizes: Sequence[float] | Floats, strides: Sequence[int]) -> tuple[PlotRow, ...]:
    """Counts by octave, from under 4 px, with the strides named where a cell of them begins."""
    values = np.asarray(sizes, np.float64)
    bins = np.searchsorted(_EDGES, values, side="right")
    counts = np.bincount(bins, minlength=len(_EDGES) + 1)
    labels = [f"under {_EDGES[0]} px"]
    labels += [f"{low}–{high} px" for low, high in pairwise(_EDGES)]
    labels.append(f"from {_EDGES[-1]} px")
    marks = {
        _EDGES.index(stride) + 1: f"stride {stride} starts here" for stride in strides if stride in _EDGES
    }
    rows = [
        PlotRow(label, int(count), marks.get(index, ""))
        for index, (label, count) in enumerate(zip(labels, counts, strict=True))
    ]
    # Empty octaves beyond the largest box say nothing; those below the strides do.
    last = max((index for index, row in enumerate(rows) if row.value or row.note), default=0)
    return tuple(rows[: last + 1])


def _sized(image: LabelledImage, view: ModelView) -> _Sized:
    sides = pixel_sides(image.boxes, image.facts.width, image.facts.height, view.image_size)
    return _Sized(image, np.sqrt(sides.prod(axis=1)))


def _plot(sizes: Floats, view: ModelView) -> Plot:
    title = f"Box sizes at {view.image_size} px (root of the area)"
    return Plot(title, size_histogram(sizes, view.strides))


def _size_hint(view: ModelView) -> str:
    finer = "" if view.strides[0] <= 4 else ", a model with a finer stride (p2)"
    return f"They will be hard to find: try a larger --imgsz{finer}, or cut images into tiles."


def _crowding(filled: Sequence[LabelledImage], counts: Counts) -> Iterator[Finding]:
    pairs, covered, files = 0, 0, []
    for image in filled:
        shape = corners(image.boxes)
        overlap = np.triu(iou_matrix(shape, shape), 1)
        ids = np.array([box.class_id for box in image.boxes])
        here = int(((overlap > _OVERLAP) & (ids[:, None] == ids[None, :])).sum())
        hidden = centres_covered(shape)
        pairs, covered = pairs + here, covered + hidden
        if here or hidden:
            files.append((hidden + here, FileNote(image.path, f"{hidden} of {len(image.boxes)}")))
    total = int(counts.sum())
    crowded = covered > _SOME_CROWDED * total or pairs > _SOME_CROWDED * total
    ninety_five = np.percentile(counts, 95)
    said = (
        f"{np.median(counts):.0f} boxes per image in the middle, {ninety_five:.0f}"
        f" or fewer in 95 % of them, at most"
        f" {counts.max()}; {percent(covered, total)} of boxes have their centre inside another box, and"
        f" {count_of(pairs, 'pair')} of one class {verb(pairs, 'overlaps', 'overlap')}"
        f" by IoU over {_OVERLAP}."
    )
    hint = (
        "Non-maximum suppression may drop one of each such pair; RT-DETR works without it." if crowded else ""
    )
    ordered = tuple(note for _, note in sorted(files, key=lambda one: -one[0]))
    yield Finding(
        "crowding", "crowding", "look" if crowded else "fine", said, hint, ordered, _per_image(counts)
    )


def _per_image(counts: Counts) -> Plot:
    most = int(counts.max())
    step = max(-(-most // 8), 1)
    rows = []
    for low in range(1, most + 1, step):
        high = low + step - 1
        label = f"{low}" if step == 1 else f"{low}–{high}"
        rows.append(PlotRow(label, int(((counts >= low) & (counts <= high)).sum())))
    return Plot("Images by number of boxes", tuple(rows))


def _too_many(filled: Sequence[LabelledImage]) -> Iterator[Finding]:
    files = tuple(
        FileNote(image.path, count_of(len(image.boxes), "box", "boxes"))
        for image in filled
        if len(image.boxes) > _MOST_OBJECTS
    )
    if files:
        yield Finding(
            "too-many-objects",
            "crowding",
            "problem",
            f"{count_of(len(files), 'image')} {verb(len(files), 'has', 'have')} more than {_MOST_OBJECTS}"
            f" boxes, the"
            " most that RT-DETR and ultralytics' defaults can find.",
            "Cut such images into tiles, or raise the limit (max_det).",
            files,
        )


def _cut(filled: Sequence[LabelledImage]) -> Iterator[Finding]:
    """Boxes that touch the border of their image: objects that are cut off."""
    found: dict[str, int] = defaultdict(int)
    total = 0
    for image in filled:
        shape = corners(image.boxes)
        close = 1 / max(image.facts.width, image.facts.height)
        cut = ((shape[:, :2] <= close).any(1) | (shape[:, 2:] >= 1 - close).any(1)).sum()
        total += len(image.boxes)
        if cut:
            found[image.path] = int(cut)
    count = sum(found.values())
    if count > _SOME_CUT * total:
        yield Finding(
            "border",
            "crowding",
            "look",
            f"{percent(count, total)} of boxes touch the border of their image: their objects are cut off.",
            "Look whether tiles overlap, and whether production images are framed like this.",
            tuple(FileNote(path, count_of(cut, "box", "boxes")) for path, cut in found.items()),
        )

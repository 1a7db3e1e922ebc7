"""Findings on images that are there twice: in one split, in two, or with different labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.boxes import same_boxes
from r2p_tui.domain.data_check import DataSet, FileNote, Finding, LabelledImage, verb
from r2p_tui.text import count_of

Likeness = Literal["the same file", "the same pixels", "nearly the same"]

# Of the 64 bits of the difference hash, so many may differ.
MOST_BITS = 10
# Beyond this, comparing each with each takes minutes.
MOST_COMPARED = 30_000
_ALIKE = 0.8
# With fewer images their mean would be the images themselves.
_ENOUGH_FOR_MEAN = 20
# Grey levels: weaker detail is the rounding of the camera and the file.
_LEAST_DETAIL = 0.5
_ROUNDING = 6.0
_SPIKE = 3.0
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Copies:
    """Images that show the same, and how much the same."""

    likeness: Likeness
    images: tuple[LabelledImage, ...]


def copy_findings(data: DataSet) -> Iterator[Finding]:
    """Copies by bytes, by pixels, and near copies."""
    images = list({image.path: image for image in data.readable}.values())
    groups, near_too = groups_of_copies(images)
    found = [*_leaks(data, groups), *_within_split(groups), *_labelled_differently(groups)]
    yield from found
    if not near_too:
        said = f"Near copies were not looked for, as more than {MOST_COMPARED:,} images differ."
        yield Finding("near-copies", "copies", "fine", said)
    elif not found and images:
        said = f"All {count_of(len(images), 'image')} differ; none is in two splits under another name."
        yield Finding("copies", "copies", "fine", said)


def groups_of_copies(images: Sequence[LabelledImage]) -> tuple[list[Copies], bool]:
    """Each set of two or more images that show the same, and whether near copies were looked for."""
    leader = list(range(len(images)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    seen: dict[str, int] = {}
    for index, image in enumerate(images):
        for key in filter(None, (image.facts.digest, image.facts.pixels)):
            leader[find(index)] = find(seen.setdefault(key, index))
    heads = [index for index in range(len(images)) if find(index) == index]
    near_too = len(heads) <= MOST_COMPARED
    if near_too:
        for one, two in near_pairs([images[index] for index in heads]):
            leader[find(heads[two])] = find(heads[one])
    groups = defaultdict(list)
    for index in range(len(images)):
        groups[find(index)].append(images[index])
    several = [group for group in groups.values() if len(group) > 1]
    return [Copies(_likeness(group), tuple(group)) for group in several], near_too


def near_pairs(images: Sequence[LabelledImage]) -> list[tuple[int, int]]:
    """Pairs of indices of images that are the same shot, saved anew, resized, or a little brighter.

    What all images share is taken away first, as a fixed camera sees nearly the same each time. What is left
    (grain, dust, the objects) agrees for copies and not for two shots of like parts: its correlation must be
    0.8 or more, with its strongest spots cut so that one equal object does not decide. The difference hashes
    may differ in 10 of 64 bits. In a set too small to know what is shared, no spot may differ at all.
    """
    if len(images) < 2:
        return []
    detail = _what_sets_apart([image.facts.thumbnail for image in images])
    hashes = np.array([image.facts.dhash for image in images], np.uint64)
    pairs = []
    for start in range(0, len(images), _BLOCK):
        alike = detail[start : start + _BLOCK] @ detail[start:].T >= _ALIKE
        for row, column in np.argwhere(np.triu(alike, 1)):
            one, two = start + int(row), start + int(column)
            if int(hashes[one] ^ hashes[two]).bit_count() <= MOST_BITS:
                pairs.append((one, two))
    if len(images) < _ENOUGH_FOR_MEAN:
        return [(one, two) for one, two in pairs if _no_spot_differs(images[one], images[two])]
    return pairs


def _no_spot_differs(one: LabelledImage, two: LabelledImage) -> bool:
    first, second = (_levels([image.facts.thumbnail])[0] for image in (one, two))
    return bool(np.abs(first - first.mean() - second + second.mean()).max() <= _ROUNDING)


def _what_sets_apart(thumbnails: Sequence[bytes]) -> NDArray[np.float32]:
    """A vector of length 1 for each image, orthogonal to the mean image and even grey; 0 for plain ones."""
    levels = _levels(thumbnails)
    left = levels - levels.mean(1, keepdims=True)
    if len(levels) >= _ENOUGH_FOR_MEAN:
        shared = left.mean(0)
        strength = float(shared @ shared)
        if strength > 0:
            left -= np.outer(left @ shared / strength, shared)
    spread = 1.4826 * np.median(np.abs(left), axis=1, keepdims=True)
    # An even background has no spread; there the objects are all the detail there is.
    limit = np.where(spread > _LEAST_DETAIL, _SPIKE * spread, 255)
    left = np.clip(left, -limit, limit)
    length = np.sqrt((left * left).sum(1, keepdims=True))
    enough = length > _LEAST_DETAIL * levels.shape[1] ** 0.5
    detail: NDArray[np.float32] = np.divide(left, length, out=np.zeros_like(left), where=enough)
    return detail


def _levels(thumbnails: Sequence[bytes]) -> NDArray[np.float32]:
    return np.frombuffer(b"".join(thumbnails), np.uint8).reshape(len(thumbnails), -1).astype(np.float32)


def _likeness(group: Sequence[LabelledImage]) -> Likeness:
    if len({image.facts.digest for image in group}) == 1:
        return "the same file"
    if len({image.facts.pixels for image in group}) == 1 and group[0].facts.pixels:
        return "the same pixels"
    return "nearly the same"


def _leaks(data: DataSet, groups: Sequence[Copies]) -> Iterator[Finding]:
    """Images of a later split (val, test) that an earlier one holds under another name."""
    kinds, notes = Counter[str](), []
    for group in groups:
        order = sorted(group.images, key=lambda image: data.splits.index(image.split))
        first = order[0]
        for image in order[1:]:
            if image.split != first.split:
                how = _likeness((first, image))
                kinds[how] += 1
                notes.append(FileNote(image.path, f"{how} as {first.path}"))
    if notes:
        listed = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
        yield Finding(
            "leak",
            "copies",
            "problem",
            f"{count_of(len(notes), 'image')} of one split {verb(len(notes), 'is', 'are')} in another"
            f" split too ({listed}).",
            "Validation then measures what was learnt by heart: split anew, by part or by day.",
            tuple(notes),
        )


def _within_split(groups: Sequence[Copies]) -> Iterator[Finding]:
    notes: list[FileNote] = []
    splits = Counter[str]()
    for group in groups:
        first: dict[str, LabelledImage] = {}
        for image in group.images:
            other = first.setdefault(image.split, image)
            if other is not image:
                notes.append(FileNote(image.path, f"{_likeness((other, image))} as {other.path}"))
                splits[image.split] += 1
    if notes:
        where = ", ".join(f"{count:,} in {split}" for split, count in splits.items())
        yield Finding(
            "duplicates",
            "copies",
            "look",
            f"{count_of(len(notes), 'image')} {verb(len(notes), 'shows', 'show')} what another of the same"
            f" split shows ({where}).",
            "Copies weigh more than the rest; consecutive frames of a film are copies too.",
            tuple(notes),
        )


def _labelled_differently(groups: Sequence[Copies]) -> Iterator[Finding]:
    notes = tuple(
        FileNote(
            image.path,
            f"{count_of(len(image.boxes), 'box', 'boxes')}, {len(group.images[0].boxes)}"
            f" in {group.images[0].path}",
        )
        for group in groups
        for image in group.images[1:]
        if not same_boxes(group.images[0].boxes, image.boxes)
    )
    if notes:
        yield Finding(
            "copies-differ",
            "copies",
            "problem",
            f"{count_of(len(notes), 'copy', 'copies')} of an image {verb(len(notes), 'has', 'have')} other"
            " labels than the first.",
            "One of the two is labelled wrongly, and the model is taught both.",
            notes,
        )

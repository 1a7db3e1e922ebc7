"""Findings on files and labels: what is missing, what cannot be read, which rows are wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from r2p_tui.domain.boxes import corners, iou_matrix
from r2p_tui.domain.data_check import (
    DataSet,
    FileNote,
    Finding,
    Severity,
    faults_by_file,
    in_both,
    percent,
    verb,
)
from r2p_tui.text import count_of

_MANY_EMPTY = 0.3
# Two boxes of one class that agree so well are one object labelled twice.
_SAME_BOX = 0.95
_ONE_OBJECT = 0.9
_DROPPED = (
    "r2p refuses to train on such rows; ultralytics by itself leaves out the whole image for one of them."
)

# kind, severity, what is said of one row and of several, what to do
_ROWS: tuple[tuple[str, Severity, str, str, str], ...] = (
    ("malformed", "problem", "makes no box", "make no box", _DROPPED),
    ("class", "problem", "is of a class without a name", "are of classes without a name", _DROPPED),
    ("range", "problem", "has values outside the image", "have values outside the image", _DROPPED),
    ("zero", "problem", "has no area", "have no area", "Such boxes teach nothing; take them out."),
    (
        "beyond",
        "look",
        "reaches out of the image by more than 1 %",
        "reach out of the image by more than 1 %",
        "They are cut at the border.",
    ),
    (
        "duplicate",
        "look",
        "repeats another of the same file",
        "repeat others of the same file",
        "A training takes the copies out by itself.",
    ),
)


def file_findings(data: DataSet) -> Iterator[Finding]:
    """What is refused, missing or unreadable, images without labels, labels without images, splits."""
    yield from _unfit(data)
    yield from _splits(data)
    yield from _missing(data)
    yield from _unreadable(data)
    yield from _unlabelled(data)
    yield from _empty(data)
    yield from _orphans(data)


def label_findings(data: DataSet) -> Iterator[Finding]:
    """Rows that cannot be used, rows that are doubtful, boxes that stand there twice."""
    found = [*_rows(data), *_doubles(data)]
    yield from found
    if not found:
        boxes = sum(len(image.boxes) for image in data.images)
        yield Finding("labels", "labels", "fine", f"All {count_of(boxes, 'box', 'boxes')} can be used.")


# --- files ------------------------------------------------------------------------------------------------


def _unfit(data: DataSet) -> Iterator[Finding]:
    if data.unfit:
        yield Finding(
            "unfit",
            "files",
            "problem",
            "r2p refuses to train on this data set.",
            files=tuple(FileNote(data.file, sentence) for sentence in data.unfit),
        )


def _splits(data: DataSet) -> Iterator[Finding]:
    if len(data.splits) == 1 and data.splits[0] == "train":
        yield Finding(
            "no-val",
            "files",
            "look",
            "There are no validation images.",
            "Without them nobody sees when the model learns by heart.",
        )
    empty = [split for split, images in data.by_split.items() if not images]
    for split in empty:
        yield Finding("empty-split", "files", "problem", f"The {split} split has no images.")
    if both := in_both(data.images):
        yield Finding(
            "shared-files",
            "files",
            "problem",
            f"{count_of(len(both), 'image')} {verb(len(both), 'stands', 'stand')} in more than one split.",
            "Validation then measures what was learnt by heart.",
            tuple(FileNote(path) for path in both),
        )


def _missing(data: DataSet) -> Iterator[Finding]:
    if data.missing:
        yield Finding(
            "missing-images",
            "files",
            "problem",
            f"{count_of(len(data.missing), 'image or folder', 'images or folders')} named by the data set"
            f" {verb(len(data.missing), 'is', 'are')} not there.",
            files=data.missing,
        )


def _unreadable(data: DataSet) -> Iterator[Finding]:
    bad = tuple(FileNote(image.path, image.facts.fault) for image in data.images if image.facts.fault)
    if bad:
        yield Finding(
            "unreadable-images",
            "files",
            "problem",
            f"{count_of(len(bad), 'image')} of {len(data.images):,} cannot be read.",
            "Fetch or export them again, or take them out.",
            bad,
        )
    else:
        yield Finding("readable", "files", "fine", f"All {count_of(len(data.images), 'image')} can be read.")
    odd = tuple(FileNote(image.path) for image in data.readable if image.facts.odd_end)
    if odd:
        yield Finding(
            "odd-end",
            "files",
            "look",
            f"{count_of(len(odd), 'JPEG file')} {verb(len(odd), 'does', 'do')} not end with an end mark.",
            "ultralytics by itself writes such files anew, in place; r2p's runs leave yours as they are.",
            odd,
        )


def _unlabelled(data: DataSet) -> Iterator[Finding]:
    bare = tuple(FileNote(image.path) for image in data.images if not image.has_labels)
    if not bare:
        return
    everything = len(bare) == len(data.images)
    yield Finding(
        "no-label-file",
        "files",
        "problem" if everything else "look",
        f"{count_of(len(bare), 'image')} of {len(data.images):,} {verb(len(bare), 'has', 'have')}"
        f" no label file"
        " and will be trained as background.",
        "Labels are looked for in labels/ beside images/, under the name of the image with .txt."
        if everything
        else "An empty label file says that there is nothing on purpose.",
        bare,
    )


def _empty(data: DataSet) -> Iterator[Finding]:
    labelled = [image for image in data.images if image.has_labels]
    empty = tuple(FileNote(image.path) for image in labelled if not image.boxes and not image.faults)
    if not labelled:
        return
    many = len(empty) > _MANY_EMPTY * len(labelled)
    share, verb = percent(len(empty), len(labelled)), "holds" if len(empty) == 1 else "hold"
    sentence = f"{count_of(len(empty), 'image')} of {len(labelled):,} ({share}) {verb} no object."
    if not empty:
        sentence = "Every labelled image holds at least one object."
    hint = "Some background helps against false alarms; ultralytics' advice is up to 10 %." if many else ""
    yield Finding("empty-images", "files", "look" if many else "fine", sentence, hint, empty)


def _orphans(data: DataSet) -> Iterator[Finding]:
    if data.orphans:
        yield Finding(
            "orphan-labels",
            "files",
            "look",
            f"{count_of(len(data.orphans), 'label file')} {verb(len(data.orphans), 'has', 'have')} no image.",
            "Perhaps images were renamed or lost.",
            tuple(FileNote(path) for path in data.orphans),
        )


# --- rows -------------------------------------------------------------------------------------------------


def _rows(data: DataSet) -> Iterator[Finding]:
    for kind, severity, one, many, hint in _ROWS:
        count, files = faults_by_file(data.images, [kind])
        stray = [fault for fault in data.stray if fault.kind == kind]
        total = count + len(stray)
        if total:
            where = f" in {count_of(len(files), 'file')}" if files else ""
            said = f"{count_of(total, 'label row')}{where} {one if total == 1 else many}."
            notes = (*files, *(FileNote(data.file, fault.text) for fault in stray))
            yield Finding(f"rows-{kind}", "labels", severity, said, hint, notes)


def _doubles(data: DataSet) -> Iterator[Finding]:
    """Boxes that lie on each other: of one class an object labelled twice, of two classes a doubt."""
    same, other = Counter[str](), dict[str, str]()
    for image in data.images:
        if len(image.boxes) < 2:
            continue
        shape = corners(image.boxes)
        overlap = iou_matrix(shape, shape)
        for one, two in np.argwhere(np.triu(overlap, 1) >= _ONE_OBJECT):
            ids = image.boxes[one].class_id, image.boxes[two].class_id
            if ids[0] == ids[1] and overlap[one, two] >= _SAME_BOX:
                same[image.path] += 1
            elif ids[0] != ids[1] and overlap[one, two] >= _ONE_OBJECT:
                other[image.path] = f"{data.name_of(ids[0])} and {data.name_of(ids[1])}"
    if same:
        yield Finding(
            "double-boxes",
            "labels",
            "look",
            f"{count_of(same.total(), 'object')} in {count_of(len(same), 'image')}"
            f" seem labelled twice: two boxes"
            f" of one class with IoU of at least {_SAME_BOX}.",
            files=tuple(FileNote(path, f"{count} times") for path, count in same.items()),
        )
    if other:
        yield Finding(
            "two-classes",
            "labels",
            "look",
            f"In {count_of(len(other), 'image')} boxes of two classes lie on the same object (IoU of at least"
            f" {_ONE_OBJECT}).",
            "One of the two labels is probably wrong.",
            tuple(FileNote(path, note) for path, note in other.items()),
        )

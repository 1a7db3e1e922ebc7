"""Data sets for looking at: whatever can be read is, and faults are kept for the report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from r2p_tui.domain.data_check import DataSet, FileNote, ImageFacts, LabelledImage
from r2p_tui.errors import NotFoundError
from r2p_tui.runs.data.coco import other_classes, read_coco
from r2p_tui.runs.data.data_yaml import read_yolo
from r2p_tui.runs.data.images import label_path
from r2p_tui.runs.data.listing import Listing, Missing, is_coco, reading
from r2p_tui.text import clean_line, shorten

_SPLIT = re.compile(r"(?<![a-z])(train|val|valid|validation|test)(?![a-z])", re.IGNORECASE)
_PARTNERS = {"train": ("val", "valid", "validation"), "val": ("train",)}


def read_listing(file: Path) -> Listing:
    """All images and labels of a YOLO data yaml or a COCO json.

    Raises NotFoundError, UsageError or DocumentError with one sentence where there is no data set to look at.
    """
    with reading(file):
        listing = _read_coco_files(file) if is_coco(file) else read_yolo(file)
    if not listing.entries:
        said = f" {_note(listing.missing[0], listing)}." if listing.missing else ""
        raise NotFoundError(
            f"{clean_line(file.name)} names no image that is there.{said}", "Check path, train and val."
        )
    return listing


def complete(listing: Listing, facts: Mapping[Path, ImageFacts]) -> DataSet:
    """The data set with what its pixels say; an image that a split names twice is looked at once."""
    entries = {(entry.path, entry.split): entry for entry in listing.entries}.values()
    images = tuple(
        LabelledImage(
            shown_path(entry.path, listing.root),
            entry.split,
            entry.boxes,
            facts[entry.path],
            entry.faults,
            entry.labels is not None,
            entry.declared,
        )
        for entry in entries
    )
    return DataSet(
        clean_line(str(listing.file)),
        {number: shorten(name, 60) for number, name in listing.names.items()},
        tuple(listing.splits),
        images,
        tuple(_note(missing, listing) for missing in listing.missing),
        tuple(shown_path(path, listing.root) for path in orphans(listing)),
        tuple(listing.stray),
        tuple(error.message for error in listing.unfit),
    )


def shown_path(path: Path, root: Path) -> str:
    """A path as it is printed: relative to the root of the data set where it lies below it."""
    try:
        return clean_line(str(path.relative_to(root)))
    except ValueError:
        return clean_line(str(path))


def _note(missing: Missing, listing: Listing) -> FileNote:
    said = (
        f"named as {missing.split}, and nothing is there" if missing.is_place else f"named in {missing.split}"
    )
    return FileNote(shown_path(missing.path, listing.root), said)


# --- the other split of a COCO file -----------------------------------------------------------------------


def _read_coco_files(file: Path) -> Listing:
    """One COCO json as the split that its name tells, with that of the other split if it lies beside it."""
    split = split_of(file)
    listing = read_coco(file, split)
    if partner := _partner(file, split):
        other = read_coco(partner, split_of(partner))
        if why := other_classes(*((listing, other) if split == "train" else (other, listing))):
            listing.unfit.append(why)
        listing.names = {**other.names, **listing.names}
        listing.splits = {name: {**listing.splits, **other.splits}[name] for name in ("train", "val")}
        for name in ("entries", "missing", "stray", "unfit"):
            getattr(listing, name).extend(getattr(other, name))
    return listing


def split_of(file: Path) -> str:
    """`train`, `val` or `test` by the name of the file; `train` where it says nothing."""
    found = _SPLIT.search(file.stem)
    word = found[1].lower() if found else "train"
    return "val" if word.startswith("val") else word


def _partner(file: Path, split: str) -> Path | None:
    """The file of the other split: the same name with the other word in it."""
    for word in _PARTNERS.get(split, ()):
        other = file.with_name(_SPLIT.sub(word, file.stem, count=1) + file.suffix)
        if other != file and other.is_file():
            return other
    return None


# --- labels without image ---------------------------------------------------------------------------------


def orphans(listing: Listing) -> list[Path]:
    """Label files of a data yaml, in its folders of labels, that belong to no image there."""
    if listing.file.suffix.lower() == ".json":
        return []
    expected = {label_path(entry.path) for entry in listing.entries}
    # A label whose image is named but missing is told with that image.
    gone = {label_path(missing.path) for missing in listing.missing}
    folders = sorted(folder for folder in {path.parent for path in expected} if folder.is_dir())
    beside = [path for folder in folders for path in sorted(folder.glob("*.txt"))]
    return [path for path in beside if path not in expected | gone and _looks_like_labels(path)]


def _looks_like_labels(file: Path) -> bool:
    """Whether the first line is one of numbers: lists of classes and notes lie beside labels too."""
    try:
        with file.open(encoding="utf-8") as lines:
            words = [float(word) for word in lines.readline(4096).split()]
    except (OSError, ValueError):
        return False
    return len(words) >= 5

"""Data sets for training: checked whole before it begins, and refused in one sentence for any fault."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from r2p_tui.domain.label_rows import REFUSED, LabelBox, RowFault
from r2p_tui.errors import DocumentError, NotFoundError, UsageError
from r2p_tui.runs.data.coco import other_classes, read_coco
from r2p_tui.runs.data.data_yaml import read_yolo, unnamed_split
from r2p_tui.runs.data.images import label_path
from r2p_tui.runs.data.listing import Entry, Listing, is_coco, reading
from r2p_tui.text import clean_line, count_of, shorten

SPLITS = ("train", "val")
DEFAULT_VAL_FRACTION = 0.2
_WORDS = {"train": "training", "val": "validation"}
_SHOWN = 3
_COCO_ONLY = ("val_data", "val_fraction", "images", "val_images")


class Sample(NamedTuple):
    """An image and its labels: a file of the user's, or rows made from another format, or none at all."""

    image: Path
    label_file: Path | None = None
    rows: str | None = None


@dataclass
class DataSet:
    """What a training sees; `sha256` covers names and sizes of images, class names and every label."""

    names: tuple[str, ...]
    splits: dict[str, list[Sample]] = field(default_factory=dict)
    sha256: str = ""
    boxes: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_dataset(settings: Mapping[str, Any], base: Path, *, seed: int = 0) -> DataSet:
    """The data that checked training settings name, relative to `base`.

    Raises R2PError with one sentence for anything that ultralytics would run, fetch or silently leave out.
    """
    path = _path(settings["data"], base)
    ignore = bool(settings.get("ignore_bad_labels"))
    with reading(path):
        if is_coco(path):
            return _of_coco(path, settings, base, seed=seed, ignore=ignore)
        if extra := [name for name in _COCO_ONLY if name in settings]:
            raise UsageError(
                f"“{extra[0]}” is for a COCO json; {path.name} says itself where its images are."
            )
        return _of_yolo(path, single=bool(settings.get("single_cls")), ignore=ignore)


def _path(named: object, base: Path) -> Path:
    return (base / Path(str(named)).expanduser()).absolute()


def _of_yolo(path: Path, *, single: bool, ignore: bool) -> DataSet:
    listing = read_yolo(path, SPLITS, any_class=single)
    _refuse_unfit(listing)
    for split in SPLITS:
        _refuse_missing(listing, split)
    bad = [
        (label_path(entry.path), fault)
        for entry in listing.entries
        for fault in entry.faults
        if fault.kind in REFUSED
    ]
    notes = []
    if listing.passed_over:
        notes.append(f"Passed over in {path.name}: {shorten(', '.join(listing.passed_over), 120)}.")
    notes += _judge(bad, "are left out with their images", ignore=ignore)
    return _dataset(listing, {split: listing.of(split) for split in SPLITS}, notes, as_rows=False)


def _of_coco(path: Path, settings: Mapping[str, Any], base: Path, *, seed: int, ignore: bool) -> DataSet:
    """One or two files; without a second a part of the first is taken for validation, chosen by the seed."""
    train = _fit(path, "train", _folder(settings.get("images"), base))
    listings, notes = [train], []
    if "val_data" in settings:
        listings.append(
            _fit(_path(settings["val_data"], base), "val", _folder(settings.get("val_images"), base))
        )
        if why := other_classes(*listings):
            raise why
        splits = {"train": train.entries, "val": listings[1].entries}
    else:
        splits = _parted(train, float(settings.get("val_fraction", DEFAULT_VAL_FRACTION)), seed)
        notes.append(
            f"{path.name} has no validation set: {len(splits['val']):,} of {len(train.entries):,} images "
            f"were taken for it, chosen by seed {seed}."
        )
    if crowds := sum(listing.crowds for listing in listings):
        notes.append(
            f"{count_of(crowds, 'crowd box', 'crowd boxes')} left out: each stands for many objects."
        )
    bad = [
        (listing.file, fault)
        for listing in listings
        for faults in (listing.stray, *(entry.faults for entry in listing.entries))
        for fault in faults
        if fault.kind != "duplicate"
    ]
    notes += _judge(bad, "were left out", ignore=ignore)
    return _dataset(train, splits, notes, as_rows=True)


def _dataset(
    listing: Listing, splits: Mapping[str, Sequence[Entry]], notes: list[str], *, as_rows: bool
) -> DataSet:
    places = {number: place for place, number in enumerate(sorted(listing.names))}
    found = DataSet(tuple(listing.names[number] for number in places), notes=notes)
    digest = hashlib.sha256(json.dumps(found.names).encode())
    for split, entries in splits.items():
        samples = found.splits[split] = []
        for entry in sorted(entries, key=lambda entry: str(entry.path)):
            rows = "".join(_row(box, places) for box in entry.boxes) if as_rows else None
            labels = (entry.labels or b"") if rows is None else rows.encode()
            head = f"{split}\0{entry.path.name}\0{entry.path.stat().st_size}\0{len(labels)}\0"
            digest.update(head.encode("utf-8", "surrogateescape") + labels)
            file = label_path(entry.path) if rows is None and entry.labels is not None else None
            samples.append(Sample(entry.path, file, rows))
        found.boxes[split] = sum(len(entry.boxes) for entry in entries)
        if not found.boxes[split]:
            raise DocumentError(
                f"None of the {count_of(len(samples), 'image')} for {_WORDS[split]}"
                f" in {listing.file.name} has a label.",
                f"Labels of {samples[0].image} would lie in {label_path(samples[0].image)}",
            )
    found.sha256 = digest.hexdigest()
    return found


def _row(box: LabelBox, places: Mapping[int, int]) -> str:
    """A box as a row of a label file, cut at the border of its image."""
    left, right = max(box.x - box.width / 2, 0.0), min(box.x + box.width / 2, 1.0)
    top, bottom = max(box.y - box.height / 2, 0.0), min(box.y + box.height / 2, 1.0)
    middle = f"{(left + right) / 2:.7g} {(top + bottom) / 2:.7g}"
    return f"{places[box.class_id]} {middle} {right - left:.7g} {bottom - top:.7g}\n"


# --- refusals ---------------------------------------------------------------------------------------------


def _refuse_unfit(listing: Listing) -> None:
    if listing.unfit:
        raise listing.unfit[0]


def _refuse_missing(listing: Listing, split: str) -> None:
    """Raise where a split of a data yaml is not named, not there, or has no images."""
    name = listing.file.name
    if split not in listing.splits:
        raise unnamed_split(listing.file, split)
    missing = [one for one in listing.missing if one.split == split]
    for one in missing:
        if one.is_place:
            raise NotFoundError(f"{name} looks for its {split} images in {one.path}, and nothing is there.")
    if missing:
        raise NotFoundError(
            f"{count_of(len(missing), 'image')} of {split} in {name} "
            f"{'is' if len(missing) == 1 else 'are'} missing: {_some([one.path for one in missing])}."
        )
    if not listing.of(split):
        raise NotFoundError(f"{name} has no images for {split} in {listing.splits[split][0]}.")


def _fit(path: Path, split: str, folder: Path | None) -> Listing:
    """A COCO file without faults but for its boxes."""
    if not is_coco(path):
        raise UsageError(f"{path.name} is not a COCO json.")
    listing = read_coco(path, split, folder)
    _refuse_unfit(listing)
    if listing.missing:
        total = len(listing.missing) + len(listing.entries)
        raise NotFoundError(
            f"{count_of(len(listing.missing), 'image')} of {total:,} in {path.name} cannot be found: "
            f"{_some([one.path for one in listing.missing])}.",
            "Name their folder with: images=FOLDER (and val_images=FOLDER)",
        )
    if not listing.entries:
        raise DocumentError(f"{path.name} has no images.")
    return listing


def _judge(bad: Sequence[tuple[Path, RowFault]], left_out: str, *, ignore: bool) -> list[str]:
    """What is said of labels that cannot be used; raises DocumentError unless they are to be ignored."""
    if not bad:
        return []
    files = len({file for file, _ in bad})
    count = f"{count_of(len(bad), 'label')} in {count_of(files, 'file')} cannot be used"
    first = "; ".join(
        shorten(clean_line(f"{file}{' ' if fault.line else ': '}{fault}"), 200)
        for file, fault in bad[:_SHOWN]
    )
    if not ignore:
        raise DocumentError(
            f"{count}: {first}.", "Correct them, or leave them out with: ignore_bad_labels=true"
        )
    return [f"{count} and {left_out}: {first}."]


def _parted(train: Listing, share: float, seed: int) -> dict[str, list[Entry]]:
    if len(train.entries) < 2:
        raise DocumentError(f"{train.file.name} has one image; training and validation need one each.")
    order = sorted(train.entries, key=lambda entry: str(entry.path))
    random.Random(seed).shuffle(order)  # noqa: S311  (a split that can be repeated, and no secret)
    count = min(max(round(len(order) * share), 1), len(order) - 1)
    return {"train": order[count:], "val": order[:count]}


def _folder(named: object, base: Path) -> Path | None:
    if named is None:
        return None
    folder = _path(named, base)
    if not folder.is_dir():
        raise NotFoundError(f"There is no folder of images {folder}.")
    return folder


def _some(paths: Sequence[Path]) -> str:
    return ", ".join(map(str, paths[:_SHOWN])) + (", …" if len(paths) > _SHOWN else "")

"""COCO jsons: boxes in pixels by image, faults included."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from r2p_tui.domain.label_rows import FaultKind, LabelBox, RowFault, keep
from r2p_tui.errors import DocumentError
from r2p_tui.runs.data.listing import Entry, Listing
from r2p_tui.text import clean_line, count_of, shorten

LARGEST_COCO = 1_500_000_000
_LOOKED_AT = 20
_PARTS = ("images", "annotations", "categories")
_SAID: dict[FaultKind, str] = {
    "class": "has category {}, which is not listed",
    "range": "has a box outside its image",
    "beyond": "has a box that reaches out of its image",
    "zero": "has a box without area",
    "duplicate": "has the box of another",
}


def read_coco(file: Path, split: str, folder: Path | None = None) -> Listing:
    """The images and boxes of a COCO json; images lie in `folder`, or where sets of this kind have them.

    Raises DocumentError for a file that is no COCO json, and OSError.
    """
    document = _load(file)
    listing = Listing(file, file.parent.absolute(), _categories(document["categories"], file))
    if len(listing.names) < len(document["categories"]):
        listing.refuse(f"A category in {clean_line(file.name)} has no number of its own.")
    images = _images(document["images"], listing)
    annotations = _by_image(document["annotations"], images, listing)
    root = folder or _usual_root(file, [image["file_name"] for image in images.values()])
    listing.splits[split] = [root]
    for number, image in images.items():
        boxes, faults = _boxes(annotations[number], image, listing.names)
        listing.add(Entry(root / image["file_name"], split, boxes, faults, declared=_size(image)))
    return listing


def other_classes(train: Listing, val: Listing) -> DocumentError | None:
    """Why boxes of two files cannot be counted by the same classes; None where they can."""
    names = clean_line(train.file.name), clean_line(val.file.name)
    for number, name in val.names.items():
        if train.names.get(number) != name:
            return DocumentError(f"Category {number} is “{name}” in {names[1]}, and not in {names[0]}.")
    # Training counts categories by their place, which must be the same in both files.
    if missing := train.names.keys() - val.names.keys():
        count = count_of(len(missing), "category", "categories")
        return DocumentError(
            f"{names[1]} lacks {count} of {names[0]}.", "List the same categories in both files."
        )
    return None


def _load(file: Path) -> dict[str, Any]:
    name = clean_line(file.name)
    if file.stat().st_size > LARGEST_COCO:
        raise DocumentError(f"{name} is larger than {LARGEST_COCO / 1e9:g} GB, which r2p does not read.")
    try:
        document = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        reason = shorten(clean_line(str(error)), 120).rstrip(".")
        raise DocumentError(f"{name} is not a JSON file: {reason}.") from error
    for part in _PARTS:
        if not isinstance(document, dict) or not isinstance(document.get(part), list):
            raise DocumentError(
                f"{name} is not a COCO file: it has no list “{part}”.",
                f"It needs the lists {', '.join(_PARTS)}.",
            )
    return dict(document)


def _categories(listed: Sequence[Any], file: Path) -> dict[int, str]:
    names = {
        one["id"]: clean_line(str(one.get("name") or "")) or f"class_{one['id']}"
        for one in listed
        if isinstance(one, dict) and isinstance(one.get("id"), int)
    }
    if not names:
        raise DocumentError(f"{clean_line(file.name)} has no categories with a number.")
    return names


def _images(listed: Sequence[Any], listing: Listing) -> dict[int | str, dict[str, Any]]:
    """Images by id; those that have none of their own, or no path below a folder, are noted."""
    found: dict[int | str, dict[str, Any]] = {}
    file = clean_line(listing.file.name)
    for image in listed:
        if not isinstance(image, dict) or not isinstance(image.get("id"), int | str):
            listing.refuse(f"An image in {file} has no id.")
        elif not _is_below(image.get("file_name")):
            name = shorten(clean_line(str(image.get("file_name"))), 80)
            listing.refuse(f"“{name}” in {file} is no path below a folder.")
        elif found.setdefault(image["id"], image) is not image:
            listing.refuse(f"{file} has two images with the id {shorten(clean_line(str(image['id'])), 40)}.")
    return found


def _is_below(name: object) -> bool:
    return (
        isinstance(name, str)
        and bool(name)
        and "\0" not in name
        and not Path(name).is_absolute()
        and ".." not in Path(name).parts
    )


def _by_image(
    annotations: Sequence[Any], images: Mapping[int | str, Any], listing: Listing
) -> dict[int | str, list[dict[str, Any]]]:
    found: dict[int | str, list[dict[str, Any]]] = defaultdict(list)
    file = clean_line(listing.file.name)
    for annotation in annotations:
        if not isinstance(annotation, dict):
            listing.stray.append(RowFault("malformed", 0, f"{file} has an annotation that is not an object"))
        elif annotation.get("iscrowd"):
            listing.crowds += 1
        elif isinstance(number := annotation.get("image_id"), int | str) and number in images:
            found[number].append(annotation)
        else:
            said = f"{_label(annotation)} belongs to no image of {file}"
            listing.stray.append(RowFault("malformed", 0, said))
    return found


def _label(annotation: Mapping[str, Any]) -> str:
    return f"annotation {shorten(clean_line(str(annotation.get('id', '?'))), 40)}"


def _boxes(
    annotations: Sequence[Mapping[str, Any]], image: Mapping[str, Any], names: Mapping[int, str]
) -> tuple[tuple[LabelBox, ...], tuple[RowFault, ...]]:
    boxes: dict[LabelBox, None] = {}
    faults: list[RowFault] = []
    size = _size(image)
    for annotation in annotations:
        label, box = _label(annotation), annotation.get("bbox")
        category = annotation.get("category_id")
        if size is None:
            said = f"the size of {shorten(clean_line(image['file_name']), 80)} is not given"
            faults.append(RowFault("malformed", 0, said))
        elif not isinstance(box, list) or len(box) != 4 or not all(map(_is_number, box)):
            faults.append(RowFault("malformed", 0, f"{label} has no box of four numbers"))
        elif not isinstance(category, int):
            faults.append(RowFault("malformed", 0, f"{label} has a category that is no number"))
        elif fault := keep(_scaled(category, box, size), boxes, names):
            said = _SAID[fault[0]].format(category)
            faults.append(RowFault(fault[0], 0, f"{label} {said}"))
    return tuple(boxes), tuple(faults)


def _scaled(category: int, box: Sequence[float], size: tuple[int, int]) -> LabelBox:
    left, top, width, height = map(float, box)
    across, down = size
    return LabelBox(
        category, (left + width / 2) / across, (top + height / 2) / down, width / across, height / down
    )


def _size(image: Mapping[str, Any]) -> tuple[int, int] | None:
    sides = [int(side) for side in (image.get("width"), image.get("height")) if _is_number(side)]
    return (sides[0], sides[1]) if len(sides) == 2 and min(sides) > 0 else None


def _usual_root(file: Path, names: Sequence[str]) -> Path:
    """The one of the usual places that holds most of the first images; the first of them on a tie."""
    here, split = file.parent.absolute(), file.stem.removeprefix("instances_")
    places = [
        place
        for top in (here, here.parent)
        for place in (top, top / "images", top / split, top / "images" / split)
    ]
    return max(places, key=lambda place: sum((place / name).is_file() for name in names[:_LOOKED_AT]))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9

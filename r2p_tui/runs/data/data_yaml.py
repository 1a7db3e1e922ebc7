"""YOLO data yamls: which images and labels one names, faults included.

What other programs would fetch or run is refused; so is a file that describes no data set at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from r2p_tui.domain.label_rows import LabelBox, RowFault, read_rows
from r2p_tui.errors import DocumentError, NotFoundError
from r2p_tui.runs.data.images import images_in, joined, label_path, place_of
from r2p_tui.runs.data.listing import Entry, Listing, Missing
from r2p_tui.text import clean_line, count_of, shorten

LARGEST_YAML = 2**20
LARGEST_LABELS = 16 * 2**20
SPLITS = ("train", "val", "test")
_MOST_CLASSES = 100_000
_PLACES = ("path", *SPLITS, "validation")
_KNOWN = {*_PLACES, "names", "nc", "channels"}
_OTHER_TASKS = {
    "kpt_shape": "key points",
    "flip_idx": "key points",
    "kpt_names": "key points",
    "masks_dir": "masks",
    "depth_dir": "depth maps",
    "depth_scale": "depth maps",
}


def read_yolo(file: Path, wanted: Sequence[str] = SPLITS, *, any_class: bool = False) -> Listing:
    """The images and labels of a data yaml; `any_class` takes class numbers that have no name.

    Raises DocumentError or NotFoundError with one sentence, and OSError.
    """
    described = _load(file)
    _refuse_hostile(described, file)
    listing = Listing(file, _root(described, file))
    _read_names(described, listing)
    _judge_keys(described, listing)
    class_ids = range(1_000_000) if any_class else listing.names.keys()
    columns = _keypoint_columns(described.get("kpt_shape"))
    for split in wanted:
        told = described.get(split) or (described.get("validation") if split == "val" else None)
        if told:
            for image in _images(told, listing, split):
                boxes, faults, content = _labels_of(image, class_ids, columns)
                listing.add(Entry(image, split, boxes, faults, content))
    if "train" not in listing.splits:
        raise unnamed_split(file, "train")
    return listing


def unnamed_split(file: Path, split: str) -> DocumentError:
    """The refusal of a yaml that does not say where the images of a split are."""
    return DocumentError(
        f"{clean_line(file.name)} does not say where its {split} images are.",
        f"It needs: {split}: images/{split}",
    )


class _Loader(yaml.SafeLoader):
    """Plain values only: aliases are refused, as a few of them can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("it uses aliases, which r2p does not follow")
        return super().compose_node(parent, index)


def _load(file: Path) -> dict[str, Any]:
    name = clean_line(file.name)
    if file.stat().st_size > LARGEST_YAML:
        raise DocumentError(f"{name} is far too large for a data yaml.")
    try:
        described = yaml.load(file.read_text(encoding="utf-8-sig"), _Loader)  # noqa: S506
    except UnicodeDecodeError as error:
        raise DocumentError(f"{name} is not text.") from error
    except (yaml.YAMLError, RecursionError, ValueError, TypeError, AttributeError) as error:
        raise DocumentError(f"{name} is not a YAML file: {_said(error, 120).rstrip('.')}.") from error
    if described is None:
        raise DocumentError(f"{name} is empty.", "A data yaml needs train, val and names.")
    if not isinstance(described, dict):
        raise DocumentError(f"{name} does not describe a data set.", "It needs train, val and names.")
    return {str(key): value for key, value in described.items()}


def _refuse_hostile(described: Mapping[str, Any], file: Path) -> None:
    """Raise DocumentError for what other programs would fetch or run."""
    if "download" in described:
        raise DocumentError(
            f"{clean_line(file.name)} has an entry “download”, which ultralytics runs as code; r2p does not.",
            "Fetch the data yourself, and take that entry out.",
        )
    for key in _PLACES:
        value = described.get(key)
        for place in value if isinstance(value, list) else [value]:
            if isinstance(place, str) and "://" in place:
                raise DocumentError(
                    f"{clean_line(file.name)} points to {_said(place, 80)}; r2p reads local files only.",
                    "Fetch the data yourself, and name its folder.",
                )


def _root(described: Mapping[str, Any], file: Path) -> Path:
    told = described.get("path")
    if told is None or told == "":
        return file.parent.absolute()
    if not isinstance(told, str):
        raise DocumentError(f"The path in {clean_line(file.name)} is no text.")
    folder = joined(file.parent.absolute(), told)
    if not folder.is_dir():
        raise NotFoundError(
            f"{clean_line(file.name)} says path: {_said(told, 80)}, and there is no folder {folder}.",
            "A path is taken relative to the folder of the yaml; without one it is that folder.",
        )
    return folder


# --- names and other keys ---------------------------------------------------------------------------------


def _read_names(described: Mapping[str, Any], listing: Listing) -> None:
    file, names, count = clean_line(listing.file.name), described.get("names"), _whole(described.get("nc"))
    if names is None and count is not None and 0 < count <= _MOST_CLASSES:
        names = [f"class_{number}" for number in range(count)]
    named = names.items() if isinstance(names, dict) else enumerate(names if isinstance(names, list) else ())
    pairs = [(_whole(number), name) for number, name in named]
    for number, name in pairs:
        if number is not None and number >= 0 and not isinstance(name, list | dict):
            listing.names[number] = clean_line(str(name)) or f"class_{number}"
    if not pairs or len(listing.names) < len(pairs):
        raise DocumentError(f"{file} does not name its classes.", "For example: names: [scratch, dent]")
    if max(listing.names) >= len(pairs):
        listing.refuse(f"The names in {file} must be numbered from 0 without a gap.")
    if described.get("nc") is not None and count != len(pairs):
        said = _said(described["nc"], 40)
        listing.refuse(f"{file} has {count_of(len(pairs), 'class name')}, but says nc: {said}.")


def _whole(value: object) -> int | None:
    """A whole number, also where it is written as text or with a point, as ultralytics takes it."""
    if isinstance(value, int):
        return value
    try:
        number = float(value) if isinstance(value, str | float) else 0.5
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def _judge_keys(described: Mapping[str, Any], listing: Listing) -> None:
    """Note the keys that are passed over, and those that only trainings of another kind can use."""
    file = clean_line(listing.file.name)
    for key, things in _OTHER_TASKS.items():
        if described.get(key) is not None:
            listing.refuse(f"{file} describes {things} (“{key}”); r2p trains detectors of boxes.")
    if described.get("channels", 3) != 3:
        listing.refuse(f"{file} asks for {_said(described['channels'], 40)} channels; r2p trains on 3.")
    listing.passed_over = sorted(clean_line(key) for key in described.keys() - _KNOWN - _OTHER_TASKS.keys())


def _keypoint_columns(shape: object) -> int:
    """How many values follow the box in each row of a pose data set."""
    if (
        isinstance(shape, list)
        and len(shape) == 2
        and all(isinstance(one, int) and 0 < one < 1000 for one in shape)
    ):
        return int(shape[0] * shape[1])
    return 0


def _said(value: object, width: int) -> str:
    return shorten(clean_line(str(value)), width)


# --- images and labels ------------------------------------------------------------------------------------


def _images(told: object, listing: Listing, split: str) -> list[Path]:
    """The images of a split in ultralytics' order, repeated where they are named twice."""
    places = told if isinstance(told, list) else [told]
    if not all(isinstance(place, str) and place for place in places):
        raise unnamed_split(listing.file, split)
    listing.splits[split] = [place_of(listing.root, str(place)) for place in places]
    images: list[Path] = []
    for place in listing.splits[split]:
        found = images_in(place)
        if found is None:
            listing.missing.append(Missing(place, split, is_place=True))
        images += found or []
    return sorted(images, key=str)


def _labels_of(
    image: Path, class_ids: Collection[int], keypoint_columns: int
) -> tuple[tuple[LabelBox, ...], tuple[RowFault, ...], bytes | None]:
    """Boxes, faults and content of the label file of an image; no content where there is no file."""
    file, content = label_path(image), b""
    try:
        if file.stat().st_size > LARGEST_LABELS:
            return (), (RowFault("malformed", 0, "the label file is far too large"),), content
        content = file.read_bytes()
        return (*read_rows(content.decode("utf-8-sig"), class_ids, keypoint_columns), content)
    except (FileNotFoundError, NotADirectoryError):
        return (), (), None
    except UnicodeDecodeError:
        return (), (RowFault("malformed", 0, "the label file is not text"),), content
    except OSError as error:
        return (), (RowFault("malformed", 0, clean_line(str(error.strerror))),), content

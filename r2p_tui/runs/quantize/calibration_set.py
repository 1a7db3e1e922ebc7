"""The images by which ranges are found: training images, none of which is a validation image by content."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.measurements import Calibration
from r2p_tui.domain.quantization import (
    FEWEST_CALIBRATION_IMAGES,
    calibration_words,
    chosen_images,
    overlap_words,
    set_digest,
    too_few_images,
)
from r2p_tui.errors import DocumentError, NotFoundError, UsageError
from r2p_tui.runs.checkpoints import sha256_of
from r2p_tui.runs.data.coco import read_coco
from r2p_tui.runs.data.data_yaml import read_yolo
from r2p_tui.runs.data.images import images_in
from r2p_tui.runs.data.listing import is_coco, reading
from r2p_tui.runs.data.training_set import DataSet
from r2p_tui.text import clean_line, count_of

Images = NDArray[np.float32]
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I")
_SIZES_LOOKED_AT = 200


@dataclass(frozen=True)
class CalibrationSet:
    """Chosen images in the order of their names, read one by one as they are asked for.

    `fit` makes of a file what the model takes, float32 (3, height, width).
    """

    files: tuple[Path, ...]
    about: Calibration
    fit: Callable[[Path], Images]
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.files)

    def batches(self, start: int = 0, stop: int | None = None) -> Iterator[Images]:
        """One image each, (1, 3, height, width); raises DocumentError naming a file that cannot be read."""
        for file in self.files[start:stop]:
            yield self.fit(file)[None]

    def stacked(self, count: int) -> Images:
        """Some of them, spread evenly, (n, 3, height, width)."""
        step = max(len(self.files) // max(count, 1), 1)
        return np.stack([self.fit(file) for file in self.files[::step][:count]])


def calibration_set(
    settings: Mapping[str, Any], base: Path, data: DataSet, fit: Callable[[Path], Images], *, seed: int
) -> CalibrationSet:
    """The set that checked settings ask for, by default of the training images of the data set.

    Raises UsageError where an image of it is a validation image too or where there are too few, and
    DocumentError for an image that cannot be read. No other images ever take their place.
    """
    source, candidates = _candidates(settings, base, data)
    validation = [sample.image for sample in data.splits["val"]]
    with reading(base):
        _refuse_overlap(candidates, validation)
        different, repeated = _different(candidates)
        if len(different) < FEWEST_CALIBRATION_IMAGES:
            raise too_few_images(len(different))
        wanted = int(settings["calibration_images"])
        files = tuple(map(Path, chosen_images([str(path) for path in different], wanted, seed)))
        digest = set_digest([sha256_of(file) for file in files])
    notes = [*_repeated_note(repeated), *_unlike_note(files, validation)]
    method = str(settings["method"])
    sentence = calibration_words(len(files), source, digest, method)
    about = Calibration(
        images=len(files), sha256=digest, method=method, source=clean_line(source), sentence=sentence
    )
    made = CalibrationSet(files, about, fit, tuple(notes))
    _read_all(made)
    return made


def digests_of(files: Sequence[Path]) -> list[str]:
    """The SHA-256 of each file."""
    return [sha256_of(file) for file in files]


def _candidates(settings: Mapping[str, Any], base: Path, data: DataSet) -> tuple[str, list[Path]]:
    told = settings.get("calibration")
    if told is None:
        return f"the training split of {Path(str(settings['data'])).name}", [
            sample.image for sample in data.splits["train"]
        ]
    place = (base / Path(str(told)).expanduser()).absolute()
    if place.is_dir():
        return place.name, images_in(place) or []
    if not place.exists():
        raise NotFoundError(f"The calibration images {clean_line(str(place))} are not there.")
    with reading(place):
        if is_coco(place):
            entries = read_coco(place, "train", None).entries
        else:
            entries = read_yolo(place, ("train",)).of("train")
    return f"the training split of {place.name}", [entry.path for entry in entries]


def _refuse_overlap(candidates: Sequence[Path], validation: Sequence[Path]) -> None:
    """All candidates are looked at, chosen or not; only those of the same length as another can be equal."""
    known: dict[int, set[str]] = {}
    for path in validation:
        known.setdefault(path.stat().st_size, set()).add(str(path))
    digests: dict[int, set[str]] = {}
    shared = []
    for path in candidates:
        size = path.stat().st_size
        if size in known:
            if size not in digests:
                digests[size] = {sha256_of(Path(other)) for other in known[size]}
            if sha256_of(path) in digests[size]:
                shared.append(path)
    if shared:
        first = min(shared, key=str)
        raise UsageError(
            overlap_words(len(shared), str(first)),
            "Take them out, or name other images with --calibration.",
        )


def _different(candidates: Sequence[Path]) -> tuple[list[Path], int]:
    """Each picture once; how many were there twice."""
    lengths = Counter(path.stat().st_size for path in candidates)
    seen: set[str] = set()
    kept = []
    for path in sorted(candidates, key=str):
        size = path.stat().st_size
        key = sha256_of(path) if lengths[size] > 1 else f"length {size}"
        if key not in seen:
            seen.add(key)
            kept.append(path)
    return kept, len(candidates) - len(kept)


def _repeated_note(repeated: int) -> list[str]:
    if not repeated:
        return []
    return [f"{count_of(repeated, 'calibration image')} left out, as each is a copy of another."]


def _unlike_note(files: Sequence[Path], validation: Sequence[Path]) -> list[str]:
    """One sentence on images of another size or colour than the validation images; they are fitted."""
    step = max(len(validation) // _SIZES_LOOKED_AT, 1)
    usual = {_size_and_colour(path)[0] for path in validation[::step]}
    found = [_size_and_colour(path) for path in files]
    colours = Counter(colour for _, colour in found if colour)
    sizes = sum(size is not None and size not in usual for size, _ in found)
    told = [f"{count} {'is' if count == 1 else 'are'} {colour}" for colour, count in sorted(colours.items())]
    if sizes:
        told.append(f"{sizes} {'has' if sizes == 1 else 'have'} another size than the validation images")
    if not told:
        return []
    return [
        f"Of {count_of(len(files), 'calibration image')} {' and '.join(told)}; all were read as RGB and "
        "fitted to the model's input as validation images are."
    ]


def _size_and_colour(path: Path) -> tuple[tuple[int, int] | None, str]:
    """The size of an image, and its colour where it is not plain RGB; nothing where its head is no image."""
    from PIL import Image

    with suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(path) as image:
            mode = image.mode
            if mode in _DEEP:
                return image.size, "of 16 bits"
            named = {"L": "grey", "1": "grey", "LA": "grey", "RGBA": "RGBA", "CMYK": "CMYK"}
            return image.size, named.get(mode, "")
    return None, ""


def _read_all(made: CalibrationSet) -> None:
    """Each image is read once before anything is calibrated, so that a damaged one is named at once."""
    for file in made.files:
        try:
            made.fit(file)
        except DocumentError as error:
            raise DocumentError(
                f"A calibration image cannot be used: {error.message}",
                "Replace it, or take it out; no other image takes its place.",
            ) from error

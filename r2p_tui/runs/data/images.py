"""Where the images of a split are, and where the labels of an image lie."""

from __future__ import annotations

import os
from collections.abc import Iterator
from glob import iglob
from pathlib import Path

from r2p_tui.errors import DocumentError
from r2p_tui.text import clean_line

IMAGE_ENDINGS = frozenset(
    {"avif", "bmp", "dng", "heic", "heif", "jp2", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp"}
)
LARGEST_LIST = 2**28
_GLOB = frozenset("*?[")


def is_image(name: str) -> bool:
    """Whether a name ends as images do that ultralytics reads."""
    return name.rpartition(".")[2].lower() in IMAGE_ENDINGS


def label_path(image: Path) -> Path:
    """Where the labels of an image lie: beside it, or below `labels` in the place of the last `images`."""
    parts = list(image.parent.parts)
    for place in range(len(parts) - 1, -1, -1):
        if parts[place] == "images":
            parts[place] = "labels"
            break
    return Path(*parts) / f"{image.name.rpartition('.')[0]}.txt"


def joined(root: Path, place: str) -> Path:
    """A place below the root, or an absolute one; a zero byte, which no system takes, is made visible."""
    return Path(os.path.normpath(root / os.path.expanduser(place.replace("\0", "\ufffd"))))  # noqa: PTH111


def place_of(root: Path, told: str) -> Path:
    """Where a split lies; exports often name it one folder too high, which ultralytics forgives as well."""
    straight = joined(root, told)
    if not straight.exists() and told.startswith("../"):
        return joined(root, told[3:])
    return straight


def images_in(place: Path) -> list[Path] | None:
    """The images of a folder, a list, a pattern, or one image; None where nothing is there."""
    if place.is_dir():
        return list(_below(place))
    if place.is_file():
        return [place] if is_image(place.name) else list(_listed(place))
    if _GLOB & set(str(place)):
        return [Path(name) for name in iglob(str(place), recursive=True) if is_image(name)] or None  # noqa: PTH207
    return None


def _below(folder: Path) -> Iterator[Path]:
    """Links to folders are followed, each folder once; hidden names are passed over."""
    seen: set[str] = set()
    for parent, folders, files in os.walk(folder, followlinks=True):
        seen.add(os.path.realpath(parent))
        folders[:] = [
            name for name in folders if name[0] != "." and os.path.realpath(Path(parent, name)) not in seen
        ]
        yield from (Path(parent, name) for name in files if is_image(name) and name[0] != ".")


def _listed(file: Path) -> Iterator[Path]:
    """The images that a text file lists, one a line, relative to the file."""
    try:
        if file.stat().st_size > LARGEST_LIST:
            raise DocumentError(f"{clean_line(str(file))} is far too large for a list of images.")
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DocumentError(f"{clean_line(str(file))} is not a list of images.") from error
    yield from (joined(file.parent, line.strip()) for line in lines if is_image(line.strip()))

"""What a data set names, before any image is opened: images, labels, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from r2p_tui.domain.label_rows import LabelBox, RowFault
from r2p_tui.errors import DocumentError, NotFoundError, UsageError
from r2p_tui.text import clean_line, count_of

MOST_IMAGES = 2_000_000


class Entry(NamedTuple):
    """An image that is there: its split, its boxes, and the content of its label file, None without one.

    `declared` is the size that a COCO file states.
    """

    path: Path
    split: str
    boxes: tuple[LabelBox, ...] = ()
    faults: tuple[RowFault, ...] = ()
    labels: bytes | None = b""
    declared: tuple[int, int] | None = None


class Missing(NamedTuple):
    """An image, or a whole place of images, that is named and not there."""

    path: Path
    split: str
    is_place: bool = False


@dataclass(slots=True)
class Listing:
    """All that a data set names; `splits` has the places of each, `unfit` why no training can use the set."""

    file: Path
    root: Path
    names: dict[int, str] = field(default_factory=dict)
    splits: dict[str, list[Path]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    stray: list[RowFault] = field(default_factory=list)
    unfit: list[DocumentError] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    crowds: int = 0

    def add(self, entry: Entry) -> None:
        """Add one image, or note that it is missing; raises DocumentError where there are too many."""
        if len(self.entries) >= MOST_IMAGES:
            raise DocumentError(f"The data set names more than {count_of(MOST_IMAGES, 'image')}.")
        if entry.path.is_file():
            self.entries.append(entry)
        else:
            self.missing.append(Missing(entry.path, entry.split))

    def refuse(self, sentence: str, hint: str = "") -> None:
        """Note one reason more why no training can use the set."""
        self.unfit.append(DocumentError(sentence, hint))

    def of(self, split: str) -> list[Entry]:
        """The images of one split, in the order of their paths."""
        return [entry for entry in self.entries if entry.split == split]


def is_coco(file: Path) -> bool:
    """Whether a file is a COCO json and no data yaml; raises where it is neither, or not there."""
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "is not there"
        raise NotFoundError(
            f"The data set {clean_line(str(file))} {what}.",
            "Name a YOLO data yaml or a COCO json, such as data.yaml.",
        )
    if file.suffix.lower() not in (".json", ".yaml", ".yml"):
        raise UsageError(
            f"{clean_line(file.name)} is neither a data yaml nor a COCO json.",
            "Name a file that ends in .yaml, .yml or .json.",
        )
    return file.suffix.lower() == ".json"


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Errors of the disk become DocumentError in one sentence."""
    try:
        yield
    except OSError as error:
        raise DocumentError(
            f"{clean_line(str(error.filename or file))} cannot be read: {error.strerror}."
        ) from error

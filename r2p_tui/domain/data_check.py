"""What a look at a data set yields: images and labels as values, findings, and a report of them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Literal, NamedTuple

from r2p_tui.domain.label_rows import LabelBox, RowFault

Severity = Literal["problem", "look", "fine"]
Topic = Literal[
    "files", "labels", "classes", "sizes", "crowding", "copies", "outliers", "light", "resolution"
]

SEVERITIES: tuple[Severity, ...] = ("problem", "look", "fine")
_STRIDES = (8, 16, 32)


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the pixels of an image say; `fault` is a sentence where they cannot be read.

    `digest` stands for the bytes of the file, `pixels` for the pixels (empty where an image is too large to
    be read whole), `dhash` is the difference hash in 64 bits, `thumbnail` has 32 x 32 grey levels. Brightness
    is the mean grey level and contrast its standard deviation, of 255.
    """

    width: int = 0
    height: int = 0
    digest: str = ""
    pixels: str = ""
    dhash: int = 0
    thumbnail: bytes = b""
    brightness: float = 0.0
    contrast: float = 0.0
    fault: str = ""
    odd_end: bool = False


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """One image of one split with its labels; `declared` is the size that a COCO file states."""

    path: str
    split: str
    boxes: tuple[LabelBox, ...]
    facts: ImageFacts
    faults: tuple[RowFault, ...] = ()
    has_labels: bool = True
    declared: tuple[int, int] | None = None


class FileNote(NamedTuple):
    """A file that a finding is about, and what is said of it."""

    path: str
    note: str = ""


class PlotRow(NamedTuple):
    """One bar: its name, how long it is, and what stands behind it."""

    label: str
    value: float
    note: str = ""


class Plot(NamedTuple):
    """Bars under a title."""

    title: str
    rows: tuple[PlotRow, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is in a sentence, what to do, and which files it is about."""

    key: str
    topic: Topic
    severity: Severity
    sentence: str
    hint: str = ""
    files: tuple[FileNote, ...] = ()
    plot: Plot | None = None


@dataclass(frozen=True)
class DataSet:
    """All that was read: images by split, files that are named and not there, label files without image.

    `unfit` has a sentence for each reason why a training would refuse the whole set.
    """

    file: str
    names: Mapping[int, str]
    splits: tuple[str, ...]
    images: tuple[LabelledImage, ...]
    missing: tuple[FileNote, ...] = ()
    orphans: tuple[str, ...] = ()
    stray: tuple[RowFault, ...] = ()
    unfit: tuple[str, ...] = ()

    @cached_property
    def readable(self) -> tuple[LabelledImage, ...]:
        """The images whose pixels could be read."""
        return tuple(image for image in self.images if not image.facts.fault)

    @cached_property
    def by_split(self) -> dict[str, list[LabelledImage]]:
        """The images of each split, in the order of `splits`."""
        return {split: [image for image in self.images if image.split == split] for split in self.splits}

    def name_of(self, class_id: int) -> str:
        """The name of a class, or its number."""
        return self.names.get(class_id, f"class {class_id}")


@dataclass(frozen=True, slots=True)
class ModelView:
    """How a model sees images: their longer side in pixels, its strides, and whether those are known."""

    model: str
    image_size: int
    strides: tuple[int, ...] = _STRIDES
    strides_known: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """All findings on a data set, the worst first; counts are per split and per class name."""

    file: str
    view: ModelView
    images: Mapping[str, int]
    boxes: int
    names: tuple[str, ...]
    findings: tuple[Finding, ...]

    def count(self, severity: Severity) -> int:
        """How many findings are that severe."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def has_problems(self) -> bool:
        """Whether training on this set would go wrong somewhere."""
        return self.count("problem") > 0


def model_view(model: str, image_size: int) -> ModelView:
    """The strides of a model by its name: 8, 16, 32 for YOLO and RT-DETR, 4 more with p2, 64 more with p6."""
    name = model.replace("\\", "/").rpartition("/")[2].lower()
    known = "yolo" in name or "rtdetr" in name or "rt-detr" in name
    strides: tuple[int, ...] = _STRIDES
    if "-p2" in name:
        strides = (4, *strides)
    if "-p6" in name:
        strides = (*strides, 64)
    return ModelView(model, image_size, strides, known)


def make_report(data: DataSet, view: ModelView, findings: Iterable[Finding]) -> Report:
    """Order the findings: problems, then what deserves a look, then what is fine."""
    ordered = sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
    counts = {split: len(images) for split, images in data.by_split.items()}
    boxes = sum(len(image.boxes) for image in data.images)
    return Report(data.file, view, counts, boxes, tuple(data.names.values()), tuple(ordered))


def verb(count: int, one: str, several: str) -> str:
    """The form that goes with a count."""
    return one if count == 1 else several


def percent(part: float, whole: float) -> str:
    """`4 %`, `0.4 %`, `under 0.1 %`."""
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 0.1:
        return "under 0.1 %"
    return f"{share:.0f} %" if share >= 9.95 or share == round(share) else f"{share:.1f} %"


def faults_by_file(
    images: Sequence[LabelledImage], kinds: Sequence[str], limit_a_file: int = 3
) -> tuple[int, tuple[FileNote, ...]]:
    """How many rows have such a fault, and each file with the first few of its lines."""
    total, notes = 0, []
    for image in images:
        found = [fault for fault in image.faults if fault.kind in kinds]
        total += len(found)
        if found:
            said = "; ".join(map(str, found[:limit_a_file]))
            more = f"; {len(found) - limit_a_file} more" if len(found) > limit_a_file else ""
            notes.append(FileNote(image.path, said + more))
    return total, tuple(notes)


def class_counts(images: Iterable[LabelledImage]) -> Counter[int]:
    """Boxes of each class."""
    return Counter(box.class_id for image in images for box in image.boxes)


def in_both(images: Iterable[LabelledImage]) -> list[str]:
    """Paths that stand in more than one split."""
    ordered = sorted({(image.path, image.split) for image in images})
    return [path for path, group in groupby(ordered, key=lambda pair: pair[0]) if len(list(group)) > 1]

"""A detector on labelled images: what it finds, and what fitting images and reading its outputs takes.

Runs in the worker of a run; the model itself is in an engine host.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.boxes import corners
from r2p_tui.domain.detection_matching import Detections, match
from r2p_tui.domain.label_rows import REFUSED, LabelBox, read_rows
from r2p_tui.errors import DocumentError
from r2p_tui.runs.data.training_set import Sample
from r2p_tui.runs.engines.detection_heads import (
    PREDICTION_SCORE,
    Found,
    head_of,
    head_of_outputs,
    postprocess,
)
from r2p_tui.runs.engines.detection_images import Head, Prepared, as_bgr, preprocess, read_image
from r2p_tui.text import clean_line

__all__ = [
    "Found", "Head", "Inferring", "Prepared", "as_bgr", "evaluate", "head_of", "head_of_outputs", "labels_of",
    "postprocess", "preprocess", "read_image",
]  # fmt: skip
# Images are worked through in parts of about so many bytes.
_PART = 64 * 2**20


class Inferring(Protocol):
    """What is asked of an engine host: float32 (n, 3, height, width) in, outputs with n in front."""

    def infer(self, images: NDArray[Any]) -> list[NDArray[Any]]: ...


class _Labelled(NamedTuple):
    """An image fitted to the model, its hash, its size (height, width), and its labels."""

    prepared: Prepared
    digest: str
    shape: tuple[int, int]
    labels: tuple[LabelBox, ...]
    milliseconds: float


class _Seen:
    """What was found so far, image after image."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(clean_line(name) for name in names)
        self.images: list[str] = []
        self.boxes: list[NDArray[np.int64]] = []
        self.parts: list[tuple[NDArray[Any], ...]] = []
        self.preprocess: list[float] = []
        self.postprocess: list[float] = []
        self._times: dict[str, int] = {}

    def add(self, one: _Labelled, found: Found, milliseconds: float) -> None:
        height, width = one.shape
        truth = corners(one.labels) * np.array([width, height, width, height])
        classes = np.array([box.class_id for box in one.labels], np.int64)
        matched = match(found.boxes, found.scores, found.classes, truth, classes)
        place = np.full(len(found.scores), len(self.images), np.int32)
        self.parts.append((place, found.classes, found.scores, matched))
        self.boxes.append(np.bincount(classes, minlength=len(self.names)))
        self.images.append(self._name(one.digest))
        self.preprocess.append(one.milliseconds)
        self.postprocess.append(milliseconds)

    def detections(self) -> Detections:
        image, class_id, score, matched = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        return Detections(
            image=image,
            class_id=class_id,
            score=score,
            matched=matched,
            boxes=np.array(self.boxes, np.int32).reshape(len(self.images), len(self.names)),
            names=self.names,
            images=tuple(self.images),
        )

    def _name(self, digest: str) -> str:
        """The same picture may be there twice; both are named, in their order."""
        self._times[digest] = times = self._times.get(digest, 0) + 1
        return digest if times == 1 else f"{digest}#{times}"


def evaluate(
    host: Inferring,
    samples: Sequence[Sample],
    names: Sequence[str],
    size: int | tuple[int, int],
    head: Head,
    *,
    progress: Callable[[int], None] | None = None,
    note: Callable[[str], None] | None = None,
    single_class: bool = False,
) -> tuple[Detections, NDArray[np.float64], NDArray[np.float64]]:
    """What a model finds on labelled images, and the milliseconds of each image before and after it.

    Before is fitting the decoded image to the model; after is reading the outputs with the limits that
    prediction has (validation keeps many more boxes, and is what is matched). `progress` hears how many
    images are done, `note` a sentence for each image that is left out: unreadable, or with labels for which
    ultralytics leaves it out. `single_class` takes all labels as the first class. Raises DocumentError where
    none is left, and UsageError where the outputs are no detections of these classes.
    """
    shape = (size, size) if isinstance(size, int) else size
    seen, done = _Seen(names), 0
    usable = _labelled(samples, len(seen.names), shape, head, note or (lambda _: None), single_class)
    for part in _parts(usable, max(_PART // (12 * shape[0] * shape[1]), 1)):
        outputs = host.infer(np.stack([one.prepared.pixels for one in part]))
        for place, one in enumerate(part):
            mine = [output[place : place + 1] for output in outputs]
            seen.add(one, *_read(mine, head, len(seen.names), one.prepared, shape))
        done += len(part)
        if progress:
            progress(done)
    if not seen.images:
        raise DocumentError(f"None of the {len(samples):,} images can be used to measure accuracy.")
    return seen.detections(), np.array(seen.preprocess), np.array(seen.postprocess)


def labels_of(sample: Sample, classes: int, *, single_class: bool = False) -> tuple[LabelBox, ...] | None:
    """The labelled objects of an image; None where ultralytics would leave the image out for a bad row.

    Raises DocumentError where the label file cannot be read.
    """
    text = sample.rows or ""
    if sample.rows is None and sample.label_file is not None:
        try:
            text = sample.label_file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            name = clean_line(sample.label_file.name)
            raise DocumentError(f"The labels {name} cannot be read.") from error
    known = range(2**15) if single_class else range(classes)
    boxes, faults = read_rows(text, known)
    if any(fault.kind in REFUSED for fault in faults):
        return None
    return tuple(box._replace(class_id=0) for box in boxes) if single_class else boxes


def _read(
    outputs: Sequence[NDArray[Any]], head: Head, classes: int, prepared: Prepared, size: tuple[int, int]
) -> tuple[Found, float]:
    """What is matched, and the time that a prediction takes."""
    frame = {"size": size, "scale": prepared.scale, "pad": prepared.pad}
    found = postprocess(outputs, head, classes, **frame)  # type: ignore[arg-type]
    started = perf_counter()
    postprocess(outputs, head, classes, **frame, floor=PREDICTION_SCORE, several=False)  # type: ignore[arg-type]
    return found, (perf_counter() - started) * 1000


def _labelled(
    samples: Sequence[Sample],
    classes: int,
    size: tuple[int, int],
    head: Head,
    note: Callable[[str], None],
    single_class: bool,
) -> Iterator[_Labelled]:
    for sample in samples:
        name = clean_line(sample.image.name)
        try:
            labels = labels_of(sample, classes, single_class=single_class)
            if labels is None:
                note(f"{name} is left out: a row of its labels cannot be used.")
                continue
            image = read_image(sample.image)
            digest = hashlib.sha256(sample.image.read_bytes()).hexdigest()
        except DocumentError as error:
            note(f"{name} is left out: {error.message}")
            continue
        started = perf_counter()
        prepared = preprocess(image, size, head)
        taken = (perf_counter() - started) * 1000
        yield _Labelled(prepared, digest, image.shape[:2], labels, taken)


def _parts(images: Iterator[_Labelled], count: int) -> Iterator[list[_Labelled]]:
    part: list[_Labelled] = []
    for one in images:
        part.append(one)
        if len(part) == count:
            yield part
            part = []
    if part:
        yield part

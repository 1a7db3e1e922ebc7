"""Findings on light and resolution: how alike the images are, and whether the splits differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from r2p_tui.domain.boxes import Floats
from r2p_tui.domain.data_check import (
    DataSet,
    FileNote,
    Finding,
    LabelledImage,
    ModelView,
    Plot,
    PlotRow,
    percent,
    verb,
)
from r2p_tui.domain.data_check_outliers import robust_z
from r2p_tui.text import count_of

_DARK, _BRIGHT, _FLAT = 20.0, 235.0, 4.0
# Splits differ where their medians are apart by this many grey levels and by their own spread.
_LEVELS_APART = 8.0
_ENOUGH = 8
_FAR = 6.0
_LIGHT_FLOOR = 3.0
_STRETCHED = 2.0
_SOME = 0.1


def light_findings(data: DataSet) -> Iterator[Finding]:
    """Brightness and contrast per split, splits that differ, images that are too dark, too bright or flat."""
    images = data.readable
    if not images:
        return
    apart = list(_splits_apart(data))
    yield from apart
    odd = _odd_images(images)
    if odd:
        yield Finding(
            "light-outliers",
            "light",
            "look",
            f"{count_of(len(odd), 'image')} {verb(len(odd), 'is', 'are')}"
            f" far darker, brighter or flatter than the rest.",
            "Was the lamp off, or the shutter late?",
            tuple(odd),
        )
    said = "Mean brightness " + "; ".join(
        f"{np.median(values):.0f} ± {values.std():.0f} in {split}"
        for split, values in _brightness(data).items()
    )
    yield Finding("light", "light", "fine", f"{said} (of 255).", plot=_plot(images))


def resolution_findings(data: DataSet, view: ModelView) -> Iterator[Finding]:
    """How many image sizes there are, and how much images are enlarged for training."""
    images = data.readable
    if not images:
        return
    yield from _declared(images)
    sizes = Counter((image.facts.width, image.facts.height) for image in images)
    longest = np.array([max(image.facts.width, image.facts.height) for image in images])
    (width, height), usual = sizes.most_common(1)[0]
    spread = longest.max() / longest.min()
    said = f"All images are {width} x {height} px."
    if len(sizes) > 1:
        said = (
            f"Images have {len(sizes):,} sizes; {percent(usual, len(images))} are {width} x {height}"
            f" px, longer sides"
            f" go from {longest.min()} to {longest.max()} px."
        )
    odd = spread > _STRETCHED
    yield Finding(
        "resolution",
        "resolution",
        "look" if odd else "fine",
        said,
        "The same object then has very different sizes in pixels." if odd else "",
        _unusual(images, (width, height)) if odd else (),
    )
    small = longest < view.image_size / _STRETCHED
    if small.sum() > _SOME * len(images):
        yield Finding(
            "enlarged",
            "resolution",
            "look",
            f"{percent(int(small.sum()), len(images))} of images are enlarged more than {_STRETCHED:.0f}"
            f" times to"
            f" reach {view.image_size} px.",
            "A smaller --imgsz trains faster and loses nothing.",
            tuple(FileNote(image.path) for image, few in zip(images, small, strict=True) if few),
        )


def _brightness(data: DataSet, what: str = "brightness") -> dict[str, Floats]:
    found = {
        split: np.array([getattr(image.facts, what) for image in images if not image.facts.fault])
        for split, images in data.by_split.items()
    }
    return {split: values for split, values in found.items() if len(values)}


def _splits_apart(data: DataSet) -> Iterator[Finding]:
    words = {"brightness": ("darker", "brighter"), "contrast": ("lower in contrast", "higher in contrast")}
    for what, (less, more) in words.items():
        values = _brightness(data, what)
        train = values.pop("train", np.array([]))
        for split, others in values.items():
            if min(len(train), len(others)) < _ENOUGH:
                continue
            difference = float(np.median(others) - np.median(train))
            if abs(difference) < max(_LEVELS_APART, float(train.std())):
                continue
            yield Finding(
                f"light-{what}-{split}",
                "light",
                "look",
                f"{split} is {more if difference > 0 else less} than train: {what}"
                f" {np.median(others):.0f} against"
                f" {np.median(train):.0f} of 255.",
                "The score on it then also measures the lamp.",
                _farthest(data, split, what, float(np.median(train))),
            )


def _farthest(data: DataSet, split: str, what: str, usual: float) -> tuple[FileNote, ...]:
    images = [image for image in data.by_split[split] if not image.facts.fault]
    ordered = sorted(images, key=lambda image: -abs(getattr(image.facts, what) - usual))
    return tuple(FileNote(image.path, f"{what} {getattr(image.facts, what):.0f}") for image in ordered)


def _odd_images(images: Sequence[LabelledImage]) -> list[FileNote]:
    brightness = np.array([image.facts.brightness for image in images])
    scores = robust_z(brightness, _LIGHT_FLOOR) if len(images) >= _ENOUGH else np.zeros(len(images))
    notes = []
    for image, score in zip(images, scores, strict=True):
        facts = image.facts
        if not _DARK <= facts.brightness <= _BRIGHT or facts.contrast < _FLAT or abs(score) > _FAR:
            notes.append(
                FileNote(
                    image.path, f"brightness {facts.brightness:.0f}, contrast {facts.contrast:.0f} of 255"
                )
            )
    return notes


def _plot(images: Sequence[LabelledImage]) -> Plot:
    values = np.array([image.facts.brightness for image in images])
    low, high = int(values.min() // 8 * 8), int(values.max() // 8 * 8 + 8)
    step = max(8, -(-(high - low) // 64) * 8)
    rows = [
        PlotRow(f"{start}–{start + step}", int(((values >= start) & (values < start + step)).sum()))
        for start in range(low, high, step)
    ]
    return Plot("Images by mean brightness", tuple(rows))


def _declared(images: Sequence[LabelledImage]) -> Iterator[Finding]:
    wrong = tuple(
        FileNote(
            image.path,
            f"{image.facts.width} x {image.facts.height}, not {image.declared[0]} x {image.declared[1]}",
        )
        for image in images
        if image.declared and image.declared != (image.facts.width, image.facts.height)
    )
    if wrong:
        yield Finding(
            "wrong-size",
            "resolution",
            "problem",
            f"{count_of(len(wrong), 'image')} {verb(len(wrong), 'has', 'have')}"
            f" another size than the file says.",
            "Boxes in pixels are then in the wrong place.",
            wrong,
        )


def _unusual(images: Sequence[LabelledImage], usual: tuple[int, int]) -> tuple[FileNote, ...]:
    return tuple(
        FileNote(image.path, f"{image.facts.width} x {image.facts.height}")
        for image in images
        if (image.facts.width, image.facts.height) != usual
    )

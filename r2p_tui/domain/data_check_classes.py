"""Findings on classes: how many boxes each has, and in which split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from math import exp, log

from r2p_tui.domain.data_check import DataSet, FileNote, Finding, Plot, PlotRow, Severity, class_counts
from r2p_tui.text import count_of

_UNEVEN, _VERY_UNEVEN = 10.0, 100.0
_FEW_IN_VAL = 10


def class_findings(data: DataSet) -> Iterator[Finding]:
    """Imbalance, and classes that a split does not show."""
    counts = class_counts(data.images)
    if not counts:
        yield Finding("no-boxes", "classes", "problem", "No image holds a single usable box.")
        return
    yield _balance(data, counts)
    by_split = {split: class_counts(images) for split, images in data.by_split.items() if images}
    if "train" in by_split and len(by_split) > 1:
        yield from _absent(data, by_split)
    elif absent := [name for class_id, name in data.names.items() if not counts[class_id]]:
        yield Finding(
            "class-absent", "classes", "problem", f"{_listed(absent)}: no box in any image.", _NEVER_LEARNT
        )


def imbalance(counts: Iterable[int]) -> tuple[float, float]:
    """The largest count over the smallest that is not 0, and the effective number of classes.

    The effective number is the exponential of the Shannon entropy: 6 for six classes of equal size, near 1
    where one class has nearly all boxes.
    """
    present = [count for count in counts if count > 0]
    if not present:
        return 1.0, 0.0
    total = sum(present)
    entropy = -sum(count / total * log(count / total) for count in present)
    return max(present) / min(present), exp(entropy)


_NEVER_LEARNT = "A model never learns a class that it never sees; label some, or take the class out of names."


def _balance(data: DataSet, counts: Counter[int]) -> Finding:
    ratio, effective = imbalance(counts.values())
    severity: Severity = "problem" if ratio >= _VERY_UNEVEN else "look" if ratio >= _UNEVEN else "fine"
    ordered = counts.most_common()
    (most, many), (least, few) = ordered[0], ordered[-1]
    said = (
        f"{data.name_of(most)} has {ratio:,.1f} times as many boxes as {data.name_of(least)}"
        f" ({many:,} against {few:,}); {len(counts)} classes count like {effective:.1f} of equal size."
    )
    if len(counts) == 1:
        said = f"There is one class, {data.name_of(most)}, with {count_of(many, 'box', 'boxes')}."
    hint = "Label more of the rare classes, or show their images more often." if severity != "fine" else ""
    rare = _images_of(data, least) if severity != "fine" else ()
    return Finding("imbalance", "classes", severity, said, hint, rare, _plot(data))


def _plot(data: DataSet) -> Plot:
    by_split = {split: class_counts(images) for split, images in data.by_split.items() if images}
    total = class_counts(data.images)
    ids = sorted({*data.names, *total}, key=lambda class_id: (-total[class_id], class_id))
    rows = tuple(
        PlotRow(
            data.name_of(class_id),
            total[class_id],
            " + ".join(f"{counts[class_id]:,} {split}" for split, counts in by_split.items()),
        )
        for class_id in ids
    )
    return Plot("Boxes of each class", rows)


def _images_of(data: DataSet, class_id: int) -> tuple[FileNote, ...]:
    found = ((image, sum(box.class_id == class_id for box in image.boxes)) for image in data.images)
    return tuple(FileNote(image.path, f"{count} {data.name_of(class_id)}") for image, count in found if count)


def _absent(data: DataSet, by_split: dict[str, Counter[int]]) -> Iterator[Finding]:
    train = by_split["train"]
    unseen = [name for class_id, name in data.names.items() if not train[class_id]]
    if unseen:
        yield Finding(
            "class-not-in-train", "classes", "problem", f"No box in train: {_listed(unseen)}.", _NEVER_LEARNT
        )
    for split, counts in by_split.items():
        if split == "train":
            continue
        unmeasured = [data.name_of(class_id) for class_id in train if not counts[class_id]]
        if unmeasured:
            yield Finding(
                f"class-not-in-{split}",
                "classes",
                "problem",
                f"No box in {split}: {_listed(unmeasured)}.",
                f"What is learnt of {'it' if len(unmeasured) == 1 else 'them'} is measured by nothing.",
            )
        scarce = [data.name_of(one) for one in train if 0 < counts[one] < _FEW_IN_VAL]
        if scarce and split == "val":
            yield Finding(
                "few-in-val",
                "classes",
                "look",
                f"Fewer than {_FEW_IN_VAL} boxes in val: {_listed(scarce)}.",
                "One box more or less found moves the score of such a class by a tenth.",
            )


def _listed(names: list[str], most: int = 8) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest

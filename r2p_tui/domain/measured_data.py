"""Which data a run measures on: the settings that quantizing and benchmarks share with trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from r2p_tui.domain import train_settings
from r2p_tui.domain.setting_values import Setting
from r2p_tui.errors import UsageError

_KNOWN = train_settings.SETTINGS
# What a training calls its folders of images is too short a word where images are counted as well.
_RENAMED = {"images": "image_folder", "val_images": "val_image_folder"}
_KEPT = ("data", "val_data", "val_fraction", "ignore_bad_labels", "single_cls", *_RENAMED)
SETTINGS: Mapping[str, Setting] = {_RENAMED.get(name, name): _KNOWN[name] for name in _KEPT} | {
    "split_seed": _KNOWN["seed"]
}
"""`split_seed` draws the part for validation where the data do not say it."""


def of_training(train: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The data of a training, as a run that measures is told them; `seed` is that of its run."""
    found = {_RENAMED.get(name, name): train.get(name) for name in _KEPT}
    found["split_seed"] = train.get("seed", seed)
    return {name: value for name, value in found.items() if value not in (None, "")}


def of_measuring(told: Mapping[str, Any]) -> dict[str, Any]:
    """The data among the settings of a run that measures."""
    return {name: told[name] for name in SETTINGS if told.get(name) not in (None, "")}


def of_other_data(found: Mapping[str, Any]) -> dict[str, Any]:
    """What holds for any data of that model: whether it tells classes apart."""
    return {name: found[name] for name in ("single_cls",) if name in found}


def as_training(checked: Mapping[str, Any]) -> dict[str, Any]:
    """The same, as data sets are read by."""
    names = {new: old for old, new in _RENAMED.items()}
    found = of_measuring(checked)
    return {names.get(name, name): value for name, value in found.items() if name != "split_seed"}


def class_names(names: Sequence[str], *, single: bool) -> tuple[str, ...]:
    """Those that a model is measured by: one for all where it was trained to tell none apart."""
    return ("object",) if single and len(names) > 1 else tuple(names)


def check_classes(known: Sequence[str], named: Sequence[str]) -> list[str]:
    """What is said where model and data call classes otherwise; raises UsageError for another number."""
    if len(known) != len(named):
        raise UsageError(
            f"The model knows {len(known)} classes, and the data set names {len(named)}.",
            "Take the data set that it was trained for.",
        )
    pair = next((pair for pair in zip(known, named, strict=True) if pair[0] != pair[1]), None)
    if pair is None or len(known) == 1:
        return []
    return [
        f"The model calls a class “{pair[0]}” that the data set calls “{pair[1]}”; its number is what counts."
    ]

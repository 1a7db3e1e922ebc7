"""What can be taken out of a training, one thing at a time, and what that changes in its settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from r2p_tui.domain import train_settings
from r2p_tui.domain.train_settings import SETTINGS
from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line, shorten

# What published weights are called after the model yaml that they were trained from.
_NAMED_AFTER_YAML = re.compile(r"(?:yolov?\d+\w*|rtdetr-\w+)\.pt")
_OTHER_MODEL = {"weights_file": None, "weights_sha256": None, "download": None}


class Part(NamedTuple):
    """Something in a training that can be switched off; `words` say what it does."""

    off: object
    words: str


PARTS: Mapping[str, Part] = {
    "mosaic": Part(0.0, "four images put together into one"),
    "close_mosaic": Part(0, "the last epochs without mosaic, mixup and cutmix"),
    "mixup": Part(0.0, "two images laid over each other"),
    "cutmix": Part(0.0, "a piece of one image put into another"),
    "copy_paste": Part(0.0, "objects copied into other images, where labels have outlines"),
    "fliplr": Part(0.0, "mirroring left to right"),
    "flipud": Part(0.0, "mirroring top to bottom"),
    "bgr": Part(0.0, "swapping red and blue"),
    "hsv_h": Part(0.0, "changes of hue"),
    "hsv_s": Part(0.0, "changes of saturation"),
    "hsv_v": Part(0.0, "changes of brightness"),
    "degrees": Part(0.0, "turning"),
    "translate": Part(0.0, "shifting"),
    "scale": Part(0.0, "zooming in and out"),
    "shear": Part(0.0, "slanting"),
    "perspective": Part(0.0, "tilting in depth"),
    "multi_scale": Part(0.0, "training at several image sizes"),
    "cos_lr": Part(False, "a learning rate that falls as a cosine"),
    "warmup_epochs": Part(0.0, "a slow start of the learning rate"),
    "weight_decay": Part(0.0, "pulling weights towards zero"),
    "cls_pw": Part(0.0, "more weight for rare classes"),
    "freeze": Part(None, "layers that do not learn"),
    "amp": Part(False, "mixed precision"),
}
"""What `--off NAME` takes beside `weights` and the groups."""

_MIXING = ("mosaic", "mixup", "cutmix", "copy_paste")
_AUGMENTATIONS = (
    *_MIXING, "fliplr", "flipud", "bgr", "hsv_h", "hsv_s", "hsv_v", "degrees",
    "translate", "scale", "shear", "perspective",
)  # fmt: skip
GROUPS: Mapping[str, tuple[str, ...]] = {
    "hsv": ("hsv_h", "hsv_s", "hsv_v"),
    "flips": ("fliplr", "flipud"),
    "augmentation": _AUGMENTATIONS,
}
"""Several parts that are removed together."""

DEFAULTS: Mapping[str, object] = {
    "imgsz": 640, "batch": 16, "optimizer": "auto", "lr0": 0.01, "lrf": 0.01, "cos_lr": False,
    "momentum": 0.937, "weight_decay": 0.0005, "warmup_epochs": 3.0, "warmup_momentum": 0.8,
    "warmup_bias_lr": 0.1, "nbs": 64, "freeze": None, "amp": True, "multi_scale": 0.0, "box": 7.5, "cls": 0.5,
    "dfl": 1.5, "cls_pw": 0.0, "mosaic": 1.0, "close_mosaic": 10, "mixup": 0.0, "cutmix": 0.0,
    "copy_paste": 0.0, "fliplr": 0.5, "flipud": 0.0, "bgr": 0.0, "hsv_h": 0.015, "hsv_s": 0.7, "hsv_v": 0.4,
    "degrees": 0.0, "translate": 0.1, "scale": 0.5, "shear": 0.0, "perspective": 0.0,
}  # fmt: skip
"""What ultralytics does where a training does not say (its `cfg/default.yaml`); all that may be changed."""

_NO_EFFECT = {
    "erasing": "erasing is for classifiers; a detector trains the same with it and without it.",
    "dropout": "dropout is for classifiers; a detector trains the same with it and without it.",
    "label_smoothing": "label_smoothing is gone from ultralytics, so there is nothing to remove.",
}
_FIXED = {
    "epochs": ("The budget is the same for all trainings.", "Say it once: --epochs N"),
    "patience": ("The budget is the same for all trainings, so patience stays.", ""),
    "seed": ("Seeds are the same for all that is compared.", "Name them once: --seeds 0,1,2"),
    "single_cls": ("single_cls changes what is measured, so the two could not be compared.", ""),
    **{
        name: (f"{name} changes nothing in what is learned.", "")
        for name in ("workers", "cache", "plots", "deterministic")
    },
}
_OF_AUTO = ("lr0", "momentum", "warmup_bias_lr")


class Removal(NamedTuple):
    """One thing that is taken out of a training, or set to another value.

    `settings` are the settings of training that change (None leaves one out), `key` is good for the name of
    a metric or a folder.
    """

    name: str
    told: str
    key: str
    settings: Mapping[str, Any]

    @property
    def is_change(self) -> bool:
        """Whether a value is replaced, and nothing removed."""
        return self.key.startswith("with_")


def removals(train: Mapping[str, Any], off: Sequence[str], epochs: int) -> tuple[Removal, ...]:
    """What each of `off` changes in these settings of training, in the order given.

    Raises UsageError for what is unknown, is off already, cannot matter, or is named twice.
    """
    found: list[Removal] = []
    for name in off:
        removal = _removal(name, train, epochs)
        twice = next((one for one in found if one.settings == removal.settings), None)
        if twice is not None:
            same = "is named twice" if twice.name == removal.name else f"is the same as {twice.name}"
            raise UsageError(f"{shown(removal.name)} {same}.", "Name each thing to remove once.")
        found.append(removal)
    return tuple(found)


def removable(train: Mapping[str, Any], epochs: int) -> dict[str, str]:
    """What could be removed from these settings of training, and what each does; groups come last."""
    groups = {
        name: f"{', '.join(parts)} together" if len(parts) < 4 else "all augmentation together"
        for name, parts in GROUPS.items()
    }
    words = {name: part.words for name, part in PARTS.items()}
    words |= {"weights": "starting from pretrained weights"} | groups
    return {name: said for name, said in words.items() if _can_go(name, train, epochs)}


def read_setting(name: str, value: object) -> Any:
    """One setting of training in its own type; raises UsageError."""
    needed = {"model": "yolov8n.yaml", "data": "data.yaml"}
    return train_settings.check_settings({**needed, name: value})[name]


def shown(value: object) -> str:
    """Foreign text for the middle of a sentence."""
    return shorten(clean_line(str(value)), 60)


def _can_go(name: str, train: Mapping[str, Any], epochs: int) -> bool:
    if name == "weights":
        return _starts_from_weights(train)
    is_on = not all(_is_off(part, train) for part in GROUPS.get(name, (name,)))
    return is_on and _never_comes(name, train, epochs) is None


def _removal(text: str, train: Mapping[str, Any], epochs: int) -> Removal:
    name, equals, value = (part.strip() for part in text.partition("="))
    if name in ("weights", "model"):
        return _other_model(name, value, train)
    if not equals and name in (*PARTS, *GROUPS):
        return _without(name, train, epochs)
    _refuse_what_cannot_matter(name, value if equals else None)
    if not equals:
        raise UsageError(
            f"{name} can be set to another value, but not removed.", f"For example: {name}={_other(name)}"
        )
    return _changed(name, value, train, epochs)


def _without(name: str, train: Mapping[str, Any], epochs: int) -> Removal:
    parts = GROUPS.get(name, (name,))
    on = [part for part in parts if not _is_off(part, train)]
    if not on:
        present = "off" if len(parts) > 1 else _plain(_present(name, train))
        raise UsageError(
            f"{name} is {present} in that run already, so there is nothing to remove.",
            f"It could go without: {', '.join(removable(train, epochs))}",
        )
    if (objection := _never_comes(name, train, epochs)) is not None:
        raise objection
    return Removal(name, f"without {name}", f"without_{name}", {part: PARTS[part].off for part in on})


def _never_comes(name: str, train: Mapping[str, Any], epochs: int) -> UsageError | None:
    """Ultralytics closes what mixes images for its last epochs, which may be all that there are."""
    closed = _present("close_mosaic", train)
    if name == "close_mosaic" and all(_is_off(part, train) for part in _MIXING):
        return UsageError("Nothing mixes images in that run, so close_mosaic does nothing.")
    if name in _MIXING and isinstance(closed, int) and closed >= epochs:
        return UsageError(
            f"close_mosaic={closed} keeps {name} out of the last {closed} epochs, and there are only "
            f"{epochs}, so there is nothing to remove.",
            f"Take more epochs than {closed}, or a run with close_mosaic=0.",
        )
    return None


def _changed(name: str, value: str, train: Mapping[str, Any], epochs: int) -> Removal:
    other, present = read_setting(name, value), _present(name, train)
    if other == present:
        raise UsageError(
            f"{name} is {_plain(present)} in that run already, so that would be the same training again.",
            f"Take another value, such as {name}={_other(name)}",
        )
    if name in _OF_AUTO and str(_present("optimizer", train)).lower() == "auto":
        raise UsageError(
            f"The optimizer of that run is auto, which sets {name} by itself, so this would change nothing.",
            "Repeat a run that names its optimizer, such as optimizer=AdamW.",
        )
    if (objection := _never_comes(name, train, epochs)) is not None:
        raise objection
    told = f"{name}={_plain(other)}"
    return Removal(told, f"{told} instead of {_plain(present)}", f"with_{_key(told)}", {name: other})


def _other_model(name: str, value: str, train: Mapping[str, Any]) -> Removal:
    model, is_removed = str(train["model"]), name == "weights"
    if is_removed and not _starts_from_weights(train):
        raise UsageError(
            f"That run starts from {shown(model)} and not from weights, so there is nothing to remove."
        )
    value = value or (_yaml_of(model) if is_removed else "")
    if not value:
        raise UsageError("model needs a value.", "For example: model=yolov8s.yaml")
    if is_removed and not value.endswith((".yaml", ".yml")):
        raise UsageError(
            f"“{shown(value)}” is no model yaml.", "Without weights it starts from one: weights=yolov8n.yaml"
        )
    other = read_setting("model", value)
    if other == model:
        raise UsageError(f"model is {shown(model)} in that run already.")
    settings = {"model": other, **_OTHER_MODEL}
    if is_removed:
        return Removal(f"weights={other}", "without pretrained weights", "without_weights", settings)
    told = f"model={shown(other)}"
    return Removal(f"model={other}", f"{told} instead of {shown(model)}", f"with_{_key(told)}", settings)


def _starts_from_weights(train: Mapping[str, Any]) -> bool:
    model = str(train["model"])
    return "weights_file" in train or train_settings.is_hub_file(model) or model.lower().endswith(".pt")


def _yaml_of(model: str) -> str:
    file = model.rpartition("/")[2]
    if _NAMED_AFTER_YAML.fullmatch(file):
        return file.removesuffix(".pt") + ".yaml"
    raise UsageError(
        f"The name {shown(file)} does not tell which model yaml its weights belong to.",
        "Name the yaml: weights=yolov8n.yaml",
    )


def _refuse_what_cannot_matter(name: str, value: str | None) -> None:
    if name in _NO_EFFECT:
        raise UsageError(_NO_EFFECT[name])
    if name in _FIXED:
        raise UsageError(*_FIXED[name])
    if name in DEFAULTS:
        return
    if name in SETTINGS:
        raise UsageError(f"{name} must be the same for all that is compared.")
    known = [*PARTS, *GROUPS, "weights"] if value is None else [*DEFAULTS, "model"]
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(known)}"
    raise UsageError(f"There is no “{shown(name)}” in a training to remove.", hint)


def _is_off(part: str, train: Mapping[str, Any]) -> bool:
    """Whether it does nothing as it is; numbers and switches that are 0 or false."""
    return not _present(part, train)


def _present(name: str, train: Mapping[str, Any]) -> object:
    value = train.get(name, DEFAULTS.get(name))
    return False if name == "amp" and value == "fp32" else value


def _other(name: str) -> str:
    """Another value than ultralytics' own, as an example."""
    value = DEFAULTS[name]
    return _plain(value / 2) if isinstance(value, float) else {"optimizer": "AdamW"}.get(name, _plain(value))


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:60]


def _plain(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    return f"{value:.10g}" if isinstance(value, float) else clean_line(str(value))

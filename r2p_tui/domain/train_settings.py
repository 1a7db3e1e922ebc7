"""What a training may be told: every setting known by name, its values checked before anything is started."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from r2p_tui.domain.setting_values import (
    Setting,
    bounded_number,
    read_flag,
    read_number,
    read_text,
    whole_number,
)
from r2p_tui.errors import UsageError

DEFAULT_EPOCHS = 100
_OPTIMIZERS = ("SGD", "MuSGD", "Adam", "Adamax", "AdamW", "NAdam", "RAdam", "RMSProp", "auto")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HUB_FILE = re.compile(r"hf:[\w.-]+/[\w.-]+(/[\w.-]+)+")


# What every training reports after an epoch, beside the single losses of its model and rates of learning.
METRICS = (
    "map50",
    "map50_95",
    "precision",
    "recall",
    "train_loss",
    "val_loss",
    "epoch_seconds",
    "images_per_second",
)
_MORE_METRICS = re.compile(r"(train|val|lr)_\w+")


def check_settings(train: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with every value in its own type, text from a command line read as what it stands for.

    Raises UsageError for an unknown setting, naming the nearest one, for a value that it cannot have, and
    where the model or the data are missing.
    """
    checked = {str(name): _checked(str(name), value) for name, value in train.items() if value is not None}
    for name, example in (("model", "yolov8n.yaml"), ("data", "data.yaml")):
        if not checked.get(name):
            raise UsageError(f"A training needs its {name}.", f"For example: {name}={example}")
    if "val_data" in checked and "val_fraction" in checked:
        raise UsageError("Validation data are given, so no part of the rest can be taken for validation.")
    return checked


def is_of_training(metric: str) -> bool:
    """Whether a training may report a metric of that name."""
    return metric in METRICS or _MORE_METRICS.fullmatch(metric) is not None


def trainer_settings(checked: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the checked settings that go to ultralytics under the same name."""
    return {name: value for name, value in checked.items() if name in TRAINER}


def is_hub_file(model: str) -> bool:
    """Whether a model names a file on the Hugging Face Hub: `hf:OWNER/REPOSITORY/FILE`."""
    return model.startswith("hf:")


def _checked(name: str, value: object) -> object:
    setting = SETTINGS.get(name)
    if setting is None:
        near = difflib.get_close_matches(name, SETTINGS, n=1, cutoff=0.5)
        hint = f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(sorted(SETTINGS))}"
        raise UsageError(f"Training has no setting “{name}”.", hint)
    try:
        return setting.read(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise UsageError(f"“{name}” must be {setting.wanted}, not “{value}”.") from error


def _model(value: object) -> str:
    name = read_text(value)
    unsafe = is_hub_file(name) and (not _HUB_FILE.fullmatch(name) or ".." in name)
    if unsafe or "://" in name:
        raise ValueError
    return name


def _data(value: object) -> str:
    path = read_text(value)
    if "://" in path:
        raise ValueError
    return path


def _optimizer(value: object) -> str:
    return {name.lower(): name for name in _OPTIMIZERS}.get(str(value).lower()) or _refuse()


def _precision(value: object) -> bool | str:
    word = str(value).strip().lower()
    return word if word in ("fp16", "bf16", "fp32") else read_flag(value)


def _cache(value: object) -> bool | str:
    word = str(value).strip().lower()
    return word if word in ("ram", "disk") else read_flag(value)


def _batch(value: object) -> int | float:
    number = read_number(value)
    if 0 < number < 1:
        return number
    if number != int(number) or not (number == -1 or 1 <= number <= 65_536):
        raise ValueError
    return int(number)


def _freeze(value: object) -> int | list[int]:
    if isinstance(value, str) and "," in value:
        return [_layer(entry) for entry in value.split(",")]
    if isinstance(value, list | tuple):
        return [_layer(entry) for entry in value]
    return _layer(value)


def _sha256(value: object) -> str:
    digest = str(value).strip().lower().removeprefix("sha256:")
    return digest if _SHA256.fullmatch(digest) else _refuse()


def _refuse() -> str:
    raise ValueError


def _layer(value: object) -> int:
    number = read_number(value)
    if number != int(number) or not 0 <= number <= 10_000:
        raise ValueError
    return int(number)


_FLAG = Setting(read_flag, "true or false")
_SHARE = bounded_number(0, 1)

TRAINER: Mapping[str, Setting] = {
    "epochs": whole_number(1, 1_000_000),
    "imgsz": whole_number(32, 8192),
    "batch": Setting(_batch, "a number of images, -1 for as many as fit, or a share of the GPU's memory"),
    "workers": whole_number(0, 256),
    "optimizer": Setting(_optimizer, f"one of {', '.join(_OPTIMIZERS)}"),
    "lr0": bounded_number(0, 10),
    "lrf": bounded_number(0, 10),
    "cos_lr": _FLAG,
    "momentum": _SHARE,
    "weight_decay": _SHARE,
    "warmup_epochs": bounded_number(0, 1000),
    "warmup_momentum": _SHARE,
    "warmup_bias_lr": _SHARE,
    "nbs": whole_number(1, 65_536),
    "patience": whole_number(0, 1_000_000),
    "freeze": Setting(_freeze, "a number of layers, or the numbers of layers"),
    "amp": Setting(_precision, "true, false, fp16, bf16 or fp32"),
    "seed": whole_number(0, 2**31 - 1),
    "deterministic": _FLAG,
    "single_cls": _FLAG,
    "cache": Setting(_cache, "false, ram or disk"),
    "plots": _FLAG,
    "multi_scale": _SHARE,
    "box": bounded_number(0, 1000),
    "cls": bounded_number(0, 1000),
    "dfl": bounded_number(0, 1000),
    "cls_pw": _SHARE,
    "mosaic": _SHARE,
    "close_mosaic": whole_number(0, 1_000_000),
    "mixup": _SHARE,
    "cutmix": _SHARE,
    "copy_paste": _SHARE,
    "fliplr": _SHARE,
    "flipud": _SHARE,
    "bgr": _SHARE,
    "hsv_h": _SHARE,
    "hsv_s": _SHARE,
    "hsv_v": _SHARE,
    "degrees": bounded_number(0, 180),
    "translate": _SHARE,
    "scale": _SHARE,
    "shear": bounded_number(0, 180),
    "perspective": bounded_number(0, 0.001),
    "erasing": _SHARE,
}
"""Settings of ultralytics that a run may change; its `time`, `compile`, `resume` and paths belong to r2p."""

_OWN: Mapping[str, Setting] = {
    "model": Setting(_model, "a model, a file of weights, or hf:OWNER/REPOSITORY/FILE"),
    "data": Setting(_data, "the path of a data yaml or of a COCO json"),
    "val_data": Setting(_data, "the path of a COCO json"),
    "images": Setting(_data, "the folder of the images of a COCO json"),
    "val_images": Setting(_data, "the folder of the images of the validation json"),
    "val_fraction": bounded_number(0.01, 0.9),
    "ignore_bad_labels": _FLAG,
    "download": _FLAG,
    "weights_sha256": Setting(_sha256, "64 hexadecimal digits"),
    "weights_file": Setting(read_text, "a path"),
    "resume_from": Setting(read_text, "the path of a checkpoint"),
}

SETTINGS: Mapping[str, Setting] = {**TRAINER, **_OWN}

"""Quantizing: from what the user named to what a run is told, and what must be true of it before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from r2p_tui.domain.measured_data import of_other_data
from r2p_tui.domain.quantization import check_settings, steps
from r2p_tui.domain.runs import RunSpec
from r2p_tui.domain.variants import REFERENCE, variant_of
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.runs.engines.availability import device_for, missing
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_models import NamedModel, check_packages, data_name, named_model, whole_path
from r2p_tui.text import clean_line

_NEEDED = ("torch", "ultralytics", "onnx", "onnxruntime")
_FILES = ("model", "data", "val_data", "weights_file")
_FOLDERS = ("calibration", "image_folder", "val_image_folder")


def quantize_spec(
    desk: Desk, model: str, settings: Mapping[str, Any], *, name: str = "", device: str = "auto"
) -> RunSpec:
    """What a run is told that quantizes a file, or the best checkpoint of a run, in all its variants.

    A run brings its data and its image size where no data are told, and is the baseline. Raises UsageError
    for settings that cannot be, and NotFoundError for a model that is not there.
    """
    found = named_model(desk, model)
    if PurePath(found.path).suffix.lower() != ".pt":
        raise UsageError(
            f"{clean_line(PurePath(found.path).name)} is no .pt file, from which the variants are made.",
            "Measure it as it is with: r2p bench MODEL",
        )
    told = {key: value for key, value in settings.items() if value is not None}
    told = _own(found, with_data="data" not in told) | told | {"model": found.path}
    if not told.get("data"):
        raise UsageError(
            "Quantizing needs your data: images to calibrate and to validate on.",
            "Name them: --data data.yaml",
        )
    checked = check_settings(told)
    data = "" if found.run else data_name(str(told["data"]))
    named = name or " ".join(filter(None, (found.name, data, "INT8")))
    return RunSpec(
        "quantize", clean_line(named)[:80], quantize=dict(checked), device=device, baseline=found.run
    )


def checked_quantize(desk: Desk, spec: RunSpec) -> RunSpec:
    """The spec with whole paths and as many epochs as there are steps; `desk` tells nothing more of it.

    Variants that cannot run here are skipped by the run, unless they were named. Raises UsageError,
    NotFoundError, and R2PError with what is missing.
    """
    del desk
    settings = check_settings(spec.quantize)
    check_packages("Quantizing", _NEEDED)
    for name in settings.get("variants") or ():
        variant = variant_of(name)
        if variant != REFERENCE and (why := missing(variant, _device(spec))):
            raise R2PError(f"{variant.words} cannot run here: {why}", "Leave that variant out.")
    settings |= {name: whole_path(name, settings[name]) for name in _FILES if name in settings}
    settings |= {name: whole_path(name, settings[name], folder=True) for name in _FOLDERS if name in settings}
    return replace(spec, quantize=settings, epochs=len(steps(settings)))


def _device(spec: RunSpec) -> str:
    """Where it will run, as far as that is known before it has a device."""
    return spec.device if spec.device != "auto" else device_for("auto")


def _own(found: NamedModel, *, with_data: bool) -> dict[str, Any]:
    """What the run that the model came from was told of it."""
    own: dict[str, Any] = {"imgsz": found.imgsz} if found.imgsz is not None else {}
    return own | (dict(found.data) if with_data else of_other_data(found.data))

"""Benchmarks: from what the user named to what a run is told, and what must be true of it before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from r2p_tui.domain.benchmark import check_settings, kind_of, steps, target_words
from r2p_tui.domain.endpoint_address import is_address
from r2p_tui.domain.measured_data import of_other_data
from r2p_tui.domain.runs import RunSpec
from r2p_tui.domain.variants import variant_of
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.runs.secrets import is_secret
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_models import NamedModel, check_packages, data_name, named_model, whole_path
from r2p_tui.text import clean_line

_FILES = ("data", "val_data", "body_file")
_FOLDERS = ("image_folder", "val_image_folder")


def benchmark_spec(
    desk: Desk,
    target: str | Sequence[str],
    settings: Mapping[str, Any],
    *,
    name: str = "",
    folder: str = "",
    device: str = "auto",
) -> RunSpec:
    """What a run is told that measures a model, a run's model, an address or the words of a command.

    A run brings its data, its image size and what it saw of its own accuracy, where none of them is told.
    Raises UsageError for settings that cannot be, and NotFoundError for a target that is not there.
    """
    told = {key: value for key, value in settings.items() if value is not None}
    if not isinstance(target, str):
        checked = check_settings(told | {"target": list(target)})
        named = name or f"bench {PurePath(target[0]).name}"
        return _spec(checked, named, device=device, folder=folder or str(Path.cwd()))
    if is_address(target):
        return _spec(check_settings(told | {"target": target}), name, device=device)
    model = named_model(desk, target)
    checked = check_settings(_of_model(model, with_data="data" not in told) | told | {"target": model.path})
    data = data_name(str(checked["data"])) if "data" in checked and model.run is None else ""
    spec = _spec(checked, name or f"bench {model.name} {data}".strip(), device=device)
    return replace(spec, baseline=model.run)


def checked_benchmark(desk: Desk, spec: RunSpec) -> RunSpec:
    """The spec with whole paths and as many epochs as there are steps; `desk` tells nothing more of it.

    Raises UsageError, NotFoundError, and R2PError with the packages that are missing.
    """
    del desk
    settings = check_settings(spec.benchmark)
    settings |= {name: whole_path(name, settings[name]) for name in _FILES if name in settings}
    settings |= {name: whole_path(name, settings[name], folder=True) for name in _FOLDERS if name in settings}
    kind = settings["kind"]
    if kind == "model":
        settings["target"] = whole_path("the benchmark", settings["target"])
        check_packages("This benchmark", _packages(settings))
    if kind == "command":
        spec = replace(spec, folder=_folder(spec, settings["target"][0]))
    if "token_variable" in settings:
        spec = replace(spec, environment=_with_token(spec, settings["token_variable"]))
    return replace(spec, benchmark=settings, epochs=len(steps(settings)))


def _spec(checked: Mapping[str, Any], name: str, *, device: str, folder: str = "") -> RunSpec:
    named = clean_line(name or f"bench {target_words(checked)}")[:80]
    return RunSpec("benchmark", named, benchmark=dict(checked), device=device, folder=folder)


def _of_model(model: NamedModel, *, with_data: bool) -> dict[str, Any]:
    """What its run knows of it; on other data another accuracy is to be expected."""
    found: dict[str, Any] = {"imgsz": model.imgsz, "variant": model.variant}
    if with_data:
        found |= {**model.data, "expected_map50_95": model.expected}
    else:
        found |= of_other_data(model.data)
    return {name: value for name, value in found.items() if value not in (None, "")}


def _packages(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """What carries the model out, and what reads images and finds boxes where there are data."""
    variant = variant_of(str(settings["variant"]))
    from_torch = variant.engine == "torch" or "data" in settings
    return (variant.engine, *(("torch", "ultralytics") if from_torch else ()))


def _folder(spec: RunSpec, program: str) -> str:
    folder = Path(spec.folder or Path.cwd()).expanduser().absolute()
    if not folder.is_dir():
        raise NotFoundError(f"There is no folder {clean_line(str(folder))}.", "Name another one.")
    path = folder / program if os.sep in program else shutil.which(program)
    if path is None or not os.access(path, os.X_OK):
        raise NotFoundError(
            f"There is no program “{clean_line(program)[:80]}” to start.",
            "Give its path, or start it with its interpreter: -- python predict.py",
        )
    return str(folder)


def _with_token(spec: RunSpec, name: str) -> dict[str, str]:
    """The variable reaches the run on the way of all secrets: no record keeps its value."""
    if not is_secret(name):
        raise UsageError(
            f"{name} does not sound like a secret, so its value would be written down.",
            "Call the variable so that it ends in _TOKEN or _KEY.",
        )
    value = spec.environment.get(name) or os.environ.get(name)
    if not value:
        raise UsageError(f"There is no variable {name} in this environment.", f"Set it: export {name}=...")
    return {**spec.environment, name: value}


__all__ = ["benchmark_spec", "checked_benchmark", "kind_of"]

"""The model that a word names: a file, the best checkpoint of a training, or a variant that a run made."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any, NamedTuple

from r2p_tui.domain import measured_data
from r2p_tui.domain.measurement_words import main_variant
from r2p_tui.errors import NotFoundError, R2PError, UsageError
from r2p_tui.runs.checkpoints import best_valid, newest_valid
from r2p_tui.runs.rundir import RunDir
from r2p_tui.services.desk import Desk
from r2p_tui.services.measurements import measurement, named_side
from r2p_tui.services.run_views import RunView
from r2p_tui.text import clean_line

MODEL_FILES = (".pt", ".onnx", ".xml", ".engine")
_INSTALL = 'Install them with: make jobs, or pip install "r2p-tui[jobs]"'


class NamedModel(NamedTuple):
    """A file of a model with what is known of it; `run` is the number of the run it came from.

    `data` are the settings that say which data it saw, `expected` is the mAP50-95 on them, a share of 1.
    """

    path: str
    name: str
    data: Mapping[str, Any] = MappingProxyType({})
    imgsz: int | None = None
    run: int | None = None
    variant: str = ""
    expected: float | None = None


def named_model(desk: Desk, word: str) -> NamedModel:
    """What `best.pt`, `12`, `run:12`, `last`, a name or `12:openvino-int8` stands for.

    Raises NotFoundError where there is neither such a file nor such a run, and UsageError for a run that
    has no model to give yet.
    """
    path = Path(word).expanduser()
    if path.is_file():
        return NamedModel(str(path.absolute()), path.stem)
    if PurePath(word).suffix.lower() in MODEL_FILES or "/" in word:
        raise NotFoundError(
            f"There is no file {clean_line(word)[:120]}.", "Paths count from the folder here."
        )
    try:
        view, variant = named_side(desk, word)
    except NotFoundError as error:
        shown = clean_line(word)[:60]
        raise NotFoundError(f"There is no model file and no run “{shown}”.", error.hint) from error
    if not view.state.is_final:
        raise UsageError(
            f"Run {view.id} has not ended, so its model may still change.", f"See it with: r2p runs {view.id}"
        )
    if view.kind in ("quantize", "benchmark"):
        return _made_variant(desk, view, variant)
    if variant:
        raise UsageError(f"Run {view.id} has no variants.", f"Name the run alone: {view.id}")
    return _trained(view)


def _trained(view: RunView) -> NamedModel:
    folder = RunDir(view.folder).checkpoints
    found = best_valid(folder) or newest_valid(folder)
    if found is None:
        raise UsageError(f"Run {view.id} kept no checkpoint that is whole.", "Name the file of a model.")
    train = view.spec.train
    return NamedModel(
        str(found.path),
        view.name,
        measured_data.of_training(train, view.spec.seed),
        _whole(train.get("imgsz")),
        view.id,
        expected=view.best.get("map50_95"),
    )


def _made_variant(desk: Desk, view: RunView, variant: str) -> NamedModel:
    """A variant that a quantize run made; the settings of that run are its own too."""
    found = measurement(desk, view.id)
    one = found.variant(variant or main_variant(found))
    told = view.spec.quantize or view.spec.benchmark
    path = _own_file(view, one.file, told) if one and one.file else None
    if one is None or path is None:
        raise UsageError(f"Run {view.id} kept no file of that variant.", "Name the file of a model.")
    accuracy = one.accuracy.map50_95 if one.accuracy else None
    size = found.surroundings.image_size or None
    name = f"{view.name} {one.variant}"
    return NamedModel(str(path), name, measured_data.of_measuring(told), size, view.id, one.variant, accuracy)


def _own_file(view: RunView, name: str, told: Mapping[str, Any]) -> Path | None:
    """A file below the folder of the run, or the very model that the run was told."""
    own = view.folder / name
    if own.is_file() and own.resolve().is_relative_to(view.folder.resolve()):
        return own
    named = [Path(str(told[key])) for key in ("model", "target") if isinstance(told.get(key), str)]
    return next((path for path in named if path.is_file() and path.name == Path(name).name), None)


def whole_path(name: str, value: object, *, folder: bool = False) -> str:
    """A path that a setting names, from the root; raises NotFoundError or UsageError for none.

    A `folder` may be a file too, such as a data yaml that names folders.
    """
    path = Path(str(value)).expanduser().absolute()
    shown = clean_line(str(path))
    if not path.exists():
        raise NotFoundError(f"There is no {shown}, which {name} names.", "Paths count from the folder here.")
    if path.is_dir() and not folder:
        raise UsageError(f"{shown}, which {name} names, is no file.", "Name the file itself.")
    return str(path)


def check_packages(what: str, packages: tuple[str, ...]) -> None:
    """Looked up without loading any of them; raises R2PError that names those that are missing."""
    missing = [name for name in dict.fromkeys(packages) if find_spec(name) is None]
    if missing:
        raise R2PError(f"{what} needs {' and '.join(missing)}, which the extra “jobs” brings.", _INSTALL)


def data_name(data: str) -> str:
    """`inspection` for `inspection/data.yaml`."""
    path = Path(data)
    return path.parent.name if path.stem in ("data", "dataset", "coco") else path.stem


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None

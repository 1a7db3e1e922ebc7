"""What must be true of a run before it is kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from r2p_tui.domain.benchmark import LOAD_METRICS
from r2p_tui.domain.criteria import Sentence, parse
from r2p_tui.domain.quantization import METRICS as QUANTIZE_METRICS
from r2p_tui.domain.runs import MEASURING, RunSpec
from r2p_tui.domain.train_settings import DEFAULT_EPOCHS, METRICS, check_settings, is_of_training
from r2p_tui.errors import NotFoundError, R2PError, UsageError
from r2p_tui.runs.queue import devices
from r2p_tui.runs.weights import check_model
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_weights import with_weights
from r2p_tui.store.runs import Run
from r2p_tui.text import clean_line

_FILES = ("data", "val_data", "weights_file")
_FOLDERS = ("images", "val_images")
_PACKAGES = ("torch", "ultralytics")


def checked(desk: Desk, spec: RunSpec, *, now: datetime) -> RunSpec:
    """The spec with what it leaves open filled in; raises R2PError for what cannot run as told."""
    for criterion in spec.criteria:
        _check_criterion(desk, spec, parse(criterion.text))
    if spec.baseline is not None:
        _check_number(desk, spec.baseline, "The baseline is")
    name = clean_line(spec.name)[:80]
    if not name:
        raise UsageError("A run needs a name.", "For example: --name yolov8n-inspection")
    if spec.time_box is not None and not spec.time_box > 0:
        raise UsageError("A time-box must be longer than nothing.", "For example: --time-box 2h")
    _check_device(spec)
    if spec.kind == "train":
        settings = check_settings(spec.train)
        if spec.on == "local":
            _check_packages()
            settings = with_weights(desk, _with_whole_paths(settings), now=now)
            check_model(settings, Path.cwd())
        return replace(spec, name=name, train=settings, epochs=settings.get("epochs", DEFAULT_EPOCHS))
    if spec.kind in MEASURING:
        return replace(_checked_measuring(desk, spec), name=name)
    return replace(spec, name=name, folder=str(_command_folder(spec)))


def _checked_measuring(desk: Desk, spec: RunSpec) -> RunSpec:
    # These services look runs up, and so build on those that check them.
    from r2p_tui.services.benchmarking import checked_benchmark
    from r2p_tui.services.own_ablations import checked_ablate
    from r2p_tui.services.quantizing import checked_quantize

    if spec.on != "local":
        raise UsageError("Only trainings and commands go to a cluster.", "Leave out: --on")
    match spec.kind:
        case "quantize":
            return checked_quantize(desk, spec)
        case "benchmark":
            return checked_benchmark(desk, spec)
    return checked_ablate(spec)


def not_sent(spec: RunSpec) -> list[str]:
    """The data files of a training elsewhere that do not lie in its folder here, as they were named."""
    if spec.kind != "train" or spec.on == "local":
        return []
    named = [str(spec.train[name]) for name in ("data", "val_data") if name in spec.train]
    return [name for name in named if not _lies_in(Path(spec.folder), name)]


def _lies_in(folder: Path, name: str) -> bool:
    path = folder / Path(name).expanduser()
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())


def _check_criterion(desk: Desk, spec: RunSpec, sentence: Sentence) -> None:
    if sentence.reference == "baseline" and spec.baseline is None:
        raise UsageError("A criterion speaks of a baseline, and none is named.", "Name it: --baseline 12")
    if sentence.reference.startswith("run:"):
        _check_number(desk, int(sentence.reference.removeprefix("run:")), "A criterion speaks of")
    if sentence.metric:
        _check_metric(spec, sentence.metric)


def _check_metric(spec: RunSpec, metric: str) -> None:
    """What commands and ablations report is known only when they do."""
    known: Sequence[str]
    match spec.kind:
        case "train":
            words, known, more = "A training", METRICS, ", and more losses"
        case "quantize":
            words, known, more = "A quantize run", QUANTIZE_METRICS, ""
        case "benchmark" if isinstance(spec.benchmark.get("target"), str):
            words, known, more = "A benchmark", LOAD_METRICS, ""
        case _:
            return
    if metric in known or (spec.kind == "train" and is_of_training(metric)):
        return
    near = get_close_matches(metric, known, n=1)
    hint = f"Did you mean “{near[0]}”?" if near else f"It reports {', '.join(known)}{more}."
    raise UsageError(f"{words} reports no “{metric}”.", hint)


def _check_number(desk: Desk, number: int, words: str) -> None:
    with desk.store.read() as session:
        if session.get(Run, number) is None:
            raise NotFoundError(f"{words} run {number}, which is not there.", "See the runs with: r2p runs")


def _check_device(spec: RunSpec) -> None:
    """A run that asks for what is not there would wait for ever."""
    if spec.device not in (known := devices(spec.on)):
        raise UsageError(
            f"There is no device “{clean_line(spec.device)[:60]}” to run on.", f"Devices: {', '.join(known)}."
        )


def _check_packages() -> None:
    """Looked up without loading any of it."""
    if missing := [name for name in _PACKAGES if find_spec(name) is None]:
        raise R2PError(
            f"Training needs {' and '.join(missing)}, which the extra “jobs” brings.",
            'Install them with: make jobs, or pip install "r2p-tui[jobs]"',
        )


def _with_whole_paths(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The worker lives in a folder of its own, so files are named from the root."""
    whole = dict(settings)
    for name in (name for name in (*_FILES, *_FOLDERS) if name in whole):
        path = Path(str(whole[name])).expanduser().absolute()
        if not path.exists():
            raise NotFoundError(
                f"There is no {clean_line(str(path))}, which {name} names.",
                "Paths count from the folder you stand in.",
            )
        if name in _FILES and not path.is_file():
            raise UsageError(
                f"{clean_line(str(path))}, which {name} names, is no file.",
                "Name the file itself, such as data.yaml.",
            )
        whole[name] = str(path)
    model = Path(str(whole["model"])).expanduser()
    return whole | ({"model": str(model.absolute())} if model.is_file() else {})


def _command_folder(spec: RunSpec) -> Path:
    if not spec.argv or not spec.argv[0]:
        raise UsageError(
            "There is no command to run.", "Put it after two dashes: r2p run command -- python train.py"
        )
    if any(not _is_text(word) for word in spec.argv):
        raise UsageError(
            "A word of the command is not UTF-8 text, so no record could keep it.",
            "Give the file another name.",
        )
    folder = Path(spec.folder or Path.cwd()).expanduser().absolute()
    if not folder.is_dir():
        raise NotFoundError(f"There is no folder {clean_line(str(folder))}.", "Name another with --folder.")
    if spec.kind == "command" and spec.on == "local":
        program = spec.argv[0]
        path = folder / program if os.sep in program else shutil.which(program)
        if path is None or not os.access(path, os.X_OK):
            raise NotFoundError(
                f"There is no program “{clean_line(program)[:80]}” to start.",
                "Give its path, or start it with its interpreter: -- python train.py",
            )
    return folder


def _is_text(word: str) -> bool:
    """Bytes that are no text become half characters in Python, and a NUL would end the word."""
    return "\0" not in word and word == word.encode("utf-8", "replace").decode()

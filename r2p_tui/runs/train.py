"""Training of a detector by ultralytics, within the worker: checked data and weights, then its own loop.

Torch and ultralytics are loaded inside the functions, after `silence` has prepared the process.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from r2p_tui.domain.runs import RunSpec
from r2p_tui.domain.train_settings import DEFAULT_EPOCHS, check_settings, trainer_settings
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.runs import checkpoints
from r2p_tui.runs.data.layout import lay_out
from r2p_tui.runs.data.training_set import DataSet, read_dataset
from r2p_tui.runs.failures import EXTRA_HINT
from r2p_tui.runs.rundir import RunDir, append_line
from r2p_tui.runs.train_reports import Reports, speed
from r2p_tui.runs.weights import Model, resolve_model
from r2p_tui.text import clean_line, count_of

PACKAGES = ("torch", "ultralytics")
_VERSIONS = ("torch", "torchvision", "ultralytics", "numpy", "opencv-python", "pillow")


def missing_packages() -> list[str]:
    """What must be installed before anything can be trained; looked up without loading any of it."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


def train(run: RunDir, spec: RunSpec) -> dict[str, Any]:
    """Train as the spec says and return the results; raises R2PError for what the user can put right."""
    began = time.monotonic()
    if missing := missing_packages():
        raise UsageError(
            f"Training needs {' and '.join(missing)}, which r2p does not bring along.", EXTRA_HINT
        )
    settings = check_settings(spec.train)
    base = Path(spec.folder or ".").absolute()
    seed = int(settings.get("seed", spec.seed))
    device = _device(spec.device)
    data = read_dataset(settings, base, seed=seed)
    _tell_data(run, data)
    resumed = _resumed(settings, base)
    model = resolve_model(settings, base, run.work) if resumed is None else _of_checkpoint(resumed)
    data_yaml = lay_out(data, run.work / "dataset")
    images = {split: len(samples) for split, samples in data.splits.items()}
    reports = Reports(run, images, ignore_missing=bool(settings.get("ignore_bad_labels")))
    for sentence in data.notes:
        reports.note(sentence)
    os.chdir(run.work)
    arguments = _arguments(settings, spec, seed) | {"data": str(data_yaml), "device": device}
    trained = _fit(model, arguments, reports, run, resumed)
    weights = _keep_weights(run, reports)
    return _results(run, spec, data, model, reports, weights) | {
        "device": _device_name(trained),
        "seconds": time.monotonic() - began,
    }


def _tell_data(run: RunDir, data: DataSet) -> None:
    """At once, so that a training that is stopped or fails has told it too; a cluster passes notes on."""
    counts = " and ".join(
        f"{count_of(len(samples), 'image')} for {split}" for split, samples in data.splits.items()
    )
    event = {"event": "note", "sentence": f"It trains on {counts}.", "data_sha256": data.sha256}
    append_line(run.events, {"time": time.time(), **event})


def _arguments(settings: Mapping[str, Any], spec: RunSpec, seed: int) -> dict[str, Any]:
    """Ultralytics' own defaults stay, but for pictures of batches and curves, which r2p draws itself."""
    chosen = {"epochs": spec.epochs or DEFAULT_EPOCHS, "plots": False, **trainer_settings(settings)}
    return {**chosen, "seed": seed, "exist_ok": True, "val": True, "save": True}


def _fit(
    model: Model,
    arguments: Mapping[str, Any],
    reports: Reports,
    run: RunDir,
    resumed: checkpoints.Checkpoint | None,
) -> Any:
    ultralytics = import_module("ultralytics")
    _skip_download_of_amp_check()
    opened = _open(ultralytics, model)
    for event, callback in reports.callbacks().items():
        opened.add_callback(event, callback)
    extra: dict[str, Any] = {"save_dir": str(run.work / "train")}
    if resumed is not None:
        extra["resume"] = str(resumed.path)
        _bring_best(resumed, run)
    opened.train(**arguments, **extra)
    return opened.trainer


def _open(ultralytics: Any, model: Model) -> Any:
    try:
        opened = getattr(ultralytics, model.opener)(model.source)
    except TypeError as error:
        name = Path(model.source).name
        raise UsageError(
            f"{name} is not a file of weights that ultralytics can read without running code in it.",
            "Take weights of this version of ultralytics, or train from a model yaml.",
        ) from error
    if opened.task != "detect":
        raise UsageError(
            f"{Path(model.source).name} is a model for “{opened.task}”; r2p trains detectors of boxes."
        )
    return opened


def _skip_download_of_amp_check() -> None:
    """Before mixed precision ultralytics fetches another model and compares what it finds in a photograph.

    Here half precision is tried on the GPU itself, so that it can be used without a network.
    """
    trainer: Any = import_module("ultralytics.engine.trainer")
    trainer.check_amp = _half_precision_works


def _half_precision_works(model: Any) -> bool:
    """Whether a convolution in fp16 comes close to one in fp32, which it does not on some old GPUs."""
    torch = import_module("torch")
    device = next(model.parameters()).device
    if device.type in ("cpu", "mps"):
        return False
    # A generator of its own: the training's random numbers stay as they are.
    numbers = torch.Generator().manual_seed(0)
    image = torch.rand((1, 16, 64, 64), generator=numbers).to(device)
    kernel = (torch.rand((32, 16, 3, 3), generator=numbers) / 144).to(device)
    whole = torch.nn.functional.conv2d(image, kernel)
    half = torch.nn.functional.conv2d(image.half(), kernel.half()).float()
    return bool(torch.allclose(whole, half, atol=0.01))


def _device(wanted: str) -> str:
    """The device in ultralytics' words; raises UsageError where a GPU is asked for that is not there."""
    if wanted.startswith("GPU-"):
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", wanted)
    if wanted == "cpu":
        return "cpu"
    torch = import_module("torch")
    if torch.cuda.is_available():
        return "0"
    if wanted == "auto":
        return "cpu"
    raise UsageError(
        f"A GPU was asked for ({clean_line(wanted)}), and torch finds none on this computer.",
        "Leave out --device, or use --device cpu.",
    )


def _device_name(trainer: Any) -> str:
    if trainer.device.type == "cuda":
        return clean_line(str(import_module("torch").cuda.get_device_name(trainer.device)))
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return clean_line(line.partition(":")[2])
    return platform.processor() or platform.machine()


def _resumed(settings: Mapping[str, Any], base: Path) -> checkpoints.Checkpoint | None:
    if "resume_from" not in settings:
        return None
    path = base / str(settings["resume_from"])
    made = checkpoints.listed(path)
    if made is None:
        raise NotFoundError(
            f"{path} is no checkpoint of a run.", "See the checkpoints of a run with: r2p runs"
        )
    if not checkpoints.is_valid(made):
        raise UsageError(f"{path} is not as it was written, so nothing is resumed from it.")
    return made


def _of_checkpoint(resumed: checkpoints.Checkpoint) -> Model:
    return Model(str(resumed.path.absolute()), resumed.sha256)


def _bring_best(resumed: checkpoints.Checkpoint, run: RunDir) -> None:
    """The best so far may stay the best: it goes along to where ultralytics expects its own."""
    best = checkpoints.best_valid(resumed.path.parent)
    if best is None or best.epoch > resumed.epoch:
        return
    weights = run.work / "train" / "weights"
    weights.mkdir(parents=True, exist_ok=True)
    (weights / "best.pt").write_bytes(best.path.read_bytes())
    checkpoints.save_best(best.path, run.checkpoints, best.epoch)


def _keep_weights(run: RunDir, reports: Reports) -> checkpoints.Checkpoint:
    """The best weights as ultralytics leaves them at the end, without what only a resumed training needs."""
    weights = run.work / "train" / "weights"
    source = weights / "best.pt" if (weights / "best.pt").exists() else weights / "last.pt"
    return checkpoints.save_best(source, run.checkpoints, reports.best_epoch or reports.last_epoch)


def _results(
    run: RunDir, spec: RunSpec, data: DataSet, model: Model, reports: Reports, weights: checkpoints.Checkpoint
) -> dict[str, Any]:
    return {
        "final": reports.final,
        "best": reports.best,
        "best_epoch": reports.best_epoch or None,
        "validated": reports.validated,
        "epochs": reports.last_epoch,
        "first_epoch": reports.first_epoch,
        "weights": str(weights.path.relative_to(run.path)),
        "weights_sha256": weights.sha256,
        "weights_bytes": weights.size,
        "model": str(spec.train.get("model", "")),
        "model_sha256": model.sha256,
        "data_sha256": data.sha256,
        "classes": list(data.names),
        "images": {split: len(samples) for split, samples in data.splits.items()},
        "boxes": dict(data.boxes),
        "images_per_second": speed(reports.speeds),
        "versions": _versions(),
    }


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _VERSIONS:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found

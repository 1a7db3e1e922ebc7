"""Own ablations: from a training that ended to the study that repeats it with one thing removed at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from r2p_tui.domain.own_ablation import check_settings, plan, settings_of
from r2p_tui.domain.runs import RunSpec, RunState
from r2p_tui.errors import NotFoundError, R2PError, UsageError
from r2p_tui.runs.rundir import RunDir, read_json
from r2p_tui.runs.weights import check_model
from r2p_tui.services.run_views import RunView
from r2p_tui.text import clean_line, shorten

_PATHS = ("data", "val_data", "images", "val_images", "weights_file")
_PACKAGES = ("torch", "ultralytics")
_INSTALL = 'Install them with: make jobs, or pip install "r2p-tui[jobs]"'


def ablation_spec(
    view: RunView,
    off: Sequence[str],
    *,
    seeds: object = None,
    epochs: int | None = None,
    metric: str | None = None,
    minimum: object = None,
    name: str = "",
    device: str = "",
) -> RunSpec:
    """What a run is told that repeats this training without each of `off` in turn.

    What is left open is as in the training; seeds go on from its own. Raises UsageError for a run that is no
    training of this computer or has not ended well, and for what cannot be removed from it.
    """
    _check_repeatable(view)
    # Ultralytics takes the seed of the settings before that of the run.
    train = {"seed": view.spec.seed, **view.spec.train}
    train |= {"epochs": view.epochs} if view.epochs and not train.get("epochs") else {}
    told = {
        "train": train, "off": [_with_whole_path(one) for one in off], "seeds": seeds, "epochs": epochs,
        "metric": metric, "minimum": minimum, "run": view.id,
    }  # fmt: skip
    checked = check_settings(told)
    device = device or view.spec.device
    if device == "cpu" and "amp" in checked["off"]:
        raise UsageError("A CPU trains without mixed precision, so removing amp changes nothing.")
    named = clean_line(name or f"{view.name} ablation")[:80]
    return RunSpec(
        "ablate",
        named,
        folder=view.spec.folder,
        ablate=checked,
        seed=checked["seeds"][0],
        device=device,
        epochs=len(plan(checked)),
    )


def resumed_spec(view: RunView) -> RunSpec:
    """What a run is told that goes on with a study: trainings that ended well in it are taken over.

    A training that was cut off begins anew. Raises UsageError for a study that still goes on or is complete.
    """
    if not view.state.is_final:
        raise UsageError(f"Run {view.id} has not ended.", f"Stop it first with: r2p stop {view.id}")
    if view.state is RunState.DONE and not _results(view).get("failed"):
        raise UsageError(
            f"Run {view.id} finished all its {view.epochs} trainings.",
            f"Compare more with: r2p ablate {view.spec.ablate.get('run', 'RUN')} --seeds N",
        )
    settings = {**view.spec.ablate, "resume_from": str(view.folder)}
    return replace(view.spec, ablate=settings, resumes=view.id)


def checked_ablate(spec: RunSpec) -> RunSpec:
    """The spec with checked settings and as many epochs as trainings.

    Raises UsageError or NotFoundError for what cannot be trained, R2PError where packages are missing.
    """
    settings = check_settings(spec.ablate)
    if missing := [name for name in _PACKAGES if find_spec(name) is None]:
        raise R2PError(
            f"Training needs {' and '.join(missing)}, which the extra “jobs” brings.",
            _INSTALL,
        )
    base = Path(spec.folder or Path.cwd())
    for name in (name for name in _PATHS if name in settings["train"]):
        _check_there(base / Path(str(settings["train"][name])).expanduser(), name)
    if "resume_from" in settings:
        _check_there(Path(str(settings["resume_from"])), "resume_from")
    trainings = plan(settings)
    for training in trainings[: len(settings["off"]) + 1]:
        check_model(settings_of(training, settings), base)
    return replace(spec, ablate=settings, epochs=len(trainings))


def estimated_seconds(view: RunView, spec: RunSpec) -> float | None:
    """How long the study takes if an epoch takes as long as in the training; None where that is not known."""
    pace = _seconds_an_epoch(view)
    if pace is None:
        return None
    return pace * len(plan(spec.ablate)) * int(spec.ablate["epochs"])


def _check_repeatable(view: RunView) -> None:
    if view.kind != "train":
        raise UsageError(
            f"Run {view.id} is of the kind {view.kind}; only a training can be repeated.",
            "See which runs are trainings with: r2p runs",
        )
    if view.spec.on != "local":
        raise UsageError(
            f"Run {view.id} trained on {clean_line(view.spec.on)[:60]}; an ablation repeats trainings of "
            "this computer.",
            "Train it once here: r2p run train",
        )
    if not view.state.is_final:
        raise UsageError(f"Run {view.id} has not ended.", f"Wait for it, or stop it: r2p stop {view.id}")
    if view.state is RunState.FAILED:
        why = shorten(clean_line(view.reason), 120)
        raise UsageError(f"Run {view.id} failed, and would fail again: {why}", "Repeat a run that trained.")


def _with_whole_path(off: str) -> str:
    """A model yaml beside the user is named from the root, as the worker lives elsewhere."""
    name, _, value = off.partition("=")
    if (
        name.strip() in ("model", "weights")
        and value
        and (file := Path(value.strip()).expanduser()).is_file()
    ):
        return f"{name.strip()}={file.absolute()}"
    return off


def _check_there(path: Path, name: str) -> None:
    if not path.exists():
        shown = shorten(clean_line(str(path)), 160)
        raise NotFoundError(
            f"There is no {shown} any more, which {name} names.", "Put it back, or train a new run to repeat."
        )


def _results(view: RunView) -> Mapping[str, Any]:
    results = (read_json(RunDir(view.folder).outcome) or {}).get("results")
    return results if isinstance(results, dict) else {}


def _seconds_an_epoch(view: RunView) -> float | None:
    results = _results(view)
    seconds, last, first = (results.get(name) for name in ("seconds", "epochs", "first_epoch"))
    if (
        isinstance(seconds, int | float)
        and isinstance(last, int)
        and isinstance(first, int)
        and last >= first
    ):
        return seconds / (last - first + 1)
    if view.started_at is None or view.ended_at is None or not view.epoch:
        return None
    return (view.ended_at - view.started_at).total_seconds() / view.epoch

"""A run as the faces show it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from r2p_tui.domain.criteria_names import main_metric
from r2p_tui.domain.runs import Kind, Role, RunSpec, RunState, eta_seconds, light_word, spec_from_values
from r2p_tui.paths import Paths
from r2p_tui.runs.flocks import is_held
from r2p_tui.runs.rundir import LineReader, RunDir, read_json, run_folder
from r2p_tui.store.runs import Run
from r2p_tui.text import clean_line


@dataclass(frozen=True, slots=True)
class Light:
    """How one criterion of a run stands: `met`, `pending`, `broken` or `unknown`, and why in a sentence."""

    index: int
    role: Role
    text: str
    light: str
    sentence: str

    @property
    def word(self) -> str:
        """How it stands as both faces say it: `missed`, `kept so far`."""
        return light_word(self.role, self.light)


@dataclass(frozen=True, slots=True)
class Question:
    """What a soft criterion asks; `services.runs.answer` wants its `index`."""

    index: int
    sentence: str


@dataclass(frozen=True, slots=True)
class RunView:
    """One run; `supervised` is false where its process lives on without anybody who watches its criteria.

    Times left are in seconds, None where they cannot be told; `questions` are those that wait for an answer.
    """

    id: int
    kind: Kind
    name: str
    state: RunState
    supervised: bool
    folder: Path
    spec: RunSpec
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    device: str
    reason: str
    stopped_by: str | None
    epoch: int | None
    epochs: int | None
    step: int | None
    latest: Mapping[str, float]
    best: Mapping[str, float]
    lights: tuple[Light, ...]
    questions: tuple[Question, ...]
    resumes: int | None
    eta_seconds: float | None
    time_box_left: float | None

    @property
    def state_text(self) -> str:
        """The state in words; a run that nobody watches says so."""
        watched = self.supervised or not self.state.is_active
        return str(self.state) if watched else f"{self.state}, unsupervised"

    @property
    def main_metric(self) -> str:
        """The metric that tells most of it; empty where it reported none."""
        return main_metric({*self.latest, *self.best}, self.spec.criteria)


class Refreshed(NamedTuple):
    """What a look at the run folders brought: whether the store changed, and how many runs live."""

    changed: bool
    running: int
    queued: int


def view(paths: Paths, run: Run, pace: tuple[float, int] | None) -> RunView:
    """A stored run with what its locks and the clock say; `pace` is that of `store.runs.pace`."""
    spec = spec_from_values(run.spec)
    folder = run_folder(paths.runs, number_of(run))
    state = RunState(run.state)
    now = time.time()
    return RunView(
        id=number_of(run),
        kind=spec.kind,
        name=run.name,
        state=state,
        supervised=not state.is_active or state is RunState.STARTING or _is_watched(folder),
        folder=folder.path,
        spec=spec,
        created_at=run.created_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        device=run.device,
        reason=run.reason,
        stopped_by=run.stopped_by,
        epoch=run.epoch,
        epochs=spec.epochs,
        step=run.step,
        latest={name: float(value) for name, value in run.latest.items()},
        best={name: float(value) for name, value in run.best.items()},
        lights=_lights(spec, run),
        questions=_questions(run) if state in (RunState.STARTING, RunState.RUNNING) else (),
        resumes=run.resumes,
        eta_seconds=_eta(run, spec, pace) if state.is_active else None,
        time_box_left=_time_box_left(run, spec, now) if state.is_active else None,
    )


def _is_watched(folder: RunDir) -> bool:
    """A supervisor writes how the run ended and then lets go, before the store hears of it."""
    return is_held(folder.supervisor_lock) or folder.exit.exists()


def _lights(spec: RunSpec, run: Run) -> tuple[Light, ...]:
    told = {light["index"]: light for light in run.lights}
    return tuple(
        Light(
            index,
            criterion.role,
            criterion.text,
            told.get(index, {}).get("light") or "pending",
            told.get(index, {}).get("sentence") or "",
        )
        for index, criterion in enumerate(spec.criteria)
    )


def _questions(run: Run) -> tuple[Question, ...]:
    return tuple(Question(question["index"], question["sentence"]) for question in run.questions)


def _eta(run: Run, spec: RunSpec, pace: tuple[float, int] | None) -> float | None:
    """From the seconds that the epochs of this run took so far."""
    if pace is None or run.epoch is None or run.started_at is None:
        return None
    last, done = pace
    seconds = eta_seconds(
        run.started_at.timestamp(), last, done, done + max((spec.epochs or 0) - run.epoch, 0)
    )
    return None if seconds is None or not spec.epochs else max(seconds - (time.time() - last), 0.0)


def _time_box_left(run: Run, spec: RunSpec, now: float) -> float | None:
    if spec.time_box is None or run.started_at is None:
        return None
    # A clock that was set back must not make the box larger.
    return min(max(spec.time_box - (now - run.started_at.timestamp()), 0.0), spec.time_box)


def checkpoint_names(view: RunView) -> list[str]:
    """Of the checkpoints that lie in the folder of a run, the oldest first."""
    found = RunDir(view.folder).checkpoints.glob("*.pt")
    return [path.name for path in sorted(found, key=lambda path: (_written_at(path), path.name))]


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def data_sha256(view: RunView) -> str:
    """The hash of the data that a training read; empty before it has read them, and for other runs."""
    if view.kind != "train":
        return ""
    folder = RunDir(view.folder)
    for event in LineReader(folder.events).read_new():
        if "data_sha256" in event:
            return clean_line(str(event["data_sha256"]))
    # The packaged trainings tell it in their results alone.
    results = (read_json(folder.outcome) or {}).get("results")
    return clean_line(str(results.get("data_sha256") or "")) if isinstance(results, dict) else ""


def number_of(run: Run) -> int:
    """Every stored run has its number."""
    assert run.id is not None  # noqa: S101
    return run.id

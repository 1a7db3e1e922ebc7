"""Background runs: what they are, which states they pass through, and what their folder holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple

Kind = Literal["train", "quantize", "benchmark", "ablate", "command", "shell"]
Scope = Literal["epoch", "batch"]
Role = Literal["success", "kill", "soft-kill"]

KINDS: tuple[Kind, ...] = ("train", "quantize", "benchmark", "ablate", "command", "shell")
MEASURING: tuple[Kind, ...] = ("quantize", "benchmark", "ablate")
RESUMABLE: tuple[Kind, ...] = ("train", "ablate")
"""Those that can go on from where they ended."""
ROLES: tuple[Role, ...] = ("success", "kill", "soft-kill")
GRACE_SECONDS = 30.0


class RunState(StrEnum):
    """Where a run stands; `lost` means that it ended without saying how."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def is_final(self) -> bool:
        """Whether nothing follows: a resumed run is a new run."""
        return not TRANSITIONS[self]

    @property
    def is_active(self) -> bool:
        """Whether it holds a device."""
        return self in (RunState.STARTING, RunState.RUNNING, RunState.STOPPING)


_ENDS = frozenset({RunState.DONE, RunState.FAILED, RunState.CANCELLED, RunState.LOST})
# The store holds the same table as a trigger.
TRANSITIONS: Mapping[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.STARTING, RunState.CANCELLED, RunState.FAILED}),
    RunState.STARTING: frozenset({RunState.RUNNING, RunState.STOPPING}) | _ENDS,
    RunState.RUNNING: frozenset({RunState.STOPPING}) | _ENDS,
    RunState.STOPPING: _ENDS,
    RunState.DONE: frozenset(),
    RunState.FAILED: frozenset(),
    RunState.CANCELLED: frozenset(),
    RunState.LOST: frozenset(),
}


class MetricPoint(NamedTuple):
    """Values that were reported together; `time` in seconds since 1970, `step` counts batches or lines."""

    time: float
    values: Mapping[str, float]
    epoch: int | None = None
    step: int | None = None
    scope: Scope = "epoch"


class Criterion(NamedTuple):
    """A sentence of `domain/criteria.py` and what its breach or success means for the run."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class RunSpec:
    """All that a run was told, as `spec.json` keeps it; nothing in it changes after the run was submitted.

    `argv` and `folder` are for commands; `train`, `quantize`, `benchmark` and `ablate` hold the settings of a
    run of that kind. Times are in seconds.
    `watch` names files in which a command reports: CSV files, and folders with TensorBoard event files.
    `baseline` is the number of the run that criteria call so.
    `surroundings` is what was true when it was submitted: git commit and diff, command line, environment
    with secrets left out, versions, hardware.
    """

    kind: Kind
    name: str
    argv: tuple[str, ...] = ()
    folder: str = ""
    train: Mapping[str, Any] = field(default_factory=dict)
    quantize: Mapping[str, Any] = field(default_factory=dict)
    benchmark: Mapping[str, Any] = field(default_factory=dict)
    ablate: Mapping[str, Any] = field(default_factory=dict)
    criteria: tuple[Criterion, ...] = ()
    time_box: float | None = None
    warn_only: bool = False
    grace: float = GRACE_SECONDS
    seed: int = 0
    device: str = "auto"
    environment: Mapping[str, str] = field(default_factory=dict)
    watch: tuple[str, ...] = ()
    epochs: int | None = None
    resumes: int | None = None
    baseline: int | None = None
    on: str = "local"
    surroundings: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """As JSON knows it."""
        names = self.__dataclass_fields__
        return {name: getattr(self, name) for name in names} | {
            "argv": list(self.argv),
            "criteria": [criterion._asdict() for criterion in self.criteria],
            "watch": list(self.watch),
            "train": dict(self.train),
            "quantize": dict(self.quantize),
            "benchmark": dict(self.benchmark),
            "ablate": dict(self.ablate),
            "environment": dict(self.environment),
            "surroundings": dict(self.surroundings),
        }


def spec_from_values(values: Mapping[str, Any]) -> RunSpec:
    """The spec that `RunSpec.values` wrote; raises KeyError or TypeError for anything else."""
    known = {name: value for name, value in values.items() if name in RunSpec.__dataclass_fields__}
    return RunSpec(
        **known
        | {
            "argv": tuple(values.get("argv", ())),
            "criteria": tuple(Criterion(**entry) for entry in values.get("criteria", ())),
            "watch": tuple(values.get("watch", ())),
        }
    )


def light_word(role: str, light: str) -> str:
    """How a criterion stands, in a word: a success is missed where a kill is broken, else a kill is kept."""
    words = {"broken": "missed"} if role == "success" else {"met": "kept", "pending": "kept so far"}
    return words.get(light, light)


def not_set_words(names: Sequence[str]) -> str:
    """What is said of variables whose values no record keeps; empty for none."""
    is_not = "is" if len(names) == 1 else "are"
    return f"No record keeps secrets, so {' and '.join(names)} {is_not} not set." if names else ""


def eta_seconds(started: float, now: float, done: int, total: int | None) -> float | None:
    """Seconds left if the remaining epochs take as long as the finished ones; None before the first."""
    if not total or done <= 0 or now <= started:
        return None
    return max(total - done, 0) * (now - started) / done

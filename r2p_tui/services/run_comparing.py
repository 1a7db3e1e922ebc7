"""Two runs beside each other: what they were told differently, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from r2p_tui.domain.criteria_names import better
from r2p_tui.domain.runs import MetricPoint
from r2p_tui.domain.understanding import Direction
from r2p_tui.services.run_views import RunView, data_sha256

_MISSING = "not set"
# What is different in every two runs, and says nothing about them.
_NOT_SETTINGS = frozenset({"name", "resumes", "surroundings", "train", "criteria", "environment", "kind"})
_OF_GIT = ("commit", "branch", "changed")
_PACKAGES = ("r2p", "torch")


class Setting(NamedTuple):
    """Something that the runs were told differently."""

    name: str
    first: str
    second: str


class Measured(NamedTuple):
    """A metric of both runs: the last value and the best; None where a run has none.

    `verdict` says how the best of the second stands to that of the first: better, worse, equal or empty.
    """

    name: str
    last: tuple[float | None, float | None]
    best: tuple[float | None, float | None]
    direction: Direction | None
    verdict: str

    @property
    def difference(self) -> float | None:
        """Of the best values, the second less the first."""
        first, second = self.best
        return None if first is None or second is None else second - first


class Comparison(NamedTuple):
    """Two runs with what differs between them; metrics that both have come first."""

    first: RunView
    second: RunView
    settings: tuple[Setting, ...]
    metrics: tuple[Measured, ...]


def compare(
    first: RunView, first_points: Sequence[MetricPoint], second: RunView, second_points: Sequence[MetricPoint]
) -> Comparison:
    """The settings that differ, and every metric of whole epochs with its last and its best value."""
    one, other = _curves(first_points), _curves(second_points)
    names = sorted(one.keys() | other.keys(), key=lambda name: (not (name in one and name in other), name))
    measured = tuple(_measured(name, one.get(name, []), other.get(name, [])) for name in names)
    return Comparison(first, second, tuple(_differing(_told(first), _told(second))), measured)


def _curves(points: Sequence[MetricPoint]) -> dict[str, list[float]]:
    """Values of epochs by metric; those of batches where a run reports nothing else."""
    whole = [point for point in points if point.scope == "epoch"]
    curves: dict[str, list[float]] = {}
    for point in whole or points:
        for name, value in point.values.items():
            curves.setdefault(name, []).append(value)
    return curves


def _measured(name: str, first: Sequence[float], second: Sequence[float]) -> Measured:
    direction = better(name)
    best, other_best = _best(first, direction), _best(second, direction)
    return Measured(
        name,
        (first[-1] if first else None, second[-1] if second else None),
        (best, other_best),
        direction,
        _verdict(best, other_best, direction),
    )


def _best(values: Sequence[float], direction: Direction | None) -> float | None:
    """Without a known direction the last value stands for the run."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    if direction is None:
        return finite[-1]
    return min(finite) if direction == "down" else max(finite)


def _verdict(first: float | None, second: float | None, direction: Direction | None) -> str:
    if first is None or second is None:
        return ""
    if math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-12):
        return "equal"
    if direction is None:
        return ""
    return "better" if (second > first) == (direction == "up") else "worse"


def _told(view: RunView) -> dict[str, Any]:
    """Everything that a run was told, under flat names."""
    spec = view.spec.values()
    told = {name: value for name, value in spec.items() if name not in _NOT_SETTINGS}
    told |= dict(view.spec.train)
    told["criteria"] = "; ".join(f"{one.role} {one.text}" for one in view.spec.criteria)
    return told | _around(view) | {"kind": view.kind}


def _around(view: RunView) -> dict[str, Any]:
    """The code, the packages and the data that a run had; where one of them is not known it is left out."""
    git, versions = (_mapping(view.spec.surroundings.get(name)) for name in ("git", "versions"))
    known = {
        **{name: git.get(name) for name in _OF_GIT},
        **{f"version of {name}": versions.get(name) for name in _PACKAGES},
        "hash of the data": data_sha256(view),
    }
    return {name: value for name, value in known.items() if value not in (None, "")}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[Setting]:
    for name in sorted(first.keys() | second.keys()):
        one, other = first.get(name), second.get(name)
        if one != other:
            yield Setting(name, _words(one), _words(other))


def _words(value: Any) -> str:
    if value is None or value in ("", (), [], {}):
        return _MISSING
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)

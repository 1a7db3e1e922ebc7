"""What r2p understands of a table: its kind, its columns, its baseline, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["ablation", "main result", "hyperparameters", "data", "other"]
Role = Literal["label", "factor", "setting", "metric", "other"]
Direction = Literal["up", "down"]

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, and which way is better; `header` has all levels, joined by ` / `.

    `name` is for showing: the lowest levels that tell the column from the others; empty where none is read.
    """

    index: int
    header: str
    role: Role
    metric: str | None
    unit: str | None
    direction: Direction | None
    reason: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """The distance of a cell to the baseline row; `relative` is a share of the baseline's number."""

    row: int
    column: int
    value: float
    relative: float | None
    better: bool | None


@dataclass(frozen=True, slots=True)
class Worth:
    """What one component brings in one metric: the number with it less the number without it."""

    factor: str
    column: int
    value: float
    reason: str
    better: bool | None


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the user said of a table; it beats what r2p would say. Directions are by column."""

    kind: Kind | None = None
    baseline_row: int | None = None
    directions: Mapping[int, Direction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Understanding:
    """The meaning of a table; every judgement comes with its reason. Rows count from the first header row."""

    kind: Kind
    kind_reason: str
    kind_confidence: float
    columns: tuple[Column, ...]
    baseline_row: int | None
    baseline_reason: str
    deltas: tuple[Delta, ...]
    worth: tuple[Worth, ...]

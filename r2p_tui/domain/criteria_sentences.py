"""What a criterion says, once it was understood; its text is the one spelling that parses to it again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Operator = Literal[">=", ">", "<=", "<", "="]
Way = Literal["rising", "falling", "flat"]
Clock = Literal["epoch", "day", "hour", "min", "s"]

WAYS: Final[tuple[Way, ...]] = ("rising", "falling", "flat")
SHARES: Final = ("%", "pt")
SECONDS: Final[Mapping[Clock, float]] = {"day": 86_400.0, "hour": 3_600.0, "min": 60.0, "s": 1.0}


class Number(NamedTuple):
    """A limit as it was written; `1pt` is a hundredth where the metric is a fraction of 1."""

    value: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{plain(self.value)}{' ' * (self.unit not in ('', *SHARES))}{self.unit}"


@dataclass(frozen=True, slots=True)
class Compare:
    """Against a number, or against a share in percent of what another run reached."""

    operator: Operator
    limit: Number
    reference: str = ""

    def __str__(self) -> str:
        return f"{self.operator} {self.goal}"

    @property
    def goal(self) -> str:
        """What stands behind the operator."""
        if not self.reference:
            return str(self.limit)
        return self.reference if self.limit.value == 100 else f"{self.limit} of {self.reference}"


@dataclass(frozen=True, slots=True)
class Drop:
    """How far below another run; in percent of its value, in points, or as a plain difference."""

    operator: Operator
    limit: Number
    reference: str

    def __str__(self) -> str:
        return f"drop {self.operator} {self.limit} vs {self.reference}"


@dataclass(frozen=True, slots=True)
class Trend:
    """The same way for a number of values in a row: of epochs, where the run reports it at each."""

    way: Way
    values: int

    def __str__(self) -> str:
        return f"{self.way} for {self.values} epoch{'s' * (self.values > 1)}"


@dataclass(frozen=True, slots=True)
class Diverged:
    """No longer a finite number."""

    def __str__(self) -> str:
        return "is nan"


class Point(NamedTuple):
    """A moment of the run: after so many epochs, or so much time since its start."""

    clock: Clock
    amount: float

    def __str__(self) -> str:
        amount = plain(self.amount)
        return f"{amount} {self.clock}" if self.clock in ("min", "s") else f"{self.clock} {amount}"

    @property
    def seconds(self) -> float | None:
        """None where epochs are counted."""
        return None if self.clock == "epoch" else self.amount * SECONDS[self.clock]


Condition = Compare | Drop | Trend | Diverged


@dataclass(frozen=True, slots=True)
class Sentence:
    """A criterion that was understood; without a metric it speaks of the primary one."""

    metric: str | None
    condition: Condition
    best: bool = False
    by: Point | None = None
    after: Point | None = None

    def __str__(self) -> str:
        words = ["best" if self.best else "", self.metric or "", str(self.condition)]
        words += [f"by {self.by}" if self.by else "", f"after {self.after}" if self.after else ""]
        return " ".join(filter(None, words))

    @property
    def reference(self) -> str:
        """The run that it compares with, or nothing."""
        return getattr(self.condition, "reference", "")


def plain(value: float) -> str:
    """A number as one would type it: `33`, `0.60`, `0.005`."""
    value = float(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    return text + "0" if re.fullmatch(r"-?0\.\d", text) else text

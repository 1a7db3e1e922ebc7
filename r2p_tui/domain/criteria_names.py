"""The names of metrics in criteria: how they are spelled, which way is better, which unit they carry."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Final

from r2p_tui.domain.metrics import find_metric
from r2p_tui.domain.runs import ROLES, Criterion
from r2p_tui.domain.understanding import Direction

PRIMARY: Final = ("map50_95", "map50")
TIMES: Final[Mapping[str, float]] = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
SIZES: Final[Mapping[str, float]] = {"KB": 1e3, "MB": 1e6, "GB": 1e9}
_UNIT_OF_A_NAME: Final[Mapping[str, tuple[str, float]]] = {
    **dict.fromkeys(("us", "microseconds"), ("time", TIMES["us"])),
    **dict.fromkeys(("ms", "milliseconds"), ("time", TIMES["ms"])),
    **dict.fromkeys(("s", "sec", "secs", "seconds"), ("time", TIMES["s"])),
    **dict.fromkeys(("min", "mins", "minutes"), ("time", TIMES["min"])),
    **dict.fromkeys(("h", "hours"), ("time", TIMES["h"])),
    **{unit.lower(): ("size", factor) for unit, factor in SIZES.items()},
}
# What a reader looks for first, where no criterion names a metric that is reported.
_FIRST: Final = ("map50", "map50_95", "accuracy", "val_loss", "train_loss", "loss")
_A_NAME: Final = re.compile(r"[a-z_][\w-]*")
_SHOWN_UNITS: Final[Mapping[str, str]] = {
    **{unit: unit for unit in ("ms", "s", "fps", "percent")},
    "seconds": "s",
    "mb": "MB",
    "gb": "GB",
}
_TRAILING_NUMBERS: Final = re.compile(r"(?:_\d{1,9})+$")


@lru_cache(maxsize=1024)
def better(name: str) -> Direction | None:
    """Which way a metric of a run is better; None where its name does not tell."""
    words = name.replace("_", " ")
    for spelling in (words, _TRAILING_NUMBERS.sub("", name).replace("_", " ")):
        found = find_metric(spelling)
        if found and found.direction:
            return found.direction
    return "down" if _unit_of(name) else None


def unit_of(name: str) -> str:
    """The unit that a metric's name ends in; empty for a share or a loss."""
    return _SHOWN_UNITS.get("fps" if name == "fps" else _ending(name), "")


def highest_is_best(name: str) -> bool:
    """Whether the best value is the highest; so for a metric whose name does not tell."""
    return better(name) != "down"


def main_metric(reported: Collection[str], criteria: Sequence[Criterion]) -> str:
    """The metric that tells most of a run: that of a criterion, success first; empty for none."""
    sentences = sorted(criteria, key=lambda criterion: ROLES.index(criterion.role))
    words = [word for one in sentences for word in _A_NAME.findall(one.text.lower())]
    asked = [word.replace("-", "_") for word in words]
    return next((name for name in (*asked, *_FIRST, *sorted(reported)) if name in reported), "")


def in_units_of(name: str, value: float, unit: str) -> float:
    """A time or a size in the unit that ends the metric's name, such as `_ms`; unchanged without units."""
    limit, metric = _UNIT_OF_A_NAME.get(unit.lower()), _unit_of(name)
    return value * limit[1] / metric[1] if limit and metric else value


def goes_with(name: str, unit: str) -> bool:
    """Whether a metric can be held against a number in this unit: times with times, shares with neither."""
    limit, metric = _UNIT_OF_A_NAME.get(unit.lower()), _unit_of(name)
    return not unit or (limit and limit[0]) == (metric and metric[0])


def _unit_of(name: str) -> tuple[str, float] | None:
    return _UNIT_OF_A_NAME.get(_ending(name))


def _ending(name: str) -> str:
    """The word that may be a unit; none of a rate, as `images_per_s` ends with one that divides."""
    parts = name.split("_")
    return parts[-1] if len(parts) > 1 and "per" not in parts else ""

"""How values of settings are read: numbers, flags, text; each raises ValueError for anything else."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class Setting(NamedTuple):
    """How a value is read, and the words for what it must be; `read` raises ValueError for anything else."""

    read: Callable[[object], object]
    wanted: str


def whole_number(low: int, high: int) -> Setting:
    """A whole number, both ends included."""

    def read(value: object) -> int:
        number = read_number(value)
        if number != int(number) or not low <= number <= high:
            raise ValueError
        return int(number)

    return Setting(read, f"a whole number from {low} to {high:,}")


def bounded_number(low: float, high: float) -> Setting:
    """Any finite number, both ends included."""

    def read(value: object) -> float:
        found = read_number(value)
        if not low <= found <= high:
            raise ValueError
        return found

    return Setting(read, f"a number from {low:g} to {high:g}")


def read_number(value: object) -> float:
    """A finite number, also as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    found = float(value)
    if not math.isfinite(found):
        raise ValueError
    return found


def read_flag(value: object) -> bool:
    """`true`, `yes`, `on`, `1`, and their opposites."""
    word = str(value).strip().lower()
    if word not in _YES + _NO:
        raise ValueError
    return word in _YES


def read_text(value: object) -> str:
    """Text that is not empty, without white space at its ends."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError
    return value.strip()

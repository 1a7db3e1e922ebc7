"""Round numbers along the axes of a plot."""

from __future__ import annotations

import math
from typing import Final

Tick = tuple[float, str]
"""A place on an axis and the number that stands there."""

_NICE: Final = (1.0, 2.0, 5.0, 10.0)
_MOST_DECIMALS: Final = 5
_NARROWEST: Final = 1e-290
_LARGEST_POWER: Final = 300


def even_ticks(low: float, high: float, wanted: int, least: float = 0.0) -> list[Tick]:
    """Multiples of 1, 2 or 5 times a power of ten, about as many as wanted, at least `least` apart.

    Two at the least where `least` has room for them, since one number on an axis says nothing of its scale.
    The ends alone where floats tell too little between them.
    """
    if not max(1e-12 * max(abs(low), abs(high)), _NARROWEST) < high - low < math.inf:
        return [(low, f"{low:.3g}"), (high, f"{high:.3g}")]
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    wider = next(place for place, factor in enumerate(_NICE) if factor * power >= rough * 0.999)
    for factor in (*_NICE[wider::-1], *(factor / 10 for factor in _NICE[2:0:-1])):
        step = max(factor * power, least)
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last > first:
            break
    places = (min(max(number * step, low), high) for number in range(first, last + 1))
    return [(place, _number(place, step)) for place in places]


def power_ticks(low: float, high: float, wanted: int) -> list[Tick]:
    """Places on an axis of powers of ten; the ends are powers, and so are the places."""
    powers = range(math.floor(low) - 1, math.ceil(high) + 1)
    for digits in ((1,), (1, 3), (1, 2, 5)):
        places = [power + math.log10(digit) for power in powers for digit in digits]
        inside = [place for place in places if low <= place <= high]
        if len(inside) >= 2:
            apart = max(math.ceil(len(inside) / (wanted * 2)), 1)
            return [(place, _power(place)) for place in inside[::apart]]
    return [(place, _power(place)) for place in (low, high)]


def _power(place: float) -> str:
    """Ten to this power, also where no float holds it."""
    if abs(place) < _LARGEST_POWER:
        return f"{10**place:.3g}"
    whole = math.floor(place)
    return f"{10 ** (place - whole):.3g}e{whole:+}"


def _number(value: float, step: float) -> str:
    """With as many digits as tell it from the number one step away."""
    last_digit = math.floor(math.log10(step) + 1e-9)
    decimals = max(-last_digit, 0)
    if abs(value) < step / 2:
        return "0"
    if abs(value) >= 1e6 or decimals > _MOST_DECIMALS:
        digits = math.floor(math.log10(abs(value)) + 1e-9) - last_digit + 1
        return f"{value:.{digits}g}"
    return f"{value:,.{decimals}f}"

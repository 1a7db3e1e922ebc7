"""Curves drawn by plotext: braille dots for lines, a letter on each curve, so that no colour is needed."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from r2p_tui.domain.axis_ticks import even_ticks, power_ticks
from r2p_tui.domain.curves import downsampled

LEAST_WIDTH, LEAST_HEIGHT = 24, 6
MARKS = "abcdefghijklmnopqrstuvwxyz"
_COLOURS = ("blue+", "orange+", "green+", "magenta+", "cyan+", "red+")
_PLAIN = {**dict.fromkeys(map(ord, "┌┐└┘├┤┬┴┼"), "+"), ord("│"): "|", ord("─"): "-"}
_ROWS_A_TICK = 3
_COLUMNS_A_TICK = 12
_COLUMNS_A_MARK = 14

Place = tuple[float, float]


class Curve(NamedTuple):
    """Points in the order of x; `mark` is one character that stands on the line, empty for none."""

    mark: str
    points: Sequence[Place]


class Look(NamedTuple):
    """How to draw: sizes in columns and rows, `log` for powers of ten upwards."""

    width: int
    height: int
    x_label: str = ""
    y_label: str = ""
    log: bool = False
    ascii_only: bool = False
    coloured: bool = False


class _Axis(NamedTuple):
    low: float
    high: float
    whole: bool


def draw(curves: Sequence[Curve], look: Look) -> list[str]:
    """The lines of a plot with its axes; none where there is no finite value to show.

    Values that are no finite numbers leave a gap, and on a log axis those that are not above zero too.
    """
    import plotext

    parts = [list(_stretches(curve.points, log=look.log)) for curve in curves]
    places = [place for part in parts for stretch in part for place in stretch]
    if not places:
        return []
    across, upwards = _axis([x for x, _ in places]), _axis([y for _, y in places])
    _set_up(plotext, look, across, upwards)
    columns = max(look.width, LEAST_WIDTH)
    for number, part in enumerate(parts):
        for stretch in part:
            xs, ys = downsampled([x for x, _ in stretch], [y for _, y in stretch], columns * 2)
            plotext.plot(xs, ys, marker="." if look.ascii_only else "braille", color=_colour(number))
    for (x, y), (marks, number) in _marks(curves, parts, columns).items():
        plotext.text(marks, x, y, color=_colour(number), style="bold", alignment="center")
    text = plotext.build() if look.coloured else plotext.uncolorize(plotext.build())
    text = text.translate(_PLAIN) if look.ascii_only else text
    return [line.rstrip() for line in text.rstrip("\n").split("\n")]


def knows_braille() -> bool:
    """Whether stdout can be written the dots and frames that a plot is drawn with."""
    try:
        "⣿┤".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _set_up(plotext: Any, look: Look, across: _Axis, upwards: _Axis) -> None:
    plotext.clear_figure()
    plotext.limit_size(False, False)
    width, height = max(look.width, LEAST_WIDTH), max(look.height, LEAST_HEIGHT)
    plotext.plot_size(width, height)
    plotext.theme("pro")
    plotext.xaxes(True, False)
    plotext.yaxes(True, False)
    plotext.xlim(across.low, across.high)
    plotext.ylim(upwards.low, upwards.high)
    least = 1.0 if across.whole else 0.0
    ticks = even_ticks(across.low, across.high, max(width // _COLUMNS_A_TICK, 3), least)
    plotext.xticks(*zip(*ticks, strict=True))
    wanted = max(height // _ROWS_A_TICK, 2)
    # The values are logarithms already, since plotext would not take limits for its own log scale.
    ticks = (power_ticks if look.log else even_ticks)(upwards.low, upwards.high, wanted)
    plotext.yticks(*zip(*ticks, strict=True))
    plotext.xlabel(look.x_label or None)
    plotext.ylabel(look.y_label or None)


def _stretches(points: Sequence[Place], *, log: bool) -> Iterator[list[Place]]:
    """The parts of a curve between gaps; with `log`, logarithms upwards."""
    for shown, group in groupby(points, key=lambda place: _is_shown(place, log=log)):
        if shown:
            yield [(x, math.log10(y) if log else y) for x, y in group]


def _is_shown(place: Place, *, log: bool) -> bool:
    return all(map(math.isfinite, place)) and (place[1] > 0 or not log)


def _axis(values: Sequence[float]) -> _Axis:
    """The smallest range that holds the values, with room around a single one."""
    low, high = min(values), max(values)
    whole = all(float(value).is_integer() for value in values)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        room = 1.0 if whole else abs(low) / 10 or 1.0
        # A metric that is still zero stands on the ground; there is nothing below it.
        low, high = (low - room if low else 0.0), high + room
    return _Axis(low, high, whole)


def _marks(
    curves: Sequence[Curve], parts: Sequence[Sequence[list[Place]]], columns: int
) -> dict[Place, tuple[str, int]]:
    """Where letters stand, each curve's beside those of the others; where two meet, both are there."""
    found: dict[Place, tuple[str, int]] = {}
    for number, (curve, part) in enumerate(zip(curves, parts, strict=True)):
        places = [place for stretch in part for place in stretch]
        for place in _marked(places, (number + 0.5) / len(curves), columns) if curve.mark else ():
            before, first = found.get(place, ("", number))
            found[place] = before + curve.mark, first
    return found


def _marked(places: Sequence[Place], share: float, columns: int) -> list[Place]:
    """The points nearest to equal steps along a curve; `share` of a step is how far the first lies."""
    if not places:
        return []
    count = max(columns // _COLUMNS_A_MARK, 1)
    start, step = places[0][0], (places[-1][0] - places[0][0]) / count
    wanted = [start + (index + share) * step for index in range(count)]
    return list(dict.fromkeys(min(places, key=lambda place: abs(place[0] - x)) for x in wanted))


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]

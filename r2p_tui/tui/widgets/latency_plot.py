"""Distributions of latency over each other: a hill for each, all over one axis, p50, p90 and p99 below it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from textual.content import Content
from textual.widget import Widget

from r2p_tui.domain.axis_ticks import even_ticks, power_ticks
from r2p_tui.domain.measurement_words import figure
from r2p_tui.domain.measurements import Latency
from r2p_tui.text import clean_line
from r2p_tui.tui.widgets.curve_plot import COLOURS
from r2p_tui.tui.widgets.key_line import joined
from r2p_tui.tui.widgets.row_list import fit

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_GUTTER_AT_MOST, _LEAST_GUTTER, _LEAST_PLOT = 30, 16, 24
_HIGHEST_HILL = 8
_COLUMNS_A_TICK = 10
_SEEN_FROM = 0.01
"""Of its peak: a hill as low as that would be a floor under all of the axis."""
_LOG_FROM = 8.0
"""With so many times between the fastest and the slowest, even steps would squeeze the fast ones."""


class TimesFace(NamedTuple):
    """One distribution with its letter and colour; that under the cursor stands out."""

    name: str
    letter: str
    slot: int
    latency: Latency
    is_chosen: bool = False


class _Axis(NamedTuple):
    """Milliseconds between two ends over so many columns; with `log` the ends are powers of ten."""

    low: float
    high: float
    columns: int
    log: bool

    def column(self, value: float) -> int:
        place = math.log10(max(value, 1e-9)) if self.log else value
        return math.floor((place - self.low) / (self.high - self.low) * self.columns)

    @property
    def edges(self) -> list[float]:
        step = (self.high - self.low) / self.columns
        places = [self.low + step * column for column in range(self.columns + 1)]
        return [10**place for place in places] if self.log else places


class LatencyPlot(Widget):
    """Every hill is as high as its own peak, so that their places and widths can be compared."""

    DEFAULT_CSS = "LatencyPlot { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._faces: Sequence[TimesFace] = ()

    def show(self, faces: Sequence[TimesFace]) -> None:
        """Draw these, the first at the top."""
        if list(faces) != list(self._faces):
            self._faces = list(faces)
            self.refresh()

    @property
    def words(self) -> list[str]:
        """The distributions in sentences, for who cannot see them."""
        return [f"{face.letter} {face.name}: {', '.join(_percentiles(face.latency))}" for face in self._faces]

    def render(self) -> Content:
        width, height = self.size
        gutter = max(min(_GUTTER_AT_MOST, width // 3), _LEAST_GUTTER)
        count = len(self._faces)
        rows = (height - 2) // count if count else 0
        if rows < 2 or width - gutter < _LEAST_PLOT:
            return joined(
                Content(clean_line(line)).truncate(max(width, 1), ellipsis=True) for line in self.words
            )
        axis = _axis_of(self._faces, width - gutter - 1)
        hill = min(rows - 1 - (rows > 4), _HIGHEST_HILL)
        lines: list[Content] = []
        for face in self._faces:
            lines += _hill(face, axis, hill, gutter)
            lines += [Content("")] * (rows > 4)
        return joined([*lines, *_foot(axis, gutter)])


def _axis_of(faces: Sequence[TimesFace], columns: int) -> _Axis:
    """From the fastest request to the p99 of the slowest, so that one outlier does not squeeze all else."""
    drawn = [face.latency.quantiles for face in faces]
    low = min(quantiles[0] for quantiles in drawn)
    high = max(quantiles[-2] if len(quantiles) > 2 else quantiles[-1] for quantiles in drawn)
    high = max(high, low * 1.001 + 1e-6)
    medians = [face.latency.p50 for face in faces]
    if low > 0 and max(medians) > _LOG_FROM * min(medians):
        return _Axis(math.log10(low), math.log10(high), columns, log=True)
    room = (high - low) * 0.02
    return _Axis(max(low - room, 0.0), high + room, columns, log=False)


def _hill(face: TimesFace, axis: _Axis, height: int, gutter: int) -> Iterator[Content]:
    # NumPy is slow to load: whoever reads the measurement has loaded it in a thread.
    from r2p_tui.domain.latency import density

    colour = COLOURS[face.slot % len(COLOURS)]
    edges = axis.edges
    heights = density(face.latency, edges).tolist()
    if axis.log:
        # Columns differ in width there, and requests a column are what the eye compares.
        heights = [
            value * (end - start) for value, start, end in zip(heights, edges, edges[1:], strict=False)
        ]
    peak = max(heights, default=0.0) or 1.0
    told = _gutter_lines(face, height + 1, gutter)
    for level in range(height - 1, -1, -1):
        cells = "".join(
            _EIGHTHS[_eighths(value / peak * height * 8 - level * 8, value > peak * _SEEN_FROM and not level)]
            for value in heights
        )
        yield next(told) + Content.styled(cells, colour)
    yield next(told) + _marks(face.latency, axis)


def _eighths(value: float, is_seen: bool) -> int:
    return max(min(round(value), 8), 1 if is_seen else 0)


def _gutter_lines(face: TimesFace, count: int, gutter: int) -> Iterator[Content]:
    """Letter and name, then as many percentiles as there are rows."""
    colour = COLOURS[face.slot % len(COLOURS)]
    name = fit(face.name, gutter - 4)
    style = "bold" if face.is_chosen else ""
    yield Content.assemble((f" {face.letter} ", f"bold {colour}"), (name, style), " ")
    known = list(_percentiles(face.latency))
    for row in range(count - 1):
        # The last row holds what is left, so that nothing is lost where there are few.
        text = known[row] if row < count - 2 and row < len(known) else ", ".join(known[row:])
        yield Content.styled(f"   {fit(text, gutter - 4)} ", "$muted")


def _percentiles(latency: Latency) -> Iterator[str]:
    """The figures of one distribution, those that were refused named."""
    yield f"p50 {figure(latency.p50)} ms"
    for name, value in (("p90", latency.p90), ("p99", latency.p99)):
        yield f"{name} {figure(value)}" if value is not None else f"{name} refused"
    yield f"max {figure(latency.maximum)}"


def _marks(latency: Latency, axis: _Axis) -> Content:
    """The line below a hill with the percentiles at their places, where they have room."""
    line = ["─"] * axis.columns
    taken = -1
    for name, value in (("50", latency.p50), ("90", latency.p90), ("99", latency.p99)):
        at = axis.column(value) if value is not None else -1
        if taken < at <= axis.columns - 1:
            start = min(at, axis.columns - len(name))
            line[start : start + len(name)] = name
            taken = start + len(name)
    return Content.styled("".join(line[: axis.columns]), "$muted")


def _foot(axis: _Axis, gutter: int) -> Iterator[Content]:
    wanted = max(axis.columns // _COLUMNS_A_TICK, 2)
    ticks = (power_ticks if axis.log else even_ticks)(axis.low, axis.high, wanted)
    rule, numbers = [" "] * axis.columns, ""
    for place, text in ticks:
        at = axis.column(10**place if axis.log else place)
        if 0 <= at < axis.columns:
            rule[at] = "┴"
        start = max(at - len(text) // 2, 0)
        if (start > len(numbers) or not numbers) and start + len(text) + 4 <= axis.columns:
            numbers = numbers.ljust(start) + text
    yield Content.styled(" " * gutter + "".join(rule), "$muted")
    unit = "ms, log" if axis.log else "ms"
    line = numbers.ljust(axis.columns - len(unit) - 1)[: axis.columns - len(unit) - 1]
    yield Content.styled(f"{' ' * gutter}{line} {unit}", "$muted")

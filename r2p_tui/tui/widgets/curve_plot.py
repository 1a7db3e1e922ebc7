"""Live curves over each other: a colour and a letter to each, axes with their units, a line in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from r2p_tui.domain.curves import shown
from r2p_tui.text import clean_line
from r2p_tui.tui.growing_curve import GrowingCurve, Stretch
from r2p_tui.tui.widgets.curve_canvas import (
    NOBODY,
    Canvas,
    Frame,
    across_ticks,
    frame_of,
    logarithms,
    upward_ticks,
)
from r2p_tui.tui.widgets.row_list import fit

COLOURS = ("#5fa8d3", "#e0af68", "#8fc1a9", "#c792ea", "#e06c75", "#9fb36a")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LEGEND_AT_MOST = 6
_ROWS_A_LEGEND_LINE = 4
_LEAST_ROWS, _LEAST_COLUMNS = 3, 12
_LEAST_NAME = 8
# Points that all curves together are drawn with; far more than an eye can tell apart on a terminal.
_POINTS_AT_MOST = 1_600


class Series(NamedTuple):
    """One curve; `slot` chooses its letter and its colour, `lowest` says which end of it is the best.

    `metric` is for a name that must tell it from another curve of the run.
    """

    slot: int
    name: str
    data: GrowingCurve
    lowest: bool
    x_name: str = "epoch"
    metric: str = ""

    @property
    def letter(self) -> str:
        return LETTERS[self.slot % len(LETTERS)]


@dataclass(frozen=True, slots=True)
class PlotFace:
    """What is drawn: curves in order of drawing, the range of x, and how they are looked at."""

    title: str = ""
    unit: str = ""
    curves: tuple[Series, ...] = ()
    log: bool = False
    weight: float = 0.0
    first: float = -math.inf
    last: float = math.inf
    empty: str = "Nothing is drawn."

    @property
    def key(self) -> tuple[object, ...]:
        """Equal as long as a drawing would look the same."""
        lengths = tuple((curve.slot, curve.name, id(curve.data), len(curve.data)) for curve in self.curves)
        view = (self.title, self.unit, self.log, self.weight, self.first, self.last, self.empty)
        return (lengths, *view)

    @property
    def x_name(self) -> str:
        return self.curves[0].x_name if self.curves else "epoch"


class CurvePlot(Widget, can_focus=False):
    """Draws a `PlotFace`; nothing is drawn again that looks the same."""

    COMPONENT_CLASSES = {"curve-plot--title", "curve-plot--axis", "curve-plot--words"}
    DEFAULT_CSS = """
    CurvePlot {
        height: 1fr;
        & > .curve-plot--title { color: $primary; text-style: bold; }
        & > .curve-plot--axis { color: $muted; }
        & > .curve-plot--words { color: $text; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.face = PlotFace()
        self.drawn = 0
        self._shown_key: tuple[object, ...] = ()
        self._lines_key: tuple[object, ...] = ()
        self._lines: list[Strip] = []
        self._back = Style()

    def show(self, face: PlotFace) -> bool:
        """Draw this, and say whether it differs from what is drawn."""
        self.face = face
        if face.key == self._shown_key:
            return False
        self._shown_key = face.key
        self.refresh()
        return True

    def notify_style_update(self) -> None:
        """Another theme: the same lines in other colours."""
        self._lines_key = ()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        key = (self.size, *self._shown_key)
        if key != self._lines_key:
            self._lines_key, self._lines = key, list(self._draw(self.size))
            self.drawn += 1
        return self._lines[y] if y < len(self._lines) else Strip.blank(self.size.width, self.rich_style)

    @property
    def words(self) -> list[str]:
        """The curves in sentences, in their order."""
        return [_sentence(curve) for curve in self.face.curves]

    # Drawing

    def _draw(self, size: Size) -> Iterator[Strip]:
        self._back = self.rich_style
        curves = [self._stretches(series, size.width) for series in self.face.curves]
        frame = frame_of(curves, log=self.face.log)
        yield self._words_line((fit(self._title(frame), size.width), "title"))
        legend = self._legend(size)
        rows = size.height - len(legend) - 3
        if frame is None or rows < _LEAST_ROWS or size.width < _LEAST_COLUMNS + 8:
            yield self._words_line((self._why_empty(frame), "axis"))
            yield from [self._words_line(("", "axis"))] * max(rows + 1, 0)
        else:
            yield from self._plot(frame, curves, rows)
        yield from legend

    def _stretches(self, series: Series, width: int) -> list[Stretch]:
        columns = max(min(width * 2, _POINTS_AT_MOST // (2 * len(self.face.curves))), 40)
        face = self.face
        parts = series.data.stretches(columns, weight=face.weight, first=face.first, last=face.last)
        return logarithms(parts) if face.log else parts

    def _title(self, frame: Frame | None) -> str:
        face = self.face
        said = [f"{face.title}, {face.unit}" if face.unit else face.title]
        said += ["log scale"] if face.log else []
        said += [f"smoothed {face.weight:g}"] if face.weight else []
        zoomed = math.isfinite(face.first) or math.isfinite(face.last)
        said += [f"{face.x_name} {frame.left:g} to {frame.right:g}"] if zoomed and frame else []
        said += ["values that are not above 0 are left out"] if face.log and self._has_no_logarithm() else []
        return " · ".join(said)

    def _has_no_logarithm(self) -> bool:
        bests = (curve.data.best(lowest=True) for curve in self.face.curves)
        return any(best is not None and best[1] <= 0 for best in bests)

    def _why_empty(self, frame: Frame | None) -> str:
        if frame is not None:
            return "There is no room for a plot here."
        if self.face.log and any(map(self._has_values_in_range, self.face.curves)):
            return "No value is above 0. L goes back to the plain scale."
        if any(len(curve.data) for curve in self.face.curves):
            return "There are no values in this range. 0 shows all."
        return self.face.empty

    def _has_values_in_range(self, series: Series) -> bool:
        return bool(series.data.stretches(1, first=self.face.first, last=self.face.last))

    def _plot(self, frame: Frame, curves: Sequence[Sequence[Stretch]], rows: int) -> Iterator[Strip]:
        ticks = upward_ticks(frame, rows)
        gutter = max(len(text) for _, text in ticks)
        canvas = Canvas(max(self.size.width - gutter - 2, _LEAST_COLUMNS), rows, frame)
        for series, parts in zip(self.face.curves, curves, strict=True):
            canvas.draw(parts, series.slot, series.letter)
        named = {canvas.row_of(place): text for place, text in ticks}
        axis, styles = self._style("axis"), self._curve_styles()
        for row in range(rows):
            edge = f"{named.get(row, ''):>{gutter}} {'┤' if row in named else '│'}"
            cells = [Segment(text, styles[owner]) for text, owner in canvas.row(row)]
            yield self._strip([Segment(edge, axis), *cells])
        yield from self._foot(canvas, gutter)

    def _foot(self, canvas: Canvas, gutter: int) -> Iterator[Strip]:
        below = {canvas.column_of(x): text for x, text in across_ticks(canvas.frame, canvas.columns)}
        rule = "".join("┬" if column in below else "─" for column in range(canvas.columns))
        yield self._words_line((f"{' ' * gutter} └{rule}", "axis"))
        line, x_name = "", self.face.x_name
        room = canvas.columns - len(x_name) - 2
        for column, text in sorted(below.items()):
            at = max(column - len(text) // 2, 0)
            if (at > len(line) or not line) and at + len(text) <= room:
                line = line.ljust(at) + text
        yield self._words_line((f"{' ' * (gutter + 2)}{line.ljust(room)}  {x_name}", "axis"))

    def _legend(self, size: Size) -> list[Strip]:
        curves = self.face.curves
        room = max(min(_LEGEND_AT_MOST, size.height // _ROWS_A_LEGEND_LINE), 1)
        seen = curves if len(curves) <= room else curves[-(room - 1) :] if room > 1 else curves[-1:]
        styles = self._curve_styles()
        lines = [
            self._strip(
                [
                    Segment(f" {series.letter} ", styles[series.slot] + Style(bold=True)),
                    Segment(_fitted_sentence(series, size.width - 3), self._style("words")),
                ]
            )
            for series in seen
        ]
        if len(seen) < len(curves) and room > 1:
            lines.append(self._words_line((f"   and {len(curves) - len(seen)} more", "axis")))
        return lines

    def _curve_styles(self) -> dict[int, Style]:
        back = self._back
        styles = {series.slot: back + colour_of(series.slot) for series in self.face.curves}
        return styles | {NOBODY: back}

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"curve-plot--{name}")

    def _words_line(self, *parts: tuple[str, str]) -> Strip:
        return self._strip([Segment(text, self._style(name)) for text, name in parts])

    def _strip(self, segments: Sequence[Segment]) -> Strip:
        return Strip(segments).adjust_cell_length(self.size.width, self._back)


def colour_of(slot: int) -> Style:
    """The colour of a curve wherever its run is named."""
    return Style(color=COLOURS[slot % len(COLOURS)])


def _sentence(series: Series) -> str:
    """`# 12 RT-DETR-l: 0.41 at epoch 14, best 0.43 at epoch 12`, the words for who cannot see the curve."""
    return f"{series.name}{_behind_name(series)}{', '.join(_numbers_of(series))}"


def _behind_name(series: Series) -> str:
    return f" {clean_line(series.metric)}: " if series.metric else ": "


def _numbers_of(series: Series) -> list[str]:
    data, count = series.data, len(series.data)
    if not count:
        return ["no values yet"]
    last = f"{shown(data.ys[count - 1])} at {series.x_name} {data.xs[count - 1]:g}"
    best = data.best(lowest=series.lowest)
    if best is None or count == 1:
        return [last]
    word = "lowest" if series.lowest else "best"
    return [last, f"{word} {shown(best[1])} at {series.x_name} {best[0]:g}"]


def _fitted_sentence(series: Series, width: int) -> str:
    """In so many cells: the name gives way, then the best, since half a number is another one."""
    name, behind, facts = clean_line(series.name), _behind_name(series), _numbers_of(series)
    least, room = min(_LEAST_NAME, cell_len(name)), width - cell_len(behind)
    whole = ", ".join(facts)
    said = whole if least + len(whole) <= room else facts[0]
    return fit(
        f"{fit(name, min(max(room - len(said), least), cell_len(name)))}{behind}{said}", width
    ).rstrip()

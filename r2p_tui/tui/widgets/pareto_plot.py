"""Latency against accuracy: a letter for each variant, the front as a line, its knee marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from r2p_tui.domain.measurement_words import figure
from r2p_tui.text import clean_line
from r2p_tui.tui.growing_curve import Stretch
from r2p_tui.tui.widgets.curve_canvas import NOBODY, Canvas, Frame, across_ticks, upward_ticks
from r2p_tui.tui.widgets.curve_plot import COLOURS
from r2p_tui.tui.widgets.key_line import joined

_LEAST_ROWS, _LEAST_COLUMNS = 4, 20
_KNEE = "◆ knee"
_LEAST_SPAN = 1.0
"""Points of mAP that the plot spans at least: less is noise, and would look like a difference."""
_FRONT = 0
_LONGEST_NAME = 26

Cells = list[tuple[str, str]]


class ParetoPoint(NamedTuple):
    """One variant: its median latency in ms, and its mAP in per cent."""

    key: str
    name: str
    letter: str
    slot: int
    x: float
    y: float
    on_front: bool
    is_knee: bool = False


class ParetoPlot(Widget):
    """Up and left is better; names stand beside their letters where there is room."""

    DEFAULT_CSS = "ParetoPlot { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._points: Sequence[ParetoPoint] = ()
        self._chosen = ""

    def show(self, points: Sequence[ParetoPoint], chosen: str) -> None:
        """Draw these; the one of that key stands out."""
        if (list(points), chosen) != (list(self._points), self._chosen):
            self._points, self._chosen = list(points), chosen
            self.refresh()

    @property
    def words(self) -> list[str]:
        """The plot in sentences: the front, its knee, and what is beaten by which."""
        return list(pareto_sentences(self._points))

    def render(self) -> Content:
        width, height = self.size
        rows = height - 3
        if not self._points or rows < _LEAST_ROWS or width < _LEAST_COLUMNS + 8:
            return joined(
                Content(clean_line(line)).truncate(max(width, 1), ellipsis=True) for line in self.words
            )
        frame = _frame(self._points)
        ticks = upward_ticks(frame, rows)
        gutter = max(len(text) for _, text in ticks) + 1
        canvas = Canvas(width - gutter - 2, rows, frame)
        front = sorted((point for point in self._points if point.on_front), key=lambda point: point.x)
        if len(front) > 1:
            canvas.draw([_stairs(front)], _FRONT, " ")
        grid = [_cells(canvas, row) for row in range(rows)]
        self._place_points(grid, canvas)
        return joined([self._title(width), *_edged(grid, canvas, ticks, gutter), *_foot(canvas, gutter)])

    def _title(self, width: int) -> Content:
        title = Content.styled("mAP50-95, %", "bold $primary")
        return (title + Content.styled("  over p50 in ms; up and left is better", "$muted")).truncate(
            width, ellipsis=True
        )

    def _place_points(self, grid: list[Cells], canvas: Canvas) -> None:
        """The letters first, then names where nothing is in their way, those on the front before others."""
        places: dict[str, tuple[int, int]] = {}
        for point in sorted(self._points, key=lambda point: (not point.is_knee, not point.on_front, point.x)):
            row, column = canvas.row_of(point.y), canvas.column_of(point.x)
            row, column = _free(grid, row, column, set(places.values()))
            places[point.key] = row, column
            grid[row][column] = (point.letter, self._style(point))
        taken = {(row, column) for row, column in places.values()}
        for point in sorted(
            self._points, key=lambda point: (not point.is_knee, not point.on_front, point.key != self._chosen)
        ):
            others = {place for key, place in places.items() if key != point.key}
            self._write_name(grid, point, places[point.key], taken, others)

    def _write_name(
        self,
        grid: list[Cells],
        point: ParetoPoint,
        place: tuple[int, int],
        taken: set[tuple[int, int]],
        others: set[tuple[int, int]],
    ) -> None:
        """Never so that it could be taken for the name of another letter."""
        knee = f" {_KNEE}" if point.is_knee else ""
        name = clean_line(point.name)
        texts = (f"{name}{knee}" if cell_len(name) <= _LONGEST_NAME else "", knee.strip())
        style = self._style(point) if point.is_knee or point.key == self._chosen else "$muted"
        for text in filter(None, texts):
            spots = _spots(place, cell_len(text))
            # Over the line of the front only where there is no other room.
            for hides in (False, True):
                for row, start in spots:
                    near = {(row, at) for at in range(start - 2, start + cell_len(text) + 2)}
                    if near & others:
                        continue
                    if _is_free(grid, row, start, cell_len(text), taken, hides=hides):
                        _write(grid[row], start, text, style)
                        taken |= {(row, at) for at in range(start - 2, start + cell_len(text) + 2)}
                        return

    def _style(self, point: ParetoPoint) -> str:
        colour = COLOURS[point.slot % len(COLOURS)]
        return f"bold reverse {colour}" if point.key == self._chosen else f"bold {colour}"


def pareto_sentences(points: Sequence[ParetoPoint]) -> Iterator[str]:
    """The front from its fast end, the knee, then the others, each with one that beats it."""
    front = sorted((point for point in points if point.on_front), key=lambda point: point.x)
    if not front:
        yield "No variant has both a latency and an accuracy."
        return
    yield "Not beaten by any other: " + ", ".join(map(_told, front)) + "."
    yield from (f"At the knee stands {point.name}." for point in front if point.is_knee)
    for point in points:
        if not point.on_front:
            by = next((one.name for one in front if one.x <= point.x and one.y >= point.y), "")
            yield f"{_told(point)} is beaten{f' by {by}' if by else ''}."


def _told(point: ParetoPoint) -> str:
    return f"{point.letter} {point.name} ({figure(point.x)} ms, {point.y:.1f} %)"


def _frame(points: Sequence[ParetoPoint]) -> Frame:
    left, right = min(point.x for point in points), max(point.x for point in points)
    low, high = min(point.y for point in points), max(point.y for point in points)
    across = max((right - left) * 0.08, abs(right) * 0.02, 1e-6)
    middle, half = (low + high) / 2, max((high - low) * 0.6, _LEAST_SPAN / 2)
    return Frame(left - across, right + across, middle - half, middle + half, False, False)


def _stairs(front: Sequence[ParetoPoint]) -> Stretch:
    """Along the front from its fast end: nothing lies above and left of this line."""
    xs, ys = [front[0].x], [front[0].y]
    for point in front[1:]:
        xs += [point.x, point.x]
        ys += [ys[-1], point.y]
    return Stretch(xs, ys)


def _cells(canvas: Canvas, row: int) -> Cells:
    return [(sign, "" if owner == NOBODY else "$muted") for text, owner in canvas.row(row) for sign in text]


def _free(grid: list[Cells], row: int, column: int, taken: set[tuple[int, int]]) -> tuple[int, int]:
    """The cell, or the nearest one of its row that no letter stands in: a row is a difference of accuracy."""
    row, column = max(0, min(row, len(grid) - 1)), max(0, min(column, len(grid[0]) - 1))
    for distance in range(len(grid[0])):
        for at in (column + distance, column - distance):
            if 0 <= at < len(grid[0]) and (row, at) not in taken:
                return row, at
    return row, column


def _spots(place: tuple[int, int], room: int) -> list[tuple[int, int]]:
    """Where a name may begin: right of its letter, else left of it, else above and below."""
    row, column = place
    return [(row, column + 2), (row, column - room - 1), (row - 1, column), (row + 1, column)]


def _is_free(
    grid: list[Cells], row: int, start: int, room: int, taken: set[tuple[int, int]], *, hides: bool
) -> bool:
    if not 0 <= row < len(grid) or start < 0 or start + room > len(grid[0]):
        return False
    cells = range(start, start + room)
    return not any((row, at) in taken or (not hides and grid[row][at][0] != " ") for at in cells)


def _write(cells: Cells, start: int, text: str, style: str) -> None:
    """Wide letters take the cell behind them too."""
    at = start
    for sign in text:
        width = cell_len(sign)
        if width == 0:
            continue
        cells[at] = (sign, style)
        for empty in range(at + 1, at + width):
            cells[empty] = ("", style)
        at += width


def _edged(
    grid: Sequence[Cells], canvas: Canvas, ticks: Sequence[tuple[float, str]], gutter: int
) -> Iterator[Content]:
    named = {canvas.row_of(place): text for place, text in ticks}
    for row, cells in enumerate(grid):
        edge = f"{named.get(row, ''):>{gutter}} {'┤' if row in named else '│'}"
        runs = [
            ("".join(sign for sign, _ in same), style)
            for style, same in groupby(cells, key=lambda cell: cell[1])
        ]
        yield Content.assemble((edge, "$muted"), *runs)


def _foot(canvas: Canvas, gutter: int) -> Iterator[Content]:
    below = {canvas.column_of(x): text for x, text in across_ticks(canvas.frame, canvas.columns)}
    rule = "".join("┬" if column in below else "─" for column in range(canvas.columns))
    yield Content.styled(f"{' ' * gutter} └{rule}", "$muted")
    line, room = "", canvas.columns - 4
    for column, text in sorted(below.items()):
        at = max(column - len(text) // 2, 0)
        if (at > len(line) or not line) and at + len(text) <= room:
            line = line.ljust(at) + text
    yield Content.styled(f"{' ' * (gutter + 2)}{line.ljust(room)}  ms", "$muted")

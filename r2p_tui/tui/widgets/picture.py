"""A picture in a terminal: every cell shows four points in two colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from r2p_tui.pdf.layout import Picture

# Which quarters of a cell have the lighter colour: upper left 8, upper right 4, lower left 2, lower right 1.
_QUARTERS = " ▗▖▄▝▐▞▟▘▚▌▙▀▜▛█"
POINTS_ACROSS, POINTS_DOWN = 2, 4
"""Points that a cell is asked for, so that points are square where a cell is twice as high as wide."""

LARGEST_SCALE = 4

Point = tuple[int, int, int]


def cell_lines(picture: Picture) -> list[Strip]:
    """The picture as lines of cells; slow for large ones, so call it in a thread."""
    rows = range(0, picture.height - POINTS_DOWN + 1, POINTS_DOWN)
    return [Strip(list(_line_of_cells(picture, top))) for top in rows]


class PictureView(Widget, can_focus=True):
    """Shows lines made by `cell_lines`, in the middle, or words in their place.

    `scale` is how many times wider and higher than the room the picture may be; the rest is reached by `pan`.
    """

    DEFAULT_CSS = """
    PictureView { height: 1fr; color: $muted; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: Sequence[Strip] = ()
        self._words = ""
        self._left = self._top = 0
        self.scale = 1

    def show(self, lines: Sequence[Strip]) -> None:
        """Show a picture."""
        self._lines, self._words = lines, ""
        self.pan(0, 0)

    def say(self, words: str) -> None:
        """Show a sentence of r2p instead."""
        self._lines, self._words = (), words
        self.refresh()

    @property
    def points(self) -> tuple[int, int]:
        """Width and height in points of the largest picture that is wanted."""
        width, height = self.size.width * self.scale, self.size.height * self.scale
        return max(width, 1) * POINTS_ACROSS, max(height, 1) * POINTS_DOWN

    def zoom(self, steps: int) -> bool:
        """Ask for a larger or smaller picture; False where it has that size already."""
        before, self.scale = self.scale, max(1, min(self.scale + steps, LARGEST_SCALE))
        return self.scale != before

    def pan(self, right: int, down: int) -> None:
        """Look at another part of a picture that is larger than the room; in steps of a quarter of it."""
        hidden_right = max((line.cell_length for line in self._lines), default=0) - self.size.width
        hidden_below = len(self._lines) - self.size.height
        self._left = max(0, min(self._left + right * self.size.width // 4, hidden_right))
        self._top = max(0, min(self._top + down * max(self.size.height // 4, 1), hidden_below))
        self.refresh()

    def render(self) -> Content:
        return Content(self._words)

    def render_line(self, y: int) -> Strip:
        if not self._lines:
            return super().render_line(y)
        width = self.size.width
        if y + self._top >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        seen = self._lines[y + self._top].crop(self._left, self._left + width)
        line = Strip([Segment(" " * ((width - seen.cell_length) // 2), self.rich_style), *seen])
        return line.adjust_cell_length(width, self.rich_style)


def _line_of_cells(picture: Picture, top: int) -> Iterator[Segment]:
    for left in range(0, picture.width - POINTS_ACROSS + 1, POINTS_ACROSS):
        points = [
            _mean(_point(picture, left + right, top + down), _point(picture, left + right, top + down + 1))
            for down in (0, 2)
            for right in (0, 1)
        ]
        yield _cell(points)


def _cell(points: Sequence[Point]) -> Segment:
    """The four points as one letter: lighter than their middle in one colour, darker in the other."""
    lights = [sum(point) for point in points]
    middle = (min(lights) + max(lights)) / 2
    lighter = [point for point, light in zip(points, lights, strict=True) if light > middle]
    darker = [point for point, light in zip(points, lights, strict=True) if light <= middle]
    shape = sum(8 >> place for place, light in enumerate(lights) if light > middle)
    back = Color.from_rgb(*_average(darker))
    front = Color.from_rgb(*_average(lighter)) if lighter else back
    return Segment(_QUARTERS[shape], Style(color=front, bgcolor=back))


def _point(picture: Picture, x: int, y: int) -> Point:
    start = 3 * (y * picture.width + x)
    red, green, blue = picture.rgb[start : start + 3]
    return red, green, blue


def _mean(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) // 2, (one[1] + other[1]) // 2, (one[2] + other[2]) // 2


def _average(points: Sequence[Point]) -> Point:
    red, green, blue = (sum(channel) // len(points) for channel in zip(*points, strict=True))
    return red, green, blue

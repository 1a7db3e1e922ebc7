"""Bars to both sides of zero, one a row, with a summary in words for who cannot see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from r2p_tui.tui.widgets.row_list import fit
from r2p_tui.tui.widgets.table_layout import ARROWS, Tone

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_COLOURS = {"better": "$success", "worse": "$error", "even": "$primary"}
_AXIS = "│"


class Bar(NamedTuple):
    """One value: what it is called, how it is written, and whether it is good."""

    label: str
    value: float
    words: str
    tone: Tone = "even"


@dataclass(frozen=True, slots=True)
class Series:
    """Bars of one kind, under a title that names the measure and what zero stands for."""

    title: str
    bars: Sequence[Bar]

    @property
    def summary(self) -> str:
        """The best, the worst and how many, in one sentence."""
        moved = [bar for bar in self.bars if bar.value]
        if not moved:
            return "No row differs from the baseline."
        top, low = max(moved, key=lambda bar: bar.value), min(moved, key=lambda bar: bar.value)
        ends = [f"highest {top.label} {top.words}", f"lowest {low.label} {low.words}"]
        return f"{len(moved)} rows differ: " + ", ".join(ends[: 1 + (top is not low)]) + "."


class Plot(Widget, can_focus=True):
    """Draws one `Series`; where there is no room for every bar, those furthest from zero stay."""

    DEFAULT_CSS = """
    Plot { height: auto; max-height: 100%; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.series = Series("", ())

    def show(self, series: Series) -> None:
        """Draw another series."""
        self.series = series
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.series.bars) + 4

    def render(self) -> Content:
        bars, left_out = _downsampled(self.series.bars, max(self.size.height - 4, 1))
        lines = [Content.styled(fit(self.series.title, self.size.width), "bold $primary"), Content("")]
        lines += _rows(bars, self.size.width)
        left = f"{left_out} rows nearer to zero are not drawn." if left_out else ""
        lines += [
            Content.styled(fit(words, self.size.width), "$muted") for words in (left, self.series.summary)
        ]
        return Content("\n").join(lines)


def _downsampled(bars: Sequence[Bar], room: int) -> tuple[Sequence[Bar], int]:
    """At most `room` bars in their order, and how many are left out."""
    if len(bars) <= room:
        return bars, 0
    chosen = sorted(range(len(bars)), key=lambda index: -abs(bars[index].value))[:room]
    return [bars[index] for index in sorted(chosen)], len(bars) - room


def _rows(bars: Sequence[Bar], width: int) -> list[Content]:
    label_width = min(max((cell_len(bar.label) for bar in bars), default=0), max(width // 3, 8))
    words_width = max((cell_len(bar.words) for bar in bars), default=0) + 2
    room = max(width - label_width - words_width - 5, 4)
    values = [0.0, *(bar.value for bar in bars)]
    lowest, highest = min(values), max(values)
    scale = room / ((highest - lowest) or 1.0)
    below = round(-lowest * scale)
    return [_row(bar, scale, below, room - below, (label_width, words_width)) for bar in bars]


def _row(bar: Bar, scale: float, below: int, above: int, widths: tuple[int, int]) -> Content:
    label_width, words_width = widths
    colour = _COLOURS[bar.tone]
    length = abs(bar.value) * scale
    left = _leftwards(length, below) if bar.value < 0 else " " * below
    right = _rightwards(length, above) if bar.value > 0 else " " * above
    arrow = ARROWS[bar.tone]
    return Content.assemble(
        fit(bar.label, label_width), "  ", (left, colour), (_AXIS, "$border"), (right, colour),
        (f"{fit(bar.words, words_width, right=True)} {arrow}", colour),
    )  # fmt: skip


def _rightwards(length: float, room: int) -> str:
    whole = min(int(length), room)
    part = _EIGHTHS[round((length - whole) * 8)] if whole < room else ""
    return ("█" * whole + part.strip()).ljust(room)


def _leftwards(length: float, room: int) -> str:
    """Blocks fill a cell from the left, so a bar to the left ends on a half or a whole cell."""
    halves = min(round(length * 2), room * 2)
    return ("▐" * (halves % 2) + "█" * (halves // 2)).rjust(room)

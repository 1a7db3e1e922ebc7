"""What was counted of a paper from the day of a prediction to the day on which it is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from r2p_tui.domain.times import local_day, short_date
from r2p_tui.tui.growing_curve import Stretch
from r2p_tui.tui.prediction_words import MEASURES, change_words
from r2p_tui.tui.widgets.curve_canvas import NOBODY, Canvas, frame_of, upward_ticks
from r2p_tui.tui.widgets.key_line import joined

if TYPE_CHECKING:
    from r2p_tui.services.prediction_evidence import EvidenceCurve, Measure

_LEAST_ROWS, _LEAST_COLUMNS = 3, 12
_TODAY = "┊"
_NO_PAPER = "No paper stands behind this prediction, so nothing is counted."
_NOTHING = "Nothing was counted yet. Each time that arXiv is read (R), its paper is looked up."
_NAMES = {
    "citations": "citations",
    "influential": "influential citations",
    "stars": "stars of its repository",
    "votes": "votes on Hugging Face",
}


class EvidencePlot(Widget):
    """Draws one measure, and names every one that somebody told."""

    DEFAULT_CSS = "EvidencePlot { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._curve: EvidenceCurve | None = None
        self._is_blank = True
        self._today = date.min
        self._wanted = MEASURES[0]

    def show(self, curve: EvidenceCurve | None, today: date) -> None:
        self._curve, self._today, self._is_blank = curve, today, False
        self.refresh()

    def blank(self) -> None:
        """Nothing at all, while it is not known what there is."""
        self._curve, self._is_blank = None, True
        self.refresh()

    def step(self, steps: int) -> None:
        """Draw the next measure, or the one before."""
        known, measure = self.known, self.measure
        if measure is not None:
            self._wanted = known[(known.index(measure) + steps) % len(known)]
            self.refresh()

    @property
    def known(self) -> list[Measure]:
        """The measures that somebody told."""
        curve = self._curve
        return [name for name in MEASURES if curve.series(name)] if curve is not None else []

    @property
    def measure(self) -> Measure | None:
        """The one that is drawn."""
        return self._wanted if self._wanted in self.known else next(iter(self.known), None)

    def render(self) -> Content:
        curve, measure = self._curve, self.measure
        if self._is_blank:
            return Content("")
        if curve is None:
            return Content.styled(_NO_PAPER, "$muted")
        if measure is None:
            return Content.styled(_NOTHING, "$muted")
        series = curve.series(measure)
        width, rows = self.size.width, self.size.height - 4
        lines = [_title(measure, [value for _, value in series]).truncate(width, ellipsis=True)]
        if rows >= _LEAST_ROWS and width >= _LEAST_COLUMNS + 8:
            lines += _plot(curve, series, (width, rows), self._today)
        return joined([*lines, *self._others(measure)])

    def _others(self, measure: Measure) -> Iterator[Content]:
        """The other measures in numbers, and the key that draws them."""
        curve = self._curve
        if curve is None:
            return
        told = [(name, [value for _, value in curve.series(name)]) for name in self.known if name != measure]
        words = ", ".join(f"{_NAMES[name]} {change_words(values)}" for name, values in told)
        yield Content.styled(f"l draws another: {words}" if told else "", "$muted").truncate(
            self.size.width, ellipsis=True
        )


def _title(measure: str, values: Sequence[int]) -> Content:
    return Content.assemble((f"{_NAMES[measure]} ", "bold $primary"), (change_words(values), "bold"))


def _plot(
    curve: EvidenceCurve, series: Sequence[tuple[datetime, int]], size: tuple[int, int], today: date
) -> Iterator[Content]:
    width, rows = size
    part = Stretch([_day(moment) for moment, _ in series], [float(value) for _, value in series])
    frame = frame_of([[part]], log=False)
    if frame is None:
        return
    first, last = float(curve.since.toordinal()), float(curve.until.toordinal())
    first, last = min(first, frame.left, part.xs[0]), max(last, part.xs[-1])
    frame = frame._replace(left=first, right=max(last, first + 1))
    ticks = upward_ticks(frame, rows)
    gutter = max(len(text) for _, text in ticks)
    canvas = Canvas(max(width - gutter - 2, _LEAST_COLUMNS), rows, frame)
    canvas.draw([part], 0, "●")
    named = {canvas.row_of(place): text for place, text in ticks}
    now = canvas.column_of(today.toordinal()) if first <= today.toordinal() < last else None
    for row in range(rows):
        edge = f"{named.get(row, ''):>{gutter}} {'┤' if row in named else '│'}"
        yield Content.assemble((edge, "$muted"), *_cells(canvas, row, now))
    yield from _foot(curve, canvas, gutter, now)


def _cells(canvas: Canvas, row: int, now: int | None) -> Iterator[tuple[str, str]]:
    """The signs of a row, with today's line where the curve leaves room for it."""
    column = 0
    for text, owner in canvas.row(row):
        at = now - column if now is not None else -1
        column += len(text)
        if owner == NOBODY and 0 <= at < len(text):
            yield from ((text[:at], ""), (_TODAY, "$muted"), (text[at + 1 :], ""))
        else:
            yield text, "" if owner == NOBODY else "$accent"


def _foot(curve: EvidenceCurve, canvas: Canvas, gutter: int, now: int | None) -> Iterator[Content]:
    yield Content.styled(f"{' ' * gutter} └{'─' * canvas.columns}", "$muted")
    first, last = f"written {short_date(curve.since)}", f"due {short_date(curve.until)}"
    middle = canvas.columns - len(first) - len(last)
    line = first + " " * max(middle, 1) + last
    if now is not None and len(first) + 1 < now - 2 and now + 4 < canvas.columns - len(last):
        line = line[: now - 2] + "today" + line[now + 3 :]
    yield Content.styled(" " * (gutter + 2) + line[: canvas.columns], "$muted")


def _day(moment: datetime) -> float:
    """The moment on an axis of calendar days."""
    local = moment.astimezone()
    return local_day(moment).toordinal() + (local.hour * 60 + local.minute) / 1440

"""What was said against what happened: a mark to a bin, its interval, a band of what chance would give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from r2p_tui.text import clean_line, count_of
from r2p_tui.tui.score_words import verdicts
from r2p_tui.tui.widgets.judged_line import fitting
from r2p_tui.tui.widgets.key_line import joined

if TYPE_CHECKING:
    from r2p_tui.domain.calibration import CalibrationBin, CalibrationVerdict

_GUTTER = 7
_LEAST_ROWS, _LEAST_COLUMNS = 4, 20
_LEGEND_FROM = 12
_DIAGONAL, _BAND, _INTERVAL = "·", "░", "│"
_STYLES = {_DIAGONAL: "$muted", _BAND: "$secondary", _INTERVAL: "$primary"}
_INSIDE, _ABOVE, _BELOW = "●", "▲", "▼"
_LEGEND = f"{_BAND} chance  {_INSIDE} inside  {_ABOVE} above  {_BELOW} below  {_INTERVAL} 95 %"


def mark_of(one: CalibrationBin) -> str:
    """Whether it happened more or less often than a calibrated forecaster would see nearly always."""
    low, high = one.band
    return _ABOVE if one.rate > high else _BELOW if one.rate < low else _INSIDE


def bin_sentence(one: CalibrationBin) -> str:
    """`70 to 80 %: 12 predictions, 76 % said on the mean, 58 % came true, less often than by chance`."""
    judged = {_ABOVE: ", more often than by chance", _BELOW: ", less often than by chance"}.get(
        mark_of(one), ""
    )
    counted = f"{one.low * 100:.0f} to {one.high * 100:.0f} %: {count_of(one.count, 'prediction')}"
    return f"{counted}, {one.said * 100:.0f} % said on the mean, {one.rate * 100:.0f} % came true{judged}"


class CalibrationPlot(Widget):
    """Draws the bins that hold something; without enough of them it says so and draws the axes alone."""

    DEFAULT_CSS = "CalibrationPlot { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._bins: Sequence[CalibrationBin] = ()
        self._verdict: CalibrationVerdict | None = None

    def show(self, bins: Sequence[CalibrationBin], verdict: CalibrationVerdict) -> None:
        self._bins = [one for one in bins if one.count]
        self._verdict = verdict
        self.refresh()

    @property
    def is_too_early(self) -> bool:
        return self._verdict is not None and self._verdict.verdict == "too_early"

    @property
    def words(self) -> list[str]:
        """The plot in sentences, for who cannot see it."""
        if self._verdict is None:
            return []
        return [self._verdict.words, *([] if self.is_too_early else map(bin_sentence, self._bins))]

    def render(self) -> Content:
        if self._verdict is None:
            return Content.styled("scoring …", "$muted")
        width, height = self.size.width, self.size.height
        title = Content.styled(clean_line(fitting(verdicts(self._verdict), width)), "bold")
        legend = [Content.styled(_LEGEND, "$muted").truncate(width, ellipsis=True)]
        legend = legend if height >= _LEGEND_FROM and not self.is_too_early else []
        rows, columns = height - len(legend) - 4, width - _GUTTER
        if rows < _LEAST_ROWS or columns < _LEAST_COLUMNS:
            return joined(Content(clean_line(line)) for line in self.words)
        plot = [*self._rows(rows, columns), *_foot(columns), self._counts(columns)]
        return joined([title.truncate(width, ellipsis=True), *plot, *legend])

    # Drawing

    def _rows(self, rows: int, columns: int) -> Iterator[Content]:
        cells = [[" "] * columns for _ in range(rows)]
        bins = () if self.is_too_early else self._bins
        for one in bins:
            _draw_band(cells, one)
        for column in range(columns):
            cells[_row((column + 0.5) / columns, rows)][column] = _DIAGONAL
        for one in bins:
            _draw_mark(cells, one)
        numbers = {_row(share, rows): f"{share * 100:.0f} %" for share in (0.0, 0.5, 1.0)}
        named = numbers if {1, 2} & numbers.keys() else {1: "came", 2: "true", **numbers}
        for row, line in enumerate(cells):
            edge = f"{named.get(row, ''):>{_GUTTER - 2}} {'┤' if row in numbers else '│'}"
            yield Content.assemble((edge, "$muted"), *_styled(line))

    def _counts(self, columns: int) -> Content:
        """How many predictions are in each bin, below it."""
        line = [" "] * columns
        for one in self._bins:
            start, end = _span(one, columns)
            text = f"{one.count:,}" if len(f"{one.count:,}") <= end - start else f"{one.count // 1000}k"
            place = start + max((end - start - len(text)) // 2, 0)
            line[place : place + len(text)] = text
        return Content.assemble((f"{'count':>{_GUTTER - 2}}  ", "$muted"), "".join(line[:columns]))


def _draw_band(cells: list[list[str]], one: CalibrationBin) -> None:
    rows = len(cells)
    start, end = _span(one, len(cells[0]))
    for row in range(_row(one.band[1], rows), _row(one.band[0], rows) + 1):
        # A column of air keeps the bands of two bins apart.
        cells[row][start : end - 1] = _BAND * max(end - 1 - start, 0)


def _draw_mark(cells: list[list[str]], one: CalibrationBin) -> None:
    """The mark at what was said on the mean, and its interval."""
    rows, columns = len(cells), len(cells[0])
    start, end = _span(one, columns)
    place = min(max(round(one.said * columns - 0.5), start), max(end - 1, start))
    for row in range(_row(one.interval[1], rows), _row(one.interval[0], rows) + 1):
        cells[row][place] = _INTERVAL
    cells[_row(one.rate, rows)][place] = mark_of(one)


def _span(one: CalibrationBin, columns: int) -> tuple[int, int]:
    return round(one.low * columns), round(one.high * columns)


def _row(share: float, rows: int) -> int:
    return round((1 - share) * (rows - 1))


def _styled(line: Sequence[str]) -> Iterator[tuple[str, str]]:
    for sign, same in groupby(line):
        style = "bold $due" if sign in (_ABOVE, _BELOW) else "bold $primary" if sign == _INSIDE else ""
        yield "".join(same), _STYLES.get(sign, style)


def _foot(columns: int) -> Iterator[Content]:
    places = {round(tenth / 5 * (columns - 1)): f"{tenth * 20} %" for tenth in range(6)}
    rule = "".join("┬" if column in places else "─" for column in range(columns))
    yield Content.styled(f"{' ' * (_GUTTER - 2)} └{rule}"[: _GUTTER + columns], "$muted")
    line = f"{'said':>{_GUTTER - 2}}".ljust(_GUTTER + columns)
    for column, text in places.items():
        at = min(_GUTTER + column - len(text) // 2, _GUTTER + columns - len(text))
        line = line[:at] + text + line[at + len(text) :]
    yield Content.styled(line, "$muted")

"""Tables of metrics that programs extend row by row, such as results.csv and Lightning's metrics.csv."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from time import time

from r2p_tui.domain.printed_values import as_number
from r2p_tui.domain.run_metrics import epoch_of, is_evaluation, is_metric, loss_sums, metric_name, step_of
from r2p_tui.domain.runs import MetricPoint
from r2p_tui.runs.reports.growing_file import GrowingFile

_LONGEST_ROW = 65_536
_MOST_COLUMNS = 500


class CsvMetrics:
    """Reads the rows that were added to a file; a row counts once its newline is there.

    A file that is written anew with the same first row, as programs do that add a column, goes on after the
    rows that were read; any other new file is read from its beginning.
    """

    def __init__(self, path: Path) -> None:
        self._file = GrowingFile(path)
        self._rest = b""
        self._columns: list[str] | None = None
        self._separator = ","
        self._first: dict[str, float] = {}
        self._rows = 0
        self._rows_before = 0
        self._first_before: dict[str, float] = {}

    @property
    def behind(self) -> bool:
        """Whether the last poll left something unread."""
        return self._file.behind

    def poll(self, now: float | None = None, max_bytes: int = 1_000_000) -> list[MetricPoint]:
        """The points of new rows, all at the time `now`, which is the clock's where it is not told."""
        data, anew = self._file.read(max_bytes)
        if anew:
            self._begin_anew()
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_ROW:
            self._rest = b""
        moment = time() if now is None else now
        return [point for line in lines for point in self._points(line, moment)]

    def _begin_anew(self) -> None:
        if self._rows:
            self._rows_before, self._first_before = self._rows, self._first
        self._rest, self._columns, self._rows, self._first = b"", None, 0, {}

    def _points(self, line: bytes, now: float) -> list[MetricPoint]:
        text = line.decode("utf-8-sig", "replace").strip("\r")
        if not text.strip() or len(line) > _LONGEST_ROW:
            return []
        if self._columns is None:
            self._separator = max(",;\t", key=text.count)
            self._columns = _names(self._cells(text))
            return []
        row = self._numbers(text)
        if not row:
            return []
        self._rows += 1
        if self._rows == 1:
            self._first = row
            # As text, since what is no number is not equal to itself.
            if any(str(row.get(name)) != str(value) for name, value in self._first_before.items()):
                self._rows_before = 0
        return [] if self._rows <= self._rows_before else _row_points(row, self._rows, now)

    def _numbers(self, text: str) -> dict[str, float]:
        cells = zip(self._columns or (), self._cells(text), strict=False)
        return {name: value for name, cell in cells if name and (value := as_number(cell)) is not None}

    def _cells(self, text: str) -> list[str]:
        try:
            cells = next(csv.reader([text], delimiter=self._separator), [])
        except csv.Error:
            return []
        return [cell.strip() for cell in cells[:_MOST_COLUMNS]]


def _names(cells: list[str]) -> list[str]:
    """The header's names; a first row of numbers names nothing, and then nothing is read."""
    return [] if any(as_number(cell) is not None for cell in cells) else cells


def _row_points(row: Mapping[str, float], number: int, now: float) -> list[MetricPoint]:
    """Beside a column of steps, only what its name tells of an epoch or a validation is of the epoch."""
    named = {name: value for column, value in row.items() if (name := metric_name(column))}
    epoch, inside = epoch_of(named)
    step = step_of(named)
    values = {name: value for name, value in named.items() if is_metric(name)}
    values |= {name: value for name, value in loss_sums(row).items() if name not in values}
    if step is None and not inside:
        return [MetricPoint(now, values, epoch, number if epoch is None else None)] if values else []
    whole = {name: value for name, value in values.items() if is_evaluation(name)}
    parts = {name: value for name, value in values.items() if name not in whole}
    points = [MetricPoint(now, parts, epoch, step, "batch")] if parts else []
    return points + ([MetricPoint(now, whole, epoch, step)] if whole else [])

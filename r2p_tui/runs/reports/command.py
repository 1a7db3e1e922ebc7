"""Metrics of any program, from all places in which it reports: its output, CSV tables and TensorBoard."""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from time import time
from typing import Protocol

from r2p_tui.domain.run_metrics import LONGEST_LINE, LineMetrics, is_evaluation, is_metric, metric_name
from r2p_tui.domain.runs import MetricPoint, RunSpec, Scope
from r2p_tui.runs.reports.csv_metrics import CsvMetrics
from r2p_tui.runs.reports.event_files import EventFile, Scalar
from r2p_tui.runs.reports.log_tail import LogTail
from r2p_tui.runs.rundir import RunDir

_LOG_BYTES = 2_000_000
_FILE_BYTES = 250_000
_FILES_EACH_POLL = 8
_MOST_LINES = 10_000
_SCAN_SECONDS = 5.0
_MOST_ENTRIES = 2_000
_DEEPEST = 4
_MOST_FILES = 64
_MOST_NAMES = 1_000
_MOST_POLLS = 2_000
# Clocks of file systems are coarser than the clock of the process.
_CLOCK_SLACK = 2.0
_TABLES = frozenset({"results.csv", "metrics.csv"})
_LOGS = frozenset({".txt", ".log", ".jsonl", ".json", ".out"})
_SKIPPED = frozenset({"node_modules", "venv", "env", "site-packages", "__pycache__", "datasets", "dataset"})
_PARTS = {"train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val"} | {
    "test": "test",
    "eval": "eval",
}


class _Source(Protocol):
    """One place in which a program reports; `owner` is what a name is owned by."""

    owner: str

    @property
    def behind(self) -> bool: ...

    def poll(self, now: float, last: bool, /) -> list[MetricPoint]: ...


class CommandMetrics:
    """New points of a command's run, whatever it reports with.

    A name belongs to the place that reported it first, for epochs and for batches each: a program that
    prints `loss` and writes it to a table too reports it once, from the place that was quicker. The event
    files of one folder are one place. A value that is repeated for the same epoch, as several ranks print
    it, counts once.

    Files older than `started`, seconds since 1970, belong to another run and are left out until they change;
    make the object before the command starts, or say when it did.
    """

    def __init__(
        self,
        folder: Path,
        spec: RunSpec,
        *,
        started: float | None = None,
        clock: Callable[[], float] = time,
    ) -> None:
        self._spec = spec
        self._clock = clock
        self._started = (clock() if started is None else started) - _CLOCK_SLACK
        self._log = _Log(RunDir(folder).log, "log")
        self._files: dict[Path, _Source] = {}
        self._turn = 0
        self._next_scan = 0.0
        self._owners: dict[tuple[str, Scope], str] = {}
        self._reported: dict[str, tuple[int, float]] = {}

    @property
    def epochs(self) -> int | None:
        """How many epochs the program said that there are."""
        return self._log.lines.epochs

    @property
    def behind(self) -> bool:
        """Whether the last poll left something unread."""
        return self._log.behind or any(source.behind for source in self._files.values())

    @property
    def notes(self) -> list[str]:
        """Sentences about event files that are damaged."""
        return [
            source.file.note
            for source in self._files.values()
            if isinstance(source, _Events) and source.file.note
        ]

    def poll(self, *, last: bool = False) -> list[MetricPoint]:
        """The new points, from at most 4 MB of what was reported; never raises.

        `last` also counts a line without newline, for a program that has ended.
        """
        now = self._clock()
        if last or now >= self._next_scan or now < self._next_scan - _SCAN_SECONDS:
            self._next_scan = now + _SCAN_SECONDS
            self._look_for_files()
        points = []
        for source in [self._log, *self._whose_turn()]:
            try:
                found = source.poll(now, last)
            except (OSError, ValueError, ArithmeticError, LookupError, RecursionError):
                # Files are foreign input: a fault in one must not end the supervision of the run.
                continue
            points += [owned for point in found if (owned := self._owned(point, source.owner)) is not None]
        return points

    def finish(self) -> list[MetricPoint]:
        """All that is left of a program that has ended."""
        points = self.poll()
        for _ in range(_MOST_POLLS):
            if not self.behind:
                break
            points += self.poll()
        for _ in range(0, len(self._files) + 1, _FILES_EACH_POLL):
            points += self.poll(last=True)
        return points

    def _whose_turn(self) -> list[_Source]:
        files = list(self._files.values())
        start = self._turn if self._turn < len(files) else 0
        self._turn = start + _FILES_EACH_POLL
        return files[start : self._turn]

    def _owned(self, point: MetricPoint, owner: str) -> MetricPoint | None:
        values = {}
        for name, value in point.values.items():
            key = (name, point.scope)
            if key not in self._owners and len(self._owners) >= _MOST_NAMES:
                continue
            if self._owners.setdefault(key, owner) == owner and not self._is_repeated(point, name, value):
                values[name] = value
        return point._replace(values=values) if values else None

    def _is_repeated(self, point: MetricPoint, name: str, value: float) -> bool:
        if point.scope != "epoch" or point.epoch is None:
            return False
        before = self._reported.get(name)
        self._reported[name] = (point.epoch, value)
        return before is not None and before[0] == point.epoch and str(before[1]) == str(value)

    def _look_for_files(self) -> None:
        for path in self._candidates():
            if len(self._files) >= _MOST_FILES:
                return
            if path not in self._files and self._is_new(path):
                self._files[path] = _source_for(path, self._spec.epochs or self.epochs)

    def _candidates(self) -> Iterator[Path]:
        folder = Path(self._spec.folder) if self._spec.folder else None
        for pattern in self._spec.watch:
            for path in _matches(folder, pattern):
                if path.is_dir():
                    yield from _reports_below(path)
                else:
                    yield path
        if folder is not None:
            yield from _reports_below(folder)

    def _is_new(self, path: Path) -> bool:
        try:
            return path.stat().st_mtime >= self._started
        except OSError:
            return False


class _Log:
    """Lines of text, and the state of a progress bar that has not ended."""

    def __init__(self, path: Path, owner: str) -> None:
        self.owner = owner
        self.lines = LineMetrics()
        self._tail = LogTail(path, LONGEST_LINE)
        self._bar = ""
        self._ended = False

    @property
    def behind(self) -> bool:
        return self._tail.behind

    def poll(self, now: float, last: bool) -> list[MetricPoint]:
        lines = self._tail.poll(_MOST_LINES, _LOG_BYTES)
        points = [point for line in lines for point in self.lines.read(line, now)]
        if self._tail.behind:
            return points
        before, self._bar = self._bar, self._tail.pending
        if last and not self._ended:
            self._ended = True
            return points + self.lines.read(self._bar, now)
        # Without its closing bracket, the bar is perhaps half written and its last number cut short.
        if self._bar != before and self._bar.endswith("]"):
            points += self.lines.read_bar(self._bar, now)
        return points


class _Table:
    def __init__(self, path: Path, owner: str) -> None:
        self.owner = owner
        self._table = CsvMetrics(path)

    @property
    def behind(self) -> bool:
        return self._table.behind

    def poll(self, now: float, _last: bool) -> list[MetricPoint]:
        return self._table.poll(now, _FILE_BYTES)


class _Events:
    """Scalars of one event file under the names of its folder: `loss` of `validation/` is `val_loss`.

    Lightning writes the epoch as a scalar of the same step. Without it, the steps of what is evaluated are
    taken for epochs as long as the file has no step beyond the number of epochs.
    """

    def __init__(self, path: Path, epochs: int | None) -> None:
        self.owner = str(path.parent)
        self.file = EventFile(path)
        self._part = path.parent.name
        self._epochs = epochs or 0
        self._last_step = 0

    @property
    def behind(self) -> bool:
        return self.file.behind

    def poll(self, _now: float, _last: bool) -> list[MetricPoint]:
        points: list[MetricPoint] = []
        scalars = self.file.poll(_FILE_BYTES)
        epochs = {scalar.step: int(scalar.value) for scalar in scalars if _tells_epoch(scalar)}
        for scalar in scalars:
            name = _event_name(scalar.tag, self._part)
            if not is_metric(name) or _tells_epoch(scalar):
                continue
            self._last_step = max(self._last_step, scalar.step)
            epoch = epochs.get(scalar.step)
            scope: Scope = "epoch" if is_evaluation(name) else "batch"
            if epoch is None and scope == "epoch" and self._counts_epochs(scalar.tag):
                epoch = scalar.step
            _add(points, MetricPoint(scalar.time, {name: scalar.value}, epoch, scalar.step, scope))
        return points

    def _counts_epochs(self, tag: str) -> bool:
        """Keras spells `epoch_loss` what it writes once an epoch, with the epoch as the step."""
        return tag.startswith("epoch_") or self._last_step <= self._epochs


def _tells_epoch(scalar: Scalar) -> bool:
    return scalar.tag == "epoch" and 0 <= scalar.value < 1e9


def _add(points: list[MetricPoint], point: MetricPoint) -> None:
    """Values of the same step that follow each other are one point."""
    if points and points[-1][2:] == point[2:] and not points[-1].values.keys() & point.values.keys():
        points[-1] = points[-1]._replace(values={**points[-1].values, **point.values})
    else:
        points.append(point)


def _event_name(tag: str, folder: str) -> str:
    """The metric of a tag; writers with several curves in one plot make a folder `TAG_CURVE` for each."""
    name, curve = metric_name(tag), metric_name(folder)
    if part := _PARTS.get(curve):
        return name if name.startswith(f"{part}_") else f"{part}_{name}"
    return curve if name and curve.startswith(f"{name}_") else name


def _source_for(path: Path, epochs: int | None) -> _Source:
    if "tfevents" in path.name:
        return _Events(path, epochs)
    return _Log(path, str(path)) if path.suffix.lower() in _LOGS else _Table(path, str(path))


def _matches(folder: Path | None, pattern: str) -> list[Path]:
    """The paths that an entry of `watch` names; entries that cannot be looked up name none."""
    if folder is None and not Path(pattern).is_absolute():
        return []
    try:
        whole = folder / pattern if folder is not None else Path(pattern)
        found = Path(whole.anchor).glob(str(whole.relative_to(whole.anchor)))
        return list(islice(found, _MOST_FILES))
    except (OSError, ValueError, NotImplementedError):
        return []


def _reports_below(folder: Path) -> Iterator[Path]:
    """Tables and event files in a folder and the four levels below it, folders that changed last first."""
    left = _MOST_ENTRIES
    waiting: list[tuple[int, float, str]] = [(0, 0.0, str(folder))]
    while waiting and left > 0:
        depth, _, path = heapq.heappop(waiting)
        try:
            with os.scandir(path) as entries:
                for entry in islice(entries, left):
                    left -= 1
                    if _is_report(entry.name):
                        yield Path(entry.path)
                    elif depth < _DEEPEST and _is_folder(entry):
                        changed = entry.stat(follow_symlinks=False).st_mtime
                        heapq.heappush(waiting, (depth + 1, -changed, entry.path))
        except OSError:
            continue


def _is_report(name: str) -> bool:
    return name in _TABLES or name.startswith("events.out.tfevents.")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    hidden = entry.name.startswith(".") or entry.name in _SKIPPED
    return not hidden and entry.is_dir(follow_symlinks=False)

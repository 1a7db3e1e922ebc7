"""The log of a job on a cluster, as it comes in, turned into the files of the run folder.

The log is always told from its first character. What the folder holds already is recognized and not written
again, so that a process may end at any point and another one go on.
"""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from r2p_tui.domain.run_metrics import LineMetrics
from r2p_tui.domain.runs import MetricPoint
from r2p_tui.runs.rundir import LineReader, RunDir, append_line, point_line, point_of
from r2p_tui.text import clean_line

PREFIX = "r2p:"
LONGEST_LINE = 1_000_000
# Ray's own first words repeat the command, in which a number may look like a metric.
_SUPERVISORS_WORDS = b"[r2p] "
_RAYS_WORDS = ("Running entrypoint for job ", "Runtime env ")
_EVENTS = ("note", "warning", "checkpoint")
_RECOGNIZED_BYTES = 8_000_000


class LogMark(NamedTuple):
    """When the first `chars` characters of the job's log were written, `log.txt` had `size` bytes."""

    chars: int = 0
    size: int = 0


class JobOutput:
    """Takes the log in pieces and writes whole lines to `log.txt`, metrics and events to theirs.

    `speaks_r2p` is for a job of `cluster/job.py`, whose marked lines are metrics and events; the metrics of
    other programs are found in what they print. `taken` counts the characters taken in.
    """

    def __init__(
        self,
        run: RunDir,
        mark: LogMark | None = None,
        *,
        speaks_r2p: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._run = run
        self._mark = mark or LogMark(0, 0)
        self._speaks_r2p = speaks_r2p
        self._clock = clock
        self._rest = ""
        self._written_chars = 0
        self._log_waiting = bytearray()
        self._lines_waiting: deque[tuple[Path, Mapping[str, Any]]] = deque()
        self._known_log = _lines_from(run.log, self._mark.size)
        self._known_points = _count_points(run.metrics)
        self._known_events = {
            json.dumps(event, sort_keys=True) for event in LineReader(run.events).read_new()
        }
        self._metrics = _PrintedMetrics()
        self.taken = 0
        self.outcome: dict[str, Any] | None = None
        self.last_line = ""

    @property
    def mark(self) -> LogMark:
        """From where a later process has to compare; worth keeping from time to time."""
        if self._log_waiting or self._known_log or self._written_chars < self._mark.chars:
            return self._mark
        return LogMark(self._written_chars, _size(self._run.log))

    def take(self, text: str) -> None:
        """The next piece of the log; it is written by `flush`."""
        self.taken += len(text)
        *lines, rest = (self._rest + text).split("\n")
        for line in lines:
            self._line(line + "\n")
        while len(rest) > LONGEST_LINE:
            self._line(rest[:LONGEST_LINE])
            rest = rest[LONGEST_LINE:]
        self._rest = rest

    def end(self) -> None:
        """The log is complete: a last line without newline counts too."""
        if self._rest:
            self._line(self._rest + "\n")
            self._rest = ""

    def flush(self) -> None:
        """Write what was taken; raises OSError, and then the rest is kept for the next time."""
        if self._log_waiting:
            _append(self._run.log, self._log_waiting)
        while self._lines_waiting:
            append_line(*self._lines_waiting[0])
            self._lines_waiting.popleft()

    def _line(self, line: str) -> None:
        # Cut in pieces, an overlong line must count the same however it came in.
        while len(line) > LONGEST_LINE + 1:
            self._line(line[:LONGEST_LINE])
            line = line[LONGEST_LINE:]
        start, self._written_chars = self._written_chars, self._written_chars + len(line)
        if self._speaks_r2p and line.startswith(PREFIX):
            return self._told(line[len(PREFIX) :])
        if text := clean_line(line[:2000]):
            self.last_line = text
        self._log(line, start)
        if not self._speaks_r2p and not line.startswith(_RAYS_WORDS):
            for point in self._metrics.read(line.rstrip("\n"), self._clock()):
                self._point(point)
        return None

    def _log(self, line: str, start: int) -> None:
        if start < self._mark.chars or self._is_in_log(line):
            return
        self._log_waiting += line.encode("utf-8", "replace")

    def _is_in_log(self, line: str) -> bool:
        """Lines of others may stand between ours."""
        if not self._known_log:
            return False
        key = line.rstrip("\n").encode("utf-8", "replace")
        if key not in self._known_log:
            self._known_log.clear()
            return False
        while self._known_log.popleft() != key:
            pass
        return True

    def _told(self, text: str) -> None:
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            return
        if not isinstance(told, dict):
            return
        for name, take in (("metrics", self._metric), ("event", self._event), ("outcome", self._end)):
            if isinstance(value := told.get(name), dict):
                take(value)

    def _metric(self, line: Mapping[str, Any]) -> None:
        if (point := point_of(line)) is not None:
            self._point(point)

    def _point(self, point: MetricPoint) -> None:
        """The log gives the same points each time, so their number tells which are written."""
        if self._known_points:
            self._known_points -= 1
            return
        self._lines_waiting.append((self._run.metrics, point_line(point)))

    def _event(self, event: Mapping[str, Any]) -> None:
        kept = {
            str(name): clean_line(value) if isinstance(value, str) else value for name, value in event.items()
        }
        if kept.get("event") in _EVENTS and json.dumps(kept, sort_keys=True) not in self._known_events:
            self._lines_waiting.append((self._run.events, kept))

    def _end(self, outcome: Mapping[str, Any]) -> None:
        self.outcome = {
            "ok": outcome.get("ok") is True,
            "reason": clean_line(str(outcome.get("reason") or "")),
            "hint": clean_line(str(outcome.get("hint") or "")),
            "results": outcome["results"] if isinstance(outcome.get("results"), dict) else {},
        }


class _PrintedMetrics:
    """Points in printed lines; a value that several processes print for the same epoch counts once."""

    def __init__(self) -> None:
        self._lines = LineMetrics()
        self._reported: dict[str, tuple[int, str]] = {}

    def read(self, line: str, now: float) -> list[MetricPoint]:
        points = []
        for point in self._lines.read(line, now):
            values = {name: value for name, value in point.values.items() if self._is_new(point, name, value)}
            if values:
                points.append(point._replace(values=values))
        return points

    def _is_new(self, point: MetricPoint, name: str, value: float) -> bool:
        if point.scope != "epoch" or point.epoch is None:
            return True
        before, self._reported[name] = self._reported.get(name), (point.epoch, str(value))
        return before != self._reported[name]


def _count_points(metrics: Path) -> int:
    """How many points are written; the torn end that a crash may have left is cut off."""
    lines = LineReader(metrics)
    count = sum(point_of(line) is not None for line in lines.read_new())
    if _size(metrics) > lines.offset:
        os.truncate(metrics, lines.offset)
    return count


def _lines_from(log: Path, offset: int) -> deque[bytes]:
    """The job's whole lines there, without what the supervisor said; none where the log was rotated since."""
    found: deque[bytes] = deque()
    try:
        with log.open("rb") as file:
            file.seek(offset)
            lines = file.read(_RECOGNIZED_BYTES).split(b"\n")[:-1]
    except OSError:
        return found
    for line in lines:
        if not line.startswith(_SUPERVISORS_WORDS):
            found.append(line)
        elif found and not found[-1]:
            found.pop()
    return found


def _append(path: Path, data: bytearray) -> None:
    """What was written is taken out of `data`, so that after an error nothing is written twice."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        while data:
            del data[: os.write(handle, data)]
    finally:
        os.close(handle)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

"""Following a run as it writes: each look brings only what is new."""

from __future__ import annotations

from typing import Any

from r2p_tui.domain.runs import MetricPoint
from r2p_tui.runs.reports.log_tail import LogTail, last_lines
from r2p_tui.runs.rundir import LineReader, point_of, run_folder
from r2p_tui.services import runs
from r2p_tui.services.desk import Desk


class Follower:
    """What one run reports; to be used by one thread at a time. Of the log it begins with the last lines."""

    def __init__(self, desk: Desk, run_id: int, *, log_lines: int = 2000) -> None:
        self._desk = desk
        self._run_id = run_id
        folder = run_folder(desk.paths.runs, run_id)
        self._folder = folder
        self._metrics = LineReader(folder.metrics)
        self._resources = LineReader(folder.resources)
        self._log = LogTail(folder.log)
        self._log.jump(log_lines)
        self._from_store = not folder.metrics.exists()

    def new_points(self) -> list[MetricPoint]:
        """What was reported since the last look; at first all of it."""
        found = [point for point in map(point_of, self._metrics.read_new()) if point is not None]
        if self._from_store and not found:
            self._from_store = False
            return runs.points(self._desk, self._run_id)
        return found

    def new_resources(self) -> list[dict[str, Any]]:
        """What was used since the last look."""
        return self._resources.read_new()

    def new_log_lines(self, limit: int = 2000) -> list[str]:
        """Cleaned lines since the last look, at most so many; the next look brings the others."""
        return self._log.poll(limit)

    def unfinished_log_line(self) -> str:
        """What stands behind the last whole line; it may be the last that a run wrote."""
        return self._log.pending


def log_tail(desk: Desk, run_id: int, lines: int = 200) -> list[str]:
    """The last lines of a run's log, cleaned."""
    return last_lines(run_folder(desk.paths.runs, run_id).log, lines)

"""What a criterion is judged by: the values of a run, and those of the runs it is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from r2p_tui.domain.runs import MetricPoint


class Reading(NamedTuple):
    """One value of a metric; `seconds` since the start of the run."""

    epoch: int | None
    seconds: float
    value: float


class Moment(NamedTuple):
    """Where a run stands; `epoch` counts from 1, `epochs` is how many are planned, None where not counted."""

    seconds: float
    epoch: int | None = None
    epochs: int | None = None
    ended: bool = False


class History(Protocol):
    """The values by the names that `metric_name` gives, oldest first; references are `run:12`, `baseline`."""

    def names(self) -> Sequence[str]: ...

    def readings(self, name: str) -> Sequence[Reading]: ...

    def reference(self, reference: str, name: str) -> Sequence[Reading]: ...


class RecordedHistory:
    """A history of metric points; it may grow while the run goes on.

    Points of batches are left out, but those that count no epochs stay. An epoch that is reported again, as
    after a resume, takes the place of the former one and of all that followed it.
    """

    def __init__(
        self,
        points: Iterable[MetricPoint] = (),
        *,
        started: float = 0.0,
        references: Mapping[str, Iterable[MetricPoint]] | None = None,
    ) -> None:
        self._started = started
        self._series: dict[str, list[Reading]] = {}
        self._references = {
            reference: RecordedHistory(others) for reference, others in (references or {}).items()
        }
        self.add(points)

    def add(self, points: Iterable[MetricPoint]) -> None:
        """Takes in what the run reported since."""
        for point in points:
            if point.scope == "epoch" or point.epoch is None:
                for name, value in point.values.items():
                    self._add(name, Reading(point.epoch, point.time - self._started, value))

    def _add(self, name: str, reading: Reading) -> None:
        series = self._series.setdefault(name, [])
        if reading.epoch is not None:
            while series and series[-1].epoch is not None and series[-1].epoch >= reading.epoch:
                series.pop()
        series.append(reading)

    def names(self) -> Sequence[str]:
        return tuple(self._series)

    def readings(self, name: str) -> Sequence[Reading]:
        return self._series.get(name, ())

    def reference(self, reference: str, name: str) -> Sequence[Reading]:
        found = self._references.get(reference)
        return found.readings(name) if found else ()

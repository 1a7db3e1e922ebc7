"""What a benchmark has measured so far, written down each time that something new is there."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from r2p_tui.domain.economics import cost_per_thousand
from r2p_tui.domain.measurements import Check, Latency, Measurement, Scenario
from r2p_tui.domain.plain_values import to_plain
from r2p_tui.domain.runs import MetricPoint
from r2p_tui.domain.variant_comparison import Samples
from r2p_tui.runs.measured_arrays import save_samples, scenario_arrays
from r2p_tui.runs.rundir import RunDir, append_line, point_line, write_json
from r2p_tui.runs.telling import tell, tell_step
from r2p_tui.text import clean_line

# A scenario's requests are judged in so many stretches of time, as neighbours are slow or fast together.
_STRETCHES = 12


class Recorder:
    """Keeps the measurement of a run and its file in step; raises OSError where it cannot be written."""

    def __init__(self, run: RunDir, measurement: Measurement) -> None:
        self.run = run
        self.measurement = measurement
        self._steps = 0
        self._write()

    def update(self, **changes: Any) -> None:
        """Replace parts of the measurement."""
        self.measurement = replace(self.measurement, **changes)
        self._write()

    def add_scenario(self, scenario: Scenario, latencies_ms: Sequence[float] = ()) -> None:
        """A scenario that is over: one step of the run; the times of its requests, in order, are kept."""
        if latencies_ms:
            stretches = np.arange(len(latencies_ms)) * _STRETCHES // len(latencies_ms)
            times = Samples(np.asarray(latencies_ms, np.float64), stretches.astype(np.int32), None)
            save_samples(self.run.path, scenario_arrays(scenario.name), times)
        self.update(scenarios=(*self.measurement.scenarios, scenario))
        self.step(_scenario_values(scenario))

    def add_check(self, check: Check) -> None:
        self.update(checklist=(*self.measurement.checklist, check))

    def step(self, values: Mapping[str, float]) -> None:
        """One step of the run is done; its figures are a point of the curves."""
        self._steps += 1
        point = MetricPoint(time.time(), values, epoch=self._steps)
        append_line(self.run.metrics, point_line(point))
        tell_step(self._steps, values)

    def sample(self, values: Mapping[str, float], number: int) -> None:
        """Figures within a step, as those of one repeat."""
        append_line(
            self.run.metrics, point_line(MetricPoint(time.time(), values, self._steps + 1, number, "batch"))
        )

    def tell(self, sentence: str) -> None:
        """Say what is being done; it is an event of the run and no part of the result."""
        tell(self.run, sentence)

    def note(self, sentence: str) -> None:
        """Say something that belongs to the result as well."""
        self.tell(sentence)
        self.update(notes=(*self.measurement.notes, clean_line(sentence)))

    def price(self, name: str, price_per_hour: float | None) -> None:
        """The cost of the scenario with the highest throughput that held, where there is a price."""
        held = [one for one in self.measurement.scenarios if one.throughput]
        if price_per_hour is None or not held:
            return
        best = max(held, key=lambda one: one.throughput or 0.0)
        cost = cost_per_thousand(best.throughput or 0.0, price_per_hour, best.throughput_interval)
        words = (
            f"{cost.sentence.rstrip('.')} ({best.name}{f', batch {best.batch}' if best.batch > 1 else ''})."
        )
        self.update(costs={**self.measurement.costs, name: replace(cost, sentence=words)})

    def _write(self) -> None:
        write_json(self.run.measurement, to_plain(self.measurement))


def latency_values(latency: Latency | None) -> dict[str, float]:
    """Percentiles as metrics, those left out that were refused."""
    if latency is None:
        return {}
    named = {"p50": latency.p50, "p90": latency.p90, "p99": latency.p99}
    return {f"latency_{name}_ms": value for name, value in named.items() if value is not None}


def _scenario_values(scenario: Scenario) -> dict[str, float]:
    values = latency_values(scenario.latency)
    if scenario.throughput is not None:
        values["requests_per_second"] = scenario.throughput
    return values | {"errors": float(scenario.errors), "lost": float(scenario.lost)}

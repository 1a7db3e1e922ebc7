"""What a quantize run has to tell while it runs: its measurement so far, points for curves, notes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from r2p_tui.domain.measurements import MeasuredVariant, Measurement
from r2p_tui.domain.plain_values import to_plain
from r2p_tui.domain.runs import MetricPoint
from r2p_tui.domain.variants import display_order
from r2p_tui.runs.rundir import RunDir, append_line, point_line, write_json
from r2p_tui.runs.telling import tell, tell_step
from r2p_tui.text import clean_line

_SECONDS = 0.5


class Progress:
    """The measurement that grows; every change is written at once."""

    def __init__(self, run: RunDir, measurement: Measurement) -> None:
        self.measurement = measurement
        self._run = run
        self._next = 0.0

    def note(self, sentence: str) -> None:
        """Tell something of the whole run; it is kept with the measurement."""
        told = clean_line(sentence)
        tell(self._run, told)
        self.update(notes=(*self.measurement.notes, told))

    def update(self, **changes: Any) -> None:
        """Change parts of the measurement."""
        self.measurement = replace(self.measurement, **changes)
        write_json(self._run.measurement, to_plain(self.measurement))

    def put(self, variant: MeasuredVariant) -> None:
        """Add a variant, or what is now known of it; they stand in the order of the matrix."""
        known = {one.variant: one for one in self.measurement.variants} | {variant.variant: variant}
        self.update(variants=tuple(known[name] for name in display_order(list(known))))

    def step(self, number: int, values: Mapping[str, float | None]) -> None:
        """One of the run's steps is done."""
        told = {name: value for name, value in values.items() if value is not None}
        append_line(self._run.metrics, point_line(MetricPoint(time.time(), told, number)))
        tell_step(number, told)

    def within(self, values: Mapping[str, float], number: int, *, always: bool = False) -> None:
        """How far something is within a step, at most twice a second unless every value counts."""
        now = time.monotonic()
        if always or now >= self._next:
            self._next = now + _SECONDS
            point = MetricPoint(time.time(), values, None, number, "batch")
            append_line(self._run.metrics, point_line(point))

"""Runs in a store with the folders that their processes would have written, without any process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from r2p_tui.domain.runs import MetricPoint, RunSpec, RunState
from r2p_tui.runs.rundir import RunDir, append_line, point_line, run_folder, write_json
from r2p_tui.services.desk import Desk
from r2p_tui.store.runs import Run

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def add_run(
    desk: Desk,
    spec: RunSpec | None = None,
    *,
    state: RunState = RunState.QUEUED,
    points: Iterable[MetricPoint] = (),
    events: Sequence[Mapping[str, Any]] = (),
    log: str = "",
    now: datetime = NOW,
    **fields: Any,
) -> int:
    """The number of a new run; what its folder holds is copied at the next `refresh` while it is active."""
    spec = spec or RunSpec("command", "a command", argv=("true",))
    if state.is_final:
        fields.setdefault("ended_at", now)
        fields.setdefault("reason", "It ended.")
    if state is not RunState.QUEUED:
        fields.setdefault("started_at", now)
    run = Run(
        kind=spec.kind, name=spec.name, state=state.value, wants=spec.device, spec=spec.values(),
        created_at=now, **fields,
    )  # fmt: skip
    with desk.store.write() as session:
        session.add(run)
        session.flush()
    assert run.id is not None
    write_folder(run_folder(desk.paths.runs, run.id), spec, points, events, log)
    return run.id


def write_folder(
    folder: RunDir,
    spec: RunSpec,
    points: Iterable[MetricPoint] = (),
    events: Sequence[Mapping[str, Any]] = (),
    log: str = "",
) -> None:
    folder.path.mkdir(parents=True, exist_ok=True)
    write_json(folder.spec, spec.values())
    for point in points:
        append_line(folder.metrics, point_line(point))
    for event in events:
        append_line(folder.events, event)
    if log:
        folder.log.write_text(log, encoding="utf-8")


def epochs(values: Mapping[str, Sequence[float]], start: float = 1_763_712_000.0) -> list[MetricPoint]:
    """One point an epoch from columns of values, a minute apart."""
    count = max(map(len, values.values()))
    return [
        MetricPoint(
            start + 60 * index,
            {name: column[index] for name, column in values.items() if index < len(column)},
            epoch=index + 1,
        )
        for index in range(count)
    ]

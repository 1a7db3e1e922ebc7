"""Runs: the queue, the states and their steps, and copies of what the run folders say."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, func, insert, select, text, update
from sqlmodel import Field, Session, SQLModel, col

from r2p_tui.domain.runs import TRANSITIONS, MetricPoint, RunState
from r2p_tui.domain.times import utc_text
from r2p_tui.store.fields import json_field, real_field, time_field, to_json

ACTIVE = tuple(str(state) for state in RunState if state.is_active)
# One statement, so that no two processes can claim the same run.
_CLAIM = text(
    "UPDATE runs SET state = 'starting', device = :device, started_at = :now"
    " WHERE state = 'queued' AND id = (SELECT id FROM runs WHERE state = 'queued' AND host = :host"
    " AND wants IN (SELECT value FROM json_each(:wants)) ORDER BY id LIMIT 1) RETURNING id"
)


class Run(SQLModel, table=True):
    """One background run; `wants` is the device asked for and `device` the one it got.

    `latest` and `best` map metrics to values, `lights` and `questions` are those of its criteria.
    The offsets say how many bytes of the folder's files were copied.
    """

    __tablename__ = "runs"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('train', 'quantize', 'benchmark', 'ablate', 'command', 'shell')", name="known_kind"
        ),
        CheckConstraint(
            "state IN ('queued', 'starting', 'running', 'stopping', 'done', 'failed', 'cancelled', 'lost')",
            name="known_state",
        ),
        CheckConstraint("length(name) > 0", name="has_a_name"),
        CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled', 'lost')) = (ended_at IS NOT NULL)",
            name="ended_when_final",
        ),
        CheckConstraint("state NOT IN ('failed', 'lost') OR length(reason) > 0", name="fails_for_a_reason"),
        Index("runs_by_state", "state", "id"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    name: str
    state: str = RunState.QUEUED.value
    wants: str = "auto"
    device: str = ""
    host: str = "local"
    remote_id: str | None = None
    spec: dict[str, Any] = json_field()
    resumes: int | None = Field(default=None, foreign_key="runs.id", ondelete="SET NULL")
    created_at: datetime = time_field()
    started_at: datetime | None = time_field(default=None)
    ended_at: datetime | None = time_field(default=None)
    reason: str = ""
    stopped_by: str | None = None
    epoch: int | None = None
    step: int | None = None
    latest: dict[str, float | str] = json_field(default_factory=dict)
    best: dict[str, float | str] = json_field(default_factory=dict)
    lights: list[dict[str, Any]] = json_field(default_factory=list)
    questions: list[dict[str, Any]] = json_field(default_factory=list)
    metrics_offset: int = 0
    events_offset: int = 0


class RunPoint(SQLModel, table=True):
    """Values of one epoch, or of one report of a program that knows none; times in seconds since 1970."""

    __tablename__ = "run_points"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    run_id: int = Field(foreign_key="runs.id", ondelete="CASCADE", primary_key=True)
    position: int = Field(primary_key=True)
    time: float = real_field()
    epoch: int | None = None
    step: int | None = None
    metrics: dict[str, float | str] = json_field()


class RunEvent(SQLModel, table=True):
    """What happened in a run: starts, verdicts with their numbers, warnings, checkpoints, the end."""

    __tablename__ = "run_events"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    run_id: int = Field(foreign_key="runs.id", ondelete="CASCADE", primary_key=True)
    position: int = Field(primary_key=True)
    time: float = real_field()
    event: str
    content: dict[str, Any] = json_field()


class RunQueue(SQLModel, table=True):
    """Whether queued runs may start."""

    __tablename__ = "run_queue"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"), {"sqlite_strict": True})

    id: int = Field(default=1, primary_key=True)
    paused: int = 0


def claim(session: Session, wants: Collection[str], device: str, host: str, now: datetime) -> int | None:
    """Take the oldest queued run that wants one of these devices; None where there is none."""
    values = {"device": device, "host": host, "now": utc_text(now), "wants": to_json(list(wants))}
    return session.connection().execute(_CLAIM, values).scalar()


def step(session: Session, run_id: int, state: RunState, **fields: Any) -> bool:
    """Bring a run to another state with what came of it; False where it was final or there already."""
    query = (
        update(Run)
        .where(col(Run.id) == run_id, col(Run.state).in_(_before(state)))
        .values(state=state.value, **fields)
    )
    return bool(session.connection().execute(query).rowcount)


def _before(state: RunState) -> list[str]:
    return [old.value for old, news in TRANSITIONS.items() if state in news]


def count_runs(session: Session) -> int:
    """How many there are in all."""
    return session.scalar(select(func.count()).select_from(Run)) or 0


def highest_number(session: Session) -> int:
    """Of all runs; 0 where there is none."""
    return session.scalar(select(func.max(Run.id))) or 0


def runs(session: Session, limit: int | None = None) -> list[Run]:
    """The newest first."""
    return list(session.scalars(select(Run).order_by(col(Run.id).desc()).limit(limit)))


def runs_in(session: Session, states: Iterable[str]) -> list[Run]:
    """The oldest first, of these states."""
    return list(session.scalars(select(Run).where(col(Run.state).in_(list(states))).order_by(col(Run.id))))


def runs_named(session: Session, name: str) -> list[Run]:
    """The newest first, of that name in any case."""
    # SQLite folds the case of ASCII letters only.
    known = session.scalars(select(col(Run.name)).distinct())
    spellings = [each for each in known if each.casefold() == name.casefold()]
    query = select(Run).where(col(Run.name).in_(spellings)).order_by(col(Run.id).desc())
    return list(session.scalars(query))


def pace(session: Session, run: Run) -> tuple[float, int] | None:
    """When a run last finished an epoch, in seconds since 1970, and how many it finished since it started.

    None before the first; epochs that a resumed run took over do not count.
    """
    if run.id is None or run.started_at is None:
        return None
    query = select(func.max(RunPoint.time), func.count(func.distinct(RunPoint.epoch))).where(
        col(RunPoint.run_id) == run.id, col(RunPoint.time) >= run.started_at.timestamp()
    )
    last, epochs = session.execute(query).one()
    return (last, epochs) if epochs else None


def count_queued(session: Session) -> int:
    """How many runs wait to start."""
    return session.scalar(select(func.count()).where(col(Run.state) == RunState.QUEUED.value)) or 0


def add_points(session: Session, run_id: int, points: Sequence[MetricPoint]) -> None:
    """Copy points behind those that are there."""
    first = _count(session, RunPoint, run_id)
    rows = [
        {"run_id": run_id, "position": first + index, "time": point.time, "epoch": point.epoch,
         "step": point.step, "metrics": plain(point.values)}
        for index, point in enumerate(points)
    ]  # fmt: skip
    if rows:
        session.connection().execute(insert(RunPoint), rows)


def add_events(session: Session, run_id: int, events: Sequence[dict[str, Any]]) -> None:
    """Copy events behind those that are there."""
    first = _count(session, RunEvent, run_id)
    rows = [
        {"run_id": run_id, "position": first + index, "time": float(event.get("time", 0.0)),
         "event": str(event.get("event", "")), "content": event}
        for index, event in enumerate(events)
    ]  # fmt: skip
    if rows:
        session.connection().execute(insert(RunEvent), rows)


def points_of(session: Session, run_id: int) -> list[MetricPoint]:
    """In the order in which they were reported."""
    query = select(RunPoint).where(col(RunPoint.run_id) == run_id).order_by(col(RunPoint.position))
    return [
        MetricPoint(
            row.time, {name: float(value) for name, value in row.metrics.items()}, row.epoch, row.step
        )
        for row in session.scalars(query)
    ]


def events_of(session: Session, run_id: int) -> list[dict[str, Any]]:
    """In the order in which they happened."""
    query = select(RunEvent).where(col(RunEvent.run_id) == run_id).order_by(col(RunEvent.position))
    return [row.content for row in session.scalars(query)]


def plain(values: Mapping[str, float]) -> dict[str, float | str]:
    """Values as JSON knows them: infinity and what is no number as text, which `float` reads again."""
    return {name: value if math.isfinite(value) else str(value) for name, value in values.items()}


def is_paused(session: Session) -> bool:
    """Whether queued runs wait although there is room."""
    queue = session.get(RunQueue, 1)
    return queue is not None and bool(queue.paused)


def set_paused(session: Session, paused: bool) -> None:
    """Hold back what is queued, or let it start; what runs goes on."""
    session.connection().execute(update(RunQueue).values(paused=int(paused)))


def _count(session: Session, model: type[RunPoint] | type[RunEvent], run_id: int) -> int:
    return session.scalar(select(func.count()).where(col(model.run_id) == run_id)) or 0

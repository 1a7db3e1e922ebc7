"""Predictions: frozen as they were written, with their updates and how they ended; listed fast."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from r2p_tui.domain.prediction_entry import PredictionEntry, reasoning_hash
from r2p_tui.domain.predictions import Outcome
from r2p_tui.domain.times import parse_utc
from r2p_tui.errors import NotFoundError
from r2p_tui.store.fields import day_field, json_field, real_field, time_field
from r2p_tui.store.radar import ring_at

State = Literal["due", "open", "resolved", "all"]

_RINGS = "('ADOPT', 'TRIAL', 'ASSESS', 'HOLD', 'SKIP')"


class Prediction(SQLModel, table=True):
    """One prediction; what SQLite refuses to change is hashed, `ring` is its technique's ring at that time.

    `origin` names the program that it came from, where it was not written here; then criteria may be empty.
    """

    __tablename__ = "predictions"
    __table_args__ = (
        CheckConstraint("length(statement) > 0", name="says_something"),
        CheckConstraint("kind IN ('adoption', 'result', 'poc', 'free')", name="known_kind"),
        CheckConstraint("probability BETWEEN 0 AND 1", name="probability_from_0_to_1"),
        CheckConstraint(
            "origin IS NOT NULL OR (length(criteria) > 0 AND length(reasoning) > 0)", name="can_be_judged"
        ),
        CheckConstraint(
            "(low IS NULL) = (high IS NULL) AND (low IS NULL OR low < high)", name="is_an_interval"
        ),
        CheckConstraint("low IS NULL OR kind = 'result'", name="interval_of_a_result"),
        CheckConstraint(f"ring IS NULL OR ring IN {_RINGS}", name="known_ring"),
        CheckConstraint("length(reasoning_hash) = 64", name="is_a_sha256"),
        Index("predictions_by_due", "due_on", "id", sqlite_where=text("deleted_at IS NULL")),
        Index("predictions_by_paper", "paper_id"),
        Index("predictions_by_technique", "technique_id"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    statement: str
    kind: str
    probability: float = real_field()
    due_on: date = day_field()
    low: float | None = real_field(default=None)
    high: float | None = real_field(default=None)
    unit: str | None = None
    tags: list[str] = json_field(default_factory=list)
    paper_id: int | None = Field(default=None, foreign_key="papers.id", ondelete="SET NULL")
    technique_id: int | None = Field(default=None, foreign_key="techniques.id", ondelete="SET NULL")
    ring: str | None = None
    created_at: datetime = time_field()
    deleted_at: datetime | None = time_field(default=None)
    origin: str | None = None
    # The longest come last: a list that does not read them need not follow them from page to page.
    criteria: str
    reasoning: str
    reasoning_hash: str


class PredictionUpdate(SQLModel, table=True):
    """A later view of a prediction, and why it changed."""

    __tablename__ = "prediction_updates"
    __table_args__ = (
        CheckConstraint("probability BETWEEN 0 AND 1", name="probability_from_0_to_1"),
        Index("prediction_updates_by_time", "prediction_id", "made_at", "id"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    prediction_id: int = Field(foreign_key="predictions.id")
    probability: float = real_field()
    reasoning: str = ""
    made_at: datetime = time_field()


class PredictionResolution(SQLModel, table=True):
    """How a prediction ended; taking it back sets a time and says why, so that one at most is in force."""

    __tablename__ = "prediction_resolutions"
    __table_args__ = (
        CheckConstraint("outcome IN ('yes', 'no', 'ambiguous', 'annulled')", name="known_outcome"),
        CheckConstraint("outcome <> 'annulled' OR length(reason) > 0", name="annulled_for_a_reason"),
        Index(
            "prediction_resolutions_in_force",
            "prediction_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
        ),
        Index("prediction_resolutions_by_prediction", "prediction_id", "id"),
        Index(
            "prediction_resolutions_by_time",
            "resolved_at",
            "prediction_id",
            sqlite_where=text("undone_at IS NULL"),
        ),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    prediction_id: int = Field(foreign_key="predictions.id")
    outcome: str
    value: float | None = real_field(default=None)
    reason: str = ""
    missed: str = ""
    resolved_at: datetime = time_field()
    undone_at: datetime | None = time_field(default=None)
    undone_reason: str = ""


class PredictionLine(NamedTuple):
    """A prediction as a list shows it; `probability` is the latest, `first_probability` the frozen one.

    `updates` counts the later views; `outcome` and `resolved_at` are of the resolution in force.
    """

    id: int
    statement: str
    kind: str
    probability: float
    first_probability: float
    due_on: date
    created_at: datetime
    paper_id: int | None = None
    technique: str | None = None
    ring: str | None = None
    outcome: Outcome | None = None
    resolved_at: datetime | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    updates: int = 0

    def state(self, today: date) -> Literal["due", "open", "resolved"]:
        """Whether it waits for its day, for a verdict, or for nothing more."""
        if self.outcome is not None:
            return "resolved"
        return "due" if self.due_on <= today else "open"


class Counts(NamedTuple):
    """How many wait for a verdict, how many are not due yet, and how many have one."""

    due: int
    open: int
    resolved: int
    oldest_due: date | None = None


def add_prediction(
    session: Session,
    entry: PredictionEntry,
    *,
    made_at: datetime,
    paper_id: int | None = None,
    technique_id: int | None = None,
    origin: str | None = None,
) -> int:
    """Store a prediction with its hash and the ring that its technique had then; its number."""
    values = entry._asdict() | {"tags": list(entry.tags)}
    prediction = Prediction(
        **values,
        reasoning_hash=reasoning_hash(entry, made_at),
        paper_id=paper_id,
        technique_id=technique_id,
        ring=ring_at(session, technique_id, made_at) if technique_id is not None else None,
        created_at=made_at,
        origin=origin,
    )
    session.add(prediction)
    session.flush()
    return cast("int", prediction.id)


_LINE = """
    SELECT p.id, p.statement, p.kind,
        (SELECT u.probability FROM prediction_updates AS u WHERE u.prediction_id = p.id
            ORDER BY u.made_at DESC, u.id DESC LIMIT 1),
        p.probability, p.due_on, p.created_at, p.paper_id, t.name, p.ring, r.outcome, r.resolved_at,
        p.low, p.high, p.unit, (SELECT count(*) FROM prediction_updates AS u WHERE u.prediction_id = p.id)
"""
_FROM = """
    FROM predictions AS p
    LEFT JOIN techniques AS t ON t.id = p.technique_id
    LEFT JOIN prediction_resolutions AS r ON r.prediction_id = p.id AND r.undone_at IS NULL
    WHERE p.deleted_at IS NULL
"""
# Answered by two indexes: most predictions of the past are resolved, and their rows are not even read.
_UNRESOLVED = """
    NOT EXISTS (SELECT 1 FROM prediction_resolutions AS e
        WHERE e.prediction_id = p.id AND e.undone_at IS NULL)
"""
_FROM_RESOLVED = """
    FROM prediction_resolutions AS r CROSS JOIN predictions AS p ON p.id = r.prediction_id
    LEFT JOIN techniques AS t ON t.id = p.technique_id
    WHERE r.undone_at IS NULL AND p.deleted_at IS NULL
"""
# Each in the order of an index, so that a limit is reached without a sort.
_PARTS: dict[State, tuple[str, str]] = {
    "due": (f"{_FROM} AND p.due_on <= :today AND {_UNRESOLVED}", "p.due_on, p.id"),
    "open": (f"{_FROM} AND p.due_on > :today AND {_UNRESOLVED}", "p.due_on, p.id"),
    "resolved": (_FROM_RESOLVED, "r.resolved_at DESC, r.prediction_id DESC"),
}
_HAS_WORDS = """
    AND r2p_has_words(p.statement || ' ' || p.criteria || ' ' || p.reasoning || ' ' || p.tags
        || ' ' || coalesce(t.name, ''))
"""


def list_lines(
    session: Session,
    *,
    state: State,
    today: date,
    words: str = "",
    limit: int,
    paper_id: int | None = None,
    technique_id: int | None = None,
) -> list[PredictionLine]:
    """Due ones with the oldest date first, then open ones by date, then resolved ones, the newest first.

    `words` all stand in the statement, criteria, reasoning, tags or technique, in any case.
    """
    given = {"today": today.isoformat(), "paper": paper_id, "technique": technique_id}
    wanted = " AND p.paper_id = :paper" if paper_id is not None else ""
    wanted += " AND p.technique_id = :technique" if technique_id is not None else ""
    if words.split():
        _teach_words(session, words)
        wanted += _HAS_WORDS
    lines: list[PredictionLine] = []
    for part in _PARTS if state == "all" else [state]:
        where, order = _PARTS[part]
        query = f"{_LINE} {where} {wanted} ORDER BY {order} LIMIT :limit"
        lines += _lines(session, query, given | {"limit": limit - len(lines)})
    return lines


def _teach_words(session: Session, words: str) -> None:
    """Give SQLite a look for words that folds the case of every alphabet, which its own does not."""
    wanted = words.casefold().split()

    def has_words(text: str) -> bool:
        folded = text.casefold()
        return all(word in folded for word in wanted)

    driver = cast("sqlite3.Connection", session.connection().connection.driver_connection)
    driver.create_function("r2p_has_words", 1, has_words, deterministic=True)


def _lines(session: Session, query: str, given: dict[str, Any]) -> Iterator[PredictionLine]:
    for row in session.connection().exec_driver_sql(query, given):
        (number, statement, kind, latest, first, due_on, created_at, paper_id, technique, ring,
         outcome, resolved_at, *rest) = row  # fmt: skip
        yield PredictionLine(
            number, statement, kind, first if latest is None else latest, first,
            date.fromisoformat(due_on), parse_utc(created_at), paper_id, technique, ring,
            Outcome(outcome) if outcome else None, parse_utc(resolved_at) if resolved_at else None, *rest,
        )  # fmt: skip


def line_of(session: Session, prediction_id: int) -> PredictionLine:
    """One prediction as the list shows it; raises NotFoundError, also where it was deleted."""
    lines = list(_lines(session, f"{_LINE} {_FROM} AND p.id = :id", {"id": prediction_id}))
    if not lines:
        raise _not_there(prediction_id)
    return lines[0]


# ruff: noqa: S608  (only names of this file come together in its SQL)
_COUNT_DUE = f"""
    SELECT count(*), min(p.due_on) FROM predictions AS p
    WHERE p.deleted_at IS NULL AND p.due_on <= ? AND {_UNRESOLVED}
"""


def counts(session: Session, today: date) -> Counts:
    """Of all that are not deleted: the three numbers add up to them."""
    run = session.connection().exec_driver_sql
    due, oldest = run(_COUNT_DUE, (today.isoformat(),)).one()
    written = run("SELECT count(*) FROM predictions WHERE deleted_at IS NULL").scalar_one()
    # What is deleted is never resolved.
    resolved = run("SELECT count(*) FROM prediction_resolutions WHERE undone_at IS NULL").scalar_one()
    return Counts(due, written - resolved - due, resolved, date.fromisoformat(oldest) if oldest else None)


def one(session: Session, prediction_id: int) -> Prediction:
    """A prediction by its number; raises NotFoundError, also where it was deleted."""
    prediction = session.get(Prediction, prediction_id)
    if prediction is None or prediction.deleted_at:
        raise _not_there(prediction_id)
    return prediction


def _not_there(prediction_id: int) -> NotFoundError:
    return NotFoundError(
        f"There is no prediction {prediction_id}.", "See them all with: r2p predictions --all"
    )


def updates_of(session: Session, prediction_id: int) -> list[PredictionUpdate]:
    """The later views, the oldest first."""
    query = select(PredictionUpdate).where(col(PredictionUpdate.prediction_id) == prediction_id)
    return list(session.scalars(query.order_by(col(PredictionUpdate.made_at), col(PredictionUpdate.id))))


def resolutions_of(session: Session, prediction_id: int) -> list[PredictionResolution]:
    """Every resolution, those taken back too, in the order in which they were made."""
    query = select(PredictionResolution).where(col(PredictionResolution.prediction_id) == prediction_id)
    return list(session.scalars(query.order_by(col(PredictionResolution.id))))


def resolution_in_force(session: Session, prediction_id: int) -> PredictionResolution | None:
    """How it ended, as it stands; None where it is open."""
    query = select(PredictionResolution).where(
        col(PredictionResolution.prediction_id) == prediction_id,
        col(PredictionResolution.undone_at).is_(None),
    )
    return session.scalars(query).first()


def add_update(
    session: Session, prediction_id: int, probability: float, reasoning: str, made_at: datetime
) -> None:
    """Put another view behind those that are there."""
    session.add(
        PredictionUpdate(
            prediction_id=prediction_id, probability=probability, reasoning=reasoning, made_at=made_at
        )
    )
    session.flush()


def resolve(
    session: Session,
    prediction_id: int,
    outcome: Outcome,
    *,
    value: float | None = None,
    reason: str = "",
    missed: str = "",
    now: datetime,
) -> None:
    """Say how it ended; SQLite refuses a second resolution beside one that is in force."""
    session.add(
        PredictionResolution(
            prediction_id=prediction_id,
            outcome=outcome.value,
            value=value,
            reason=reason,
            missed=missed,
            resolved_at=now,
        )
    )
    session.flush()


def say_missed(session: Session, prediction_id: int, missed: str) -> bool:
    """Say what was missed; False where no resolution is in force, or it is said already."""
    found = resolution_in_force(session, prediction_id)
    if found is None or found.missed:
        return False
    found.missed = missed
    session.flush()
    return True


def take_back(session: Session, prediction_id: int, reason: str, now: datetime) -> bool:
    """Let the resolution in force stand as history only; False where there is none."""
    found = resolution_in_force(session, prediction_id)
    if found is None:
        return False
    found.undone_at, found.undone_reason = now, reason
    session.flush()
    return True


def delete(session: Session, prediction_id: int, now: datetime) -> None:
    """Leave it out of every list and score; its row stays. SQLite refuses it for one that is resolved.

    Raises NotFoundError.
    """
    one(session, prediction_id).deleted_at = now
    session.flush()

"""All predictions with what became of them, as files of other programs take them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from r2p_tui.domain.prediction_entry import PredictionEntry
from r2p_tui.domain.predictions import Forecast, Outcome
from r2p_tui.domain.times import parse_utc
from r2p_tui.store.predictions import (
    Prediction,
    PredictionResolution,
    PredictionUpdate,
    add_prediction,
    add_update,
    resolve,
)


class WholePrediction(NamedTuple):
    """A prediction with its later views, the oldest first, and the resolution in force."""

    prediction: Prediction
    updates: tuple[PredictionUpdate, ...]
    resolution: PredictionResolution | None


class Ending(NamedTuple):
    """How a prediction of another program ended."""

    outcome: Outcome
    ended_at: datetime
    reason: str


def whole_predictions(session: Session, *, unresolved: bool = False) -> list[WholePrediction]:
    """All that are not deleted, or those of them that wait for a verdict, in the order of their numbers."""
    query = select(Prediction).where(col(Prediction.deleted_at).is_(None))
    in_force = select(PredictionResolution).where(col(PredictionResolution.undone_at).is_(None))
    if unresolved:
        resolved = in_force.with_only_columns(col(PredictionResolution.prediction_id))
        query = query.where(col(Prediction.id).not_in(resolved))
    wanted = query.with_only_columns(col(Prediction.id))
    updates: dict[int, list[PredictionUpdate]] = defaultdict(list)
    in_time = col(PredictionUpdate.made_at), col(PredictionUpdate.id)
    of_wanted = col(PredictionUpdate.prediction_id).in_(wanted)
    for update in session.scalars(select(PredictionUpdate).where(of_wanted).order_by(*in_time)):
        updates[update.prediction_id].append(update)
    of_wanted = col(PredictionResolution.prediction_id).in_(wanted)
    ended = {
        resolution.prediction_id: resolution for resolution in session.scalars(in_force.where(of_wanted))
    }
    found = ((int(one.id or 0), one) for one in session.scalars(query.order_by(col(Prediction.id))))
    return [WholePrediction(one, tuple(updates.get(number, ())), ended.get(number)) for number, one in found]


def add_whole(
    session: Session,
    entry: PredictionEntry,
    forecasts: Sequence[Forecast],
    ending: Ending | None,
    origin: str,
) -> int:
    """Store a prediction with all that became of it; its number. `forecasts` are in the order of time."""
    first, *later = forecasts
    number = add_prediction(session, entry, made_at=first.made_at, origin=origin)
    for forecast in later:
        add_update(session, number, forecast.probability, forecast.reasoning, forecast.made_at)
    if ending:
        resolve(session, number, ending.outcome, reason=ending.reason, now=ending.ended_at)
    return number


def written_when(session: Session) -> dict[str, set[datetime]]:
    """When each statement was written down, by its words; deleted ones are not among them."""
    found: dict[str, set[datetime]] = defaultdict(set)
    query = "SELECT statement, created_at FROM predictions WHERE deleted_at IS NULL"
    for statement, created_at in session.connection().exec_driver_sql(query):
        found[statement].add(parse_utc(created_at))
    return found

"""Predictions from the day they are written to the day they are judged; nothing written is overwritten."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from r2p_tui.domain.paper_ids import PaperReference
from r2p_tui.domain.prediction_entry import (
    FieldError,
    PredictionEntry,
    base_rate_words,
    make_prediction,
    probability_of,
    reasoning_hash,
)
from r2p_tui.domain.predictions import Forecast, Outcome, brier, end_of_day, time_weighted_brier
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.services.desk import Desk
from r2p_tui.services.prediction_evidence import EvidenceCurve, curve_of
from r2p_tui.store import prediction_scores
from r2p_tui.store import predictions as store
from r2p_tui.store.papers import Paper, find_paper
from r2p_tui.store.predictions import Counts, Prediction, PredictionLine, PredictionResolution
from r2p_tui.store.radar import technique as technique_of
from r2p_tui.store.surprises import papers_by_id
from r2p_tui.text import clean, clean_line

State = Literal["due", "open", "resolved"]
Shown = store.State


class BaseRate(NamedTuple):
    """How many of the user's resolved predictions of a kind came true."""

    kind: str
    yes: int
    resolved: int

    def words(self, probability: float | None = None) -> str:
        """`Of your 14 resolved adoption predictions 4 came true (29 %)`, and what is said now beside it."""
        return base_rate_words(self.kind, self.yes, self.resolved, probability)


class Resolution(NamedTuple):
    """One resolution; it counts while `undone_at` is None."""

    outcome: Outcome
    value: float | None
    reason: str
    missed: str
    resolved_at: datetime
    undone_at: datetime | None
    undone_reason: str = ""


@dataclass(frozen=True, slots=True)
class PredictionView:
    """A prediction with all that became of it.

    `updates` holds every forecast, the frozen one first; `resolutions` the latest last. `hash_holds` is
    whether what was frozen is still what was written. `days` until it is due are negative where it is late.
    The scores are those of a resolution as yes or no, each from 0 to 1.
    """

    line: PredictionLine
    state: State
    days: int
    criteria: str
    reasoning: str
    hash_holds: bool
    tags: tuple[str, ...]
    updates: tuple[Forecast, ...]
    resolutions: tuple[Resolution, ...]
    paper_key: str | None
    paper_title: str | None
    evidence: EvidenceCurve | None
    brier: float | None = None
    weighted: float | None = None


# --- writing one down -------------------------------------------------------------------------------------


def predict(
    desk: Desk,
    statement: str,
    *,
    probability: str,
    due: str,
    criteria: str,
    reasoning: str,
    kind: str | None = None,
    low: str | None = None,
    high: str | None = None,
    unit: str | None = None,
    tags: Sequence[str] = (),
    paper_id: int | None = None,
    technique: str = "",
    now: datetime,
) -> int:
    """Check and store a prediction as it was typed, and give its id.

    Raises FieldError with the question that is missing, NotFoundError for a technique that is not on the
    radar, StoreError.
    """
    entry = make_prediction(
        statement,
        probability=probability,
        due=due,
        criteria=criteria,
        reasoning=reasoning,
        today=local_day(now),
        kind=kind,
        low=low,
        high=high,
        unit=unit,
        tags=tags,
    )
    name = clean_line(technique)
    with desk.store.write() as session:
        technique_id = technique_of(session, name).id if name else None
        return store.add_prediction(session, entry, made_at=now, paper_id=paper_id, technique_id=technique_id)


def base_rate(desk: Desk, kind: str) -> BaseRate:
    """How often the user's own predictions of a kind came true."""
    with desk.store.read() as session:
        return BaseRate(kind, *prediction_scores.base_rate(session, kind))


# --- looking at them --------------------------------------------------------------------------------------


def lines(
    desk: Desk, *, state: Shown = "all", words: str = "", limit: int = 1000, now: datetime
) -> tuple[PredictionLine, ...]:
    """Due ones first, the longest due above; then open ones by day, then resolved ones, newest first."""
    with desk.store.read() as session:
        return tuple(
            store.list_lines(session, state=state, today=local_day(now), words=clean_line(words), limit=limit)
        )


def counts(desk: Desk, *, now: datetime) -> Counts:
    """How many are due, open and resolved, and since when the oldest is due."""
    with desk.store.read() as session:
        return store.counts(session, local_day(now))


def paper_keys(desk: Desk, some: Iterable[PredictionLine]) -> dict[int, str]:
    """What the commands call the papers behind some predictions, by their ids."""
    wanted = {line.paper_id for line in some if line.paper_id is not None}
    with desk.store.read() as session:
        return {number: paper.key for number, paper in papers_by_id(session, wanted).items()}


def view(desk: Desk, prediction_id: int, *, now: datetime) -> PredictionView:
    """All that is known of a prediction; raises NotFoundError."""
    with desk.store.read() as session:
        found = store.one(session, prediction_id)
        line = store.line_of(session, prediction_id)
        later = store.updates_of(session, prediction_id)
        ended = tuple(_resolution(one) for one in store.resolutions_of(session, prediction_id))
        paper = session.get(Paper, found.paper_id) if found.paper_id is not None else None
    forecasts = (
        Forecast(found.probability, found.created_at, found.reasoning),
        *(Forecast(one.probability, one.made_at, one.reasoning) for one in later),
    )
    one_score, weighted = _scores(line, forecasts)
    return PredictionView(
        line=line,
        state=line.state(local_day(now)),
        days=(line.due_on - local_day(now)).days,
        criteria=found.criteria,
        reasoning=found.reasoning,
        hash_holds=reasoning_hash(_entry(found), found.created_at) == found.reasoning_hash,
        tags=tuple(found.tags),
        updates=forecasts,
        resolutions=ended,
        paper_key=paper.key if paper else None,
        paper_title=paper.title if paper else None,
        evidence=curve_of(desk, line),
        brier=one_score,
        weighted=weighted,
    )


# --- what becomes of it -----------------------------------------------------------------------------------


def update(desk: Desk, prediction_id: int, probability: str, reasoning: str, *, now: datetime) -> None:
    """Add a forecast with its own time and reason; raises UsageError, NotFoundError."""
    held, why = probability_of(probability), clean(reasoning).strip()
    if not why:
        raise FieldError("reasoning", "Why do you think so now?", "It is kept beside the new probability.")
    with desk.store.write() as session:
        _refuse_resolved(store.line_of(session, prediction_id))
        store.add_update(session, prediction_id, held, why, now)


def resolve(
    desk: Desk,
    prediction_id: int,
    outcome: Outcome | None,
    *,
    value: float | None = None,
    reason: str = "",
    missed: str = "",
    now: datetime,
) -> Outcome:
    """Judge a prediction, and give how it ended; of an interval the `value` alone decides.

    Raises UsageError where it was resolved already or the reason is missing, NotFoundError.
    """
    why = clean(reason).strip()
    with desk.store.write() as session:
        line = store.line_of(session, prediction_id)
        _refuse_resolved(line)
        ended = _decided(line, outcome, value)
        if ended in (Outcome.AMBIGUOUS, Outcome.ANNULLED) and not why:
            raise FieldError(
                "reason",
                f"Why is prediction {prediction_id} {ended}?",
                "Give the reason; it is kept, and the prediction counts in no score.",
            )
        store.resolve(
            session, prediction_id, ended, value=value, reason=why, missed=clean(missed).strip(), now=now
        )
    return ended


def say_missed(desk: Desk, prediction_id: int, text: str) -> None:
    """Keep what the user did not see coming, once; raises UsageError, NotFoundError."""
    missed = clean(text).strip()
    if not missed:
        raise FieldError("missed", "What did you miss?", "A sentence is enough.")
    with desk.store.write() as session:
        _need_resolved(store.line_of(session, prediction_id))
        if not store.say_missed(session, prediction_id, missed):
            raise UsageError(
                f"What you missed with prediction {prediction_id} is written down already.",
                f"Read it with: r2p predictions show {prediction_id}",
            )


def take_back(desk: Desk, prediction_id: int, reason: str, *, now: datetime) -> None:
    """Undo a resolution, which stays in the history; raises UsageError, NotFoundError."""
    why = clean(reason).strip()
    with desk.store.write() as session:
        _need_resolved(store.line_of(session, prediction_id))
        if not why:
            raise FieldError(
                "reason", "Why do you take the resolution back?", "The reason is kept in the history."
            )
        store.take_back(session, prediction_id, why, now)


def delete(desk: Desk, prediction_id: int, *, now: datetime) -> None:
    """Take an unresolved prediction out of every list; raises UsageError, NotFoundError."""
    with desk.store.write() as session:
        line = store.line_of(session, prediction_id)
        if line.outcome is not None:
            raise UsageError(
                f"{_was_resolved(line)}, and what was judged is not deleted.",
                f"Read it with: r2p predictions show {prediction_id}",
            )
        store.delete(session, prediction_id, now)


def link_paper(desk: Desk, prediction_id: int, reference: PaperReference) -> Paper:
    """Bind a prediction to a paper, whose evidence is noted from now on; raises NotFoundError."""
    with desk.store.write() as session:
        prediction, paper = store.one(session, prediction_id), find_paper(session, reference)
        if paper is None:
            raise NotFoundError(f"{reference} is not in your library.", f"Add it with: r2p add {reference}")
        prediction.paper_id = paper.id
    return paper


def _decided(line: PredictionLine, outcome: Outcome | None, value: float | None) -> Outcome:
    """How it ended by what was said; raises UsageError where that does not go together."""
    if value is None:
        if outcome is None:
            raise UsageError(f"How did prediction {line.id} end?", "Say yes, no, ambiguous or annulled.")
        return outcome
    if line.low is None or line.high is None:
        raise UsageError(f"Prediction {line.id} has no interval that a number decides.", "Say yes or no.")
    if not math.isfinite(value):
        raise UsageError("The value must be a finite number.", "For example: 24")
    ended = Outcome.YES if line.low <= value <= line.high else Outcome.NO
    if outcome not in (None, ended):
        where = "inside" if ended is Outcome.YES else "outside"
        raise UsageError(
            f"{value:g} lies {where} {line.low:g} to {line.high:g}, which is {ended} and not {outcome}.",
            "Give the value alone, or the outcome alone.",
        )
    return ended


def _refuse_resolved(line: PredictionLine) -> None:
    if line.outcome is not None:
        raise UsageError(
            f"{_was_resolved(line)}.",
            f'Take that back first with: r2p resolve {line.id} --undo --reason "..."',
        )


def _need_resolved(line: PredictionLine) -> None:
    if line.outcome is None:
        raise UsageError(
            f"Prediction {line.id} is not resolved.", f"Resolve it with: r2p resolve {line.id} yes"
        )


def _was_resolved(line: PredictionLine) -> str:
    day = f" on {short_date(local_day(line.resolved_at))}" if line.resolved_at else ""
    return f"Prediction {line.id} was resolved as {line.outcome}{day}"


# --- values -----------------------------------------------------------------------------------------------


def _entry(found: Prediction) -> PredictionEntry:
    return PredictionEntry(
        found.statement,
        found.kind,
        found.criteria,
        found.reasoning,
        found.probability,
        found.due_on,
        found.low,
        found.high,
        found.unit,
        tuple(found.tags),
    )


def _resolution(one: PredictionResolution) -> Resolution:
    return Resolution(
        Outcome(one.outcome),
        one.value,
        one.reason,
        one.missed,
        one.resolved_at,
        one.undone_at,
        one.undone_reason,
    )


def _scores(line: PredictionLine, forecasts: Sequence[Forecast]) -> tuple[float | None, float | None]:
    """Brier of the frozen forecast, and of all by time; None unless it came true or did not."""
    if line.resolved_at is None or line.outcome not in (Outcome.YES, Outcome.NO):
        return None, None
    happened = line.outcome is Outcome.YES
    ended_at = min(line.resolved_at, end_of_day(line.due_on))
    return (
        brier(forecasts[0].probability, happened),
        time_weighted_brier(forecasts, ended_at, happened),
    )

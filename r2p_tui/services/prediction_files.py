"""Predictions as files of other programs: Fatebook's CSV in both directions, and a calendar of due days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from r2p_tui.domain.prediction_entry import MAX_STATEMENT, PredictionEntry
from r2p_tui.domain.predictions import Forecast, Outcome
from r2p_tui.domain.times import local_day
from r2p_tui.formats.calendar import DueEvent, due_calendar, prediction_event
from r2p_tui.formats.fatebook import FatebookQuestion, read, write_export, write_import
from r2p_tui.services.desk import Desk
from r2p_tui.store.prediction_files import Ending, WholePrediction, add_whole, whole_predictions, written_when
from r2p_tui.text import count_of

ORIGIN = "fatebook"
CALENDAR = "r2p predictions"
# Beyond them calendars and local times end.
_YEARS = range(1970, 2201)


class Exported(NamedTuple):
    """A document, how many predictions are in it, and sentences on it."""

    text: str
    predictions: int
    message: str


class Refused(NamedTuple):
    """A question that could not be taken in, and why."""

    title: str
    reason: str


class Imported(NamedTuple):
    """The numbers of new predictions, the questions that were here already, and those that were refused."""

    added: tuple[int, ...]
    known: tuple[str, ...]
    refused: tuple[Refused, ...]


def to_csv(desk: Desk, *, percent: bool = False) -> Exported:
    """All predictions as Fatebook exports them (0 to 1), or as its import reads them (percent)."""
    with desk.store.read() as session:
        found = whole_predictions(session)
    questions = [_question(one) for one in found]
    told = (
        f"{count_of(len(found), 'prediction')}; kinds, intervals, papers and techniques have no place there."
    )
    if not percent:
        return Exported(write_export(questions), len(found), f"From 0 to 1: {told}")
    annulled = sum(question.resolution is Outcome.ANNULLED for question in questions)
    more = f" {count_of(annulled, 'annulled one')} will be ambiguous on Fatebook." if annulled else ""
    return Exported(write_import(questions), len(found), f"In percent: {told}{more}")


def to_calendar(desk: Desk) -> Exported:
    """The due days of all predictions that wait for a verdict, with an id each that stays the same."""
    with desk.store.read() as session:
        found = whole_predictions(session, unresolved=True)
    text = due_calendar([_event(one) for one in found], CALENDAR).decode()
    return Exported(text, len(found), f"{count_of(len(found), 'due day')}.")


def from_csv(desk: Desk, text: str, *, forecaster: str = "", now: datetime) -> Imported:
    """Take in a CSV of Fatebook, of either shape, all at once; what is here already is left out.

    `forecaster` is whose forecasts to take where several people gave some. Raises UsageError with the line
    that cannot be read; nothing is stored then.
    """
    questions = read(text, forecaster=forecaster)
    added: list[int] = []
    known: list[str] = []
    refused: list[Refused] = []
    with desk.store.write() as session:
        written = written_when(session)
        for question in questions:
            title, made_at = _title(question), question.forecasts[0].made_at
            entry = _entry(question, now)
            if isinstance(entry, str):
                refused.append(Refused(title, entry))
            # Files of Fatebook know whole seconds.
            elif any(abs(made_at - moment) < timedelta(seconds=1) for moment in written.get(title, ())):
                known.append(title)
            else:
                added.append(add_whole(session, entry, question.forecasts, _ending(question), ORIGIN))
                written.setdefault(title, set()).add(made_at)
    return Imported(tuple(added), tuple(known), tuple(refused))


# --- from r2p ---------------------------------------------------------------------------------------------


def _question(whole: WholePrediction) -> FatebookQuestion:
    one, updates, ended = whole
    first = Forecast(one.probability, one.created_at)
    later = [Forecast(update.probability, update.made_at, update.reasoning) for update in updates]
    return FatebookQuestion(
        title=one.statement,
        created_at=one.created_at,
        forecasts=(first, *later),
        resolve_by=one.due_on,
        resolution=Outcome(ended.outcome) if ended else None,
        resolved_at=ended.resolved_at if ended else None,
        criteria=one.criteria,
        reasoning=one.reasoning,
        tags=tuple(one.tags),
    )


def _event(whole: WholePrediction) -> DueEvent:
    one, updates, _ = whole
    latest = updates[-1] if updates else None
    return prediction_event(
        int(one.id or 0),
        reasoning_hash=one.reasoning_hash,
        statement=one.statement,
        probability=latest.probability if latest else one.probability,
        criteria=one.criteria,
        due_on=one.due_on,
        changed_at=latest.made_at if latest else one.created_at,
    )


# --- from Fatebook ----------------------------------------------------------------------------------------


def _title(question: FatebookQuestion) -> str:
    return f"{question.title}: {question.option}" if question.option else question.title


def _entry(question: FatebookQuestion, now: datetime) -> PredictionEntry | str:
    """The question as it was asked there, whatever is asked of those that are written here; or why not."""
    title, first, last = _title(question), question.forecasts[0], question.forecasts[-1]
    due_on = question.resolve_by or (question.resolved_at and local_day(question.resolved_at))
    if len(title) > MAX_STATEMENT:
        return f"it is longer than {MAX_STATEMENT:,} characters"
    if any(day.year not in _YEARS for day in (first.made_at, due_on or first.made_at)):
        return f"it names a year outside {_YEARS.start} to {_YEARS.stop - 1}"
    if due_on is None:
        return "it says neither when it is to be resolved nor that it was"
    if max(last.made_at, question.resolved_at or last.made_at) > now:
        return "it tells of a time that has not come yet"
    return PredictionEntry(
        title,
        "free",
        criteria="\n".join(filter(None, (question.criteria, question.notes))),
        reasoning=question.reasoning or first.reasoning,
        probability=first.probability,
        due_on=due_on,
        tags=question.tags,
    )


def _ending(question: FatebookQuestion) -> Ending | None:
    if question.resolution is None or question.resolved_at is None:
        return None
    return Ending(question.resolution, question.resolved_at, "resolved so on Fatebook")

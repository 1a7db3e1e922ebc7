"""What became known of the papers behind predictions while they ran."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple, get_args

from r2p_tui.domain.times import local_day
from r2p_tui.services.desk import Desk
from r2p_tui.store.prediction_evidence import (
    EvidenceSnapshot,
    snapshots_for,
)
from r2p_tui.store.predictions import PredictionLine

Measure = Literal["citations", "influential", "stars", "votes"]
MEASURES: tuple[Measure, ...] = get_args(Measure)


class EvidencePoint(NamedTuple):
    """What was counted at a moment; None where nobody told."""

    taken_at: datetime
    citations: int | None
    influential: int | None
    stars: int | None
    votes: int | None


@dataclass(frozen=True, slots=True)
class EvidenceCurve:
    """The snapshots of a paper from the day of a prediction to its due day, the oldest first."""

    since: date
    until: date
    points: tuple[EvidencePoint, ...]

    def series(self, measure: Measure) -> tuple[tuple[datetime, int], ...]:
        """The moments and values of one measure, where somebody told."""
        found = ((point.taken_at, getattr(point, measure)) for point in self.points)
        return tuple((moment, value) for moment, value in found if value is not None)


def evidence_words(curve: EvidenceCurve) -> str:
    """`citations 40 -> 1,204, stars 3,100 -> 5,400`; empty where nothing was counted."""
    return ", ".join(
        f"{measure} {_change([value for _, value in values])}"
        for measure in MEASURES
        if (values := curve.series(measure))
    )


def _change(values: Sequence[int]) -> str:
    return f"{values[0]:,} -> {values[-1]:,}" if len(values) > 1 else f"{values[0]:,}"


def curve_of(desk: Desk, line: PredictionLine) -> EvidenceCurve | None:
    """The evidence of one prediction; None where no paper stands behind it."""
    if line.paper_id is None:
        return None
    with desk.store.read() as session:
        snapshots = snapshots_for(session, [line.paper_id])
    return _curve(line, snapshots.get(line.paper_id, ()))


def curves(desk: Desk, lines: Sequence[PredictionLine]) -> dict[int, EvidenceCurve]:
    """The evidence of many predictions by their ids; those whose papers were never counted are left out."""
    with desk.store.read() as session:
        snapshots = snapshots_for(session, {line.paper_id for line in lines if line.paper_id is not None})
    found = {line.id: _curve(line, snapshots[line.paper_id]) for line in lines if line.paper_id in snapshots}
    return {number: curve for number, curve in found.items() if curve.points}


def _curve(line: PredictionLine, snapshots: Iterable[EvidenceSnapshot]) -> EvidenceCurve:
    since = local_day(line.created_at)
    first, end = _midnight(since), _midnight(line.due_on + timedelta(days=1))
    return EvidenceCurve(
        since,
        line.due_on,
        tuple(
            EvidencePoint(one.taken_at, one.citations, one.influential, one.stars, one.votes)
            for one in snapshots
            if first <= one.taken_at < end
        ),
    )


def _midnight(day: date) -> datetime:
    """Where a day of the user's own clock begins."""
    return datetime.combine(day, time.min).astimezone()

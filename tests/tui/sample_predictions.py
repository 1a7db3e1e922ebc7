"""A record of two years: predictions that are due, open and resolved, with the evidence of one paper."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from r2p_tui.domain.prediction_entry import PredictionEntry
from r2p_tui.domain.predictions import Outcome
from r2p_tui.domain.radar import Bucket, Ring
from r2p_tui.services.desk import Desk
from r2p_tui.store import predictions, radar
from r2p_tui.store.prediction_evidence import EvidenceSnapshot, add_snapshot

from .conftest import NOW

STATEMENT = "RT-DETR-style detectors replace YOLO in more than half of the new edge work I see"
CRITERIA = "More than half of the edge projects in my list name a DETR in their last report."
REASONING = "Latency was the obstacle, and Table 2 closes the gap; tooling will lag by a year."
_SAID = (0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 0.9, 0.95)
_KINDS = ("adoption", "result", "poc", "free")
# Of five predictions of each probability so many came true: too sure above 70 %.
_CAME_TRUE = {0.1: 0, 0.2: 1, 0.3: 2, 0.5: 2, 0.6: 3, 0.8: 2, 0.9: 3, 0.95: 3}


def written(session: Session, statement: str, due_on: date, *, made_at: datetime, **fields: Any) -> int:
    """Store one prediction as if it had been written at `made_at`."""
    beside = {name: fields.pop(name, None) for name in ("paper_id", "technique_id")}
    entry = PredictionEntry(
        **{
            "statement": statement,
            "kind": "adoption",
            "criteria": CRITERIA,
            "reasoning": REASONING,
            "probability": 0.3,
            "due_on": due_on,
            **fields,
        }
    )
    return predictions.add_prediction(session, entry, made_at=made_at, **beside)


def _technique(session: Session) -> int:
    return radar.add_technique(
        session,
        "RT-DETR",
        ring=Ring.TRIAL,
        quadrant="Models",
        bucket=Bucket.CORE,
        reason="It is as fast as what we have.",
        next_action="measure on the T4",
        next_on=NOW.date(),
        now=NOW - timedelta(days=740),
    )


def due_ones(session: Session, paper_id: int) -> list[int]:
    """Three that wait for a verdict; the first, which waits longest, has evidence and an update."""
    today, long_ago = NOW.date(), NOW - timedelta(days=732)
    first = written(
        session,
        STATEMENT,
        today - timedelta(days=2),
        made_at=long_ago,
        paper_id=paper_id,
        technique_id=_technique(session),
        tags=("edge", "detection"),
    )
    predictions.add_update(session, first, 0.4, "Two vendors ship it.", NOW - timedelta(days=200))
    for month in range(25):
        add_snapshot(session, _snapshot(paper_id, month, long_ago + timedelta(days=30 * month)))
    second = written(
        session,
        "INT8 costs our detector less than one point of mAP50",
        today - timedelta(days=1),
        made_at=NOW - timedelta(days=365),
        kind="poc",
        probability=0.7,
    )
    third = written(
        session,
        "Copy-paste augmentation improves small objects by 20 to 30 %",
        today,
        made_at=NOW - timedelta(days=180),
        kind="result",
        probability=0.8,
        low=20.0,
        high=30.0,
        unit="%",
    )
    return [first, second, third]


def _snapshot(paper_id: int, month: int, taken_at: datetime) -> EvidenceSnapshot:
    return EvidenceSnapshot(
        paper_id=paper_id,
        taken_at=taken_at,
        citations=40 + 2 * month * month,
        influential=4 + month,
        stars=3100 + 95 * month if month >= 3 else None,
        votes=None,
    )


def open_ones(session: Session, paper_id: int) -> None:
    """Two that are not due yet; the first is about the paper."""
    made_at = NOW - timedelta(days=60)
    soon, late = NOW.date() + timedelta(days=40), NOW.date() + timedelta(days=400)
    written(session, "Open question 1 is answered in print", soon, made_at=made_at, paper_id=paper_id)
    written(session, "Open question 2 is answered in print", late, made_at=made_at)


def record(session: Session, each: int = 5) -> None:
    """Forty that are resolved, five of each probability; with a smaller `each` there are fewer."""
    for number, said in enumerate(_SAID):
        for turn in range(each):
            made_at = NOW - timedelta(days=700 - 12 * number - 60 * turn)
            prediction = written(
                session,
                f"Outcome {turn + 1} that I gave {said * 100:.0f} %",
                (made_at + timedelta(days=90)).date(),
                made_at=made_at,
                kind=_KINDS[(number + turn) % 4],
                probability=said,
                tags=("edge",) if turn % 2 else ("training",),
            )
            outcome = Outcome.YES if turn < _CAME_TRUE[said] else Outcome.NO
            predictions.resolve(session, prediction, outcome, now=made_at + timedelta(days=91))


def everything(desk: Desk, paper_id: int) -> list[int]:
    """The ids of the three that are due."""
    with desk.store.write() as session:
        record(session)
        open_ones(session, paper_id)
        return due_ones(session, paper_id)


def some_resolved(desk: Desk, each: int) -> None:
    """So many of each of the eight probabilities, and nothing else."""
    with desk.store.write() as session:
        record(session, each)

"""Predictions, techniques and reviews whose every text tries to steer the terminal or the app."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from r2p_tui.domain.radar import Factor
from r2p_tui.store.prediction_evidence import EvidenceSnapshot
from r2p_tui.store.predictions import Prediction, PredictionResolution, PredictionUpdate
from r2p_tui.store.radar import MoveRecord, RatingRecord, TechniquePaper, TechniqueRecord
from r2p_tui.store.research_reviews import ResearchReview


def fill_judgement(session: Session, paper_id: int, titles: Sequence[str], text: str, now: datetime) -> None:
    """For each title a technique and two predictions about it, one of which is due and one resolved."""
    today = now.date()
    for number, title in enumerate(titles, 1):
        session.add(_technique(number, title, text, today, now))
        session.flush()
        session.add_all(_history(number, paper_id, text, today, now))
        for resolved in (0, 1):
            prediction = 2 * number - resolved
            session.add(_prediction(prediction, number, paper_id, title, text, today, now))
            session.flush()
            session.add(
                PredictionUpdate(prediction_id=prediction, probability=0.6, reasoning=text, made_at=now)
            )
            if resolved:
                session.add(_ending(prediction, text, now))
    for days, count in ((20, 40), (5, 90)):
        taken_at = now - timedelta(days=days)
        session.add(EvidenceSnapshot(paper_id=paper_id, taken_at=taken_at, citations=count, stars=3 * count))
    taken = [{"name": text, "words": text}]
    session.add(ResearchReview(held_on=today, agenda=text, decisions=taken, taken_at=now))


def _technique(number: int, title: str, text: str, today: date, now: datetime) -> TechniqueRecord:
    return TechniqueRecord(
        id=number, name=title, name_key=f"{number} {title}", quadrant="Models", owner=text, bucket="core",
        description=text, next_action=text, next_on=today, created_at=now - timedelta(days=90),
        reviewed_at=now - timedelta(days=60),
    )  # fmt: skip


def _history(number: int, paper_id: int, text: str, today: date, now: datetime) -> list[object]:
    asked: dict[str, Any] = {"next_action": text, "next_on": today}
    return [
        MoveRecord(
            technique_id=number, to_ring="ASSESS", reason=text, moved_at=now - timedelta(days=90), **asked
        ),
        MoveRecord(
            technique_id=number, from_ring="ASSESS", to_ring="TRIAL", reason=text, moved_at=now, **asked
        ),
        TechniquePaper(technique_id=number, paper_id=paper_id),
        *(
            RatingRecord(technique_id=number, factor=factor.value, score=4, reason=text, rated_at=now)
            for factor in Factor
        ),
    ]


def _prediction(
    number: int, technique: int, paper_id: int, title: str, text: str, today: date, now: datetime
) -> Prediction:
    return Prediction(
        id=number, statement=title, kind="result", probability=0.5, due_on=today, low=1.0, high=2.0,
        unit=text, tags=[text, title[:40]], paper_id=paper_id, technique_id=technique, ring="TRIAL",
        created_at=now - timedelta(days=30), criteria=text, reasoning=text, reasoning_hash="0" * 64,
        origin=text,
    )  # fmt: skip


def _ending(number: int, text: str, now: datetime) -> PredictionResolution:
    return PredictionResolution(
        prediction_id=number, outcome="yes", value=1.5, reason=text, missed=text, resolved_at=now
    )

"""Predictions for the commands that list, judge and score them."""

from __future__ import annotations

from datetime import timedelta

from r2p_tui.domain.predictions import Outcome
from r2p_tui.services.desk import Desk
from r2p_tui.services.predictions import predict, resolve
from tests.cli.conftest import NOW

STATEMENT = "DETR replaces YOLO on our edge boards"
CRITERIA = "at least three of our five boards run it"


def predicted(
    desk: Desk,
    statement: str = STATEMENT,
    probability: str = "0.3",
    *,
    due: str = "2y",
    kind: str = "free",
    tags: tuple[str, ...] = (),
    paper_id: int | None = None,
    low: str | None = None,
    high: str | None = None,
    unit: str | None = None,
) -> int:
    return predict(
        desk,
        statement,
        probability=probability,
        due=due,
        criteria=CRITERIA,
        reasoning="No NMS.",
        kind=kind,
        low=low,
        high=high,
        unit=unit,
        tags=tags,
        paper_id=paper_id,
        now=NOW,
    )


def judged(desk: Desk, probability: str, *, yes: int, no: int, kind: str = "free") -> None:
    """So many that came true and did not, all said with one probability."""
    for number in range(yes + no):
        outcome = Outcome.YES if number < yes else Outcome.NO
        resolve(
            desk, predicted(desk, probability=probability, kind=kind), outcome, now=NOW + timedelta(days=9)
        )

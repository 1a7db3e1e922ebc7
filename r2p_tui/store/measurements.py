"""What runs measured, kept beyond their folders."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, SQLModel

from r2p_tui.store.fields import json_field


class StoredMeasurement(SQLModel, table=True):
    """The results of a quantize, benchmark or ablate run as `domain.measurements.Measurement` spells them."""

    __tablename__ = "measurements"
    __table_args__ = (
        CheckConstraint("kind IN ('quantize', 'benchmark', 'ablate')", name="known_kind"),
        {"sqlite_strict": True},
    )

    run_id: int = Field(foreign_key="runs.id", ondelete="CASCADE", primary_key=True)
    kind: str
    content: dict[str, Any] = json_field()


def keep_measurement(session: Session, run_id: int, kind: str, content: dict[str, Any]) -> None:
    """Store what a run measured in place of what was stored of it before."""
    session.merge(StoredMeasurement(run_id=run_id, kind=kind, content=content))


def measurement_of(session: Session, run_id: int) -> dict[str, Any] | None:
    """What a run measured; None where nothing is stored of it."""
    found = session.get(StoredMeasurement, run_id)
    return found.content if found else None

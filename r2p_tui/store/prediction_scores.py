"""Resolved predictions as the scores see them, read in two long queries."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, datetime
from functools import lru_cache

from sqlmodel import Session

from r2p_tui.domain.predictions import Forecast, Judged, end_of_day
from r2p_tui.store.quick import BASE_RATE

_JUDGED = """
    SELECT p.id, p.kind, p.probability, p.created_at, p.due_on, r.resolved_at, r.outcome, p.ring, p.tags,
        p.low, p.high, r.value, coalesce(p.unit, '')
    FROM prediction_resolutions AS r CROSS JOIN predictions AS p ON p.id = r.prediction_id
    WHERE r.undone_at IS NULL AND r.outcome IN ('yes', 'no')
    ORDER BY r.prediction_id
"""
_UPDATES = """
    SELECT prediction_id, probability, made_at FROM prediction_updates
    WHERE prediction_id IN (SELECT prediction_id FROM prediction_resolutions WHERE undone_at IS NULL)
    ORDER BY prediction_id, made_at, id
"""
# One row at a time is slow to fetch, and all of them are as much again to hold.
_ROWS_AT_ONCE = 1_000


def judged(session: Session) -> list[Judged]:
    """Every prediction that came true or did not, by its number."""
    run, moment = session.connection().exec_driver_sql, datetime.fromisoformat
    later: dict[int, tuple[Forecast, ...]] = defaultdict(tuple)
    for number, probability, made_at in run(_UPDATES).fetchall():
        later[number] += (Forecast(probability, moment(made_at)),)
    found = []
    for rows in run(_JUDGED).partitions(_ROWS_AT_ONCE):
        for number, kind, said, made, due, resolved, outcome, ring, tags, *interval in rows:
            ended_at = min(moment(resolved), _end_of(due))
            found.append(
                Judged(
                    kind, said, moment(made), ended_at, outcome == "yes", later.get(number, ()), ring,
                    _tags(tags), *interval,
                )
            )  # fmt: skip
    return found


@lru_cache(maxsize=100_000)
def _end_of(day: str) -> datetime:
    return end_of_day(date.fromisoformat(day))


@lru_cache(maxsize=10_000)
def _tags(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def base_rate(session: Session, kind: str) -> tuple[int, int]:
    """Of a kind: how many came true, of how many that came true or did not."""
    yes, resolved = session.connection().exec_driver_sql(BASE_RATE, (kind,)).one()
    return yes, resolved

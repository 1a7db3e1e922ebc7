"""Resolved predictions as the scores see them, read in two long queries."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from sqlmodel import Session

from r2p_tui.domain.predictions import Forecast, Judged

_JUDGED = """
    SELECT p.id, p.kind, p.created_at, p.probability, p.due_on, r.resolved_at, r.outcome = 'yes', p.ring,
        p.tags, p.low, p.high, r.value, coalesce(p.unit, '')
    FROM prediction_resolutions AS r CROSS JOIN predictions AS p ON p.id = r.prediction_id
    WHERE r.undone_at IS NULL AND r.outcome IN ('yes', 'no')
    ORDER BY r.prediction_id
"""
_UPDATES = """
    SELECT prediction_id, probability, made_at FROM prediction_updates ORDER BY prediction_id, made_at, id
"""


def judged(session: Session) -> list[Judged]:
    """Every prediction that came true or did not, by its number; `made_on` is the day in UTC."""
    run = session.connection().exec_driver_sql
    later: dict[int, list[Forecast]] = defaultdict(list)
    for number, probability, made_at in run(_UPDATES):
        later[number].append(Forecast(probability, datetime.fromisoformat(made_at)))
    found = []
    for number, kind, made, said, due, resolved, happened, ring, tags, *interval in run(_JUDGED):
        made_at, resolved_at = datetime.fromisoformat(made), datetime.fromisoformat(resolved)
        forecasts = (Forecast(said, made_at), *later.get(number, ()))
        ended_at = min(resolved_at, _end_of(due))
        found.append(
            Judged(kind, made_at.date(), forecasts, ended_at, bool(happened), ring, _tags(tags), *interval)
        )
    return found


@lru_cache(maxsize=100_000)
def _end_of(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC)


@lru_cache(maxsize=10_000)
def _tags(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def base_rate(session: Session, kind: str) -> tuple[int, int]:
    """Of a kind: how many came true, of how many that came true or did not."""
    yes, resolved = session.connection().exec_driver_sql(_BASE_RATE, (kind,)).one()
    return yes, resolved


_BASE_RATE = """
    SELECT count(*) FILTER (WHERE r.outcome = 'yes'), count(*)
    FROM prediction_resolutions AS r CROSS JOIN predictions AS p ON p.id = r.prediction_id
    WHERE r.undone_at IS NULL AND r.outcome IN ('yes', 'no') AND p.kind = ?
"""

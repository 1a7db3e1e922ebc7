"""A store with very many predictions: half of them resolved, some due, every third changed since.

A third is about papers that were asked about every day for two months.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from r2p_tui.domain.times import utc_text
from r2p_tui.store.engine import Store

NOW = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
_PAPERS = 300
_TECHNIQUES = 40
_KINDS = ("adoption", "result", "poc", "free")
_TAGS = ("edge", "training", "data", "latency", "accuracy")
_RINGS = (None, "ADOPT", "TRIAL", "ASSESS", "HOLD")
_REASON = (
    "Three groups repeated it on their own data, and two of the tools that we use have it on their lists. "
)
_PREDICTION = (
    "INSERT INTO predictions (id, statement, kind, probability, due_on, low, high, unit, tags, paper_id,"
    " technique_id, ring, created_at, criteria, reasoning, reasoning_hash) VALUES"
    " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PAPER = (
    "INSERT INTO papers (id, arxiv_id, title, abstract, authors, latest_version, text_rank, details_rank,"
    " added_at) VALUES (?, ?, ?, '', '[]', 1, 0, 0, ?)"
)
_SNAPSHOT = "INSERT INTO evidence_snapshots (paper_id, taken_at, citations, stars) VALUES (?, ?, ?, ?)"
_UPDATE = (
    "INSERT INTO prediction_updates (prediction_id, probability, reasoning, made_at) VALUES (?, ?, '', ?)"
)
_RESOLUTION = (
    "INSERT INTO prediction_resolutions (prediction_id, outcome, value, reason, missed, resolved_at,"
    " undone_reason) VALUES (?, ?, ?, '', '', ?, '')"
)
_TECHNIQUE = (
    "INSERT INTO techniques (id, name, name_key, quadrant, owner, bucket, description, next_action,"
    " created_at, reviewed_at) VALUES (?, ?, ?, 'Models', '', 'core', '', '', ?, ?)"
)
_MOVE = (
    "INSERT INTO technique_moves (technique_id, to_ring, reason, next_action, moved_at)"
    " VALUES (?, 'ADOPT', 'It is used.', '', ?)"
)


def fill_predictions(store: Store, count: int, *, due: int = 500, seed: int = 7) -> None:
    """Write `count` predictions: half resolved, `due` of them due, the others open."""
    draw, now = random.Random(seed), utc_text(NOW)
    with store.write() as session:
        run = session.connection().exec_driver_sql
        names = [(number, f"technique {number}") for number in range(1, _TECHNIQUES + 1)]
        run(_TECHNIQUE, [(number, name, name, now, now) for number, name in names])
        run(_MOVE, [(number, now) for number, _ in names])
        papers = range(1, _PAPERS + 1)
        run(_PAPER, [(number, f"2611.{number:05}", f"Paper {number}", now) for number in papers])
        days = [utc_text(NOW - timedelta(days=day)) for day in range(60, 0, -1)]
        run(
            _SNAPSHOT,
            [(number, day, place, 3 * place) for number in papers for place, day in enumerate(days)],
        )
        made = [NOW - timedelta(days=draw.uniform(30, 1500)) for _ in range(count)]
        run(_PREDICTION, list(_predictions(made, count // 2 + due, draw)))
        run(_UPDATE, list(_updates(made, draw)))
        run(_RESOLUTION, list(_resolutions(made, count // 2, draw)))


def _predictions(made: list[datetime], past: int, draw: random.Random) -> Iterator[tuple[object, ...]]:
    for number, made_at in enumerate(made, 1):
        kind = draw.choice(_KINDS)
        interval = (20.0, 30.0, "%") if kind == "result" else (None, None, None)
        due = NOW.date() + timedelta(days=draw.randint(-29, 0) if number <= past else draw.randint(1, 900))
        paper = draw.randint(1, _PAPERS) if number % 3 == 0 else None
        technique = draw.randint(1, _TECHNIQUES) if number % 2 else None
        yield (
            number, f"Technique {number} replaces what we have in more than half of new deployments", kind,
            draw.randint(1, 99) / 100, due.isoformat(), *interval, json.dumps(draw.sample(_TAGS, 2)),
            paper, technique, draw.choice(_RINGS), utc_text(made_at), "More than half, counted in our list.",
            _REASON * draw.randint(1, 8), f"{number:064}",
        )  # fmt: skip


def _updates(made: list[datetime], draw: random.Random) -> Iterator[tuple[object, ...]]:
    for number, made_at in enumerate(made, 1):
        if number % 3 == 0:
            yield number, draw.randint(1, 99) / 100, utc_text(made_at + timedelta(days=10))


def _resolutions(made: list[datetime], count: int, draw: random.Random) -> Iterator[tuple[object, ...]]:
    for number in range(1, count + 1):
        resolved_at = NOW - timedelta(days=draw.uniform(0, 20))
        outcome = draw.choices(("yes", "no", "ambiguous"), (4, 6, 1))[0]
        yield number, outcome, draw.uniform(10, 40), utc_text(resolved_at)

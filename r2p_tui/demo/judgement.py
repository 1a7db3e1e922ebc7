"""Example techniques with their moves, and example predictions with how they ended, put into a store."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

from r2p_tui.domain.prediction_entry import PredictionEntry, make_prediction
from r2p_tui.domain.predictions import Outcome
from r2p_tui.domain.radar import Bucket, Factor, Ring
from r2p_tui.domain.times import local_day
from r2p_tui.services.desk import Desk
from r2p_tui.store import predictions, radar

JUDGEMENT_FILE = "judgement.toml"

Table = Mapping[str, Any]
Ids = Mapping[str, int]


def load_judgement() -> Table:
    """The packaged techniques and predictions as their file has them."""
    return tomllib.loads(files("r2p_tui.demo").joinpath(JUDGEMENT_FILE).read_text(encoding="utf-8"))


def add_techniques(desk: Desk, papers: Ids, now: datetime) -> dict[str, int]:
    """The radar with its history; the number of each technique by its name."""
    numbers: dict[str, int] = {}
    with desk.store.write() as session:
        for table in load_judgement()["techniques"]:
            first, *later = (_move(move, now) for move in table["moves"])
            number = radar.add_technique(session, table["name"], **_description(table), **first)
            for move in later:
                radar.add_move(session, number, **move)
            radar.confirm(session, number, _ago(now, table["reviewed"]))
            for key in table.get("papers", ()):
                radar.link_paper(session, number, papers[key])
            for factor, (score, reason) in table.get("ratings", {}).items():
                radar.rate(session, number, Factor(factor), score, reason, _ago(now, table["reviewed"]))
            numbers[table["name"]] = number
    return numbers


def add_predictions(desk: Desk, papers: Ids, techniques: Ids, now: datetime) -> None:
    """After the techniques: a prediction remembers the ring that its technique has when it is stored."""
    with desk.store.write() as session:
        for table in load_judgement()["predictions"]:
            number = predictions.add_prediction(
                session,
                entry_of(table, now),
                made_at=_ago(now, table["days_ago"]),
                paper_id=papers.get(table.get("paper", "")),
                technique_id=techniques.get(table.get("technique", "")),
            )
            for view in table.get("updates", ()):
                moment = _ago(now, view["days_ago"])
                predictions.add_update(session, number, view["probability"], view["reasoning"], moment)
            if "outcome" in table:
                predictions.resolve(session, number, **_ending(table, now))


def entry_of(table: Table, now: datetime) -> PredictionEntry:
    """The prediction as its writer gave it on the day; raises UsageError where r2p would have refused it."""
    return make_prediction(
        table["statement"],
        probability=table["probability"],
        due=_day(now, table["due_in"]),
        criteria=table["criteria"],
        reasoning=table["reasoning"],
        today=_day(now, -table["days_ago"]),
        kind=table["kind"],
        low=table.get("low"),
        high=table.get("high"),
        unit=table.get("unit"),
        tags=table["tags"],
    )


def _description(table: Table) -> dict[str, Any]:
    names = ("quadrant", "owner", "description")
    return {name: table[name] for name in names} | {"bucket": Bucket(table["bucket"])}


def _move(table: Table, now: datetime) -> dict[str, Any]:
    return {
        "ring": Ring(table["ring"]),
        "reason": table["reason"],
        "next_action": table.get("next", ""),
        "next_on": _day(now, table["on"]) if "on" in table else None,
        "now": _ago(now, table["days_ago"]),
    }


def _ending(table: Table, now: datetime) -> dict[str, Any]:
    return {
        "outcome": Outcome(table["outcome"]),
        "value": table.get("value"),
        "reason": table.get("reason", ""),
        "missed": table.get("missed", ""),
        "now": _ago(now, table["resolved"]),
    }


def _ago(now: datetime, days: float) -> datetime:
    return now - timedelta(days=days)


def _day(now: datetime, days: int) -> date:
    """A day of the user's own calendar, counted from the first start."""
    return local_day(now) + timedelta(days=days)

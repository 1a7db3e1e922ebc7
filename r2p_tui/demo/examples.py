"""Example decisions, readings, notes and surprises on the packaged papers, as records ready to be stored."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, NamedTuple

from r2p_tui.domain.reading import NoteValues
from r2p_tui.store.reading import Reading, RedFlag, Viability
from r2p_tui.store.surprises import Surprise
from r2p_tui.store.triage import TriageDecision, TriageSession

EXAMPLES_FILE = "examples.toml"
_CHOICES = ("keep", "skip", "later")
_A_DECISION_TAKES = timedelta(seconds=20)

Table = Mapping[str, Any]
Ids = Mapping[str, int]


class ExampleNote(NamedTuple):
    """A note to be saved, and when it was written."""

    paper_id: int
    values: NoteValues
    written_at: datetime


def load_examples() -> Table:
    """The packaged examples as their file has them."""
    return tomllib.loads(files("r2p_tui.demo").joinpath(EXAMPLES_FILE).read_text(encoding="utf-8"))


def days_since_announced(examples: Table, now: datetime) -> dict[str, int]:
    """For each decided paper, how many days ago it was announced; all others are announced today."""
    return {
        key: sitting["days_ago"]
        for sitting in examples["sittings"]
        for key, _, _ in _decided_in(sitting, now)
    }


def sittings(examples: Table, now: datetime) -> Iterator[TriageSession]:
    """Past sittings at the triage screen, as long as their decisions took."""
    for number, sitting in enumerate(examples["sittings"], start=1):
        started = _days_before(now, sitting)
        *_, (_, _, ended) = _decided_in(sitting, now)
        seconds = (ended - started).total_seconds()
        yield TriageSession(id=number, started_at=started, ended_at=ended, seconds=seconds)


def decisions(examples: Table, ids: Ids, now: datetime) -> Iterator[TriageDecision]:
    """What was decided in the sittings; no score was shown then."""
    for number, sitting in enumerate(examples["sittings"], start=1):
        for key, choice, moment in _decided_in(sitting, now):
            yield TriageDecision(paper_id=ids[key], session_id=number, decision=choice, decided_at=moment)


def readings(examples: Table, ids: Ids, versions: Ids, now: datetime) -> Iterator[Reading]:
    """Finished passes over the version that the packaged facts name."""
    for paper in examples["papers"]:
        key = paper["arxiv_id"]
        for one in paper["readings"]:
            started = _days_before(now, one)
            finished = started + timedelta(minutes=one["minutes"])
            yield Reading(
                paper_id=ids[key],
                pass_number=one["pass"],
                version_read=versions[key],
                seconds=(finished - started).total_seconds(),
                started_at=started,
                last_read_at=finished,
                finished_at=finished,
                verdict=one["verdict"],
                reason=one["reason"],
            )


def notes(examples: Table, ids: Ids, now: datetime) -> Iterator[ExampleNote]:
    """One structured note for each paper read."""
    for paper in examples["papers"]:
        texts = {name: value for name, value in paper["note"].items() if name != "days_ago"}
        yield ExampleNote(ids[paper["arxiv_id"]], NoteValues(**texts), _days_before(now, paper["note"]))


def judgements(examples: Table, ids: Ids, now: datetime) -> Iterator[RedFlag | Viability]:
    """Red flags and ratings, made when the note was written."""
    for paper in examples["papers"]:
        paper_id, moment = ids[paper["arxiv_id"]], _days_before(now, paper["note"])
        for kind, evidence in paper.get("flags", {}).items():
            yield RedFlag(paper_id=paper_id, kind=kind, evidence=evidence, flagged_at=moment)
        for dimension, (score, evidence) in paper.get("viability", {}).items():
            yield Viability(
                paper_id=paper_id, dimension=dimension, score=score, evidence=evidence, rated_at=moment
            )


def surprises(examples: Table, ids: Ids, now: datetime) -> Iterator[Surprise]:
    """Surprises without numbers: nobody has measured anything for them."""
    for one in examples["surprises"]:
        yield Surprise(
            text=one["text"],
            kind=one["kind"],
            paper_id=ids[one["arxiv_id"]],
            created_at=_days_before(now, one),
        )


def _decided_in(sitting: Table, now: datetime) -> Iterator[tuple[str, str, datetime]]:
    """Paper, decision and moment, one after the other."""
    moment = _days_before(now, sitting)
    for choice in _CHOICES:
        for key in sitting.get(choice, ()):
            moment += _A_DECISION_TAKES
            yield key, choice, moment


def _days_before(now: datetime, table: Table) -> datetime:
    return now - timedelta(days=table["days_ago"])

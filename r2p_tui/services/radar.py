"""The radar: techniques, the moves that brought them where they stand, and what is due on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from r2p_tui.domain.paper_ids import parse_reference
from r2p_tui.domain.radar import (
    LONGEST_NAME,
    Balance,
    Bucket,
    Factor,
    MoveEntry,
    Ring,
    Technique,
    balance,
    check_move,
    check_next,
    is_action_due,
    is_stale,
    name_of,
    paragraph_of,
    quadrant_of,
    radar_order,
    technique_named,
)
from r2p_tui.domain.radar_advice import check_rating
from r2p_tui.domain.times import local_day
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.services.desk import Desk
from r2p_tui.store import radar as store
from r2p_tui.store.papers import Paper, find_paper
from r2p_tui.store.predictions import PredictionLine, list_lines
from r2p_tui.store.research_reviews import last_review
from r2p_tui.text import clean_line

_MOST_PREDICTIONS = 1000


@dataclass(frozen=True, slots=True)
class RadarView:
    """What the radar shows: techniques by ring, quadrant and name; `since` is what movement is told from.

    `stale` were not reviewed for `stale_days`; the next action of those in `actions` is due.
    """

    techniques: tuple[Technique, ...]
    quadrants: tuple[str, ...]
    since: datetime
    stale: tuple[Technique, ...]
    stale_days: int
    actions: tuple[Technique, ...]
    balance: Balance


class NextUp(NamedTuple):
    """A new next action, its new day, or both: None leaves one as it is. No day may lie before `today`."""

    action: str | None
    on: date | None
    today: date


def radar(desk: Desk, *, now: datetime) -> RadarView:
    """All techniques that were not dropped; movement counts from the last review, or a month back."""
    settings = desk.settings.radar
    with desk.store.read() as session:
        found = store.techniques(session)
        held = last_review(session)
    techniques = tuple(sorted(found, key=lambda technique: radar_order(technique, settings.quadrants)))
    return RadarView(
        techniques=techniques,
        quadrants=settings.quadrants,
        since=held.taken_at if held else now - timedelta(days=settings.stale_days),
        stale=tuple(each for each in techniques if is_stale(each, now, settings.stale_days)),
        stale_days=settings.stale_days,
        actions=tuple(each for each in techniques if is_action_due(each, local_day(now))),
        balance=balance(techniques),
    )


def find(desk: Desk, name: str | int) -> Technique:
    """A technique by its name in any case, or its id (an `int`); raises NotFoundError with the nearest."""
    with desk.store.read() as session:
        return technique_named(store.techniques(session), name)


def add(
    desk: Desk,
    name: str,
    *,
    ring: Ring,
    quadrant: str,
    reason: str,
    owner: str = "",
    bucket: Bucket | None = None,
    description: str = "",
    next_action: str = "",
    next_on: date | None = None,
    papers: Sequence[str] = (),
    now: datetime,
) -> Technique:
    """Put a technique on the radar with its first move, in CORE unless told.

    One that was dropped comes back with its history, and with what was said of it where nothing new is.
    Raises UsageError with the question that is open, NotFoundError for a paper that is not in the library.
    """
    called = name_of(name)
    place = quadrant_of(quadrant, desk.settings.radar.quadrants)
    said: dict[str, Any] = {"owner": _owner(owner), "description": paragraph_of(description)}
    with desk.store.write() as session:
        _need_new(store.techniques(session), called)
        number = store.dropped(session, called)
        entry = check_move(None, ring, reason, next_action, next_on, local_day(now))
        if number is None:
            said["bucket"] = bucket or Bucket.CORE
            number = store.add_technique(
                session, called, quadrant=place, **said, **move_values(entry), now=now
            )
        else:
            store.take_up(session, number, **move_values(entry), now=now)
            kept = {name: words or None for name, words in said.items()}
            store.edit(session, number, quadrant=place, bucket=bucket, **kept)
        for reference in papers:
            store.link_paper(
                session, number, _paper_id(find_paper(session, parse_reference(reference)), reference)
            )
        return store.technique(session, number)


def move(
    desk: Desk,
    name: str | int,
    ring: Ring,
    *,
    reason: str,
    next_action: str = "",
    next_on: date | None = None,
    now: datetime,
) -> Technique:
    """Move a technique; raises UsageError with the question that the ring asks, NotFoundError."""
    with desk.store.write() as session:
        found = technique_named(store.techniques(session), name)
        entry = check_move(found.ring, ring, reason, next_action, next_on, local_day(now))
        store.add_move(session, found.id, **move_values(entry), now=now)
        return store.technique(session, found.id)


def confirm(desk: Desk, name: str | int, *, now: datetime) -> Technique:
    """Say that a technique was reviewed and stays where it is; raises NotFoundError."""
    with desk.store.write() as session:
        found = technique_named(store.techniques(session), name)
        store.confirm(session, found.id, now)
        return store.technique(session, found.id)


def rate(desk: Desk, name: str | int, factor: Factor, score: int, *, reason: str, now: datetime) -> Technique:
    """Rate one factor 1 to 5 with its evidence; earlier ratings stay. Raises UsageError, NotFoundError."""
    why = check_rating(factor, score, reason)
    with desk.store.write() as session:
        found = technique_named(store.techniques(session), name)
        store.rate(session, found.id, factor, score, why, now)
        return store.technique(session, found.id)


def edit(
    desk: Desk,
    name: str | int,
    *,
    owner: str | None = None,
    bucket: Bucket | None = None,
    quadrant: str | None = None,
    description: str | None = None,
    papers: Sequence[str] | None = None,
    next_up: NextUp | None = None,
) -> Technique:
    """Change what is given and leave the rest; just `papers` stand behind it then.

    Raises UsageError, NotFoundError, and then changes nothing.
    """
    places = desk.settings.radar.quadrants
    with desk.store.write() as session:
        found = technique_named(store.techniques(session), name)
        store.edit(
            session,
            found.id,
            owner=None if owner is None else _owner(owner),
            bucket=bucket,
            quadrant=None if quadrant is None else quadrant_of(quadrant, places),
            description=None if description is None else paragraph_of(description),
        )
        if papers is not None:
            ids = [_paper_id(find_paper(session, parse_reference(one)), one) for one in papers]
            store.put_papers(session, found.id, ids)
        if next_up:
            words = found.next_action if next_up.action is None else next_up.action
            day = (found.next_on if words else None) if next_up.on is None else next_up.on
            store.set_next(session, found.id, *check_next(found.ring, words, day, next_up.today))
        return store.technique(session, found.id)


def set_next(desk: Desk, name: str | int, action: str, on: date | None, *, now: datetime) -> Technique:
    """Put a next action in the place of the one there is; no words take it off, where the ring needs none.

    Raises UsageError, NotFoundError.
    """
    with desk.store.write() as session:
        found = technique_named(store.techniques(session), name)
        words, day = check_next(found.ring, action, on, local_day(now))
        store.set_next(session, found.id, words, day)
        return store.technique(session, found.id)


def link_papers(desk: Desk, name: str | int, references: Iterable[str]) -> Technique:
    """Put papers of the library behind a technique; raises UsageError, NotFoundError."""
    with desk.store.write() as session:
        found = technique_named(store.techniques(session), name)
        for reference in references:
            paper = find_paper(session, parse_reference(reference))
            store.link_paper(session, found.id, _paper_id(paper, reference))
        return store.technique(session, found.id)


def unlink_paper(desk: Desk, name: str | int, reference: str) -> Technique:
    """Take a paper from behind a technique; raises UsageError, NotFoundError."""
    with desk.store.write() as session:
        found = technique_named(store.techniques(session), name)
        paper = find_paper(session, parse_reference(reference))
        if not store.unlink_paper(session, found.id, _paper_id(paper, reference)):
            raise NotFoundError(
                f"{clean_line(reference)} does not stand behind {found.name}.", "Nothing was changed."
            )
        return store.technique(session, found.id)


def drop(desk: Desk, name: str | int, *, now: datetime) -> Technique:
    """Take a technique off the radar; its history and its predictions stay. Raises NotFoundError."""
    with desk.store.write() as session:
        found = technique_named(store.techniques(session), name)
        store.drop(session, found.id, now)
    return found


def predictions_on(desk: Desk, technique: Technique, *, now: datetime) -> tuple[PredictionLine, ...]:
    """The predictions about a technique: due ones first, then open ones, then those that were resolved."""
    with desk.store.read() as session:
        found = list_lines(
            session, state="all", today=local_day(now), limit=_MOST_PREDICTIONS, technique_id=technique.id
        )
    return tuple(found)


def move_values(entry: MoveEntry) -> dict[str, Any]:
    """A checked move under the names that the store has for it."""
    return {
        "ring": entry.to_ring,
        "reason": entry.reason,
        "next_action": entry.next_action,
        "next_on": entry.next_on,
    }


def _need_new(known: Iterable[Technique], name: str) -> None:
    for technique in known:
        if technique.name.casefold() == name.casefold():
            raise UsageError(
                f"{technique.name} is on the radar already, in {technique.ring}.", "Move it instead."
            )


def _paper_id(paper: Paper | None, reference: str) -> int:
    if paper is None or paper.id is None:
        named = clean_line(reference)
        raise NotFoundError(f"{named} is not in your library.", f"Add it with: r2p add {named}")
    return paper.id


def _owner(text: str) -> str:
    owner = clean_line(text)
    if len(owner) > LONGEST_NAME:
        raise UsageError(f"An owner of {len(owner)} characters is too long.", f"Use at most {LONGEST_NAME}.")
    return owner

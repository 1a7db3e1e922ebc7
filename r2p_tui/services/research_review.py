"""The monthly research review: an agenda from the store, and its decisions taken in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.domain.radar import (
    Move,
    MoveEntry,
    Ring,
    Technique,
    check_move,
    check_next,
    is_action_due,
    is_stale,
    technique_named,
)
from r2p_tui.domain.research_review import (
    Agenda,
    Decision,
    Item,
    bad_lines,
    make_agenda,
    markdown,
    parse_decisions,
)
from r2p_tui.domain.times import ago, local_day, short_date
from r2p_tui.errors import NotFoundError, R2PError, UsageError
from r2p_tui.services.desk import Desk
from r2p_tui.services.radar import RadarView, move_values, radar
from r2p_tui.store import radar as store
from r2p_tui.store.predictions import PredictionLine, counts, list_lines
from r2p_tui.store.research_reviews import ResearchReview, add_review
from r2p_tui.store.research_reviews import reviews as stored_reviews
from r2p_tui.store.review_papers import ReviewPaper, cited_in_practice, review_papers
from r2p_tui.text import clean, count_of, shorten

WELL_RATED = 4
# What stands in HOLD for longer is either skipped, or it is said what would bring it back.
LONG_HELD = timedelta(days=90)
_MOST_PREDICTIONS = 100
_LONGEST_STATEMENT = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in: the decisions in their order, and the number of the review that keeps them."""

    review_id: int
    decisions: tuple[Decision, ...]

    @property
    def words(self) -> str:
        """`2 moved, 1 stays`."""
        moved = sum(decision.ring is not None for decision in self.decisions)
        stay = len(self.decisions) - moved
        parts = (f"{moved} moved" * (moved > 0), f"{stay} {'stays' if stay == 1 else 'stay'}" * (stay > 0))
        return ", ".join(filter(None, parts))


# --- the agenda ---------------------------------------------------------------------------------------------


def agenda(desk: Desk, *, now: datetime, minutes: int | None = None) -> Agenda:
    """What the next review talks about, in the minutes of the settings unless told otherwise."""
    view, today = radar(desk, now=now), local_day(now)
    with desk.store.read() as session:
        due = list_lines(session, state="due", today=today, limit=_MOST_PREDICTIONS)
        all_due = counts(session, today).due
        papers = review_papers(session)
        cited = cited_in_practice(session, view.since)
    items = [
        *_moves(view),
        *_decisions(view, now),
        *_predictions(due),
        *_deep_dives(papers, cited),
        *_nominations(papers),
    ]
    return make_agenda(
        items,
        minutes=minutes if minutes is not None else desk.settings.radar.review_minutes,
        since=local_day(view.since),
        held_on=today,
        more_decisions=all_due - len(due),
    )


def _moves(view: RadarView) -> list[Item]:
    """Every move since last time and those that it decided, the latest first."""
    moves = [
        (move.moved_at, technique.name, _move_words(move))
        for technique in view.techniques
        for move in technique.moves
        if move.moved_at >= view.since
    ]
    return [Item("moves", name, why) for _, name, why in sorted(moves, reverse=True)]


def _move_words(move: Move) -> str:
    came = f"{move.from_ring} to" if move.from_ring else "new in"
    return f"{came} {move.to_ring}, {short_date(local_day(move.moved_at))}: {move.reason}"


def _decisions(view: RadarView, now: datetime) -> Iterator[Item]:
    """Techniques that ask for a decision: those with an action due, then those not reviewed the longest."""

    def pressing(technique: Technique) -> tuple[bool, date, datetime]:
        is_due = is_action_due(technique, local_day(now))
        return not is_due, (technique.next_on or date.max) if is_due else date.max, technique.reviewed_at

    for technique in sorted(view.techniques, key=pressing):
        if why := "; ".join(_asks(technique, view.stale_days, now)):
            yield Item("decisions", technique.name, why, ring=technique.ring)


def _asks(technique: Technique, stale_days: int, now: datetime) -> Iterator[str]:
    """Why a technique needs a decision."""
    today = local_day(now)
    if technique.next_on and is_action_due(technique, today):
        when = "is due today" if technique.next_on == today else f"was due on {short_date(technique.next_on)}"
        yield f"“{technique.next_action}” {when}"
    if is_stale(technique, now, stale_days):
        yield f"not reviewed since {short_date(local_day(technique.reviewed_at))}"
    since = technique.moves[-1].moved_at
    if technique.ring is Ring.HOLD and now - since > LONG_HELD:
        yield f"in HOLD for {ago(since, now)}: SKIP it, or say what would bring it back"


def _predictions(due: Sequence[PredictionLine]) -> Iterator[Item]:
    for line in due:
        due_since = f"due since {short_date(line.due_on)}, {100 * line.probability:.4g} %"
        why = f"{due_since}: {shorten(line.statement, _LONGEST_STATEMENT)}"
        yield Item("decisions", f"Prediction {line.id}", why)


def _deep_dives(
    papers: Sequence[ReviewPaper], cited: Mapping[int, Mapping[EvidenceClass, int]]
) -> list[Item]:
    """Papers that others put to practice, the most often first; then those read twice and never in depth."""
    found: list[tuple[int, Item]] = []
    for paper in papers:
        in_practice = cited.get(paper.paper_id, {})
        whys = [_cited_words(in_practice)] if in_practice else []
        if paper.read_at and not paper.dived:
            whys.append(f"second pass done on {short_date(local_day(paper.read_at))}, no third yet")
        if whys:
            item = Item("deep dives", _name(paper), "; ".join(whys))
            found.append((sum(in_practice.values()), item))
    return [item for _, item in sorted(found, key=lambda each: -each[0])]


def _cited_words(counts: Mapping[EvidenceClass, int]) -> str:
    """`since last time: 2 works replicate it, 1 work deploys it`."""
    verbs = {
        EvidenceClass.REPLICATES: ("replicates", "replicate"),
        EvidenceClass.FAILS: ("fails to replicate", "fail to replicate"),
        EvidenceClass.DEPLOYS: ("deploys", "deploy"),
    }
    told = (
        f"{count_of(counts[kind], 'work')} {one if counts[kind] == 1 else many} it"
        for kind, (one, many) in verbs.items()
        if counts.get(kind)
    )
    return f"since last time {', '.join(told)}"


def _nominations(papers: Sequence[ReviewPaper]) -> Iterator[Item]:
    """Kept papers behind no technique that were rated well, or whose code appeared."""
    for paper in papers:
        whys = list(_merits(paper))
        if whys and not paper.behind:
            yield Item("nominations", _name(paper), ", ".join(whys))


def _merits(paper: ReviewPaper) -> Iterator[str]:
    if (paper.relevance or 0) >= WELL_RATED:
        yield f"relevance {paper.relevance} of 5"
    if (paper.viability or 0) >= WELL_RATED:
        yield f"viability {paper.viability:.1f} of 5"
    if paper.code_at:
        yield f"code appeared on {short_date(local_day(paper.code_at))}"


def _name(paper: ReviewPaper) -> str:
    return f"{paper.title} ({paper.key})"


# --- taking decisions in ------------------------------------------------------------------------------------


def take(desk: Desk, text: str, *, now: datetime) -> Taken:
    """Carry out the decisions of a filled-in review, all or none, and keep them with it.

    Raises UsageError that names each line that cannot be carried out.
    """
    today, text = local_day(now), clean(text)
    decisions = parse_decisions(text, today)
    if not decisions:
        raise UsageError(
            "No decision stands there.", "Write one below the heading Decisions, such as: - RT-DETR: stays"
        )
    with desk.store.write() as session:
        for number, entry, moves in _planned(store.techniques(session), decisions, today):
            if moves:
                store.add_move(session, number, **move_values(entry), now=now)
                continue
            store.confirm(session, number, now)
            if entry.next_action:
                store.set_next(session, number, entry.next_action, entry.next_on)
        kept = [_values(decision) for decision in decisions]
        number = add_review(session, held_on=today, agenda=text, decisions=kept, now=now)
    return Taken(number, decisions)


def _planned(
    techniques: Sequence[Technique], decisions: Sequence[Decision], today: date
) -> list[tuple[int, MoveEntry, bool]]:
    """What each decision does: to which technique, what, and whether it moves; raises UsageError."""
    planned: list[tuple[int, MoveEntry, bool]] = []
    faults = []
    for decision in decisions:
        try:
            technique = technique_named(techniques, decision.name)
            planned.append((technique.id, _entry(decision, technique, today), decision.ring is not None))
        except R2PError as error:
            faults.append((decision.line, f"{decision.name}: {error.message}"))
    if faults:
        raise bad_lines(faults)
    return planned


def _entry(decision: Decision, technique: Technique, today: date) -> MoveEntry:
    """What the decision does to its technique; raises UsageError."""
    action, on = decision.next_action, decision.next_on
    if decision.ring:
        return check_move(technique.ring, decision.ring, decision.reason, action, on, today)
    words, day = check_next(technique.ring, action, on, today) if action else ("", None)
    return MoveEntry(technique.ring, decision.reason, words, day)


def _values(decision: Decision) -> dict[str, str | None]:
    return {
        "name": decision.name,
        "ring": decision.ring,
        "reason": decision.reason,
        "next_action": decision.next_action,
        "next_on": decision.next_on.isoformat() if decision.next_on else None,
    }


def reviews(desk: Desk) -> tuple[ResearchReview, ...]:
    """The reviews that were held, the latest first."""
    with desk.store.read() as session:
        return tuple(stored_reviews(session))


def review(desk: Desk, number: int) -> ResearchReview:
    """One review by its number; raises NotFoundError."""
    with desk.store.read() as session:
        held = session.get(ResearchReview, number)
    if held is not None:
        return held
    raise NotFoundError(f"There is no review {number}.", "See them with: r2p review list")


__all__ = ["Agenda", "Taken", "agenda", "markdown", "review", "reviews", "take"]

"""Triage: what waits, why it stands where it does, and the decisions that are never asked for twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from r2p_tui.domain.papers import PaperRow
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.domain.triage import DECIDED_AS, DECISIONS, Decision, TriageSummary, yesterday
from r2p_tui.errors import EditConflictError, UsageError
from r2p_tui.services.desk import Desk
from r2p_tui.store import triage as store
from r2p_tui.store.triage import TriageDecision, TriageSession
from r2p_tui.text import clean_line


@dataclass(frozen=True, slots=True)
class Why:
    """The score of a paper, None when it was never ranked, and up to three terms with signed weights."""

    score: float | None
    terms: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Undone:
    """The decision that was taken back; `score` is what the paper had when it was made."""

    paper_id: int
    decision: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class TriageCounts:
    """How many papers wait as new, how many only as cross-lists, and how many were put off for later."""

    waiting_new: int
    waiting_cross: int
    later: int


def waiting(desk: Desk, *, cross: bool) -> list[PaperRow]:
    """Announced and undecided papers, best score first, then newest; `cross` adds those only cross-listed."""
    with desk.store.read() as session:
        return store.waiting_rows(session, cross=cross)


def counts(desk: Desk) -> TriageCounts:
    """The numbers that Today and the tab bar show."""
    with desk.store.read() as session:
        return TriageCounts(*store.waiting_counts(session))


def why(desk: Desk, paper_id: int) -> Why:
    """What the ranking last said of a paper."""
    return whys(desk, [paper_id]).get(paper_id, Why(None))


def whys(desk: Desk, paper_ids: Sequence[int]) -> dict[int, Why]:
    """What the ranking last said of those of the papers that it scored."""
    with desk.store.read() as session:
        found = store.scores_of(session, paper_ids)
    return {
        row.paper_id: Why(row.score, tuple((str(term), float(weight)) for term, weight in row.terms))
        for row in found
    }


def open_session(desk: Desk, *, now: datetime) -> int:
    """Begin a sitting; its id ties decisions, clock and undo together."""
    with desk.store.write() as session:
        sitting = TriageSession(started_at=now)
        session.add(sitting)
        session.flush()
        assert sitting.id is not None  # noqa: S101  (the flush gave it one)
        return sitting.id


def save_clock(desk: Desk, session_id: int, seconds: float, *, now: datetime) -> None:
    """Remember how long the clock of a sitting ran, in seconds; raises NotFoundError."""
    with desk.store.write() as session:
        sitting = store.find_session(session, session_id)
        sitting.seconds, sitting.ended_at = max(seconds, 0.0), now


def decide(
    desk: Desk,
    paper_id: int,
    decision: Decision,
    *,
    session_id: int | None,
    score: float | None = None,
    now: datetime,
) -> None:
    """Keep, skip or put off a waiting paper; `score` is what the user saw beside it.

    Raises EditConflictError when it was decided meanwhile (the earlier decision stays); NotFoundError,
    UsageError.
    """
    with desk.store.write() as session:
        earlier = store.save_decision(session, _decision(paper_id, decision, session_id, score, now))
        if earlier is not None:
            raise _decided_elsewhere(earlier, now)


def change_decision(desk: Desk, paper_id: int, decision: Decision, *, now: datetime) -> None:
    """Think again about a paper that is decided already, or decide one outside a sitting.

    The earlier decision stays in the history as undone. Raises NotFoundError, UsageError.
    """
    fresh = _decision(paper_id, decision, None, None, now)
    with desk.store.write() as session:
        earlier = store.decision_of(session, paper_id)
        if earlier is not None:
            if earlier.decision == decision:
                return
            earlier.undone_at = now
            session.flush()
        store.save_decision(session, fresh)


def undo(desk: Desk, session_id: int, *, now: datetime) -> Undone | None:
    """Take back the newest decision of a sitting, so that the paper waits again; None when none is left."""
    with desk.store.write() as session:
        last = store.last_decision(session, session_id)
        if last is None:
            return None
        last.undone_at = now
        return Undone(last.paper_id, last.decision, last.score)


def summary(
    desk: Desk, session_id: int, *, now: datetime, cross: bool | None = None, zone: tzinfo | None = None
) -> TriageSummary:
    """What came of a sitting, beside the day before in `zone` (None: where this machine is).

    `cross` says whether cross-lists count among the papers left; None takes it from the settings.
    Raises NotFoundError.
    """
    with_cross = desk.settings.triage.cross_lists if cross is None else cross
    with desk.store.read() as session:
        sitting = store.find_session(session, session_id)
        decided = store.decided_in(session, session_id)
        before = store.decided_between(session, *yesterday(now, zone))
        left = store.waiting_counts(session)
    return TriageSummary(
        kept=decided.get("keep", 0),
        skipped=decided.get("skip", 0),
        later=decided.get("later", 0),
        seconds=sitting.seconds,
        left=left.new + (left.cross if with_cross else 0),
        yesterday_kept=before.get("keep", 0),
        yesterday_decided=sum(before.values()),
    )


def _decision(
    paper_id: int, decision: str, session_id: int | None, score: float | None, now: datetime
) -> TriageDecision:
    if decision not in DECISIONS:
        raise UsageError(f"“{clean_line(decision)[:40]}” is not a decision.", "It is keep, skip or later.")
    return TriageDecision(
        paper_id=paper_id, decision=decision, session_id=session_id, score=score, decided_at=now
    )


def _decided_elsewhere(earlier: TriageDecision, now: datetime) -> EditConflictError:
    local = earlier.decided_at.astimezone()
    same_day = local.date() == local_day(now)
    when = f"at {local:%H:%M}" if same_day else f"on {short_date(local.date())}"
    return EditConflictError(
        f"This paper was {DECIDED_AS[earlier.decision]} elsewhere {when}; that decision stays.",
        "Open it in the library to change your mind.",
    )


__all__ = [
    "TriageCounts", "TriageSummary", "Undone", "Why", "change_decision", "counts", "decide", "open_session",
    "save_clock", "summary", "undo", "waiting", "why",
]  # fmt: skip

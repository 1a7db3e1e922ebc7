"""Counting anew for the papers behind open predictions: one snapshot a day, at a sync."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from r2p_tui.domain.citations import IncomingWork
from r2p_tui.errors import R2PError
from r2p_tui.services.citation_look import as_asked_for, references_of
from r2p_tui.services.code import look_again
from r2p_tui.services.desk import Desk
from r2p_tui.services.network import open_semantic_scholar
from r2p_tui.services.prediction_evidence import MEASURES
from r2p_tui.sources.checked_connection import StoppedError
from r2p_tui.sources.semantic_scholar import BATCH
from r2p_tui.store.code import code_of
from r2p_tui.store.prediction_evidence import (
    EvidenceSnapshot,
    WatchedPaper,
    add_snapshot,
    papers_with_open_predictions,
)
from r2p_tui.store.work_saving import save_works

# A sync at eight in the morning may follow one at nine the day before.
TAKEN_EVERY = timedelta(hours=20)
CODE_LOOKS_A_SYNC = 20
_NEVER = datetime.min.replace(tzinfo=UTC)


def take_snapshots(desk: Desk, now: datetime, cancelled: Callable[[], bool] = lambda: False) -> str:
    """Count anew for the papers of open predictions, once a day; a sentence on what failed, or none.

    Nothing that goes wrong is raised: what was told by then is kept.
    """
    if desk.offline or desk.read_only:
        return ""
    try:
        with desk.store.read() as session:
            due = papers_with_open_predictions(session, now - TAKEN_EVERY)
        return _take(desk, due, now, cancelled) if due else ""
    except R2PError as error:
        return _sentence(error)


def _take(desk: Desk, due: Sequence[WatchedPaper], now: datetime, cancelled: Callable[[], bool]) -> str:
    taken = {paper.paper_id: EvidenceSnapshot(paper_id=paper.paper_id, taken_at=now) for paper in due}
    errors: list[R2PError] = []
    for count in (_count_citations, _count_code):
        try:
            count(desk, due, taken, now, cancelled)
        except StoppedError as error:
            errors.append(error)
            break
        except R2PError as error:
            errors.append(error)
    # A paper that nobody knows waits a day like the others; one that nobody was asked about does not.
    all_answered = not errors and not cancelled()
    kept = [snapshot for snapshot in taken.values() if all_answered or _tells(snapshot)]
    with desk.store.write() as session:
        for snapshot in kept:
            add_snapshot(session, snapshot)
    return _sentence(errors[0]) if errors else ""


def _sentence(error: R2PError) -> str:
    if isinstance(error, StoppedError):
        return ""
    return f"What became of the papers that you predict about is not all known: {error.message}"


def _tells(snapshot: EvidenceSnapshot) -> bool:
    return any(getattr(snapshot, measure) is not None for measure in MEASURES)


def _count_citations(
    desk: Desk,
    due: Sequence[WatchedPaper],
    taken: dict[int, EvidenceSnapshot],
    now: datetime,
    cancelled: Callable[[], bool],
) -> None:
    """Fill in citations, 500 papers in one request; raises SourceError, ConfigError."""
    works = {paper.paper_id: _work(paper) for paper in due}
    asked = [paper_id for paper_id, work in works.items() if references_of(work)]
    source = open_semantic_scholar(desk, now=now, cancelled=cancelled)
    for start in range(0, len(asked), BATCH):
        some = asked[start : start + BATCH]
        answers = source.batch([references_of(works[paper_id])[0] for paper_id in some])
        told = {paper_id: work for paper_id, work in zip(some, answers, strict=True) if work}
        for paper_id, work in told.items():
            taken[paper_id].citations = work.citation_count
            taken[paper_id].influential = work.influential_count
        with desk.store.write() as session:
            save_works(session, [as_asked_for(work, works[number]) for number, work in told.items()], now)


def _work(paper: WatchedPaper) -> IncomingWork:
    service, _, key = (paper.source_key or "").partition(":")
    return IncomingWork(
        title=paper.title,
        s2_id=key if service == "s2" else None,
        arxiv_id=paper.arxiv_id,
        doi=paper.doi.lower() if paper.doi else None,
    )


def _count_code(
    desk: Desk,
    due: Sequence[WatchedPaper],
    taken: dict[int, EvidenceSnapshot],
    now: datetime,
    cancelled: Callable[[], bool],
) -> None:
    """Fill in stars and votes; at most 20 papers are looked at anew, those of the oldest looks first.

    Raises SourceError, NotFoundError, ConfigError.
    """
    with desk.store.read() as session:
        looks = {paper.paper_id: code_of(session, paper.paper_id) for paper in due}
    waiting: list[tuple[datetime, int]] = []
    for paper_id, look in looks.items():
        if look and not look.reason and now - look.looked_at < TAKEN_EVERY:
            taken[paper_id].stars, taken[paper_id].votes = look.stars, look.upvotes
        else:
            waiting.append((look.looked_at if look else _NEVER, paper_id))
    chosen = [paper_id for _, paper_id in sorted(waiting)[:CODE_LOOKS_A_SYNC]]
    for told in look_again(desk, chosen, now, cancelled):
        # What was told at an earlier look is no count of today.
        snapshot = taken[told.look.paper_id]
        snapshot.stars = told.look.stars if told.github_answered else None
        snapshot.votes = told.look.upvotes if told.huggingface_answered else None

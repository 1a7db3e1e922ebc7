"""Sync: bring in what arXiv announced, say how complete it is, and never lose what is already here.

Each listing moves by itself: its rows and its cursor are stored in one transaction, so that a sync that was
cut off anywhere and run again ends where one clean run would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from r2p_tui.domain.papers import Announcement
from r2p_tui.errors import ConfigError, NotFoundError, SourceBusyError, SourceError
from r2p_tui.services.backup import backup_if_due
from r2p_tui.services.citation_walk import LookProgress
from r2p_tui.services.citation_watch import watch
from r2p_tui.services.code import look_weekly
from r2p_tui.services.desk import Desk
from r2p_tui.services.evidence_snapshots import take_snapshots
from r2p_tui.services.network import open_arxiv
from r2p_tui.services.sync_listing import (
    Errand,
    ListingResult,
    Outcome,
    SyncProgress,
    amounts,
    sync_listing,
    tally,
)
from r2p_tui.sources.arxiv import BATCH
from r2p_tui.sources.checked_connection import StoppedError
from r2p_tui.store.papers import adopt_arxiv_ids, arxiv_ids_of, save_papers


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What came of a sync; the numbers count each paper once.

    `message` is one line: the numbers and what is missing, or why there are none. `error` is the first thing
    that went wrong while other listings went well; a command should show it and end with its exit code.
    `kept` says what is new of the papers that were kept, and what could not be asked; it is in `message` too.
    """

    listings: tuple[ListingResult, ...]
    new: int
    cross: int
    replaced: int
    message: str
    error: SourceError | None = None
    kept: str = ""


def sync(
    desk: Desk,
    *,
    now: datetime,
    report: Callable[[SyncProgress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> SyncResult:
    """Read the feed of every listing, and harvest the days that were missed since the last sync.

    The store is backed up first where the daily backup is due.
    One bad listing does not lose the others: it is in the result as "failed". Raises SourceError when no
    listing could be read, StoreError when the store cannot be written.
    """
    backup_if_due(desk, now=now)
    listings = desk.settings.arxiv.categories
    outcomes: list[Outcome] = []

    def notice(text: str) -> None:
        report(SyncProgress(text, len(outcomes), None))

    arxiv = open_arxiv(desk, now=now, notice=notice, cancelled=cancelled)
    errand = Errand(desk, arxiv, now, report)
    for listing in listings:
        report(SyncProgress(f"{listing} feed", len(outcomes), len(listings)))
        outcomes.append(_outcome(errand, listing, outcomes))
    result = _with_watch(_summed(outcomes), desk, now, report, cancelled)
    report(SyncProgress("done", len(outcomes), len(listings)))
    return result


def _with_watch(
    result: SyncResult,
    desk: Desk,
    now: datetime,
    report: Callable[[SyncProgress], None],
    cancelled: Callable[[], bool],
) -> SyncResult:
    """The result with what is new of papers kept or predicted about; what fails there fails no sync."""

    def tell(progress: LookProgress) -> None:
        report(SyncProgress(progress.words, progress.rows, progress.said))

    try:
        told = watch(desk, now=now, report=tell, cancelled=cancelled).message
    except (SourceError, NotFoundError, ConfigError) as error:
        told = f"Who cites the papers you kept is not known: {error.message}"
    more = look_weekly(desk, now, cancelled), take_snapshots(desk, now, cancelled)
    told = " ".join(filter(None, (told, *more)))
    return replace(result, kept=told, message=f"{result.message} {told}".strip())


def enrich(desk: Desk, paper_ids: Sequence[int], *, now: datetime) -> int:
    """Fetch comment, primary category, code link and version dates of papers; returns how many arXiv knew.

    Raises SourceError; what came before it stays stored.
    """
    with desk.store.read() as session:
        wanted = arxiv_ids_of(session, paper_ids)
    found = 0
    arxiv = open_arxiv(desk, now=now)
    for start in range(0, len(wanted), BATCH):
        papers = arxiv.papers(wanted[start : start + BATCH])
        with desk.store.write() as session:
            adopt_arxiv_ids(session, papers)
            save_papers(session, papers, now)
        found += len(papers)
    return found


def _outcome(errand: Errand, listing: str, earlier: Sequence[Outcome]) -> Outcome:
    """What came of one listing; once arXiv asks to slow down, or the user to stop, no other is asked."""
    final = next((o.error for o in earlier if isinstance(o.error, SourceBusyError | StoppedError)), None)
    if final:
        return _failed(listing, "Not asked any more.", final)
    try:
        return sync_listing(errand, listing)
    except SourceError as error:
        return _failed(listing, error.message, error)


def _failed(listing: str, message: str, error: SourceError) -> Outcome:
    return Outcome(ListingResult(listing, "failed", 0, 0, 0, message), error=error)


def _summed(outcomes: Sequence[Outcome]) -> SyncResult:
    error = next((outcome.error for outcome in outcomes if outcome.error), None)
    results = tuple(outcome.result for outcome in outcomes)
    if error and all(result.outcome == "failed" for result in results):
        raise error
    fresh = [line for outcome in outcomes for line in outcome.fresh]
    return SyncResult(results, *tally(fresh), _message(results, fresh), error)


def _message(results: Sequence[ListingResult], fresh: Sequence[Announcement]) -> str:
    told = [result for result in results if not fresh or result.outcome in ("partial", "failed")]
    sentences = [f"{result.listing}: {result.message}" for result in told]
    return " ".join(([f"{amounts(fresh)}."] if fresh else []) + sentences)


__all__ = ["ListingResult", "SyncProgress", "SyncResult", "enrich", "sync"]

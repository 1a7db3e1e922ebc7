"""The watch over kept papers: what cites them now that did not when somebody last looked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from r2p_tui.domain.citations import EvidenceClass, IncomingWork
from r2p_tui.errors import NotFoundError, SourceError
from r2p_tui.services.citation_look import (
    OVERLAP,
    LookProgress,
    as_asked_for,
    look,
    look_since,
    references_of,
)
from r2p_tui.services.citations import root_of_paper
from r2p_tui.services.desk import Desk
from r2p_tui.services.network import open_semantic_scholar
from r2p_tui.sources.checked_connection import StoppedError
from r2p_tui.sources.semantic_scholar import BATCH
from r2p_tui.store.citation_looks import look_of
from r2p_tui.store.citation_news import KeptPaper, kept_papers, mark_asked, news_of_kept
from r2p_tui.store.citation_news import mark_seen as mark_work_seen
from r2p_tui.store.papers import Paper
from r2p_tui.store.work_saving import save_works
from r2p_tui.store.works import description_of, work_of_paper
from r2p_tui.text import count_of

LOOKS_A_SYNC = 20
# A sync at eight in the morning may follow one at nine the day before.
ASKED_EVERY = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class WatchResult:
    """What came of a watch: papers asked about, looked at again, put off to the next sync, and new citations.

    `message` is one line, empty where there is nothing to tell.
    """

    asked: int = 0
    looked: int = 0
    waiting: int = 0
    new: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class NewsOfPaper:
    """A kept paper and how many works cite it that the user has not seen; by class, the strongest first."""

    paper_id: int
    title: str
    count: int
    by_class: tuple[tuple[EvidenceClass, int], ...] = ()


@dataclass(slots=True)
class _Watched:
    """The work of a kept paper: `before` is how often it was cited when last asked, `told` what is so now.

    Whoever was never asked about has nothing to grow from.
    """

    work_id: int
    work: IncomingWork
    asked_at: datetime | None
    was_looked_at: bool
    before: int | None
    told: IncomingWork | None = None

    @property
    def grew(self) -> bool:
        counted = self.told.citation_count if self.told else None
        return self.before is not None and counted is not None and counted > self.before


def watch(
    desk: Desk,
    *,
    now: datetime,
    report: Callable[[LookProgress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> WatchResult:
    """Ask which kept papers are cited more often than they were, and look at those, oldest first.

    A paper is asked about once a day, 500 in one request; the first time only its count is remembered.
    Raises SourceError, StoppedError, ConfigError; what came before stays.
    """
    due = _due(desk, now)
    if not due:
        return WatchResult()
    source = open_semantic_scholar(desk, now=now, cancelled=cancelled)
    for start in range(0, len(due), BATCH):
        report(LookProgress(start, len(due), "asking who cites the papers you kept"))
        some = due[start : start + BATCH]
        for watched, told in zip(some, source.batch([_name(watched) for watched in some]), strict=True):
            watched.told = told
        _keep_counts(desk, [watched for watched in some if not watched.grew], now)
    grown = [watched for watched in due if watched.grew]
    new = 0
    for number, watched in enumerate(grown[:LOOKS_A_SYNC]):
        report(LookProgress(number, min(len(grown), LOOKS_A_SYNC), "reading who cites the papers you kept"))
        new += _look_again(desk, watched, now, cancelled)
        _keep_counts(desk, [watched], now)
    waiting = len(grown[LOOKS_A_SYNC:])
    return WatchResult(len(due), len(grown) - waiting, waiting, new, _message(new, waiting))


def news(desk: Desk) -> tuple[NewsOfPaper, ...]:
    """The kept papers with citing works that the user has not seen, as the store has them."""
    with desk.store.read() as session:
        found = news_of_kept(session)
    return tuple(NewsOfPaper(each.paper_id, each.title, each.count, each.by_class) for each in found)


def mark_seen(desk: Desk, paper_id: int, *, now: datetime) -> None:
    """Remember that the user saw who cites a paper; raises NotFoundError."""
    with desk.store.write() as session:
        paper = session.get(Paper, paper_id)
        if paper is None:
            raise NotFoundError(f"There is no paper {paper_id} in the store.", "Find it with: r2p search")
        mark_work_seen(session, work_of_paper(session, paper, now), now)


def _due(desk: Desk, now: datetime) -> list[_Watched]:
    """The works of the kept papers that nobody was asked about for a day, the longest waiting first."""
    with desk.store.read() as session:
        kept = [paper for paper in kept_papers(session) if _is_due(paper.asked_at, now)]
    found = [_watched(desk, paper, now) for paper in kept]
    return [watched for watched in found if references_of(watched.work)]


def _is_due(asked_at: datetime | None, now: datetime) -> bool:
    return asked_at is None or now - asked_at >= ASKED_EVERY


def _watched(desk: Desk, kept: KeptPaper, now: datetime) -> _Watched:
    work_id = (
        kept.work_id if kept.work_id is not None else root_of_paper(desk, kept.paper_id, now=now).work_id
    )
    with desk.store.read() as session:
        work = description_of(session, work_id)
        look = look_of(session, work_id, "citations", "s2")
    was_looked_at = look is not None and look.ended_at is not None and look.said is not None
    before = kept.said if was_looked_at else kept.counted
    return _Watched(work_id, work, kept.asked_at, was_looked_at, before)


def _name(watched: _Watched) -> str:
    return references_of(watched.work)[0]


def _keep_counts(desk: Desk, some: Sequence[_Watched], now: datetime) -> None:
    """Remember what was counted, and that it was asked for; nobody is known to cite an unknown work."""
    told = [as_asked_for(watched.told, watched.work) for watched in some if watched.told]
    with desk.store.write() as session:
        save_works(session, told, now)
        counts = {watched.work_id: watched.told.citation_count if watched.told else 0 for watched in some}
        mark_asked(session, counts, now)


def _look_again(desk: Desk, watched: _Watched, now: datetime, cancelled: Callable[[], bool]) -> int:
    """How many new citing works there are; a work that nobody looked at is asked for the latest ones only.

    Where that fails, the paper has its next turn after the others, with the same count to grow from.
    """
    try:
        return _new_of(desk, watched, now, cancelled)
    except StoppedError:
        raise
    except (SourceError, NotFoundError) as error:
        with desk.store.write() as session:
            mark_asked(session, {watched.work_id: None}, now)
        if isinstance(error, NotFoundError):
            return 0
        raise


def _new_of(desk: Desk, watched: _Watched, now: datetime, cancelled: Callable[[], bool]) -> int:
    if watched.was_looked_at:
        counted = watched.told.citation_count if watched.told else None
        return look(desk, watched.work_id, now=now, counted=counted, cancelled=cancelled).new
    since = (watched.asked_at or now).date() - OVERLAP
    return look_since(desk, watched.work_id, since, now=now, cancelled=cancelled).new


def _message(new: int, waiting: int) -> str:
    told = f"{count_of(new, 'new work cites', 'new works cite')} papers you kept." if new else ""
    rest = f"{count_of(waiting, 'more kept paper')} cited anew will be read next time." if waiting else ""
    return f"{told} {rest}".strip()

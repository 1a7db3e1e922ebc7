"""What is due this morning: counted from the store, nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from r2p_tui.domain.radar import Technique, is_action_due, is_stale
from r2p_tui.domain.runs import MetricPoint
from r2p_tui.domain.times import local_day
from r2p_tui.services import runs, triage
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_views import RunView
from r2p_tui.store import predictions as prediction_store
from r2p_tui.store import radar as radar_store
from r2p_tui.store import runs as run_store
from r2p_tui.store import today as store
from r2p_tui.store.citation_news import NewCitations, news_of_kept
from r2p_tui.store.code_watch import AppearedCode, appeared
from r2p_tui.store.predictions import Counts
from r2p_tui.store.surprises import Surprise, latest_surprises
from r2p_tui.store.today import OpenPass, UnreadPaper

WORTH_A_LOOK = 0.5
_RUNNING_AT_MOST = 3


class RunningRun(NamedTuple):
    """A run that goes on, with what it reported of each metric after each epoch."""

    view: RunView
    curves: Mapping[str, tuple[float, ...]]


class RadarDue(NamedTuple):
    """Techniques that nobody reviewed for a month, and those whose next action is due, the oldest first."""

    stale: tuple[Technique, ...] = ()
    actions: tuple[Technique, ...] = ()


class Headline(NamedTuple):
    """The first line of every screen: papers waiting and kept, predictions due, day and last sync."""

    waiting: int
    kept: int
    due: int
    right: str


@dataclass(frozen=True, slots=True)
class TodayView:
    """What the Today screen shows; `week` says for Monday to Friday whether triage was done.

    `citing` and `code` are what came up about kept papers since the user looked at them last.
    """

    waiting_new: int
    waiting_cross: int
    worth: int
    later: int
    kept: int
    yesterday: int
    open_passes: tuple[OpenPass, ...]
    unread: tuple[UnreadPaper, ...]
    surprises: tuple[Surprise, ...]
    week: tuple[bool, ...]
    passes: dict[int, int]
    synced_at: datetime | None
    sync_outcomes: tuple[tuple[str, str], ...]
    running: tuple[RunningRun, ...] = ()
    citing: tuple[NewCitations, ...] = ()
    code: tuple[AppearedCode, ...] = ()
    predictions: Counts = Counts(0, 0, 0)  # noqa: RUF009  (a tuple cannot change)
    radar: RadarDue = RadarDue()  # noqa: RUF009

    @property
    def is_empty(self) -> bool:
        """Nothing was ever read, added or decided."""
        return self.synced_at is None and not (
            self.kept or self.waiting_new or self.waiting_cross or self.later
        )


def today(desk: Desk, *, now: datetime) -> TodayView:
    """Everything that the first screen tells; days are those of the user's own clock."""
    waiting = triage.waiting(desk, cross=True)
    new = [row for row in waiting if row.kind == "new"]
    shown = waiting if desk.settings.triage.cross_lists else new
    midnight = _midnight(now)
    monday = _midnight(midnight - timedelta(days=midnight.weekday()))
    yesterday = _midnight(midnight - timedelta(days=1))
    with desk.store.read() as session:
        decided = [moment.astimezone() for moment in store.decision_times(session, min(monday, yesterday))]
        cursors = store.last_sync(session)
        return TodayView(
            waiting_new=len(new),
            waiting_cross=len(waiting) - len(new),
            worth=sum(1 for row in shown if (row.score or 0) >= WORTH_A_LOOK),
            later=store.decided_count(session, "later"),
            kept=store.decided_count(session, "keep"),
            yesterday=sum(1 for moment in decided if yesterday <= moment < midnight),
            open_passes=tuple(store.open_passes(session, 4)),
            unread=tuple(store.unread_papers(session, 4)),
            surprises=tuple(latest_surprises(session, 3)),
            week=tuple(
                any(moment.date() == (monday + timedelta(days=day)).date() for moment in decided)
                for day in range(5)
            ),
            passes=store.passes_finished(session, monday),
            synced_at=cursors[0].checked_at if cursors else None,
            sync_outcomes=tuple((cursor.listing, cursor.outcome) for cursor in cursors),
            running=running(desk),
            citing=tuple(news_of_kept(session)),
            code=tuple(appeared(session)),
            predictions=prediction_store.counts(session, local_day(now)),
            radar=_radar_due(radar_store.techniques(session), now, desk.settings.radar.stale_days),
        )


def running(desk: Desk) -> tuple[RunningRun, ...]:
    """The newest of the runs that go on, as far as the store knows them; none that waits in the queue."""
    active = runs.active_runs(desk, limit=_RUNNING_AT_MOST)
    with desk.store.read() as session:
        return tuple(RunningRun(view, _curves(run_store.points_of(session, view.id))) for view in active)


def _curves(points: list[MetricPoint]) -> dict[str, tuple[float, ...]]:
    names = {name for point in points for name in point.values}
    return {name: tuple(p.values[name] for p in points if name in p.values) for name in names}


def _radar_due(techniques: Sequence[Technique], now: datetime, stale_days: int) -> RadarDue:
    today = local_day(now)
    stale = [one for one in techniques if is_stale(one, now, stale_days)]
    actions = [one for one in techniques if is_action_due(one, today)]
    return RadarDue(
        tuple(sorted(stale, key=lambda one: one.reviewed_at)),
        tuple(sorted(actions, key=lambda one: one.next_on or today)),
    )


def headline(desk: Desk, *, now: datetime) -> Headline:
    """What the first line of every screen tells."""
    counts = triage.counts(desk)
    with desk.store.read() as session:
        kept = store.decided_count(session, "keep")
        due = prediction_store.counts(session, local_day(now)).due
        cursors = store.last_sync(session)
    waiting = counts.waiting_new + (counts.waiting_cross if desk.settings.triage.cross_lists else 0)
    local = now.astimezone()
    synced = f"synced {_when(cursors[0].checked_at, local)}" if cursors else "never synced"
    where = " ".join(desk.settings.arxiv.categories)
    return Headline(waiting, kept, due, f"{local:%a} {local.day} {local:%b} · {where} · {synced}")


def _when(moment: datetime, local: datetime) -> str:
    then = moment.astimezone(local.tzinfo)
    return f"{then:%H:%M}" if then.date() == local.date() else f"{then.day} {then:%b}"


def _midnight(moment: datetime) -> datetime:
    local = moment.astimezone()
    # Built anew rather than subtracted, so that a change to summer time does not move it.
    return datetime.combine(local.date(), time()).astimezone()

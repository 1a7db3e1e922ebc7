"""When arXiv announces, what a missing announcement means, and what a harvested record stands for.

arXiv announces at 20:00 US Eastern from Sunday to Thursday; the feeds show that batch from midnight on, under
the day that then begins. That day, Monday to Friday, is the listing day: what "day" means here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from r2p_tui.domain.papers import AnnounceKind, IncomingPaper, id_order

EASTERN = ZoneInfo("America/New_York")
_CUT_OFF = time(14)
# The feeds take some minutes to change over after midnight.
_CHANGE_OVER = timedelta(minutes=30)
_DAY = timedelta(days=1)
# Days of the published calendar that no rule gives.
_EXTRA_DAYS_OFF = {2026: (date(2026, 12, 29), date(2026, 12, 31))}


def eastern_day(moment: datetime) -> date:
    """The calendar day of a moment in US Eastern time."""
    return moment.astimezone(EASTERN).date()


@cache
def days_off(year: int) -> frozenset[date]:
    """The days of a year on which arXiv's staff is away, by the rules of the US federal holidays it keeps."""
    fixed = (date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 12, 25))
    moving = (
        _nth_weekday(year, 1, weekday=0, n=3),
        _nth_weekday(year, 9, weekday=0, n=1),
        _nth_weekday(year, 11, weekday=3, n=4),
    )
    return frozenset((*map(_observed, fixed), *moving, *_EXTRA_DAYS_OFF.get(year, ())))


def may_announce(day: date) -> bool:
    """Whether arXiv could announce on this day."""
    return day.weekday() < 5


def surely_announces(day: date) -> bool:
    """Whether arXiv announces on this day without doubt.

    The published calendar does not say whether a day off means the evening or the listing of the next
    morning, so around a day off nothing is expected, and nothing is called late.
    """
    around = {day, day - _DAY}
    return may_announce(day) and not around & (days_off(day.year) | days_off((day - _DAY).year))


def expected_day(now: datetime) -> date:
    """The newest listing day that the feeds must show by now."""
    return _search(eastern_day(now - _CHANGE_OVER), -_DAY, surely_announces)


def next_sure_day(after: date) -> date:
    """The first day after this one on which arXiv announces without doubt."""
    return _search(after + _DAY, _DAY, surely_announces)


def next_possible_day(after: date) -> date:
    """The first day after this one on which arXiv may announce."""
    return _search(after + _DAY, _DAY, may_announce)


def last_possible_day(until: date) -> date:
    """The newest day, up to and with this one, on which arXiv may have announced."""
    return _search(until, -_DAY, may_announce)


def missed_days(known: date, until: date) -> int:
    """How many days on which arXiv may have announced lie between two days, both of them left out."""
    return sum(may_announce(known + n * _DAY) for n in range(1, (until - known).days))


def announcement_day(submitted: datetime) -> date:
    """The listing day of a paper that was submitted at this moment and not held back."""
    local = submitted.astimezone(EASTERN)
    day = local.date()
    # Before the cut-off of a working day a paper is announced that evening, for the listing of the next day.
    if not may_announce(day) or local.time() >= _CUT_OFF:
        day = next_possible_day(day)
    return next_possible_day(day)


def no_announcement_reason(day: date) -> str | None:
    """Why nothing is announced on this day, as the end of a sentence; None on a listing day."""
    if day.weekday() > 4:
        return f"on a {day:%A}"
    return None if surely_announces(day) else "around a holiday"


def in_listing(category: str, listing: str) -> bool:
    """Whether a category is the listing or, where the listing is a whole archive, belongs to it."""
    return category == listing or category.startswith(f"{listing}.")


def harvested_kind(paper: IncomingPaper, listing: str, *, high_id: str, since: date) -> AnnounceKind | None:
    """How a harvested record was announced; None for an edit of metadata or a late cross-list.

    `high_id` is the highest id announced before the harvest, `since` its first day. arXiv gives ids in the
    order of announcement, so that a higher one is new.
    """
    primary = bool(paper.categories) and in_listing(paper.categories[0], listing)
    if paper.arxiv_id and id_order(paper.arxiv_id) > id_order(high_id):
        return "new" if primary else "cross"
    if paper.version > 1 and paper.updated_at and paper.updated_at.date() >= since:
        return "replace" if primary else "replace-cross"
    return None


def harvested_day(paper: IncomingPaper, kind: AnnounceKind, *, since: date, changed_on: date) -> date:
    """The most likely listing day of a harvested record, which does not say it itself.

    It lies after `since`, the last day that was read before, and not after the record's last change.
    """
    submitted = paper.published_at if kind in ("new", "cross") else paper.updated_at
    likely = announcement_day(submitted) if submitted else changed_on
    return min(max(likely, next_possible_day(since)), changed_on)


def _search(day: date, step: timedelta, found: Callable[[date], bool]) -> date:
    while not found(day):
        day += step
    return day


def _observed(day: date) -> date:
    return day + {5: -_DAY, 6: _DAY}.get(day.weekday(), timedelta())


def _nth_weekday(year: int, month: int, *, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))

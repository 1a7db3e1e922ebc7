"""The sync of one listing: its feed of today, and the days that nobody looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from r2p_tui.domain.announcements import (
    eastern_day,
    expected_day,
    harvested_day,
    harvested_kind,
    last_possible_day,
    missed_days,
    next_sure_day,
    no_announcement_reason,
)
from r2p_tui.domain.papers import Announcement, id_order
from r2p_tui.domain.times import short_date
from r2p_tui.errors import SourceError
from r2p_tui.services.desk import Desk
from r2p_tui.sources.arxiv import Arxiv, Feed, Page, TokenExpiredError
from r2p_tui.store.announcements import (
    SyncCursor,
    announced_before,
    cursor_of,
    highest_id,
    save_announcements,
    save_cursor,
)
from r2p_tui.store.papers import adopt_arxiv_ids, save_papers, stored_ids
from r2p_tui.text import count_of

_LATER = "try again in an hour or two"


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """What is being done, and how much of it; `total` is None where the end is not known."""

    step: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class ListingResult:
    """What came of one listing; the numbers count what it had not announced before.

    `outcome` is "stored", "nothing new", "no announcement", "stale", "caught up", "partial" or "failed", and
    `message` one sentence that does not name the listing.
    """

    listing: str
    outcome: str
    new: int
    cross: int
    replaced: int
    message: str


@dataclass(frozen=True, slots=True)
class Errand:
    """What the sync of every listing needs."""

    desk: Desk
    arxiv: Arxiv
    now: datetime
    report: Callable[[SyncProgress], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A listing's result, the announcements behind its numbers, and what went wrong, if anything."""

    result: ListingResult
    fresh: tuple[Announcement, ...] = ()
    error: SourceError | None = None


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What a feed was worth: an outcome, the end of a sentence, and what it announced first."""

    outcome: str
    text: str
    fresh: Sequence[Announcement] = ()


@dataclass(slots=True)
class _Harvest:
    """What a catch-up has brought so far; `name` says of what, `unreadable` counts broken records."""

    name: str
    fresh: list[Announcement] = field(default_factory=list)
    unreadable: int = 0


def sync_listing(errand: Errand, listing: str) -> Outcome:
    """Store the feed of today, after the days that were missed; raises SourceError when there is no feed."""
    with errand.desk.store.read() as session:
        cursor = cursor_of(session, listing)
    seen = (cursor.etag, cursor.last_modified) if cursor else (None, None)
    feed = errand.arxiv.feed(listing, etag=seen[0], last_modified=seen[1])
    missed = _missed(cursor, feed, errand.now)
    if cursor is None or not (missed or cursor.resumption_token):
        verdict = _store_feed(errand, listing, feed)
        return _outcome(listing, verdict, verdict.fresh)
    harvest = _Harvest(count_of(missed, "missed day") if missed else "the catch-up that was cut off")
    try:
        _catch_up(errand, listing, cursor, feed, harvest)
    except SourceError as error:
        verdict = _store_feed(errand, listing, feed, keep_place=True)
        text = f"{harvest.name} could not be fetched ({error.message.rstrip('.')}); {verdict.text}"
        return _outcome(listing, _Verdict("partial", text), [*harvest.fresh, *verdict.fresh], error)
    verdict = _store_feed(errand, listing, feed)
    return _outcome(listing, _with_harvest(verdict, harvest), [*harvest.fresh, *verdict.fresh])


def amounts(announcements: Sequence[Announcement]) -> str:
    """`41 new, 45 cross-listed, 3 replaced`; each paper counts once, as the most that it is."""
    new, cross, replaced = tally(announcements)
    return f"{new:,} new, {cross:,} cross-listed" + (f", {replaced:,} replaced" if replaced else "")


def tally(announcements: Sequence[Announcement]) -> tuple[int, int, int]:
    """How many papers are new, else cross-listed, else replaced."""
    new = {line.arxiv_id for line in announcements if line.kind == "new"}
    cross = {line.arxiv_id for line in announcements if line.kind == "cross"} - new
    replaced = {line.arxiv_id for line in announcements if line.kind.startswith("replace")} - new - cross
    return len(new), len(cross), len(replaced)


def _with_harvest(verdict: _Verdict, harvest: _Harvest) -> _Verdict:
    text = f"{harvest.name} brought {amounts(harvest.fresh)}"
    if harvest.unreadable:
        text += f" ({count_of(harvest.unreadable, 'record')} could not be read)"
    partial = harvest.unreadable or verdict.outcome == "partial"
    return _Verdict("partial" if partial else "caught up", f"{text}; {verdict.text}")


def _outcome(
    listing: str, verdict: _Verdict, fresh: Sequence[Announcement], error: SourceError | None = None
) -> Outcome:
    message = f"{verdict.text[0].upper()}{verdict.text[1:]}."
    return Outcome(ListingResult(listing, verdict.outcome, *tally(fresh), message), tuple(fresh), error)


def _missed(cursor: SyncCursor | None, feed: Feed | None, now: datetime) -> int:
    """The days that nobody looked at: before a newer feed, or else between the last look and today."""
    if cursor is None or cursor.announced_on is None or cursor.high_id is None:
        return 0
    if feed and feed.day and feed.day > cursor.announced_on:
        return missed_days(cursor.announced_on, feed.day)
    looked_on = max(cursor.announced_on, eastern_day(cursor.checked_at))
    return missed_days(looked_on, eastern_day(now))


# --- the feed of today ----------------------------------------------------------------------------------


def _store_feed(errand: Errand, listing: str, feed: Feed | None, *, keep_place: bool = False) -> _Verdict:
    """Store what the feed announces, in one transaction with the cursor.

    `keep_place` leaves the cursor where it is, so that days which could not be fetched are asked for again.
    """
    with errand.desk.store.write() as session:
        cursor = cursor_of(session, listing)
        changes: dict[str, Any] = {"checked_at": errand.now}
        if feed is None or feed.day is None:
            verdict = _quiet(feed, cursor, errand.now)
        elif cursor and _repeats(
            feed, feed.day, cursor, announced_before(session, listing, feed.day, _ids(feed))
        ):
            verdict = _Verdict("stale", f"the feed of {_day(feed.day)} repeats an earlier one; {_LATER}")
        else:
            saved = save_papers(session, (line.paper for line in feed.lines), errand.now)
            fresh = save_announcements(session, (line.announcement for line in feed.lines), saved.ids)
            verdict = _stored(feed, feed.day, fresh, errand.now)
            changes |= {
                "announced_on": feed.day,
                "high_id": highest_id(session, listing, feed.day),
                "etag": feed.etag,
                "last_modified": feed.last_modified,
            }
        if not keep_place:
            save_cursor(session, _moved(cursor, listing, outcome=verdict.outcome, **changes))
    return verdict


def _repeats(feed: Feed, day: date, cursor: SyncCursor, before: set[tuple[str, int]]) -> bool:
    """Whether a feed with a new date brings an old batch, as feeds of arXiv sometimes do without any sign."""
    if cursor.announced_on is None or day <= cursor.announced_on:
        return False
    lines = [line.announcement for line in feed.lines]
    if all((line.arxiv_id, line.version) in before for line in lines):
        return True
    newest = max((id_order(line.arxiv_id) for line in lines if line.kind == "new"), default=None)
    return bool(newest and cursor.high_id and newest <= id_order(cursor.high_id))


def _stored(feed: Feed, day: date, fresh: Sequence[Announcement], now: datetime) -> _Verdict:
    due = expected_day(now)
    if feed.unreadable:
        broken = count_of(feed.unreadable, "entry", "entries")
        return _Verdict("partial", f"{amounts(fresh)} of {_day(day)}; {broken} could not be read", fresh)
    if fresh:
        late = f"; the feed is late, {_day(due)} is due" if day < due else ""
        return _Verdict("stored", f"{amounts(fresh)} of {_day(day)}{late}", fresh)
    return _nothing_new(day, due)


def _nothing_new(day: date, due: date) -> _Verdict:
    if day < due:
        return _Verdict("stale", f"the feed still shows {_day(day)} though {_day(due)} is due; {_LATER}")
    return _Verdict("nothing new", f"nothing new, the announcement of {_day(day)} is stored already")


def _quiet(feed: Feed | None, cursor: SyncCursor | None, now: datetime) -> _Verdict:
    """What it means that a feed is unchanged (None) or empty."""
    today, due = eastern_day(now), expected_day(now)
    if feed is None and cursor and cursor.announced_on:
        return _nothing_new(cursor.announced_on, due)
    if reason := no_announcement_reason(today):
        following = _day(next_sure_day(today))
        return _Verdict("no announcement", f"no announcement {reason}; {following} is next")
    if cursor and cursor.announced_on and cursor.announced_on >= due:
        return _nothing_new(cursor.announced_on, due)
    return _Verdict("stale", f"the feed is empty though {_day(due)} is due; {_LATER}")


# --- the days that were missed --------------------------------------------------------------------------


def _catch_up(errand: Errand, listing: str, cursor: SyncCursor, feed: Feed | None, harvest: _Harvest) -> None:
    """Harvest what was announced since the last day that was read, or go on where that was cut off."""
    since = cursor.harvested_from if cursor.resumption_token else cursor.announced_on
    assert since and cursor.high_id  # noqa: S101  (a cursor without a day is never behind)
    token, restarted, pages = cursor.resumption_token, False, 0
    while True:
        errand.report(SyncProgress(f"{listing} catch-up", pages, None))
        try:
            page = errand.arxiv.harvest(listing, since=since, token=token)
        except TokenExpiredError:
            if token is None or restarted:
                raise
            token, restarted = None, True
            continue
        if page.token and page.token == token:
            raise SourceError("arXiv sends the same page of its catch-up again.", "Try again later.")
        lines = _lines(page, listing, feed, since=since, high_id=cursor.high_id)
        harvest.fresh += _store_page(errand, listing, page, lines, since, _covered(page, feed, errand.now))
        harvest.unreadable += page.unreadable
        token, pages = page.token, pages + 1
        if token is None:
            return


def _lines(
    page: Page, listing: str, feed: Feed | None, *, since: date, high_id: str
) -> dict[str, Announcement]:
    """What the records of a page announced, by id; of its own papers the feed of today knows it exactly."""
    today = {line.announcement.arxiv_id: line.announcement for line in feed.lines} if feed else {}
    lines: dict[str, Announcement] = {}
    for record in page.records:
        paper, arxiv_id = record.paper, str(record.paper.arxiv_id)
        kind = harvested_kind(paper, listing, high_id=high_id, since=since)
        if arxiv_id in today:
            lines[arxiv_id] = today[arxiv_id]
        elif kind:
            day = harvested_day(paper, kind, since=since, changed_on=record.changed_on)
            version = paper.version if kind.startswith("replace") else 1
            lines[arxiv_id] = Announcement(arxiv_id, version, listing, kind, day)
    return lines


def _store_page(
    errand: Errand, listing: str, page: Page, lines: dict[str, Announcement], since: date, covered: date
) -> list[Announcement]:
    """Store a page in one transaction with the cursor; the last page moves it to the day that is covered."""
    papers = {str(record.paper.arxiv_id): record.paper for record in page.records}
    with errand.desk.store.write() as session:
        # Of the other records, edits and late cross-lists, only those of papers that are here are of use.
        useful = lines.keys() | stored_ids(session, list(papers))
        wanted = [paper for arxiv_id, paper in papers.items() if arxiv_id in useful]
        adopt_arxiv_ids(session, wanted)
        saved = save_papers(session, wanted, errand.now)
        fresh = save_announcements(session, lines.values(), saved.ids)
        changes: dict[str, Any] = {"resumption_token": page.token, "harvested_from": since}
        if page.token is None:
            changes |= {"announced_on": covered, "high_id": highest_id(session, listing, covered)}
        save_cursor(session, _moved(cursor_of(session, listing), listing, **changes))
    return fresh


def _covered(page: Page, feed: Feed | None, now: datetime) -> date:
    """The last day that a finished harvest holds whole; the day of the feed comes with the feed."""
    day = min(eastern_day(page.answered_at or now), eastern_day(now))
    if feed and feed.day:
        day = min(day, feed.day - timedelta(days=1))
    return last_possible_day(day)


def _moved(cursor: SyncCursor | None, listing: str, **changes: Any) -> SyncCursor:
    return SyncCursor(**((cursor.model_dump() if cursor else {"listing": listing}) | changes))


def _ids(feed: Feed) -> list[str]:
    return [line.announcement.arxiv_id for line in feed.lines]


def _day(day: date) -> str:
    return f"{day:%a} {short_date(day)}"

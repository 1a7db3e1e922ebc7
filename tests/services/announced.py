"""Puts announced papers into a store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from r2p_tui.domain.papers import AnnounceKind, Announcement, IncomingPaper, Source
from r2p_tui.services.desk import Desk
from r2p_tui.store.announcements import save_announcements
from r2p_tui.store.papers import save_papers

NOW = datetime(2026, 11, 20, 8, 2, tzinfo=UTC)
TODAY = date(2026, 11, 19)


def paper(number: int, title: str = "", abstract: str = "", *, version: int = 1) -> IncomingPaper:
    """The paper 2611.<number> as the feed tells of it."""
    return IncomingPaper(
        f"2611.{number:05}",
        version,
        title or f"Paper {number}",
        abstract,
        ("A. Kim",),
        ("cs.CV", "cs.LG"),
        Source.FEED,
        published_at=NOW,
    )


def announce(
    desk: Desk,
    papers: Iterable[IncomingPaper],
    kind: AnnounceKind = "new",
    *,
    listing: str = "cs.CV",
    on: date = TODAY,
) -> list[int]:
    """Save papers with a line in a listing; returns their ids in the store."""
    found = list(papers)
    keys = [item.arxiv_id or "" for item in found]
    lines = [
        Announcement(key, item.version, listing, kind, on) for key, item in zip(keys, found, strict=True)
    ]
    with desk.store.write() as session:
        ids = save_papers(session, found, NOW).ids
        save_announcements(session, lines, ids)
    return [ids[key] for key in keys]

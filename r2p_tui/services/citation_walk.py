"""The walk through all pages of who cites a work: what is still to be read, and how a page is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from r2p_tui.domain.citation_cues import CUES_VERSION, classify
from r2p_tui.domain.citation_windows import Window, first_windows, halved
from r2p_tui.domain.citations import Direction, Evidence, IncomingCitation, IncomingWork
from r2p_tui.errors import SourceError
from r2p_tui.services.desk import Desk
from r2p_tui.sources.checked_connection import StoppedError
from r2p_tui.sources.openalex import OpenAlex
from r2p_tui.sources.semantic_scholar import CitationPage, SemanticScholar
from r2p_tui.store.citation_looks import CitationLook, save_look
from r2p_tui.store.citation_news import mark_seen
from r2p_tui.store.citations import outdated_evidence, save_citations, update_evidence
from r2p_tui.store.work_saving import save_works
from r2p_tui.store.works import current_id

# Attention Is All You Need, cited by 200,000 works, takes a third of it.
MOST_PAGES = 1_000
SERVICE_NAMES = {"s2": "Semantic Scholar", "openalex": "OpenAlex"}


@dataclass(frozen=True, slots=True)
class LookProgress:
    """What is being done: `rows` are stored so far, `said` is how many the service counts, None unknown."""

    rows: int
    said: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: the windows still to be read, the first of them from `offset`; none is all there is."""

    windows: tuple[Window, ...] = (Window(),)
    offset: int = 0


@dataclass(slots=True)
class Walk:
    """One look under way: what it looks at, and what it has brought so far.

    Without `keeps_place` the pages are stored, and what was to be read before stays to be read. What comes
    `is_news` unless somebody reads for the first time, or all again.
    """

    desk: Desk
    work_id: int
    work: IncomingWork
    direction: Direction
    now: datetime
    report: Callable[[LookProgress], None]
    cancelled: Callable[[], bool]
    stored: int = 0
    new: int = 0
    known: int = 0
    pages: int = 0
    said: int | None = None
    counted: int | None = None
    keeps_place: bool = True
    is_news: bool = False

    def tell(self, words: str) -> None:
        self.report(LookProgress(self.stored, self.said, words))


def next_place(place: Place, page: CitationPage, first_year: int, today: date) -> Place:
    """Where to go on after a page; raises SourceError where its offset leads nowhere new.

    Where more rows exist than the service shows, they are asked for year by year, and a year by its halves.
    """
    window, *rest = place.windows
    if page.capped:
        parts = first_windows(first_year, today) if window == Window() else halved(window) or ()
        return Place((*parts, *rest))
    if page.next_offset is None:
        return Place(tuple(rest))
    if page.next_offset <= place.offset:
        raise SourceError("Semantic Scholar sends the same page again and again.", "Try again later.")
    return Place(place.windows, page.next_offset)


def place_of(look: CitationLook) -> Place:
    """What a look has still to read."""
    windows = tuple(Window(*map(_day, window)) for window in look.windows)
    return Place(windows or (Window(),), look.next_offset)


def put_place(look: CitationLook, place: Place) -> None:
    """Write into a look what it has still to read."""
    windows = () if place.windows == (Window(),) else place.windows
    look.windows = [[day.isoformat() if day else None for day in window] for window in windows]
    look.next_offset = place.offset


def walk_semantic_scholar(walk: Walk, source: SemanticScholar, reference: str, look: CitationLook) -> None:
    """Read what a look has still to read, each page stored in one transaction with the place after it.

    Raises SourceError, NotFoundError; `look` then says where to go on.
    """
    place = place_of(look)
    while place.windows:
        _allow_another(walk)
        page = source.citations(
            reference, direction=walk.direction, offset=place.offset, window=place.windows[0]
        )
        place = next_place(place, page, first_year(walk), walk.now.date())
        put_place(look, place)
        store_page(walk, look, page.rows, finished=not place.windows)


def walk_openalex(
    walk: Walk, source: OpenAlex, openalex_id: str, look: CitationLook, since: date | None
) -> None:
    """The same at OpenAlex, whose pages follow a cursor."""
    cursor: str | None = look.cursor or "*"
    while cursor:
        _allow_another(walk)
        page = source.citations(openalex_id, cursor=cursor, since=since)
        if page.next_cursor == cursor:
            raise SourceError("OpenAlex sends the same page again and again.", "Try again later.")
        cursor = look.cursor = page.next_cursor if page.works else None
        store_page(
            walk, look, [IncomingCitation(work, "openalex") for work in page.works], finished=not cursor
        )


def store_page(walk: Walk, look: CitationLook, rows: Sequence[IncomingCitation], *, finished: bool) -> None:
    """One page with the place after it, all or nothing; what takes long is done before the store is held."""
    evidence = [evidence_of(walk, row) for row in rows]
    if look.ended_at is None:
        look.found += len(rows)
    look.state, look.reason = "going", ""
    if finished:
        finish(look, walk.now)
    with walk.desk.store.write() as session:
        others = save_works(session, [row.work for row in rows], walk.now)
        look.work_id = walk.work_id = current_id(session, walk.work_id)
        saved = save_citations(
            session, walk.work_id, walk.direction, others, rows, evidence, CUES_VERSION, walk.now
        )
        if walk.keeps_place:
            save_look(session, look)
        if walk.direction == "citations" and not walk.is_news:
            mark_seen(session, walk.work_id, walk.now)
    walk.pages += 1
    walk.new, walk.known, walk.stored = (
        walk.new + saved.new,
        walk.known + saved.known,
        walk.stored + saved.new,
    )
    walk.tell(f"page {walk.pages} from {SERVICE_NAMES[look.source]}")
    if walk.cancelled() and not finished:
        raise StoppedError


def finish(look: CitationLook, now: datetime) -> None:
    """Nothing is left to read."""
    look.state, look.reason, look.ended_at = "done", "", now
    look.next_offset, look.windows, look.cursor = 0, [], None


def evidence_of(walk: Walk, row: IncomingCitation) -> Evidence:
    """What a citation is evidence of; the citing work's title and abstract count, at whichever end it is."""
    ends = (row.work, walk.work)
    citing, cited = ends if walk.direction == "citations" else ends[::-1]
    return classify(citing.title, row.contexts, citing.abstract, cited=cited.title)


def judge_again(desk: Desk, work_id: int, direction: Direction) -> int:
    """Bring what older rules said of the citations of a work up to date; returns how many those were."""
    with desk.store.read() as session:
        outdated = outdated_evidence(session, work_id, direction, CUES_VERSION)
    if not outdated or desk.read_only:
        return 0
    judged = [
        (each, classify(each.title, each.contexts, each.abstract, cited=each.cited_title))
        for each in outdated
    ]
    with desk.store.write() as session:
        update_evidence(session, judged, CUES_VERSION)
    return len(judged)


def _allow_another(walk: Walk) -> None:
    if walk.pages >= MOST_PAGES:
        raise SourceError(
            f"r2p read {MOST_PAGES:,} pages of citations, and there are more.",
            "Look again to go on from there.",
        )


def first_year(walk: Walk) -> int:
    """From which year on works are asked for year by year: hardly any cites what was not published yet."""
    return walk.work.year or walk.now.year - 20


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

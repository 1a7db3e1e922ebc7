"""Looking at who cites a work: the first time all of it, later what is new; after a cut it goes on there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from r2p_tui.domain.citation_windows import Window, first_windows
from r2p_tui.domain.citations import CitationSource, Direction, IncomingWork
from r2p_tui.errors import NotFoundError, R2PError, SourceError, StoreReadOnlyError
from r2p_tui.services.citation_walk import (
    LookProgress,
    Place,
    Walk,
    finish,
    first_year,
    place_of,
    put_place,
    walk_openalex,
    walk_semantic_scholar,
)
from r2p_tui.services.desk import Desk
from r2p_tui.services.network import open_openalex, open_semantic_scholar
from r2p_tui.sources.checked_connection import StoppedError
from r2p_tui.sources.openalex import OpenAlex
from r2p_tui.sources.semantic_scholar import REACH, SemanticScholar
from r2p_tui.store.citation_looks import CitationLook, look_of, save_look
from r2p_tui.store.citations import citations_of, count_citations
from r2p_tui.store.work_saving import save_works
from r2p_tui.store.works import current_id, description_of
from r2p_tui.text import count_of

# Services learn of a work weeks after it came out.
OVERLAP = timedelta(days=60)
# No service promises an order of its rows, so an old place among them says little.
STALE = timedelta(days=7)
T = TypeVar("T")
THINGS: dict[Direction, str] = {"citations": "citing work", "references": "cited work"}


@dataclass(frozen=True, slots=True)
class LookResult:
    """What came of a look: edges that are `new` and that were `known`, all that are stored (`found`).

    `said` is what the service counts, and `message` is one line.
    """

    new: int
    known: int
    found: int
    said: int | None
    message: str


def look(
    desk: Desk,
    work_id: int,
    direction: Direction = "citations",
    *,
    now: datetime,
    whole: bool = False,
    counted: int | None = None,
    report: Callable[[LookProgress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> LookResult:
    """Fetch the works that cite a work, or that it cites; looked at again, one request says if any is new.

    `whole` reads all again; `counted` is what Semantic Scholar was just heard to count. It is asked
    first, then OpenAlex where there is a key for it or Semantic Scholar failed. What came before an error
    stays, and the next look goes on from there. Raises SourceError, NotFoundError for a work that no service
    knows, StoppedError on cancelling, ConfigError.
    """
    walk = _begun(desk, work_id, direction, now, report, cancelled)
    walk.counted = counted
    source = _semantic_scholar(walk)
    try:
        message = _at_semantic_scholar(walk, source, whole=whole)
    except StoppedError:
        raise
    except (SourceError, NotFoundError) as error:
        if not _at_openalex(walk, whole=whole, without_key=True):
            raise
        told = count_of(walk.new + walk.known, THINGS[direction])
        message = f"{error.message.rstrip('.')}; OpenAlex told {told}."
    else:
        message += _second_opinion(walk, whole=whole)
    return _result(walk, message)


def look_since(
    desk: Desk,
    work_id: int,
    day: date,
    *,
    now: datetime,
    report: Callable[[LookProgress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> LookResult:
    """Fetch only works that were published from a day on and cite a work; how far looks came stays as it is.

    Raises SourceError, NotFoundError, StoppedError, ConfigError.
    """
    walk = _begun(desk, work_id, "citations", now, report, cancelled)
    walk.keeps_place, walk.is_news = False, True
    look = _new_look(walk, "s2")
    put_place(look, Place((Window(day, None),)))
    _walk_by_any_name(walk, _semantic_scholar(walk), look)
    return _result(walk, "")


def said_of(work: IncomingWork, direction: Direction) -> int | None:
    """How many works a service counts that cite a work, or that it cites."""
    return work.citation_count if direction == "citations" else work.reference_count


def references_of(work: IncomingWork) -> tuple[str, ...]:
    """What Semantic Scholar may be asked for a work by, the surest name first."""
    arxiv = f"ARXIV:{work.arxiv_id}" if work.arxiv_id else None
    doi = f"DOI:{work.doi}" if work.doi else None
    return tuple(name for name in (arxiv, work.s2_id, doi) if name)


def as_asked_for(told: IncomingWork, own: IncomingWork) -> IncomingWork:
    """What a service says of a work, with the names that it was asked by where it does not repeat them."""
    return replace(told, arxiv_id=told.arxiv_id or own.arxiv_id, doi=told.doi or own.doi)


def is_pending(look: CitationLook) -> bool:
    """Whether something is left to read where the look was cut off."""
    return bool(look.state != "done" and (look.next_offset or look.windows or look.cursor))


# --- Semantic Scholar -----------------------------------------------------------------------------------


def _at_semantic_scholar(walk: Walk, source: SemanticScholar, *, whole: bool) -> str:
    """What came of it, in a sentence; an error is written into the look and raised."""
    look = _look_at(walk, "s2") or _new_look(walk, "s2")
    try:
        return _read(walk, source, look, whole=whole)
    except StoppedError:
        raise
    except (SourceError, NotFoundError) as error:
        _fail(walk, look, error)
        raise


def _read(walk: Walk, source: SemanticScholar, look: CitationLook, *, whole: bool) -> str:
    # Until all was read a look has no end; with one, it goes through nothing but what is new.
    goes_on = is_pending(look) and walk.now - look.began_at < STALE and not (whole and look.ended_at)
    walk.said = look.said if walk.counted is None else walk.counted
    if not goes_on and (whole or look.ended_at is None):
        _begin_whole(walk, source, look)
    elif not goes_on and not _begin_what_is_new(walk, source, look):
        return "Nothing new."
    walk.is_news, said_before = look.ended_at is not None, look.said
    reads_all = place_of(look).windows == (Window(),)
    _walk_by_any_name(walk, source, look)
    # Not before all was read: by its count the next look knows whether something is left.
    look.said = walk.said = walk.stored if walk.said is None else walk.said
    look.found = walk.stored
    _save(walk, look)
    if not walk.is_news:
        return _what_is_stored(walk)
    return _what_is_new(walk, 0 if reads_all or goes_on else _missing(walk, said_before))


def _begin_whole(walk: Walk, source: SemanticScholar, look: CitationLook) -> None:
    """Set a look to the first page of all; more than the service shows at once is read year by year."""
    if said_of(walk.work, walk.direction) is None:
        _ask_paper(walk, source)
    said = look.said = walk.said = said_of(walk.work, walk.direction)
    look.began_at, look.ended_at, look.found = walk.now, None, 0
    by_year = walk.direction == "citations" and said is not None and said >= REACH
    put_place(look, Place(first_windows(first_year(walk), walk.now.date())) if by_year else Place())


def _begin_what_is_new(walk: Walk, source: SemanticScholar, look: CitationLook) -> bool:
    """Ask once for the count; False where it did not change, else the look is set to what is new."""
    said = walk.counted
    if said is None:
        said = said_of(_ask_paper(walk, source), walk.direction)
    if said is not None and said == look.said and not is_pending(look):
        finish(look, walk.now)
        _save(walk, look)
        return False
    walk.said = said
    look.began_at = walk.now
    # Where nothing tells from which day on, all is read, and what is new of it is news all the same.
    put_place(look, Place((Window(_since(walk, look), None),)))
    return True


def _since(walk: Walk, look: CitationLook) -> date | None:
    """From which day on works may be new; None where only all of them can tell."""
    if walk.direction != "citations" or look.ended_at is None:
        return None
    with walk.desk.store.read() as session:
        rows = citations_of(session, walk.work_id, walk.direction)
    newest = max((row.work.published_on for row in rows if row.work.published_on), default=None)
    return min(newest, look.ended_at.date()) - OVERLAP if newest else None


def _ask_paper(walk: Walk, source: SemanticScholar) -> IncomingWork:
    """What Semantic Scholar says of the work itself, which is stored."""
    walk.tell("asking Semantic Scholar")
    told = _by_any_name(walk, source.paper)
    _save_work(walk, told)
    return told


def _walk_by_any_name(walk: Walk, source: SemanticScholar, look: CitationLook) -> None:
    walk.tell("asking Semantic Scholar")
    _by_any_name(walk, lambda name: walk_semantic_scholar(walk, source, name, look))


def _by_any_name(walk: Walk, ask: Callable[[str], T]) -> T:
    """Ask by the first name of the work that the service knows: it forgets its own ids when it merges two."""
    names = references_of(walk.work)
    if not names:
        raise NotFoundError(
            "Only the title of this work is known, so nobody can be asked who cites it.",
            "Look for it by its title in a browser.",
        )
    for name in names[:-1]:
        try:
            return ask(name)
        except NotFoundError:
            continue
    return ask(names[-1])


# --- OpenAlex -------------------------------------------------------------------------------------------


def _second_opinion(walk: Walk, *, whole: bool) -> str:
    """Ask OpenAlex too, where the user has a key and there may be something to learn; what came of it."""
    look = _look_at(walk, "openalex")
    if look and look.state == "done" and not walk.new and not whole:
        return ""
    before = walk.new
    asked = _at_openalex(walk, whole=whole, without_key=False)
    return f" {walk.new - before:,} more from OpenAlex." if asked and walk.new > before else ""


def _at_openalex(walk: Walk, *, whole: bool, without_key: bool) -> bool:
    """Whether OpenAlex told who cites the work; an error of it is written into its look, and not raised."""
    if walk.direction != "citations":
        return False
    source = open_openalex(
        walk.desk, now=walk.now, without_key=without_key, notice=walk.tell, cancelled=walk.cancelled
    )
    if source is None:
        return False
    look = _look_at(walk, "openalex") or _new_look(walk, "openalex")
    try:
        _read_openalex(walk, source, look, whole=whole)
    except StoppedError:
        raise
    except (SourceError, NotFoundError) as error:
        _fail(walk, look, error)
        return False
    return True


def _read_openalex(walk: Walk, source: OpenAlex, look: CitationLook, *, whole: bool) -> None:
    walk.tell("asking OpenAlex")
    if not (is_pending(look) and walk.now - look.began_at < STALE) or (whole and look.ended_at):
        look.began_at, look.cursor = walk.now, None
        look.ended_at = None if whole else look.ended_at
        look.found = look.found if look.ended_at else 0
    since = look.ended_at.date() - OVERLAP if look.ended_at else None
    walk_openalex(walk, source, walk.work.openalex_id or _openalex_id(walk, source), look, since)


def _openalex_id(walk: Walk, source: OpenAlex) -> str:
    """Asked for by the DOI of the work, or arXiv's; raises NotFoundError."""
    names = [f"DOI:{walk.work.doi}"] if walk.work.doi else []
    names += [f"ARXIV:{walk.work.arxiv_id}"] if walk.work.arxiv_id else []
    if not names:
        raise NotFoundError("OpenAlex knows works by their DOI, and this one has none.")
    told = source.work(names[0])
    _save_work(walk, told)
    if told.openalex_id is None:
        raise NotFoundError("OpenAlex did not tell its id of this work.", "Try again later.")
    return told.openalex_id


# --- the store ------------------------------------------------------------------------------------------


def _begun(
    desk: Desk,
    work_id: int,
    direction: Direction,
    now: datetime,
    report: Callable[[LookProgress], None],
    cancelled: Callable[[], bool],
) -> Walk:
    if desk.read_only:
        raise StoreReadOnlyError("The store is open for reading only.", "Start again without --read-only.")
    with desk.store.read() as session:
        work_id = current_id(session, work_id)
        walk = Walk(desk, work_id, description_of(session, work_id), direction, now, report, cancelled)
        walk.stored = count_citations(session, work_id, direction)
    return walk


def _semantic_scholar(walk: Walk) -> SemanticScholar:
    return open_semantic_scholar(walk.desk, now=walk.now, notice=walk.tell, cancelled=walk.cancelled)


def _save_work(walk: Walk, told: IncomingWork) -> None:
    """Store what a source says of the work itself, which may prove two works of the store to be one."""
    with walk.desk.store.write() as session:
        save_works(session, [as_asked_for(told, walk.work)], walk.now)
        walk.work_id = current_id(session, walk.work_id)
        walk.work = description_of(session, walk.work_id)


def _look_at(walk: Walk, source: CitationSource) -> CitationLook | None:
    with walk.desk.store.read() as session:
        found = look_of(session, walk.work_id, walk.direction, source)
    return CitationLook(**found.model_dump()) if found else None


def _new_look(walk: Walk, source: CitationSource) -> CitationLook:
    return CitationLook(
        work_id=walk.work_id, direction=walk.direction, source=source, began_at=walk.now, windows=[]
    )


def _fail(walk: Walk, look: CitationLook, error: R2PError) -> None:
    look.state, look.reason = "failed", error.message
    _save(walk, look)


def _save(walk: Walk, look: CitationLook) -> None:
    look.work_id = walk.work_id
    with walk.desk.store.write() as session:
        save_look(session, look)


def _result(walk: Walk, message: str) -> LookResult:
    return LookResult(walk.new, walk.known, walk.stored, walk.said, message)


def _what_is_stored(walk: Walk) -> str:
    if not walk.stored:
        whose = "Nobody cites this work yet" if walk.direction == "citations" else "No references are known"
        return f"{whose}, as far as Semantic Scholar knows."
    told = count_of(walk.stored, THINGS[walk.direction])
    return f"{told}." if walk.new == walk.stored else f"{told}, {walk.new:,} of them new."


def _missing(walk: Walk, said_before: int | None) -> int:
    """How many more the service counts now than at the last look, beyond those that came."""
    return (walk.said or 0) - max((said_before or 0) + walk.new, walk.stored)


def _what_is_new(walk: Walk, missing: int) -> str:
    told = f"{count_of(walk.new, f'new {THINGS[walk.direction]}')}." if walk.new else "No new ones."
    if missing <= 0:
        return told
    return f"{told} Semantic Scholar counts {missing:,} more, of earlier years: read all again for them."


__all__ = [
    "OVERLAP", "LookProgress", "LookResult", "as_asked_for", "is_pending", "look", "look_since",
    "references_of", "said_of",
]  # fmt: skip

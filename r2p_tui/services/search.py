"""Search in the library, as the user types it."""

from __future__ import annotations

from dataclasses import dataclass

from r2p_tui.domain.papers import PaperRow
from r2p_tui.domain.search import Everything, parse
from r2p_tui.services.desk import Desk
from r2p_tui.store import search as store
from r2p_tui.text import count_of


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best matches; with `more` there are others; `message` says how many and which were ranked."""

    rows: list[PaperRow]
    total: int
    more: bool
    message: str


def search(desk: Desk, query: str, *, limit: int = 200, typing: bool = True) -> SearchResult:
    """What a search finds, best first; an empty one finds everything, kept papers first, then the newest.

    While `typing`, the last word also finds words that begin with it. `total` counts up to 5,000. Raises
    UsageError that points at the word which cannot be read.
    """
    tree = parse(query, typing=typing)
    with desk.store.read() as session:
        found = store.find_papers(session, tree, limit=limit)
    total = min(found.counted, store.COUNTED)
    message = _message(found, empty=isinstance(tree, Everything))
    return SearchResult(found.rows, total, found.counted > len(found.rows), message)


def _message(found: store.Found, *, empty: bool) -> str:
    if empty:
        return "" if found.rows else "The library is empty."
    if not found.rows:
        return "No paper matches."
    if found.capped:
        matches = f"More than {store.COUNTED:,} papers match"
    else:
        matches = f"{count_of(found.counted, 'paper')} {'matches' if found.counted == 1 else 'match'}"
    if not found.ranked:
        return f"{matches}; your own first, then the newest with the words in the title."
    if found.counted > len(found.rows):
        return f"{matches}; the best {len(found.rows):,} are shown."
    return f"{matches}."

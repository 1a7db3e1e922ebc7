"""Logging a surprise without delay, and reading them back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from r2p_tui.errors import NotFoundError, StoreReadOnlyError
from r2p_tui.store import quick

# A hot command runs this module: what opens the full store is imported where it is needed.
if TYPE_CHECKING:
    from r2p_tui.domain.papers import PaperReference
    from r2p_tui.domain.surprises import SurpriseEntry
    from r2p_tui.paths import Paths
    from r2p_tui.services.desk import Desk
    from r2p_tui.store.papers import Paper
    from r2p_tui.store.surprises import Surprise


def log_surprise(
    desk: Desk,
    text: str,
    *,
    kind: str = "other",
    claim: str | None = None,
    observed: str | None = None,
    unit: str | None = None,
    paper_id: int | None = None,
    now: datetime,
) -> int:
    """Check and store a surprise, and give its id; raises UsageError or StoreError."""
    from r2p_tui.domain.surprises import make_entry

    entry = make_entry(text, kind=kind, claim=claim, observed=observed, unit=unit)
    if desk.read_only:
        raise StoreReadOnlyError("The store is open for reading only.", "Start again without --read-only.")
    return log_entry(desk.paths, entry, paper=paper_id, now=now).surprise_id


def log_entry(
    paths: Paths, entry: SurpriseEntry, *, paper: PaperReference | int | None = None, now: datetime
) -> quick.Added:
    """Store a checked surprise without delay, making or migrating the store first where needed.

    A paper that is not in the store leaves `paper_id` None; the words are kept. Raises StoreError.
    """
    try:
        return quick.add_surprise(paths.store, entry, paper=paper, now=now)
    except quick.StoreNotReadyError:
        from r2p_tui.store.engine import open_store

        open_store(paths.store, paths.backups, now=now).close()
        return quick.add_surprise(paths.store, entry, paper=paper, now=now)


def list_surprises(desk: Desk, *, limit: int, paper_id: int | None = None) -> list[Surprise]:
    """The newest surprises first, of one paper or of all."""
    from r2p_tui.store.surprises import latest_surprises

    with desk.store.read() as session:
        return latest_surprises(session, limit, paper_id)


def papers_of(desk: Desk, surprises: Iterable[Surprise]) -> dict[int, Paper]:
    """The papers that these surprises are about, by their ids."""
    from r2p_tui.store.surprises import papers_by_id

    wanted = {surprise.paper_id for surprise in surprises if surprise.paper_id is not None}
    with desk.store.read() as session:
        return papers_by_id(session, wanted)


def link_surprise(desk: Desk, surprise_id: int, reference: PaperReference) -> Paper:
    """Bind a surprise to a paper of the store; raises NotFoundError when one of them is not there."""
    from r2p_tui.store.papers import find_paper
    from r2p_tui.store.surprises import Surprise

    with desk.store.write() as session:
        surprise = session.get(Surprise, surprise_id)
        if surprise is None:
            raise NotFoundError(f"There is no surprise {surprise_id}.", "See them with: r2p surprises")
        paper = find_paper(session, reference)
        if paper is None:
            raise NotFoundError(f"{reference} is not in your library.", f"Add it with: r2p add {reference}")
        surprise.paper_id = paper.id
    return paper

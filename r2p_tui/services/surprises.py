"""Logging a surprise without delay, and reading them back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from r2p_tui.errors import NotFoundError, StoreReadOnlyError
from r2p_tui.store import quick

# A hot command runs this module: what opens the full store is imported where it is needed.
if TYPE_CHECKING:
    from r2p_tui.domain.paper_ids import PaperReference
    from r2p_tui.domain.surprises import ClaimMention, SurpriseEntry
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
    """Check and store a surprise, and give its id; `claim:12` as claim is the kept claim of that number.

    Raises UsageError, NotFoundError where there is no such claim, StoreError.
    """
    from r2p_tui.domain.surprises import make_entry, mention_of

    entry = make_entry(text, kind=kind, claim=claim, observed=observed, unit=unit)
    if desk.read_only:
        raise StoreReadOnlyError("The store is open for reading only.", "Start again without --read-only.")
    mention = mention_of(claim)
    if mention and mention.sure:
        _need_claim(desk, mention.number)
    return log_entry(desk.paths, entry, paper=paper_id, claim=mention, now=now).surprise_id


def log_entry(
    paths: Paths,
    entry: SurpriseEntry,
    *,
    paper: PaperReference | int | None = None,
    claim: ClaimMention | None = None,
    now: datetime,
) -> quick.Added:
    """Store a checked surprise without delay, making or migrating the store first where needed.

    A paper or claim that is not in the store leaves its id None; the words are kept. Raises StoreError.
    """
    try:
        return quick.add_surprise(paths.store, entry, paper=paper, claim=claim, now=now)
    except quick.StoreNotReadyError:
        from r2p_tui.store.engine import open_store

        open_store(paths.store, paths.backups, now=now).close()
        return quick.add_surprise(paths.store, entry, paper=paper, claim=claim, now=now)


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


def _need_claim(desk: Desk, number: int) -> None:
    from r2p_tui.store.claims import Claim

    with desk.store.read() as session:
        claim = session.get(Claim, number)
    if claim is None or claim.undone_at is not None:
        raise no_claim(number)


def no_claim(number: int) -> NotFoundError:
    """The complaint about the number of a claim that is not kept."""
    return NotFoundError(f"There is no claim {number}.", "See them with: r2p claims")

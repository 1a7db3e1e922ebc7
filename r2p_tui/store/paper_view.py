"""Everything the store knows of one paper, loaded at once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from r2p_tui.errors import NotFoundError
from r2p_tui.store.papers import Paper, PaperVersion, categories_of, versions_of
from r2p_tui.store.reading import Note, Reading, RedFlag, Viability, flags_of, readings_of, viability_of
from r2p_tui.store.surprises import Surprise, latest_surprises
from r2p_tui.store.triage import TriageDecision, decision_of

_SURPRISES = 500


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper with all that hangs on it; the records are detached, and nobody writes to them."""

    paper: Paper
    categories: tuple[str, ...]
    versions: tuple[PaperVersion, ...]
    decision: TriageDecision | None
    readings: tuple[Reading, ...]
    note: Note | None
    flags: tuple[RedFlag, ...]
    viability: tuple[Viability, ...]
    surprises: tuple[Surprise, ...]

    @property
    def paper_id(self) -> int:
        return int(self.paper.id or 0)


def load_view(session: Session, paper_id: int) -> PaperView:
    """The view of a paper; raises NotFoundError."""
    paper = session.get(Paper, paper_id)
    if paper is None:
        raise NotFoundError(f"There is no paper {paper_id} in the store.", "Find it with: r2p search")
    return PaperView(
        paper=paper,
        categories=categories_of(session, [paper_id])[paper_id],
        versions=tuple(versions_of(session, paper_id)),
        decision=decision_of(session, paper_id),
        readings=tuple(readings_of(session, paper_id)),
        note=session.get(Note, paper_id),
        flags=tuple(flags_of(session, paper_id)),
        viability=tuple(viability_of(session, paper_id)),
        surprises=tuple(latest_surprises(session, _SURPRISES, paper_id)),
    )

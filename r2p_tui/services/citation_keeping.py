"""Works of the citation graph that become papers of the store: kept, or put off for later."""

from __future__ import annotations

from datetime import UTC, datetime, time

from r2p_tui.domain.citations import IncomingWork
from r2p_tui.domain.papers import IncomingPaper, Source, find_code_url
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.domain.triage import DECIDED_AS, Decision
from r2p_tui.errors import EditConflictError, NotFoundError
from r2p_tui.services.desk import Desk
from r2p_tui.store.triage import TriageDecision, decision_of, save_decision
from r2p_tui.store.work_papers import decision_before, save_work_as_paper
from r2p_tui.store.works import current_id, description_of, work_by_id


def keep(desk: Desk, work_id: int, *, now: datetime, session_id: int | None = None) -> int:
    """Keep a work, with what the graph knows of it and without asking anybody; returns the id of its paper.

    A paper that was put off is kept from now on. `session_id` names a triage sitting, whose undo then knows
    of it. Raises EditConflictError where it was kept or skipped already, NotFoundError.
    """
    return _decide(desk, work_id, "keep", now, session_id)


def put_off(desk: Desk, work_id: int, *, now: datetime, session_id: int | None = None) -> int:
    """Put a work off for later, in the same way; raises EditConflictError where it was decided already."""
    return _decide(desk, work_id, "later", now, session_id)


def undo(desk: Desk, paper_id: int, *, now: datetime) -> str | None:
    """Take back what was decided last on a paper, and return what is decided now; the paper itself stays.

    One that was put off and then kept is put off again. Raises NotFoundError where nothing is decided.
    """
    with desk.store.write() as session:
        last = decision_of(session, paper_id)
        if last is None:
            raise NotFoundError("Nothing is decided on this paper.", "There is nothing to take back.")
        before = decision_before(session, last)
        last.undone_at = now
        session.flush()
        if before is None:
            return None
        again = before.model_dump(exclude={"id", "undone_at"})
        save_decision(session, TriageDecision(**again))
        return before.decision


def _decide(desk: Desk, work_id: int, decision: Decision, now: datetime, session_id: int | None) -> int:
    fresh = TriageDecision(paper_id=0, decision=decision, route="add", session_id=session_id, decided_at=now)
    with desk.store.write() as session:
        work_id = current_id(session, work_id)
        paper_id = work_by_id(session, work_id).paper_id
        if paper_id is None:
            work = description_of(session, work_id)
            paper_id = save_work_as_paper(session, work_id, work, _as_paper(work), now)
        fresh.paper_id = paper_id
        earlier = decision_of(session, fresh.paper_id)
        if earlier:
            if earlier.decision != "later" or decision == "later":
                raise _decided_already(earlier)
            earlier.undone_at = now
            session.flush()
        save_decision(session, fresh)
        return fresh.paper_id


def _as_paper(work: IncomingWork) -> IncomingPaper:
    """A paper from what the graph knows."""
    day = work.published_on
    return IncomingPaper(
        arxiv_id=work.arxiv_id,
        version=1,
        title=work.title or work.arxiv_id or work.doi or "Without a title",
        abstract=work.abstract,
        authors=work.authors,
        categories=(),
        source=Source.FEED,
        doi=work.doi,
        journal_ref=work.venue or None,
        code_url=find_code_url(work.abstract),
        published_at=datetime.combine(day, time(), UTC) if day else None,
    )


def _decided_already(earlier: TriageDecision) -> EditConflictError:
    day = short_date(local_day(earlier.decided_at))
    return EditConflictError(
        f"This paper was {DECIDED_AS[earlier.decision]} on {day}; that decision stays.",
        "Open it in the library to change your mind.",
    )

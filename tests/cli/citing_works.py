"""A small citation graph as the store keeps it, for the commands that print it."""

from __future__ import annotations

from datetime import date

from r2p_tui.domain.citation_cues import CUES_VERSION
from r2p_tui.domain.citations import (
    Cue,
    Evidence,
    EvidenceClass,
    IncomingCitation,
    IncomingWork,
)
from r2p_tui.services.desk import Desk
from r2p_tui.store.citation_looks import CitationLook, save_look
from r2p_tui.store.citations import save_citations
from r2p_tui.store.work_saving import save_works
from tests.cli.conftest import NOW

ROOT = IncomingWork(
    "Seeing screws in real time", arxiv_id="2401.00001", year=2024, published_on=date(2024, 1, 5)
)
SENTENCE = "We could not reproduce the numbers of Seeing screws [3]."
_CUE = Cue("fails", 0, 3, 22, "could not reproduce")


def citing(number: int, title: str, day: date | None, **known: object) -> IncomingWork:
    """A work whose arXiv id ends in the number."""
    return IncomingWork(
        title,
        arxiv_id=f"2411.0000{number}",
        authors=("Ada Author", "Bob Other"),
        year=day.year if day else 2023,
        published_on=day,
        **known,  # type: ignore[arg-type]
    )


CITING = (
    (
        IncomingCitation(
            citing(1, "A better way to see screws", date(2025, 3, 1), citation_count=200),
            "s2",
            ("We build upon [3].",),
            ("methodology",),
            influential=True,
        ),
        Evidence(EvidenceClass.EXTENDS, (Cue("extends", 0, 3, 13, "build upon"),)),
    ),
    (
        IncomingCitation(
            citing(2, "Screws seen again", date(2024, 6, 1), citation_count=3), "s2", (SENTENCE,)
        ),
        Evidence(EvidenceClass.FAILS, (_CUE,)),
    ),
    (
        IncomingCitation(
            citing(
                3,
                "A survey of everything that was ever seen",
                None,
                abstract="Code at https://github.com/all/seen",
            ),
            "s2",
        ),
        Evidence(EvidenceClass.MENTIONS),
    ),
)


def put_graph(desk: Desk, *, state: str = "done", reason: str = "") -> int:
    """Store who cites `ROOT` and that somebody looked; its work id."""
    with desk.store.write() as session:
        root, *others = save_works(session, [ROOT, *(one.work for one, _ in CITING)], NOW)
        incoming, evidence = [one for one, _ in CITING], [told for _, told in CITING]
        save_citations(session, root, "citations", others, incoming, evidence, CUES_VERSION, NOW)
        save_look(
            session,
            CitationLook(
                work_id=root,
                direction="citations",
                source="s2",
                state=state,
                reason=reason,
                found=len(others),
                said=len(others),
                began_at=NOW,
                ended_at=NOW if state == "done" else None,
            ),
        )
    return root

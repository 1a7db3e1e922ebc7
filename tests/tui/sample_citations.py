"""A paper, who cites it, and who cites those: three levels, every class, sentences with and without cues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlmodel import Session

from r2p_tui.domain.citation_cues import CUES_VERSION
from r2p_tui.domain.citations import (
    Cue,
    Direction,
    Evidence,
    EvidenceClass,
    IncomingCitation,
    IncomingWork,
)
from r2p_tui.services import citations
from r2p_tui.services.desk import Desk
from r2p_tui.store.citation_looks import CitationLook, save_look
from r2p_tui.store.citations import save_citations
from r2p_tui.store.work_saving import save_works

from .conftest import NOW, fill, paper


class Edge(NamedTuple):
    """A citing work, what its citation is evidence of, and the words of its sentence that say so."""

    work: IncomingWork
    evidence_class: EvidenceClass = EvidenceClass.MENTIONS
    sentence: str = ""
    cue: str = ""
    rule: str = ""
    influential: bool = False
    intents: tuple[str, ...] = ("background",)

    @property
    def evidence(self) -> Evidence:
        if not self.cue:
            return Evidence(self.evidence_class)
        start = self.sentence.index(self.cue)
        return Evidence(self.evidence_class, (Cue(self.rule, 0, start, start + len(self.cue), self.cue),))

    @property
    def incoming(self) -> IncomingCitation:
        contexts = (self.sentence,) if self.sentence else ()
        return IncomingCitation(self.work, "s2", contexts, self.intents, self.influential)


def work(number: int, title: str, published_on: date, cited: int, venue: str = "") -> IncomingWork:
    return IncomingWork(
        title,
        s2_id=f"{number:040x}",
        arxiv_id=f"{published_on:%y%m}.{20000 + number}",
        authors=(f"{'ABCDEFGH'[number % 8]}. Author", "Z. Other"),
        year=published_on.year,
        published_on=published_on,
        venue=venue,
        citation_count=cited,
        influential_count=cited // 10,
    )


E = EvidenceClass
SUCCESSOR = work(1, "Sharper boxes, sharper still: cheap attention at scale", date(2026, 3, 2), 96, "CVPR")
THIRD = work(11, "Boxes at the edge: attention without a schedule", date(2026, 7, 14), 21, "ECCV")
FOURTH = work(21, "Attention on a microcontroller", date(2026, 10, 1), 4)
CITING = (
    Edge(
        SUCCESSOR,
        E.EXTENDS,
        "We build upon Sharper boxes (Example et al., 2026) and make its attention cheaper.",
        "build upon",
        "builds on it",
        influential=True,
        intents=("methodology",),
    ),
    Edge(
        work(2, "Replicating sharper boxes on three data sets", date(2026, 6, 9), 12),
        E.REPLICATES,
        "With the released code we re-implement Example et al. [12] and reach the same AP on all three.",
        "re-implement",
        "runs it again",
        influential=True,
        intents=("methodology", "result"),
    ),
    Edge(
        work(3, "A negative result for small objects", date(2026, 8, 1), 2),
        E.FAILS,
        "The gain that Example et al. report cannot be reproduced with our seeds.",
        "cannot be reproduced",
        "cannot be reproduced",
    ),
    Edge(
        work(4, "Inspection lines in INT8: a field report", date(2026, 9, 30), 1, "IV"),
        E.DEPLOYS,
        "On the Jetson we run Sharper boxes in INT8 at 41 FPS.",
        "in INT8",
        "runs in low precision",
    ),
    Edge(
        work(5, "Small objects in the wild: a benchmark", date(2025, 12, 12), 140),
        E.COMPARES,
        "Our detector outperforms Sharper boxes by 0.4 AP.",
        "outperforms",
        "outperforms",
        intents=("result",),
    ),
    Edge(work(6, "A survey of detection transformers", date(2026, 1, 20), 310, "TPAMI")),
    Edge(replace(work(7, "Attention is everywhere", date(2024, 1, 1), 8), published_on=None)),
)
"""What cites the paper of the library."""
REFERENCES = (Edge(work(31, "Attention before it was cheap", date(2017, 6, 12), 120_000)),)


def save_edges(
    session: Session,
    work_id: int,
    edges: Sequence[Edge],
    *,
    direction: Direction = "citations",
    state: str = "done",
    reason: str = "",
    now: datetime = NOW,
) -> list[int]:
    """Store edges and the look that brought them; the ids of the works at the other end."""
    others = save_works(session, [edge.work for edge in edges], now)
    incoming, evidence = [edge.incoming for edge in edges], [edge.evidence for edge in edges]
    save_citations(session, work_id, direction, others, incoming, evidence, CUES_VERSION, now)
    save_look(
        session,
        CitationLook(
            work_id=work_id,
            direction=direction,
            source="s2",
            state=state,
            reason=reason,
            found=len(edges),
            said=len(edges),
            next_offset=len(edges) if state == "going" else 0,
            began_at=now,
            ended_at=now if state != "going" else None,
        ),
    )
    return others


TITLE = "Sharper boxes for small objects with cheap attention"


def add_paper(desk: Desk) -> int:
    """A paper old enough to be cited, in the store; its id."""
    published_at = datetime(2025, 10, 20, tzinfo=UTC)
    incoming = replace(paper(700, TITLE, "cs.CV", True), published_at=published_at, version_dates=())
    return fill(desk, [incoming])[str(incoming.arxiv_id)]


def keep_citations(desk: Desk, paper_id: int) -> int:
    """Who cites a paper, three levels forward along its successor, and one level back; the paper's work."""
    root = citations.root_of_paper(desk, paper_id, now=NOW).work_id
    with desk.store.write() as session:
        successor, *_ = save_edges(session, root, CITING)
        sentence = "Following Sharper boxes, sharper still, we drop the schedule."
        extends = Edge(THIRD, E.EXTENDS, sentence, "Following", "follows it", influential=True)
        third, *_ = save_edges(session, successor, [extends, Edge(FOURTH)])
        save_edges(session, third, [Edge(FOURTH, E.DEPLOYS, influential=True)])
        save_edges(session, root, REFERENCES, direction="references")
    return root

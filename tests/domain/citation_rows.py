"""Works and citations with as few words as a test needs."""

from __future__ import annotations

from datetime import UTC, date, datetime

from r2p_tui.domain.citations import Citation, EvidenceClass, Work

SEEN = datetime(2026, 11, 1, tzinfo=UTC)


def work(
    number: int = 1,
    title: str = "A work",
    *,
    day: date | None = None,
    year: int | None = None,
    cited: int | None = None,
    decision: str | None = None,
    code: bool = False,
    key: str = "",
    author: str = "",
    venue: str = "",
    influential_count: int | None = None,
) -> Work:
    return Work(
        number,
        key,
        title,
        author,
        year or (day.year if day else None),
        day,
        venue,
        cited,
        influential_count,
        code,
        None,
        decision,
    )


def citation(
    of: Work,
    *,
    influential: bool = False,
    evidence: EvidenceClass = EvidenceClass.MENTIONS,
    intents: tuple[str, ...] = (),
    contexts: int = 0,
    cited_id: int = 1000,
) -> Citation:
    return Citation(of.work_id, cited_id, of, influential, intents, contexts, evidence, False, SEEN)

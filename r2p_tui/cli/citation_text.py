"""Citations as JSON values and as lines of text, for the commands that print them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.domain.citation_order import velocity
from r2p_tui.domain.citations import CLASS_WORDS
from r2p_tui.domain.triage import DECIDED_AS

if TYPE_CHECKING:
    from datetime import date

    from r2p_tui.domain.citations import Citation, Work
    from r2p_tui.services.citations import CitationText

_INDENT = "    "


def work_values(work: Work, today: date) -> dict[str, Any]:
    """A work under stable names; `paper` is what the commands take, null where the work has no such id."""
    pace = velocity(work, today)
    return {
        "paper": work.key or None,
        "title": work.title,
        "first_author": work.first_author,
        "year": work.year,
        "published_on": work.published_on,
        "venue": work.venue,
        "citation_count": work.citation_count,
        "influential_count": work.influential_count,
        "citations_a_month": None if pace is None else round(pace, 2),
        "code": work.has_code,
        "in_library": work.paper_id is not None,
        "decision": work.decision,
    }


def citation_values(row: Citation, text: CitationText | None, today: date) -> dict[str, Any]:
    """A citation and the work at its other end; with `text` also its sentences and the words that told."""
    values = {
        **work_values(row.work, today),
        "class": row.evidence_class.value,
        "corrected": row.corrected,
        "influential": row.influential,
        "intents": list(row.intents),
        "sentence_count": row.contexts,
        "first_seen_at": row.first_seen_at,
    }
    if text is not None:
        values["sentences"] = list(text.contexts)
        values["because"] = [cue.words for cue in text.evidence.cues]
    return values


def write_citations(rows: Sequence[Citation], today: date) -> None:
    """Paper, day, class, influence, citations a month, code, what was decided, title."""
    output.table([_cells(row, today) for row in rows], align="<<<<>")


def write_with_sentences(rows: Sequence[Citation], texts: Sequence[CitationText], today: date) -> None:
    """Each citation with the sentences in which it cites, and the words that its class is told by."""
    width = output.line_width()
    for number, (row, text) in enumerate(zip(rows, texts, strict=True)):
        if number:
            output.write()
        for line in output.wrap(row.work.title, width):
            output.write(line, style="bold")
        facts = " · ".join(cell for cell in _cells(row, today)[:-1] if cell)
        output.write("\n".join(output.wrap(facts, width)))
        for line in _sentences(text):
            output.write("\n".join(output.wrap(line, width, _INDENT)))


def published(work: Work) -> str:
    """The day, or the year where no more is known."""
    if work.published_on:
        return work.published_on.isoformat()
    return str(work.year) if work.year else ""


def a_month(work: Work, today: date) -> str:
    """`3.2 a month`; empty where counts or dates are missing."""
    pace = velocity(work, today)
    return "" if pace is None else f"{pace:,.1f} a month"


def _cells(row: Citation, today: date) -> tuple[str, ...]:
    work = row.work
    decided = DECIDED_AS[work.decision] if work.decision else "in library" if work.paper_id else ""
    return (
        work.key,
        published(work),
        CLASS_WORDS[row.evidence_class] + (" (by you)" if row.corrected else ""),
        "influential" if row.influential else "",
        a_month(work, today),
        "code" if work.has_code else "",
        decided,
        work.title,
    )


def _sentences(text: CitationText) -> Iterator[str]:
    if not text.contexts:
        yield "No sentence is known."
    for sentence in text.contexts:
        yield f"“{output.one_line(sentence)}”"
    if text.corrected:
        yield "The class is yours."
    elif text.evidence.cues:
        yield "because: " + ", ".join(f"“{output.one_line(cue.words)}”" for cue in text.evidence.cues)

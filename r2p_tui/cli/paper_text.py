"""A paper as JSON values and as lines of text, for the commands that print one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.domain.surprises import gap
from r2p_tui.domain.times import clock_text, local_day, short_date

if TYPE_CHECKING:
    from r2p_tui.services.papers import PaperView
    from r2p_tui.store.papers import Paper
    from r2p_tui.store.reading import Note
    from r2p_tui.store.surprises import Surprise
    from r2p_tui.store.triage import TriageDecision

# How r2p keeps its books, of no use to a script.
_INTERNAL = frozenset(
    {"id", "paper_id", "session_id", "source_key", "text_rank", "details_rank", "answers_text", "undone_at"}
)
_MAX_WIDTH = 80


def paper_values(paper: Paper) -> dict[str, Any]:
    """The fields of the paper itself under stable names; `paper` is what the commands take."""
    return {"paper": paper.key, **_fields(paper)}


def surprise_values(surprise: Surprise, paper: Paper | None) -> dict[str, Any]:
    """A surprise under stable names; `paper` is None where it is linked to none."""
    return {"id": surprise.id, "paper": paper.key if paper else None, **_fields(surprise)}


def surprise_cells(surprise: Surprise) -> tuple[str, str, str, str]:
    """Number, day, kind, and the words with what the numbers say."""
    numbers = gap(surprise.claimed_value, surprise.observed_value, surprise.unit)
    said = f"{surprise.text} ({numbers})" if numbers else surprise.text
    return str(surprise.id), _day(surprise.created_at), surprise.kind, said


def view_values(view: PaperView) -> dict[str, Any]:
    """All that is known of a paper; an empty part is an empty list or null, never absent."""
    return {
        **paper_values(view.paper),
        "categories": list(view.categories),
        "versions": [_fields(row) for row in view.versions],
        "decision": view.decision and _fields(view.decision),
        "readings": [_fields(row) for row in view.readings],
        "note": view.note and _fields(view.note),
        "flags": [_fields(row) for row in view.flags],
        "viability": [_fields(row) for row in view.viability],
        "surprises": [surprise_values(row, view.paper) for row in view.surprises],
    }


def write_view(view: PaperView) -> None:
    """Everything known, in sections; a section with nothing in it is left out."""
    width = min(output.line_width(), _MAX_WIDTH)
    for line in output.wrap(output.one_line(view.paper.title), width):
        output.write(line, style="bold")
    for line in output.wrap(_facts(view), width):
        output.write(line)
    for line in output.wrap(", ".join(view.paper.authors), width):
        output.write(line)
    for title, lines in _sections(view):
        written = [part for line in lines for part in output.wrap(line, width, "  ")]
        if any(part.strip() for part in written):
            output.write()
            output.write(title, style="bold")
            output.write("\n".join(written))


def _fields(record: Any) -> dict[str, Any]:
    """The fields of a record of the store, in the order in which its class declares them."""
    return {name: getattr(record, name) for name in type(record).model_fields if name not in _INTERNAL}


def _facts(view: PaperView) -> str:
    paper = view.paper
    version = f"v{paper.latest_version}" if paper.arxiv_id else ""
    day = short_date(paper.published_at.date()) if paper.published_at else ""
    facts = [paper.key + version, " ".join(view.categories), day, _decided(view.decision)]
    return " · ".join(fact for fact in facts if fact)


def _sections(view: PaperView) -> Iterator[tuple[str, list[str]]]:
    paper = view.paper
    yield "Abstract", [paper.abstract]
    about = {"Code": paper.code_url, "DOI": paper.doi, "Journal": paper.journal_ref, "Comment": paper.comment}
    yield "About", [f"{name}: {text}" for name, text in about.items() if text]
    yield "Versions", [f"v{row.version} {_day(row.submitted_at)}" for row in view.versions]
    yield (
        "Passes",
        [_pass_line(row.pass_number, row.seconds, row.verdict, row.reason) for row in view.readings],
    )
    yield "Note", list(_note_lines(view.note)) if view.note else []
    yield "Red flags", [_with_evidence(row.kind, row.evidence) for row in view.flags]
    yield (
        "Viability",
        [_with_evidence(f"{row.dimension} {row.score}/5", row.evidence) for row in view.viability],
    )
    yield "Surprises", [" · ".join(surprise_cells(row)) for row in view.surprises]


def _note_lines(note: Note) -> Iterator[str]:
    from r2p_tui.domain.reading import TEXT_FIELDS, question_text

    if note.relevance is not None:
        yield f"Relevance: {note.relevance}/5"
    for name, label in TEXT_FIELDS.items():
        if text := getattr(note, name):
            yield f"{label}: {text}"
    for key, answer in note.answers.items():
        yield f"{question_text(key)} {answer}"


def _pass_line(number: int, seconds: float, verdict: str | None, reason: str) -> str:
    outcome = f"{verdict}{': ' + reason if reason else ''}" if verdict else "open"
    return f"pass {number} · {clock_text(seconds)} · {outcome}"


def _decided(decision: TriageDecision | None) -> str:
    from r2p_tui.domain.triage import DECIDED_AS

    return f"{DECIDED_AS[decision.decision]} {_day(decision.decided_at)}" if decision else ""


def _with_evidence(name: str, evidence: str) -> str:
    return f"{name}: {evidence}" if evidence else name


def _day(moment: datetime | None) -> str:
    return local_day(moment).isoformat() if moment else ""

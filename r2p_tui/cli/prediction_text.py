"""Predictions as JSON values and as lines of text, for the commands that print them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from datetime import date

    from r2p_tui.services.predictions import PredictionView, Resolution
    from r2p_tui.store.predictions import PredictionLine

_MAX_WIDTH = 100
_LABEL = 11
_DAYS_A_MONTH = 30.44


def percent(share: float) -> str:
    """`30 %`, and `0.5 %` where a whole number would say something else."""
    return f"{share * 100:.4g} %"


def number(value: float) -> str:
    """A measured number with at most six figures."""
    return f"{value:g}"


# --- for programs -----------------------------------------------------------------------------------------


def line_values(line: PredictionLine, papers: Mapping[int, str], today: date) -> dict[str, Any]:
    """A prediction of a list under stable names; `days` until it is due are negative where it is late."""
    return {
        "id": line.id,
        "statement": line.statement,
        "kind": line.kind,
        "state": line.state(today),
        "probability": line.probability,
        "first_probability": line.first_probability,
        "low": line.low,
        "high": line.high,
        "unit": line.unit,
        "due_on": line.due_on,
        "days": (line.due_on - today).days,
        "created_at": line.created_at,
        "paper": papers.get(line.paper_id) if line.paper_id is not None else None,
        "technique": line.technique,
        "ring": line.ring,
        "updates": line.updates,
        "outcome": line.outcome,
        "resolved_at": line.resolved_at,
    }


def view_values(view: PredictionView, today: date) -> dict[str, Any]:
    """All that is known of a prediction; what there is none of is null or an empty list, never absent."""
    line = view.line
    papers = {line.paper_id: view.paper_key} if line.paper_id is not None and view.paper_key else {}
    return {
        **line_values(line, papers, today),
        "paper_title": view.paper_title,
        "criteria": view.criteria,
        "reasoning": view.reasoning,
        "hash_holds": view.hash_holds,
        "tags": list(view.tags),
        "forecasts": [forecast._asdict() for forecast in view.updates],
        "resolutions": [resolution._asdict() for resolution in view.resolutions],
        "brier": view.brier,
        "time_weighted_brier": view.weighted,
        "evidence": [point._asdict() for point in view.evidence.points] if view.evidence else [],
    }


# --- for people -------------------------------------------------------------------------------------------


def write_lines(lines: Sequence[PredictionLine], papers: Mapping[int, str], today: date) -> None:
    """Number, when it is due or how it ended, probability, kind, paper, statement."""
    rows = [
        (
            str(line.id),
            when(line, today),
            percent(line.probability),
            line.kind,
            papers.get(line.paper_id or 0, ""),
            line.statement,
        )
        for line in lines
    ]
    output.table(rows, align="><>")


def when(line: PredictionLine, today: date) -> str:
    """`due 2 d`, `due today`, `in 4 mo`, or how it was resolved."""
    if line.outcome is not None:
        return str(line.outcome)
    days = (line.due_on - today).days
    if days > 0:
        return f"in {_span(days)}"
    return f"due {_span(-days)}" if days else "due today"


def _span(days: int) -> str:
    """So many days in one unit: `2 d`, `14 mo`, `2 y`."""
    if days < 60:
        return f"{days} d"
    months = round(days / _DAYS_A_MONTH)
    return f"{months} mo" if months < 24 else f"{months // 12} y"


def write_view(view: PredictionView, today: date) -> None:
    """The statement, then each thing that is known under its name."""
    width = min(output.line_width(), _MAX_WIDTH)
    line = view.line
    for part in output.wrap(f"{line.id} · {line.statement}", width):
        output.write(part, style="bold")
    write_facts(_facts(view, today), _LABEL)


def write_facts(facts: Iterable[tuple[str, str]], label_width: int) -> None:
    """One thing below another, each with its name before it."""
    width = min(output.line_width(), _MAX_WIDTH)
    for label, text in facts:
        head, *rest = output.wrap(text, width, " " * label_width)
        output.write(f"{label:<{label_width}}{head[label_width:]}".rstrip())
        for part in rest:
            output.write(part)


def _facts(view: PredictionView, today: date) -> Iterator[tuple[str, str]]:
    line = view.line
    yield "due", _due(line, today)
    yield "kind", " · ".join([line.kind, *view.tags])
    if line.low is not None and line.high is not None:
        yield "interval", interval_text(line)
    yield "criteria", view.criteria
    yield "reasoning", view.reasoning
    yield "frozen", _frozen(view)
    yield "forecasts", "\n".join(_forecasts(view))
    if view.paper_key:
        yield "paper", f"{view.paper_key} · {output.one_line(view.paper_title or '')}"
    if line.technique:
        yield "technique", line.technique + (f" ({line.ring} when it was written)" if line.ring else "")
    yield from _evidence(view)
    yield from _endings(view)


def _due(line: PredictionLine, today: date) -> str:
    """The day, and how far off it is while the prediction waits."""
    day, days = short_date(line.due_on), (line.due_on - today).days
    if line.outcome is not None:
        return day
    return f"{day}, {f'in {_span(days)}' if days > 0 else f'{_span(-days)} ago' if days else 'today'}"


def interval_text(line: PredictionLine) -> str:
    """`20 to 30 %`."""
    return f"{number(line.low or 0)} to {number(line.high or 0)} {line.unit or ''}".rstrip()


def _frozen(view: PredictionView) -> str:
    day = short_date(local_day(view.line.created_at))
    if view.hash_holds:
        return f"as written on {day}; the hash agrees"
    return f"NOT as written on {day}: the hash does not agree with what is stored"


def _forecasts(view: PredictionView) -> list[str]:
    """The frozen one without its reasons, which stand above."""
    first, *later = view.updates
    told = [f"{percent(first.probability)} on {short_date(local_day(first.made_at))}"]
    for one in later:
        why = f": {output.one_line(one.reasoning)}" if one.reasoning else ""
        told.append(f"{percent(one.probability)} on {short_date(local_day(one.made_at))}{why}")
    return told


def _evidence(view: PredictionView) -> Iterator[tuple[str, str]]:
    if view.evidence is None:
        return
    from r2p_tui.services.prediction_evidence import evidence_words

    words, asked = evidence_words(view.evidence), len(view.evidence.points)
    if words:
        yield "evidence", f"{words} ({count_of(asked, 'snapshot')})"
    elif asked:
        yield "evidence", f"none yet: nobody knew the paper ({count_of(asked, 'snapshot')})"
    else:
        yield "evidence", "none yet; each sync takes a snapshot"


def _endings(view: PredictionView) -> Iterator[tuple[str, str]]:
    for resolution in view.resolutions:
        yield "resolved" if resolution.undone_at is None else "taken back", _ending(resolution, view.line)
        if resolution.missed:
            yield "missed", resolution.missed
    if view.brier is not None and view.weighted is not None:
        yield "scores", f"Brier {view.brier:.2f}, time-weighted {view.weighted:.2f} (0 is best, 1 worst)"


def _ending(resolution: Resolution, line: PredictionLine) -> str:
    told = f"{resolution.outcome} on {short_date(local_day(resolution.resolved_at))}"
    if resolution.value is not None:
        told += f", {number(resolution.value)} {line.unit or ''}".rstrip()
    if resolution.reason:
        told += f": {resolution.reason}"
    if resolution.undone_at is None:
        return told
    return f"{told} (until {short_date(local_day(resolution.undone_at))}: {resolution.undone_reason})"

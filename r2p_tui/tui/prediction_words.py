"""What is said of predictions and of the judgement behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from textual.content import Content

from r2p_tui.domain.predictions import Outcome
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.text import clean, clean_line, count_of
from r2p_tui.tui.run_words import sparkline
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.key_line import joined

if TYPE_CHECKING:
    from r2p_tui.domain.predictions import Forecast
    from r2p_tui.services.prediction_evidence import EvidenceCurve, Measure
    from r2p_tui.services.predictions import PredictionView, Resolution
    from r2p_tui.store.predictions import Counts, PredictionLine

MARKS = {Outcome.YES: "✓", Outcome.NO: "✗", Outcome.AMBIGUOUS: "~", Outcome.ANNULLED: "–"}
"""One sign for the outcome, always beside its word."""
MEASURES: tuple[Measure, ...] = ("citations", "influential", "stars", "votes")
"""What is counted of a paper; the first that somebody told is the one that stands in the list."""
SPARKS_AT_MOST = 8
_IN_A_LIST: tuple[Measure, ...] = ("citations", "stars", "votes", "influential")
_DAYS_A_MONTH = 30.44


def day_span(days: int) -> str:
    """So many days in one unit: `2 d`, `14 mo`, `2 y`."""
    months = round(days / _DAYS_A_MONTH)
    if days < 60:
        return f"{days} d"
    return f"{months} mo" if months < 24 else f"{months // 12} y"


def percent(probability: float) -> str:
    """`30 %`, and `0.5 %` where a whole number would say something else."""
    return f"{probability * 100:.4g} %"


def due_words(line: PredictionLine, today: date) -> str:
    """`due 2 d` since when it waits, `in 14 mo` while it does not, `✓ yes` once it is over."""
    if line.outcome is not None:
        return f"{MARKS[line.outcome]} {line.outcome}"
    days = (line.due_on - today).days
    if days > 0:
        return f"in {day_span(days)}"
    return f"due {day_span(-days)}" if days else "due today"


def age_words(made_at: datetime, now: datetime) -> str:
    """How long ago it was written, by the days of the user's clock: `2 y ago`."""
    days = (local_day(now) - local_day(made_at)).days
    return f"{day_span(days)} ago" if days > 0 else "today"


def count_words(counts: Counts) -> str:
    """`Due 3 · open 24 · resolved 41`."""
    return f"Due {counts.due:,} · open {counts.open:,} · resolved {counts.resolved:,}"


def interval_words(line: PredictionLine) -> str:
    """`20 to 30 %`; empty for a prediction without an interval."""
    if line.low is None or line.high is None:
        return ""
    return f"{line.low:g} to {line.high:g} {line.unit or ''}".strip()


def spark_words(curve: EvidenceCurve) -> str:
    """`citations ▁▂▃▅▇ 40 -> 1,204`: the first measure that was told; empty where none was."""
    for measure in _IN_A_LIST:
        values = [value for _, value in curve.series(measure)]
        if values:
            drawn = sparkline([float(value) for value in values], SPARKS_AT_MOST)
            return f"{measure} {drawn} {change_words(values)}"
    return ""


def change_words(values: Sequence[int]) -> str:
    """`40 -> 1,204`, or the one number there is."""
    return f"{values[0]:,} -> {values[-1]:,}" if len(values) > 1 else f"{values[0]:,}"


# One prediction


def statement_line(line: PredictionLine) -> Content:
    """What was predicted."""
    return Content.styled(clean_line(line.statement), "bold")


def about_line(view: PredictionView) -> Content:
    """Its number, kind, ring at the time, paper, technique and tags."""
    line = view.line
    parts = [f"prediction {line.id}", line.kind]
    parts += [f"{line.technique}{f' ({line.ring} then)' if line.ring else ''}" if line.technique else ""]
    parts += [f"paper {view.paper_key}" if view.paper_key else "", *(f"#{tag}" for tag in view.tags)]
    return Content.styled(clean_line(" · ".join(part for part in parts if part)), "$muted")


def said_line(view: PredictionView, now: datetime) -> Content:
    """What the user said on which day, and until when."""
    line = view.line
    inside = f" that it will be {clean_line(interval_words(line))}" if interval_words(line) else ""
    return Content.assemble(
        ("You said ", "$muted"),
        (percent(line.first_probability), "bold"),
        inside,
        (f" on {_day(line.created_at)}, {age_words(line.created_at, now)}", "$muted"),
    )


def due_line(view: PredictionView) -> Content:
    """When it is due, with the days that are left or over."""
    due = f"due {short_date(view.line.due_on)}"
    if view.state == "resolved":
        return Content.styled(due, "$muted")
    if view.days > 0:
        return Content.styled(f"{due}, in {day_span(view.days)}", "$muted")
    return Content.styled(f"{due}, {f'{day_span(-view.days)} ago' if view.days else 'today'}", "$due")


def update_lines(updates: Sequence[Forecast]) -> Iterator[Content]:
    """Every later view, with its day and its reason."""
    for one in updates[1:]:
        why = f": {clean_line(one.reasoning)}" if one.reasoning else ""
        yield Content.assemble(
            ("then ", "$muted"), (percent(one.probability), "bold"), (f" on {_day(one.made_at)}{why}", "")
        )


def quoted(title: str, text: str) -> Content:
    """Words of the user's under what they are; newlines stay."""
    said = f"“{clean(text).strip()}”" if text.strip() else "nothing was written"
    return Content.assemble((f"{title} ", "$primary"), said)


def seal_line(view: PredictionView) -> Content:
    """Whether what is stored is still what was written then."""
    if view.hash_holds:
        return Content.styled("The hash holds: this is what you wrote then.", "$muted")
    return Content.styled("! The hash does not hold: this is not what was written then.", "bold $error")


def resolution_lines(view: PredictionView) -> Iterator[Content]:
    """How it ended, in the order of time; what was taken back says so."""
    for one in view.resolutions:
        yield _resolution_line(one)
        if one.missed:
            yield quoted("Missed:", one.missed)


def _resolution_line(one: Resolution) -> Content:
    value = f" with {one.value:g}" if one.value is not None else ""
    reason = f": {clean_line(one.reason)}" if one.reason else ""
    undone = f", taken back on {_day(one.undone_at)}" if one.undone_at is not None else ""
    undone += f" ({clean_line(one.undone_reason)})" if one.undone_reason else ""
    style = "$muted" if one.undone_at is not None else "bold"
    return Content.assemble(
        (f"{MARKS[one.outcome]} resolved as {one.outcome}{clean_line(value)}", style),
        (f" on {_day(one.resolved_at)}{reason}{undone}", "$muted"),
    )


def score_line(view: PredictionView) -> Content:
    """What the resolution cost; empty where it is not scored."""
    if view.brier is None:
        return Content("")
    weighted = f" · time-weighted {view.weighted:.2f}" if view.weighted is not None else ""
    return Content.styled(f"Brier {view.brier:.2f}{weighted} (0 is best, 1 is worst)", "$muted")


def evidence_line(curve: EvidenceCurve | None, words: str) -> Content:
    """What was counted since; `words` are those of the service."""
    if curve is None:
        return Content("")
    drawn = spark_words(curve)
    if not drawn:
        return Content.styled("Nothing was counted of its paper yet; R reads arXiv and counts.", "$muted")
    return Content.assemble(("Evidence ", "$primary"), clean_line(words))


def review_text(view: PredictionView, words: str, now: datetime, *, apart: bool = False) -> Content:
    """What there is to judge by, what one needs first on top; `words` are those of the evidence.

    With `apart` a line of air is between its parts.
    """
    line = view.line
    said = said_line(view, now) + Content.styled(", ", "$muted") + due_line(view)
    parts = [
        [statement_line(line)],
        [quoted("Criteria:", view.criteria)],
        [said, *update_lines(view.updates)],
        [quoted("Then you wrote:", view.reasoning)],
        [evidence_line(view.evidence, words)],
        [*resolution_lines(view), score_line(view)],
        [about_line(view), seal_line(view)],
    ]
    blocks = [joined(one for one in part if one.plain) for part in parts]
    return joined((block for block in blocks if block.plain), "\n\n" if apart else "\n")


def copied(view: PredictionView, words: str, now: datetime) -> str:
    """The same as plain text."""
    return review_text(view, words, now).plain


def nothing_listed(words: str, state: str) -> Content:
    """What stands where the rows would be when a filter leaves none."""
    what = f"No {'' if state == 'all' else f'{state} '}prediction"
    said = f"{what} says “{clean_line(words)}”." if words else f"{what} is there."
    return joined([SafeLine(said), Content.styled("/ asks for other words, f for other ones.", "$muted")])


def listed_words(shown: int, state: str, words: str, *, is_cut: bool) -> str:
    """Which predictions are listed, where that is not all of them; `is_cut` where more have no room."""
    said = [f"only {state}"] if state != "all" else []
    said += [f"“{clean_line(words)}”"] if words else []
    said += [f"the first {count_of(shown, 'prediction')}"] if is_cut else []
    return " · ".join(said)


def _day(moment: datetime | None) -> str:
    return short_date(local_day(moment)) if moment is not None else ""

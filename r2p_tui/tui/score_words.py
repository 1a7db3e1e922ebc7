"""The scores of a judgement as lines: each number with what it means, then by kind, ring, tag and year."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from textual.content import Content

from r2p_tui.text import clean_line
from r2p_tui.tui.run_words import sparkline
from r2p_tui.tui.widgets.row_list import fit

if TYPE_CHECKING:
    from r2p_tui.domain.calibration import CalibrationVerdict
    from r2p_tui.domain.predictions import Murphy
    from r2p_tui.domain.scoreboard import Scores
    from r2p_tui.services.prediction_scores import Part, Scoreboard

_NOTHING = "Nothing is resolved as yes or no yet, so there is nothing to score."
_NAME, _SPARKS_AT_MOST = 16, 24


def score_lines(board: Scoreboard) -> Iterator[Content]:
    """Everything that is known, the plainest number first."""
    scores = board.scores
    if not scores.count:
        yield Content.styled(_NOTHING, "$muted")
        return
    yield from _plain(scores)
    if scores.intervals:
        yield from _intervals(scores)
    if board.murphy is not None:
        yield from _murphy(board.murphy)
    if board.over_time:
        yield _over_time(board.over_time)
    parts = {"kind": board.by_kind, "ring then": board.by_ring, "tag": board.by_tag, "year": board.by_year}
    for title, rows in parts.items():
        yield from _breakdown(title, rows)


def headlines(board: Scoreboard) -> list[str]:
    """The judgement in one line, each shorter than the one before; the verdict itself stays to the end."""
    verdict = verdicts(board.verdict)[-1]
    brier = f"Brier {_number(board.scores.brier)}"
    base = f"{brier} (base rate {_number(board.scores.base_brier)})"
    shorter = (f"{base} · {verdict}", f"{brier} · {verdict}") if board.scores.count else ()
    return [board.headline, *shorter, verdict]


def verdicts(verdict: CalibrationVerdict) -> list[str]:
    """The verdict with the numbers behind it, and without them."""
    return [verdict.words, verdict.words.partition(" (")[0]]


def _plain(scores: Scores) -> Iterator[Content]:
    yield _line("resolved", f"{scores.count:,}", f"{scores.yes:,} came true, {_share(scores.base_rate)}")
    yield _line("Brier", _number(scores.brier), f"best 0; base rate {_number(scores.base_brier)}")
    yield _line("skill", _signed(scores.skill), "best 1; 0 is the base rate")
    yield _line("time-weighted", _number(scores.weighted), "Brier of all your views")
    certain = scores.log == math.inf
    said = "infinite: certain once, and wrong" if certain else "best 0; certain and wrong is infinite"
    yield _line("log score", _number(scores.log), said)


def _intervals(scores: Scores) -> Iterator[Content]:
    inside = f"of {scores.intervals:,} inside, {_share(scores.claimed_coverage)} said"
    yield _line("intervals", _share(scores.coverage), inside)
    words = ", ".join(filter(None, (clean_line(scores.interval_unit), "less is better")))
    if scores.interval_score is None:
        words = "the units differ"
    yield _line("interval score", _number(scores.interval_score), words)


def _murphy(murphy: Murphy) -> Iterator[Content]:
    """The parts of the Brier score: reliability - resolution + uncertainty."""
    yield _line("reliability", f"{murphy.reliability:.3f}", "best 0: as often as said")
    yield _line("- resolution", f"{murphy.resolution:.3f}", "more tells more apart")
    yield _line("+ uncertainty", f"{murphy.uncertainty:.3f}", "that of the questions")


def _over_time(points: Sequence[tuple[date, float]]) -> Content:
    drawn = sparkline([value for _, value in points], _SPARKS_AT_MOST)
    first, last = points[0], points[-1]
    words = f"{_quarter(first[0])} {first[1]:.2f}"
    words += f" -> {_quarter(last[0])} {last[1]:.2f}" if len(points) > 1 else ""
    return Content.assemble(("Brier over time ", "$muted"), (drawn, "$accent"), f" {words}")


def _breakdown(title: str, rows: Sequence[Part]) -> Iterator[Content]:
    if not rows:
        return
    yield Content("")
    heads = f"{'count':>6}{'came true':>11}{'Brier':>8}{'skill':>8}"
    yield Content.styled(f"{'by ' + title:<{_NAME}}{heads}", "bold $primary")
    for name, scores in rows:
        yield Content.assemble(
            fit(name or "none", _NAME),
            f"{scores.count:>6,}{_share(scores.base_rate):>11}{_number(scores.brier):>8}{_signed(scores.skill):>8}",
        )


def _line(name: str, number: str, words: str) -> Content:
    return Content.assemble(
        (f"{name:<15}", "$muted"), (f"{number:>7}" if number else "", "bold"), f"  {words}"
    )


def _quarter(day: date) -> str:
    return f"Q{(day.month + 2) // 3} {day.year}"


def _number(value: float | None) -> str:
    if value is None or value == math.inf:
        return "-" if value is None else "∞"
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value * 100:.0f} %"

"""`r2p calibration`: what was said against what happened, as a plot, as numbers and in words."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for, whole
from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from datetime import date

    from r2p_tui.domain.calibration import CalibrationBin
    from r2p_tui.domain.scoreboard import Scores
    from r2p_tui.services.prediction_scores import Part, Scoreboard

WORDS = ""
EXAMPLE = "r2p calibration --kind adoption --by ring"
_BY = ("kind", "ring", "tag", "year")
_HEIGHT = 18
_WIDEST = 100
_LABEL = 24
_QUARTERS = 4


def configure(parser: Parser) -> None:
    """Declare which predictions count, how they are parted, and the size of the plot."""
    parser.add_argument("--kind", metavar="KIND", help="only of this kind: adoption, result, poc or free")
    parser.add_argument("--by", choices=_BY, metavar="PART", help="the scores of each " + ", ".join(_BY))
    parser.add_argument(
        "--two-class", action="store_true", help="Brier scores from 0 to 2, as Fatebook shows them"
    )
    size = whole(5, 1000)
    parser.add_argument("--width", type=size, metavar="N", help="columns (default: those of the terminal)")
    parser.add_argument("--height", type=size, default=_HEIGHT, metavar="N", help=f"rows ({_HEIGHT})")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print the plot where there is enough to plot, and the numbers."""
    from r2p_tui.services.prediction_scores import scoreboard

    with desk_for(options) as desk:
        board = scoreboard(desk, kind=options.kind)
    if options.json:
        output.write_json(_values(board))
    elif not board.scores.count:
        output.say("No prediction came true or failed to yet. See what is due with: r2p predictions --due")
    else:
        _write(board, options)
    return ExitCode.OK


# --- for people -------------------------------------------------------------------------------------------


def _write(board: Scoreboard, options: Namespace) -> None:
    from r2p_tui.cli.prediction_text import write_facts
    from r2p_tui.domain.calibration import Verdict

    if board.verdict.verdict is not Verdict.TOO_EARLY:
        _write_plot(board.curve, options)
    output.write(board.verdict.words, style="bold")
    write_facts(_numbers(board, two_class=options.two_class), _LABEL)
    if options.by:
        output.write()
        _write_parts(options.by, _parts(board, options.by), two_class=options.two_class)


def _write_plot(curve: Sequence[CalibrationBin], options: Namespace) -> None:
    from r2p_tui.cli.plot_drawing import MARKS, Curve, Look, draw, knows_braille

    width = options.width or min(output.line_width(), _WIDEST)
    bins = [(mark, one) for mark, one in zip(MARKS, curve, strict=False)]
    curves = [Curve("", [(0.0, 0.0), (1.0, 1.0)])]
    curves += [Curve("", [(one.said, one.band[end]) for _, one in bins]) for end in (0, 1)]
    curves += [Curve(mark, [(one.said, one.rate)]) for mark, one in bins]
    look = Look(
        width,
        options.height,
        x_label="probability that you said",
        y_label="share that happened",
        ascii_only=not knows_braille(),
        coloured=output.shows_styles(),
    )
    output.write("what you said against what happened", style="bold")
    output.write_drawn(draw(curves, look))
    output.write("The diagonal is perfect; between the other two lines chance alone may take you.")
    output.table([_cells(mark, one) for mark, one in bins], align="<>>>>>")


def _cells(mark: str, one: CalibrationBin) -> tuple[str, ...]:
    """The letter in the plot, what was said, what happened, and what chance would give."""
    return (
        mark,
        f"said {_percent(one.said)}",
        f"happened {_percent(one.rate)}",
        f"{one.happened:,} of {one.count:,}",
        f"by chance {_range(one.band)}",
        f"true rate {_range(one.interval)}",
        _beyond_chance(one),
    )


def _beyond_chance(one: CalibrationBin) -> str:
    low, high = one.band
    if low <= one.rate <= high:
        return ""
    return "less often than by chance" if one.rate < low else "more often than by chance"


def _numbers(board: Scoreboard, *, two_class: bool) -> Iterator[tuple[str, str]]:
    """What each score is called, and its value with what it is held against."""
    scores, scale = board.scores, 2 if two_class else 1
    yield "resolved", f"{scores.count:,}, of which {scores.yes:,} came true"
    if scores.brier is None:
        return
    yield "Brier", f"{scores.brier * scale:.3f} (0 is best, {scale} worst)"
    yield "  always the base rate", _number(scores.base_brier, scale)
    yield "  skill against it", _number(scores.skill)
    yield "  over time held", _number(scores.weighted, scale)
    if board.murphy:
        parts = board.murphy
        yield "  reliability", f"{parts.reliability * scale:.3f} (0 is best)"
        yield "  resolution", f"{parts.resolution * scale:.3f} (more is better)"
        yield "  uncertainty", f"{parts.uncertainty * scale:.3f}"
    yield "log score", f"{_number(scores.log)} (0 is best)"
    if scores.intervals:
        yield "intervals", _intervals(scores)
    if board.over_time:
        yield "Brier by quarter", ", ".join(_quarters(board.over_time[-_QUARTERS:], scale))


def _intervals(scores: Scores) -> str:
    held, claimed = scores.coverage, scores.claimed_coverage
    if held is None or claimed is None:
        return f"{scores.intervals:,}"
    told = f"{scores.intervals:,}: {_percent(held)} held the value, {_percent(claimed)} were to"
    if scores.interval_score is None:
        return told
    unit = f" {output.one_line(scores.interval_unit)}" if scores.interval_unit else ""
    return f"{told}; interval score {scores.interval_score:.4g}{unit} (0 is best)"


def _quarters(over_time: Sequence[tuple[date, float]], scale: int) -> Iterator[str]:
    for day, value in over_time:
        yield f"{value * scale:.3f} until {day:%b %Y}"


def _write_parts(by: str, parts: Sequence[Part], *, two_class: bool) -> None:
    if not parts:
        output.say(f"None of them has a {by}.")
        return
    scale = 2 if two_class else 1
    head = (by, "resolved", "came true", "Brier", "always base rate", "skill", "log score", "over time")
    rows = [(name, *_row(scores, scale)) for name, scores in parts]
    output.table([head, *rows], align="<>>>>>>>", whole=True)


def _row(scores: Scores, scale: int) -> tuple[str, ...]:
    return (
        f"{scores.count:,}",
        f"{scores.yes:,}",
        _number(scores.brier, scale),
        _number(scores.base_brier, scale),
        _number(scores.skill),
        _number(scores.log),
        _number(scores.weighted, scale),
    )


def _parts(board: Scoreboard, by: str) -> Sequence[Part]:
    parts = {"kind": board.by_kind, "ring": board.by_ring, "tag": board.by_tag, "year": board.by_year}
    return parts[by]


def _number(value: float | None, scale: int = 1) -> str:
    return "-" if value is None else f"{value * scale:.3f}"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _range(ends: tuple[float, float]) -> str:
    return f"{ends[0]:.0%}-{ends[1]:.0%}".replace("%", "", 1).replace("%", " %")


# --- for programs -----------------------------------------------------------------------------------------


def _values(board: Scoreboard) -> dict[str, Any]:
    """Stable names; Brier scores are from 0 to 1, `two_class` from 0 to 2, an infinite log score is text."""
    from r2p_tui.cli.run_text import finite

    values = {
        "verdict": str(board.verdict.verdict),
        "words": board.verdict.words,
        "scores": _plain(board.scores),
        "murphy": board.murphy and board.murphy._asdict(),
        "bins": [_plain(one) for one in board.curve],
        **{f"by_{by}": {name: _plain(scores) for name, scores in _parts(board, by)} for by in _BY},
        "over_time": [{"until": day.isoformat(), "brier": value} for day, value in board.over_time],
    }
    return dict(finite(values))


def _plain(value: Any) -> dict[str, Any]:
    from dataclasses import asdict, is_dataclass

    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else dict(value._asdict())

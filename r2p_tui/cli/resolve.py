"""`r2p resolve`: a prediction came true, or it did not."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for, whole
from r2p_tui.domain.times import local_day
from r2p_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from r2p_tui.domain.predictions import Outcome
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.predictions import PredictionView

WORDS = "NUMBER [OUTCOME]"
EXAMPLE = """r2p resolve 12 no --missed "edge boards got faster than I thought"
  r2p resolve 13 --value 24
  r2p resolve 12 --undo --reason "the report was corrected\""""
# Spelled out for the help, so that completions load nothing more.
_OUTCOMES = ("yes", "no", "ambiguous", "annulled")
_LARGEST = 2**63 - 1


def configure(parser: Parser) -> None:
    """Declare the prediction, how it ended, and what goes with that."""
    parser.add_argument(
        "number", metavar="NUMBER", type=whole(1, _LARGEST), help="as r2p predictions lists it"
    )
    parser.add_argument("outcome", nargs="?", metavar="OUTCOME", help=", ".join(_OUTCOMES))
    parser.add_argument("--value", type=_finite, metavar="N", help="what came out; it decides an interval")
    parser.add_argument("--reason", metavar="TEXT", default="", help="what it was decided on")
    parser.add_argument("--missed", metavar="TEXT", default="", help="what you did not see coming")
    parser.add_argument("--undo", action="store_true", help="take it back; the history keeps it")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Resolve it, take that back, or add what was missed."""
    from r2p_tui.cli.prediction_text import view_values
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.predictions import view

    now = utc_now()
    outcome = _outcome(options)
    with desk_for(options) as desk:
        done = _carry_out(desk, outcome, options, now)
        seen = view(desk, options.number, now=now)
    if options.json:
        output.write_json(view_values(seen, local_day(now)))
        return ExitCode.OK
    output.write(f"prediction {options.number} {done}")
    if outcome is not None or options.value is not None:
        _talk(seen)
    return ExitCode.OK


def _outcome(options: Namespace) -> Outcome | None:
    """What was typed, checked against what else was asked for; raises UsageError."""
    from r2p_tui.domain.predictions import Outcome

    word = options.outcome
    if options.undo and (word or options.value is not None or options.missed):
        raise UsageError("--undo goes with nothing but --reason.", "Take it back, then resolve it anew.")
    if word is not None and word not in _OUTCOMES:
        shown = output.fit(output.one_line(word), 40)
        raise UsageError(f"“{shown}” is not how a prediction ends.", f"Say one of: {', '.join(_OUTCOMES)}")
    if not (word or options.undo or options.missed or options.value is not None):
        raise UsageError(
            f"How did prediction {options.number} end?",
            f"Say one of: {', '.join(_OUTCOMES)}; or --value N for an interval.",
        )
    return Outcome(word) if word else None


def _carry_out(desk: Desk, outcome: Outcome | None, options: Namespace, now: datetime) -> str:
    """What was done, as words behind the number of the prediction."""
    from r2p_tui.services import predictions

    number, value = options.number, options.value
    if options.undo:
        predictions.take_back(desk, number, options.reason, now=now)
        return "is not resolved any more"
    if outcome is None and value is None:
        if options.reason:
            raise UsageError("A reason goes with an outcome.", f"For example: r2p resolve {number} no")
        predictions.say_missed(desk, number, options.missed)
        return "has what you missed"
    ended = predictions.resolve(
        desk, number, outcome, value=value, reason=options.reason, missed=options.missed, now=now
    )
    return f"resolved as {ended}"


def _talk(seen: PredictionView) -> None:
    """How good the judgement was, and what is still to be asked."""
    from r2p_tui.cli.prediction_text import percent

    if seen.brier is not None and seen.weighted is not None:
        said = percent(seen.updates[0].probability)
        output.say(f"You said {said}: Brier {seen.brier:.2f}, time-weighted {seen.weighted:.2f} (0 is best).")
    if not seen.resolutions[-1].missed:
        output.say(f'What did you miss? Say it with: r2p resolve {seen.line.id} --missed "..."')


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ArgumentTypeError(f"“{text[:40]}” is not a number")
    return value

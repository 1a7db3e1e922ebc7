"""`r2p predict`: what you expect, how it will be decided and why, frozen before you can know better."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json
from r2p_tui.cli.typed_words import paper_named, typed_words
from r2p_tui.domain.prediction_entry import (
    KINDS,
    MAX_STATEMENT,
    PredictionEntry,
    base_rate_words,
    make_prediction,
)
from r2p_tui.domain.times import local_day, utc_text
from r2p_tui.errors import ExitCode, NotFoundError, R2PError, StoreReadOnlyError
from r2p_tui.services.predicting import log_entry
from r2p_tui.text import clean_line

if TYPE_CHECKING:
    from r2p_tui.domain.paper_ids import PaperReference
    from r2p_tui.store.quick import AddedPrediction

WORDS = "[STATEMENT ...]"
EXAMPLE = (
    'r2p predict "DETRs replace YOLO in our new edge work" --p 0.3 --by 2y --paper 2304.08069 \\\n'
    '      --criteria "more than half of the projects in my list" --reason "NMS is what costs us"'
)


def configure(parser: Parser) -> None:
    """Declare the statement and the options that go with it."""
    add = parser.add_argument
    add("statement", nargs="*", help="what you predict; from standard input when absent or -")
    add("--p", dest="probability", metavar="P", help="how likely it is: 0.3 or 30%%")
    add("--by", metavar="WHEN", help="when it is decided: 2y, 18mo, 6w, 90d or 2028-11-21")
    add("--criteria", metavar="TEXT", help="how it is decided: a number, a count or an event")
    add("--reason", metavar="TEXT", help="why you think so; frozen with the rest")
    add("--paper", metavar="ID", help="the paper it is about: arXiv id, address or DOI")
    add("--technique", metavar="NAME", help="the technique on your radar that it is about")
    add("--kind", metavar="KIND", help=f"{', '.join(KINDS)}; result with an interval, else free")
    add("--low", metavar="N", help="a result: the value lies between --low and --high")
    add("--high", metavar="N", help="the upper end")
    add("--unit", help="unit of both, such as FPS or %%")
    add("--tag", action="append", default=[], metavar="TAG", help="may be given again")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Refuse with the question that is missing, or store it and say how often such predictions came true."""
    doubts: list[R2PError] = []
    statement = typed_words(options.statement, MAX_STATEMENT)
    paper = paper_named(options.paper, doubts)
    now = datetime.now(UTC)
    try:
        entry = _entry(options, statement, now)
        added = log_entry(options.paths, entry, paper=paper, technique=_technique(options), now=now)
    except BaseException:
        _give_back(statement, options)
        raise
    _show(added, entry, paper, options, now)
    output.say(base_rate_words(entry.kind, added.kind_yes, added.kind_resolved, entry.probability))
    return _explain(doubts + _not_found(added, paper, options), added, paper)


def _entry(options: Namespace, statement: str, now: datetime) -> PredictionEntry:
    """A due date is a day of the user's own clock, so today is too."""
    if options.read_only:
        raise StoreReadOnlyError("The store is open for reading only.", "Try again without --read-only.")
    return make_prediction(
        statement,
        probability=options.probability,
        due=options.by,
        criteria=options.criteria,
        reasoning=options.reason,
        today=local_day(now),
        kind=options.kind,
        low=options.low,
        high=options.high,
        unit=options.unit,
        tags=options.tag,
    )


def _technique(options: Namespace) -> str | None:
    return clean_line(options.technique or "") or None


def _give_back(statement: str, options: Namespace) -> None:
    """All that was typed at length, so that the user still has it."""
    output.say(f"Not stored: {statement.strip()}")
    for name, text in (("Criteria", options.criteria), ("Because", options.reason)):
        if text:
            output.say(f"  {name}: {text}")


def _not_found(added: AddedPrediction, paper: PaperReference | None, options: Namespace) -> list[R2PError]:
    missing: list[R2PError] = []
    if paper and added.paper_id is None:
        missing.append(NotFoundError(f"{paper} is not in your library.", f"Add it with: r2p add {paper}"))
    if (name := _technique(options)) and added.technique_id is None:
        missing.append(NotFoundError(f"“{name[:40]}” is not on your radar.", "See what is with: r2p radar"))
    return missing


def _show(
    added: AddedPrediction,
    entry: PredictionEntry,
    paper: PaperReference | None,
    options: Namespace,
    now: datetime,
) -> None:
    if not options.json:
        output.write(f"prediction {added.prediction_id}")
        return
    output.write_json(
        {
            "id": added.prediction_id,
            **entry._asdict(),
            "paper": paper.value if paper and added.paper_id is not None else None,
            "technique": _technique(options) if added.technique_id is not None else None,
            "ring": added.ring,
            "created_at": utc_text(now),
            "base_rate": {"yes": added.kind_yes, "resolved": added.kind_resolved},
        }
    )


def _explain(doubts: list[R2PError], added: AddedPrediction, paper: PaperReference | None) -> ExitCode:
    for doubt in doubts:
        output.complain(doubt)
    if not doubts:
        return ExitCode.OK
    number = added.prediction_id
    unlinked = paper is not None and added.paper_id is None
    later = f"; link it later with: r2p predictions link {number} {paper}" if unlinked else ", without it."
    output.say(f"  Prediction {number} is stored all the same{later}")
    return doubts[0].exit_code

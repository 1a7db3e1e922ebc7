"""`r2p predictions`: what comes due, what is known of one, and files of other programs."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.files import read_text, write_text
from r2p_tui.cli.parser import Parser, add_json, add_limit, desk_for
from r2p_tui.domain.times import local_day
from r2p_tui.errors import ExitCode, UsageError
from r2p_tui.text import clean, count_of

if TYPE_CHECKING:
    from datetime import datetime

    from r2p_tui.services.desk import Desk
    from r2p_tui.services.predictions import Shown
    from r2p_tui.store.predictions import Counts, PredictionLine

WORDS = "[WORD ... | show|update|delete NUMBER | link NUMBER ID | export|import FILE]"
EXAMPLE = 'r2p predictions update 12 --p 0.4 --reason "two vendors ship it now"'
_STATES = {
    "due": "only those to resolve",
    "open": "only those that are not due yet",
    "resolved": "only those that ended",
    "all": "due first, then open, then resolved (default)",
}
_DEFAULT_LIMIT = 50
_MOST_DIGITS = 18
_MOST_BYTES = 20_000_000
# Which options go with which action; a list takes none of them.
_BELONGS = {
    "p": "update",
    "reason": "update",
    "scale": "export",
    "form": "export",
    "forecaster": "import",
}


def configure(parser: Parser) -> None:
    """Declare which to list, and what else may be done."""
    parser.add_argument("action", nargs="?", metavar="WORD", help="words that the predictions hold")
    parser.add_argument("words", nargs="*", metavar="WORD", help="what to show, update, export and so on")
    which = parser.add_mutually_exclusive_group()
    for state, help_line in _STATES.items():
        which.add_argument(f"--{state}", dest="state", action="store_const", const=state, help=help_line)
    add_limit(parser, _DEFAULT_LIMIT)
    changes = parser.add_argument_group("for update")
    changes.add_argument("--p", metavar="P", help="the probability now, such as 0.4 or 40%%")
    changes.add_argument("--reason", metavar="TEXT", help="why it changed")
    files = parser.add_argument_group("for export; FILE is - for standard output")
    files.add_argument("--as", dest="form", choices=("csv", "ics"), help="csv: Fatebook, ics: calendars")
    files.add_argument(
        "--scale",
        choices=("0-1", "percent"),
        help="csv as Fatebook exports it (0-1, default) or as it imports it (percent)",
    )
    taken = parser.add_argument_group("for import")
    taken.add_argument("--forecaster", metavar="NAME", help="whose forecasts, where several people gave some")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """List, show, update, link, delete, export or import."""
    acts: dict[str | None, Callable[[Desk, Namespace], None]] = {
        "show": _show,
        "update": _update,
        "link": _link,
        "delete": _delete,
        "export": _export,
        "import": _import,
    }
    act = acts.get(options.action, _list)
    for name, owner in _BELONGS.items():
        if getattr(options, name) is not None and options.action != owner:
            shown = {"form": "as"}.get(name, name)
            raise UsageError(f"--{shown} belongs to r2p predictions {owner}.", "Try: r2p predictions --help")
    with desk_for(options) as desk:
        act(desk, options)
    return ExitCode.OK


# --- reading ----------------------------------------------------------------------------------------------


def _list(desk: Desk, options: Namespace) -> None:
    from r2p_tui.cli.prediction_text import line_values, write_lines
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.predictions import counts, lines, paper_keys

    now = utc_now()
    words = " ".join(filter(None, [options.action, *options.words]))
    state: Shown = options.state or "all"
    found = lines(desk, state=state, words=words, limit=options.limit, now=now)
    counted, papers, today = counts(desk, now=now), paper_keys(desk, found), local_day(now)
    if options.json:
        values = counted._asdict()
        output.write_json({**values, "predictions": [line_values(line, papers, today) for line in found]})
        return
    if found:
        write_lines(found, papers, today)
    _talk(counted, len(found), options.limit, state, words)


def _talk(counted: Counts, shown: int, limit: int, state: str, words: str) -> None:
    """How many there are of each, and what to do where there are none."""
    total = counted.due + counted.open + counted.resolved
    if not total:
        output.say('No prediction yet. Write one with: r2p predict "what will happen" --p 0.3 --by 2y')
        return
    output.say(f"{counted.due:,} due, {counted.open:,} open, {counted.resolved:,} resolved.")
    there = total if state == "all" else int(getattr(counted, state))
    if words and shown == limit:
        output.say("There may be more with --limit.")
    elif not words and shown < there:
        output.say(f"{count_of(there - shown, 'more prediction')} with --limit.")
    elif not shown:
        output.say("None of them matches." if words else f"None is {state}.")


def _show(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.desk import utc_now

    _print(desk, _number(options), options, utc_now())


def _print(desk: Desk, prediction_id: int, options: Namespace, now: datetime) -> PredictionLine:
    from r2p_tui.cli.prediction_text import view_values, write_view
    from r2p_tui.services.predictions import view

    seen = view(desk, prediction_id, now=now)
    if options.json:
        output.write_json(view_values(seen, local_day(now)))
    else:
        write_view(seen, local_day(now))
    return seen.line


# --- changing ---------------------------------------------------------------------------------------------


def _update(desk: Desk, options: Namespace) -> None:
    from r2p_tui.domain.predictions import end_of_day
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.predictions import update

    number, now = _number(options), utc_now()
    if options.p is None:
        raise UsageError(
            "How likely is it now?", f'For example: r2p predictions update {number} --p 0.4 --reason "..."'
        )
    update(desk, number, options.p, options.reason or "", now=now)
    due_on = _print(desk, number, options, now).due_on
    if now >= end_of_day(due_on):
        output.say("It comes after the due day, so it is kept and counts in no score.")


def _link(desk: Desk, options: Namespace) -> None:
    from r2p_tui.domain.paper_ids import parse_reference
    from r2p_tui.services.predictions import link_paper

    number, *words = options.words or [""]
    if len(words) != 1 or not number.isdecimal() or len(number) > _MOST_DIGITS:
        raise UsageError("That is not a link.", "For example: r2p predictions link 12 2304.08069")
    paper = link_paper(desk, int(number), parse_reference(words[0]))
    if options.json:
        output.write_json({"id": int(number), "paper": paper.key})
    else:
        output.write(f"prediction {number} is about {paper.key}  {output.one_line(paper.title)}")


def _delete(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.predictions import delete

    number = _number(options)
    delete(desk, number, now=utc_now())
    if options.json:
        output.write_json({"deleted": number})
    else:
        output.write(f"prediction {number} deleted")


def _number(options: Namespace) -> int:
    words = options.words
    if len(words) != 1 or not words[0].isdecimal() or len(words[0]) > _MOST_DIGITS:
        raise UsageError(
            f"r2p predictions {options.action} needs the number of one prediction.",
            f"For example: r2p predictions {options.action} 12",
        )
    return int(words[0])


# --- files ------------------------------------------------------------------------------------------------


def _export(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.prediction_files import to_calendar, to_csv

    name = _file(options)
    form = options.form or name.rpartition(".")[2].lower()
    if form == "ics":
        if options.scale:
            raise UsageError("--scale is for csv.", "A calendar holds days, not probabilities.")
        exported = to_calendar(desk)
    elif form == "csv":
        exported = to_csv(desk, percent=options.scale == "percent")
    else:
        raise UsageError(
            "Is the file to be csv (for Fatebook) or ics (for a calendar)?",
            "Call it FILE.csv or FILE.ics, or say --as csv or --as ics.",
        )
    if name == "-":
        _write_document(exported.text)
    else:
        write_text(name, exported.text)
        if options.json:
            output.write_json({"file": name, "predictions": exported.predictions})
        else:
            output.write(name)
    output.say(exported.message)


def _import(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.prediction_files import from_csv

    text = read_text(_file(options), most_bytes=_MOST_BYTES, too_large="Split it into several files.")
    done = from_csv(desk, text, forecaster=options.forecaster or "", now=utc_now())
    if options.json:
        refused = [one._asdict() for one in done.refused]
        output.write_json({"added": done.added, "known": done.known, "refused": refused})
        return
    for number in done.added:
        output.write(f"prediction {number}")
    for title in done.known:
        output.say(f"Left out, since it is here already: {output.one_line(title)}")
    for title, reason in done.refused:
        output.say(f"Left out, since {reason}: {output.one_line(title)}")
    output.say(f"{count_of(len(done.added), 'prediction')} imported.")


def _file(options: Namespace) -> str:
    if len(options.words) != 1 or not options.words[0]:
        raise UsageError(
            f"r2p predictions {options.action} needs one file.",
            f"For example: r2p predictions {options.action} predictions.csv",
        )
    return str(options.words[0])


def _write_document(text: str) -> None:
    """A file on stdout as it is: `output.write` would take away the CR that ends a calendar's lines."""
    sys.stdout.write("\r\n".join(map(clean, text.split("\r\n"))))

"""`r2p cites`: the works that cite a paper, or that it cites, with what each citation is evidence of."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from itertools import repeat
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_limit, desk_for
from r2p_tui.cli.progress import Progress
from r2p_tui.errors import ExitCode, SourceError
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from r2p_tui.domain.citation_filter import CitationFilter
    from r2p_tui.domain.citations import Citation, Direction
    from r2p_tui.services.citations import CitationText, ExportKind, LookProgress, Node
    from r2p_tui.services.desk import Desk

WORDS = "PAPER"
EXAMPLE = """r2p cites 2304.08069 --class replicates --since 2023
  r2p cites 2304.08069 --influential --sentences
  r2p cites 2304.08069 --back --export bibtex > references.bib"""
# Spelled out for the help: the modules of the domain that know them load too much for completions.
_CLASSES = ("replicates", "fails", "deploys", "extends", "compares", "mentions")
_INTENTS = ("background", "methodology", "result")
_ORDERS = ("mix", "influence", "velocity", "date")
_EXPORTS = ("bibtex", "csv", "graphml")
_DEFAULT_LIMIT = 50


def configure(parser: Parser) -> None:
    """Declare the paper, which citations to take, in which order, and how to print them."""
    parser.add_argument("paper", metavar="PAPER", help="arXiv id, address or DOI, in the library or not")
    parser.add_argument("--back", action="store_true", help="what the paper cites, instead of what cites it")
    which = parser.add_argument_group("which of them")
    which.add_argument("--since", metavar="WHEN", help="published since then, such as 2023 or 2023-06-30")
    which.add_argument(
        "--class",
        dest="classes",
        action="append",
        metavar="CLASS",
        help="only those that do this: " + ", ".join(_CLASSES),
    )
    which.add_argument("--influential", action="store_true", help="only those that Semantic Scholar calls so")
    which.add_argument(
        "--intent",
        dest="intents",
        action="append",
        metavar="INTENT",
        help="only those that cite for this, by Semantic Scholar: " + ", ".join(_INTENTS),
    )
    which.add_argument("--code", action="store_true", help="only those whose abstract links to code")
    which.add_argument("--keywords", action="store_true", help="only those with a keyword of your settings")
    which.add_argument("--library", action="store_true", help="only those you kept")
    parser.add_argument(
        "--order",
        choices=_ORDERS,
        default=_ORDERS[0],
        metavar="ORDER",
        help="best first by mix (default) or this: " + ", ".join(_ORDERS[1:]),
    )
    add_limit(parser, _DEFAULT_LIMIT)
    parser.add_argument("--refresh", action="store_true", help="ask whether there is anything new")
    parser.add_argument("--whole", action="store_true", help="read everything again")
    parser.add_argument("--sentences", action="store_true", help="with the sentences in which they cite")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print one JSON document")
    shape.add_argument(
        "--export", choices=_EXPORTS, metavar="KIND", help="print all that match as bibtex, csv or graphml"
    )


def run(options: Namespace) -> ExitCode:
    """Print the citations; the first time they are fetched, later the store is enough.

    After an outage, what was read is printed all the same, and the exit status is that of the error.
    """
    from r2p_tui.services.citations import root_of
    from r2p_tui.services.desk import utc_now

    wanted, now = _filter(options), utc_now()
    direction: Direction = "references" if options.back else "citations"
    with desk_for(options) as desk:
        root = root_of(desk, options.paper, now=now)
        found, failure = _looked(desk, root.work_id, direction, options, now)
        _print(desk, found, wanted, options, now.date())
        if not options.json and not options.export:
            _say_look(found, failed_now=failure is not None)
    if failure is None:
        return ExitCode.OK
    output.complain(failure)
    return failure.exit_code


def _filter(options: Namespace) -> CitationFilter:
    """What the options ask for, read as the filter of the screen is; raises UsageError."""
    from r2p_tui.domain.citation_filter import MARKS, parse_filter

    values = {"since": [options.since], "class": options.classes, "intent": options.intents}
    words = [name for name in MARKS if getattr(options, name)]
    for name, said in values.items():
        words += [f"{name}:{''.join(value.split())}" for value in said or () if value is not None]
    return parse_filter(" ".join(words))


# --- fetching ---------------------------------------------------------------------------------------------


def _looked(
    desk: Desk, work_id: int, direction: Direction, options: Namespace, now: datetime
) -> tuple[Node, SourceError | None]:
    """The node with what a look brought, where one was due, and the outage that cut the look off.

    Raises that outage where nothing is stored.
    """
    from r2p_tui.services.citations import node

    found = node(desk, work_id, direction)
    if not _is_due(found, desk, options):
        return found, None
    try:
        _look(desk, work_id, direction, options, now)
    except SourceError as error:
        found = node(desk, work_id, direction)
        if not found.rows:
            raise
        return found, error
    return node(desk, work_id, direction), None


def _is_due(found: Node, desk: Desk, options: Namespace) -> bool:
    if options.refresh or options.whole:
        return True
    can_wait = found.rows and (desk.offline or desk.read_only)
    return found.look.state != "done" and not can_wait


def _look(desk: Desk, work_id: int, direction: Direction, options: Namespace, now: datetime) -> None:
    from r2p_tui.services.citations import look

    with Progress() as progress:

        def report(step: LookProgress) -> None:
            total = step.said if step.said and step.said >= step.rows > 0 else None
            progress.show(f"{step.words}:" if step.rows else step.words, step.rows, total)

        result = look(desk, work_id, direction, now=now, whole=options.whole, report=report)
    if result.message:
        output.say(result.message)


# --- printing ---------------------------------------------------------------------------------------------


def _print(desk: Desk, found: Node, wanted: CitationFilter, options: Namespace, today: date) -> None:
    from r2p_tui.cli.citation_text import citation_values, work_values, write_citations, write_with_sentences
    from r2p_tui.domain.citation_order import ordered

    matching = ordered(_matching(desk, found, wanted), options.order, today)
    if options.export:
        _export(desk, found, matching, options.export)
        return
    shown = matching[: options.limit]
    texts = [_text(desk, row) for row in shown] if options.sentences else []
    if options.json:
        with_texts = zip(shown, texts or repeat(None), strict=False)
        output.write_json(
            {
                **work_values(found.work, today),
                "direction": found.direction,
                "look": _look_values(found),
                "total": len(found.rows),
                "matching": len(matching),
                "citations": [citation_values(row, text, today) for row, text in with_texts],
            }
        )
        return
    if texts:
        write_with_sentences(shown, texts, today)
    elif shown:
        write_citations(shown, today)
    _talk(found, len(matching), len(shown))


def _matching(desk: Desk, found: Node, wanted: CitationFilter) -> list[Citation]:
    from r2p_tui.domain.citation_filter import matches
    from r2p_tui.services.citations import keyword_works

    named = keyword_works(desk, found.work.work_id, found.direction) if wanted.keywords else frozenset()
    return [row for row in found.rows if matches(row, wanted, named)]


def _text(desk: Desk, row: Citation) -> CitationText:
    from r2p_tui.services.citations import contexts

    return contexts(desk, row.citing_id, row.cited_id)


def _export(desk: Desk, found: Node, rows: Sequence[Citation], kind: ExportKind) -> None:
    """All that match, as one document."""
    from r2p_tui.services.citations import export

    text = export(desk, found.work.work_id, kind, found.direction, rows)
    output.write(text.removesuffix("\n"))


def _look_values(found: Node) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(found.look)


def _talk(found: Node, matching: int, shown: int) -> None:
    """How many there are, how many were asked for, and what should be known of the look."""
    name = found.work.key or found.work.title
    total = count_of(len(found.rows), "work")
    parts = [f"{name} cites {total}" if found.direction == "references" else f"{name} is cited by {total}"]
    if matching < len(found.rows):
        parts.append(f"{matching:,} of them {'matches' if matching == 1 else 'match'}")
    if shown < matching:
        parts.append(f"the first {shown:,} are shown, more with --limit")
    output.say("; ".join(parts) + ".")


def _say_look(found: Node, *, failed_now: bool) -> None:
    """What should be known of the look; why it failed just now is told as an error."""
    state = found.look
    if state.state in ("going", "failed") and not failed_now:
        output.say(f"The last look did not come to its end. {state.reason}".strip())
    elif state.state == "done" and state.reason:
        output.say(state.reason)
    for note in state.notes:
        output.say(note)

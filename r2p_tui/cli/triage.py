"""`r2p triage`: what waits for a decision, and decisions without opening the screens."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, add_limit, desk_for
from r2p_tui.cli.rows import row_values, write_scored
from r2p_tui.errors import ExitCode, UsageError
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk

WORDS = "[keep|skip|later ID ...]"
EXAMPLE = "r2p triage --limit 10 --json"


def configure(parser: Parser) -> None:
    """Declare the list's options, and the decision with the papers it is for."""
    parser.add_argument("decision", nargs="?", help="keep, skip or later; without it, list what waits")
    parser.add_argument(
        "papers", nargs="*", metavar="ID", help="the papers decided: arXiv id, address or DOI"
    )
    parser.add_argument("--cross", action="store_true", help="list papers that are only cross-listed too")
    add_limit(parser, 50)
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """List the best of what waits, or store one decision for each paper named."""
    with desk_for(options) as desk:
        if options.decision is None:
            _list(desk, options)
        else:
            _decide(desk, options)
    return ExitCode.OK


def _list(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.triage import waiting, whys

    rows = waiting(desk, cross=options.cross or desk.settings.triage.cross_lists)
    shown = rows[: options.limit]
    if options.json:
        reasons = {key: dict(found.terms) for key, found in whys(desk, [r.paper_id for r in shown]).items()}
        papers = [row_values(row) | {"because": reasons.get(row.paper_id, {})} for row in shown]
        output.write_json({"waiting": len(rows), "papers": papers})
        return
    write_scored(shown)
    if not rows:
        output.say("Nothing waits. Read what is new with: r2p sync")
    elif len(shown) < len(rows):
        output.say(f"{count_of(len(rows) - len(shown), 'more paper')}; see them with --limit {len(rows)}")


def _decide(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.papers import find_view
    from r2p_tui.services.triage import change_decision

    if options.decision not in ("keep", "skip", "later"):
        raise UsageError(
            f"“{options.decision[:40]}” is not a decision.", "For example: r2p triage keep 2304.08069"
        )
    if not options.papers:
        raise UsageError("No paper is named.", f"For example: r2p triage {options.decision} 2304.08069")
    # All names are looked up first, so that one bad name decides nothing.
    views = [find_view(desk, name) for name in options.papers]
    for view in views:
        change_decision(desk, view.paper_id, options.decision, now=utc_now())
    decided = [
        {"paper": view.paper.key, "decision": options.decision, "title": view.paper.title} for view in views
    ]
    if options.json:
        output.write_json({"decided": decided})
    else:
        output.table([(row["decision"], row["paper"], row["title"]) for row in decided])

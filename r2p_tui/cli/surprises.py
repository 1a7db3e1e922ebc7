"""`r2p surprises`: the list, and the link from a surprise to its paper."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.paper_text import surprise_cells, surprise_values
from r2p_tui.cli.parser import Parser, add_json, add_limit, desk_for
from r2p_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.store.papers import Paper
    from r2p_tui.store.surprises import Surprise

WORDS = "[link NUMBER ID]"
EXAMPLE = "r2p surprises --paper 2304.08069 --json"


def configure(parser: Parser) -> None:
    """Declare the list's options, and the link."""
    parser.add_argument("action", nargs="?", help="link: bind surprise NUMBER to the paper ID")
    parser.add_argument("link", nargs="*", metavar="NUMBER ID", help="what to link")
    parser.add_argument("--paper", metavar="ID", help="only those about this paper")
    add_limit(parser, 50)
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """List the newest first, or link one."""
    with desk_for(options) as desk:
        if options.action is None:
            _list(desk, options)
        else:
            _link(desk, options)
    return ExitCode.OK


def _list(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.surprises import list_surprises, papers_of

    found = list_surprises(desk, limit=options.limit, paper_id=_paper_id(desk, options.paper))
    papers = papers_of(desk, found)
    if options.json:
        output.write_json(
            {"surprises": [surprise_values(row, papers.get(row.paper_id or 0)) for row in found]}
        )
    elif found:
        output.table([_cells(row, papers.get(row.paper_id or 0)) for row in found], align=">")
    else:
        output.say('No surprise yet. Log one with: r2p surprise "what you saw"')


def _cells(surprise: Surprise, paper: Paper | None) -> tuple[str, ...]:
    number, day, kind, words = surprise_cells(surprise)
    return number, day, kind, paper.key if paper else "", words


def _paper_id(desk: Desk, text: str | None) -> int | None:
    if text is None:
        return None
    from r2p_tui.services.papers import find_view

    return find_view(desk, text).paper_id


def _link(desk: Desk, options: Namespace) -> None:
    from r2p_tui.domain.papers import parse_reference
    from r2p_tui.services.surprises import link_surprise

    number = options.link[0] if len(options.link) == 2 else ""
    if options.action != "link" or not number.isdecimal() or len(number) > 18:
        raise UsageError("That is not a link.", "For example: r2p surprises link 12 2304.08069")
    paper = link_surprise(desk, int(number), parse_reference(options.link[1]))
    if options.json:
        output.write_json({"id": int(number), "paper": paper.key})
    else:
        output.write(f"surprise {number} is about {paper.key}  {output.one_line(paper.title)}")

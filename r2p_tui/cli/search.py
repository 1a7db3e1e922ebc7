"""`r2p search`: the library's search language on the command line."""

from __future__ import annotations

from argparse import Namespace

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, add_limit, desk_for
from r2p_tui.cli.rows import row_values, write_found
from r2p_tui.errors import ExitCode

WORDS = "[QUERY ...]"
EXAMPLE = 'r2p search "small object cat:cs.CV year:2024.. NOT kept:"'


def configure(parser: Parser) -> None:
    """Declare the query, which may come in several words."""
    parser.add_argument("query", nargs="*", help="words, and filters such as cat: kept: pass: year: flag:")
    add_limit(parser, 200)
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print what matches, best first; nothing found is no error."""
    from r2p_tui.services.search import search

    query = " ".join(options.query)
    with desk_for(options) as desk:
        result = search(desk, query, limit=options.limit, typing=False)
    if options.json:
        papers = [row_values(row) for row in result.rows]
        output.write_json({"query": query, "total": result.total, "more": result.more, "papers": papers})
        return ExitCode.OK
    write_found(result.rows)
    if result.message:
        output.say(result.message)
    return ExitCode.OK

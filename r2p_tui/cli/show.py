"""`r2p show`: one paper, with everything r2p and its user know of it."""

from __future__ import annotations

from argparse import Namespace

from r2p_tui.cli import output
from r2p_tui.cli.paper_text import view_values, write_view
from r2p_tui.cli.parser import Parser, add_json, desk_for
from r2p_tui.errors import ExitCode

WORDS = "ID"
EXAMPLE = "r2p show 2304.08069 --json"


def configure(parser: Parser) -> None:
    """Declare the paper."""
    parser.add_argument("paper", metavar="ID", help="arXiv id, address or DOI")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print the paper; it must be in the library."""
    from r2p_tui.services.papers import find_view

    with desk_for(options) as desk:
        view = find_view(desk, options.paper)
    if options.json:
        output.write_json(view_values(view))
    else:
        write_view(view)
    return ExitCode.OK

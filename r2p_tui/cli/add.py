"""`r2p add`: fetch papers and keep them."""

from __future__ import annotations

from argparse import Namespace

from r2p_tui.cli import output
from r2p_tui.cli.paper_text import paper_values
from r2p_tui.cli.parser import Parser, add_json, desk_for
from r2p_tui.errors import ExitCode, R2PError

WORDS = "ID [ID ...]"
EXAMPLE = "r2p add 2304.08069 https://arxiv.org/abs/2407.17140"


def configure(parser: Parser) -> None:
    """Declare the papers."""
    parser.add_argument("papers", nargs="+", metavar="ID", help="arXiv id, address or DOI")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Add each paper; one that fails is told on stderr and does not stop the others."""
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.papers import add_paper

    added, errors = [], []
    with desk_for(options) as desk:
        for name in options.papers:
            try:
                added.append(add_paper(desk, name, now=utc_now()))
            except R2PError as error:
                errors.append(error)
    if options.json:
        output.write_json({"added": [paper_values(view.paper) for view in added]})
    else:
        for view in added:
            output.write(f"kept  {view.paper.key}  {output.one_line(view.paper.title)}")
    for failure in errors:
        output.complain(failure)
    return errors[0].exit_code if errors else ExitCode.OK

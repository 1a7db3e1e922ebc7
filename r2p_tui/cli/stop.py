"""`r2p stop`: end runs, kindly first."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for
from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from r2p_tui.services.run_views import RunView

WORDS = "ID ..."
EXAMPLE = "r2p stop 12"


def configure(parser: Parser) -> None:
    """Declare the runs."""
    parser.add_argument("runs", nargs="+", metavar="ID", help="runs: their numbers, their names or last")
    parser.add_argument("--wait", action="store_true", help="return when they have ended")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Ask each run to end; one that has ended already is told of and left as it is."""
    from r2p_tui.cli.run_watch import follow, found_run
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.runs import stop_run

    with desk_for(options) as desk:
        # All names are looked up first, so that one bad name stops nothing.
        found = {view.id: view for view in [found_run(desk, word) for word in options.runs]}
        over = [view for view in found.values() if view.state.is_final]
        stopped = [stop_run(desk, run_id, now=utc_now()) for run_id in found if found[run_id] not in over]
        if options.wait:
            stopped = [follow(desk, view.id, lambda _: None) for view in stopped]
    _print([*stopped, *over], options, already=over)
    return ExitCode.OK


def _print(views: list[RunView], options: Namespace, *, already: list[RunView]) -> None:
    from r2p_tui.cli.run_text import run_values

    if options.json:
        output.write_json({"runs": [run_values(view) for view in views]})
        return
    rows = [
        (str(view.id), "already " * (view in already) + view.state_text, view.name, view.reason)
        for view in views
    ]
    output.table(rows, align=">")

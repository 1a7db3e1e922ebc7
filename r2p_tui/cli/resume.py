"""`r2p resume`: a new run that goes on where another one ended."""

from __future__ import annotations

from argparse import Namespace

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for
from r2p_tui.errors import ExitCode

WORDS = "ID"
EXAMPLE = "r2p resume 12"


def configure(parser: Parser) -> None:
    """Declare the run."""
    parser.add_argument("run", metavar="ID", help="a run that has ended: its number, its name or last")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Queue the new run, which begins at the last checkpoint that is whole."""
    from r2p_tui.cli.run_text import run_values, write_runs
    from r2p_tui.cli.run_watch import found_run
    from r2p_tui.domain.runs import not_set_words
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.runs import not_kept, resume_run

    with desk_for(options) as desk:
        before = found_run(desk, options.run)
        view = resume_run(desk, before.id, now=utc_now())
    if lost := not_kept(before.spec):
        output.say(not_set_words(lost))
    if options.json:
        output.write_json(run_values(view))
        return ExitCode.OK
    write_runs([view])
    output.say(f"Run {view.id} goes on from run {before.id}. Follow it with: r2p logs {view.id} -f")
    return ExitCode.OK

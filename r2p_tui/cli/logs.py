"""`r2p logs`: what a run wrote, and what it goes on writing."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for, whole
from r2p_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_following import Follower
    from r2p_tui.services.run_views import RunView

WORDS = "ID"
EXAMPLE = "r2p logs 12 -f"
_BETWEEN_LOOKS = 0.25


def configure(parser: Parser) -> None:
    """Declare the run, and how much of its log."""
    parser.add_argument("run", metavar="ID", help="a run: its number, its name or last")
    parser.add_argument(
        "-f", "--follow", action="store_true", help="go on until the run ends; ctrl+c leaves, the run goes on"
    )
    parser.add_argument(
        "-n",
        "--lines",
        type=whole(0, 1_000_000),
        default=50,
        metavar="N",
        help="begin with the last N lines (default 50)",
    )
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print the end of the log; followed, the exit status is still that of this command."""
    from r2p_tui.cli.run_watch import found_run

    if options.follow and options.json:
        raise UsageError("--json prints one document, which cannot be followed.", "Leave out -f or --json.")
    with desk_for(options) as desk:
        view = found_run(desk, options.run)
        if options.follow:
            return _follow(desk, view, options.lines)
        _print(desk, view, options)
    return ExitCode.OK


def _print(desk: Desk, view: RunView, options: Namespace) -> None:
    from r2p_tui.services.run_following import log_tail

    found = log_tail(desk, view.id, max(options.lines, 1))
    lines = found if options.lines else []
    if options.json:
        output.write_json({"run": view.id, "state": str(view.state), "lines": lines})
    elif found:
        _write(lines)
    else:
        output.say(f"Run {view.id} is {view.state} and has written nothing{_why(view)}")


def _follow(desk: Desk, view: RunView, lines: int) -> ExitCode:
    """The last lines, then every new one; what was written last comes after the run is seen to have ended."""
    from r2p_tui.cli.run_watch import found_run
    from r2p_tui.services.run_following import Follower

    follower = Follower(desk, view.id, log_lines=lines)
    try:
        while True:
            view = found_run(desk, str(view.id))
            for line in _new_lines(follower):
                output.write(line)
            sys.stdout.flush()
            if view.state.is_final:
                break
            time.sleep(_BETWEEN_LOOKS)
    except KeyboardInterrupt:
        output.say(f"\nRun {view.id} goes on. Stop it with: r2p stop {view.id}")
        return ExitCode.INTERRUPTED
    if unfinished := follower.unfinished_log_line():
        output.write(unfinished)
    output.say(f"Run {view.id} ended: {view.state}{_why(view)}")
    return ExitCode.OK


def _new_lines(follower: Follower) -> Iterator[str]:
    while found := follower.new_log_lines():
        yield from found


def _write(lines: list[str]) -> None:
    if lines:
        output.write("\n".join(lines))
        sys.stdout.flush()


def _why(view: RunView) -> str:
    return f": {output.one_line(view.reason)}" if view.reason else "."

"""`r2p runs`: the queue and what ran before, or one run in full."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, add_limit, desk_for
from r2p_tui.errors import ExitCode, UsageError
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_views import RunView

WORDS = "[ID]"
EXAMPLE = "r2p runs --state running"


def configure(parser: Parser) -> None:
    """Declare the run, or which ones to list, and the switch of the queue."""
    parser.add_argument("run", nargs="?", metavar="ID", help="one run in full: its number, its name or last")
    parser.add_argument(
        "--state",
        metavar="STATE",
        help="only runs in this state: queued, starting, running, stopping, done, failed, cancelled or lost",
    )
    queue = parser.add_mutually_exclusive_group()
    queue.add_argument("--pause", action="store_true", help="start nothing new; what runs goes on")
    queue.add_argument(
        "--go-on", action="store_true", help="start what waits again; with ID: let a run that asks go on"
    )
    add_limit(parser, 50)
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """List the newest first, show one after answering what it asks, or switch the queue and list."""
    state = _state(options.state)
    if options.run is not None and (state or options.pause):
        raise UsageError("Those options are for the list of runs.", "Leave them out, or the run.")
    with desk_for(options) as desk:
        if options.run is not None:
            _show(desk, options)
        else:
            _list(desk, options, state)
    return ExitCode.OK


def _show(desk: Desk, options: Namespace) -> None:
    from r2p_tui.cli.run_text import whole_values, write_run
    from r2p_tui.cli.run_watch import found_run

    view = found_run(desk, options.run)
    if options.go_on:
        view = _let_go_on(desk, view)
    if options.json:
        output.write_json(whole_values(view))
    else:
        write_run(view)


def _let_go_on(desk: Desk, view: RunView) -> RunView:
    from r2p_tui.domain.runs import RESUMABLE
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.runs import answer

    if not view.questions:
        ended = view.state.is_final and view.kind in RESUMABLE
        hint = f"Go on from its last checkpoint with: r2p resume {view.id}" if ended else ""
        raise UsageError(f"Run {view.id} is {view.state} and asks nothing.", hint or "See all: r2p runs")
    for question in view.questions:
        view = answer(desk, view.id, question.index, stop=False, now=utc_now())
        output.say(f"Run {view.id} goes on, though: {question.sentence}")
    return view


def _list(desk: Desk, options: Namespace, state: str | None) -> None:
    from r2p_tui.cli.run_text import run_values
    from r2p_tui.cli.run_watch import look
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.runs import count_runs, list_runs, pause_queue, queue_paused

    if options.pause or options.go_on:
        pause_queue(desk, options.pause, now=utc_now())
    look(desk)
    if state is None:
        shown, count = list_runs(desk, limit=options.limit), count_runs(desk)
    else:
        found = [view for view in list_runs(desk) if state == view.state]
        shown, count = found[: options.limit], len(found)
    paused = queue_paused(desk)
    if options.json:
        output.write_json({"paused": paused, "count": count, "runs": [run_values(v) for v in shown]})
        return
    _write(shown, count, state)
    if paused:
        output.say("The queue is paused: nothing new starts. Let it go on with: r2p runs --go-on")


def _write(shown: list[RunView], count: int, state: str | None) -> None:
    from r2p_tui.cli.run_text import write_runs

    if shown:
        write_runs(shown)
    elif state:
        output.say(f"No run is {state}. See all of them with: r2p runs")
    else:
        output.say("No run yet. Start one with: r2p run train, or: r2p run command -- PROGRAM ...")
    if count > len(shown):
        output.say(f"{count_of(count - len(shown), 'more run')}; see them with --limit {count}")


def _state(word: str | None) -> str | None:
    from r2p_tui.domain.runs import RunState

    if word is None or word in list(RunState):
        return word
    import difflib

    near = difflib.get_close_matches(word, list(RunState), n=1)
    hint = f"Did you mean: --state {near[0]}" if near else f"States: {', '.join(RunState)}."
    raise UsageError(f"“{output.one_line(word)[:40]}” is not a state of a run.", hint)

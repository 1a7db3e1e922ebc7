"""What is said of a run that was just submitted, and following it to its end."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_views import RunView


def write_started(desk: Desk, view: RunView, options: Namespace) -> None:
    """What was started and what its criteria will do; what to type next goes to stderr."""
    from r2p_tui.cli.run_text import run_values
    from r2p_tui.domain.runs import MEASURING
    from r2p_tui.services.runs import queue_paused

    if options.json:
        output.write_json(run_values(view))
        return
    _write_start(view)
    if view.state == "queued":
        paused = queue_paused(desk)
        output.say(
            "The queue is paused; let it go on with: r2p runs --go-on"
            if paused
            else "It starts when a device is free; see the queue with: r2p runs"
        )
    output.say(f"Log: r2p logs {view.id} -f · curves: r2p plot {view.id} · end it: r2p stop {view.id}")
    if view.kind in MEASURING:
        output.say(f"What it measured so far: r2p compare {view.id}")


def _write_start(view: RunView) -> None:
    from r2p_tui.domain.criteria import explain, parse
    from r2p_tui.domain.times import span_text

    output.write(f"# {view.id} {output.one_line(view.name)}  {view.state_text}", style="bold")
    facts = [("folder", str(view.folder))]
    facts += [(one.role, explain(parse(one.text), one.role)) for one in view.spec.criteria]
    if view.spec.time_box is not None:
        act = "Warns" if view.spec.warn_only else "Stops"
        facts.append(("time-box", f"{act} after {span_text(view.spec.time_box)}."))
    if view.spec.warn_only and len(facts) > 1:
        facts.append(("warn only", "It is told, and nothing stops the run."))
    output.table(facts, whole=True)


def wait_for(
    desk: Desk, view: RunView, options: Namespace, finished: Callable[[RunView], None] | None = None
) -> ExitCode:
    """Follow the run to its end and let `finished` tell of it; leaving early leaves it running."""
    from r2p_tui.cli.progress import Progress
    from r2p_tui.cli.run_watch import follow, status_of

    if not options.json:
        _write_start(view)
    try:
        with Progress() as progress:
            view = follow(desk, view.id, lambda now: progress.show(_stand(now), now.epoch or 0, now.epochs))
    except KeyboardInterrupt:
        output.say(f"\nRun {view.id} goes on. Stop it with: r2p stop {view.id}")
        return ExitCode.INTERRUPTED
    if finished is not None:
        finished(view)
    else:
        _write_end(view, options)
    return status_of(view)


def _write_end(view: RunView, options: Namespace) -> None:
    from r2p_tui.cli.run_text import run_values, write_runs

    if options.json:
        output.write_json(run_values(view))
    else:
        write_runs([view])


def _stand(view: RunView) -> str:
    from r2p_tui.domain.runs import MEASURING

    counted = "step" if view.kind in MEASURING else "epoch"
    return f"run {view.id} {view.state_text}" + (f", {counted}" if view.epoch else "")

"""`r2p run`: a training or any other command in the background, with criteria that it must meet."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for, whole
from r2p_tui.cli.run_spec import time_box
from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_views import RunView

WORDS = "train | command -- PROGRAM ... | shell LINE"
EXAMPLE = """r2p run train --model yolov8n.yaml --data parts/data.yaml --set mosaic=0
  r2p run train --model rtdetr-l.yaml --data parts/data.yaml --time-box 2h
      --success "map50 >= 0.60" --kill "val_loss rising for 5 epochs"
  r2p run command --kill "loss > 10" -- python train.py --lr 0.1
  r2p run shell "python train.py | tee out.txt\""""


def configure(parser: Parser) -> None:
    """Declare what to run, what it must meet, and where."""
    parser.hands_on = True
    parser.add_argument(
        "words", nargs="*", metavar="KIND", help="train; command, with all after -- as it is; or shell"
    )
    _add_training(parser)
    _add_commands(parser)
    _add_criteria(parser)
    parser.add_argument("--name", metavar="NAME", help="what to call it")
    parser.add_argument("--epochs", type=whole(1, 1_000_000), metavar="N", help="how many epochs")
    parser.add_argument(
        "--seed", type=whole(0, 2**31 - 1), default=0, metavar="N", help="seed of chance (default 0)"
    )
    parser.add_argument(
        "--device", default="auto", metavar="DEVICE", help="auto, cpu, or a GPU by its number (default auto)"
    )
    parser.add_argument(
        "--on", default="local", metavar="MACHINE", help="another machine, as ray:http://HOST:8265"
    )
    parser.add_argument(
        "--wait", action="store_true", help="return when it has ended; the exit status tells how"
    )
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Put the run into the queue and return at once, unless told to wait."""
    from r2p_tui.cli.run_spec import spec_of
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.run_checks import not_sent
    from r2p_tui.services.runs import submit

    spec = spec_of(options)
    with desk_for(options) as desk:
        view = submit(desk, spec, now=utc_now())
        for name in not_sent(view.spec):
            shown = output.fit(output.one_line(name), 60)
            output.say(f"{shown} is no file in this folder, so it is looked for on the cluster.")
        if options.wait:
            return _wait(desk, view, options)
        _print(desk, view, options)
    return ExitCode.OK


# --- options ----------------------------------------------------------------------------------------------


def _add_training(parser: Parser) -> None:
    group = parser.add_argument_group("of r2p run train")
    group.add_argument(
        "--model", metavar="MODEL", help="a model yaml, a weight file, or hf:OWNER/REPOSITORY/FILE"
    )
    group.add_argument("--data", metavar="FILE", help="the data set: a YOLO data yaml or a COCO json")
    group.add_argument("--imgsz", metavar="N", help="size of the images in pixels")
    group.add_argument("--batch", metavar="N", help="images in a batch")
    group.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="another setting, such as mosaic=0"
    )
    group.add_argument("--download", action="store_true", help="fetch the weights if they are not here")


def _add_commands(parser: Parser) -> None:
    group = parser.add_argument_group("of r2p run command and shell")
    group.add_argument("--folder", metavar="FOLDER", help="where to start it (default: here)")
    group.add_argument(
        "--watch",
        action="append",
        default=[],
        metavar="PATH",
        help="read metrics from this CSV file or TensorBoard folder too",
    )
    group.add_argument(
        "--env", action="append", default=[], metavar="NAME=VALUE", help="set a variable for it"
    )


def _add_criteria(parser: Parser) -> None:
    group = parser.add_argument_group("what it must meet")
    for name, about in (
        ("success", 'met or not, as "map50 >= 0.60"'),
        ("kill", 'stops the run, as "val_loss rising for 5 epochs"'),
        ("soft-kill", "asks whether to stop it"),
    ):
        group.add_argument(f"--{name}", action="append", default=[], metavar="CRITERION", help=about)
    group.add_argument(
        "--time-box", type=time_box, metavar="TIME", help="stop it after TIME: 20s, 90min, 2h, 1d"
    )
    group.add_argument(
        "--baseline", type=whole(1, 1_000_000), metavar="ID", help="the run that criteria call baseline"
    )
    group.add_argument("--warn-only", action="store_true", help="say what would stop it, and let it go on")


# --- afterwards -------------------------------------------------------------------------------------------


def _print(desk: Desk, view: RunView, options: Namespace) -> None:
    """What was started and what its criteria will do; what to type next goes to stderr."""
    from r2p_tui.cli.run_text import run_values
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


def _wait(desk: Desk, view: RunView, options: Namespace) -> ExitCode:
    """Follow the run to its end; leaving early leaves it running."""
    from r2p_tui.cli.progress import Progress
    from r2p_tui.cli.run_text import run_values, write_runs
    from r2p_tui.cli.run_watch import follow, status_of

    if not options.json:
        _write_start(view)
    try:
        with Progress() as progress:
            view = follow(desk, view.id, lambda now: progress.show(_stand(now), now.epoch or 0, now.epochs))
    except KeyboardInterrupt:
        output.say(f"\nRun {view.id} goes on. Stop it with: r2p stop {view.id}")
        return ExitCode.INTERRUPTED
    if options.json:
        output.write_json(run_values(view))
    else:
        write_runs([view])
    return status_of(view)


def _stand(view: RunView) -> str:
    return f"run {view.id} {view.state_text}" + (", epoch" if view.epoch else "")

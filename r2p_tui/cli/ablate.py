"""`r2p ablate`: a training repeated in the background with one thing removed at a time."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, whole
from r2p_tui.cli.run_options import add_criteria, add_start
from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from r2p_tui.domain.runs import RunSpec
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_views import RunView

WORDS = "RUN --off NAME"
EXAMPLE = "r2p ablate 12 --off mosaic --off hsv_h --seeds 3"


def configure(parser: Parser) -> None:
    """Declare the training, what is removed from it, and how sure the answer has to be."""
    parser.add_argument("run", metavar="RUN", help="a training that has ended: its number, its name or last")
    parser.add_argument(
        "--off",
        action="append",
        default=[],
        metavar="NAME",
        help="remove this, such as mosaic, hsv, augmentation or weights; lr0=0.02 takes another value; "
        "again for more, each by itself",
    )
    parser.add_argument(
        "--seeds", metavar="N", help="how many seeds, from that of the run on, or a list 0,1,2 (default 3)"
    )
    parser.add_argument(
        "--epochs",
        type=whole(1, 1_000_000),
        metavar="N",
        help="epochs of each training (default: as the run)",
    )
    parser.add_argument(
        "--metric", metavar="NAME", help="map50_95, map50, precision or recall (default map50_95)"
    )
    parser.add_argument(
        "--minimum", metavar="PT", help="the smallest difference that matters, in points (default 1pt)"
    )
    add_criteria(parser)
    add_start(parser)
    # The device is that of the run, unless told.
    parser.set_defaults(seed=0, device="")


def run(options: Namespace) -> ExitCode:
    """Put the study into the queue; with --wait print its table."""
    from r2p_tui.cli.measuring import start

    return start(options, lambda desk: _spec(desk, options))


def _spec(desk: Desk, options: Namespace) -> RunSpec:
    from r2p_tui.cli.measuring import name_or_nothing
    from r2p_tui.cli.run_watch import found_run
    from r2p_tui.services.own_ablations import ablation_spec

    view = found_run(desk, options.run)
    spec = ablation_spec(
        view,
        options.off,
        seeds=options.seeds,
        epochs=options.epochs,
        metric=options.metric,
        minimum=options.minimum,
        name=name_or_nothing(options),
        device=options.device,
    )
    # What `start` takes from the options.
    options.seed = spec.seed
    _say_what_comes(view, spec, options)
    return spec


def _say_what_comes(view: RunView, spec: RunSpec, options: Namespace) -> None:
    from r2p_tui.cli.own_ablation_text import plan_words
    from r2p_tui.domain.times import span_text
    from r2p_tui.services.own_ablations import estimated_seconds

    if options.json:
        return
    output.say(output.one_line(plan_words(spec.ablate)))
    seconds = estimated_seconds(view, spec)
    if seconds is not None:
        output.say(f"At the pace of run {view.id} that takes about {span_text(seconds)}.")

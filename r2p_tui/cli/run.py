"""`r2p run`: a training or any other command in the background, with criteria that it must meet."""

from __future__ import annotations

from argparse import Namespace

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, desk_for, whole
from r2p_tui.cli.run_options import add_criteria, add_start
from r2p_tui.errors import ExitCode

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
    add_criteria(parser)
    add_start(parser)
    parser.add_argument("--epochs", type=whole(1, 1_000_000), metavar="N", help="how many epochs")
    parser.add_argument(
        "--seed", type=whole(0, 2**31 - 1), default=0, metavar="N", help="seed of chance (default 0)"
    )
    parser.add_argument(
        "--on", default="local", metavar="MACHINE", help="another machine, as ray:http://HOST:8265"
    )


def run(options: Namespace) -> ExitCode:
    """Put the run into the queue and return at once, unless told to wait."""
    from r2p_tui.cli.run_spec import spec_of
    from r2p_tui.cli.run_started import wait_for, write_started
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
            return wait_for(desk, view, options)
        write_started(desk, view, options)
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

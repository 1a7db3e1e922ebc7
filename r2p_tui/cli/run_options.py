"""Options of every command that starts a run."""

from __future__ import annotations

from r2p_tui.cli.parser import Parser, add_json, whole
from r2p_tui.cli.run_spec import time_box


def add_start(parser: Parser) -> None:
    """Declare what a run is called, where it runs, and whether to wait for it."""
    parser.add_argument("--name", metavar="NAME", help="what to call it")
    parser.add_argument(
        "--device", default="auto", metavar="DEVICE", help="auto, cpu, or a GPU by its number (default auto)"
    )
    parser.add_argument(
        "--wait", action="store_true", help="return when it has ended; the exit status tells how"
    )
    add_json(parser)


def add_criteria(parser: Parser) -> None:
    """Declare what a run must meet."""
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

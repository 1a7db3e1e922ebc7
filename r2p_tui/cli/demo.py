"""`r2p demo`: the terminal program on a library that is not the user's."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from r2p_tui.cli.parser import Parser
from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from r2p_tui.paths import Paths

WORDS = ""
EXAMPLE = "r2p demo"


def configure(parser: Parser) -> None:
    """Declare the way back to the start."""
    parser.add_argument("--fresh", action="store_true", help="forget what was tried there before")
    parser.add_argument(
        "--prepare", action="store_true", help="print its folder and stop, for use as --home FOLDER"
    )


def run(options: Namespace) -> ExitCode | int:
    """Open the demonstration, or print where it is."""

    def prepare() -> Paths:
        from r2p_tui.demo.library import prepare_demo
        from r2p_tui.services.desk import utc_now

        return prepare_demo(options.paths, now=utc_now(), fresh=options.fresh)

    if options.prepare:
        from r2p_tui.cli import output

        output.write(str(prepare().data.parent))
        return ExitCode.OK
    return int(options.screens(prepare, options, True))

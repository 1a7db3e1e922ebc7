"""`r2p paths`: where everything lives."""

from __future__ import annotations

from argparse import Namespace

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json
from r2p_tui.errors import ExitCode
from r2p_tui.paths import Paths

WORDS = ""
EXAMPLE = "r2p paths --json"


def configure(parser: Parser) -> None:
    """Declare the output format."""
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print each folder and file by name, whether it exists yet or not."""
    places = _places(options.paths)
    if options.json:
        output.write_json(places)
    else:
        output.table(list(places.items()), whole=True)
    return ExitCode.OK


def _places(paths: Paths) -> dict[str, str]:
    return {
        "settings": str(paths.config_file),
        "store": str(paths.store),
        "backups": str(paths.backups),
        "set aside": str(paths.quarantine),
        "log": str(paths.log),
        "cache": str(paths.cache),
    }

"""The start of r2p: hands over to the command line, and opens the terminal program for it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace

    from r2p_tui.paths import Paths


def main() -> int:
    """Run what the command line asks for; returns the exit status."""
    # A hot command leaves no garbage, and looking for it would take a sixth of its time. What opens the whole
    # store or the screens switches the collector on again.
    gc.disable()
    from r2p_tui.cli.main import main as run_command

    status = run_command(sys.argv[1:], open_screens)
    gc.freeze()
    return status


def open_screens(find_folders: Callable[[], Paths], options: Namespace, demo: bool) -> int:
    """Open the terminal program on the folders found; raises UsageError where the terminal cannot show it.

    The folders are looked for behind the guard, since making the demonstration loads the whole store.
    """
    import os

    from r2p_tui.errors import R2PError, UsageError
    from r2p_tui.terminal import run_guarded, unusable_terminal

    if reason := unusable_terminal(os.environ, sys.stdin, sys.stdout, sys.stderr):
        raise UsageError(reason)

    def start() -> int:
        from r2p_tui.cli.output import complain

        gc.enable()
        try:
            return _run_screens(find_folders(), options, demo)
        except R2PError as error:
            complain(error)
            return error.exit_code

    return run_guarded(start, options.paths.log)


def _run_screens(paths: Paths, options: Namespace, demo: bool) -> int:
    from r2p_tui.config import load_settings
    from r2p_tui.tui.app import run

    settings = load_settings(paths.config_file)
    return run(paths, settings, offline=options.offline or demo, read_only=options.read_only, demo=demo)


if __name__ == "__main__":
    sys.exit(main())

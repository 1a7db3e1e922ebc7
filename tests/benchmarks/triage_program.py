"""`r2p` as it is started by hand, guard and command line included, but opening on Triage."""

import sys
from argparse import Namespace

from r2p_tui import __main__ as entry
from r2p_tui.paths import Paths


def _run_screens(paths: Paths, options: Namespace, demo: bool) -> int:
    from r2p_tui.config import load_settings
    from r2p_tui.tui.app import run

    return run(paths, load_settings(paths.config_file), offline=options.offline, demo=demo, start="triage")


if __name__ == "__main__":
    entry._run_screens = _run_screens
    sys.exit(entry.main())

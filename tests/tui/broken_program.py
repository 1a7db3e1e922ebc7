"""`r2p` with a screen that fails on `?`: what a defect of ours looks like from outside."""

from __future__ import annotations

import sys

from r2p_tui import __main__ as entry
from r2p_tui.paths import Paths
from tests.tui.guarded_program import FOREIGN

_run_screens = entry._run_screens


def _with_a_defect(paths: Paths, options: object, demo: bool) -> int:
    from r2p_tui.tui.app import R2PApp

    def fail(_: R2PApp) -> None:
        raise ValueError(FOREIGN)

    R2PApp.action_help = fail  # type: ignore[assignment,method-assign]
    return _run_screens(paths, options, demo)  # type: ignore[arg-type]


if __name__ == "__main__":
    entry._run_screens = _with_a_defect
    sys.exit(entry.main())

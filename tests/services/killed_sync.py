"""A sync that kills itself: what a power cut or `kill -9` leaves behind, at a step of one's choice."""

from __future__ import annotations

import os
import signal
from datetime import datetime
from pathlib import Path

from r2p_tui.paths import under
from r2p_tui.services.sync import SyncProgress, sync
from tests.services.arxiv_desk import desk_at


def sync_until_killed(home: Path, url: str, now: datetime, steps: int) -> None:
    """Run in a process of its own, which dies when the progress has been reported so many times."""
    reported: list[SyncProgress] = []

    def report(progress: SyncProgress) -> None:
        reported.append(progress)
        if len(reported) == steps:
            os.kill(os.getpid(), signal.SIGKILL)

    with desk_at(under(home), url) as desk:
        sync(desk, now=now, report=report)

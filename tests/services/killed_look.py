"""A look that kills itself: what a power cut or `kill -9` leaves behind, at a page of one's choice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from r2p_tui.paths import under
from r2p_tui.services import citation_look, citation_walk
from r2p_tui.services.citation_look import LookProgress, look
from r2p_tui.store.citation_looks import save_look
from tests.services.citation_desk import citation_desk, paged


def die() -> None:
    """End as `kill -9` ends a process."""
    os.kill(os.getpid(), signal.SIGKILL)


def look_until_killed(
    home: Path, url: str, work_id: int, now: datetime, rows: int, fields: str | None, *, within_a_write: bool
) -> None:
    """Run in a process of its own, which dies after the first page that it stored, or while it stores it."""
    setattr(citation_look, "open_semantic_scholar", paged(rows, fields))  # noqa: B010  (a name it imports)
    if within_a_write:
        setattr(citation_walk, "save_look", _then_die(save_look))  # noqa: B010

    def report(progress: LookProgress) -> None:
        if progress.words.startswith("page"):
            die()

    with citation_desk(under(home), url) as desk:
        look(desk, work_id, now=now, report=report)


def _then_die(save: Callable[..., Any]) -> Callable[..., Any]:
    def saved(*values: Any) -> None:
        save(*values)
        die()

    return saved

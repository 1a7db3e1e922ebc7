"""The way from a desk to the outside world, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from r2p_tui.errors import SourceError
from r2p_tui.services.desk import Desk
from r2p_tui.sources.arxiv import Arxiv
from r2p_tui.sources.doi import DoiResolver


def open_arxiv(
    desk: Desk,
    *,
    now: datetime,
    notice: Callable[[str], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Arxiv:
    """ArXiv as the settings name it; raises SourceError when the desk is offline, before any look-up."""
    _refuse_offline(desk)
    return Arxiv(desk.settings.arxiv, desk.paths.limiter, now=now, notice=notice, cancelled=cancelled)


def open_doi_resolver(desk: Desk, *, now: datetime) -> DoiResolver:
    """The resolver of DOIs; raises SourceError when the desk is offline, before any look-up."""
    _refuse_offline(desk)
    return DoiResolver(desk.paths.limiter, now=now)


def _refuse_offline(desk: Desk) -> None:
    if desk.offline:
        raise SourceError(
            "r2p is offline, so it did not ask arXiv.",
            "Leave out --offline; everything stored is still here.",
        )

"""Messages that cross screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from r2p_tui.services.sync import SyncProgress


class PapersChanged(Message):
    """Papers, decisions or notes changed, so what a screen shows may be old."""


class SyncReported(Message):
    """How far reading arXiv is; a newer report replaces one that was not shown yet."""

    def __init__(self, progress: SyncProgress) -> None:
        super().__init__()
        self.progress = progress

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, SyncReported)

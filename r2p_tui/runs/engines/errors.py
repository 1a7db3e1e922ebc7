"""What goes wrong between a run and the engines that it measures."""

from __future__ import annotations

from r2p_tui.errors import R2PError


class EngineError(R2PError):
    """An engine cannot do what it was asked; the sentence says why, and the run goes on without it."""

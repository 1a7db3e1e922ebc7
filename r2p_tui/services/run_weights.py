"""Weights for a training: fetched before it is submitted, and only where that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from r2p_tui.errors import SourceError
from r2p_tui.runs.weights import needs_fetch
from r2p_tui.services.desk import Desk
from r2p_tui.sources.weights import fetch_weights


def with_weights(desk: Desk, settings: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The settings with a file of this machine as their model, and its hash.

    Raises SourceError, NotFoundError or UsageError where the weights cannot be had. Without `download`
    nothing is asked of the network; the run itself says what is missing.
    """
    if not settings.get("download") or not needs_fetch(settings, Path.cwd()):
        return dict(settings)
    if desk.offline:
        raise SourceError("r2p is offline, so it fetches no weights.", "Name a file that is here.")
    fetched = fetch_weights(
        str(settings["model"]),
        desk.paths.cache / "weights",
        limits=desk.paths.limiter,
        now=now,
        sha256=str(settings.get("weights_sha256") or ""),
        assets_url=desk.settings.runs.assets_url,
        hub_url=desk.settings.runs.hub_url,
    )
    return dict(settings) | {"weights_file": str(fetched.path), "weights_sha256": fetched.sha256}

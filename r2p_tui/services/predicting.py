"""Storing a prediction without delay, for the command that must return at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from r2p_tui.store import quick

# A hot command runs this module: what opens the full store is imported where it is needed.
if TYPE_CHECKING:
    from datetime import datetime

    from r2p_tui.domain.paper_ids import PaperReference
    from r2p_tui.domain.prediction_entry import PredictionEntry
    from r2p_tui.paths import Paths


def log_entry(
    paths: Paths,
    entry: PredictionEntry,
    *,
    paper: PaperReference | int | None = None,
    technique: str | int | None = None,
    now: datetime,
) -> quick.AddedPrediction:
    """Store a checked prediction, making or migrating the store first where needed.

    A paper or technique that is not in the store leaves its id None; the words are kept. Raises StoreError.
    """
    try:
        return quick.add_prediction(paths.store, entry, paper=paper, technique=technique, now=now)
    except quick.StoreNotReadyError:
        from r2p_tui.store.engine import open_store

        open_store(paths.store, paths.backups, now=now).close()
        return quick.add_prediction(paths.store, entry, paper=paper, technique=technique, now=now)

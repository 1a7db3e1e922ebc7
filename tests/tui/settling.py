"""When a screen has come to rest."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from textual.pilot import Pilot
from textual.worker import WorkerCancelled


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until no service runs and everything they brought is drawn."""
    for _ in range(3):
        await pilot.pause()
        await _workers_ended(pilot)
        await pilot.app.tasks.quiet()  # type: ignore[attr-defined]
    await pilot.pause()


async def _workers_ended(pilot: Pilot[Any]) -> None:
    while list(pilot.app.workers):
        # A later look of the same kind may take the place of an earlier one, which ends the waiting for all.
        with suppress(WorkerCancelled):
            await pilot.app.workers.wait_for_complete()
            return
        await pilot.pause()

"""When a screen has come to rest, and keys that wait for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from textual.pilot import Pilot
from textual.worker import WorkerCancelled

SHORTLY_SECONDS = 0.2


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until what a resting hand sets off has begun, no service runs, and what they brought is drawn."""
    for _ in range(3):
        await pilot.pause()
        while _is_about_to_begin(pilot):
            await pilot.pause(SHORTLY_SECONDS / 10)
        await _workers_ended(pilot)
        await pilot.app.tasks.quiet()  # type: ignore[attr-defined]
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Each key once what came of the one before is drawn."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def until(pilot: Pilot[Any], wanted: Callable[[], object]) -> None:
    """Wait for what another process brings; raises AssertionError after half a minute."""
    for _ in range(1500):
        if wanted():
            return
        await pilot.pause(0.02)
    raise AssertionError("what was waited for did not come")


def _is_about_to_begin(pilot: Pilot[Any]) -> bool:
    """Whether a search waits for the next key, or an abstract for the cursor: timers that run once, soon."""
    screen = pilot.app.screen
    timers = [timer for widget in (screen, *screen.walk_children()) for timer in widget._timers]
    return any(
        timer._repeat == 0 and timer._interval <= SHORTLY_SECONDS and timer._task and not timer._task.done()
        for timer in timers
    )


async def _workers_ended(pilot: Pilot[Any]) -> None:
    while list(pilot.app.workers):
        # A later look of the same kind may take the place of an earlier one, which ends the waiting for all.
        with suppress(WorkerCancelled):
            await pilot.app.workers.wait_for_complete()
            return
        await pilot.pause()

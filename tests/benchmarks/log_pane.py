"""What ten million lines of log add to the memory of the log pane, followed to their end."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Iterator

from textual.app import App, ComposeResult

from r2p_tui.tui.theme import EVERY_THEME
from r2p_tui.tui.widgets.log_pane import LogLines, LogPane
from tests.benchmarks.measure import megabytes_at_most

LINES = 10_000_000
A_LOOK = 2_000
SHOWN_EVERY = 50
MEGABYTE = 1e6
LIMIT = 30.0
TEXT = "epoch {0}/40  batch {1}/500  box_loss 0.{2:04}  cls_loss 1.{2:04}  [bold]no markup[/bold]  1.2 it/s"


class _LogApp(App[None]):
    def compose(self) -> ComposeResult:
        yield LogPane()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return EVERY_THEME


def main() -> None:
    added = asyncio.run(_grow())
    megabytes_at_most(f"memory that {LINES:,} lines of log add", added / MEGABYTE, LIMIT)


async def _grow() -> float:
    """Bytes of resident memory from the first screen of lines to the last."""
    app, lines = _LogApp(), LogLines()
    async with app.run_test(size=(120, 40)) as pilot:
        pane = app.query_one(LogPane)
        lines.add(_some(0))
        pane.show(lines)
        await pilot.pause()
        gc.collect()
        before = _resident()
        for look in range(1, LINES // A_LOOK):
            lines.add(_some(look * A_LOOK))
            if look % SHOWN_EVERY == 0:
                pane.show(lines)
                await pilot.pause()
        gc.collect()
        return _resident() - before


def _some(start: int) -> Iterator[str]:
    return (
        TEXT.format(number // 250_000, number % 500, number % 10_000)
        for number in range(start, start + A_LOOK)
    )


def _resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()

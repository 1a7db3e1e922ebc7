"""From new points to the lines of the plot, with 100,000 points already there: thinning included.

Drawing waits for nothing, so its processor time is what it takes where no other program is busy.
"""

from __future__ import annotations

import asyncio
import math
import random
from time import process_time

from textual.app import App, ComposeResult

from r2p_tui.tui.growing_curve import GrowingCurve
from r2p_tui.tui.theme import EVERY_THEME
from r2p_tui.tui.widgets.curve_plot import CurvePlot, PlotFace, Series
from tests.benchmarks.measure import at_most, duration, median, p95

POINTS = 100_000
REDRAWS = 200
NEW_POINTS = 20
LIMIT = 0.016
SIZES = ((72, 24), (160, 45))


class _PlotApp(App[None]):
    def compose(self) -> ComposeResult:
        yield CurvePlot()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return EVERY_THEME


def main() -> None:
    for size in SIZES:
        for curves, weight in ((1, 0.0), (1, 0.9), (4, 0.0)):
            times = asyncio.run(_redraws(size, curves, weight))
            said = (
                f"{'smoothed ' if weight else ''}{curves} x {POINTS // curves:,} points, {size[0]}x{size[1]}"
            )
            print(f"  {said}: median {duration(median(times))}, worst {duration(max(times))}")
            at_most(f"plot redraw, {said}, p95", p95(times), LIMIT)


async def _redraws(size: tuple[int, int], count: int, weight: float) -> list[float]:
    app, chance = _PlotApp(), random.Random(1)
    data = [_grown(POINTS // count, chance) for _ in range(count)]
    series = tuple(Series(slot, f"#{slot} run", curve, True) for slot, curve in enumerate(data))
    async with app.run_test(size=size) as pilot:
        plot = app.query_one(CurvePlot)
        times = []
        for _ in range(REDRAWS):
            for curve in data:
                _add(curve, NEW_POINTS, chance)
            started = process_time()
            plot.show(PlotFace("loss", curves=series, weight=weight))
            for line in range(plot.size.height):
                plot.render_line(line)
            times.append(process_time() - started)
        await pilot.pause()
    # The first drawing thins all that was there before; it happens once, when a run is looked at first.
    return times[1:]


def _grown(count: int, chance: random.Random) -> GrowingCurve:
    curve = GrowingCurve()
    _add(curve, count, chance)
    return curve


def _add(curve: GrowingCurve, count: int, chance: random.Random) -> None:
    for step in range(len(curve) + 1, len(curve) + count + 1):
        curve.add(step, 3 * math.exp(-step / 30_000) + chance.random())


if __name__ == "__main__":
    main()

"""100,000 predictions: what the review screen and Today ask of the services, after the store is open.

The screen lists first and scores in a task of its own, so that its scores do not count as its opening.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from r2p_tui.config import Settings
from r2p_tui.paths import Paths, under
from r2p_tui.services import predictions
from r2p_tui.services.desk import Desk
from r2p_tui.services.prediction_evidence import curves
from r2p_tui.services.prediction_scores import scoreboard
from tests.benchmarks.many_predictions import NOW, fill_predictions
from tests.benchmarks.measure import at_most, median, rounds

COUNT = 100_000
LISTED = 1_000
IN_SIGHT = 60
ROUNDS = 9


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = under(Path(folder))
        with Desk(paths, Settings()) as desk:
            fill_predictions(desk.store, COUNT)
        at_most("predictions: review screen opens on 100,000, slowest", max(_first(paths, _open)), 0.3)
        at_most("predictions: counts for Today, slowest", max(_first(paths, _count)), 0.1)
        with Desk(paths, Settings()) as desk:
            lines = predictions.lines(desk, limit=IN_SIGHT, now=NOW)
            _report("evidence of what is in sight", partial(curves, desk, lines), 0.1)
            _report("one prediction in full", partial(predictions.view, desk, lines[0].id, now=NOW), 0.05)
            for words in ("technique replaces", "nobody wrote this"):
                find = partial(predictions.lines, desk, words=words, limit=LISTED, now=NOW)
                _report(f"found by “{words}”", find, 2.0)
            _report("every score of 45,000 resolved", partial(scoreboard, desk), 1.0)


def _open(desk: Desk) -> None:
    predictions.lines(desk, limit=LISTED, now=NOW)
    predictions.counts(desk, now=NOW)


def _count(desk: Desk) -> None:
    predictions.counts(desk, now=NOW)


def _first(paths: Paths, ask: Callable[[Desk], None]) -> list[float]:
    """Seconds of the first question to a store that was just opened, several times."""
    times = []
    for _ in range(ROUNDS):
        with Desk(paths, Settings()) as desk, desk.store.read():
            times += rounds(partial(ask, desk), 1)
    return times


def _report(name: str, ask: Callable[[], object], limit: float) -> None:
    at_most(f"predictions: {name}", median(rounds(ask, ROUNDS)), limit)


if __name__ == "__main__":
    main()

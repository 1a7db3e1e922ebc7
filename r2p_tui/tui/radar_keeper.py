"""The radar as its screen shows it: loads it, carries out what is asked, and loads it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.widget import Widget

from r2p_tui.domain.radar import Technique
from r2p_tui.errors import R2PError
from r2p_tui.tui.radar_words import RadarRow, rows_of

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.radar import RadarView
    from r2p_tui.store.predictions import PredictionLine
    from r2p_tui.tui.app import R2PApp

Failed = Callable[[R2PError], None]


class RadarKeeper:
    """Runs the services for `owner`; `seen` is called whenever the radar was read.

    `undecided` is a filled-in review that was refused, kept until it is mended or r2p is left.
    """

    def __init__(self, owner: Widget, app: R2PApp, *, seen: Callable[[], None], failed: Failed) -> None:
        self._owner = owner
        self._app = app
        self._seen = seen
        self._failed = failed
        self.view: RadarView | None = None
        self.rows: Sequence[RadarRow] = ()
        self.undecided = ""
        self._predictions: dict[int, Sequence[PredictionLine]] = {}

    def now(self) -> datetime:
        return self._app.now()

    def look(self) -> None:
        """Read the radar."""
        now = self._app.now()

        def work(desk: Desk) -> RadarView:
            from r2p_tui.services import radar

            return radar.radar(desk, now=now)

        def done(view: RadarView) -> None:
            self.view, self.rows = view, rows_of(view, now)
            self._predictions.clear()
            self._seen()

        self._app.tasks.run(self._owner, work, done, failed=self._failed, group="radar")

    def predictions_on(self, technique: Technique) -> Sequence[PredictionLine] | None:
        """What was found about it since the radar was read; None where nobody asked."""
        return self._predictions.get(technique.id)

    def find_predictions(self, technique: Technique, found: Callable[[], None]) -> None:
        """Look for the predictions about a technique."""
        now, view = self._app.now(), self.view

        def work(desk: Desk) -> Sequence[PredictionLine]:
            from r2p_tui.services import radar

            return radar.predictions_on(desk, technique, now=now)

        def done(lines: Sequence[PredictionLine]) -> None:
            if view is self.view:
                self._predictions[technique.id] = lines
                found()

        self._app.tasks.run(self._owner, work, done, failed=self._failed, group="predictions")

    def act(
        self,
        work: Callable[[Desk], str],
        done: Callable[[], None] = lambda: None,
        failed: Failed | None = None,
    ) -> None:
        """Do it in the order of the keys, say the sentence that comes back, and read the radar again."""

        def acted(sentence: str) -> None:
            done()
            if sentence:
                self._app.tell(sentence)
            self.look()

        self._app.tasks.in_order(self._owner, work, acted, failed=failed)

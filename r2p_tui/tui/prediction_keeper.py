"""Predictions behind one screen: listed first, scored after that, written in the order of the keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.widget import Widget

from r2p_tui.errors import R2PError

if TYPE_CHECKING:
    from r2p_tui.domain.predictions import Outcome
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.prediction_evidence import EvidenceCurve
    from r2p_tui.services.prediction_scores import Scoreboard
    from r2p_tui.services.predictions import PredictionView, Shown
    from r2p_tui.store.predictions import Counts, PredictionLine
    from r2p_tui.tui.app import R2PApp

Failed = Callable[[R2PError], None]
LISTED_AT_MOST = 1_000


class Wanted(NamedTuple):
    """Which predictions are to be listed: those of a state that say all of the words."""

    state: Shown = "all"
    words: str = ""


class Listing(NamedTuple):
    """The predictions that were asked for, and how many there are of each state."""

    wanted: Wanted
    lines: Sequence[PredictionLine]
    counts: Counts


class Read(NamedTuple):
    """One prediction, and its evidence in words."""

    view: PredictionView
    evidence: str


class PredictionKeeper:
    """Runs the services for `owner`; `failed` gets what goes wrong while reading."""

    def __init__(self, owner: Widget, app: R2PApp, *, failed: Failed) -> None:
        self._owner = owner
        self._app = app
        self._failed = failed
        self.curves: dict[int, EvidenceCurve] = {}
        self._measured: set[int] = set()
        self._scoring = self._scores_again = False

    # Reading

    def list_them(self, wanted: Wanted, done: Callable[[Listing], None]) -> None:
        """The predictions in their order; evidence is asked anew for those in sight."""
        now = self._app.now()

        def work(desk: Desk) -> Listing:
            from r2p_tui.services import predictions

            lines = predictions.lines(
                desk, state=wanted.state, words=wanted.words, limit=LISTED_AT_MOST, now=now
            )
            return Listing(wanted, lines, predictions.counts(desk, now=now))

        def listed(listing: Listing) -> None:
            self._measured.clear()
            done(listing)

        self._app.tasks.run(self._owner, work, listed, failed=self._failed, group="predictions")

    def score(self, done: Callable[[Scoreboard], None]) -> None:
        """Every score; asked again meanwhile, once more at the end, since a long record takes a while."""
        if self._scoring:
            self._scores_again = True
            return
        self._scoring = True

        def work(desk: Desk) -> Scoreboard:
            from r2p_tui.services import prediction_scores

            return prediction_scores.scoreboard(desk)

        def scored(board: Scoreboard) -> None:
            self._scoring = False
            done(board)
            if self._scores_again:
                self._scores_again = False
                self.score(done)

        def failed(error: R2PError) -> None:
            self._scoring = self._scores_again = False
            self._failed(error)

        self._app.tasks.run(self._owner, work, scored, failed=failed, group="scores")

    def read(self, prediction_id: int, done: Callable[[Read], None]) -> None:
        """All that is known of one."""
        now = self._app.now()

        def work(desk: Desk) -> Read:
            from r2p_tui.services import prediction_evidence, predictions

            view = predictions.view(desk, prediction_id, now=now)
            words = prediction_evidence.evidence_words(view.evidence) if view.evidence else ""
            return Read(view, words)

        self._app.tasks.run(self._owner, work, done, failed=self._failed, group="prediction")

    def measure(self, lines: Sequence[PredictionLine], done: Callable[[], None]) -> None:
        """The evidence of these into `curves`, where it is not there yet."""
        asked = [line for line in lines if line.paper_id is not None and line.id not in self._measured]
        if not asked:
            return
        self._measured |= {line.id for line in asked}

        def work(desk: Desk) -> dict[int, EvidenceCurve]:
            from r2p_tui.services import prediction_evidence

            return prediction_evidence.curves(desk, asked)

        def measured(curves: dict[int, EvidenceCurve]) -> None:
            self.curves |= curves
            done()

        # A later question asks for other rows, so it must not take the place of this one.
        self._app.tasks.run(self._owner, work, measured, failed=self._failed, group=f"evidence-{asked[0].id}")

    # Writing

    def resolve(
        self,
        prediction_id: int,
        outcome: Outcome | None,
        *,
        value: float | None = None,
        reason: str = "",
        done: Callable[[Outcome], None],
        failed: Failed,
    ) -> None:
        """Judge it; of an interval the value decides where there is one."""
        now = self._app.now()

        def work(desk: Desk) -> Outcome:
            from r2p_tui.services import predictions

            return predictions.resolve(desk, prediction_id, outcome, value=value, reason=reason, now=now)

        self._app.tasks.in_order(self._owner, work, done, failed=failed)

    def say_missed(self, prediction_id: int, words: str, failed: Failed) -> None:
        """Keep what was not seen coming."""

        def work(desk: Desk) -> None:
            from r2p_tui.services import predictions

            predictions.say_missed(desk, prediction_id, words)

        self._write(work, lambda: None, failed)

    def when_written(self, done: Callable[[], None]) -> None:
        """Call `done` when everything asked for so far is in the store, or refused."""
        self._write(lambda _: None, done)

    def take_back(self, prediction_id: int, reason: str, done: Callable[[], None], failed: Failed) -> None:
        """Undo its resolution, which stays in its history."""
        now = self._app.now()

        def work(desk: Desk) -> None:
            from r2p_tui.services import predictions

            predictions.take_back(desk, prediction_id, reason, now=now)

        self._write(work, done, failed)

    def delete(self, prediction_id: int, done: Callable[[], None]) -> None:
        """Take one that is not resolved out of every list."""
        now = self._app.now()

        def work(desk: Desk) -> None:
            from r2p_tui.services import predictions

            predictions.delete(desk, prediction_id, now=now)

        self._write(work, done)

    def _write(
        self, work: Callable[[Desk], None], done: Callable[[], None], failed: Failed | None = None
    ) -> None:
        self._app.tasks.in_order(self._owner, work, lambda _: done(), failed=failed)

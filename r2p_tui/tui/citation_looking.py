"""The look that is under way on a citations tab: how far it is, what comes next, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.timer import Timer
from textual.widget import Widget

from r2p_tui.errors import R2PError
from r2p_tui.tui.citation_keeper import CitationKeeper
from r2p_tui.tui.citation_walk import NodeKey
from r2p_tui.tui.citation_words import reading_words

if TYPE_CHECKING:
    from r2p_tui.services.citations import LookProgress, LookResult

_STOPPED = "Stopped. What was fetched stays; R goes on from there."


class CitationLooking:
    """One look at a time, another may wait for it.

    `stepped` is called when there is more to tell, at least once a second; `ended` gets a sentence to tell
    (empty: none) and the error of a look that failed.
    """

    def __init__(
        self,
        owner: Widget,
        keeper: CitationKeeper,
        *,
        stepped: Callable[[], None],
        ended: Callable[[NodeKey, str, R2PError | None], None],
    ) -> None:
        self._owner = owner
        self._keeper = keeper
        self._stepped = stepped
        self._ended = ended
        self.at: NodeKey | None = None
        self._queued: NodeKey | None = None
        self._incomplete: set[NodeKey] = set()
        self._progress: LookProgress | None = None
        self._seconds = 0
        self._clock: Timer | None = None

    @property
    def stored(self) -> int:
        """How many rows the look has stored so far."""
        return self._progress.rows if self._progress else 0

    @property
    def is_fifth_second(self) -> bool:
        """True every five seconds."""
        return self._seconds % 5 == 4

    @property
    def words(self) -> str:
        """How far it is."""
        return reading_words(self._progress, self._seconds)

    def start(self, key: NodeKey) -> bool:
        """Look at a node, at all of it where the last look left some out; False where it has to wait."""
        if self.at is not None:
            self._queued = key if key != self.at else None
            return key == self.at
        self.at, self._progress, self._seconds = key, None, 0
        whole = key in self._incomplete
        self._incomplete.discard(key)
        self._keeper.look(key, whole=whole, done=self._done, failed=self._failed)
        self._clock = self._owner.set_interval(1.0, self._tick)
        self._stepped()
        return True

    def stop(self) -> bool:
        """Ask the look to end, and forget the one that waits; False where there is none."""
        self._queued = None
        return self._keeper.stop()

    def take(self, progress: LookProgress) -> None:
        """A step of the look."""
        first, self._progress = self._progress is None, progress
        if first:
            self._stepped()

    def _tick(self) -> None:
        self._seconds += 1
        self._stepped()

    def _done(self, result: LookResult | None) -> None:
        if result is not None and (result.said or 0) > result.found and self.at:
            self._incomplete.add(self.at)
        self._end(result.message if result is not None else _STOPPED, None)

    def _failed(self, error: R2PError) -> None:
        self._end("", error)

    def _end(self, sentence: str, error: R2PError | None) -> None:
        key, self.at = self.at, None
        if self._clock is not None:
            self._clock.stop()
        if key is not None:
            self._ended(key, sentence, error)
        queued, self._queued = self._queued, None
        if queued is not None:
            self.start(queued)

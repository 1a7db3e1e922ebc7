"""Garbage is collected in small portions between keys; all of it, which takes longer, while hands rest."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from time import monotonic as system_monotonic

FRAME_SECONDS = 0.08
"""So long after a key what it changes has been drawn."""
REST_SECONDS = 1.0

YOUNG, MIDDLE, NEVER = 5_000, 4, 1_000_000
"""While hands rest: new objects before a look at them, such looks before one at survivors; at all, never."""
TOO_MANY_NEW = 100_000
"""New objects that keys may leave without a pause before they are looked at all the same."""
WORTH_COLLECTING = 4
TOO_MUCH = 200
"""Looks at survivors since all was collected: from the first on it is worth it, from the second on due."""

SWITCH_SECONDS = 0.001
"""How long a busy thread may keep the interpreter from the one that draws (Python's own choice is 5 ms)."""


class RestingHands:
    """Takes over the collector, on the UI thread.

    Call `key` for every key, `frame` when FRAME_SECONDS have passed since, and `tick` about once a second.
    """

    def __init__(self, monotonic: Callable[[], float] = system_monotonic) -> None:
        self._monotonic = monotonic
        self._last_key = monotonic()
        self._looks = 0

    def take_over(self) -> None:
        """Make the portions small; what is loaded by now stays and is never looked at again."""
        gc.freeze()
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        sys.setswitchinterval(SWITCH_SECONDS)

    def key(self) -> None:
        """Nothing is collected until the key has done its work."""
        self._last_key = self._monotonic()
        if gc.get_count()[0] < TOO_MANY_NEW:
            gc.disable()
        else:
            gc.enable()

    def frame(self) -> None:
        """Look at what the last keys left, unless another one came since."""
        # A timer may be a little early.
        if self._rested() >= 0.9 * FRAME_SECONDS and gc.get_count()[0] >= YOUNG:
            self._looks += 1
            gc.collect(1 if self._looks % (MIDDLE + 1) == 0 else 0)

    def tick(self) -> bool:
        """Collect all if it is worth it and disturbs nobody, or if it is due; says whether it did."""
        pending, rests = gc.get_count()[2], self._rested() >= REST_SECONDS
        if rests:
            gc.enable()
        if pending < (WORTH_COLLECTING if rests else TOO_MUCH):
            return False
        gc.collect()
        return True

    def _rested(self) -> float:
        return self._monotonic() - self._last_key

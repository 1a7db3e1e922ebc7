"""Garbage is collected while the user's hands rest, since a full collection stops every thread for 0.1 s."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from time import monotonic as system_monotonic

REST_SECONDS = 1.0
WORTH_COLLECTING = 5_000
TOO_MUCH = 1_000_000
"""Objects allocated since the last collection: from the first on it is worth it, from the second on due."""

SWITCH_SECONDS = 0.001
"""How long a busy thread may keep the interpreter from the one that draws (Python's own choice is 5 ms)."""


class RestingHands:
    """Takes over the collector: call `key` for every key and `tick` about once a second, on the UI thread."""

    def __init__(self, monotonic: Callable[[], float] = system_monotonic) -> None:
        self._monotonic = monotonic
        self._last_key = monotonic()

    def take_over(self) -> None:
        """Stop the automatic collections; what is loaded by now stays and is never looked at again."""
        gc.freeze()
        gc.disable()
        sys.setswitchinterval(SWITCH_SECONDS)

    def key(self) -> None:
        self._last_key = self._monotonic()

    def tick(self) -> bool:
        """Collect if it is worth it and disturbs nobody, or if it is due; says whether it did."""
        pending = gc.get_count()[0]
        rests = self._monotonic() - self._last_key >= REST_SECONDS
        if pending < (WORTH_COLLECTING if rests else TOO_MUCH):
            return False
        gc.collect()
        return True

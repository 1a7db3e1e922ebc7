"""Where the time goes: the longest of what an engine's profiler tells."""

from __future__ import annotations

from collections.abc import Sequence

from r2p_tui.domain.measurements import LayerTime
from r2p_tui.text import clean_line, shorten

MOST = 20
_LONGEST_NAME = 120


def longest(times: Sequence[tuple[str, float]], most: int = MOST) -> tuple[LayerTime, ...]:
    """The longest first, in milliseconds of one call, with their shares of all that took time."""
    total = sum(took for _, took in times if took > 0)
    ordered = sorted(((took, name) for name, took in times if took > 0), key=lambda pair: (-pair[0], pair[1]))
    return tuple(
        LayerTime(shorten(clean_line(name), _LONGEST_NAME), took, took / total)
        for took, name in ordered[:most]
    )

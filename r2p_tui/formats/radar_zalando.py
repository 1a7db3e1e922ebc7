"""The radar for zalando/tech-radar: the `config.json` whose entries its `radar.js` draws."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from r2p_tui.domain.radar import Movement, Ring
from r2p_tui.domain.radar_export import BlipEntry, check_quadrants
from r2p_tui.errors import UsageError

RINGS: Final = (Ring.ADOPT, Ring.TRIAL, Ring.ASSESS, Ring.HOLD)
# As `radar.js` draws them: a triangle up, a triangle down, a star, a circle.
_MOVED: Final = {Movement.IN: 1, Movement.OUT: -1, Movement.NEW: 2, Movement.NONE: 0}


def zalando_config(entries: Iterable[BlipEntry], quadrants: Sequence[str], day: date) -> str:
    """The radar of a day; raises UsageError for an entry in SKIP or in a quadrant not named.

    `quadrants` and `rings` stand in the file for whoever sets up the page, whose `index.html` names them.
    """
    told = list(entries)
    check_quadrants(told, quadrants)
    config = {
        "date": f"{day:%Y.%m}",
        "quadrants": [{"name": name} for name in quadrants],
        "rings": [{"name": ring.value} for ring in RINGS],
        "entries": [_entry(entry, quadrants) for entry in told],
    }
    return json.dumps(config, indent=2, ensure_ascii=False) + "\n"


def _entry(entry: BlipEntry, quadrants: Sequence[str]) -> dict[str, object]:
    if entry.ring not in RINGS:
        raise UsageError(
            f"Zalando's radar has no ring SKIP, where “{entry.name}” stands.",
            "Leave SKIP out, or draw it as HOLD.",
        )
    return {
        "quadrant": quadrants.index(entry.quadrant),
        "ring": RINGS.index(entry.ring),
        "label": entry.name,
        "active": True,
        "moved": _MOVED[entry.movement],
    }

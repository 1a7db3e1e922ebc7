"""The radar for Zalando's `radar.js`."""

from __future__ import annotations

import json
from datetime import date

import pytest

from r2p_tui.domain.radar import Movement, Ring
from r2p_tui.domain.radar_export import BlipEntry, without_skip
from r2p_tui.errors import UsageError
from r2p_tui.formats.radar_zalando import zalando_config
from tests.formats.techniques import QUADRANTS, RADAR, SINCE

DAY = date(2026, 5, 2)


def test_the_entries_are_those_that_radar_js_draws() -> None:
    config = json.loads(zalando_config(without_skip(RADAR, since=SINCE).entries, QUADRANTS, DAY))
    assert config["date"] == "2026.05"
    drawn = {entry.pop("label"): entry for entry in config["entries"]}
    assert drawn == {
        "Quantization-aware training": {"quadrant": 2, "ring": 0, "active": True, "moved": 0},
        "RT-DETR": {"quadrant": 0, "ring": 1, "active": True, "moved": 1},
        "Copy-paste augmentation": {"quadrant": 1, "ring": 2, "active": True, "moved": 2},
        "TensorRT": {"quadrant": 3, "ring": 3, "active": True, "moved": -1},
    }
    assert [quadrant["name"] for quadrant in config["quadrants"]] == list(QUADRANTS)
    assert [ring["name"] for ring in config["rings"]] == ["ADOPT", "TRIAL", "ASSESS", "HOLD"]


@pytest.mark.parametrize(("ring", "quadrant"), [(Ring.SKIP, "Data"), (Ring.HOLD, "Tricks")])
def test_what_it_cannot_draw_is_refused(ring: Ring, quadrant: str) -> None:
    with pytest.raises(UsageError, match="“LoRA”"):
        zalando_config([BlipEntry("LoRA", ring, quadrant, Movement.NONE, "")], QUADRANTS, DAY)

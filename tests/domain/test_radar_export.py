"""The radar without SKIP, and under the names of others."""

from __future__ import annotations

from datetime import date

import pytest

from r2p_tui.domain.radar import Movement, Ring
from r2p_tui.domain.radar_export import HOSTED_QUADRANTS, hosted_names, missing_quadrants, without_skip
from r2p_tui.errors import UsageError
from tests.formats.techniques import QUADRANTS, RADAR, SINCE, at, technique


def test_skip_is_left_out_or_drawn_elsewhere_and_named_both_times() -> None:
    left_out, drawn = without_skip(RADAR, since=SINCE), without_skip(RADAR, since=SINCE, skip_as=Ring.HOLD)
    assert left_out.skipped == drawn.skipped == ("Deformable attention",)
    assert [entry.name for entry in left_out.entries] == [
        "Quantization-aware training", "RT-DETR", "Copy-paste augmentation", "TensorRT",
    ]  # fmt: skip
    moved = {entry.name: (entry.ring, entry.movement) for entry in drawn.entries}
    assert moved["Deformable attention"] == (Ring.HOLD, Movement.NONE)


def test_a_move_into_skip_from_farther_in_is_still_a_move_out() -> None:
    one = technique(1, "LoRA", "Data", (None, Ring.TRIAL, at(2, 1)), (Ring.TRIAL, Ring.SKIP, at(11, 1)))
    (entry,) = without_skip([one], since=SINCE, skip_as=Ring.HOLD).entries
    assert (entry.ring, entry.movement) == (Ring.HOLD, Movement.OUT)


def test_a_description_says_what_it_is_why_it_stands_there_and_what_comes_next() -> None:
    one = technique(
        1, "LoRA", "Data", (None, Ring.TRIAL, at(2, 1)), description="Low-rank updates",
        next_action="benchmark on our T4", next_on=date(2026, 12, 5),
    )  # fmt: skip
    (entry,) = without_skip([one], since=SINCE).entries
    assert entry.description.split("\n") == [
        "Low-rank updates",
        "TRIAL since 1 Feb 2026: reason 1",
        "Next: benchmark on our T4, by 5 Dec 2026",
    ]


def test_hosted_names_follow_the_order_of_the_quadrants() -> None:
    entries = without_skip(RADAR, since=SINCE).entries
    renamed = {entry.name: entry.quadrant for entry in hosted_names(entries, QUADRANTS)}
    assert renamed["RT-DETR"] == HOSTED_QUADRANTS[0] and renamed["TensorRT"] == "Languages & Frameworks"
    with pytest.raises(UsageError, match="“RT-DETR” stands in the quadrant “Models”"):
        hosted_names(entries, ("Nets", *QUADRANTS[1:]))


def test_empty_quadrants_are_named() -> None:
    entries = without_skip(RADAR[:2], since=SINCE).entries
    assert missing_quadrants(entries, QUADRANTS) == ("Data", "Deployment")
    assert missing_quadrants(without_skip(RADAR, since=SINCE).entries, QUADRANTS) == ()

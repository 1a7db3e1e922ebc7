"""A limit on the drop: chosen by one half of the images, reported on the other."""

from __future__ import annotations

import numpy as np
import pytest

from r2p_tui.domain.detection_matching import Detections
from r2p_tui.errors import UsageError
from r2p_tui.runs.quantize.accuracy_aware import drop, halves_of, map_of, meet_limit


def perfect(images: int, *, lost: frozenset[int] = frozenset()) -> Detections:
    """One object an image, found in all but some."""
    found = [number for number in range(images) if number not in lost]
    return Detections(
        image=np.array(found, np.int32),
        class_id=np.zeros(len(found), np.int16),
        score=np.full(len(found), 0.9, np.float32),
        matched=np.full(len(found), 1023, np.uint16),
        boxes=np.ones((images, 1), np.int32),
        names=("a",),
        images=tuple(f"{number:064x}" for number in range(images)),
    )


def test_few_images_cannot_be_parted() -> None:
    with pytest.raises(UsageError, match="38 validation images cannot be parted") as caught:
        halves_of([f"{number:x}" for number in range(39)])
    assert "needs 40" in caught.value.message
    assert [len(half) for half in halves_of([f"{number:x}" for number in range(40)])] == [20, 20]


def test_copies_of_an_image_are_in_one_half() -> None:
    names = [f"{number:x}" for number in range(50)]
    parted = halves_of([*names, *(f"{name}#2" for name in names)])
    halves = [{(names * 2)[place] for place in half} for half in parted]
    assert not halves[0] & halves[1]


def test_a_drop_is_that_of_the_images_at_these_places() -> None:
    before = perfect(40)
    after = perfect(40, lost=frozenset(range(10)))
    assert map_of(before) == pytest.approx(0.995, abs=0.006)
    assert drop(before, after, np.arange(20, 40)) == pytest.approx(0.0)
    assert drop(before, after, np.arange(20)) > 0.4
    assert drop(after, before, np.arange(20)) < -0.4


def test_layers_are_returned_from_the_most_sensitive_on() -> None:
    asked: list[list[str]] = []

    def drop_with(kept: list[str]) -> float:
        asked.append(list(kept))
        return 0.0 if len(kept) >= 3 else 0.05

    kept, found = meet_limit(["worst", "bad", "fair", "good"], 0.01, 0.2, drop_with)  # type: ignore[arg-type]
    assert kept == ["worst", "bad", "fair"]
    assert found.met
    assert asked[0] == ["worst"]

"""How far two models disagree, and which layer of a small network suffers most from INT8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from r2p_tui.runs.quantize.sensitivity import (
    Reading,
    disagreement,
    layer_errors,
    rounded_weights,
    unsigned_scale,
)
from tests.runs.quantize.small_network import calibrated

READING = Reading("rtdetr", 3, (64, 64))
# Middle, size (shares of the image), score, class.
ROWS = np.array([[[0.3, 0.3, 0.2, 0.2, 0.9, 0], [0.7, 0.6, 0.3, 0.2, 0.6, 2], [0.5, 0.5, 0.1, 0.1, 0.3, 1]]])
FLOATS = np.float32


def outputs(rows: NDArray[Any]) -> list[list[NDArray[np.float32]]]:
    return [[rows.astype(np.float32)]]


def changed(place: tuple[int, int], value: float) -> list[list[NDArray[np.float32]]]:
    rows = ROWS.copy()
    rows[0][place] = value
    return outputs(rows)


def test_the_same_detections_agree_in_any_order() -> None:
    assert disagreement(outputs(ROWS), outputs(ROWS), READING) == pytest.approx(0.0, abs=1e-6)
    assert disagreement(outputs(ROWS), outputs(ROWS[:, ::-1]), READING) == pytest.approx(0.0, abs=1e-6)


def test_scores_count_as_much_as_places() -> None:
    halved = disagreement(outputs(ROWS), changed((0, 4), 0.45), READING)
    moved = disagreement(outputs(ROWS), changed((0, 0), 0.3 + 0.2 / 3), READING)
    assert halved == pytest.approx(moved, abs=0.1)
    assert halved > 0.15


def test_a_lost_class_and_an_invented_box_are_errors() -> None:
    other_class = disagreement(outputs(ROWS), changed((0, 5), 1), READING)
    assert other_class == pytest.approx(0.5, abs=0.01)
    invented = np.concatenate([ROWS, [[[0.1, 0.9, 0.1, 0.1, 0.9, 1]]]], axis=1)
    assert disagreement(outputs(ROWS), outputs(invented), READING) > 0.15


def test_nothing_left_is_the_largest_error() -> None:
    nothing = ROWS * np.array([1, 1, 1, 1, 0, 1])
    assert disagreement(outputs(ROWS), outputs(nothing), READING) == 1.0


def test_without_detections_the_raw_outputs_are_compared() -> None:
    nothing = ROWS * np.array([1, 1, 1, 1, 0, 1])
    assert disagreement(outputs(nothing), outputs(nothing), READING) == 0.0
    assert 0 < disagreement(outputs(nothing), outputs(nothing * 1.1), READING) < 0.2


@given(
    arrays.arrays(np.float32, (3, 2, 2, 2), elements=st.floats(-100, 100, width=32)), st.sampled_from([0, 1])
)
def test_rounded_weights_keep_within_half_a_step_of_their_channel(
    weights: NDArray[np.float32], axis: int
) -> None:
    rounded = rounded_weights(weights, axis)
    others = tuple(number for number in range(4) if number != axis)
    step = np.abs(weights).max(axis=others, keepdims=True) / 127
    assert (np.abs(rounded - weights) <= step * 0.5 + 1e-4).all()


@given(st.floats(-1e4, 1e4), st.floats(0, 1e4))
def test_a_range_always_holds_zero_exactly(low: float, width: float) -> None:
    scale, zero = unsigned_scale(low, low + width)
    assert scale > 0
    assert 0 <= zero <= 255
    whole = low + width
    assert -zero * scale <= max(min(low, 0.0), -zero * scale) + scale
    assert (255 - zero) * scale >= max(whole, 0.0) - scale


@pytest.mark.parametrize("broken", [1, 3])
def test_the_layer_whose_weights_are_out_of_scale_comes_first(tmp_path: Path, broken: int) -> None:
    pytest.importorskip("onnxruntime")
    prepared, calibration, ranges = calibrated(tmp_path, broken=broken)
    images = calibration.stacked(8)
    seen: list[int] = []
    errors = layer_errors(prepared, ranges, images, READING, 1, lambda number, one: seen.append(number))
    assert seen == [1, 2, 3, 4, 5]
    assert max(errors, key=lambda one: one.error).name == f"conv{broken}"
    assert max(one.error for one in errors if one.name != f"conv{broken}") < 0.2

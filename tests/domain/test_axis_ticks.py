"""Round numbers along axes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.axis_ticks import even_ticks, power_ticks


@pytest.mark.parametrize(
    ("low", "high", "wanted", "least", "texts"),
    [
        (0.1, 1.0, 5, 0.0, ["0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-0.5, 0.5, 2, 0.0, ["-0.5", "0", "0.5"]),
        (1, 2, 6, 1.0, ["1", "2"]),
        (0, 5e7, 5, 0.0, ["0", "1e+07", "2e+07", "3e+07", "4e+07", "5e+07"]),
    ],
)
def test_even_steps(low: float, high: float, wanted: int, least: float, texts: list[str]) -> None:
    ticks = even_ticks(low, high, wanted, least)
    assert [text for _, text in ticks] == texts
    assert all(low <= place <= high for place, _ in ticks)


@pytest.mark.parametrize("wanted", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("low", "high"),
    [
        (1.0, 49.97),
        (1460.2, 1464.5),
        (1_234_000, 1_236_000),
        (0.69314, 0.69316),
        (0.29, 469.1),
        (0.0959, 44.16),
        (-3.1, -3.05),
    ],
)
def test_an_axis_has_two_numbers_even_where_few_are_wanted(low: float, high: float, wanted: int) -> None:
    ticks = even_ticks(low, high, wanted)
    assert 2 <= len(ticks) <= 6
    assert all(low <= place <= high for place, _ in ticks)
    assert len({text for _, text in ticks}) == len(ticks)


def test_powers_of_ten_and_what_lies_between_where_there_are_few() -> None:
    assert [text for _, text in power_ticks(-3, 1, 5)] == ["0.001", "0.01", "0.1", "1", "10"]
    assert [text for _, text in power_ticks(-0.6, 0.1, 5)] == ["0.3", "1"]
    assert len(power_ticks(0.31, 0.35, 5)) == 2


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite, finite, st.integers(1, 20), st.sampled_from([0.0, 1.0]))
def test_any_two_ends_have_numbers(one: float, other: float, wanted: int, least: float) -> None:
    for place, text in even_ticks(min(one, other), max(one, other), wanted, least):
        assert math.isfinite(place) and text


def test_powers_that_no_float_holds_are_written_all_the_same() -> None:
    assert [text for _, text in power_ticks(307.5, 309.5, 4)] == ["1e+308", "1e+309"]
    assert power_ticks(-323.8, -322.9, 2)[0][1] == "3e-324"

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.runs.engines.client import EngineHost
from r2p_tui.runs.engines.rounds import block_sizes, interleave, orders

IMAGES = np.zeros((1, 3, 2, 2), dtype=np.float32)


class Timed:
    """A host that counts, together with all others."""

    def __init__(self, calls: list[str], name: str) -> None:
        self._calls, self._name = calls, name

    def single_stream(self, images: Any, count: int, warm_up: int) -> Any:
        self._calls.append(self._name)
        return np.full(count, float(len(self._calls)))


@given(st.integers(0, 500), st.integers(-1, 60))
def test_blocks_hold_all_samples_evenly(samples: int, rounds: int) -> None:
    sizes = block_sizes(samples, rounds)
    assert sum(sizes) == max(samples, 1)
    assert min(sizes) >= 1 and max(sizes) - min(sizes) <= 1


@given(st.sets(st.text(max_size=3), min_size=1, max_size=6), st.integers(1, 9), st.integers())
def test_each_round_takes_everyone_once(names: set[str], rounds: int, seed: int) -> None:
    listed = sorted(names)
    found = orders(listed, rounds, seed)
    assert [sorted(order) for order in found] == [listed] * rounds
    assert found == orders(listed, rounds, seed)


def test_samples_are_kept_in_the_order_of_time() -> None:
    calls: list[str] = []
    seen: list[tuple[int, int]] = []
    hosts = {name: cast(EngineHost, Timed(calls, name)) for name in ("a", "b", "c")}
    times = interleave(
        hosts, IMAGES, samples=10, rounds=4, warm_up=1, seed=3, progress=lambda *at: seen.append(at)
    )
    assert len(calls) == 12 and seen[-1] == (12, 12)
    for name, (all_of_it, blocks) in times.items():
        assert [len(block) for block in blocks] == [3, 3, 2, 2]
        assert np.array_equal(all_of_it, np.concatenate(blocks))
        places = [number + 1 for number, call in enumerate(calls) if call == name]
        assert [float(block[0]) for block in blocks] == places


def test_orders_differ_between_rounds() -> None:
    assert len({tuple(order) for order in orders(("a", "b", "c"), 20, 0)}) > 3


@pytest.mark.parametrize("seed", [0, 1])
def test_nobody_goes_first_always(seed: int) -> None:
    assert {order[0] for order in orders(("a", "b"), 30, seed)} == {"a", "b"}

"""How much must be measured: against the power of scipy's own distributions, and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from r2p_tui.domain.statistics import pairs_needed, samples_needed, seeds_needed
from r2p_tui.domain.statistics_planning import more_needed, settled_by
from r2p_tui.errors import UsageError
from tests.benchmarks import statistics as simulation
from tests.benchmarks.measure import FIGURES

BETTER = ("better",)


def _power(shift: float, freedom: float) -> float:
    bound = stats.t.ppf(0.975, freedom)
    found = float(stats.nct.sf(bound, freedom, shift) + stats.nct.cdf(-bound, freedom, shift))
    return found if math.isfinite(found) else _simulated(shift, freedom, bound)


def _simulated(shift: float, freedom: float, bound: float) -> float:
    """Where scipy gives up."""
    rng = np.random.default_rng(0)
    spread = np.sqrt(rng.chisquare(freedom, 200_000) / freedom)
    return float((np.abs(rng.normal(shift, 1, 200_000) / spread) > bound).mean())


@pytest.mark.parametrize("size", [0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 5.7, 6.0, 8.0, 12.0, 20.0])
def test_planned_pairs_are_the_fewest_with_the_power_and_a_tenth_more_for_resampling(size: float) -> None:
    count = pairs_needed(1.0, size, resampled=False)
    assert _power(size * math.sqrt(count), count - 1) >= 0.8
    assert count == 2 or _power(size * math.sqrt(count - 1), count - 2) < 0.8
    assert pairs_needed(1.0, size) == (math.ceil(1.1 * count) if count >= 10 else count)


def test_larger_differences_never_need_more() -> None:
    needed = [pairs_needed(1.0, 0.5 * 1.1**step, resampled=False) for step in range(40)]
    assert needed == sorted(needed, reverse=True) and needed[-1] == 2


def test_planned_seeds_are_those_of_the_tables() -> None:
    """Cohen's tables: 26 a side for d = 0.8, 64 for 0.5."""
    assert (seeds_needed(1, 1, 0.8), seeds_needed(1, 1, 0.5)) == (26, 64)


@pytest.mark.parametrize("size", [0.3, 1.0, 3.0])
def test_planned_seeds_have_the_power_with_unequal_spreads(size: float) -> None:
    count = seeds_needed(0.8, 1.1, size)
    assert _power(size * math.sqrt(count) / math.hypot(0.8, 1.1), 2 * (count - 1)) >= 0.79


def test_more_power_more_noise_and_smaller_differences_need_more() -> None:
    assert pairs_needed(1, 0.5) < pairs_needed(1, 0.5, power=0.9) < pairs_needed(1, 0.25)
    assert pairs_needed(1, 0.5) < pairs_needed(1, 0.5, level=0.99)
    assert pairs_needed(2, 1.0) == pairs_needed(1, 0.5)
    assert pairs_needed(0, 1) == 2


def test_samples_are_whole_rounds() -> None:
    assert samples_needed(0.03, 0.05, 50) == 50 * pairs_needed(0.03, math.log(1.05), resampled=False)


@pytest.mark.parametrize(
    ("sd", "difference", "power"),
    [(1, 0, 0.8), (1, -1, 0.8), (-1, 1, 0.8), (math.nan, 1, 0.8), (1, 1, 1), (1, 1e-9, 0.8)],
)
def test_what_cannot_be_planned_is_refused(sd: float, difference: float, power: float) -> None:
    with pytest.raises(UsageError):
        pairs_needed(sd, difference, power)


def test_as_it_stands_the_interval_has_to_shrink_to_leave_out_0_or_to_lie_within() -> None:
    assert settled_by(100, 1.0, 0.5, 0.0) == 400
    assert settled_by(100, 1.0, 0.1, 0.6) == 400
    assert settled_by(100, 1.0, 0.0, 0.0) is None


def test_planned_goes_before_as_it_stands() -> None:
    assert more_needed(100, 250, 120) == 150
    assert more_needed(100, 80, 120) == 20
    assert more_needed(100, 80, 90) is None
    assert more_needed(100, None, None) is None


@pytest.mark.parametrize(
    "compare",
    [
        simulation.null_pairs(simulation.SOURCES["exponential"], 60),
        simulation.null_seeds(5, paired=False),
        simulation.null_seeds(3, paired=True),
        simulation.null_latencies(10, 20, told=True),
    ],
    ids=["images", "runs", "same seeds", "latency"],
)
def test_where_nothing_differs_better_is_rare(compare: simulation.Compare) -> None:
    assert simulation.rate(compare, BETTER, 120) <= 0.05


def test_a_difference_of_the_planned_size_is_found() -> None:
    source = simulation.SOURCES["normal"]
    assert simulation.rate(simulation.planned_pairs(source, 0.5), BETTER, 200) >= 0.77
    assert simulation.rate(simulation.planned_seeds(2.0), BETTER, 200) >= 0.77


@pytest.mark.slow
def test_two_thousand_simulations_keep_every_promise() -> None:
    FIGURES.clear()
    simulation.main()
    assert [figure.name for figure in FIGURES if not figure.passed] == []

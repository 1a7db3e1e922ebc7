"""2,000 simulated comparisons of each kind: false findings, real ones that are found, and coverage.

False verdicts are counted where nothing differs (better, worse) or where the difference is as large as what
matters (no practical difference); data come from distributions with known truth: skewed, mostly zero,
heavy-tailed, and latencies with drift that neighbours share.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.measurements import Change
from r2p_tui.domain.statistics import (
    bootstrap_interval,
    compare_paired,
    compare_samples,
    compare_seeds,
    corrected,
    pairs_needed,
    samples_needed,
    seeds_needed,
    speed_up_interval,
)
from r2p_tui.domain.variant_changes import Drawn, accuracy_changes
from tests.benchmarks.measure import COLUMNS, FIGURES, Figure
from tests.domain.detection_examples import pair

SIMULATED = 2000
FALSE_AT_MOST = 0.05
FOUND_AT_LEAST = 0.80
COVERED = (0.93, 0.97)
VARIANTS, PARTS = 12, 8
PILOT_ROUNDS = 400

Numbers = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Numbers]
Compare = Callable[[np.random.Generator], Change]


class Source(NamedTuple):
    """A distribution with its true mean and standard deviation."""

    draw: Draw
    mean: float
    sd: float


def _gamma(shape: float) -> Source:
    return Source(lambda rng, n: rng.gamma(shape, 1, n), shape, math.sqrt(shape))


def _few_change(share: float, losing: float) -> Source:
    """Most images are as before, a share `losing` of the others lose, the rest gain a little."""

    def draw(rng: np.random.Generator, n: int) -> Numbers:
        changed = rng.random(n) < share
        moved = np.where(rng.random(n) < losing, -rng.beta(1, 3, n), rng.beta(1, 4, n))
        return np.where(changed, moved, 0.0)

    mean = share * (0.2 * (1 - losing) - 0.25 * losing)
    # The second moments of Beta(1, 3) and Beta(1, 4) are 1/10 and 1/15.
    square = share * (losing / 10 + (1 - losing) / 15)
    return Source(draw, mean, math.sqrt(square - mean**2))


SOURCES = {
    "normal": Source(lambda rng, n: rng.normal(0, 1, n), 0.0, 1.0),
    "exponential": _gamma(1.0),
    "gamma 1/2": _gamma(0.5),
    "heavy tails (t, 3)": Source(lambda rng, n: rng.standard_t(3, n), 0.0, math.sqrt(3)),
    "lognormal": Source(
        lambda rng, n: rng.lognormal(0, 1, n), math.exp(0.5), math.sqrt((math.e - 1) * math.e)
    ),
    "3 of 10 images change": _few_change(0.3, 0.75),
    "3 of 10 change evenly": _few_change(0.3, 4 / 9),
    "15 of 100 images lose": _few_change(0.15, 1.0),
}
# Of 30 images of which a few lose much and all others gain a little, too few are seen to lose: 6 % false.
NULL_PAIRS = {
    "normal": (30, 240),
    "exponential": (30, 240),
    "3 of 10 change evenly": (30, 240),
    "3 of 10 images change": (100, 240),
}


# --- what is simulated ------------------------------------------------------------------------------------


def pairs(source: Source, count: int, difference: float, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Both sides of `count` images, with the source's noise around a difference of so many deviations."""
    before = rng.beta(5, 2, count)
    noise = (source.draw(rng, count) - source.mean) / source.sd
    return before, before + difference + noise


def latencies(
    rng: np.random.Generator, rounds: int, per_round: int, ratio: float = 1.0, own: float = 0.01
) -> tuple[Numbers, Numbers, NDArray[np.intp]]:
    """Two sides taken in turn, in rounds: drift that both share, some of their own, and neighbours alike."""
    drift = rng.normal(0, 0.03, rounds)
    sides = [
        6.0
        * np.exp(np.repeat(drift + rng.normal(0, own, rounds), per_round) + _alike(rng, rounds * per_round))
        for _ in range(2)
    ]
    return sides[0], sides[1] * ratio, np.repeat(np.arange(rounds), per_round)


def _alike(rng: np.random.Generator, count: int, memory: float = 0.8) -> Numbers:
    """Noise of which each value remembers the last (AR 1), with a tail to the slow side."""
    from scipy.signal import lfilter

    fresh = rng.normal(0, 0.02 * math.sqrt(1 - memory**2), count)
    remembered: Numbers = lfilter([1.0], [1.0, -memory], fresh)
    return remembered + rng.gamma(0.3, 0.02, count)


def null_pairs(source: Source, count: int) -> Compare:
    return lambda rng: compare_paired(*pairs(source, count, 0.0, rng), minimum=0.01, unit="pt")


def null_seeds(count: int, *, paired: bool) -> Compare:
    def compare(rng: np.random.Generator) -> Change:
        before, after = rng.normal(60, 0.8, count), rng.normal(60, 1.1, count)
        return compare_seeds(before, after, paired=paired, minimum=0.01, unit="pt")

    return compare


def null_latencies(rounds: int, per_round: int, *, told: bool) -> Compare:
    def compare(rng: np.random.Generator) -> Change:
        before, after, numbers = latencies(rng, rounds, per_round)
        return compare_samples(
            before, after, minimum_share=0.001, rounds=(numbers, numbers) if told else None
        )

    return compare


def null_neighbours(count: int) -> Compare:
    """Nothing is known of rounds, and there are none: only neighbours are alike."""

    def compare(rng: np.random.Generator) -> Change:
        return compare_samples(
            6 * np.exp(_alike(rng, count)), 6 * np.exp(_alike(rng, count)), minimum_share=0.001
        )

    return compare


def planned_pairs(source: Source, size: float) -> Compare:
    count = pairs_needed(1.0, size)
    return lambda rng: compare_paired(*pairs(source, count, size, rng), minimum=size, unit="pt")


def planned_losses(source: Source) -> tuple[Compare, int]:
    """The difference is what the source itself makes of images: losses come as a few large ones."""
    size = -source.mean
    count = pairs_needed(source.sd, size)

    def compare(rng: np.random.Generator) -> Change:
        before = rng.beta(5, 2, count)
        return compare_paired(before, before + source.draw(rng, count), minimum=size, unit="pt")

    return compare, count


def planned_seeds(size: float) -> Compare:
    count = seeds_needed(0.8, 1.1, size)

    def compare(rng: np.random.Generator) -> Change:
        return compare_seeds(
            rng.normal(60, 0.8, count), rng.normal(60 + size, 1.1, count), minimum=size, unit="pt"
        )

    return compare


def planned_latencies(share: float, per_round: int) -> Compare:
    """After is faster by the share; the spread of rounds is measured first, as a user would."""
    before, after, numbers = latencies(np.random.default_rng(99), PILOT_ROUNDS, per_round)
    interval = speed_up_interval(before, after, rounds=(numbers, numbers)).interval
    assert interval is not None
    error = math.log(interval.high / interval.low) / 2 / 1.96
    rounds = samples_needed(error * math.sqrt(PILOT_ROUNDS), share, per_round) // per_round

    def compare(rng: np.random.Generator) -> Change:
        before, after, numbers = latencies(rng, rounds, per_round, 1 / (1 + share))
        return compare_samples(before, after, minimum_share=share / (1 + share), rounds=(numbers, numbers))

    return compare


def rate(compare: Compare, verdicts: tuple[str, ...], simulated: int, seed: int = 1) -> float:
    """The share of comparisons with one of these verdicts."""
    rng = np.random.default_rng(seed)
    return sum(compare(rng).verdict in verdicts for _ in range(simulated)) / simulated


def any_of_many(simulated: int, *, difference: float, minimum: float, verdicts: tuple[str, ...]) -> float:
    """How often any of 12 variants has one of these verdicts after correction."""
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(simulated):
        changes = [
            compare_paired(*pairs(SOURCES["normal"], 60, difference, rng), minimum=minimum, unit="pt")
            for _ in range(VARIANTS)
        ]
        hits += any(change.verdict in verdicts for change in corrected(changes))
    return hits / simulated


def any_of_seeds(simulated: int) -> float:
    """How often any of 8 parts, each worth exactly what matters, is called too small to matter by 3 seeds."""
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(simulated):
        before = [rng.normal(60, 0.05, 3) for _ in range(PARTS)]
        changes = [
            compare_seeds(one, one + rng.normal(-1.0, 0.05, 3), paired=True, minimum=1.0, unit="pt")
            for one in before
        ]
        hits += any(change.verdict == "no practical difference" for change in corrected(changes))
    return hits / simulated


def null_map(images: int) -> Compare:
    """Two sides that differ by the noise of one of them; a coin says which of them comes first."""

    def compare(rng: np.random.Generator) -> Change:
        seed = int(rng.integers(2**31))
        sides = list(pair(images, seed))
        if rng.random() < 0.5:
            sides.reverse()
        found = accuracy_changes(sides[0], sides[1], ("a", "b"), 0.01, Drawn(seed)).overall
        assert found is not None
        return found

    return compare


def coverage(source: Source, count: int, simulated: int) -> float:
    """How often the bootstrap interval holds the true mean."""
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(simulated):
        interval = bootstrap_interval(source.draw(rng, count))
        inside += interval.low <= source.mean <= interval.high
    return inside / simulated


def speed_up_coverage(rounds: int, per_round: int, simulated: int) -> float:
    """How often the interval of a speed-up holds the true one."""
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(simulated):
        before, after, numbers = latencies(rng, rounds, per_round, 1 / 1.5)
        interval = speed_up_interval(before, after, rounds=(numbers, numbers)).interval
        inside += interval is not None and interval.low <= 1.5 <= interval.high
    return inside / simulated


# --- what is promised -------------------------------------------------------------------------------------


def main() -> None:
    _false_better()
    _false_equal()
    _found()
    _covered()


def _false_better() -> None:
    for name, counts in NULL_PAIRS.items():
        for count in counts:
            compare = null_pairs(SOURCES[name], count)
            for verdict in ("better", "worse"):
                _at_most(f"false {verdict}, {count} images, {name}", rate(compare, (verdict,), SIMULATED))
    for verdict in ("better", "worse"):
        _at_most(f"false {verdict}, mAP of 80 images", rate(null_map(80), (verdict,), SIMULATED))
    for count, paired in ((3, True), (5, False), (5, True)):
        words = "same seeds" if paired else "own seeds"
        compare = null_seeds(count, paired=paired)
        _at_most(f"false better, {count} runs, {words}", rate(compare, ("better",), SIMULATED))
    for rounds, per_round in ((5, 40), (8, 40), (20, 40)):
        compare = null_latencies(rounds, per_round, told=True)
        _at_most(f"false better, latency, {rounds} rounds", rate(compare, ("better",), SIMULATED))
    _at_most("false better, latency, no rounds", rate(null_neighbours(500), ("better",), SIMULATED))
    _at_most(
        f"any false better among {VARIANTS}",
        any_of_many(SIMULATED // 4, difference=0.0, minimum=0.01, verdicts=("better",)),
    )


def _false_equal() -> None:
    """The difference is exactly what matters, so that "no practical difference" would be wrong."""
    minimum, count = 0.4, 240
    _at_most(
        "false no practical difference, 240 images",
        rate(
            lambda rng: compare_paired(
                *pairs(SOURCES["exponential"], count, -minimum, rng), minimum=minimum, unit="pt"
            ),
            ("no practical difference",),
            SIMULATED,
        ),
    )
    _at_most(
        f"any false no practical difference among {VARIANTS}",
        any_of_many(SIMULATED // 4, difference=-0.6, minimum=0.6, verdicts=("no practical difference",)),
    )
    _at_most(f"any false negligible of {PARTS} parts, 3 seeds", any_of_seeds(SIMULATED))


def _found() -> None:
    for name, size in (("normal", 0.5), ("normal", 0.2), ("exponential", 0.2)):
        found = rate(planned_pairs(SOURCES[name], size), ("better",), SIMULATED)
        _at_least(f"found, {pairs_needed(1.0, size)} planned images, {name}", found)
    for name in ("3 of 10 images change", "15 of 100 images lose"):
        compare, count = planned_losses(SOURCES[name])
        _at_least(f"found, {count} planned images, {name}", rate(compare, ("worse",), SIMULATED))
    for size in (0.5, 2.0):
        found = rate(planned_seeds(size), ("better",), SIMULATED)
        _at_least(f"found, {seeds_needed(0.8, 1.1, size)} planned runs a side", found)
    _at_least(
        "found, latency 1 % apart, planned rounds", rate(planned_latencies(0.01, 40), ("better",), SIMULATED)
    )


def _covered() -> None:
    for name, source in SOURCES.items():
        for count in (100, 300):
            _between(f"mean of {count} covered, {name}", coverage(source, count, SIMULATED))
    for rounds in (5, 8, 20):
        _between(f"speed-up of {rounds} rounds covered", speed_up_coverage(rounds, 40, SIMULATED), 0.985)


def _at_most(name: str, share: float) -> None:
    _report(Figure(name, share, None, None, FALSE_AT_MOST, share <= FALSE_AT_MOST), f"<= {FALSE_AT_MOST:.0%}")


def _at_least(name: str, share: float) -> None:
    _report(
        Figure(name, share, None, None, FOUND_AT_LEAST, share >= FOUND_AT_LEAST), f">= {FOUND_AT_LEAST:.0%}"
    )


def _between(name: str, share: float, high: float = COVERED[1]) -> None:
    low = COVERED[0]
    _report(Figure(name, share, None, None, low, low <= share <= high), f"{low * 100:g} to {high * 100:g}%")


def _report(figure: Figure, limit: str) -> None:
    FIGURES.append(figure)
    verdict = "PASS" if figure.passed else "MISS"
    print(COLUMNS.format(figure.name, f"{figure.measured:.1%}", "", "", limit, verdict), flush=True)


if __name__ == "__main__":
    main()

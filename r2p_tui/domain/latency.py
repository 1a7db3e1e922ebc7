"""Times of single requests: percentiles that enough samples stand behind, and shapes for drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from r2p_tui.domain.measurements import Latency
from r2p_tui.errors import UsageError
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.99
"""With which a percentile that is given is bounded by what was seen."""
_REPORTED = (90.0, 95.0, 99.0)
_QUANTILES = np.arange(101) / 100
_ZOOM = 0.99
"""Shared axes end at this quantile of the slowest, so that one outlier does not squeeze all else."""


def least_samples(percent: float) -> int:
    """How many samples a percentile needs; raises UsageError for a percentile outside 0 to 100.

    The smallest n with q^n <= 1 %: fewer could all lie below the true percentile too easily, 459 for p99
    and 90 for p95 (MLPerf inference rules, early stopping with no sample over the limit). For p90 it is 64,
    MLPerf's bound for a single stream, which lets one sample lie above; below p50 the other tail counts.
    """
    if not 0 < percent < 100:
        raise UsageError(
            f"There is no percentile {percent:g}.", "Name one between 0 and 100, for instance 99."
        )
    below = max(percent, 100 - percent) / 100
    allowed = 1 if math.isclose(below, 0.9) else 0
    return _least_with(below, allowed)


def summarize(samples_ms: ArrayLike, rounds: Sequence[int] | NDArray[np.integer] | None = None) -> Latency:
    """What is known of requests that took so many milliseconds; `rounds` numbers the round of each.

    Raises UsageError for no samples, for values that are no times, and for rounds of another length.
    """
    times = _checked(samples_ms)
    known = {percent: _known(times, percent) for percent in _REPORTED}
    refused = (
        _refusal(percent, least_samples(percent) - len(times))
        for percent in _REPORTED
        if known[percent] is None
    )
    return Latency(
        samples=len(times),
        mean=float(times.mean()),
        p50=float(np.median(times)),
        p90=known[90.0],
        p95=known[95.0],
        p99=known[99.0],
        maximum=float(times.max()),
        refused=tuple(refused),
        quantiles=tuple(np.quantile(times, _QUANTILES).tolist()),
        round_medians=tuple(_round_medians(times, rounds)),
    )


def shared_edges(latencies: Sequence[Latency], bins: int = 60) -> NDArray[np.float64]:
    """Edges of equal bins (bins + 1,) over which several can be drawn; raises UsageError for none.

    The last bin ends where 99 % of the slowest lie.
    """
    drawn = [one.quantiles for one in latencies if one.quantiles]
    if not drawn or bins < 1:
        raise UsageError("There are no latencies to draw.", "Run a benchmark first.")
    low = min(quantiles[0] for quantiles in drawn)
    high = max(_at(quantiles, _ZOOM) for quantiles in drawn)
    room = max(high - low, abs(high) * 1e-3, 1e-9) - (high - low)
    return np.linspace(low - room / 2, high + room / 2, bins + 1)


def density(latency: Latency, edges: ArrayLike) -> NDArray[np.float64]:
    """The share of requests per millisecond in each bin between `edges` (n + 1,), as (n,).

    Each step between two quantiles holds its share evenly; equal quantiles are a point, which falls in the
    bin that starts there (in the last one, at its end). Raises UsageError for edges that do not rise.
    """
    borders = np.asarray(edges, dtype=np.float64)
    if borders.ndim != 1 or len(borders) < 2 or not (np.diff(borders) > 0).all():
        raise UsageError("Edges of bins must rise.", "Take them from shared_edges.")
    quantiles = np.asarray(latency.quantiles, dtype=np.float64)
    if len(quantiles) < 2:
        return np.zeros(len(borders) - 1)
    shares: NDArray[np.float64] = _shares(quantiles, borders) / np.diff(borders)
    return shares


def _shares(quantiles: NDArray[np.float64], borders: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of each bin: steps that have a width are spread, those without are points."""
    share = 1 / (len(quantiles) - 1)
    starts, ends = quantiles[:-1], quantiles[1:]
    widths = ends - starts
    wide = widths > 0
    overlap = np.minimum(borders[1:, None], ends[wide]) - np.maximum(borders[:-1, None], starts[wide])
    spread = (np.clip(overlap, 0, None) / widths[wide]).sum(axis=1)
    points, _ = np.histogram(starts[~wide], bins=borders)
    shares: NDArray[np.float64] = (spread + points) * share
    return shares


def _least_with(below: float, allowed: int) -> int:
    """The smallest n with which at most 1 % of runs have only `allowed` samples above the percentile."""
    count = math.ceil(round(math.log(1 - CONFIDENCE) / math.log(below), 9))
    while sum(math.comb(count, k) * (1 - below) ** k * below ** (count - k) for k in range(allowed + 1)) > (
        1 - CONFIDENCE
    ) * (1 + 1e-9):
        count += 1
    return count


def _known(times: NDArray[np.float64], percent: float) -> float | None:
    return float(np.quantile(times, percent / 100)) if len(times) >= least_samples(percent) else None


def _refusal(percent: float, missing: int) -> str:
    verb = "is" if missing == 1 else "are"
    return f"p{percent:g} needs {least_samples(percent):,} samples; {missing:,} {verb} missing."


def _at(quantiles: Sequence[float], share: float) -> float:
    return float(np.interp(share, np.linspace(0, 1, len(quantiles)), quantiles))


def _round_medians(
    times: NDArray[np.float64], rounds: Sequence[int] | NDArray[np.integer] | None
) -> list[float]:
    if rounds is None:
        return []
    numbers = np.asarray(rounds)
    if numbers.shape != times.shape:
        raise UsageError(
            f"{len(times):,} times have {numbers.size:,} rounds.", "Give the round of each time."
        )
    return [float(np.median(times[numbers == number])) for number in np.unique(numbers)]


def _checked(samples: ArrayLike) -> NDArray[np.float64]:
    times = np.asarray(samples, dtype=np.float64).ravel()
    if not len(times):
        raise UsageError("There are no times to summarize.", "Measure at least one request.")
    if not np.isfinite(times).all() or (times < 0).any():
        bad = int((~np.isfinite(times) | (times < 0)).sum())
        raise UsageError(
            f"{count_of(bad, 'time')} of {len(times):,} {'is' if bad == 1 else 'are'} no time.",
            "Leave requests out that had no answer, and count them as lost.",
        )
    return times

"""Clocks and verdicts for the benchmarks: rounds, medians, ratios against a yardstick, machine, JSON."""

from __future__ import annotations

import gc
import json
import math
import os
import platform
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

RESULTS = Path(__file__).parent / "results"
COLUMNS = "{:<58} {:>12} {:>12} {:>7} {:>12}  {}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One promise and what came of it; `ratio` is measured / yardstick where there is a yardstick."""

    name: str
    measured: float
    yardstick: float | None
    ratio: float | None
    limit: float
    passed: bool


FIGURES: list[Figure] = []


def rounds(function: Callable[[], object], count: int = 5) -> list[float]:
    """Seconds of each of `count` calls; garbage is collected before, not during, a call."""
    return [_timed(function) for _ in range(count)]


def alternate(
    first: Callable[[], object], second: Callable[[], object], count: int = 5
) -> tuple[list[float], list[float]]:
    """Seconds of both functions, called in turn, so that a busy moment of the machine hits both."""
    pairs = [(_timed(first), _timed(second)) for _ in range(count)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def p95(values: Sequence[float]) -> float:
    """The smallest value that at least 95 % of all values do not exceed."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def compare(name: str, measured: float, yardstick: float, limit: float) -> Figure:
    """Seconds against seconds of a yardstick from the same run: passes when the ratio is at most `limit`."""
    ratio = measured / yardstick
    figure = Figure(name, measured, yardstick, ratio, limit, ratio <= limit)
    return _report(figure, duration(measured), duration(yardstick), f"{ratio:.2f}x", f"<= {limit:g}x")


def at_most(name: str, seconds: float, limit: float) -> Figure:
    """Seconds against a fixed limit in seconds."""
    figure = Figure(name, seconds, None, None, limit, seconds <= limit)
    return _report(figure, duration(seconds), "", "", f"<= {duration(limit)}")


def at_least(name: str, rate: float, limit: float) -> Figure:
    """A rate per second against the least that is promised."""
    figure = Figure(name, rate, None, None, limit, rate >= limit)
    return _report(figure, f"{rate:,.0f}/s", "", "", f">= {limit:,.0f}/s")


def megabytes_at_most(name: str, megabytes: float, limit: float) -> Figure:
    """Memory against a fixed limit, both in megabytes."""
    figure = Figure(name, megabytes, None, None, limit, megabytes <= limit)
    return _report(figure, f"{megabytes:.1f} MB", "", "", f"<= {limit:g} MB")


def duration(seconds: float) -> str:
    """`812 µs`, `9.31 ms`, `1.24 s`."""
    for size, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.0f} µs"


def heading() -> str:
    """The line above the figures."""
    return COLUMNS.format("", "measured", "yardstick", "ratio", "limit", "")


def machine() -> dict[str, str | int]:
    """What the figures were taken on."""
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    }


def save(benchmark: str, figures: Sequence[Figure]) -> Path:
    """Write the figures and the machine as `results/<benchmark>.json`."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{benchmark}.json"
    content = {"machine": machine(), "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path


def _timed(function: Callable[[], object]) -> float:
    gc.collect()
    start = perf_counter()
    function()
    return perf_counter() - start


def _report(figure: Figure, measured: str, yardstick: str, ratio: str, limit: str) -> Figure:
    verdict = "PASS" if figure.passed else "MISS"
    print(COLUMNS.format(figure.name, measured, yardstick, ratio, limit, verdict), flush=True)
    FIGURES.append(figure)
    return figure


__all__ = [
    "FIGURES", "Figure", "alternate", "at_least", "at_most", "compare", "duration", "heading", "machine",
    "median", "megabytes_at_most", "p95", "rounds", "save",
]  # fmt: skip

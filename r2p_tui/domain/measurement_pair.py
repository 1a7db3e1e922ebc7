"""Two measured things beside each other: every figure that one of them has, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from r2p_tui.domain.measurement_words import scenario_name
from r2p_tui.domain.measurements import (
    MINIMUM_LATENCY,
    MINIMUM_POINTS,
    Against,
    Cost,
    FairnessCheck,
    Latency,
    MeasuredVariant,
    Scenario,
    Surroundings,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredSide:
    """A variant of a run, or without one a run that measured a service or a command as a whole."""

    run: int
    name: str
    surroundings: Surroundings
    variant: MeasuredVariant | None = None
    scenarios: tuple[Scenario, ...] = ()
    cost: Cost | None = None
    minimum_points: float = MINIMUM_POINTS
    minimum_latency: float = MINIMUM_LATENCY
    seed: int = 0

    @property
    def label(self) -> str:
        """`#12 openvino-int8`, or with the name of the run where there is no variant."""
        return f"#{self.run} {self.variant.variant if self.variant else self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredPair:
    """The second against the first; `missing` says in sentences what only one of them has."""

    first: MeasuredSide
    second: MeasuredSide
    against: Against
    fairness: tuple[FairnessCheck, ...] = ()
    missing: tuple[str, ...] = ()


class Figure(NamedTuple):
    """One figure of both sides in `unit`; None where a side has none."""

    name: str
    unit: str
    first: float | None
    second: float | None


def figures(first: MeasuredSide, second: MeasuredSide) -> list[Figure]:
    """Every figure that at least one side has, times in ms, sizes in MB and accuracies in per cent."""
    sides = [{name: (unit, value) for name, unit, value in _values(side)} for side in (first, second)]
    one, other = sides
    names = dict.fromkeys([*one, *other])
    return [
        Figure(name, (one.get(name) or other[name])[0], _value(one.get(name)), _value(other.get(name)))
        for name in names
    ]


def missing_parts(first: MeasuredSide, second: MeasuredSide) -> tuple[str, ...]:
    """A sentence for each part that was measured on one side only."""
    return tuple(_missing_sentences(first, second))


def _missing_sentences(first: MeasuredSide, second: MeasuredSide) -> Iterator[str]:
    # What is compared of two variants says so itself.
    both = first.variant is not None and second.variant is not None
    one, other = (_scenarios(side) if both else _parts(side) for side in (first, second))
    for part in dict.fromkeys([*one, *other]):
        if part not in one or part not in other:
            has, lacks = (first, second) if part in one else (second, first)
            yield f"{lacks.label} has no {part}, so that of {has.label} is compared with nothing."


def _parts(side: MeasuredSide) -> list[str]:
    variant = side.variant
    parts = [("accuracy", variant and variant.accuracy), ("latency", variant and variant.latency)]
    return [*(name for name, value in parts if value is not None), *_scenarios(side)]


def _scenarios(side: MeasuredSide) -> list[str]:
    return [f"scenario “{scenario_name(one)}”" for one in side.scenarios]


def _value(found: tuple[str, float] | None) -> float | None:
    return found[1] if found else None


def _values(side: MeasuredSide) -> Iterator[tuple[str, str, float]]:
    values = [*_of_variant(side.variant)] if side.variant else []
    for scenario in side.scenarios:
        # The latency of a variant is that of its single stream.
        if not (side.variant and side.variant.latency and scenario.name == "single stream"):
            values += _of_scenario(scenario)
    if side.cost:
        values.append(("cost of 1,000 requests", "", side.cost.per_thousand))
    yield from ((name, unit, value) for name, unit, value in values if value is not None)


def _of_variant(variant: MeasuredVariant) -> Iterator[tuple[str, str, float | None]]:
    yield from _of_latency("latency", variant.latency)
    for name, latency in (("pre-processing", variant.preprocess), ("post-processing", variant.postprocess)):
        yield f"{name} p50", "ms", latency.p50 if latency else None
    if (accuracy := variant.accuracy) is not None:
        yield "mAP50-95", "%", accuracy.map50_95 * 100
        yield "mAP50", "%", accuracy.map50 * 100
    yield "file", "MB", _mega(variant.bytes)
    yield "cold start", "ms", variant.cold_start_ms
    yield "memory idle", "MB", _mega(variant.memory_idle)
    yield "memory under load", "MB", _mega(variant.memory_load)


def _of_latency(name: str, latency: Latency | None) -> Iterator[tuple[str, str, float | None]]:
    if latency is not None:
        shown = {"p50": latency.p50, "p90": latency.p90, "p95": latency.p95, "p99": latency.p99}
        yield from ((f"{name} {part}", "ms", value) for part, value in shown.items())
        yield f"{name} max", "ms", latency.maximum


def _of_scenario(scenario: Scenario) -> Iterator[tuple[str, str, float | None]]:
    name = scenario_name(scenario)
    yield from _of_latency(name, scenario.latency)
    yield f"{name} throughput", "a second", scenario.throughput
    if scenario.requests:
        yield f"{name} errors", "", float(scenario.errors)
        yield f"{name} lost", "", float(scenario.lost)
    yield f"{name} first token p50", "ms", scenario.first_token.p50 if scenario.first_token else None
    yield f"{name} tokens", "a second", scenario.tokens_per_second


def _mega(count: int | None) -> float | None:
    return None if count is None else count / 1e6

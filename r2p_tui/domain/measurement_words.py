"""Measured figures as text: as many digits as a reader needs, with the range they lie in."""

from __future__ import annotations

from collections.abc import Sequence

from r2p_tui.domain.measurements import (
    AblationRow,
    Change,
    Interval,
    Latency,
    MeasuredVariant,
    Measurement,
    OwnAblation,
    Scenario,
)

NONE = "-"
_MEGABYTE = 1_000_000


def figure(value: float | None) -> str:
    """Three digits or more of a figure above zero: `0.012`, `5.60`, `12.3`, `1,234`."""
    if value is None:
        return NONE
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.1 or not value else f"{value:.2g}"


def megabytes(count: int | None) -> str:
    """Bytes in millions."""
    return NONE if count is None else figure(count / _MEGABYTE)


def per_cent(share: float | None) -> str:
    """A share of 1 as mAP is written: `76.7`."""
    return NONE if share is None else f"{share * 100:.1f}"


def difference(value: float) -> str:
    """With its sign, and no sign where it rounds to nothing: `-0.5`, `+1.0`, `0.0`."""
    text = f"{value:+.1f}" if abs(value) < 100 else f"{value:+,.0f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def change_text(change: Change | None) -> str:
    """`-0.5 (-0.8 to -0.2)`: the difference and the interval it lies in."""
    if change is None:
        return NONE
    if change.interval is None:
        return difference(change.difference)
    low, high = change.interval.low, change.interval.high
    return f"{difference(change.difference)} ({difference(low)} to {difference(high)})"


def ratio_text(value: float | None, interval: Interval | None = None) -> str:
    """`1.66 (1.61 to 1.70)`."""
    if value is None:
        return NONE
    return f"{value:.2f}" + (f" ({interval.low:.2f} to {interval.high:.2f})" if interval else "")


def best_int8(measurement: Measurement) -> str:
    """The variant that stands for quantizing: the one its goal names, else the fastest INT8 that ran.

    Empty where no INT8 ran.
    """
    named = measurement.goal.best_int8 if measurement.goal else ""
    ran = [one for one in measurement.measured if one.precision == "int8"]
    if any(one.variant == named for one in ran):
        return named
    return min(ran, key=_speed).variant if ran else ""


def main_variant(measurement: Measurement) -> str:
    """The variant that a run is about, where nobody names one; empty where none ran."""
    ran = [one.variant for one in measurement.measured]
    if measurement.kind == "quantize" and (best := best_int8(measurement)):
        return best
    return measurement.reference if measurement.reference in ran else next(iter(ran), "")


def scenario_name(scenario: Scenario) -> str:
    """Its name, and the size of its batches where that tells it from others: `offline, batch 8`."""
    batch = f", batch {scenario.batch}" if scenario.name == "offline" or scenario.batch > 1 else ""
    return scenario.name + batch


def by_seed(study: OwnAblation, row: AblationRow | None) -> list[float | None]:
    """The metric at each seed of the study without one thing, or of the full training for no row.

    A training that failed left none.
    """
    values, seeds = (row.values, row.seeds or study.seeds) if row else (study.full, study.seeds)
    known = dict(zip(seeds, values, strict=False))
    return [known.get(seed) for seed in study.seeds]


def timed(measurement: Measurement) -> list[tuple[str, Latency]]:
    """Everything that was timed, by name: variants, scenarios, first tokens.

    The single stream of a variant is its latency, and not told twice.
    """
    found = [(one.variant, one.latency) for one in measurement.measured if one.latency]
    scenarios = [one for one in measurement.scenarios if not (found and one.name == "single stream")]
    found += [(scenario_name(one), one.latency) for one in scenarios if one.latency]
    return found + [(f"first token, {one.name}", one.first_token) for one in scenarios if one.first_token]


def refusals(found: Sequence[tuple[str, Latency]]) -> list[str]:
    """What was not told for want of samples: each sentence once, with names where it is not true of all."""
    names: dict[str, list[str]] = {}
    for name, latency in found:
        for sentence in latency.refused:
            names.setdefault(sentence, []).append(name)
    return [
        sentence if len(told) == len(found) else f"{', '.join(told)}: {sentence}"
        for sentence, told in names.items()
    ]


def _speed(variant: MeasuredVariant) -> float:
    return variant.latency.p50 if variant.latency else float("inf")

"""Single samples of measured variants and scenarios, and what follows from two of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from r2p_tui.domain.measurement_pair import MeasuredSide
from r2p_tui.domain.measurements import Against, MeasuredVariant, Measurement, Scenario
from r2p_tui.domain.variant_comparison import Samples, compare_all, compare_variants
from r2p_tui.errors import NotFoundError
from r2p_tui.runs.measured_arrays import FOLDER, load_samples, scenario_arrays

# Rounds of two runs were not taken beside each other, so no number of a round is in both.
_ANOTHER_RUN = 1_000_000_000
_APART = "The two runs did not take turns, so what changed on the machine between them counts as well."
# Of scenarios that both sides have, the first of these is compared.
_SCENARIOS = ("server", "single stream")


def against_reference(folder: Path, found: Measurement, reference: MeasuredVariant) -> tuple[Against, ...]:
    """Every other measured variant of one run against this one.

    Raises R2PError where single samples of one cannot be read; where they were not kept, `missing` says so.
    """
    samples = {one.variant: kept for one in found.measured if (kept := _kept(folder, one.arrays))}
    return compare_all(
        reference, found.measured, samples, minimum_points=found.minimum_points,
        minimum_latency=found.minimum_latency, seed=found.seed,
    )  # fmt: skip


def against_other(folders: tuple[Path, Path], first: MeasuredSide, second: MeasuredSide) -> Against:
    """One side against the other: two variants, or the scenario that both were measured in.

    What matters is the smaller of what mattered to either run. Raises R2PError where single samples cannot be
    read.
    """
    if first.variant is not None and second.variant is not None:
        names = [one.arrays for one in (first.variant, second.variant)]
        sides = [
            replace(one, variant=side.label)
            for one, side in ((first.variant, first), (second.variant, second))
        ]
        return _compared(folders, (first, second), sides, names)
    for scenario in _shared(first, second):
        sides = [_as_variant(side, one) for side, one in zip((first, second), scenario, strict=True)]
        against = _compared(
            folders, (first, second), sides, [f"{FOLDER}/{scenario_arrays(scenario[0].name)}.npz"] * 2
        )
        told = f"Latency is that of the scenario “{scenario[0].name}”."
        missing = [line for line in against.missing if not line.startswith("Accuracy")]
        return replace(against, missing=(*([told] if against.latency else []), *missing))
    return Against(reference=first.label, variant=second.label)


def _compared(
    folders: tuple[Path, Path],
    told: tuple[MeasuredSide, MeasuredSide],
    sides: list[MeasuredVariant],
    names: list[str],
) -> Against:
    alike = folders[0] == folders[1]
    samples = [_kept(folder, name) for folder, name in zip(folders, names, strict=True)]
    if (second := samples[1]) is not None and not alike:
        samples[1] = replace(second, rounds=second.rounds + _ANOTHER_RUN)
    against = compare_variants(
        sides[0], samples[0], sides[1], samples[1],
        minimum_points=min(side.minimum_points for side in told),
        minimum_latency=min(side.minimum_latency for side in told), seed=told[0].seed,
    )  # fmt: skip
    apart = [_APART] if against.latency and not alike else []
    return replace(against, missing=(*against.missing, *apart))


def _shared(first: MeasuredSide, second: MeasuredSide) -> Iterator[tuple[Scenario, Scenario]]:
    for name in _SCENARIOS:
        both = [
            next((one for one in side.scenarios if one.name == name and one.latency), None)
            for side in (first, second)
        ]
        if both[0] and both[1]:
            yield both[0], both[1]


def _as_variant(side: MeasuredSide, scenario: Scenario) -> MeasuredVariant:
    return MeasuredVariant(
        variant=side.label, engine="", precision="", state="measured", latency=scenario.latency
    )


def _kept(folder: Path, name: str) -> Samples | None:
    """None where nothing was kept."""
    if not name:
        return None
    try:
        return load_samples(folder, name)
    except NotFoundError:
        return None

"""What was measured as tables for readers: rounded figures, changes with intervals, verdicts in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from r2p_tui.domain.measurement_words import (
    by_seed,
    change_text,
    figure,
    megabytes,
    per_cent,
    ratio_text,
    scenario_name,
)
from r2p_tui.domain.measurements import (
    Against,
    Change,
    Interval,
    MeasuredVariant,
    Measurement,
    Scenario,
)


class Column(NamedTuple):
    """A column of figures stands right; with little room those with the highest `spare` go first, 0 never."""

    name: str
    right: bool = True
    spare: int = 0


class ReadingTable(NamedTuple):
    """One table; a cell is empty where nothing was measured."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


_LATENCY = (
    Column("p50"),
    Column("p90", spare=3),
    Column("p95", spare=5),
    Column("p99", spare=2),
    Column("max", spare=4),
)
VERDICT = Column("verdict", right=False)


def measurement_tables(measurement: Measurement) -> list[ReadingTable]:
    """Those that have rows, in the order of reading."""
    found = [
        scenario_table(measurement.scenarios),
        token_table(measurement.scenarios),
        speed_table(measurement),
        accuracy_table(measurement),
        size_table(measurement.measured),
        cost_table(measurement),
        checklist_table(measurement),
        skipped_table(measurement),
    ]
    return [table for table in found if table.rows]


def speed_table(measurement: Measurement) -> ReadingTable:
    """Latency of each variant that ran, and how many times as fast as the reference it is."""
    against = f"; speed-up over {measurement.reference}" if measurement.against else ""
    rows = [_speed_row(measurement, one) for one in measurement.measured if one.latency]
    columns = (Column("variant", False), *_LATENCY, Column("speed-up"), VERDICT)
    return without_empty(ReadingTable(f"Speed, ms a request{against}", columns, tuple(rows)))


def _speed_row(measurement: Measurement, one: MeasuredVariant) -> tuple[str, ...]:
    against = measurement.against_reference(one.variant)
    return (
        one.variant,
        *_latency_cells(one),
        _reference_cell(measurement, one.variant, _speed_up(against) if against else ""),
        _verdict(against.latency if against else None),
    )


def _speed_up(against: Against) -> str:
    return ratio_text(against.speed_up, against.speed_up_interval)


def _latency_cells(one: MeasuredVariant | Scenario) -> tuple[str, ...]:
    latency = one.latency
    if latency is None:
        return ("",) * len(_LATENCY)
    return tuple(map(figure, (latency.p50, latency.p90, latency.p95, latency.p99, latency.maximum)))


def _reference_cell(measurement: Measurement, variant: str, told: str) -> str:
    return "reference" if variant == measurement.reference and measurement.against else told


def accuracy_table(measurement: Measurement) -> ReadingTable:
    """Accuracy of each variant in per cent, and its change in points."""
    images = next((one.accuracy.images for one in measurement.measured if one.accuracy), 0)
    against = f"; change in points against {measurement.reference}" if measurement.against else ""
    columns = (
        Column("variant", False),
        Column("mAP50-95"),
        Column("95 %", spare=3),
        Column("mAP50", spare=2),
        Column("change"),
        Column("p", spare=1),
        VERDICT,
    )
    rows = [_accuracy_row(measurement, one) for one in measurement.measured if one.accuracy]
    return without_empty(
        ReadingTable(f"Accuracy on {images:,} images, per cent{against}", columns, tuple(rows))
    )


def _accuracy_row(measurement: Measurement, one: MeasuredVariant) -> tuple[str, ...]:
    accuracy, against = one.accuracy, measurement.against_reference(one.variant)
    change = against.accuracy if against else None
    assert accuracy  # noqa: S101
    return (
        one.variant,
        per_cent(accuracy.map50_95),
        _between(accuracy.interval, 100),
        per_cent(accuracy.map50),
        _reference_cell(measurement, one.variant, change_text(change) if change else ""),
        f"{change.p_value:.2g}" if change and change.p_value is not None else "",
        _verdict(change),
    )


def size_table(measured: Sequence[MeasuredVariant]) -> ReadingTable:
    """Sizes and memory in MB, times in ms, and what ran on integers."""
    columns = (
        Column("variant", False),
        Column("file MB"),
        Column("start ms"),
        Column("idle MB"),
        Column("load MB"),
        Column("pre + post ms", spare=1),
        Column("on integers"),
    )
    rows = tuple(
        (
            one.variant,
            _known(megabytes(one.bytes)),
            _known(figure(one.cold_start_ms)),
            _known(megabytes(one.memory_idle)),
            _known(megabytes(one.memory_load)),
            _around(one),
            f"{one.proof.integer_layers} of {one.proof.layers}" if one.proof else "",
        )
        for one in measured
    )
    return without_empty(ReadingTable("File, cold start, memory, and kernels on integers", columns, rows))


def _around(one: MeasuredVariant) -> str:
    """What is done with an image before and with its detections after."""
    if one.preprocess is None or one.postprocess is None:
        return ""
    return f"{figure(one.preprocess.p50)} + {figure(one.postprocess.p50)}"


def cost_table(measurement: Measurement) -> ReadingTable:
    """What 1,000 requests cost at the price per hour that was named."""
    columns = (Column("variant", False), Column("1,000 requests"), Column("95 %"), Column("at an hour"))
    rows = tuple(
        (name, f"{one.per_thousand:.3g}", _cost_range(one.interval), f"{one.price_per_hour:.4g}")
        for name, one in measurement.costs.items()
    )
    return without_empty(ReadingTable("Cost", columns, rows))


def scenario_table(scenarios: Sequence[Scenario]) -> ReadingTable:
    """Ways of asking with what was held: latency in ms, throughput a second."""
    columns = (
        Column("scenario", False),
        *_LATENCY,
        Column("a second"),
        Column("95 %", spare=4),
        Column("requests", spare=1),
        Column("errors"),
        Column("lost"),
    )
    rows = tuple(_scenario_row(one) for one in scenarios)
    return without_empty(ReadingTable("Scenarios, ms a request", columns, rows))


def _scenario_row(one: Scenario) -> tuple[str, ...]:
    return (
        scenario_name(one),
        *_latency_cells(one),
        _known(figure(one.throughput)),
        _between(one.throughput_interval, 1),
        f"{one.requests:,}",
        f"{one.errors:,}",
        f"{one.lost:,}",
    )


def token_table(scenarios: Sequence[Scenario]) -> ReadingTable:
    """For endpoints that stream text: the time to the first token in ms, and tokens a second."""
    columns = (Column("scenario", False), *_LATENCY, Column("tokens a second"))
    rows = tuple(
        (
            scenario_name(one),
            *(_latency_cells(Scenario(name="", words="", latency=one.first_token))),
            _known(figure(one.tokens_per_second)),
        )
        for one in scenarios
        if one.first_token or one.tokens_per_second is not None
    )
    return without_empty(ReadingTable("First token, ms", columns, rows))


def checklist_table(measurement: Measurement) -> ReadingTable:
    """The deployment checklist; what was seen in single cases stands below its item."""
    rows: list[tuple[str, ...]] = []
    for one in measurement.checklist:
        rows.append((one.name, one.state, one.sentence))
        rows += [("", "", f"- {detail}") for detail in one.details]
    columns = (Column("check", False), Column("state", False), Column("seen", False))
    return ReadingTable("Deployment checklist", columns, tuple(rows))


def class_table(against: Against) -> ReadingTable:
    """Average precision of each class in per cent on both sides, and its change in points."""
    columns = (Column("class", False), Column("before"), Column("after"), Column("change"), VERDICT)
    rows = tuple(
        (one.name, per_cent(one.before), per_cent(one.after), change_text(one.change), one.change.verdict)
        for one in against.classes
    )
    return ReadingTable(f"Classes: {against.variant} against {against.reference}, points", columns, rows)


def layer_table(measurement: Measurement) -> ReadingTable:
    """How much quantizing each layer alone moves the output."""
    columns = (Column("layer", False), Column("error"), Column("left in float", False))
    rows = tuple((one.name, figure(one.error), "yes" if one.kept_float else "") for one in measurement.layers)
    return ReadingTable("Error of each layer", columns, rows)


def profile_table(variant: MeasuredVariant) -> ReadingTable:
    """Where the time of a variant goes."""
    columns = (Column("layer", False), Column("ms"), Column("%"))
    rows = tuple((one.name, figure(one.milliseconds), per_cent(one.share)) for one in variant.profile)
    return ReadingTable(f"Where the time of {variant.variant} goes", columns, rows)


def ablation_table(measurement: Measurement) -> ReadingTable:
    """The metric of each seed with one thing removed at a time, the change, and what it is worth."""
    found = measurement.ablation
    if found is None:
        return ReadingTable("", (), ())
    seeds = tuple(Column(f"seed {seed}", spare=1) for seed in found.seeds)
    columns = (Column("without", False), *seeds, Column("mean"), Column("change"), Column("worth", False))
    rows: list[tuple[str, ...]] = [("nothing", *_per_seed(by_seed(found, None)), "", "")]
    rows += [
        (one.name, *_per_seed(by_seed(found, one)), change_text(one.change), one.worth) for one in found.rows
    ]
    return ReadingTable(f"{found.metric} after {found.epochs} epochs", columns, tuple(rows))


def _per_seed(values: Sequence[float | None]) -> tuple[str, ...]:
    """Each, and their mean."""
    known = [value for value in values if value is not None]
    mean = f"{sum(known) / len(known):.4g}" if known else ""
    return (*("" if value is None else f"{value:.4g}" for value in values), mean)


def skipped_table(measurement: Measurement) -> ReadingTable:
    """What did not run, and why."""
    rows = tuple(
        (one.variant, one.state, one.reason) for one in measurement.variants if one.state != "measured"
    )
    columns = (Column("variant", False), Column("state", False), Column("why", False))
    return ReadingTable("Not measured", columns, rows)


def undecided(measurement: Measurement) -> Iterator[str]:
    """A sentence for each verdict that lacks data, with how many more it takes."""
    for one in measurement.against:
        for name, change in (("latency", one.latency), ("accuracy", one.accuracy)):
            if change and change.verdict == "not enough data":
                yield f"{one.variant}, {name}: {change.sentence}"


def not_compared(measurement: Measurement) -> list[str]:
    """What was missing for comparisons with the reference, each sentence once."""
    return list(dict.fromkeys(line for one in measurement.against for line in one.missing))


def _verdict(change: Change | None) -> str:
    return change.verdict if change else ""


def _between(interval: Interval | None, scale: float) -> str:
    return f"{interval.low * scale:.1f} to {interval.high * scale:.1f}" if interval else ""


def _cost_range(interval: Interval | None) -> str:
    return f"{interval.low:.3g} to {interval.high:.3g}" if interval else ""


def _known(text: str) -> str:
    """Nothing where nothing was measured, so that a column of nothing falls away."""
    return "" if text == "-" else text


def without_empty(table: ReadingTable) -> ReadingTable:
    """Without the columns in which no row has a figure."""
    shown = [
        place
        for place in range(len(table.columns))
        if not place or any(row[place] not in ("", "-") for row in table.rows)
    ]
    return ReadingTable(
        table.title,
        tuple(table.columns[place] for place in shown),
        tuple(tuple(row[place] for place in shown) for row in table.rows),
    )

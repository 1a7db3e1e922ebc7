"""What was measured as CSV and Markdown, for spreadsheets, issues and reports."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from r2p_tui.domain.measurement_pair import MeasuredPair, figures
from r2p_tui.domain.measurement_pair_tables import SAME_WORDS, pair_tables, told
from r2p_tui.domain.measurement_tables import (
    ReadingTable,
    ablation_table,
    class_table,
    layer_table,
    measurement_tables,
    not_compared,
    profile_table,
    undecided,
)
from r2p_tui.domain.measurement_words import by_seed, main_variant, refusals, timed
from r2p_tui.domain.measurements import (
    Against,
    Change,
    Cost,
    FairnessCheck,
    Interval,
    Latency,
    MeasuredVariant,
    Measurement,
    Scenario,
)
from r2p_tui.domain.table_export import markdown_cell
from r2p_tui.errors import UsageError

Value = str | float | int | None
_FORMULA_STARTS = ("=", "+", "-", "@")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?%?")


class Sheet(NamedTuple):
    """One table with its header; units stand in the names of the columns."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


# --- which tables -----------------------------------------------------------------------------------------


def sheets(measurement: Measurement) -> dict[str, Sheet]:
    """The tables of a measurement by the name of their part, the main one first; empty ones are left out."""
    found = {
        "ablation": _ablation(measurement),
        "scenarios": _scenarios(measurement),
        "variants": _variants(measurement),
        "classes": _classes(measurement.against),
        "layers": _layers(measurement),
        "profile": _profile(measurement),
        "checklist": Sheet(
            "Deployment checklist",
            ("check", "state", "seen"),
            tuple((one.name, one.state, one.sentence) for one in measurement.checklist),
        ),
    }
    return {name: sheet for name, sheet in found.items() if sheet.rows}


def pair_sheets(pair: MeasuredPair) -> dict[str, Sheet]:
    """The tables of a comparison: figures, verdicts, what both had alike, and classes."""
    labels = pair.first.label, pair.second.label
    found = {
        "figures": Sheet(
            "Figures",
            ("figure", "unit", *labels, "difference"),
            tuple(
                (one.name, one.unit, one.first, one.second, _minus(one.second, one.first))
                for one in figures(pair.first, pair.second)
            ),
        ),
        "verdicts": _verdicts(pair.against),
        "fairness": _fairness(pair.fairness, labels),
        "classes": _classes((pair.against,)),
    }
    return {name: sheet for name, sheet in found.items() if sheet.rows}


def part_of(found: Mapping[str, Sheet], part: str | None) -> Sheet:
    """The table of that name, the main one without a name; raises UsageError with those that are there."""
    if not found:
        raise UsageError("Nothing was measured that a table could hold.", "See why with: r2p logs last")
    name = part or next(iter(found))
    if name not in found:
        raise UsageError(f"There is no part “{name[:40]}” here.", f"Parts: {', '.join(found)}.")
    return found[name]


# --- as text ----------------------------------------------------------------------------------------------


def as_csv(sheet: Sheet) -> str:
    """One table with its header; no cell is a formula to a spreadsheet."""
    stream = io.StringIO()
    lines = [sheet.header, *([_exact(value) for value in row] for row in sheet.rows)]
    csv.writer(stream, lineterminator="\n").writerows([_guarded(cell) for cell in line] for line in lines)
    return stream.getvalue()


def as_markdown(title: str, sentences: Iterable[str], tables: Iterable[ReadingTable]) -> str:
    """A document of tables below a title and the sentences that say what follows from them."""
    parts = [f"# {markdown_cell(title)}", *map(markdown_cell, sentences)]
    for table in tables:
        parts += [f"## {markdown_cell(table.title)}", _markdown_table(table)]
    return "\n\n".join(parts) + "\n"


def measurement_markdown(title: str, measurement: Measurement) -> str:
    """The whole result of one run."""
    best = measurement.variant(main_variant(measurement))
    more = [ablation_table(measurement), *map(class_table, measurement.against), layer_table(measurement)]
    more += [profile_table(best)] if best else []
    tables = [*measurement_tables(measurement), *(table for table in more if table.rows)]
    return as_markdown(title, measurement_sentences(measurement), tables)


def pair_markdown(title: str, pair: MeasuredPair) -> str:
    """A comparison of two."""
    tables = [*pair_tables(pair), class_table(pair.against)]
    return as_markdown(title, pair_sentences(pair), [table for table in tables if table.rows])


def measurement_sentences(measurement: Measurement) -> Iterator[str]:
    """What follows from a measurement, what was refused, and what did not run."""
    if measurement.goal:
        yield measurement.goal.sentence
    if measurement.calibration and measurement.calibration.sentence:
        yield f"Calibration: {measurement.calibration.sentence}"
    yield from refusals(timed(measurement))
    yield from (f"Cost of {name}: {one.sentence}" for name, one in measurement.costs.items())
    yield from undecided(measurement)
    yield from not_compared(measurement)
    yield from measurement.notes


def pair_sentences(pair: MeasuredPair) -> Iterator[str]:
    """What follows from a comparison."""
    yield from told(pair.against)
    yield from pair.missing


def _markdown_table(table: ReadingTable) -> str:
    lines = [
        [column.name for column in table.columns],
        ["---:" if column.right else "---" for column in table.columns],
        *table.rows,
    ]
    return "\n".join("| " + " | ".join(map(markdown_cell, line)) + " |" for line in lines)


def _guarded(text: str) -> str:
    """One line of text that no spreadsheet runs as a formula; numbers stay numbers."""
    line = " ".join(text.split())
    return "'" + line if line.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(line) else line


def _exact(value: Value) -> str:
    if value is None:
        return ""
    # Adding nothing takes the sign from a zero.
    return f"{value + 0.0:.6g}" if isinstance(value, float) else str(value)


# --- the tables -------------------------------------------------------------------------------------------


def _variants(measurement: Measurement) -> Sheet:
    rows = []
    names: tuple[str, ...] = ()
    for one in measurement.variants:
        against = measurement.against_reference(one.variant)
        cells = [*_variant_cells(one), *_against_cells(against), *_cost_cells(measurement.costs, one.variant)]
        names = tuple(name for name, _ in cells)
        rows.append(tuple(value for _, value in cells))
    against_words = f", against {measurement.reference}" if measurement.against else ""
    return Sheet(f"Variants{against_words}", names, tuple(rows))


def _variant_cells(one: MeasuredVariant) -> Iterator[tuple[str, Value]]:
    yield from {"variant": one.variant, "state": one.state, "reason": one.reason}.items()
    yield from _latency_cells("", one.latency)
    for name, latency in (("preprocess", one.preprocess), ("postprocess", one.postprocess)):
        yield f"{name}_p50_ms", latency.p50 if latency else None
    accuracy = one.accuracy
    yield "map50_95", accuracy.map50_95 if accuracy else None
    yield from _interval_cells("map50_95", accuracy.interval if accuracy else None)
    yield "map50", accuracy.map50 if accuracy else None
    yield "size_bytes", one.bytes
    yield "cold_start_ms", one.cold_start_ms
    yield "memory_idle_bytes", one.memory_idle
    yield "memory_load_bytes", one.memory_load
    yield "qdq_pairs", one.proof.qdq_pairs if one.proof else None
    yield "integer_layers", one.proof.integer_layers if one.proof else None
    yield "layers", one.proof.layers if one.proof else None
    yield "float_layers", " ".join(one.float_layers)
    yield "sha256", one.sha256


def _against_cells(against: Against | None) -> Iterator[tuple[str, Value]]:
    yield "speed_up", against.speed_up if against else None
    yield from _interval_cells("speed_up", against.speed_up_interval if against else None)
    yield "size_ratio", against.size_ratio if against else None
    yield from _change_cells("latency_change_percent", against.latency if against else None)
    yield from _change_cells("map_change_pt", against.accuracy if against else None)


def _change_cells(name: str, change: Change | None) -> Iterator[tuple[str, Value]]:
    yield name, change.difference if change else None
    yield from _interval_cells(name, change.interval if change else None)
    yield f"{name}_p", change.p_value if change else None
    yield f"{name}_verdict", change.verdict if change else ""


def _interval_cells(name: str, interval: Interval | None) -> Iterator[tuple[str, Value]]:
    yield f"{name}_low", interval.low if interval else None
    yield f"{name}_high", interval.high if interval else None


def _cost_cells(costs: Mapping[str, Cost], name: str) -> Iterator[tuple[str, Value]]:
    cost = costs.get(name)
    yield "cost_per_thousand", cost.per_thousand if cost else None
    yield from _interval_cells("cost_per_thousand", cost.interval if cost else None)


def _latency_cells(start: str, latency: Latency | None) -> Iterator[tuple[str, Value]]:
    yield f"{start}samples", latency.samples if latency else None
    for name in ("p50", "p90", "p95", "p99"):
        yield f"{start}{name}_ms", getattr(latency, name) if latency else None
    yield f"{start}max_ms", latency.maximum if latency else None


def _scenarios(measurement: Measurement) -> Sheet:
    rows = [[*_scenario_cells(one)] for one in measurement.scenarios]
    header = tuple(name for name, _ in rows[0]) if rows else ()
    return Sheet("Scenarios", header, tuple(tuple(value for _, value in row) for row in rows))


def _scenario_cells(one: Scenario) -> Iterator[tuple[str, Value]]:
    yield from {"scenario": one.name, "how": one.words, "clients": one.clients, "batch": one.batch}.items()
    yield "requests", one.requests
    yield "seconds", one.seconds
    yield "throughput_per_second", one.throughput
    yield from _interval_cells("throughput", one.throughput_interval)
    yield "errors", one.errors
    yield "lost", one.lost
    yield from _latency_cells("", one.latency)
    yield from _latency_cells("first_token_", one.first_token)
    yield "tokens_per_second", one.tokens_per_second


def _classes(against: Sequence[Against]) -> Sheet:
    header = (
        "variant", "class", "before", "after", "change_pt", "change_pt_low", "change_pt_high", "change_pt_p",
        "verdict",
    )  # fmt: skip
    rows = tuple(
        (
            side.variant,
            one.name,
            one.before,
            one.after,
            *(value for _, value in _change_cells("", one.change)),
        )
        for side in against
        for one in side.classes
    )
    return Sheet("Classes", header, rows)


def _layers(measurement: Measurement) -> Sheet:
    rows = tuple((one.name, one.error, "yes" if one.kept_float else "") for one in measurement.layers)
    return Sheet("What quantizing each layer alone does", ("layer", "error", "left_in_float"), rows)


def _profile(measurement: Measurement) -> Sheet:
    variant = measurement.variant(main_variant(measurement))
    rows = tuple((one.name, one.milliseconds, one.share) for one in (variant.profile if variant else ()))
    return Sheet(
        f"Where the time of {variant.variant if variant else ''} goes", ("layer", "ms", "share"), rows
    )


def _ablation(measurement: Measurement) -> Sheet:
    found = measurement.ablation
    if found is None:
        return Sheet("Ablation", (), ())
    seeds = tuple(f"seed_{seed}" for seed in found.seeds)
    header = (
        "without",
        *seeds,
        "change_pt",
        "change_pt_low",
        "change_pt_high",
        "change_pt_p",
        "verdict",
        "worth",
    )
    empty = (None,) * 4
    rows = [("(full)", *by_seed(found, None), *empty, "", "")]
    for one in found.rows:
        change = tuple(value for _, value in _change_cells("", one.change))
        rows.append((one.name, *by_seed(found, one), *change, one.worth))
    return Sheet(f"Ablation: {found.metric} after {found.epochs} epochs", header, tuple(rows))


def _verdicts(against: Against) -> Sheet:
    parts = {"latency": against.latency, "mAP50-95": against.accuracy, "F1 of images": against.per_image}
    header = ("what", "unit", "change", "change_low", "change_high", "p", "verdict", "smallest_that_matters",
              "needed")  # fmt: skip
    rows = tuple(
        (name, one.unit, *(value for _, value in _change_cells("", one)), one.minimum, one.needed)
        for name, one in parts.items()
        if one
    )
    return Sheet("Verdicts", header, rows)


def _fairness(checks: Sequence[FairnessCheck], labels: tuple[str, str]) -> Sheet:
    rows = tuple((one.name, SAME_WORDS[one.same], one.first, one.second) for one in checks)
    return Sheet("What both had alike", ("what", "same", *labels), rows)


def _minus(second: float | None, first: float | None) -> float | None:
    return None if first is None or second is None else second - first

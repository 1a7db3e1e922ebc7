"""A measurement as rows, points and bars: what the parts of its screen draw, computed from values alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from r2p_tui.domain.measurement_words import (
    change_text,
    difference,
    figure,
    main_variant,
    megabytes,
    per_cent,
)
from r2p_tui.domain.pareto import front, knee
from r2p_tui.tui import measurement_words as words
from r2p_tui.tui.widgets.bar_list import BarFace
from r2p_tui.tui.widgets.change_bars import ChangeFace
from r2p_tui.tui.widgets.curve_plot import LETTERS
from r2p_tui.tui.widgets.latency_plot import TimesFace
from r2p_tui.tui.widgets.pareto_plot import ParetoPoint
from r2p_tui.tui.widgets.variant_list import Column, VariantRow

if TYPE_CHECKING:
    from r2p_tui.domain.measurements import (
        AblationRow,
        Against,
        Change,
        Latency,
        MeasuredVariant,
        Measurement,
    )

PARTS: Final[Mapping[str, str]] = {
    "ablation": "Ablation",
    "table": "Table",
    "pareto": "Pareto",
    "classes": "Classes",
    "latency": "Latency",
    "layers": "Layers",
    "time": "Time",
    "checklist": "Checklist",
    "about": "About",
}
TIMES_AT_MOST: Final = 5
KNEE: Final = "◆ knee"
_INTERVALS_FROM, _WORDS_FROM, _SIZE_FROM, _P99_FROM, _MAP_FROM = 100, 112, 76, 68, 52


def parts_of(measurement: Measurement) -> list[str]:
    """Those that have something to show."""
    ran = measurement.measured
    has = {
        "ablation": measurement.ablation is not None,
        "table": bool(measurement.variants),
        "pareto": len(_placed(measurement)) > 1,
        "classes": any(one.classes for one in measurement.against),
        "latency": any(latency.quantiles for _, latency in _latencies(measurement)),
        "layers": bool(measurement.layers),
        "time": any(one.profile for one in ran),
        "checklist": bool(measurement.checklist or measurement.scenarios),
        "about": True,
    }
    # What a benchmark is about are its checks and scenarios, not the one variant in its table.
    names = [name for name in PARTS if has[name]]
    if measurement.kind == "benchmark" and has["checklist"]:
        names = ["checklist", *(name for name in names if name != "checklist")]
    return names


def slots_of(measurement: Measurement) -> dict[str, int]:
    """The number that gives a variant its letter and its colour, in every part the same."""
    return {key: slot for slot, key in enumerate(dict.fromkeys(one.variant for one in measurement.measured))}


def letter_of(slot: int) -> str:
    """The letter of a variant."""
    return LETTERS[slot % len(LETTERS)]


def known_keys(measurement: Measurement) -> set[str]:
    """All that can be chosen: variants, and scenarios with a latency."""
    return {one.variant for one in measurement.variants} | {key for key, _ in _latencies(measurement)}


def first_chosen(measurement: Measurement) -> str:
    """The variant to begin with: the one that the run is about."""
    return main_variant(measurement) or next((one.variant for one in measurement.variants), "")


# Table


def table_columns(width: int) -> list[Column]:
    """As many as there is room for beside a name that can be read."""
    columns = [Column("size", "MB", 8)] if width >= _SIZE_FROM else []
    columns.append(Column("p50", "p50 ms", 8))
    columns += [Column("p99", "p99 ms", 9)] if width >= _P99_FROM else []
    columns.append(Column("speed", "speed-up", 10))
    columns += [Column("map", "mAP %", 7)] if width >= _MAP_FROM else []
    columns.append(
        Column("change", "change, pt", 24) if width >= _INTERVALS_FROM else Column("short", "mAP, pt", 9)
    )
    return [*columns, *([Column("words", "", -25)] if width >= _WORDS_FROM else [])]


def variant_rows(measurement: Measurement, marks: Collection[str]) -> list[VariantRow]:
    """What ran, then what did not with its reason, both in the order of the matrix."""
    slots = slots_of(measurement)
    ran = [_row(measurement, one, slots[one.variant], one.variant in marks) for one in measurement.measured]
    return [*ran, *(_row_aside(one) for one in measurement.variants if one.state != "measured")]


def _row(measurement: Measurement, one: MeasuredVariant, slot: int, is_marked: bool) -> VariantRow:
    return VariantRow(
        key=one.variant,
        name=words.name_of(one.variant),
        letter=letter_of(slot),
        slot=slot,
        cells=dict(_cells(measurement, one)),
        is_marked=is_marked,
    )


def _row_aside(one: MeasuredVariant) -> VariantRow:
    tone = "due" if one.state == "failed" else "muted"
    return VariantRow(one.variant, words.name_of(one.variant), "", 0, {}, f"{one.state}: {one.reason}", tone)


def _cells(measurement: Measurement, one: MeasuredVariant) -> Iterator[tuple[str, tuple[str, str]]]:
    against, latency = measurement.against_reference(one.variant), one.latency
    is_reference = one.variant == measurement.reference and bool(measurement.against)
    yield "size", (megabytes(one.bytes), "muted")
    yield "p50", (figure(latency.p50 if latency else None), "title")
    refused = latency is not None and latency.p99 is None
    yield (
        "p99",
        (
            "refused" if refused else figure(latency.p99 if latency else None),
            "muted" if refused else "title",
        ),
    )
    yield "map", (per_cent(one.accuracy.map50_95 if one.accuracy else None), "title")
    yield "words", ("the reference" if is_reference else words.verdict_words(against), "muted")
    yield from _against_cells(against, is_reference)


def _against_cells(against: Against | None, is_reference: bool) -> Iterator[tuple[str, tuple[str, str]]]:
    speed = f"{against.speed_up:.2f}x" if against and against.speed_up is not None else "-"
    change, latency = (against.accuracy, against.latency) if against else (None, None)
    yield "speed", _judged("1.00x" if is_reference else speed, latency)
    yield "change", _judged("reference" if is_reference else change_text(change), change)
    yield "short", _judged("ref" if is_reference else _short(change), change)


def _short(change: Change | None) -> str:
    return difference(change.difference) if change else "-"


def _judged(text: str, change: Change | None) -> tuple[str, str]:
    """With the sign of its verdict, in a column of its own."""
    return f"{text} {words.mark_of(change) or ' '}", words.tone_of(change) if change else "muted"


# Pareto


def front_columns(width: int) -> list[Column]:
    """Those beside the plot; `width` matters not, as all of them are narrow."""
    del width
    return [Column("p50", "p50 ms", 8), Column("map", "mAP %", 7), Column("place", "", -9)]


def pareto_points(measurement: Measurement) -> list[ParetoPoint]:
    """Every variant with a latency and an accuracy, in the order of the matrix."""
    placed, slots = _placed(measurement), slots_of(measurement)
    values = [
        (one.latency.p50, one.accuracy.map50_95 * 100) for one in placed if one.latency and one.accuracy
    ]
    best, bend = set(front(values)), knee(values)
    return [
        ParetoPoint(
            key=one.variant, name=words.name_of(one.variant), letter=letter_of(slots[one.variant]),
            slot=slots[one.variant], x=x, y=y, on_front=place in best, is_knee=place == bend,
        )
        for place, (one, (x, y)) in enumerate(zip(placed, values, strict=True))
    ]  # fmt: skip


def front_rows(
    measurement: Measurement, points: Sequence[ParetoPoint], marks: Collection[str]
) -> list[VariantRow]:
    """The legend of the plot: the front from its fast end, then the others."""
    rows = {row.key: row for row in variant_rows(measurement, marks)}
    ordered = sorted(points, key=lambda point: (not point.on_front, point.x))
    return [
        rows[point.key]._replace(cells={**rows[point.key].cells, "place": _place(point)}) for point in ordered
    ]


def _place(point: ParetoPoint) -> tuple[str, str]:
    if point.is_knee:
        return KNEE, "due"
    return ("front", "better") if point.on_front else ("beaten", "muted")


def left_out(measurement: Measurement) -> int:
    """How many variants ran and have no place in the plot."""
    return len(measurement.measured) - len(_placed(measurement))


def _placed(measurement: Measurement) -> list[MeasuredVariant]:
    return [one for one in measurement.measured if one.latency and one.accuracy]


# Classes, layers, times


def with_classes(measurement: Measurement) -> list[str]:
    """The variants of which the change of single classes is known."""
    return [one.variant for one in measurement.against if one.classes]


def class_rows(measurement: Measurement, variant: str) -> list[ChangeFace]:
    """The classes that lose most first."""
    against = measurement.against_reference(variant)
    found = sorted(against.classes if against else (), key=lambda one: one.change.difference)
    return [
        _change_face(one.name, f"{per_cent(one.before)} -> {per_cent(one.after)}", one.change)
        for one in found
    ]


def _change_face(name: str, values: str, change: Change, verdict: str = "") -> ChangeFace:
    interval = change.interval
    return ChangeFace(
        key=name,
        name=name,
        values=values,
        difference=change.difference,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        figures=change_text(change),
        mark=words.mark_of(change),
        verdict=verdict or change.verdict,
        tone=words.tone_of(change),
        minimum=change.minimum,
        sentence=change.sentence,
    )


def layer_rows(measurement: Measurement) -> list[BarFace]:
    """The most sensitive layer first."""
    ordered = sorted(measurement.layers, key=lambda one: -one.error)
    return [
        BarFace(str(place), one.name, one.error, _error_words(one.error), "float" if one.kept_float else "")
        for place, one in enumerate(ordered)
    ]


def _error_words(error: float) -> str:
    """With as many digits in every row, so that they stand below each other."""
    return "<0.0001" if 0 < error < 0.00005 else f"{error:.4f}"


def with_profile(measurement: Measurement) -> list[str]:
    """The variants of which it is known where their time goes."""
    return [one.variant for one in measurement.measured if one.profile]


def time_rows(measurement: Measurement, variant: str) -> list[BarFace]:
    """What takes longest first."""
    found = measurement.variant(variant)
    ordered = sorted(found.profile if found else (), key=lambda one: -one.milliseconds)
    return [
        BarFace(
            str(place),
            one.name,
            one.milliseconds,
            f"{figure(one.milliseconds)} ms",
            f"{one.share * 100:.0f} %",
        )
        for place, one in enumerate(ordered)
    ]


def with_latency(measurement: Measurement) -> list[str]:
    """What can be drawn as a distribution: variants, then scenarios."""
    return [key for key, latency in _latencies(measurement) if latency.quantiles]


def times_of(measurement: Measurement, chosen: str, marks: Sequence[str]) -> list[TimesFace]:
    """What is drawn over each other: the chosen one, and the marked ones, else those of the verdict."""
    found = {key: latency for key, latency in _latencies(measurement) if latency.quantiles}
    marked = [key for key in marks if key != chosen]
    others = [key for key in dict.fromkeys(marked or _of_the_verdict(measurement)) if key != chosen]
    wanted = [key for key in others if key in found][: TIMES_AT_MOST - (chosen in found)]
    wanted = [*wanted, *([chosen] if chosen in found else [])] or list(found)[:1]
    slots = slots_of(measurement)
    numbers = slots | {key: len(slots) + place for place, key in enumerate(found) if key not in slots}
    return [
        TimesFace(words.name_of(key), letter_of(numbers[key]), numbers[key], latency, key == chosen)
        for key, latency in found.items() if key in wanted
    ]  # fmt: skip


def _of_the_verdict(measurement: Measurement) -> list[str]:
    goal = measurement.goal
    variants = [one.variant for one in measurement.measured]
    scenarios = [key for key, _ in _latencies(measurement) if key not in variants]
    return [measurement.reference, *((goal.best_float, goal.best_int8) if goal else ()), *scenarios]


def _latencies(measurement: Measurement) -> Iterator[tuple[str, Latency]]:
    """Of variants and of scenarios; a scenario that brought the times of a variant is not told twice."""
    seen: dict[str, Latency] = {one.variant: one.latency for one in measurement.measured if one.latency}
    yield from seen.items()
    for one in measurement.scenarios:
        if one.latency and one.latency not in seen.values():
            again = sum(key.partition(" (")[0] == one.name for key in seen)
            key = f"{one.name} ({again + 1})" if again else one.name
            seen[key] = one.latency
            yield key, one.latency


# Ablation


def ablation_rows(measurement: Measurement) -> list[ChangeFace]:
    """What costs most to lose first; what has not been trained yet last."""
    rows = measurement.ablation.rows if measurement.ablation else ()
    told = [row for row in rows if row.change is not None]
    ordered = sorted(told, key=lambda row: row.change.difference if row.change else 0.0)
    return [*map(_ablation_face, ordered), *(_ablation_face(row) for row in rows if row.change is None)]


def _ablation_face(row: AblationRow) -> ChangeFace:
    mean = f"{sum(row.values) / len(row.values):.3f}" if row.values else ""
    values = " ".join(f"{value:.3f}" for value in row.values)
    if row.change is None:
        return ChangeFace(
            key=row.name, name=f"without {row.name}", values=mean, verdict="not yet", sentence=row.sentence
        )
    face = _change_face(row.name, mean, row.change, row.worth)
    sentence = f"{row.sentence} Each seed with {row.told}: {values}."
    # Losing what helps is worse: the sign says what happens without it, the word what it is worth.
    return face._replace(name=f"without {row.name}", sentence=sentence)

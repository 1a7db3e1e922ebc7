"""All that a measurement knows of one variant, of its checks and scenarios, and what its figures rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from r2p_tui.domain.measurement_words import figure, megabytes, per_cent, ratio_text
from r2p_tui.text import count_of
from r2p_tui.tui.measurement_words import STYLES, mark_of, name_of
from r2p_tui.tui.widgets.fact_sheet import Fact, Sheet, title_fact

if TYPE_CHECKING:
    from r2p_tui.domain.measurements import (
        Accuracy,
        Against,
        Calibration,
        Change,
        Check,
        Latency,
        MeasuredVariant,
        Measurement,
        Scenario,
    )
    from r2p_tui.services.run_views import RunView

_CHECKS: Final[Mapping[str, tuple[str, str]]] = {
    "passed": ("✓", "$success"),
    "failed": ("✗", "bold $error"),
    "not run": ("–", "$muted"),
}
_LAYERS_NAMED = 12


# One variant


def variant_sheet(measurement: Measurement, variant: MeasuredVariant) -> Sheet:
    """All that is known of it: what follows, then the figures."""
    return [*verdict_facts(measurement, variant), *figure_facts(measurement, variant)]


def verdict_facts(measurement: Measurement, variant: MeasuredVariant) -> Sheet:
    """What it is against the reference, and what proves that it is what it says."""
    against = measurement.against_reference(variant.variant)
    is_reference = variant.variant == measurement.reference and bool(measurement.against)
    facts = [title_fact(name_of(variant.variant), "the reference of all others" if is_reference else "")]
    if variant.state != "measured":
        style = "$due" if variant.state == "failed" else "$muted"
        return [*facts, Fact(variant.state, variant.reason, style)]
    facts += list(_against_facts(against)) if against else []
    if variant.proof:
        facts.append(Fact("INT8", variant.proof.sentence))
    if variant.float_layers:
        facts.append(Fact("in float", _layers_told(variant.float_layers)))
    return [*facts, *(Fact("note", note, "$muted") for note in variant.notes)]


def _against_facts(against: Against) -> Iterator[Fact]:
    speed_up = ratio_text(against.speed_up, against.speed_up_interval)
    speed = (
        f"{speed_up} times as fast as {name_of(against.reference)}." if against.speed_up is not None else ""
    )
    if against.latency:
        yield _verdict("speed", against.latency, speed)
    elif speed:
        yield Fact("speed", speed)
    if against.accuracy:
        yield _verdict("mAP", against.accuracy)
    if against.per_image:
        yield _verdict("images", against.per_image, "F1 of single images:")
    yield from (Fact("missing", sentence, "$muted") for sentence in against.missing)


def _verdict(name: str, change: Change, before: str = "") -> Fact:
    text = " ".join(filter(None, (before, change.sentence)))
    return Fact(name, text, mark=mark_of(change), mark_style=STYLES.get(change.verdict, "$text"))


def _layers_told(layers: Sequence[str]) -> str:
    more = f" and {len(layers) - _LAYERS_NAMED} more" if len(layers) > _LAYERS_NAMED else ""
    return f"{count_of(len(layers), 'layer')}: {', '.join(layers[:_LAYERS_NAMED])}{more}"


def figure_facts(measurement: Measurement, variant: MeasuredVariant) -> Sheet:
    """Its figures with their units; what was not measured is left out."""
    return [Fact(name, text, style) for name, text, style in _figures(measurement, variant) if text]


def _figures(measurement: Measurement, variant: MeasuredVariant) -> Iterator[tuple[str, str, str]]:
    if variant.latency:
        yield "latency", latency_words(variant.latency), ""
        yield "", " ".join(variant.latency.refused), "$due"
    around = ((variant.preprocess, "before"), (variant.postprocess, "after"))
    yield "around it", ", ".join(f"{figure(one.p50)} ms {word}" for one, word in around if one), ""
    yield "accuracy", _accuracy_words(variant.accuracy) if variant.accuracy else "", ""
    memory = ((variant.memory_idle, "idle"), (variant.memory_load, "under load"))
    known = (f"{megabytes(count)} MB {word}" for count, word in memory if count is not None)
    yield "memory", ", ".join(known), ""
    if variant.cold_start_ms is not None:
        yield "cold start", f"{figure(variant.cold_start_ms)} ms to the first answer", ""
    if variant.bytes is not None:
        against = measurement.against_reference(variant.variant)
        ratio = against.size_ratio if against else None
        of_reference = f", {ratio_text(ratio)} of the reference" if ratio else ""
        yield "size", f"{megabytes(variant.bytes)} MB{of_reference}", ""
    if cost := measurement.costs.get(variant.variant):
        yield "cost", cost.sentence, ""
    yield "file", variant.file, "$muted"


def _accuracy_words(accuracy: Accuracy) -> str:
    between = ""
    if accuracy.interval:
        between = f" ({per_cent(accuracy.interval.low)} to {per_cent(accuracy.interval.high)})"
    images = count_of(accuracy.images, "image")
    return f"mAP50-95 {per_cent(accuracy.map50_95)} %{between}, mAP50 {per_cent(accuracy.map50)} %, {images}"


def latency_words(latency: Latency) -> str:
    """`p50 4.10, p90 4.31, max 6.3 ms of 200 requests`; refused percentiles are left out."""
    known = {"p50": latency.p50, "p90": latency.p90, "p95": latency.p95, "p99": latency.p99}
    parts = [f"{name} {figure(value)}" for name, value in known.items() if value is not None]
    return f"{', '.join(parts)}, max {figure(latency.maximum)} ms of {count_of(latency.samples, 'request')}"


# Checks, scenarios, things removed


def check_facts(checks: Sequence[Check]) -> Sheet:
    """Each check with its state in a word, its sentence, and single cases below it."""
    if not checks:
        return []
    facts = [title_fact("Deployment checklist", _checks_counted(checks))]
    for one in checks:
        mark, style = _CHECKS[one.state]
        facts.append(Fact(one.state, f"{one.name}. {one.sentence}", mark=mark, mark_style=style))
        facts += [Fact("", detail, "$muted") for detail in one.details]
    return facts


def _checks_counted(checks: Sequence[Check]) -> str:
    states = [one.state for one in checks]
    counts = ((state, states.count(state)) for state in ("passed", "failed", "not run"))
    return ", ".join(f"{count} {state}" for state, count in counts if count)


def scenario_facts(measurement: Measurement) -> Sheet:
    """Each way of asking with what was held, then what it costs."""
    facts: Sheet = []
    for one in measurement.scenarios:
        facts += [title_fact(f"{one.name[:1].upper()}{one.name[1:]}", one.words), *_of_scenario(one)]
    if measurement.costs:
        facts.append(title_fact("Cost", ""))
        facts += [Fact("", f"{name_of(name)}: {one.sentence}") for name, one in measurement.costs.items()]
    return facts


def _of_scenario(one: Scenario) -> Iterator[Fact]:
    if one.latency:
        yield Fact("latency", latency_words(one.latency))
        yield from (Fact("", sentence, "$due") for sentence in one.latency.refused)
    if one.throughput is not None:
        interval = one.throughput_interval
        between = f" ({figure(interval.low)} to {figure(interval.high)})" if interval else ""
        batch = f" in batches of {one.batch}" if one.batch > 1 else ""
        yield Fact("held", f"{figure(one.throughput)} a second{between}{batch}, for {figure(one.seconds)} s")
    trouble = bool(one.errors or one.lost)
    mark, style = _CHECKS["failed" if trouble else "passed"]
    said = f"{one.requests:,} sent, {count_of(one.errors, 'error')}, {one.lost:,} lost"
    yield Fact("requests", said, mark=mark, mark_style=style)
    if one.first_token:
        yield Fact("1st token", latency_words(one.first_token))
    if one.tokens_per_second is not None:
        yield Fact("tokens", f"{figure(one.tokens_per_second)} a second")
    yield from (Fact("note", note, "$muted") for note in one.notes)


# Where it comes from


def about_sheet(measurement: Measurement, view: RunView) -> Sheet:
    """What the figures rest on: model, data, calibration, machine, versions."""
    around = measurement.surroundings
    limit = measurement.max_drop
    told = [
        ("verdict", measurement.goal.sentence if measurement.goal else ""),
        ("model", measurement.target),
        ("", _hash(measurement.model_sha256)),
        ("data", f"{count_of(around.images, 'image')} for validation" if around.images else ""),
        ("", _hash(around.data_sha256)),
        *(_calibration(measurement.calibration) if measurement.calibration else ()),
        ("limit", f"at most {limit * 100:.3g} pt of mAP50-95 may be lost" if limit is not None else ""),
        ("hardware", around.hardware),
        ("threads", f"{around.threads}" if around.threads else ""),
        ("images", f"{around.image_size} x {around.image_size}" if around.image_size else ""),
        ("batch", f"{around.batch}" if around.batch else ""),
        ("budget", around.budget),
        ("versions", ", ".join(f"{name} {version}" for name, version in around.versions.items())),
        ("kept in", str(view.folder)),
    ]
    notes = [Fact("note", note) for note in measurement.notes]
    return [title_fact("What the figures rest on", ""), *(Fact(*one) for one in told if one[1]), *notes]


def _calibration(calibration: Calibration) -> list[tuple[str, str]]:
    told = (count_of(calibration.images, "image"), calibration.method, calibration.source)
    return [
        ("calibrated", calibration.sentence or ", ".join(filter(None, told))),
        ("", _hash(calibration.sha256)),
    ]


def _hash(sha256: str) -> str:
    return f"sha256 {sha256[:16]}" if sha256 else ""

"""What a run measured as lines of text: verdicts in words, each refusal and each reason said once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from r2p_tui.cli import output
from r2p_tui.domain.measurement_words import (
    figure,
    main_variant,
    per_cent,
    refusals,
    scenario_name,
    timed,
)
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from r2p_tui.domain.measurement_pair import MeasuredPair
    from r2p_tui.domain.measurements import Against, LayerError, MeasuredVariant, Measurement
    from r2p_tui.services.run_views import RunView

_MAX_WIDTH = 100
_LABEL = 13
_HASH = 12


class Shown(NamedTuple):
    """How much is shown: `variant` is whose classes and layers (empty: the best), `layers` how many lines."""

    variant: str = ""
    layers: int = 10
    classes: bool = False


def write_measurement(view: RunView, measurement: Measurement, shown: Shown) -> None:
    """The whole result of one run, in sections; those with nothing in them are left out."""
    output.write(f"# {view.id} {output.one_line(view.name)}  {view.state_text}", style="bold")
    _write_facts(_facts(measurement))
    if measurement.goal:
        output.write()
        _write_wrapped(measurement.goal.sentence, style="bold")
    if measurement.ablation:
        from r2p_tui.cli.own_ablation_text import write_own_ablation

        output.write()
        write_own_ablation(measurement.ablation)
    _write_tables(measurement)
    for against in _with_classes(measurement, shown):
        output.write()
        write_classes(against)
    if _has_layers(measurement, shown):
        output.write()
        write_layers(measurement, shown)
    said = measurement.calibration.sentence if measurement.calibration else ""
    _write_sentences([note for note in measurement.notes if note != said])


def write_pair(pair: MeasuredPair) -> None:
    """Two measured things side by side: verdicts, figures, classes, and whether it was fair."""
    from r2p_tui.cli.measurement_tables import write_table
    from r2p_tui.domain.fairness import unfair_words
    from r2p_tui.domain.measurement_pair_tables import fairness_table, figure_table, told, verdict_table

    output.write(output.one_line(f"{pair.second.label} against {pair.first.label}"), style="bold")
    for table in (verdict_table(pair.against), figure_table(pair)):
        if table.rows:
            output.write()
            write_table(table)
    _write_sentences(told(pair.against))
    if pair.against.classes:
        output.write()
        write_classes(pair.against)
    _write_sentences(pair.missing)
    if pair.fairness:
        output.write()
        write_table(fairness_table(pair))
        _write_wrapped(unfair_words(pair.fairness) or "The comparison is fair: all of this is the same.")


def write_worth(sentence: str) -> None:
    """Whether a change pays, where that was asked."""
    if sentence:
        output.write()
        _write_wrapped(sentence, style="bold")


# --- sections ---------------------------------------------------------------------------------------------


def _facts(measurement: Measurement) -> Iterator[tuple[str, str]]:
    around = measurement.surroundings
    yield "target", measurement.target
    yield "data", _data_words(measurement)
    yield (
        "hardware",
        ", ".join(
            filter(None, (around.hardware, count_of(around.threads, "thread") if around.threads else ""))
        ),
    )
    if around.image_size:
        yield "images", f"{around.image_size} px" + (f", batch {around.batch}" if around.batch else "")
    if (calibration := measurement.calibration) is not None:
        told = f"{count_of(calibration.images, 'image')} from {calibration.source}, {calibration.method}"
        yield "calibration", calibration.sentence or told
        yield "", f"sha256 {calibration.sha256[:_HASH]}" if calibration.sha256 else ""
    if measurement.max_drop is not None:
        yield "limit", f"at most {measurement.max_drop * 100:g} pt of mAP50-95 lost"
    yield "budget", around.budget
    if measurement.kind == "quantize":
        devices = sorted({one.device for one in measurement.measured if one.device})
        told = "one run: data, machine, threads, image size and batch are the same for all"
        apart = f", and not the device: {' and '.join(devices)}" if len(devices) > 1 else ""
        yield "fairness", told + apart
    yield "versions", ", ".join(f"{name} {text}" for name, text in around.versions.items())


def _data_words(measurement: Measurement) -> str:
    around = measurement.surroundings
    images = count_of(around.images, "image") if around.images else ""
    return ", ".join(
        filter(None, (images, f"sha256 {around.data_sha256[:_HASH]}" if around.data_sha256 else ""))
    )


def _write_tables(measurement: Measurement) -> None:
    """With what was refused below the tables of times, and what INT8 means below that of sizes."""
    from r2p_tui.cli.measurement_tables import write_table
    from r2p_tui.domain.measurement_tables import measurement_tables, not_compared, undecided

    tables = measurement_tables(measurement)
    of_times = [one.title for one in tables if "ms a request" in one.title or one.title.startswith("First")]
    for table in tables:
        output.write()
        write_table(table)
        if of_times and table.title == of_times[-1]:
            _write_sentences(refusals(timed(measurement)), apart=False)
        if table.title.startswith("Accuracy"):
            _write_sentences([*undecided(measurement), *not_compared(measurement)], apart=False)
        if table.title.startswith("File"):
            _write_sentences(_integer_words(measurement.measured), apart=False)
        if table.title.startswith("Scenarios"):
            _write_sentences(_scenario_words(measurement), apart=False)


def _integer_words(measured: Iterable[MeasuredVariant]) -> Iterator[str]:
    for one in measured:
        if one.proof:
            yield f"{one.variant}: {one.proof.sentence}"
        if one.float_layers:
            layers = count_of(len(one.float_layers), "layer")
            yield f"{one.variant} keeps {layers} in float: {', '.join(one.float_layers)}."
        yield from (f"{one.variant}: {note}" for note in one.notes)


def _scenario_words(measurement: Measurement) -> Iterator[str]:
    for one in measurement.scenarios:
        yield " ".join([f"{scenario_name(one)}: {one.words.rstrip('.')}.", *one.notes])


def _has_layers(measurement: Measurement, shown: Shown) -> bool:
    variant = measurement.variant(shown.variant or main_variant(measurement))
    return bool(shown.layers and (measurement.layers or (variant and variant.profile)))


def _with_classes(measurement: Measurement, shown: Shown) -> list[Against]:
    """Those whose classes are shown: of all, or of the one that the run is about."""
    if shown.classes:
        return [one for one in measurement.against if one.classes]
    found = measurement.against_reference(shown.variant or main_variant(measurement))
    return [found] if found and found.classes else []


def write_classes(against: Against) -> None:
    """The change of each class as a bar with its interval."""
    from r2p_tui.cli.measurement_bars import change_bars
    from r2p_tui.cli.plot_drawing import knows_braille

    output.write(output.one_line(f"Classes: {against.variant} against {against.reference}"), style="bold")
    output.write("points of average precision; left of the line is worse", style="dim")
    width = min(output.line_width(), _MAX_WIDTH)
    for line in change_bars(against.classes, width, ascii_only=not knows_braille()):
        output.write(line)


def write_layers(measurement: Measurement, shown: Shown, *, more: str = "--layers") -> None:
    """Which layers suffer most from INT8, and where the time goes; `more` is the option that shows more."""
    bars = []
    if measurement.layers and shown.layers:
        ordered = sorted(measurement.layers, key=lambda one: -one.error)
        bars.append(("Error of each layer, quantized alone", [_layer_row(one) for one in ordered]))
    variant = measurement.variant(shown.variant or main_variant(measurement))
    if variant and variant.profile and shown.layers:
        rows = [
            (one.name, float(figure(one.milliseconds).replace(",", "")), f"{per_cent(one.share)} %")
            for one in variant.profile
        ]
        bars.append((f"Where the time of {variant.variant} goes, ms", rows))
    for number, (title, lines) in enumerate(bars):
        if number:
            output.write()
        _write_bars(title, lines, shown.layers, more)


def _layer_row(one: LayerError) -> tuple[str, float, str]:
    return one.name, float(f"{one.error:.3g}"), "left in float" if one.kept_float else ""


def _write_bars(title: str, rows: Sequence[tuple[str, float, str]], most: int, more: str) -> None:
    from r2p_tui.cli.plot_text import bars

    output.write(output.one_line(title), style="bold")
    for line in bars(rows[:most], min(output.line_width(), _MAX_WIDTH)):
        output.write(line)
    if len(rows) > most:
        output.write(f"and {count_of(len(rows) - most, 'more layer')}; see them with {more} {len(rows)}")


# --- lines ------------------------------------------------------------------------------------------------


def _write_facts(facts: Iterable[tuple[str, str]]) -> None:
    limit = max(min(output.line_width(), _MAX_WIDTH), _LABEL + 24)
    for name, text in facts:
        if text:
            head, *rest = output.wrap(output.one_line(text), limit, " " * _LABEL)
            output.write("\n".join([output.pad(name, _LABEL) + head[_LABEL:], *rest]))


def _write_sentences(sentences: Iterable[str], *, apart: bool = True) -> None:
    """Each in lines of its own, an empty line before the first where it stands `apart`."""
    for number, sentence in enumerate(dict.fromkeys(sentences)):
        if apart and not number:
            output.write()
        _write_wrapped(sentence)


def _write_wrapped(text: str, style: str | None = None) -> None:
    limit = min(output.line_width(), _MAX_WIDTH)
    for line in output.wrap(output.one_line(text), limit):
        output.write(line, style=style)

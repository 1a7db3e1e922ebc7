"""What runs measured as plots in the terminal: Pareto, classes, latencies over each other, layers."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from r2p_tui.cli import output
from r2p_tui.domain.measurement_words import figure, refusals
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from r2p_tui.cli.plot_drawing import Curve
    from r2p_tui.domain.measurements import Latency, MeasuredVariant, Measurement
    from r2p_tui.services.desk import Desk

_WIDEST = 120
_MOST = 26
_T = TypeVar("_T")


class Source(NamedTuple):
    """A run that measured something; `variant` where one was named."""

    run: int
    variant: str
    found: Measurement


def plot(desk: Desk, options: Namespace) -> None:
    """Draw what `--of` names of the runs; raises NotFoundError where they measured no such thing."""
    sources = [_source(desk, word) for word in options.runs]
    drawings = {"pareto": _pareto, "classes": _classes, "latency": _latencies, "layers": _layers}
    if options.of in ("classes", "layers") and len(sources) > 1:
        raise UsageError(
            f"--of {options.of} takes one run.", f"For example: r2p plot {sources[0].run} --of classes"
        )
    drawings[options.of](sources, options)


def chosen_plot(desk: Desk, options: Namespace) -> str:
    """What `--of` names; without it the Pareto plot of one run that measured variants, else nothing."""
    if options.of or options.metric is not None or len(options.runs) != 1:
        return options.of or ""
    from r2p_tui.services.measurements import measurement, named_side

    try:
        view, _ = named_side(desk, options.runs[0])
        found = measurement(desk, view.id) if view.kind == "quantize" else None
    except NotFoundError:
        return ""
    return "pareto" if found and any(one.latency and one.accuracy for one in found.measured) else ""


def _source(desk: Desk, word: str) -> Source:
    from r2p_tui.services.measurements import measurement, named_side, side

    view, named = named_side(desk, word)
    variant = side(desk, word).variant if named else ""
    return Source(view.id, variant, measurement(desk, view.id))


# --- latency against accuracy -----------------------------------------------------------------------------


def _pareto(sources: Sequence[Source], options: Namespace) -> None:
    from r2p_tui.domain.pareto import front, knee

    placed = _placed(sources)
    places = [(x, y) for _, x, y in placed]
    best, bend = front(places), knee(places)
    if options.json:
        output.write_json(
            {
                "points": [
                    {
                        "variant": name,
                        "p50_ms": x,
                        "map50_95": y / 100,
                        "front": at in best,
                        "knee": at == bend,
                    }
                    for at, (name, x, y) in enumerate(placed)
                ],
                "summary": _pareto_words(placed, best, bend),
            }
        )
        return
    from r2p_tui.cli.plot_drawing import MARKS, Curve

    line = Curve("", [places[at] for at in best])
    curves = [line, *(Curve(MARKS[at], [place]) for at, place in enumerate(places))]
    output.write("latency against accuracy: better is left and up", style="bold")
    _draw(curves, options, "p50 ms", "mAP50-95 (%)")
    output.table(
        [
            (
                MARKS[at],
                output.one_line(name),
                f"{x:.2f} ms",
                f"{y:.1f} %",
                "knee" if at == bend else "front" if at in best else "",
            )
            for at, (name, x, y) in enumerate(placed)
        ],
        align="<<>><",
    )
    _write_wrapped(_pareto_words(placed, best, bend))


def _placed(sources: Sequence[Source]) -> list[tuple[str, float, float]]:
    """Every variant that has both, with p50 in ms and mAP50-95 in per cent."""
    placed = [
        (_label(one, variant, sources), variant.latency.p50, variant.accuracy.map50_95 * 100)
        for one in sources
        for variant in _chosen(one)
        if variant.latency and variant.accuracy
    ]
    if not placed:
        raise _nothing(sources, "latency together with accuracy")
    return _few(placed)


def _pareto_words(placed: Sequence[tuple[str, float, float]], best: Sequence[int], bend: int | None) -> str:
    on_front = ", ".join(f"{placed[at][0]} ({placed[at][1]:.2f} ms, {placed[at][2]:.1f} %)" for at in best)
    told = f"None is both faster and more accurate than: {on_front}."
    return told + (f" The knee is {placed[bend][0]}." if bend is not None else "")


# --- classes, layers --------------------------------------------------------------------------------------


def _classes(sources: Sequence[Source], options: Namespace) -> None:
    from r2p_tui.cli.measurement_text import write_classes
    from r2p_tui.domain.measurement_words import main_variant
    from r2p_tui.domain.plain_values import to_plain

    [source] = sources
    against = source.found.against_reference(source.variant or main_variant(source.found))
    if against is None or not against.classes:
        raise _nothing(sources, "change of classes")
    if options.json:
        output.write_json(to_plain(against))
        return
    write_classes(against)
    worse = [one.name for one in against.classes if one.change.verdict == "worse"]
    _write_wrapped(f"Worse: {', '.join(worse)}." if worse else "No class is surely worse.")


def _layers(sources: Sequence[Source], options: Namespace) -> None:
    from r2p_tui.cli.measurement_text import Shown, write_layers
    from r2p_tui.domain.measurement_words import main_variant
    from r2p_tui.domain.plain_values import to_plain

    [source] = sources
    found = source.found
    profile = found.variant(source.variant or main_variant(found))
    if not found.layers and not (profile and profile.profile):
        raise _nothing(sources, "layer")
    if options.json:
        values: dict[str, Any] = {"layers": to_plain(found.layers)}
        output.write_json(values | {"profile": to_plain(profile.profile) if profile else []})
        return
    write_layers(found, Shown(source.variant, options.height), more="--height")
    worst = max(found.layers, key=lambda one: one.error, default=None)
    if worst:
        _write_wrapped(f"{worst.name} is the most sensitive of {count_of(len(found.layers), 'layer')}.")


# --- latencies --------------------------------------------------------------------------------------------


def _latencies(sources: Sequence[Source], options: Namespace) -> None:
    from r2p_tui.domain.latency import density, shared_edges

    found = _timed(sources)
    edges = shared_edges(
        [latency for _, latency in found], max((options.width or output.line_width()) // 2, 20)
    )
    shapes = [density(latency, edges).tolist() for _, latency in found]
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    if options.json:
        from r2p_tui.domain.plain_values import to_plain

        output.write_json({"latencies": [{"name": name, **to_plain(one)} for name, one in found]})
        return
    from r2p_tui.cli.plot_drawing import MARKS, Curve

    marks = [MARKS[at] if len(found) > 1 else "" for at in range(len(found))]
    curves = [Curve(mark, _above_ground(middles, shape)) for mark, shape in zip(marks, shapes, strict=True)]
    output.write("latencies over each other", style="bold")
    _draw(curves, options, "ms a request", "share of requests a ms")
    output.table([(mark, *_latency_cells(name, one)) for mark, (name, one) in zip(marks, found, strict=True)])
    if len(found) > 1:
        name, fastest = min(found, key=lambda one: one[1].p50)
        _write_wrapped(f"{name} has the lowest median: {figure(fastest.p50)} ms.")
    for sentence in refusals(found):
        _write_wrapped(sentence)


def _above_ground(middles: Sequence[float], shape: Sequence[float]) -> list[tuple[float, float]]:
    """A curve without the ground on which it does not stand, but with its feet."""
    last = len(shape) - 1
    return [
        (float(middles[at]), float(shape[at]))
        for at in range(len(shape))
        if shape[at] or shape[max(at - 1, 0)] or shape[min(at + 1, last)]
    ]


def _latency_cells(name: str, latency: Latency) -> tuple[str, ...]:
    parts = {"p50": latency.p50, "p90": latency.p90, "p99": latency.p99, "max": latency.maximum}
    told = [f"{part} {figure(value)}" if value is not None else "" for part, value in parts.items()]
    return (output.one_line(name), *told, f"{count_of(latency.samples, 'sample')}")


def _timed(sources: Sequence[Source]) -> list[tuple[str, Latency]]:
    """Of variants, and of scenarios of runs that measured one thing in several ways."""
    from r2p_tui.domain.measurement_words import timed

    found = [
        (f"#{one.run} {name}" if len(sources) > 1 else name, latency)
        for one in sources
        for name, latency in timed(one.found)
        if latency.quantiles and one.variant in ("", name)
    ]
    if not found:
        raise _nothing(sources, "latency")
    return _few(found)


# --- what they share --------------------------------------------------------------------------------------


def _chosen(source: Source) -> Sequence[MeasuredVariant]:
    measured = source.found.measured
    return [one for one in measured if source.variant in ("", one.variant)]


def _label(source: Source, variant: MeasuredVariant, sources: Sequence[Source]) -> str:
    return f"#{source.run} {variant.variant}" if len(sources) > 1 else variant.variant


def _few(found: list[_T]) -> list[_T]:
    if len(found) > _MOST:
        raise UsageError(f"{len(found)} are more than a plot can hold.", "Name fewer runs.")
    return found


def _nothing(sources: Sequence[Source], what: str) -> NotFoundError:
    runs = " and ".join(f"#{one.run}" for one in sources)
    return NotFoundError(f"No {what} was measured in {runs}.", f"What was: r2p compare {sources[0].run}")


def _draw(curves: Sequence[Curve], options: Namespace, x_label: str, y_label: str) -> None:
    from r2p_tui.cli.plot_drawing import Look, draw, knows_braille

    look = Look(
        options.width or min(output.line_width(), _WIDEST),
        options.height,
        x_label,
        y_label,
        log=options.log,
        ascii_only=not knows_braille(),
        coloured=output.shows_styles(),
    )
    output.write_drawn(draw(curves, look))


def _write_wrapped(text: str) -> None:
    for line in output.wrap(output.one_line(text), min(output.line_width(), _WIDEST)):
        output.write(line)

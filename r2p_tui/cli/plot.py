"""`r2p plot`: curves and measurements of runs printed in the terminal, each put into words below."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for, whole
from r2p_tui.errors import ExitCode, NotFoundError, UsageError

if TYPE_CHECKING:
    from r2p_tui.cli.plot_drawing import Look
    from r2p_tui.domain.runs import MetricPoint
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_views import RunView

WORDS = "ID ..."
EXAMPLE = "r2p plot 12 11 --metric map50 --smooth 0.6"
_HEIGHT = 18
_OF = ("pareto", "classes", "latency", "layers")
_WIDEST = 120
_MOST_CURVES = 26
_SMOOTHEST = 0.99


class Series(NamedTuple):
    """One metric of one run; `points` are (x, epoch or None, value), x in what `along` names.

    `since` says from when on seconds count.
    """

    view: RunView
    metric: str
    along: str
    points: Sequence[tuple[float, int | None, float]]
    since: str


def configure(parser: Parser) -> None:
    """Declare the runs, what to draw of them, and how."""
    parser.add_argument("runs", nargs="+", metavar="ID", help="runs: their numbers, their names or last")
    parser.add_argument("--metric", metavar="NAMES", help="one or more, with commas: map50,val_loss")
    parser.add_argument(
        "--of",
        choices=_OF,
        metavar="WHAT",
        help="what was measured: pareto, classes, latency or layers; ID:VARIANT for one of several",
    )
    parser.add_argument("--log", action="store_true", help="powers of ten upwards")
    parser.add_argument(
        "--smooth", type=_weight, default=0.0, metavar="W", help="smooth with weight W, from 0 to 0.99"
    )
    parser.add_argument(
        "--range",
        type=_range,
        default=(-math.inf, math.inf),
        metavar="A-B",
        help="only from A to B, as 10-40",
    )
    size = whole(5, 1000)
    parser.add_argument("--width", type=size, metavar="N", help="columns (default: those of the terminal)")
    parser.add_argument("--height", type=size, default=_HEIGHT, metavar="N", help=f"rows ({_HEIGHT})")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Draw every metric asked for of every run; a run without one of them is told of."""
    from r2p_tui.cli.plot_measured import chosen_plot, plot
    from r2p_tui.cli.run_watch import found_run, look

    if options.of and options.metric is not None:
        raise UsageError("--metric draws curves, and --of what was measured.", "Leave one of them out.")
    with desk_for(options) as desk:
        look(desk)
        if of := chosen_plot(desk, options):
            options.of = of
            plot(desk, options)
            return ExitCode.OK
        views = {view.id: view for view in [found_run(desk, word) for word in options.runs]}
        series = _all_series(desk, list(views.values()), options)
    series = [_within(one, options.range) for one in series]
    if options.json:
        output.write_json({"curves": [_values(one, options.smooth) for one in series]})
    else:
        _write(series, options)
    return ExitCode.OK


# --- which curves -----------------------------------------------------------------------------------------


def _all_series(desk: Desk, views: Sequence[RunView], options: Namespace) -> list[Series]:
    from r2p_tui.services.runs import points

    reported = [(view, points(desk, view.id)) for view in views]
    names = [name for _, found in reported for name in _names(found)]
    if not names:
        raise _silent([view.id for view in views])
    wanted = _wanted(options.metric, names, views[0])
    along = _along([found for _, found in reported], wanted)
    series = [series_of(view, metric, found, along) for metric in wanted for view, found in reported]
    for one in series:
        if not one.points:
            output.say(f"Run {one.view.id} has not reported {one.metric}.")
    if len(series) > _MOST_CURVES:
        raise UsageError(f"{len(series)} curves are more than a plot can hold.", "Name fewer.")
    return [one for one in series if one.points]


def _silent(ids: Sequence[int]) -> NotFoundError:
    *first, last = map(str, ids)
    who = f"Runs {', '.join(first)} and {last} have" if first else f"Run {last} has"
    return NotFoundError(f"{who} reported no metric yet.", f"See the log with: r2p logs {ids[0]}")


def _wanted(asked: str | None, names: Sequence[str], view: RunView) -> list[str]:
    """The metrics to draw; raises NotFoundError with the nearest name and all others."""
    from r2p_tui.domain.run_metrics import metric_name

    if asked is None:
        main = view.main_metric
        return [main if main in names else names[0]]
    wanted = []
    for word in filter(None, map(str.strip, asked.split(","))):
        name = next((name for name in (word, metric_name(word)) if name in names), None)
        if name is None:
            raise _unknown(word, names)
        wanted.append(name)
    if not wanted:
        raise UsageError("--metric needs a name.", "For example: --metric map50,val_loss")
    return list(dict.fromkeys(wanted))


def _unknown(word: str, names: Sequence[str]) -> NotFoundError:
    import difflib

    near = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.5)
    there = f"Metrics: {', '.join(sorted(set(names)))}."
    shown = output.fit(output.one_line(word), 40)
    return NotFoundError(
        f"No metric here is called “{shown}”.", f"Did you mean {near[0]}? {there}" if near else there
    )


def _names(points: Sequence[MetricPoint]) -> list[str]:
    """Every metric, those of epochs first."""
    ordered = sorted(points, key=lambda point: point.scope == "batch")
    return list(dict.fromkeys(name for point in ordered for name in point.values))


def _along(found: Sequence[Sequence[MetricPoint]], wanted: Sequence[str]) -> str:
    """What all the curves can be drawn along: epochs, else steps, else seconds."""
    drawn = [point for points in found for name in wanted for point in _points_with(points, name)]
    if all(point.epoch is not None for point in drawn) and all(point.scope == "epoch" for point in drawn):
        return "epoch"
    return "step" if all(point.step is not None for point in drawn) else "seconds"


def _points_with(points: Sequence[MetricPoint], metric: str) -> list[MetricPoint]:
    """The points of epochs that hold a metric; those of batches where no epoch does."""
    found = [point for point in points if metric in point.values]
    return [point for point in found if point.scope == "epoch"] or found


def series_of(view: RunView, metric: str, points: Sequence[MetricPoint], along: str) -> Series:
    """The curve of one metric, in the order of x."""
    since, start = _beginning(view, points)
    curve = []
    for point in _points_with(points, metric):
        x = {"epoch": point.epoch, "step": point.step, "seconds": point.time - start}[along]
        if x is not None:
            curve.append((float(x), point.epoch, point.values[metric]))
    return Series(view, metric, along, sorted(curve, key=lambda place: place[0]), since)


def _beginning(view: RunView, points: Sequence[MetricPoint]) -> tuple[str, float]:
    """From when on seconds count; values that an earlier run reported lie before the start."""
    first = points[0].time if points else 0.0
    started = view.started_at.timestamp() if view.started_at else math.inf
    return ("the start", started) if started <= first else ("the first value", first)


def _within(series: Series, bounds: tuple[float, float]) -> Series:
    points = [point for point in series.points if bounds[0] <= point[0] <= bounds[1]]
    if series.points and not points:
        output.say(f"Run {series.view.id} has no {series.metric} in that range.")
    return series._replace(points=points)


# --- printing ---------------------------------------------------------------------------------------------


def _values(series: Series, weight: float) -> dict[str, Any]:
    """A curve under stable names; `smoothed` is there where it was asked for."""
    from r2p_tui.cli.run_text import finite
    from r2p_tui.domain.curves import smoothed

    values = {
        "run": series.view.id,
        "name": series.view.name,
        "metric": series.metric,
        "along": series.along,
        "points": finite([(x, value) for x, _, value in series.points]),
        "summary": _summary(series),
    }
    if weight:
        values["smoothed"] = finite(smoothed([value for _, _, value in series.points], weight))
    return values


def _write(series: Sequence[Series], options: Namespace) -> None:
    from r2p_tui.cli.plot_drawing import MARKS, Curve, Look, draw
    from r2p_tui.domain.curves import smoothed

    marks = [MARKS[number] if len(series) > 1 else "" for number in range(len(series))]
    curves = []
    for mark, one in zip(marks, series, strict=True):
        values = smoothed([value for _, _, value in one.points], options.smooth)
        curves.append(Curve(mark, [(x, y) for (x, _, _), y in zip(one.points, values, strict=True)]))
    width = options.width or min(output.line_width(), _WIDEST)
    look = Look(width, options.height, log=options.log, coloured=output.shows_styles())
    lines = draw(curves, _labelled(look, series)) if series else []
    if lines:
        output.write(_title(series, options), style="bold")
        output.write_drawn(lines)
    elif any(one.points for one in series):
        above = " above zero" if options.log else ""
        output.say(f"There is no finite value{above} to draw.")
    _write_legend(series, marks, width)


def _title(series: Sequence[Series], options: Namespace) -> str:
    names = ", ".join(dict.fromkeys(one.metric for one in series))
    more = ["log scale"] * options.log + [f"smoothed {options.smooth:g}"] * (options.smooth > 0)
    return ", ".join([f"{names} by {series[0].along}", *more])


def _labelled(look: Look, series: Sequence[Series]) -> Look:
    """With both axes named and their units; what is drawn last in a line has no room to be long."""
    from r2p_tui.cli.plot_drawing import knows_braille
    from r2p_tui.domain.criteria_names import unit_of

    names = list(dict.fromkeys(output.one_line(one.metric) for one in series))
    units = {unit_of(name) for name in names}
    unit = units.pop() if len(units) == 1 else ""
    upwards = output.fit(", ".join(names), max(look.width // 2 - 16, 6)) + (f" ({unit})" if unit else "")
    since = " or ".join(sorted({one.since for one in series}, reverse=True))
    across = f"seconds since {since}" if series[0].along == "seconds" else series[0].along
    return look._replace(x_label=across, y_label=upwards, ascii_only=not knows_braille())


def _write_legend(series: Sequence[Series], marks: Sequence[str], width: int) -> None:
    """Each curve's letter, its run, and its own words, which tell of the values as they were reported."""
    for mark, one in zip(marks, series, strict=True):
        if one.points:
            start = f"{mark}  " if mark else ""
            name, told = output.one_line(f"# {one.view.id} {one.view.name}"), output.one_line(_summary(one))
            whole = f"{start}{name}  {told}"
            if output.display_width(whole) <= width:
                output.write(whole)
            else:
                lines = output.wrap(told, max(width, 40), "   ")
                output.write("\n".join([start + name, *lines]))


def _summary(series: Series) -> str:
    from r2p_tui.domain.criteria_names import better
    from r2p_tui.domain.curves import summary

    values = [(epoch if series.along == "epoch" else None, value) for _, epoch, value in series.points]
    return summary(series.metric, values, better(series.metric))


# --- options ----------------------------------------------------------------------------------------------


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not 0 <= weight <= _SMOOTHEST:
        raise ArgumentTypeError(f"“{text[:40]}” is not a number from 0 to {_SMOOTHEST}")
    return weight


def _range(text: str) -> tuple[float, float]:
    first, dash, last = text.partition("-")
    try:
        bounds = float(first or "-inf"), float(last or "inf")
    except ValueError:
        bounds = math.nan, math.nan
    if not dash or not bounds[0] <= bounds[1]:
        raise ArgumentTypeError(f"“{text[:40]}” is no range; write it as 10-40 or 10-")
    return bounds

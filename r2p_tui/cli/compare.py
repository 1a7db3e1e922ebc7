"""`r2p compare`: what one run measured, two beside each other with statistics, or two published means."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for, whole
from r2p_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from r2p_tui.domain.measurement_pair import MeasuredPair
    from r2p_tui.domain.measurements import Measurement
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.measurements import Side
    from r2p_tui.services.run_comparing import Comparison
    from r2p_tui.services.run_views import RunView

WORDS = "RUN[:VARIANT] [RUN[:VARIANT]]"
EXAMPLE = "r2p compare 12:onnxruntime-fp32 14:openvino-int8"
_OF_MEANS = "r2p compare 85.2+-0.8 85.8+-1.1 --seeds 5"
_LEAST_MATTERS = 0.5
_LAYERS = 10


def configure(parser: Parser) -> None:
    """Declare the runs, how much is shown, the files to write, and what a change costs."""
    parser.add_argument(
        "runs",
        nargs="+",
        metavar="RUN",
        help="one or two: 12, last, a name, or 12:openvino-int8; or means as 85.2+-0.8",
    )
    parser.add_argument(
        "--seeds", type=whole(2, 1_000_000), metavar="N", help="how many runs are behind each mean"
    )
    parser.add_argument(
        "--reference", metavar="VARIANT", help="measure all others of one run against this one"
    )
    parser.add_argument("--classes", action="store_true", help="the classes of every variant")
    parser.add_argument(
        "--layers", type=whole(0, 100_000), default=_LAYERS, metavar="N", help=f"layers to show ({_LAYERS})"
    )
    files = parser.add_argument_group("for other programs; - is standard output")
    files.add_argument("--csv", metavar="FILE", help="write one table as CSV")
    files.add_argument("--part", metavar="NAME", help="which: variants, classes, layers, scenarios, ...")
    files.add_argument("--markdown", metavar="FILE", help="write all of it as Markdown")
    cost = parser.add_argument_group("what the change is worth, from the costs of both")
    cost.add_argument("--effort", type=_amount, metavar="MONEY", help="what it takes once, in money")
    cost.add_argument("--requests", type=_amount, metavar="N", help="requests a month")
    cost.add_argument(
        "--running", type=_amount, default=0.0, metavar="MONEY", help="what it takes each month"
    )
    cost.add_argument(
        "--price", type=_amount, metavar="MONEY", help="an hour of the machine, where none was told"
    )
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print the result of one run, or the second of two against the first."""
    _check(options)
    if options.seeds is not None:
        return _published(options)
    from r2p_tui.cli.run_watch import look
    from r2p_tui.services.measurements import side

    with desk_for(options) as desk:
        look(desk)
        sides = [side(desk, word) for word in options.runs]
        if len(sides) == 1:
            _one(desk, sides[0], options)
        else:
            _two(desk, sides[0], sides[1], options)
    return ExitCode.OK


def _check(options: Namespace) -> None:
    if len(options.runs) > 2:
        raise UsageError("Two runs can be compared, not more.", "For example: r2p compare 12 14")
    if len(options.runs) == 2 and options.reference:
        raise UsageError("--reference is for the variants of one run.", "Name the run alone.")
    if options.part and not options.csv:
        raise UsageError(
            "--part says which table --csv writes.", "For example: --csv classes.csv --part classes"
        )
    if [options.csv, options.markdown].count("-") + options.json > 1:
        raise UsageError("Only one of them can go to standard output.", "Name a file for the other.")
    if (options.effort is None) != (options.requests is None):
        raise UsageError(
            "Whether a change pays follows from its effort and from the requests a month.",
            "For example: --effort 2000 --requests 30e6",
        )


# --- published means --------------------------------------------------------------------------------------


def _published(options: Namespace) -> ExitCode:
    """Whether two means with deviations, as papers give them, differ at all."""
    from r2p_tui.domain.statistics import compare_summaries

    means = [_mean_of(word) for word in options.runs]
    if len(means) != 2:
        raise UsageError("Two means can be compared.", f"For example: {_OF_MEANS}")
    (mean1, sd1), (mean2, sd2) = means
    change = compare_summaries(
        mean1, sd1, options.seeds, mean2, sd2, options.seeds, minimum=_LEAST_MATTERS, unit="pt"
    )
    if options.json:
        from r2p_tui.domain.plain_values import to_plain

        output.write_json(to_plain(change))
    else:
        output.write(change.sentence)
        output.say(f"By Welch's t test, p = {change.p_value:.2g}, where {_LEAST_MATTERS:g} pt matters.")
    return ExitCode.OK


def _mean_of(word: str) -> tuple[float, float]:
    found = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*(?:±|\+/?-)\s*(\d+(?:\.\d+)?)\s*", word)
    if found is None:
        raise UsageError(
            f"“{output.one_line(word)[:60]}” is no mean with its deviation.", f"For example: {_OF_MEANS}"
        )
    return float(found[1]), float(found[2])


# --- one run ----------------------------------------------------------------------------------------------


def _one(desk: Desk, told: Side, options: Namespace) -> None:
    from r2p_tui.services.measurements import measurement, with_prices, with_reference

    found = with_prices(measurement(desk, told.view.id), options.price)
    if options.reference:
        found = with_reference(desk, told.view.id, found, options.reference)
    worth = _worth_of_one(found, told, options)
    if options.csv or options.markdown:
        _export_one(told.view, found, options)
    if "-" not in (options.csv, options.markdown):
        write_result(told.view, found, options, told.variant, worth)


def write_result(
    view: RunView, found: Measurement, options: Namespace, variant: str = "", worth: str = ""
) -> None:
    """What a run measured, for a reader or as JSON; `worth` says whether the change pays."""
    if options.json:
        from r2p_tui.cli.run_text import run_values
        from r2p_tui.domain.plain_values import to_plain

        values: dict[str, Any] = {"run": run_values(view), "measurement": to_plain(found)}
        output.write_json(values | ({"worth": worth} if worth else {}))
        return
    from r2p_tui.cli.measurement_text import Shown, write_measurement, write_worth

    shown = Shown(variant, getattr(options, "layers", _LAYERS), getattr(options, "classes", False))
    write_measurement(view, found, shown)
    write_worth(worth)


def _export_one(view: RunView, found: Measurement, options: Namespace) -> None:
    from r2p_tui.domain.measurement_export import as_csv, measurement_markdown, part_of, sheets

    if options.csv:
        _write_file(options.csv, as_csv(part_of(sheets(found), options.part)))
    if options.markdown:
        _write_file(options.markdown, measurement_markdown(f"Run {view.id}: {view.name}", found))


def _worth_of_one(found: Measurement, told: Side, options: Namespace) -> str:
    """Of going from the reference to the variant that the run is about."""
    if options.effort is None:
        return ""
    return _worth(found.costs.get(found.reference), found.costs.get(told.variant), options)


# --- two --------------------------------------------------------------------------------------------------


def _two(desk: Desk, first: Side, second: Side, options: Namespace) -> None:
    from r2p_tui.domain.measurement_pair import MeasuredPair
    from r2p_tui.services.measurements import compare

    found = compare(desk, first, second, price=options.price)
    if isinstance(found, MeasuredPair):
        _write_pair(found, options)
    elif options.csv or options.markdown or options.effort is not None:
        raise UsageError(
            "Only runs that measured something can be exported and priced.", "Leave those options out."
        )
    else:
        _write_runs(found, options)


def _write_pair(pair: MeasuredPair, options: Namespace) -> None:
    from r2p_tui.cli.measurement_text import write_pair, write_worth
    from r2p_tui.domain.measurement_export import as_csv, pair_markdown, pair_sheets, part_of

    worth = _worth(pair.first.cost, pair.second.cost, options) if options.effort is not None else ""
    if options.csv:
        _write_file(options.csv, as_csv(part_of(pair_sheets(pair), options.part)))
    if options.markdown:
        title = f"{pair.second.label} against {pair.first.label}"
        _write_file(options.markdown, pair_markdown(title, pair))
    if options.json:
        from r2p_tui.domain.plain_values import to_plain

        output.write_json(to_plain(pair) | ({"worth": worth} if worth else {}))
    elif "-" not in (options.csv, options.markdown):
        write_pair(pair)
        write_worth(worth)


def _write_runs(found: Comparison, options: Namespace) -> None:
    from r2p_tui.cli.compare_text import comparison_values, write_comparison

    if options.json:
        output.write_json(comparison_values(found))
    else:
        write_comparison(found)


# --- what both take ---------------------------------------------------------------------------------------


def _worth(before: object, after: object, options: Namespace) -> str:
    from r2p_tui.domain.economics import pay_back
    from r2p_tui.domain.measurements import Cost

    if not isinstance(before, Cost) or not isinstance(after, Cost):
        raise UsageError("There is no cost on both sides to compare.", "Name a price per hour: --price 0.50")
    return pay_back(
        before,
        after,
        requests_per_month=options.requests,
        effort=options.effort,
        running_per_month=options.running,
    ).sentence


def _write_file(name: str, text: str) -> None:
    if name == "-":
        output.write(text.rstrip("\n"))
        return
    from r2p_tui.cli.files import write_text

    write_text(name, text)
    output.say(f"Written to {output.one_line(name)}.")


def _amount(text: str) -> float:
    import math

    try:
        value = float(text.lstrip("$").replace(",", "").replace("_", ""))
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise ArgumentTypeError(f"“{text[:40]}” is not a number of 0 or more")
    return value

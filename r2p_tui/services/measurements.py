"""What runs measured: read while they run and afterwards, and compared with each other."""

from __future__ import annotations

import difflib
from dataclasses import replace
from statistics import fmean
from typing import Any, NamedTuple

from r2p_tui.domain.benchmark import mean_interval
from r2p_tui.domain.economics import cost_per_thousand
from r2p_tui.domain.fairness import fairness
from r2p_tui.domain.measurement_pair import MeasuredPair, MeasuredSide, missing_parts
from r2p_tui.domain.measurement_words import main_variant
from r2p_tui.domain.measurements import Cost, Interval, Latency, Measurement, Scenario
from r2p_tui.domain.plain_values import from_plain
from r2p_tui.domain.runs import MEASURING
from r2p_tui.domain.variants import VARIANTS
from r2p_tui.errors import NotFoundError, R2PError, UsageError
from r2p_tui.runs.rundir import read_json, run_folder
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_comparing import Comparison
from r2p_tui.services.run_comparing import compare as compare_runs
from r2p_tui.services.run_views import RunView
from r2p_tui.services.runs import find_run, points, view_of
from r2p_tui.store.measurements import measurement_of
from r2p_tui.text import clean_line

_DEEPEST = 20


class Side(NamedTuple):
    """What one word of a comparison stands for: a run, and of one that measured variants which of them."""

    view: RunView
    variant: str = ""


def measurement(desk: Desk, run_id: int) -> Measurement:
    """What a run measured, as far as it has come.

    Raises NotFoundError for a run that measures nothing or has measured nothing yet, and R2PError where
    what is kept cannot be read.
    """
    view = view_of(desk, run_id)
    if view.kind not in MEASURING:
        raise NotFoundError(
            f"Run {run_id} is of the kind {view.kind}, which measures nothing.",
            f"Its curves: r2p plot {run_id}",
        )
    live = read_json(run_folder(desk.paths.runs, run_id).measurement)
    with desk.store.read() as session:
        stored = measurement_of(session, run_id)
    known = [found for found in (live, stored) if found is not None]
    if not known:
        raise _nothing_measured(view)
    for found in known:
        try:
            return from_plain(Measurement, _cleaned(found, _DEEPEST))
        except ValueError as error:
            reason = clean_line(str(error))[:120]
    raise R2PError(f"What run {run_id} measured cannot be read: {reason}.", f"See its folder: {view.folder}")


def _nothing_measured(view: RunView) -> NotFoundError:
    if view.state.is_final:
        why = f" {view.reason}" if view.reason else ""
        return NotFoundError(f"Run {view.id} measured nothing.{why}", f"See its log: r2p logs {view.id}")
    return NotFoundError(f"Run {view.id} has measured nothing yet.", f"Follow it with: r2p logs {view.id} -f")


def named_side(desk: Desk, word: str) -> tuple[RunView, str]:
    """The run that `12`, `last`, a name or `12:openvino-int8` stands for, and the variant behind the colon.

    Raises NotFoundError.
    """
    try:
        return find_run(desk, word), ""
    except NotFoundError:
        head, colon, tail = word.rpartition(":")
        if not colon or not head or head == "run":
            raise
        return find_run(desk, head), clean_line(tail)


def side(desk: Desk, word: str) -> Side:
    """What a word stands for; without a variant, the one that the run is about.

    Raises NotFoundError for a run and UsageError for a variant that are not there.
    """
    view, named = named_side(desk, word)
    if view.kind not in ("quantize", "benchmark"):
        if named:
            raise UsageError(f"Run {view.id} has no variants.", f"Name the run alone: {view.id}")
        return Side(view)
    found = measurement(desk, view.id)
    return Side(view, _variant(found, view.id, named) if named else main_variant(found))


def _variant(found: Measurement, run_id: int, named: str) -> str:
    one = found.variant(named.lower())
    if one is not None and one.state == "measured":
        return one.variant
    there = [each.variant for each in found.measured]
    if one is not None:
        raise UsageError(
            f"Run {run_id} has not measured {one.variant}: {one.reason.rstrip('.') or one.state}.",
            _there(there),
        )
    near = difflib.get_close_matches(named.lower(), there or [each.name for each in VARIANTS], n=1)
    hint = f"Did you mean “{near[0]}”?" if near else _there(there)
    raise UsageError(f"Run {run_id} has no variant “{named[:60]}”.", hint)


def _there(names: list[str]) -> str:
    return f"It has: {', '.join(names)}." if names else ""


def with_reference(desk: Desk, run_id: int, found: Measurement, reference: str) -> Measurement:
    """With every other variant measured against this one, which need not be that of the run.

    Raises UsageError for a variant that was not measured, R2PError where single samples are damaged.
    """
    # The statistics take long to load, and only comparisons need them.
    from r2p_tui.services.measured_samples import against_reference

    named = found.variant(_variant(found, run_id, clean_line(reference)))
    assert named  # noqa: S101
    folder = run_folder(desk.paths.runs, run_id).path
    return replace(found, reference=named.variant, against=against_reference(folder, found, named))


def with_prices(found: Measurement, price_per_hour: float | None) -> Measurement:
    """With what 1,000 requests cost at that price in place of what the run was told; None changes nothing.

    A variant is paid for one request after the other, a benchmark for the most that it held.
    """
    if price_per_hour is None:
        return found
    costs = {
        one.variant: cost_per_thousand(1000 / one.latency.mean, price_per_hour, _rates(one.latency))
        for one in found.measured
        if one.latency
    }
    held = max((one for one in found.scenarios if one.throughput), key=_throughput, default=None)
    if held is not None:
        name = found.measured[0].variant if found.measured else found.target
        costs[name] = cost_per_thousand(_throughput(held), price_per_hour, held.throughput_interval)
    return replace(found, costs=costs)


def _rates(latency: Latency) -> Interval | None:
    """Where the requests a second truly lie, from how far the rounds lie apart."""
    middle = fmean(latency.round_medians) if latency.round_medians else 0.0
    rounds = mean_interval([median / middle for median in latency.round_medians if middle])
    if rounds is None or rounds.low <= 0:
        return None
    return Interval(1000 / (latency.mean * rounds.high), 1000 / (latency.mean * rounds.low), rounds.level)


def _throughput(scenario: Scenario) -> float:
    return scenario.throughput or 0.0


def compare(
    desk: Desk, first: Side, second: Side, *, price: float | None = None
) -> MeasuredPair | Comparison:
    """The second against the first: with statistics where both were measured, else settings and metrics.

    `price` is that of an hour of the machine. Raises UsageError for a thing against itself.
    """
    if (first.view.id, first.variant) == (second.view.id, second.variant):
        raise UsageError(
            f"Run {first.view.id} cannot be compared with itself.",
            f"All of it: r2p compare {first.view.id}",
        )
    if all(one.view.kind in ("quantize", "benchmark") for one in (first, second)):
        return _measured_pair(desk, first, second, price)
    curves = [points(desk, one.view.id) for one in (first, second)]
    return compare_runs(first.view, curves[0], second.view, curves[1])


def _measured_pair(desk: Desk, first: Side, second: Side, price: float | None) -> MeasuredPair:
    from r2p_tui.services.measured_samples import against_other

    found = [with_prices(measurement(desk, one.view.id), price) for one in (first, second)]
    one, other = (
        _measured_side(told, measured) for told, measured in zip((first, second), found, strict=True)
    )
    against = against_other((first.view.folder, second.view.folder), one, other)
    return MeasuredPair(
        first=one,
        second=other,
        against=against,
        fairness=fairness(one.surroundings, other.surroundings),
        missing=tuple(dict.fromkeys((*against.missing, *missing_parts(one, other)))),
    )


def _measured_side(told: Side, found: Measurement) -> MeasuredSide:
    return MeasuredSide(
        run=told.view.id,
        name=clean_line(told.view.name),
        surroundings=found.surroundings,
        variant=found.variant(told.variant),
        scenarios=found.scenarios,
        minimum_points=found.minimum_points,
        minimum_latency=found.minimum_latency,
        seed=found.seed,
        cost=found.costs.get(told.variant) or (_only_cost(found) if found.kind == "benchmark" else None),
    )


def _only_cost(found: Measurement) -> Cost | None:
    return next(iter(found.costs.values()), None)


def _cleaned(value: Any, deepest: int) -> Any:
    """Plain values with every text in them cleaned; raises ValueError for what is nested too deep."""
    if deepest < 0:
        raise ValueError("values nested too deep")
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, dict):
        return {clean_line(str(name)): _cleaned(item, deepest - 1) for name, item in value.items()}
    return [_cleaned(item, deepest - 1) for item in value] if isinstance(value, list) else value

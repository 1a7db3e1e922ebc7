"""What is said of a measurement: the verdict first, then each variant, each check and each thing removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from textual.content import Content

from r2p_tui.domain.measurement_words import (
    change_text,
    figure,
    main_variant,
    per_cent,
    ratio_text,
)
from r2p_tui.domain.runs import RunState
from r2p_tui.domain.variants import variant_of
from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line, count_of

if TYPE_CHECKING:
    from r2p_tui.domain.measurements import (
        Against,
        Change,
        Goal,
        Measurement,
        OwnAblation,
        Scenario,
        Verdict,
    )
    from r2p_tui.services.run_views import RunView

MARKS: Final[Mapping[str, str]] = {
    "better": "▲",
    "worse": "▼",
    "no practical difference": "=",
    "not enough data": "?",
}
TONES: Final[Mapping[str, str]] = {"better": "better", "worse": "worse", "not enough data": "due"}
STYLES: Final[Mapping[str, str]] = {"better": "$success", "worse": "$error", "not enough data": "$due"}
LEGEND: Final = "▲ better   ▼ worse   = no practical difference   ? not enough data"
NO_EVIDENCE: Final = "no evidence"
_SPEED: Final[Mapping[Verdict, str]] = {
    "better": "faster",
    "worse": "slower",
    "no practical difference": "as fast",
    "not enough data": "speed open",
}
_ACCURACY: Final[Mapping[Verdict, str]] = {
    "better": "better mAP",
    "worse": "worse mAP",
    "no practical difference": "same mAP",
    "not enough data": "mAP open",
}
_GOALS: Final[Mapping[bool | None, tuple[str, str]]] = {
    True: ("✓", "bold $success"),
    False: ("✗", "bold $due"),
    None: ("?", "bold $muted"),
}


def name_of(variant: str) -> str:
    """`OpenVINO INT8`, and what is no variant of the matrix as it is called."""
    try:
        return variant_of(variant).words
    except UsageError:
        return clean_line(variant)


def verdict_words(against: Against | None) -> str:
    """`faster, same mAP`."""
    if against is None:
        return ""
    speed = _SPEED[against.latency.verdict] if against.latency else ""
    accuracy = _ACCURACY[against.accuracy.verdict] if against.accuracy else ""
    return ", ".join(filter(None, (speed, accuracy)))


def mark_of(change: Change | None) -> str:
    """The sign of a verdict, always beside its number or its word."""
    return MARKS[change.verdict] if change else ""


def tone_of(change: Change | None) -> str:
    """The component class of a verdict."""
    return TONES.get(change.verdict, "even") if change else "even"


# The first lines


def headline(measurement: Measurement, *, short: bool = False) -> Content:
    """What follows from it, in one sentence; a `short` one leaves the details of a goal out."""
    if measurement.goal is not None:
        return _goal_line(measurement.goal, _short_goal(measurement.goal) if short else "")
    return Content(clean_line(_main_sentence(measurement)))


def _goal_line(goal: Goal, instead: str) -> Content:
    mark, style = _GOALS[goal.met]
    return Content.assemble((f"{mark} ", style), clean_line(instead or goal.sentence))


def _short_goal(goal: Goal) -> str:
    """Empty where the whole sentence is needed to understand it."""
    if goal.met is None or goal.speed_up is None or goal.accuracy is None:
        return ""
    pair = f"{name_of(goal.best_int8)} is {goal.speed_up:.2f}x as fast as {name_of(goal.best_float)}"
    return f"Goal {'met' if goal.met else 'not met'}: {pair}, {_map_words(goal.accuracy)}."


def _map_words(change: Change) -> str:
    """`mAP -0.5 pt (-0.8 to -0.2)`."""
    moved, _, interval = change_text(change).partition(" ")
    return f"mAP {moved} pt {interval}".rstrip()


def _main_sentence(measurement: Measurement) -> str:
    if measurement.ablation is not None:
        return _ablation_sentence(measurement.ablation)
    if measurement.scenarios or measurement.checklist:
        return " ".join(filter(None, (_load_sentence(measurement), _checks_sentence(measurement))))
    return _best_sentence(measurement)


def _ablation_sentence(ablation: OwnAblation) -> str:
    """`Mosaic is essential, hsv_h helps; no evidence for mixup`."""
    verbs = {"essential": "is essential", "helps": "helps", "hurts": "hurts"}
    said = [f"{row.name} {verbs[row.worth]}" for row in ablation.rows if row.worth in verbs]
    unclear = [row.name for row in ablation.rows if row.worth == NO_EVIDENCE]
    parts = [", ".join(said), f"no evidence for {', '.join(unclear)}" if unclear else ""]
    sentence = "; ".join(filter(None, parts))
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else "No training has ended yet."


def _load_sentence(measurement: Measurement) -> str:
    """The hardest scenario tells most."""
    if not measurement.scenarios:
        return ""
    last = max(measurement.scenarios, key=lambda one: ("offline", "single stream", "server").index(one.name)
               if one.name in ("offline", "single stream", "server") else -1)  # fmt: skip
    return f"{last.name[:1].upper()}{last.name[1:]}: {', '.join(_scenario_facts(last))}."


def _scenario_facts(one: Scenario) -> Iterator[str]:
    if one.clients:
        yield count_of(one.clients, "client")
    if one.throughput is not None:
        yield f"{figure(one.throughput)} requests a second"
    if one.latency is not None:
        known = one.latency.p99 if one.latency.p99 is not None else one.latency.p50
        yield f"{'p99' if one.latency.p99 is not None else 'p50'} {figure(known)} ms"
    yield f"{count_of(one.errors, 'error')}, {one.lost:,} lost"


def _checks_sentence(measurement: Measurement) -> str:
    checks = measurement.checklist
    failed = [one.name for one in checks if one.state == "failed"]
    if failed:
        return f"{len(failed)} of {count_of(len(checks), 'check')} failed: {', '.join(failed)}."
    passed = sum(one.state == "passed" for one in checks)
    return f"{passed} of {count_of(len(checks), 'check')} passed." if checks else ""


def _best_sentence(measurement: Measurement) -> str:
    name = main_variant(measurement)
    variant, against = measurement.variant(name), measurement.against_reference(name)
    if variant is None:
        return "Nothing has run."
    if variant.latency is None:
        accuracy = f"mAP50-95 {per_cent(variant.accuracy.map50_95)} %" if variant.accuracy else "measured"
        return f"{name_of(name)}: {accuracy}."
    if against is None or against.speed_up is None:
        return f"{name_of(name)}: p50 {figure(variant.latency.p50)} ms."
    speed = f"{name_of(name)} is {ratio_text(against.speed_up)} times as fast as {name_of(against.reference)}"
    lost = f", {_map_words(against.accuracy)}" if against.accuracy else ""
    return f"{speed}{lost}."


def waiting_words(view: RunView, measurement: Measurement | None) -> str:
    """Why what is shown is not all, or why there is nothing; empty for a run that ended well."""
    match view.state:
        case RunState.QUEUED:
            return "It waits in the queue; what it measures comes here."
        case RunState.FAILED | RunState.LOST | RunState.CANCELLED:
            kept = (
                " What it measured before that is kept." if measurement and _has_anything(measurement) else ""
            )
            return f"It {_ENDED[view.state]}: {clean_line(view.reason) or 'nobody knows why.'}{kept}"
    if view.state.is_active:
        return f"It is still being measured{_step(view)}."
    return "" if measurement is not None else "It measured nothing."


_ENDED: Final = {RunState.FAILED: "failed", RunState.LOST: "was lost", RunState.CANCELLED: "was stopped"}


def _step(view: RunView) -> str:
    if view.epoch is None and not view.epochs:
        return ""
    done = view.epoch or 0
    # Steps are counted when they end, so the one that goes on is the next.
    return f": step {min(done + 1, view.epochs)} of {view.epochs}" if view.epochs else f": step {done + 1}"


def _has_anything(measurement: Measurement) -> bool:
    return bool(
        measurement.variants or measurement.scenarios or measurement.checklist or measurement.ablation
    )


def counted(measurement: Measurement) -> str:
    """`9 measured, 3 skipped, 1 failed`."""
    states = [one.state for one in measurement.variants]
    counts = [(state, states.count(state)) for state in ("measured", "skipped", "failed")]
    return ", ".join(f"{count} {state}" for state, count in counts if count)


def full_words(ablation: OwnAblation) -> str:
    """`With everything: map50_95 0.612 (lowest 0.604, highest 0.621) over 3 seeds, 40 epochs each`."""
    if not ablation.full:
        return "The full training has not ended yet."
    mean = sum(ablation.full) / len(ablation.full)
    low, high = min(ablation.full), max(ablation.full)
    ends = f" (lowest {low:.3f}, highest {high:.3f})" if len(ablation.full) > 1 else ""
    return (
        f"With everything: {ablation.metric} {mean:.3f}{ends} over {count_of(len(ablation.full), 'seed')}, "
        f"{count_of(ablation.epochs, 'epoch')} each"
    )


def title_of(view: RunView) -> str:
    """What the copy of a measurement is called."""
    return f"#{view.id} {clean_line(view.name)} ({view.kind})"


def markdown(view: RunView, measurement: Measurement) -> str:
    """All tables of it as one document."""
    from r2p_tui.domain.measurement_export import measurement_markdown

    return measurement_markdown(title_of(view), measurement)

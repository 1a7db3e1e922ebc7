"""Measured variants against each other: what changed, how sure that is, and whether the goal is met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from r2p_tui.domain.measurements import (
    MINIMUM_LATENCY,
    MINIMUM_POINTS,
    Against,
    Change,
    Goal,
    MeasuredVariant,
)
from r2p_tui.domain.statistics import compare_samples, corrected, speed_up_interval
from r2p_tui.domain.variant_changes import POINTS, AccuracyChanges, Drawn, Samples, accuracy_changes
from r2p_tui.domain.variants import VARIANTS
from r2p_tui.errors import UsageError

__all__ = ["Samples", "compare_all", "compare_variants", "goal"]
SPEED_UP, MAX_DROP = 1.5, 0.01
_WORDS = {variant.name: variant.words for variant in VARIANTS}
_EDGE = 1e-9


def compare_variants(
    reference: MeasuredVariant,
    reference_samples: Samples | None,
    variant: MeasuredVariant,
    variant_samples: Samples | None,
    *,
    minimum_points: float = MINIMUM_POINTS,
    minimum_latency: float = MINIMUM_LATENCY,
    seed: int = 0,
    drawn: Drawn | None = None,
) -> Against:
    """The variant against the reference; `minimum_points` and `minimum_latency` (%) are what matters.

    What is not there on both sides, or not of the same images and classes, is told in `missing`, one sentence
    each. Classes are corrected for each other by Holm; several variants are by `compare_all`. `drawn` keeps
    resamples between calls.
    """
    against = Against(
        reference=reference.variant,
        variant=variant.variant,
        size_ratio=variant.bytes / reference.bytes if variant.bytes and reference.bytes else None,
    )
    if absent := _not_measured((reference, variant)):
        return replace(against, missing=absent)
    sides = (reference, variant), (reference_samples, variant_samples)
    changes = _accuracy(*sides, minimum_points, drawn or Drawn(seed))
    against = replace(against, accuracy=changes.overall, per_image=changes.per_image, classes=changes.classes)
    against = _with_latency(against, *sides, minimum_latency, seed)
    return replace(against, missing=(*changes.missing, *against.missing, *_apart(reference, variant)))


def _apart(reference: MeasuredVariant, variant: MeasuredVariant) -> tuple[str, ...]:
    first, second = reference.device, variant.device
    if not first or not second or first == second:
        return ()
    told = f"{words_of(variant.variant)} ran on {second}, and {words_of(reference.variant)} on {first}"
    return (f"{told}: its speed-up is that of the hardware as well.",)


def compare_all(
    reference: MeasuredVariant,
    variants: Iterable[MeasuredVariant],
    samples: Mapping[str, Samples],
    *,
    minimum_points: float = MINIMUM_POINTS,
    minimum_latency: float = MINIMUM_LATENCY,
    seed: int = 0,
) -> tuple[Against, ...]:
    """Each measured variant but the reference against it, corrected by Holm over the variants.

    `samples` by the names of variants. Accuracy, F1 of images and latency are a question each.
    """
    drawn = Drawn(seed)
    found = [
        compare_variants(
            reference,
            samples.get(reference.variant),
            one,
            samples.get(one.variant),
            minimum_points=minimum_points,
            minimum_latency=minimum_latency,
            seed=seed,
            drawn=drawn,
        )
        for one in variants
        if one.variant != reference.variant and one.state == "measured"
    ]
    overall = _corrected([one.accuracy for one in found])
    images = _corrected([one.per_image for one in found])
    latency = _corrected([one.latency for one in found])
    return tuple(
        replace(one, accuracy=first, per_image=second, latency=third)
        for one, first, second, third in zip(found, overall, images, latency, strict=True)
    )


def goal(
    variants: Iterable[MeasuredVariant],
    samples: Mapping[str, Samples],
    *,
    speed_up: float = SPEED_UP,
    max_drop: float = MAX_DROP,
    minimum_points: float = MINIMUM_POINTS,
    seed: int = 0,
) -> Goal:
    """The fastest INT8 variant within `max_drop` (a share of mAP50-95) against the fastest fp32 one.

    Where no fp32 was measured, against the fastest float one; a float variant that lost more than `max_drop`
    to the best of them is passed over, and so is what another device carried out. Judged by the figures
    measured; their intervals and whether these leave doubt are in the sentence. `met` is None where something
    needed was not measured, or nothing found.
    """
    timed = _on_one_device(
        sorted((one for one in variants if _speed(one)), key=lambda one: _speed(one) or 0.0)
    )
    exact = [one for one in timed if one.precision == "fp32"] or [
        one for one in timed if one.precision != "int8"
    ]
    integer = [one for one in timed if one.precision == "int8"]
    if not exact or not integer:
        return _unknown(exact, integer)
    best_float = _baseline(exact, max_drop)
    known = [one for one in integer if _drop(best_float, one) is not None]
    if why := _why_unknown(best_float, known):
        return _unknown(exact, integer, f"Whether the goal is met is not known: {why}.")
    within = [one for one in known if (_drop(best_float, one) or 0.0) <= max_drop + _EDGE]
    best = within[0] if within else min(known, key=lambda one: _drop(best_float, one) or 0.0)
    against = compare_variants(
        best_float,
        samples.get(best_float.variant),
        best,
        samples.get(best.variant),
        minimum_points=minimum_points,
        seed=seed,
    )
    ratio = against.speed_up or 0.0
    made = Goal(
        met=bool(within) and ratio >= speed_up - _EDGE,
        best_float=best_float.variant,
        best_int8=best.variant,
        speed_up=ratio,
        speed_up_interval=against.speed_up_interval,
        accuracy=against.accuracy,
        sentence="",
    )
    faster = known[0] if known[0] is not best else None
    return replace(made, sentence=_goal_sentence(made, best_float, best, faster, speed_up, max_drop))


# --- one against another ----------------------------------------------------------------------------------

_Sides = tuple[MeasuredVariant, MeasuredVariant]
_Kept = tuple[Samples | None, Samples | None]


def _not_measured(sides: _Sides) -> tuple[str, ...]:
    return tuple(
        f"{words_of(side.variant)} was not measured{f': {side.reason}' if side.reason else ''}".rstrip(".")
        + "."
        for side in sides
        if side.state != "measured"
    )


def _accuracy(sides: _Sides, kept: _Kept, minimum: float, drawn: Drawn) -> AccuracyChanges:
    without = [side for side in sides if side.accuracy is None]
    if len(without) == 2:
        return AccuracyChanges(missing=("Accuracy was measured for neither side.",))
    if without:
        return AccuracyChanges(missing=(f"Accuracy was not measured for {words_of(without[0].variant)}.",))
    found = [None if samples is None else samples.detections for samples in kept]
    before, after = found
    if before is None or after is None:
        side = sides[0] if before is None else sides[1]
        told = f"Single detections of {words_of(side.variant)} are not kept, so accuracy is not compared."
        return AccuracyChanges(missing=(told,))
    names = words_of(sides[0].variant), words_of(sides[1].variant)
    return accuracy_changes(before, after, names, minimum, drawn)


def _with_latency(against: Against, sides: _Sides, kept: _Kept, minimum: float, seed: int) -> Against:
    without = [side for side in sides if not _speed(side)]
    if without:
        told = " and ".join(words_of(side.variant) for side in without)
        return replace(against, missing=(f"Latency was not measured for {told}.",))
    speeds = [_speed(side) or 0.0 for side in sides]
    against = replace(against, speed_up=speeds[0] / speeds[1])
    before, after = kept
    if before is None or after is None or not before.latency_ms.size or not after.latency_ms.size:
        side = sides[0] if before is None or not before.latency_ms.size else sides[1]
        told = f"Single latencies of {words_of(side.variant)} are not kept, so latency is not compared."
        return replace(against, missing=(told,))
    try:
        return _compared_latency(against, before, after, minimum, seed)
    except UsageError as error:
        return replace(against, missing=(f"Latency is not compared: {error.message}",))


def _compared_latency(
    against: Against, before: Samples, after: Samples, minimum: float, seed: int
) -> Against:
    times, rounds = (before.latency_ms, after.latency_ms), (before.rounds, after.rounds)
    change = compare_samples(*times, minimum_share=minimum / 100, rounds=rounds, seed=seed)
    faster = speed_up_interval(*times, rounds=rounds, seed=seed)
    return replace(against, latency=change, speed_up=faster.ratio, speed_up_interval=faster.interval)


def _corrected(changes: Sequence[Change | None]) -> list[Change | None]:
    """Those that are there, corrected together, in their places."""
    held = iter(corrected([change for change in changes if change is not None]))
    return [None if change is None else next(held) for change in changes]


# --- the goal ---------------------------------------------------------------------------------------------


def words_of(name: str) -> str:
    """A variant's name for people, or as it is where it is none of the matrix."""
    return _WORDS.get(name, name)


def _speed(one: MeasuredVariant) -> float | None:
    return one.latency.p50 if one.state == "measured" and one.latency and one.latency.p50 > 0 else None


def _drop(before: MeasuredVariant, after: MeasuredVariant) -> float | None:
    if before.accuracy is None or after.accuracy is None:
        return None
    return before.accuracy.map50_95 - after.accuracy.map50_95


def _baseline(exact: Sequence[MeasuredVariant], max_drop: float) -> MeasuredVariant:
    """The fastest of those that are about as accurate as the best of them."""
    top = max((one.accuracy.map50_95 for one in exact if one.accuracy), default=0.0)
    return next(
        (one for one in exact if one.accuracy and one.accuracy.map50_95 >= top - max_drop - _EDGE), exact[0]
    )


def _why_unknown(best_float: MeasuredVariant, known: Sequence[MeasuredVariant]) -> str:
    if not known or best_float.accuracy is None:
        return "accuracy was not measured on both sides"
    nothing = best_float.accuracy.map50_95 <= 0
    return "no float variant finds anything, so there is nothing to lose" if nothing else ""


def _on_one_device(timed: Sequence[MeasuredVariant]) -> list[MeasuredVariant]:
    """Those, fastest first, on the device with the fastest INT8 that has a float variant beside it."""
    floats = {one.device for one in timed if one.precision != "int8"}
    chosen = next((one.device for one in timed if one.precision == "int8" and one.device in floats), None)
    return [one for one in timed if chosen is None or one.device == chosen]


def _unknown(
    exact: Sequence[MeasuredVariant], integer: Sequence[MeasuredVariant], sentence: str = ""
) -> Goal:
    absent = " and ".join(
        name for name, found in (("float variant", exact), ("INT8 variant", integer)) if not found
    )
    return Goal(
        met=None,
        best_float=exact[0].variant if exact else "",
        best_int8=integer[0].variant if integer else "",
        speed_up=None,
        speed_up_interval=None,
        accuracy=None,
        sentence=sentence or f"Whether the goal is met is not known: no {absent} was measured.",
    )


def _goal_sentence(
    made: Goal,
    best_float: MeasuredVariant,
    best: MeasuredVariant,
    faster: MeasuredVariant | None,
    speed_up: float,
    max_drop: float,
) -> str:
    ratio, drop = made.speed_up or 0.0, _drop(best_float, best) or 0.0
    places = _places(speed_up - ratio)
    pair = (
        f"{words_of(best.variant)} is {ratio:.{places}f}x as fast as {words_of(best_float.variant)}"
        f"{_speed_span(made)} and {_drop_words(drop)}{_drop_span(made)}"
    )
    asked = f"{speed_up:g}x and at most {max_drop * POINTS:g} pt lost"
    if made.met:
        return f"The goal ({asked}) is met: {pair}{_doubt(made, speed_up, max_drop)}."
    misses = []
    if ratio < speed_up - _EDGE:
        misses.append(f"{speed_up - ratio:.{places}f}x too slow")
    if (excess := (drop - max_drop) * POINTS) > _EDGE:
        misses.append(f"{excess:.{_places(excess)}f} pt too much lost")
    told = f"The goal ({asked}) is not met: {pair}, {' and '.join(misses)}"
    if faster is not None and drop <= max_drop + _EDGE:
        other = (_speed(best_float) or 0.0) / (_speed(faster) or 1.0)
        lost = _drop_words(_drop(best_float, faster) or 0.0)
        told += f"; {words_of(faster.variant)} is {other:.2f}x as fast but {lost}"
    return f"{told}{_doubt(made, speed_up, max_drop)}."


def _places(difference: float) -> int:
    """Decimals, 2 or more, with which so small a difference still shows."""
    return next((places for places in (2, 3, 4) if round(abs(difference), places) > 0), 2)


def _speed_span(made: Goal) -> str:
    interval = made.speed_up_interval
    return f" ({interval.level * 100:g} %: {interval.low:.2f}x to {interval.high:.2f}x)" if interval else ""


def _drop_words(drop: float) -> str:
    points = drop * POINTS
    if abs(points) < 0.005:
        return "loses no mAP"
    return f"loses {points:.2f} pt of mAP" if points > 0 else f"gains {-points:.2f} pt of mAP"


def _drop_span(made: Goal) -> str:
    """The interval of the loss; a loss below 0 is a gain."""
    if made.accuracy is None or made.accuracy.interval is None:
        return ""
    interval = made.accuracy.interval
    return f" ({interval.level * 100:g} %: change of {interval.low:+.2f} to {interval.high:+.2f} pt)"


def _doubt(made: Goal, speed_up: float, max_drop: float) -> str:
    """What the intervals do not rule out, where that would decide otherwise."""
    faster, change = made.speed_up_interval, made.accuracy.interval if made.accuracy else None
    if faster is None or change is None:
        return ""
    limit = -max_drop * POINTS
    if not made.met:
        could = faster.high >= speed_up and change.high >= limit
        return "; the intervals do not rule out that it is met" if could else ""
    doubts = ["a lower speed-up"] if faster.low < speed_up else []
    doubts += ["a larger loss"] if change.low < limit else []
    return f"; the intervals do not rule out {' or '.join(doubts)}" if doubts else ""
